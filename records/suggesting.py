"""What a closing page suggests, beside what a person states and what was found in the book. Pure rules."""

from collections.abc import Iterator, Sequence

from records.books import BookReport, Stated
from records.closing import Figure, ReadFigure
from records.pages import PageProblem


def stated_figure(stated: Stated, figure: Figure) -> int | None:
    """Return what a person said of *figure*."""
    said: int | None = getattr(stated, figure.value)
    return said


def with_figure(figure: Figure, number: int) -> Stated:
    """Return a statement of *figure* alone."""
    return Stated(**{figure.value: number})


def contradictions(one: ReadFigure, stated: Stated, report: BookReport) -> Sequence[PageProblem]:
    """Return what contradicts a suggestion: a person's own statement, and what stands in the book."""
    read = one.suggested
    if read is None:
        return ()
    facts = {"read": str(read)}
    name, out = one.figure.name, []
    said = stated_figure(stated, one.figure)
    if said is not None and said != read:
        out.append(PageProblem(f"CLOSING_{name}_STATED", {**facts, "stated": str(said)}))
    found = tuple(_found(one.figure, report))
    if found and read not in found:
        out.append(PageProblem(f"CLOSING_{name}_FOUND", {**facts, "found": str(found[0])}))
    return tuple(out)


def _found(figure: Figure, report: BookReport) -> Iterator[int]:
    """Yield what the book itself says of *figure*, each of which agrees with it; nothing where it says nothing."""
    numbers = [found for run in report.runs for found in run.found]
    if figure is Figure.PAGES:
        yield from (report.pages, report.written_pages) if report.pages else ()
    elif figure is Figure.EVENTS and numbers:
        yield sum(not found.blank for found in numbers)
    elif numbers and len(report.runs) == 1:  # several years begin anew: which one the page speaks of nobody knows
        serials = [found.number.serial for found in numbers]
        yield min(serials) if figure is Figure.FIRST else max(serials)
