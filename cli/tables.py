"""Tables that more than one command shows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

import forms
from cli.screen import table
from records.books import Point, PointKind
from records.codes import EntryState, Presence, RegisterKind
from records.dates import PartialDate
from records.entries import Entry, FieldValue
from records.finding import Answer, Why
from records.messages import message

if TYPE_CHECKING:
    from pipeline import BookReport, FieldScore, PagesReport

_PRESENCE = {
    Presence.WRITTEN: "",
    Presence.BLANK: "(trong sổ để trống)",
    Presence.ILLEGIBLE: "(không đọc được)",
    Presence.NOT_READ: "(máy chưa đọc được)",
}
STATES = {
    EntryState.DRAFT: "chưa xác nhận",
    EntryState.VERIFIED: "đã xác nhận",
    EntryState.WITHDRAWN: "đã rút",
}
_UNLABELLED = {"loaiDangKy": "Loại đăng ký"}
"""Columns whose boxes stand on the page without a label."""
BOOK_KINDS = {
    PointKind.GAP: "gaps",
    PointKind.REPEAT: "repeats",
    PointKind.JUMP: "jumps",
    PointKind.UNREAD: "unread",
    PointKind.NO_ENTRY: "pages_without_entry",
    PointKind.STRANGER: "strangers",
    PointKind.PRINT: "printed_otherwise",
    PointKind.SEAL: "sealed_otherwise",
    PointKind.YEAR: "other_year",
    PointKind.VOLUMES: "volumes",
    PointKind.ENDS: "ends",
    PointKind.TOTAL: "totals",
    PointKind.BLANK: "blank",
    PointKind.SLIP: "slips",
    PointKind.AGAIN: "seen_again",
    PointKind.ORDER: "out_of_order",
    PointKind.DATE: "dates",
    PointKind.HINT: "hints",
}
"""Kinds of points of a book, by the keys under which they are published."""
STAGES = {"prepare": "nắn trang", "classify": "nhận mẫu", "read": "đọc ô", "draft": "lập mục"}
"""Names of the stages for people."""


def entry_table(entry: Entry) -> Table:
    """Return the fields of *entry*, each with its state in a sign and a word."""
    title = f"{entry.id}, bản {entry.version}, {STATES[entry.state]}"
    shown = table(title, "Ô", "Nhãn in", "Chữ trong sổ", "Giá trị chuẩn", "Trạng thái", whole=("Ô",))
    for found in entry.fields:
        value = found.value if found.value != found.text else ""
        text = found.text or _PRESENCE[found.presence]
        shown.add_row(found.column, label(found.column, entry.edition), text, value, field_state(found))
    return shown


def label(column: str, edition_id: str = "") -> str:
    """Return the label that an edition prints for *column*, else the newest that has it; empty where none does."""
    newest = sorted(forms.editions(), key=lambda e: (e.id == edition_id, e.valid_from), reverse=True)
    found = (edition.label(column) for edition in newest)
    return next((one.says[0] for one in found if one and one.says), _UNLABELLED.get(column, ""))


def field_state(found: FieldValue) -> str:
    """Return whether a person or a machine stands behind the value."""
    if found.decision is not None:
        by = found.decision.by
        return f"✓ {by} (mô phỏng)" if found.decision.simulated and "mô phỏng" not in by else f"✓ {by}"
    if found.reading is None:
        return "○ máy thấy trống" if found.presence is Presence.BLANK else "… chưa đọc"
    sign = "?" if found.doubts else "○"
    return f"{sign} máy đọc, {found.reading.confidence:.0%}"


def book_table(report: "BookReport", written: "BookReport | None" = None) -> Table:
    """Return how well each field was read. *written* is the report on the written fields alone, where that was taken.

    Then what was exact is told of written fields, and of those that the book leaves blank by itself.
    """
    told = written or report
    counted = ["Số ô (kể cả ô trống)" if written is None else "Ô có chữ", "CER", "Đúng cả ô"]
    counted += [] if written is None else ["Ô trống, đọc là trống"]
    shown = table(
        f"{report.n_pages} trang, {report.n_entries} mục, mất {report.entries_lost} mục, đúng cả ô {told.exact:.1%}"
        f"{' số ô có chữ' if written else ''}, {report.seconds_per_page:.2f} giây/trang",
        "Ô",
        "Nhãn in",
        *counted,
        right=counted,
        whole=("Ô", *counted[1:3]),
    )
    groups = [(report.fields, told.fields, ""), (report.real_ink, told.real_ink, " (mực thật)")]
    for every, filled, sign in groups:
        for name, score in every.items():
            row = [name, label(name) + sign]
            if written is None:
                shown.add_row(*row, str(score.n), f"{score.cer:.1%}", f"{score.exact:.1%}")
            else:
                shown.add_row(*row, *_apart(score, filled.get(name)))
    return shown


def _apart(every: "FieldScore", written: "FieldScore | None") -> tuple[str, ...]:
    """Return the figures of a column's written fields, then how many of its blank ones were read as blank."""
    n, right = (written.n, round(written.n * written.exact)) if written else (0, 0)
    blank, kept = every.n - n, round(every.n * every.exact) - right
    figures = (f"{every.cer:.1%}", f"{written.exact:.1%}") if written else ("", "")
    return str(n), *figures, f"{kept} / {blank}" if blank else ""


def kind_words(kind: RegisterKind) -> str:
    """Return what a kind of register is called; of a book without a known kind, that it has none."""
    return message(f"KIND_{kind.name}").vi if kind is not RegisterKind.OTHER else "chưa rõ"


def points_tables(points: Sequence[Point]) -> Iterator[Table]:
    """Yield what was found about a book: first what needs an explanation, then what is worth knowing."""
    for title, some in (
        ("Phải bổ sung hoặc giải trình trước khi khóa sổ", [p for p in points if p.kind.weighs]),
        ("Nên biết", [p for p in points if not p.kind.weighs]),
    ):
        if some:
            shown = table(title, "Việc", "Số", "Trang", "Chi tiết", "Giải trình", whole=("Việc", "Số"))
            for point in some:
                names = ", ".join(place.name for place in point.places[:3])
                more = f" và {len(point.places) - 3} trang" if len(point.places) > 3 else ""
                cells = (
                    message(point.word).vi,
                    point.numbers,
                    names + more,
                    _why(point),
                    _explained(point),
                )
                shown.add_row(*map(Text, cells))
            yield shown


def _why(point: Point) -> str:
    alone = len(point.places) == 1
    read = [p.proposal if alone else f"{p.proposal} ({p.name})" for p in point.places if p.proposal]
    return point.why.message().vi + (f" Máy cũng đọc là {', '.join(read)}." if read else "")


def _explained(point: Point) -> str:
    if said := point.explanation:
        return f"✓ {said.reason} ({said.by})"
    return "… chưa có" if point.open else ""


def pages_table(report: "PagesReport") -> Table:
    """Return the rates, and page by page whether the fold is right and how many lines were found."""
    told = report.as_json()
    parts = [f"{told['n']} ảnh"]
    for name, key in (
        ("nếp gấp đúng", "fold_hit"),
        ("dòng tìm được", "line_recall"),
        ("dòng tìm đúng", "line_precision"),
    ):
        low, high = told[f"{key}_ci95"]
        parts.append(f"{name} {told[key]:.1%} [{low:.1%}–{high:.1%}]")
    parts.append(f"{told['seconds_per_page']:.2f} giây/ảnh")
    shown = table(
        "; ".join(parts),
        "Ảnh",
        "Nếp gấp",
        "Dòng thật",
        "Tìm được",
        "Máy tìm ra",
        right=("Dòng thật", "Tìm được", "Máy tìm ra"),
    )
    failed = dict(report.failed)
    for page in report.pages:
        fold = message(failed[page.file]).vi if page.file in failed else "đúng" if page.fold_inside else "sai"
        shown.add_row(page.file, fold, str(page.true), str(page.hits), str(page.found))
    return shown


def hit_tables(answer: Answer, ms: float, limit: int = 500) -> Iterator[Table]:
    """Yield what was found, best first: entries, then papers by where they stand."""
    hits = answer.hits[:limit]
    title = f"{answer.total} kết quả, {ms:.1f} ms"
    if entries := [hit for hit in hits if not hit.document.is_paper]:
        shown = table(
            title, "Mục", "Họ, chữ đệm, tên", "Ngày sinh", "Cha", "Mẹ", "Vì sao khớp", whole=("Mục", "Ngày sinh")
        )
        for hit in entries:
            found, why = hit.document, why_words(hit.why)
            shown.add_row(found.entry, found.name, day(found.born), found.father, found.mother, why)
        yield shown
    if papers := [hit for hit in hits if hit.document.is_paper]:
        shown = table("Giấy tờ" if entries else title, "Mã", "Tệp, trang", "Đợt nhận", "Vì sao khớp", whole=("Mã",))
        for hit in papers:
            shown.add_row(hit.document.entry, hit.document.number, hit.document.book, why_words(hit.why))
        yield shown


def day(iso: str) -> str:
    """Return an ISO 8601 partial date as people write it, dd/mm/yyyy; anything else as it is."""
    try:
        return PartialDate.parse(iso).shown()
    except ValueError:
        return iso


def why_words(reasons: Iterable[Why]) -> str:
    """Return why a hit matched, in words for people."""
    return "; ".join(message(f"WHY_{why.name}").vi for why in reasons)
