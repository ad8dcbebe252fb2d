"""``samples``: synthetic books with known truth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.screen import Json, TerminalProgress, notice, print_json
from records.progress import Progress
from wiring import read_settings

if TYPE_CHECKING:
    from samples import BookSample

samples_app = typer.Typer(help="Sổ mẫu giả lập. Synthetic books with known truth.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(samples_app, name="samples")


@samples_app.command("book")
def book(
    to: Annotated[Path | None, typer.Argument(metavar="DIR", help="Folder to make.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The same; default: `samples` in the home folder.")] = None,
    edition: Annotated[
        str, typer.Option("--edition", help="Form of the book: one of `khongcho forms list`.")
    ] = "birth-2016",
    cases: Annotated[int, typer.Option("--cases", min=1, help="Cases in the book.")] = 24,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    difficulty: Annotated[str, typer.Option("--difficulty", help="easy, medium or hard.")] = "medium",
    ink: Annotated[
        Path | None,
        typer.Option("--ink", exists=True, file_okay=False, help="Folder of real line images with labels.tsv."),
    ] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="jpeg, png or pdf; repeatable. Default: jpeg.")
    ] = None,
    setting: Annotated[
        str | None, typer.Option("--setting", help="dotted, cells, columns or mixed; default: drawn from the seed.")
    ] = None,
    opened: Annotated[bool, typer.Option("--opened", help="Two pages in one picture, as an opened book lies.")] = False,
    apart: Annotated[bool, typer.Option("--apart", help="The leaves of an opened table one by one.")] = False,
    slips: Annotated[int, typer.Option("--slips", min=0, help="Loose slips, each behind the page it speaks of.")] = 0,
    dpi: Annotated[int, typer.Option("--dpi", min=100, max=600, help="Resolution of the scans.")] = 200,
    as_json: Json = False,
) -> None:
    """Làm một sổ hộ tịch giả lập. Make a synthetic register book with its truth."""
    name = f"book-{cases}-{seed}" if edition == "birth-2016" else f"{edition}-{cases}-{seed}"
    folder = to or out or read_settings().home / "samples" / name
    made = make(
        folder,
        TerminalProgress(),
        edition_id=edition,
        cases=cases,
        opened=opened,
        apart=apart,
        slips=slips,
        seed=seed,
        difficulty=difficulty,
        ink=ink,
        formats=tuple(formats or ("jpeg",)),
        setting=setting,
        dpi=dpi,
    )
    if as_json:
        print_json(made)
    else:
        notice(f"Sổ mẫu {cases} trường hợp, {made.pages} trang nằm ở {folder}; sự thật trong {made.truth}.")


def make(folder: Path, progress: Progress, **wanted: Any) -> "BookSample":
    """Make a book in *folder* and tell *progress* of each page. Raises WrongUse for wishes that make no book."""
    from samples import make_book

    told = 0

    def page_made(made: int, total: int) -> None:
        nonlocal told
        if told == 0:
            progress.start("Vẽ trang sổ mẫu", total)
        progress.advance(made - told)
        told = made

    try:
        return make_book(folder, told=page_made, **wanted)
    finally:
        progress.finish()
