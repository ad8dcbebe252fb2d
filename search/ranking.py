"""Who is a hit, how good, and why: rules without any engine in them.

A question becomes a :class:`Plan` of steps, best first. Engines use the plan to choose documents;
:func:`judge` and :func:`rank` apply the same plan to what they chose, so that every engine gives the
same hits in the same order. The score reads like the clerk's own reasoning:

* hundreds: how well the name agrees. 800 all marks, same order; 700 the same letters without marks;
  600 all syllables with their marks in another order, 500 part of a longer name, 400 and 300 the same
  without marks; 200 all syllables, one of them one letter apart, 100 the same as part of a longer name;
* tens: whose name it is (30 the person, 20 another person of the entry, 10 the mother, 0 the father);
* ones: the date (4 the day or month asked, 3 the year of birth, 2 the year of registration, 1 a year near it).

Words in a paper score 50, below any name. Equals stand by date of birth, entry number, entry id.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from records.finding import Hit, Question, SearchDocument, Why
from search.asking import Asked, understand
from search.conditions import ALWAYS, Among, Condition, Every, Some, Terms, has, holds
from search.folding import letters, marks, one_edit
from search.terms import FATHER, MOTHER, OTHERS, OWN, SLOTS, bag, length, order_of, precisions, terms_of, whole

_EXACT, _FOLDED, _TEXT = 800, 700, 50
_REORDERED_MARKED, _REORDERED, _ONE_EDIT = 600, 400, 200
_PART = -100
"""What a name loses that has more syllables than were asked."""
_MOST_NEAR = 8
"""Syllables of a name up to which one of them may be a letter off: beyond, the question would cost too much."""
_WHOSE: dict[str, tuple[int, tuple[Why, ...]]] = {
    OWN: (30, ()),
    **dict.fromkeys(OTHERS, (20, (Why.OTHER_PERSON,))),
    MOTHER: (10, (Why.MOTHER,)),
    FATHER: (0, (Why.FATHER,)),
}


@dataclass(frozen=True, slots=True)
class Step:
    """If *condition* and *besides* hold, a hit is worth *score* for the reasons *why*."""

    score: int
    why: tuple[Why, ...]
    condition: Condition
    """Steps of one name share it, as an object: an engine need look it up only once."""
    besides: Condition = ALWAYS

    @property
    def whole(self) -> Condition:
        """The condition with what is asked besides."""
        return Every((self.condition, self.besides))


@dataclass(frozen=True, slots=True)
class Plan:
    """A question as steps: the best of *matches* decides whether and how a document is a hit."""

    asked: Asked
    matches: tuple[Step, ...]
    """Best first, scores full tens; a document for which none holds is no hit."""
    dates: tuple[Step, ...]
    """Best first, scores below ten; what the date adds to a hit."""
    demanded: tuple[Condition, ...]
    """What every hit must fulfil besides."""

    def level(self, score: int) -> tuple[Condition, Condition]:
        """Return what hits of exactly *score* fulfil and what they do not."""
        match, date = score // 10 * 10, score % 10
        wanted = [Some(tuple(step.whole for step in self.matches if step.score == match)), *self.demanded]
        if date:
            wanted.append(Some(tuple(step.whole for step in self.dates if step.score == date)))
        better = [step.whole for step in self.matches if step.score > match]
        better += [step.whole for step in self.dates if step.score > date]
        return Every(tuple(wanted)), Some(tuple(better))

    @property
    def asks_nothing(self) -> bool:
        """Whether no document can be a hit."""
        return not self.matches


def plan(question: Question) -> Plan:
    """Return the steps of *question*."""
    asked = understand(question)
    demanded: list[Condition] = [has("kind", asked.kind.value)] if asked.kind else []
    years = _in_years(asked)
    of_names: tuple[Condition, ...] = ()
    if years and asked.year_apart:
        demanded.append(years)
    elif years:
        of_names = (years,)
    matches = list(_name_steps(asked.name, of_names))
    if asked.words:
        keys = dict.fromkeys(map(letters, asked.words))
        matches.append(Step(_TEXT, (Why.TEXT,), has("words", *keys)))
    matches.sort(key=lambda step: -step.score)
    return Plan(asked, tuple(matches), tuple(_date_steps(asked)), tuple(demanded))


def shared(steps: Iterable[Step]) -> list[tuple[Condition, list[Step]]]:
    """Return *steps* by the condition they share, for engines to look it up once."""
    groups: dict[int, tuple[Condition, list[Step]]] = {}
    for step in steps:
        groups.setdefault(id(step.condition), (step.condition, []))[1].append(step)
    return list(groups.values())


def judge(asked: Plan, document: SearchDocument, terms: Terms | None = None) -> Hit | None:
    """Return *document* as a hit with its score and reasons, or None where it is none.

    *terms* spares making the document's terms again.
    """
    known = terms_of(document) if terms is None else terms
    if not all(holds(condition, known) for condition in asked.demanded):
        return None
    best = _first(asked.matches, known)
    if best is None:
        return None
    date = _first(asked.dates, known) or Step(0, (), ALWAYS)
    return Hit(document, best.score + date.score, best.why + date.why)


def _first(steps: tuple[Step, ...], terms: Terms) -> Step | None:
    """Return the first of *steps* that is true of *terms*; what they share is looked at once."""
    seen: dict[int, bool] = {}
    for step in steps:
        key = id(step.condition)
        if key not in seen:
            seen[key] = holds(step.condition, terms)
        if seen[key] and holds(step.besides, terms):
            return step
    return None


def rank(asked: Plan, documents: Iterable[SearchDocument]) -> tuple[Hit, ...]:
    """Return the hits among *documents*, best first."""
    hits = [hit for document in documents if (hit := judge(asked, document))]
    return in_order(hits)


def in_order(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Return *hits* best first, equals by date of birth, entry number, entry id."""
    return tuple(sorted(hits, key=lambda hit: (-hit.score, order_of(hit.document))))


def _name_steps(name: tuple[str, ...], demanded: tuple[Condition, ...]) -> Iterator[Step]:
    """Yield the steps of a *name*; each asks for *demanded* besides."""
    if not name:
        return
    with_marks, without = tuple(map(marks, name)), tuple(map(letters, name))
    places = range(len(without) if len(without) <= _MOST_NEAR else 0)
    near = [_one_edit_at(i, without) for i in places if one_edit(without[i])]
    for slot in SLOTS:
        more, whose = _WHOSE[slot]
        exact, folded = has(f"{slot}_whole_marks", whole(with_marks)), has(f"{slot}_whole_letters", whole(without))
        yield Step(_EXACT + more, (Why.EXACT, *whose), exact, Every(demanded))
        yield Step(_FOLDED + more, (Why.FOLDED, *whose), folded, Every(demanded))
        apart = tuple(
            Every((*has(f"{slot}_letters", *rest).parts, Among(f"{slot}_letters", neighbours)))
            for rest, neighbours in near
        )
        bags: list[tuple[int, Why, Condition]] = [
            (_REORDERED_MARKED, Why.REORDERED, has(f"{slot}_marks", *bag(with_marks))),
            (_REORDERED, Why.REORDERED, has(f"{slot}_letters", *bag(without))),
            (_ONE_EDIT, Why.ONE_EDIT, Some(apart)),
        ]
        complete = has(f"{slot}_letters", length(name)).parts
        for score, why, condition in bags if apart else bags[:2]:
            yield Step(score + more, (why, *whose), condition, Every((*complete, *demanded)))
            yield Step(score + _PART + more, (why, *whose), condition, Every(demanded))


def _one_edit_at(place: int, keys: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the terms of all syllables but that at *place*, and the terms one edit away from that one.

    A neighbour that is also among the others must stand in the name once more than they need it.
    """
    others = keys[:place] + keys[place + 1 :]
    rest = bag(others)
    return rest, frozenset(bag((*others, near))[-1] for near in one_edit(keys[place]))


def _in_years(asked: Asked) -> Condition | None:
    if asked.year is None:
        return None
    years = frozenset(f"{year:04d}" for year in asked.years)
    return Some((Among("born", years), Among("registered", years)))


def _date_steps(asked: Asked) -> Iterator[Step]:
    if asked.year is None:
        return
    if asked.date and len(day_or_month := precisions(asked.date)) > 1:
        yield Step(4, (Why.DATE,), has("born", day_or_month[-1]))
    year = f"{asked.year:04d}"
    yield Step(3, (Why.YEAR,), has("born", year))
    yield Step(2, (Why.YEAR_REGISTERED,), has("registered", year))
    if asked.within and (years := _in_years(asked)):
        yield Step(1, (Why.YEAR_NEAR,), years)
