"""``train``: readers of lines, trained on this machine. Needs what ``make train`` installs."""

from pathlib import Path
from typing import Annotated

import typer

from cli.screen import Json, TerminalProgress, notice, opened, print_json
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
    pages: Annotated[
        bool, typer.Option("--pages", help="Learn from the fields that people confirmed in this house.")
    ] = False,
    judge: Annotated[
        list[Path] | None,
        typer.Option("--judge", exists=True, file_okay=False, help="Folder of lines to measure with; repeatable."),
    ] = None,
    calibrate: Annotated[
        list[Path] | None,
        typer.Option(
            "--calibrate", exists=True, file_okay=False, help="Folder of addresses to fit confidence with; repeatable."
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where a run keeps itself; default: `training` in the home folder.")
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="Name of the reader, kept in the model; default: that of the file.")
    ] = "",
    version: Annotated[str, typer.Option("--version", help="Version of the reader, kept in the model.")] = "1.0",
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
    from wiring import training as parts

    if out.suffix != ".onnx":
        raise WrongUse("TRAINING_OUT", out=out)
    parts.needs_training_parts(device)
    from ocr.alphabet import vietnamese
    from ocr.own import Card, letters_beside
    from ocr.training.calibrate import calibrate as fit
    from ocr.training.pool import NOTHING, Pool, labelled
    from ocr.training.recipe import Recipe, train

    place, progress = folder or read_settings().home / "training", TerminalProgress()
    house = parts.confirmed(opened(), place, progress) if pages else parts.Confirmed(Pool([]), {})
    folders = [(f"real lines of {one.name}", labelled(one)) for one in lines or []]
    known = [*folders, *([("fields confirmed in this house", house.learn)] if pages else [])]
    own = Pool(line for _, pool in known for line in pool)
    made = parts.synthetic(place, drawn, seed, progress)
    data = (f"{len(made)} synthetic lines", *(f"{len(pool)} {what}" for what, pool in known))
    usual = Recipe()
    recipe = Recipe(
        drawn=round(usual.drawn * effort),
        begin=round(usual.begin * effort),
        first=round(usual.first * effort),
        second=round(usual.second * effort),
        third=round(usual.third * effort),
        fourth=round(usual.fourth * effort),
        seed=seed,
    )
    card = Card(name or out.stem, version, vietnamese(), data=data)
    judged = parts.exams(judge or [], parts.held_out(place, 400, progress), house.kept)
    more = parts.extra(place, drawn, seed, progress) if len(own) else NOTHING
    marks = train(place, out, card, made, own, parts.text_of, judged, progress, recipe, device, more)
    parts.letters(line.text for line in own).save(letters_beside(out))
    fit(out, *parts.calibrating(calibrate or [], house.kept), progress)
    if as_json:
        print_json({"model": out, "bytes": out.stat().st_size, "cer_casefold_percent": marks})
    else:
        notice(f"{out}: {out.stat().st_size / 1e6:.1f} MB")
        for exam, mark in marks.items():
            notice(f"CER {exam}: {mark:.2f} %")
