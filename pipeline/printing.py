"""How a form is printed on a page: where its labels stand. Pages of one book are alike in that."""

from collections import Counter

from forms import Edition
from pipeline.labels import INFERRED, tokens
from pipeline.locate import LabelledPage


def printed(labelled: LabelledPage) -> dict[str, list[int]]:
    """Return where each label begins (middle of its first line), in pixels; only those that were read."""
    names, found = names_of(labelled.edition), tokens(labelled.words)
    return {
        names[i]: [round(match.first.x), round(match.first.y + match.first.h / 2)]
        for i, match in sorted(labelled.labels.items())
        if i in names and all(found[k].group < INFERRED for k in match.words)
    }


def names_of(edition: Edition) -> dict[int, str]:
    """Return what each label is called, by index: the same in editions that print it alike; none that stands twice."""
    names = {i: label.column or label.says[0] for i, label in enumerate(edition.labels) if label.column or label.says}
    often = Counter(names.values())
    return {i: name for i, name in names.items() if often[name] == 1}
