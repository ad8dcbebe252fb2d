"""Tables that more than one command shows."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table

from cli.screen import table
from records.codes import Presence
from records.entries import Entry, FieldValue
from records.finding import Why
from records.messages import message

if TYPE_CHECKING:
    from pipeline import BookReport

_PRESENCE = {
    Presence.WRITTEN: "",
    Presence.BLANK: "(trong sổ để trống)",
    Presence.ILLEGIBLE: "(không đọc được)",
    Presence.NOT_READ: "(máy chưa đọc được)",
}
STAGES = {"prepare": "nắn trang", "classify": "nhận mẫu", "read": "đọc ô", "draft": "lập mục"}
"""Names of the stages for people."""


def entry_table(entry: Entry) -> Table:
    """Return the fields of *entry*, each with its state in a sign and a word."""
    shown = table(f"{entry.id}, bản {entry.version}, {entry.state}", "Ô", "Chữ trong sổ", "Giá trị chuẩn", "Trạng thái")
    for found in entry.fields:
        value = found.value if found.value != found.text else ""
        shown.add_row(found.column, found.text or _PRESENCE[found.presence], value, field_state(found))
    return shown


def field_state(found: FieldValue) -> str:
    """Return whether a person or a machine stands behind the value."""
    if found.decision is not None:
        by = found.decision.by
        return f"✓ {by} (mô phỏng)" if found.decision.simulated and "mô phỏng" not in by else f"✓ {by}"
    if found.reading is None:
        return "… chưa đọc"
    sign = "?" if found.doubts else "○"
    return f"{sign} máy đọc, {found.reading.confidence:.0%}"


def book_table(report: "BookReport") -> Table:
    """Return how well each field was read, with the number of values it was measured on."""
    shown = table(
        f"{report.n_pages} trang, {report.n_entries} mục, mất {report.entries_lost} mục, "
        f"đúng cả ô {report.exact:.1%}, {report.seconds_per_page:.2f} giây/trang",
        "Ô",
        "Số giá trị",
        "CER",
        "Đúng cả ô",
        right=("Số giá trị", "CER", "Đúng cả ô"),
    )
    for scores, sign in ((report.fields, ""), (report.real_ink, " (mực thật)")):
        for name, score in scores.items():
            shown.add_row(name + sign, str(score.n), f"{score.cer:.1%}", f"{score.exact:.1%}")
    return shown


def why_words(reasons: Iterable[Why]) -> str:
    """Return why a hit matched, in words for people."""
    return "; ".join(message(f"WHY_{why.name}").vi for why in reasons)
