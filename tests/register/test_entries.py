from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from records.amendments import Amendment, Basis
from records.codes import AmendmentKind, EntryState, Presence, RegisterKind
from records.dates import PartialDate
from records.entries import Book, Entry, Note
from records.errors import Conflict, NotFound, WrongUse
from records.geometry import Box
from records.pages import Evidence, PageId
from records.ports import Register
from records.readings import Decision
from register import SqlRegister
from tests.register.making import AT, LATER, by, decided, delivery, entry, field, note, reading, verified


def test_it_satisfies_the_port(register: SqlRegister) -> None:
    port: Register = register
    assert port.count_entries() == dict.fromkeys(EntryState, 0)


def test_a_draft_comes_back_as_it_was_drafted(register: SqlRegister) -> None:
    register.open_delivery(delivery(), [])
    register.add_book(Book("b1", "HBT", RegisterKind.BIRTH, 1987, "01"))
    fields = [
        field("so", "12", doubts=("NUMBER_UNUSUAL",)),
        field("nksNgaySinh", "01/02/1987", value="1987-02-01"),
        field("meHoTen", None),
    ]
    draft = entry(fields=fields, notes=[note()], delivery="d1", book="b1")
    assert register.draft([draft]) == [draft]
    assert register.entry(draft.id) == draft
    assert register.entries() == [draft]
    assert register.history(draft.id) == [draft]


def test_drafting_twice_is_drafting_once(register: SqlRegister) -> None:
    drafts = [entry("KS-A", so="1", nksHoTen="Lan"), entry("KS-B", so="2")]
    first = register.draft(drafts)
    chain = register.verify_chain()
    assert register.draft(drafts) == first
    assert register.verify_chain() == chain
    assert len(register.readings("KS-A", "so")) == 1


def test_a_new_reading_takes_the_place_of_the_old_one_and_both_are_kept(register: SqlRegister) -> None:
    register.draft([entry(so="12", nksHoTen="Lan")])
    (now,) = register.draft([entry(so="12", nksHoTen="Lân")])
    assert (now.version, now.text("nksHoTen")) == (2, "Lân")
    assert register.readings(now.id, "nksHoTen") == [reading("Lan"), reading("Lân")]
    assert register.readings(now.id, "so") == [reading("12")]
    assert [e.text("nksHoTen") for e in register.history(now.id)] == ["Lan", "Lân"]


def test_a_reading_that_comes_back_is_not_a_new_reading(register: SqlRegister) -> None:
    for text in ("Lan", "Lân", "Lan"):
        register.draft([entry(nksHoTen=text)])
    assert register.entry("KS-AAAAAAAAAA").text("nksHoTen") == "Lan"
    assert [r.text for r in register.readings("KS-AAAAAAAAAA", "nksHoTen")] == ["Lan", "Lân"]
    assert [e.text("nksHoTen") for e in register.history("KS-AAAAAAAAAA")] == ["Lan", "Lân", "Lan"]


def test_one_entry_twice_in_one_call(register: SqlRegister) -> None:
    first, second = register.draft([entry(so="1"), entry(so="7")])
    assert first == second == register.entry(first.id)
    assert [e.text("so") for e in register.history(first.id)] == ["1", "7"]


def test_a_machine_never_overwrites_a_person(register: SqlRegister) -> None:
    (drafted,) = register.draft([entry(so="12", nksHoTen="Lan", meHoTen=None)])
    kept = register.decide(drafted.id, "nksHoTen", Presence.WRITTEN, "Lành", "Lành", by(), 1)
    (now,) = register.draft([entry(so="13", nksHoTen="Loan", meHoTen="Mai")])
    assert now.field("nksHoTen") == kept.field("nksHoTen")
    assert (now.text("so"), now.text("meHoTen")) == ("13", "Mai")
    assert [r.text for r in register.readings(now.id, "nksHoTen")] == ["Lan", "Loan"]


def test_a_decided_field_survives_a_draft_of_another_edition(register: SqlRegister) -> None:
    (drafted,) = register.draft([entry(so="12", nksHoTen="Lan")])
    register.decide(drafted.id, "so", Presence.WRITTEN, "12", "12", by(), 1)
    (now,) = register.draft([replace(entry(chongHoTen="Lan"), edition="kh-2016")])
    assert [f.column for f in now.fields] == ["chongHoTen", "so"]
    (back,) = register.draft([entry(so="99", nksHoTen="Lan")])
    assert [(f.column, f.text) for f in back.fields] == [("so", "12"), ("nksHoTen", "Lan")]
    assert [[f.column for f in e.fields] for e in register.history(now.id)] == [
        ["so", "nksHoTen"],
        ["so", "nksHoTen"],
        ["chongHoTen", "so"],
        ["so", "nksHoTen"],
    ]


def test_a_verified_entry_is_untouched_but_the_reading_is_kept(register: SqlRegister) -> None:
    before = verified(register)
    assert register.draft([entry(so="99", nksHoTen="Sai", cha="Mới")]) == [before]
    assert register.entry(before.id) == before
    assert [r.text for r in register.readings(before.id, "so")] == ["12", "99"]
    assert register.check().whole


@pytest.mark.parametrize(
    "claim",
    [
        replace(entry(), state=EntryState.VERIFIED),
        replace(entry(), verified_by="lan"),
        entry(fields=[replace(field("so", "1"), decision=by())]),
        entry(notes=[replace(note(), read_by="lan", read_at=AT)]),
        entry(notes=[replace(note(), amendments=(Amendment(AmendmentKind.DIVORCE, None),))]),
    ],
)
def test_a_draft_may_not_claim_a_decision(register: SqlRegister, claim: Entry) -> None:
    with pytest.raises(WrongUse) as caught:
        register.draft([entry("KS-GOOD", so="1"), claim])
    assert caught.value.code == "DRAFT_CLAIMS_DECISION"
    assert register.entries() == []


def test_an_unknown_delivery_or_book_refuses_the_whole_draft(register: SqlRegister) -> None:
    for wrong in (entry(delivery="nothing"), entry(book="nothing")):
        with pytest.raises(NotFound):
            register.draft([entry("KS-GOOD", so="1"), wrong])
    assert register.entries() == []


def test_a_decision_keeps_the_machines_reading_beside_it(register: SqlRegister) -> None:
    (drafted,) = register.draft([entry(fields=[field("nksNgaySinh", "l/2/1987", doubts=("DATE_UNSURE",))])])
    now = register.decide(
        drafted.id, "nksNgaySinh", Presence.WRITTEN, "1/2/1987", "1987-02-01", Decision("lan", AT, True), 1
    )
    found = now.field("nksNgaySinh")
    assert found is not None
    assert (found.text, found.value, found.doubts) == ("1/2/1987", "1987-02-01", ())
    assert found.decision == Decision("lan", AT, True)
    assert found.reading == reading("l/2/1987")
    assert (now.version, register.entry(now.id)) == (2, now)
    (told,) = [e.event for e in register.events(now.id) if e.event.event_type == "field decided"]
    assert (told.agent, told.at, told.detail["column"], told.detail["simulated"]) == ("lan", AT, "nksNgaySinh", "true")
    assert "1987" not in str(told.detail)


def test_a_decided_field_is_changed_by_another_decision_only(register: SqlRegister) -> None:
    (drafted,) = register.draft([entry(so="12")])
    register.decide(drafted.id, "so", Presence.WRITTEN, "13", "13", by("lan"), 1)
    now = register.decide(drafted.id, "so", Presence.ILLEGIBLE, "", "", by("minh", LATER), 2)
    found = now.field("so")
    assert found is not None
    assert (found.presence, found.text, found.decision) == (Presence.ILLEGIBLE, "", by("minh", LATER))
    assert [e.text("so") for e in register.history(now.id)] == ["12", "13", ""]


@pytest.mark.parametrize(
    ("presence", "text", "value", "code"),
    [
        (Presence.NOT_READ, "", "", "DECISION_EMPTY"),
        (Presence.WRITTEN, "", "", "DECISION_EMPTY"),
        (Presence.WRITTEN, "\u202e", "", "DECISION_EMPTY"),
        (Presence.BLANK, "Lan", "", "DECISION_NOT_EMPTY"),
        (Presence.ILLEGIBLE, "", "Lan", "DECISION_NOT_EMPTY"),
    ],
)
def test_decisions_that_contradict_themselves(
    register: SqlRegister, presence: Presence, text: str, value: str, code: str
) -> None:
    register.draft([entry(so="12")])
    with pytest.raises(WrongUse) as caught:
        register.decide("KS-AAAAAAAAAA", "so", presence, text, value, by(), 1)
    assert caught.value.code == code
    assert register.entry("KS-AAAAAAAAAA").version == 1


def test_the_second_one_is_told_who_changed_it_and_when(register: SqlRegister) -> None:
    register.draft([entry(so="12", nksHoTen="Lan")])
    now = register.decide("KS-AAAAAAAAAA", "so", Presence.WRITTEN, "13", "13", by("hoa"), 1)
    tries = (
        lambda: register.decide(now.id, "nksHoTen", Presence.BLANK, "", "", by("minh"), 1),
        lambda: register.read_note(now.id, "n1", "", by("minh"), 1),
        lambda: register.verify(now.id, "minh", LATER, 1),
        lambda: register.withdraw(now.id, "minh", "nhầm", 1),
        lambda: register.decide(now.id, "nksHoTen", Presence.BLANK, "", "", by("minh"), 3),
    )
    for attempt in tries:
        with pytest.raises(Conflict) as caught:
            attempt()
        assert caught.value.code == "ENTRY_CHANGED"
        assert caught.value.facts == {"entry": now.id, "by": "hoa", "at": "20/11/2026 15:30"}
        assert "hoa" in caught.value.message().vi
    assert register.entry(now.id) == now


def test_of_many_at_once_one_is_first_and_the_others_are_told(register: SqlRegister) -> None:
    register.draft([entry(so="12")])

    def attempt(n: int) -> str:
        try:
            return register.decide("KS-AAAAAAAAAA", "so", Presence.WRITTEN, str(n), "", by(f"clerk {n}"), 1).text("so")
        except Conflict as told:
            return str(told.facts["by"])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    winner = register.entry("KS-AAAAAAAAAA").text("so")
    assert sorted(answers) == sorted([winner, *[f"clerk {winner}"] * 7])
    assert len(register.history("KS-AAAAAAAAAA")) == 2


def test_an_entry_with_one_column_twice_is_refused(register: SqlRegister) -> None:
    with pytest.raises(WrongUse) as caught:
        register.draft([entry(fields=[field("so", "1"), field("so", "2")])])
    assert caught.value.code == "REGISTER_REFUSED"
    assert register.entries() == []


def test_unknown_entries_fields_and_notes(register: SqlRegister) -> None:
    register.draft([entry(so="12")])
    tries: dict[str, Callable[[], object]] = {
        "ENTRY_UNKNOWN": lambda: register.entry("KS-NOTHING"),
        "FIELD_UNKNOWN": lambda: register.decide("KS-AAAAAAAAAA", "none", Presence.BLANK, "", "", by(), 1),
        "NOTE_UNKNOWN": lambda: register.read_note("KS-AAAAAAAAAA", "none", "", by(), 1),
    }
    for code, attempt in tries.items():
        with pytest.raises(NotFound) as caught:
            attempt()
        assert caught.value.code == code
    with pytest.raises(NotFound):
        register.history("KS-NOTHING")
    with pytest.raises(NotFound):
        register.readings("KS-NOTHING", "so")


def test_verification_needs_every_field_and_note(register: SqlRegister) -> None:
    (drafted,) = register.draft([entry(so="12", notes=[note()])])
    now = register.decide(drafted.id, "so", Presence.WRITTEN, "12", "12", by(), 1)
    with pytest.raises(WrongUse) as caught:
        register.verify(now.id, "minh", LATER, now.version)
    assert (caught.value.code, caught.value.facts["open"]) == ("ENTRY_NOT_VERIFIED", "note:n1")
    assert register.entry(now.id) == now
    now = register.read_note(now.id, "n1", "Cải chính họ", by("hoa"), now.version)
    assert (now.notes[0].text, now.notes[0].read_by, now.notes[0].read_at) == ("Cải chính họ", "hoa", AT)
    done = register.verify(now.id, "minh", LATER, now.version).entry
    assert (done.state, done.version, done.verified_by, done.verified_at) == (EntryState.VERIFIED, 4, "minh", LATER)
    assert register.verify(done.id, "minh", LATER, done.version).entry == done
    assert register.entry(done.id) == done
    assert register.count_entries()[EntryState.VERIFIED] == 1


def test_deciding_a_field_of_a_verified_entry_takes_it_back_to_draft(register: SqlRegister) -> None:
    done = verified(register)
    now = register.decide(done.id, "nksHoTen", Presence.WRITTEN, "Lành", "Lành", by(), done.version)
    assert (now.state, now.verified_by, now.verified_at) == (EntryState.DRAFT, None, None)
    assert now.open_questions() == ()
    assert register.history(now.id)[-2] == done


def test_reading_a_note_of_a_verified_entry_again_takes_it_back_to_draft(register: SqlRegister) -> None:
    (drafted,) = register.draft([entry(so="1", notes=[note()])])
    now = decided(register, drafted)
    done = register.verify(now.id, "minh", LATER, now.version).entry
    assert register.read_note(done.id, "n1", "khác", by(), done.version).state is EntryState.DRAFT


def test_a_read_note_survives_a_new_draft(register: SqlRegister) -> None:
    register.draft([entry(so="1", notes=[note("n1", "máy đọc"), note("n2", "máy đọc")])])
    read = register.read_note("KS-AAAAAAAAAA", "n1", "người đọc", by(), 1)
    (now,) = register.draft([entry(so="1", notes=[note("n1", "máy đọc lại"), note("n3", "mới")])])
    assert now.notes == (read.notes[0], note("n3", "mới"))
    (now,) = register.draft([entry(so="1")])
    assert now.notes == (read.notes[0],)
    assert register.history(now.id)[1] == read


def test_what_a_note_changes_is_kept_with_every_version_and_told_without_a_name(register: SqlRegister) -> None:
    basis = Basis("Quyết định", "12/QĐ-UBND", "UBND quận", PartialDate(2020, 4))
    change = Amendment(AmendmentKind.CHANGE, PartialDate(2020), basis, "nksHoTen", "Lanh", "Lành", "Lành")
    divorce = Amendment(AmendmentKind.DIVORCE, None, Basis("Bản án"))
    (drafted,) = register.draft([entry(nksHoTen="Lanh", notes=[note("n1", "")])])
    first = register.read_note(drafted.id, "n1", "Đổi tên", by(), 1, [change, divorce])
    assert register.entry(drafted.id).notes[0].amendments == (change, divorce)
    then = register.read_note(drafted.id, "n1", "Đổi tên", by("hoa"), first.version)
    assert then.notes[0].amendments == ()
    assert [version.notes[0].amendments for version in register.history(drafted.id)] == [(), (change, divorce), ()]
    told = [chained.event for chained in register.events(drafted.id) if chained.event.event_type == "note read"]
    assert told[0].detail["amendments"] == "change nksHoTen, divorce"
    assert told[0].agent == "lan"
    assert not any("Lành" in value for event in told for value in event.detail.values())
    assert register.check().whole
    with pytest.raises(NotFound):
        register.read_note(drafted.id, "n1", "", by(), then.version, [replace(change, column="khongCo")])


def test_what_was_struck_out_stays_beside_the_value_that_a_person_confirms(register: SqlRegister) -> None:
    read = replace(entry(so="12").fields[0], struck="21", doubts=("STRUCK_OUT",))
    register.draft([entry(fields=[read])])
    now = register.decide("KS-AAAAAAAAAA", "so", Presence.WRITTEN, "12", "12", by(), 1)
    assert now == register.entry(now.id)
    assert (now.fields[0].struck, now.fields[0].doubts) == ("21", ())


def test_a_note_seen_a_little_differently_is_not_asked_again(register: SqlRegister) -> None:
    register.draft([entry(so="1", notes=[note("n1", "")])])
    read = register.read_note("KS-AAAAAAAAAA", "n1", "Đã cấp bản sao", by(), 1)
    shifted = replace(note("n1", "", shift=8), id="n7")
    (now,) = register.draft([entry(so="1", notes=[shifted, note("n2", "")])])
    assert now.notes == (read.notes[0], note("n2", ""))
    (now,) = register.draft([entry(so="1", notes=[replace(note("n1", "", shift=200), id="n8")])])
    assert [n.id for n in now.notes] == ["n1", "n8"]


def test_a_slip_is_tied_to_an_entry_that_then_has_to_be_read_again(register: SqlRegister) -> None:
    done = verified(register)
    slip = Note("slip", "", Evidence(PageId("another-page"), Box(0, 0, 9, 9).polygon()))
    tied = register.tie_note(done.id, slip, "minh", "tờ rời", done.version)
    assert (tied.state, tied.notes[-1], tied.verified_by) == (EntryState.DRAFT, slip, None)
    assert f"note:{slip.id}" in tied.open_questions()
    assert register.tie_note(done.id, slip, "minh", "lại", tied.version) == tied
    assert register.draft([entry(so="5")])[0].notes[-1] == slip  # no draft of its page leaves it out
    now = register.entry(done.id)
    left = register.untie_note(done.id, slip.id, "minh", "nhầm", now.version)
    assert slip not in left.notes
    assert [found.id for found in register.noted(slip.id)] == [done.id]
    assert register.noted("none") == []
    events = [chained.event.event_type for chained in register.events(done.id)]
    assert ("note tied" in events, events[-1]) == (True, "note untied")
    assert register.history(done.id)[tied.version - 1] == tied
    assert register.check().whole
    with pytest.raises(NotFound):
        register.untie_note(done.id, slip.id, "minh", "lại", left.version)


def test_a_withdrawn_entry_stays_as_it_is(register: SqlRegister) -> None:
    done = verified(register)
    gone = register.withdraw(done.id, "minh", "Trùng với mục khác", done.version)
    assert (gone.state, gone.version) == (EntryState.WITHDRAWN, done.version + 1)
    assert register.draft([entry(so="5")]) == [gone]
    for attempt in (
        lambda: register.decide(gone.id, "so", Presence.BLANK, "", "", by(), gone.version),
        lambda: register.verify(gone.id, "minh", LATER, gone.version),
        lambda: register.withdraw(gone.id, "minh", "lại", gone.version),
    ):
        with pytest.raises(WrongUse) as caught:
            attempt()
        assert caught.value.code == "ENTRY_WITHDRAWN"
    told = register.events(gone.id)[-1].event
    assert (told.event_type, told.detail["reason"]) == ("withdrawal", "Trùng với mục khác")


def test_an_entry_is_given_to_another_delivery_and_not_out_of_a_closed_book(register: SqlRegister) -> None:
    for name in ("d1", "d2"):
        register.open_delivery(delivery(name), [])
    (draft,) = register.draft([entry(so="5", delivery="d1")])
    gone = register.withdraw(draft.id, "minh", "lạc sổ", draft.version)
    given = register.give(gone.id, "d2", "minh", "trang của sổ kia", gone.version)
    assert (given.delivery, given.state, given.fields) == ("d2", EntryState.DRAFT, draft.fields)
    assert register.entries(delivery="d1") == []
    assert register.draft([entry(so="5", delivery="d1")])[0].delivery == "d2"
    told = register.events(given.id)[-1].event
    assert (told.event_type, told.detail["from"], told.detail["to"]) == ("given to a book", "d1", "d2")
    assert register.check().whole
    with pytest.raises(NotFound):
        register.give(given.id, "nowhere", "minh", "x", given.version)
    register.add_book(Book("d2", "", RegisterKind.BIRTH, 2017, ""), agent="dao")
    register.close_book("d2", AT, agent="dao")
    with pytest.raises(WrongUse) as closed:
        register.give(given.id, "d1", "minh", "x", given.version)
    assert closed.value.code == "BOOK_CLOSED"


def test_entries_are_listed_in_pages_by_id(register: SqlRegister) -> None:
    register.open_delivery(delivery("d1"), [])
    ids = [f"KS-{letter}" for letter in "aBcD_-019Z"]
    register.draft([entry(i, so="1", delivery="d1" if i < "KS-Z" else None) for i in ids])
    found: list[str] = []
    while some := register.entries(after=found[-1] if found else None, limit=3):
        found += [e.id for e in some]
    assert found == sorted(ids)
    assert [e.id for e in register.entries(delivery="d1")] == sorted(i for i in ids if i < "KS-Z")
    assert register.entries(state=EntryState.VERIFIED) == []
    assert register.entries(delivery="nothing") == []


def test_two_pages_that_claim_one_number(register: SqlRegister) -> None:
    claim = {"so": "12", "quyenSo": "01/1987", "ngayDangKy": "02/03/1987"}
    one, two, other, book, kind, gone = register.draft(
        [
            entry("KS-1", texts=claim),
            entry("KS-2", texts=claim),
            entry("KS-3", texts=claim | {"so": "13"}),
            entry("KS-4", texts=claim | {"quyenSo": "02/1987"}),
            entry("KT-5", kind=RegisterKind.DEATH, texts=claim),
            entry("KS-6", texts=claim),
        ]
    )
    assert register.same_number(one) == [two, gone]
    register.withdraw(gone.id, "minh", "chụp lại", 1)
    assert register.same_number(one) == [two]
    assert [register.same_number(e) for e in (other, book, kind)] == [[], [], []]
    fixed = register.decide("KS-3", "so", Presence.WRITTEN, "12", "12", by(), 1)
    assert [e.id for e in register.same_number(fixed)] == ["KS-1", "KS-2"]
    (empty,) = register.draft([entry("KS-7", so=None)])
    register.draft([entry("KS-8", so=None)])
    assert register.same_number(empty) == []


def test_text_is_kept_verbatim_but_clean(register: SqlRegister) -> None:
    hostile = "  Nguye\u0302\u0303n\u202e 'Robert'); DROP TABLE entries;-- %s {x}\x00\ud800 "
    (drafted,) = register.draft([entry(nksHoTen=hostile)])
    clean = "  Nguyễn 'Robert'); DROP TABLE entries;-- %s {x} "
    assert drafted.text("nksHoTen") == clean
    assert register.entry(drafted.id) == drafted
    assert register.draft([entry(nksHoTen=hostile)]) == [drafted]
    now = register.decide(drafted.id, "nksHoTen", Presence.WRITTEN, hostile, hostile, by(hostile), 1)
    assert register.entry(now.id) == now
    assert now.value("nksHoTen") == clean
