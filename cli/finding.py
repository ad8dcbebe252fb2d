"""``search``, ``entry show``, ``reindex``: finding entries."""

import time
from typing import Annotated

import typer
from rich.text import Text

from cli.again import command
from cli.screen import Json, notice, opened, out, print_json
from cli.tables import entry_table, hit_tables
from records.codes import RegisterKind
from records.entries import Entry
from records.errors import ExitCode, NotFound
from records.finding import Hit, Paper, Question
from wiring import House

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
    for shown in hit_tables(answer, ms):
        out.print(shown)
    if any(hit.document.is_paper for hit in answer.hits):
        notice(f"Xem toàn văn một giấy tờ: {command()} entry show MÃ")


def _hit(hit: Hit) -> dict[str, object]:
    found = hit.document
    told = found.born or found.registered
    paper = found.is_paper
    return {
        "entry": found.entry,
        "kind": found.kind,
        "name": found.name,
        "number": found.number,
        "year": int(told[:4]) if told[:4].isdigit() else None,
        "score": hit.score,
        "why": list(hit.why),
        "state": None if paper else found.state,  # nobody confirms a paper
    }


@entry_app.command("show")
def show(
    entry_id: Annotated[
        str, typer.Argument(metavar="ENTRY", help="Id of an entry or of a paper, as `search` tells it.")
    ],
    as_json: Json = False,
) -> None:
    """Xem mọi ô của một mục, hoặc toàn văn một giấy tờ. Show an entry with what is open, or the text of a paper."""
    found = _entry_or_paper(opened(), entry_id)
    if as_json:
        from dataclasses import asdict

        more = (
            {"kind": RegisterKind.OTHER, "state": None}
            if isinstance(found, Paper)
            else {"open": found.open_questions()}
        )
        print_json({**asdict(found), **more})
        return
    if isinstance(found, Paper):
        notice(f"{found.file}, trang {found.page} (đợt nhận {found.delivery})")
        out.print(Text(found.text or "(chưa đọc được chữ nào trên trang này)"))
        return
    out.print(entry_table(found))
    for note in found.notes:
        notice(f"Ghi chú {note.id} ({'đã đọc' if note.read_by else 'chưa đọc'}): {note.text}")
        if not note.read_by:
            where = f"xem trang {note.evidence.page} rồi ghi: " if note.evidence else "ghi: "
            notice(f"  {where}khongcho confirm {found.id} --note '{note.id}=NỘI DUNG'")


def _entry_or_paper(house: House, named: str) -> Entry | Paper:
    try:
        return house.entry(named)
    except NotFound as unknown:
        try:
            return house.paper(named)
        except NotFound:
            raise unknown from None


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
