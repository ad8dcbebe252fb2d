"""The ledger against a few dictionaries: whatever machines and people do in whatever order."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from records.codes import EntryState, Presence
from records.entries import Entry, FieldValue
from records.errors import Conflict, WrongUse
from records.text import clean
from register import SqlRegister, open_register
from tests.register.making import LATER, by, entry, field

IDS = st.sampled_from(["KS-1", "KS-2"])
COLUMNS = st.sampled_from(["so", "nksHoTen", "meHoTen"])
TEXTS = st.one_of(st.none(), st.text(max_size=6), st.sampled_from(["Lan", "Lân", "Nguye\u0302\u0303n"]))
FIELDS = st.lists(st.tuples(COLUMNS, TEXTS), max_size=3, unique_by=lambda pair: pair[0])


class Ledger(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.register: SqlRegister = open_register(f"sqlite:///{Path(self.folder.name) / 'r.db'}")
        self.versions: dict[str, list[Entry]] = {}
        self.said: dict[tuple[str, str], FieldValue] = {}
        self.read: dict[tuple[str, str], dict[str, None]] = {}  # an ordered set

    def teardown(self) -> None:
        if hasattr(self, "register"):
            self.register.close()
            self.folder.cleanup()

    def now(self, name: str) -> Entry | None:
        return self.versions[name][-1] if name in self.versions else None

    def keep(self, after: Entry) -> None:
        history = self.versions.setdefault(after.id, [])
        if not history or history[-1] != after:
            assert after.version == len(history) + 1
            history.append(after)

    @rule(name=IDS, given=FIELDS)
    def a_machine_reads(self, name: str, given: list[tuple[str, str | None]]) -> None:
        draft = entry(name, fields=[field(column, text) for column, text in given])
        before = self.now(name)
        (after,) = self.register.draft([draft])
        assert self.register.draft([draft]) == [after]
        if before is not None and before.state is not EntryState.DRAFT:
            assert after == before
        for (owner, column), said in self.said.items():
            if owner == name:
                assert after.field(column) == said
        self.keep(after)
        for column, text in given:
            if text is not None:
                self.read.setdefault((name, column), {})[clean(text)] = None

    @rule(name=IDS, column=COLUMNS, text=TEXTS, stale=st.booleans())
    def a_person_decides(self, name: str, column: str, text: str | None, stale: bool) -> None:
        before = self.now(name)
        if before is None or before.field(column) is None:
            return
        presence = Presence.WRITTEN if text else Presence.BLANK
        version = before.version - stale
        try:
            after = self.register.decide(name, column, presence, text or "", "", by(), version)
        except Conflict:
            assert stale
            return
        except WrongUse:
            assert before.state is EntryState.WITHDRAWN or not clean(text or "")
            return
        assert not stale
        assert after.state is EntryState.DRAFT
        said = after.field(column)
        assert said is not None
        self.said[name, column] = said
        self.keep(after)

    @rule(name=IDS)
    def somebody_verifies(self, name: str) -> None:
        before = self.now(name)
        if before is None:
            return
        try:
            after = self.register.verify(name, "minh", LATER, before.version).entry
        except WrongUse:
            assert before.open_questions() or before.state is EntryState.WITHDRAWN
            return
        assert not before.open_questions()
        self.keep(after)

    @rule(name=IDS)
    def somebody_withdraws(self, name: str) -> None:
        before = self.now(name)
        if before is None or before.version < 4 or before.state is EntryState.WITHDRAWN:
            return
        self.keep(self.register.withdraw(name, "minh", "thử", before.version))

    @invariant()
    def history_is_what_was_answered(self) -> None:
        for name, versions in self.versions.items():
            assert self.register.entry(name) == versions[-1]
            assert self.register.history(name) == versions

    @invariant()
    def every_reading_is_kept_once(self) -> None:
        for (name, column), texts in self.read.items():
            assert [r.text for r in self.register.readings(name, column)] == list(texts)

    @invariant()
    def the_ledger_is_whole(self) -> None:
        if hasattr(self, "register"):
            assert self.register.check().whole


TestLedger = pytest.mark.slow(Ledger.TestCase)
TestLedger.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
