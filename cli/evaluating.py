"""``evaluate``: measure reading against known truth."""

from pathlib import Path
from typing import Annotated

import typer

from cli.screen import Json, TerminalProgress, opened, out, print_json, table
from records.codes import ValueKind
from records.readings import Expected

evaluate_app = typer.Typer(help="Đo chất lượng đọc. Measure reading quality.", no_args_is_help=True)

Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Folder with images and what truly stands on them.")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(evaluate_app, name="evaluate")


@evaluate_app.command("lines")
def lines(
    folder: Folder,
    engine: Annotated[
        str, typer.Option("--engine", help="Line engine by name; default: the reader of handwriting.")
    ] = "",
    kind: Annotated[
        ValueKind, typer.Option("--kind", help="What the lines hold: which language helps to read them.")
    ] = ValueKind.TEXT,
    as_json: Json = False,
) -> None:
    """Đo một bộ đọc dòng trên thư mục có labels.tsv. Measure a line engine on a folder with labels.tsv."""
    from ocr import HANDWRITING, evaluate_lines, open_line_recogniser

    reader = open_line_recogniser(engine or HANDWRITING)
    report = evaluate_lines(folder, reader, TerminalProgress(), Expected(kind))
    if as_json:
        print_json(report)
        return
    shown = table(
        f"Bộ đọc dòng: {report.engine}", "Cách đọc", "Dòng", "CER", "CER không kể hoa thường", "CER không dấu", "WER",
        "Đúng cả dòng", "Sai lệch độ tin (ECE)", "Bịa chữ", "ms/dòng",
    )  # fmt: skip
    for way, figures in (("chỉ theo hình", report.greedy), (f"theo loại {kind}", report.beam)):
        if figures is not None:
            scores = figures.scores
            rates = (scores.cer, scores.cer_casefold, scores.cer_folded, scores.wer, scores.exact, figures.ece)
            told = (*(f"{rate:.2%}" for rate in rates), str(figures.hallucinated), f"{figures.ms_per_line:.1f}")
            shown.add_row(way, str(scores.n), *told)
    out.print(shown)
    found = report.usual.confusions
    for title, rows in (("Nhầm chữ", found.letters), ("Nhầm dấu thanh", found.tones)):
        if rows:
            worst = table(title, "Viết", "Đọc", "Số lần")
            for written, read, times in rows[:12]:
                worst.add_row(written.replace(" ", "␣") or "∅", read.replace(" ", "␣") or "∅", str(times))
            out.print(worst)


@evaluate_app.command("book")
def book(folder: Folder, as_json: Json = False) -> None:
    """Đo việc đọc cả sổ so với truth.jsonl. Measure the reading of a book against truth.jsonl."""
    report = opened().evaluate(folder, TerminalProgress())
    if as_json:
        print_json(report)
        return
    from cli.tables import book_table

    out.print(book_table(report))


@evaluate_app.command("pages")
def pages(
    folder: Folder,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Folder for pictures of the pages with fold and lines drawn in.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Đo việc tìm nếp gấp và dòng chữ so với pages.tsv, lines.tsv. Measure folds and text lines against known ones."""
    from pipeline import evaluate_pages

    report = evaluate_pages(folder, TerminalProgress(), plot)
    if as_json:
        print_json(report)
        return
    from cli.tables import pages_table

    out.print(pages_table(report))
