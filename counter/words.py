"""Words and signs of the screens: plain office Vietnamese for the closed lists of the trade."""

import datetime as dt

from records.codes import EntryState, IssueStatus, Presence, RegisterKind, Role
from records.dates import PartialDate
from records.entries import FieldValue
from records.finding import Why
from records.messages import message

VIETNAM = dt.timezone(dt.timedelta(hours=7))
"""Vietnam keeps UTC+7 all year."""

KINDS = {kind: message(f"KIND_{kind.name}").vi for kind in RegisterKind}
STATES = {
    EntryState.DRAFT: ("?", "Chưa xác nhận", "doubt"),
    EntryState.VERIFIED: ("✓", "Đã xác nhận", "verified"),
    EntryState.WITHDRAWN: ("✗", "Đã rút", "error"),
}
"""State of an entry: sign, word, and the style that goes with them."""
ROLES = {
    Role.CLERK: "cán bộ tư pháp - hộ tịch",
    Role.KEYER: "người nhập liệu",
    Role.OFFICER: "người ký",
    Role.ARCHIVIST: "cán bộ lưu trữ",
    Role.LEADER: "lãnh đạo",
    Role.OPERATOR: "quản trị hệ thống",
}
ISSUES = {
    IssueStatus.RESERVED: "Đang cấp, chưa xong",
    IssueStatus.ISSUED: "Đã cấp",
    IssueStatus.SUPERSEDED: "Đã được thay thế",
    IssueStatus.CANCELLED: "Đã hủy",
}
WHY = {why: message(f"WHY_{why.name}").vi for why in Why}
GROUPS = (
    ("nks", "Người được khai sinh"),
    ("nkt", "Người chết"),
    ("vo", "Vợ"),
    ("chong", "Chồng"),
    ("cmc", "Cha, mẹ, con"),
    ("me", "Mẹ"),
    ("cha", "Cha"),
    ("nyc", "Người đi đăng ký"),
)
"""Whom a column speaks of, by the prefix of the ministry's column name."""
REGISTRATION = "Việc đăng ký"
CLOSING = "Người ký, loại đăng ký và ghi chú"
"""The same columns where they close a page."""


def group(column: str) -> str:
    """Return the heading under which *column* stands on the screen."""
    for prefix, title in GROUPS:
        if column.startswith(prefix) and column[len(prefix) : len(prefix) + 1].isupper():
            return title
    return REGISTRATION


def state_of(field: FieldValue) -> tuple[str, str, str]:
    """Return sign, word and style of a field: a value never stands without its state."""
    if field.presence is Presence.NOT_READ:
        return "…", "chưa đọc", "unread"
    if field.decided:
        return {
            Presence.WRITTEN: ("✓", "đã xác nhận", "verified"),
            Presence.BLANK: ("–", "sổ để trống, đã xác nhận", "blank"),
            Presence.ILLEGIBLE: ("✗", "không đọc được, đã xác nhận", "illegible"),
        }[field.presence]
    if field.presence is Presence.BLANK:
        return "–", "máy thấy để trống", "machine"
    if field.presence is Presence.ILLEGIBLE:
        return "✗", "máy không đọc được", "doubt"
    return ("?", "máy đọc, còn nghi ngờ", "doubt") if field.doubts else ("○", "máy đọc", "machine")


def day(moment: dt.datetime | None) -> str:
    """Return the day of *moment* in Vietnam, dd/mm/yyyy."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y") if moment else ""


def moment(when: dt.datetime | None) -> str:
    """Return day and minute of *when* in Vietnam."""
    return when.astimezone(VIETNAM).strftime("%d/%m/%Y lúc %H:%M") if when else ""


def partial(iso: str) -> str:
    """Return an ISO 8601 partial date as screens show it; anything else as it is."""
    try:
        return PartialDate.parse(iso).shown()
    except ValueError:
        return iso
