"""Whatever a machine reads comes back from the ledger as it was; whatever is told has a digest of its own."""

import datetime as dt
import itertools
from dataclasses import make_dataclass, replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from records.codes import Presence
from records.entries import FieldValue, Note
from records.geometry import Point, Polygon
from records.pages import Evidence, PageId
from records.provenance import ProvenanceEvent
from records.readings import Alternative, EngineIdentity, Reading
from register import SqlRegister
from register.audit import START, link
from register.tidy import fingerprint, tidy
from tests.register.making import AT, entry

_ids = itertools.count()

texts = st.text(max_size=12)
shares = st.floats(0, 1)
places = st.floats(-1e6, 1e6) | st.integers(-10_000, 10_000)
polygons = st.lists(st.builds(Point, places, places), min_size=3, max_size=5).map(lambda p: Polygon(tuple(p)))
evidence = st.none() | st.builds(Evidence, st.just(PageId("p-0001")), polygons)
engines = st.builds(EngineIdentity, texts, texts, texts, st.booleans())
alternatives = st.lists(st.builds(Alternative, texts, shares), max_size=2).map(tuple)
readings = st.builds(Reading, texts, shares, engines, alternatives, st.none() | texts)
doubts = st.lists(texts, max_size=2).map(tuple)
written = st.builds(
    FieldValue, st.just(""), st.just(Presence.WRITTEN), texts, texts, evidence, readings, st.none(), doubts
)
unwritten = st.builds(
    FieldValue,
    st.just(""),
    st.sampled_from([Presence.BLANK, Presence.ILLEGIBLE, Presence.NOT_READ]),
    evidence=evidence,
    reading=st.none() | readings,
    doubts=doubts,
)
notes = st.builds(Note, st.just(""), texts, evidence)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.lists(written | unwritten, max_size=3), margin=st.lists(notes, max_size=2))
def test_a_draft_there_and_back(register: SqlRegister, fields: list[FieldValue], margin: list[Note]) -> None:
    draft = entry(
        f"KS-{next(_ids)}",
        fields=[replace(f, column=f"c{n}") for n, f in enumerate(fields)],
        notes=[replace(note, id=f"n{n}") for n, note in enumerate(margin)],
    )
    assert register.draft([draft]) == [tidy(draft)]
    kept = register.entry(draft.id)
    assert kept == tidy(draft)
    assert fingerprint(kept) == fingerprint(tidy(draft))
    assert register.draft([draft]) == [kept]
    assert register.history(draft.id) == [kept]


@given(records=st.builds(ProvenanceEvent, texts, texts, texts, st.just(AT), st.dictionaries(texts, texts, max_size=2)))
def test_tidying_twice_is_tidying_once(records: ProvenanceEvent) -> None:
    assert tidy(tidy(records)) == tidy(records)


events = st.builds(
    ProvenanceEvent,
    texts,
    texts,
    texts,
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)),
    st.dictionaries(texts, texts, max_size=2),
)


@given(one=events, other=events)
@example(
    ProvenanceEvent("a", "bc", "d", AT, {}),
    ProvenanceEvent("ab", "c", "d", AT, {}),
)
@example(
    ProvenanceEvent("a", "b", "c", AT, {"x": "1"}),
    ProvenanceEvent("a", "b", "c", AT, {"x": "1", "": ""}),
)
def test_two_events_have_one_digest_only_where_they_are_one(one: ProvenanceEvent, other: ProvenanceEvent) -> None:
    assert (link(one, START) == link(other, START)) is (one == other)
    assert link(one, START) != link(one, link(one, START))


@pytest.mark.parametrize("zone", [dt.UTC, dt.timezone(dt.timedelta(hours=7))])
def test_one_moment_has_one_digest_in_any_zone(zone: dt.tzinfo) -> None:
    told = ProvenanceEvent("access", "x", "lan", AT, {})
    assert link(replace(told, at=AT.astimezone(zone)), START) == link(told, START)


def test_a_record_keeps_its_fingerprint_when_its_type_gains_a_field() -> None:
    now = make_dataclass("Paper", [("name", str), ("reason", str, "")], frozen=True)
    later = make_dataclass("Paper", [("name", str), ("reason", str, ""), ("seal", bool, False)], frozen=True)
    assert fingerprint(now("x")) == fingerprint(later("x"))
    assert len({fingerprint(later("x")), fingerprint(later("x", "y")), fingerprint(later("x", "", True))}) == 3
