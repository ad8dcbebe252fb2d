"""What stands on the paper: from a verified entry and a template edition to the lines of an extract.

Rules of circular 04/2020/TT-BTP that live here: the copy follows the book exactly and what is blank
in the book stays blank (article 23(1), 29(9)); places as in the book (30(2)); names in capital
letters with their marks (31). Nothing here knows how a page is drawn.
"""

import datetime as dt
from dataclasses import asdict, dataclass

from extracts.doubts import printable
from extracts.numbering import mark_svg, mark_text
from forms.extract_templates import ExtractTemplate, PrintedField, Show
from records.codes import AmendmentKind
from records.dates import PartialDate
from records.entries import NOTES, Entry
from records.extracts import DraftExtract, IssueNumber
from records.text import clean

VIETNAM = dt.timezone(dt.timedelta(hours=7), "+07")
"""Vietnam keeps one time all year."""


@dataclass(frozen=True, slots=True)
class Line:
    """A label and its value (several paragraphs for notes), as printed."""

    label: str
    value: tuple[str, ...]
    strong: bool
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """Lines side by side."""

    lines: tuple[Line, ...]
    aligned: bool
    starts_block: bool


@dataclass(frozen=True, slots=True)
class Seal:
    """What only an issued extract carries: its number, its mark and the words about its signature."""

    number: str
    code: str
    mark: str
    """Text of the QR mark; also kept in the file's metadata."""
    mark_drawing: str
    """The mark as SVG."""
    mark_words: str
    signature_words: tuple[str, ...]
    notice: str
    """Printed at the foot of every page; says of a demonstration that it is one."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An extract as it will be printed. Without a *seal* it is a draft, and says so."""

    authority: tuple[str, ...]
    national_title: tuple[str, ...]
    suffix: str
    place: str
    day: int
    month: int
    year: int
    title: str
    subtitle: str
    rows: tuple[Row, ...]
    signer_heading: str
    signer_hint: str
    signer_title: tuple[str, ...]
    signer_name: str
    seal: Seal | None

    def as_data(self) -> dict[str, object]:
        """Return the paper as JSON-able data for the typesetter."""
        return asdict(self)


def paper_of(draft: DraftExtract, template: ExtractTemplate, at: dt.datetime, seal: Seal | None) -> Paper:
    """Lay out *draft* by *template*, dated *at* (aware; printed as the day in Vietnam).

    Raises WrongUse for what must never be certified (:mod:`extracts.doubts`): a blank line would say that the book
    is blank.
    """
    day = at.astimezone(VIETNAM).date()
    entry = printable(draft.source, template, day)
    return Paper(
        authority=tuple(map(clean, draft.authority.name_lines)),
        national_title=template.national_title,
        suffix=template.suffix,
        place=clean(draft.authority.place),
        day=day.day,
        month=day.month,
        year=day.year,
        title=template.title,
        subtitle=template.subtitle,
        rows=tuple(
            Row(tuple(_line(f, entry, day) for f in row.fields), row.aligned, row.starts_block) for row in template.rows
        ),
        signer_heading=template.signer_heading,
        signer_hint=template.signer_hint,
        signer_title=tuple(map(clean, draft.signer.title_lines)),
        signer_name=clean(draft.signer.name),
        seal=seal,
    )


def seal_of(number: IssueNumber, signed_by: str, at: dt.datetime, *, demo: bool) -> Seal:
    """Return what the office sets on an extract besides its content; *signed_by* names the certificate's holder."""
    return Seal(
        number=str(number),
        code=number.code,
        mark=mark_text(number),
        mark_drawing=mark_svg(number),
        mark_words="Mã này do cơ quan cấp trích lục kiểm tra, không phải mã của cơ sở dữ liệu quốc gia.",
        signature_words=(
            f"Ký số bởi: {clean(signed_by)}",
            f"Thời gian ký: {at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S} +07:00",
        ),
        notice="Bản chạy thử, ký bằng chứng thư thử nghiệm, không có giá trị pháp lý." if demo else "",
    )


def _line(spec: PrintedField, entry: Entry, day: dt.date) -> Line:
    value = _value(spec, entry, day)
    return Line(spec.label, value, strong=spec.show is Show.CAPITALS, after=spec.after if any(value) else "")


def _value(spec: PrintedField, entry: Entry, day: dt.date) -> tuple[str, ...]:
    text = clean(entry.text(spec.column)).strip()
    match spec.show:
        case Show.CAPITALS:
            return (text.upper(),)
        case Show.DATE:
            return (_date(text, entry.value(spec.column)),)
        case Show.NOTES:
            return _notes(text, entry, day)
        case Show.VERBATIM:
            return (text,)


def _date(text: str, value: str) -> str:
    """Return dd/mm/yyyy only where verbatim text and normalised value say the same date, else the verbatim text."""
    try:
        written, meant = PartialDate.parse(text), PartialDate.parse(value)
    except ValueError:
        return text
    return written.shown() if written == meant else text


def _notes(text: str, entry: Entry, day: dt.date) -> tuple[str, ...]:
    """Return the paragraphs under *Ghi chú*: of a divorce the law's words in place of the note's own.

    A note that stands in the form's own room for notes is that field's text, and is not printed again.
    """
    divorces = {
        note.id: f"Đã ly hôn theo {change.basis.said()}"
        for note, change in entry.amendments(day)
        if change.kind is AmendmentKind.DIVORCE
    }
    field = entry.field(NOTES)
    place = field.evidence if field else None
    here = [n for n in entry.notes if place is not None and n.evidence == place]
    parts = [] if any(n.id in divorces for n in here) else [text]
    parts += [clean(divorces.get(n.id, n.text)) for n in entry.notes if n not in here or n.id in divorces]
    paragraphs = [line.strip() for part in parts for line in part.splitlines()]
    return tuple(dict.fromkeys(line for line in paragraphs if line))
