"""Every printed form edition of a register book and of an extract, as data with validity and legal basis."""

from forms.editions import (
    Edition,
    Label,
    LayoutKnowledge,
    Leaf,
    PageShape,
    closing_forms,
    edition,
    editions,
    own_digest,
    parse_edition,
    read_anew,
    use_own,
    written,
)
from forms.folding import folded, letters_of, short_name
from forms.seals import ward_of, ward_on_seal
from forms.units import Unit, UnitLevel, units
from forms.values import is_valid, listed, nearest, normalise, parse_date
from forms.words import date_in_words, parse_date_words

__all__ = [
    "Edition",
    "Label",
    "LayoutKnowledge",
    "Leaf",
    "PageShape",
    "Unit",
    "UnitLevel",
    "closing_forms",
    "date_in_words",
    "edition",
    "editions",
    "folded",
    "is_valid",
    "letters_of",
    "listed",
    "nearest",
    "normalise",
    "own_digest",
    "parse_date",
    "parse_date_words",
    "parse_edition",
    "read_anew",
    "short_name",
    "units",
    "use_own",
    "ward_of",
    "ward_on_seal",
    "written",
]
