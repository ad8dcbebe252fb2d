"""What a person says a note changes, from the form of the desk. Pure: a form and an entry in, amendments out."""

from counter.gate import Posted
from records.amendments import Amendment, Basis
from records.codes import AmendmentKind, RegisterKind
from records.dates import PartialDate
from records.entries import Entry
from records.errors import WrongUse

_KINDS = {"doi": AmendmentKind.CHANGE, "ly-hon": AmendmentKind.DIVORCE, "huy": AmendmentKind.CANCELLATION}
FIELDS = ("text", "viec", "cot", "moi", "ngay", "giay", "so", "co_quan", "ngay_giay")
"""What the form holds: the note's words, what it does, column, new text, its day; paper, number, agency, day."""


def amendments_of(form: Posted, entry: Entry, standing: Entry) -> tuple[Amendment, ...]:
    """Return what the form says that a note of *entry* changes, *standing* being the entry as it is now.

    None for a remark. Raises WrongUse for a day that is none, for a change that names no field or changes nothing, and
    for a divorce that is no marriage's or does not name its judgment.
    """
    kind = _KINDS.get(form.text("viec"))
    if kind is None:
        return ()
    noted_on = _day(form.text("ngay"))
    basis = Basis(form.text("giay", 200), form.text("so", 100), form.text("co_quan", 300), _day(form.text("ngay_giay")))
    if kind is AmendmentKind.DIVORCE and (
        entry.kind is not RegisterKind.MARRIAGE or not (basis.paper and basis.number and basis.agency and basis.date)
    ):
        raise WrongUse("AMENDMENT_DIVORCE")
    if kind is not AmendmentKind.CHANGE:
        return (Amendment(kind, noted_on, basis),)
    column, text = form.text("cot"), form.text("moi")
    old = standing.text(column)
    if entry.field(column) is None or text == old:
        raise WrongUse("AMENDMENT_CHANGES_NOTHING")
    return (Amendment(kind, noted_on, basis, column, old, text),)


def _day(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text) if text else None
    except ValueError as error:
        raise WrongUse("AMENDMENT_DAY", text=text) from error
