"""``samples``: synthetic books with known truth."""

from pathlib import Path
from typing import Annotated

import typer

from cli.screen import Json, notice, print_json
from wiring import read_settings

samples_app = typer.Typer(help="Sổ mẫu giả lập. Synthetic books with known truth.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(samples_app, name="samples")


@samples_app.command("book")
def book(
    out: Annotated[Path, typer.Option("--out", help="Folder to make; must be new or empty.")] = Path(
        "var/samples/book"
    ),
    cases: Annotated[int, typer.Option("--cases", min=1, help="Cases in the book.")] = 24,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    difficulty: Annotated[
        float, typer.Option("--difficulty", min=0.0, max=1.0, help="0 clean, 1 as bad as it gets.")
    ] = 0.5,
    ink: Annotated[
        Path | None,
        typer.Option("--ink", exists=True, file_okay=False, help="Folder of real line images with labels.tsv."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Làm một sổ khai sinh giả lập. Make a synthetic birth book with its truth."""
    from samples import make_book

    folder = out or read_settings().home / "samples" / f"book-{cases}-{seed}"
    made = make_book(folder, cases=cases, seed=seed, difficulty=difficulty, ink=ink)
    if as_json:
        print_json(made)
    else:
        notice(f"Sổ mẫu {cases} trường hợp nằm ở {folder}; sự thật trong {folder / 'truth.jsonl'}.")
