"""``search``, ``entry show``, ``reindex``: finding entries."""

import time
from typing import Annotated

import typer

from cli.screen import Json, notice, opened, out, print_json, table
from cli.tables import why_words
from records.codes import RegisterKind
from records.errors import ExitCode
from records.finding import Hit, Question

entry_app = typer.Typer(help="Xem một mục trong sổ. Look at an entry.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.command("search")(search)
    app.add_typer(entry_app, name="entry")
    app.command("reindex")(reindex)


def search(
    text: Annotated[str, typer.Argument(help="A name, with or without marks; or words of a paper.")],
    year: Annotated[int | None, typer.Option("--year", help="Year of birth or of registration.")] = None,
    within: Annotated[int, typer.Option("--within", min=0, max=50, help="Years either side.")] = 0,
    kind: Annotated[RegisterKind | None, typer.Option("--kind", help="Kind of register.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="Most hits to show.")] = 20,
    as_json: Json = False,
) -> None:
    """Tra cứu theo tên, có dấu hay không dấu. Find entries by name, with or without marks."""
    house = opened()
    question = Question(text, year=year, within=within, kind=kind, limit=limit)
    house.index  # noqa: B018 - built first, so that the time told below is that of the question
    started = time.perf_counter()
    answer = house.find(question)
    ms = round((time.perf_counter() - started) * 1000, 2)
    if as_json:
        print_json({"hits": [_hit(hit) for hit in answer.hits], "total": answer.total, "ms": ms})
        return
    if not answer.hits:
        notice("Không tìm thấy mục nào." + (" Đã thử: " + "; ".join(answer.tried) + "." if answer.tried else ""))
        return
    shown = table(f"{answer.total} mục, {ms} ms", "Mục", "Họ, chữ đệm, tên", "Ngày sinh", "Cha", "Mẹ", "Vì sao khớp")
    for hit in answer.hits:
        found = hit.document
        shown.add_row(found.entry, found.name, found.born, found.father, found.mother, why_words(hit.why))
    out.print(shown)


def _hit(hit: Hit) -> dict[str, object]:
    found = hit.document
    told = found.born or found.registered
    return {
        "entry": found.entry,
        "name": found.name,
        "year": int(told[:4]) if told[:4].isdigit() else None,
        "score": hit.score,
        "why": list(hit.why),
        "state": found.state,
    }


@entry_app.command("show")
def show(entry_id: Annotated[str, typer.Argument(metavar="ENTRY")], as_json: Json = False) -> None:
    """Xem mọi ô của một mục, bằng chứng và trạng thái. Show an entry with its fields and what is open."""
    entry = opened().entry(entry_id)
    if as_json:
        from dataclasses import asdict

        print_json({**asdict(entry), "open": entry.open_questions()})
        return
    from cli.tables import entry_table

    out.print(entry_table(entry))
    for note in entry.notes:
        notice(f"Ghi chú ({'đã đọc' if note.read_by else 'chưa đọc'}): {note.text}")


def reindex(as_json: Json = False) -> None:
    """Dựng lại chỉ mục tra cứu từ sổ. Build the search index anew from the register."""
    report = opened().reindex()
    if as_json:
        print_json(report)
    else:
        notice(f"Đã đưa {report.indexed} mục vào chỉ mục; {len(report.refused)} mục bị từ chối.")
        for refused in report.refused:
            notice(f"  {refused.entry}: {refused.reason}")
    if report.refused:
        raise typer.Exit(int(ExitCode.NEEDS_PERSON))
