"""``train``: readers of lines, trained on this machine. Needs what ``make train`` installs."""

from pathlib import Path
from typing import Annotated

import typer

from cli.screen import Json, TerminalProgress, notice, print_json
from records.errors import WrongUse
from wiring import read_settings

train_app = typer.Typer(help="Huấn luyện máy đọc. Train readers.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(train_app, name="train")


@train_app.command("reader")
def reader(
    out: Annotated[Path, typer.Argument(help="The model to write (.onnx).")],
    lines: Annotated[
        list[Path] | None,
        typer.Option("--lines", exists=True, file_okay=False, help="Folder of real lines (labels.tsv); repeatable."),
    ] = None,
    judge: Annotated[
        list[Path] | None,
        typer.Option("--judge", exists=True, file_okay=False, help="Folder of lines to measure with; repeatable."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where a run keeps itself; default: `training` in the home folder.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the reader, kept in the model.")] = "khongcho",
    version: Annotated[str, typer.Option("--version", help="Version of the reader, kept in the model.")] = "1",
    drawn: Annotated[int, typer.Option("--synthetic", min=1000, help="Synthetic lines to draw.")] = 24_000,
    effort: Annotated[
        float, typer.Option("--effort", min=0.001, help="How long to train; 1 is the usual course.")
    ] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same course.")] = 7,
    device: Annotated[str, typer.Option("--device", help="cpu or cuda.")] = "cpu",
    as_json: Json = False,
) -> None:
    """Huấn luyện máy đọc dòng chữ viết tay; dừng lúc nào cũng được, chạy lại là đi tiếp.

    Train a reader of lines. It may be stopped at any minute; the same command goes on.
    """
    from wiring.training import exams, held_out, needs_training_parts, real, synthetic, text_of

    if out.suffix != ".onnx":
        raise WrongUse("TRAINING_OUT", out=out)
    needs_training_parts()
    from ocr.alphabet import vietnamese
    from ocr.own import Card
    from ocr.training.recipe import Recipe, train

    place, progress = folder or read_settings().home / "training", TerminalProgress()
    made, own = synthetic(place, drawn, seed, progress), real(lines or [])
    data = (f"{len(made)} synthetic lines", *(f"{len(real([one]))} real lines of {one.name}" for one in lines or []))
    usual = Recipe()
    recipe = Recipe(
        drawn=round(usual.drawn * effort),
        first=round(usual.first * effort),
        second=round(usual.second * effort),
        seed=seed,
    )
    card = Card(name, version, vietnamese(), data=data)
    judged = exams(judge or [], held_out(place, 400, progress))
    marks = train(place, out, card, made, own, text_of, judged, progress, recipe, device)
    if as_json:
        print_json({"model": out, "bytes": out.stat().st_size, "cer_casefold_percent": marks})
    else:
        notice(f"{out}: {out.stat().st_size / 1e6:.1f} MB; {marks}")
