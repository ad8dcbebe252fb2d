"""Closed lists of the trade. Values are stored; labels for people are in the message catalogue."""

from enum import StrEnum


class RegisterKind(StrEnum):
    """Kind of register, by the ministry's two- or three-letter code (dispatch 1437/BTP-CNTT).

    The dispatch gives no code for guardianship and for changes: theirs are the house's own.
    """

    BIRTH = "KS"
    MARRIAGE = "KH"
    DEATH = "KT"
    RECOGNITION = "CMC"
    MARITAL_STATUS = "HN"
    GUARDIANSHIP = "GH"
    CHANGE = "TD"
    OTHER = "OTHER"


class PageRole(StrEnum):
    """What a page is in its book."""

    COVER = "cover"
    ENTRY = "entry"
    INDEX = "index"
    GUIDANCE = "guidance"
    """How the book is to be kept."""
    CLOSING = "closing"
    """The totals with which the book was closed."""
    BLANK = "blank"
    OTHER = "other"


class ValueKind(StrEnum):
    """What a field holds; decides how it is read, normalised and compared."""

    NAME = "name"
    DATE = "date"
    DATE_WORDS = "date_words"
    AGE = "age"
    """An age in years, in place of which a year or a date of birth may stand."""
    ENTRY_NUMBER = "entry_number"
    SEX = "sex"
    ETHNIC_GROUP = "ethnic_group"
    NATIONALITY = "nationality"
    PLACE = "place"
    PERSONAL_ID = "personal_id"
    CHECK = "check"
    """One ticked box of several printed choices; the text is the printed words beside the ticked box."""
    TEXT = "text"


class Presence(StrEnum):
    """What stands in a field of the book: four different truths."""

    WRITTEN = "written"
    BLANK = "blank"
    ILLEGIBLE = "illegible"
    NOT_READ = "not_read"


class PageStatus(StrEnum):
    """Where a delivered page stands. Every page handed in is in exactly one."""

    RECEIVED = "received"
    DONE = "done"
    WAITING = "waiting"
    """Needs a person; the reason is in the page's error."""
    FAILED = "failed"


class EntryState(StrEnum):
    """Where an entry stands; only VERIFIED may be issued from."""

    DRAFT = "draft"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"


class AmendmentKind(StrEnum):
    """What a note that is more than a remark does."""

    CHANGE = "change"
    """A field's value becomes another."""
    DIVORCE = "divorce"
    CANCELLATION = "cancellation"
    """The whole entry is void."""


class DeliveryKind(StrEnum):
    """What was handed in."""

    BOOK = "book"
    DOSSIER = "dossier"


class Role(StrEnum):
    """What an account may do at the desk."""

    CLERK = "clerk"
    KEYER = "keyer"
    OFFICER = "officer"
    ARCHIVIST = "archivist"
    LEADER = "leader"
    OPERATOR = "operator"


class IssueStatus(StrEnum):
    """Life of an extract's number. A number is never used twice, also when its extract is cancelled."""

    RESERVED = "reserved"
    ISSUED = "issued"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
