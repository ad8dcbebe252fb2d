"""``forms``: the printed forms that the programme knows, and how it learns another."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from cli.screen import Json, TerminalProgress, notice, opened, out, print_json, table
from forms import Edition, LayoutKnowledge, PageShape
from records.codes import RegisterKind

forms_app = typer.Typer(help="Các mẫu sổ đã biết. The forms of register books that are known.", no_args_is_help=True)

_KNOWLEDGE = {"exact": "đúng mẫu in", "reconstructed": "dựng lại từ nhãn in", "guessed": "phỏng đoán"}


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.add_typer(forms_app, name="forms")


@forms_app.command("list")
def list_(as_json: Json = False) -> None:
    """Liệt kê các mẫu sổ đã biết, thời gian dùng và căn cứ pháp lý.

    List the editions of register books that are known, when they were in use, and on what legal basis.
    """
    from forms import editions, use_own
    from wiring import read_settings

    use_own(read_settings().own_forms)
    if as_json:
        rows = [
            {
                "id": edition.id,
                "kind": edition.kind,
                "name": edition.name,
                "valid_from": edition.valid_from.isoformat(),
                "valid_to": edition.valid_to.isoformat() if edition.valid_to else None,
                "basis": edition.basis,
                "layout": edition.layout,
            }
            for edition in editions()
        ]
        print_json({"editions": rows})
        return
    shown = table("Các mẫu sổ đã biết", "Mẫu", "Tên", "Từ ngày", "Đến ngày", "Căn cứ", "Bố cục", whole=("Mẫu",))
    for edition in editions():
        days = (edition.valid_from, edition.valid_to)
        first, last = (day.strftime("%d/%m/%Y") if day else "" for day in days)
        shown.add_row(edition.id, edition.name, first, last, edition.basis, _KNOWLEDGE[edition.layout])
    out.print(shown)


@forms_app.command("marks")
def marks(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder with pictures of pages.")],
    kind: Annotated[RegisterKind, typer.Option("--kind", help="Register, by the ministry's code.")],
    as_json: Json = False,
) -> None:
    """Đề xuất nhãn in của mẫu sổ mới từ ít nhất ba trang: chữ nào trang nào cũng có thì là chữ in.

    Propose the marks of a new form from three pages or more: print recurs, handwriting does not. Writes marks.jsonl
    beside the pictures, to be put right by hand, and pictures with the marks drawn in.
    """
    found = opened().propose_marks(folder, kind, TerminalProgress())
    if as_json:
        rows = [{"text": one.text, "column": one.label.column if one.label else None} for one in found]
        print_json({"marks": rows})
        return
    shown = table(f"{len(found)} nhãn in", "Số", "Chữ in", "Cột", "Loại giá trị", right=("Số",))
    for number, one in enumerate(found, start=1):
        column, sort = (one.label.column or "", one.label.kind or "") if one.label else ("", "")
        shown.add_row(str(number), one.text, column, sort)
    out.print(shown)
    notice(f"Đã ghi marks.jsonl và ảnh có đánh số nhãn vào {folder}. Hãy xem lại: bỏ dòng không phải nhãn, ghi cột cho")
    notice("nhãn còn thiếu (docs/forms.md có danh sách cột), rồi chạy khongcho forms learn.")


@forms_app.command("learn")
def learn(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder with pictures of pages and marks.jsonl.")
    ],
    name: Annotated[str, typer.Option("--id", help="Short name of the edition, for example `birth-1976-hanoi`.")],
    kind: Annotated[RegisterKind, typer.Option("--kind", help="Register, by the ministry's code.")],
    title: Annotated[str, typer.Option("--name", help="Name for people.")],
    first: Annotated[dt.datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of use.")],
    last: Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of use.")] = None,
    basis: Annotated[str, typer.Option("--basis", help="Legal basis.")] = "",
    shape: Annotated[PageShape, typer.Option("--shape", help="How cases lie on a page.")] = PageShape.PAGE,
    again: Annotated[bool, typer.Option("--again", help="Learn an edition of the office once more.")] = False,
    as_json: Json = False,
) -> None:
    """Học một mẫu sổ mới từ ít nhất ba trang đã đánh dấu nhãn in. Learn an edition from three marked pages or more."""
    plain = Edition(
        id=name,
        kind=kind,
        name=title,
        valid_from=first.date(),
        valid_to=last.date() if last else None,
        basis=basis or "chưa nêu",
        layout=LayoutKnowledge.EXACT,
        drawn_from=f"Learnt from marked pages: {folder.name}",
        shape=shape,
        heading=(title.upper(),),
        labels=(),
    )
    learnt = opened().learn_form(folder, plain, TerminalProgress(), again=again)
    lacking = lacking_columns(learnt.edition)
    if as_json:
        print_json({"id": name, "labels": len(learnt.edition.labels), "fits": learnt.fits, "lacking": lacking})
        return
    shown = table(f"Mẫu {name} đã học", "Trang", "Chữ in nhận lại", "Nhãn", "Ô tìm thấy")
    for fit in learnt.fits:
        shown.add_row(fit.file, f"{fit.coverage:.0%}", str(fit.labels), f"{fit.located}/{fit.marked}")
    out.print(shown)
    if lacking:
        notice(
            f"Mẫu này chưa có nhãn của các cột mà mẫu nào cùng loại cũng có: {', '.join(lacking)}. Nếu trang có in, hãy"
        )
        notice("thêm nhãn vào marks.jsonl ở mọi trang rồi học lại (--again): ô không có nhãn thì không được đọc.")


def lacking_columns(learnt: Edition) -> list[str]:
    """Return the columns that every other form of this register has and *learnt* does not: labels that were missed."""
    from forms import editions

    others = [set(one.columns) for one in editions() if one.kind is learnt.kind and one.id != learnt.id]
    return sorted(set.intersection(*others) - set(learnt.columns)) if others else []
