import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from flows import orphans
from flows.orphans import Process, RunNote, running

RUN = "5d4f8a30-0000-4000-8000-000000000001"


def sleeper() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def note_of(child: "subprocess.Popen[bytes]") -> RunNote:
    executor = Process.of(child.pid)
    assert executor is not None
    return RunNote(RUN, executor, None)


def test_a_living_run_is_no_orphan_and_leaves_no_note(tmp_path: Path) -> None:
    with running(tmp_path, RUN):
        assert (tmp_path / "flow-runs" / f"{RUN}.json").is_file()
        assert orphans.orphans(tmp_path) == []
    assert list((tmp_path / "flow-runs").iterdir()) == []


def test_the_run_of_a_killed_process_is_found(tmp_path: Path) -> None:
    child = sleeper()
    note = note_of(child)
    note.save(tmp_path)
    assert orphans.orphans(tmp_path) == []
    child.kill()
    child.wait()
    assert orphans.orphans(tmp_path) == [note]
    orphans.forget(tmp_path, note)
    assert orphans.orphans(tmp_path) == []


def test_another_process_of_the_same_number_does_not_hide_an_orphan(tmp_path: Path) -> None:
    child = sleeper()
    try:
        note = note_of(child)
        earlier = replace(note, executor=replace(note.executor, started="1"))
        earlier.save(tmp_path)
        assert orphans.orphans(tmp_path) == [earlier]
        rebooted = replace(note, executor=replace(note.executor, boot="before"))
        rebooted.save(tmp_path)
        assert orphans.orphans(tmp_path) == [rebooted]
    finally:
        child.kill()
        child.wait()


def test_notes_of_another_machine_are_left_alone(tmp_path: Path) -> None:
    child = sleeper()
    child.kill()
    told = Process(child.pid, "1", "boot", "another-machine")
    child.wait()
    RunNote(RUN, told, None).save(tmp_path)
    assert orphans.orphans(tmp_path) == []


def test_only_the_very_server_of_the_note_is_stopped() -> None:
    child = sleeper()
    try:
        server = Process.of(child.pid)
        assert server is not None
        assert not orphans.stop_server(RunNote(RUN, server, replace(server, started="1")))
        assert child.poll() is None
        assert orphans.stop_server(RunNote(RUN, server, server))
        assert child.wait(timeout=20) != 0
    finally:
        child.kill()
        child.wait()


def test_a_damaged_note_is_no_orphan(tmp_path: Path) -> None:
    (tmp_path / "flow-runs").mkdir()
    (tmp_path / "flow-runs" / "x.json").write_text("{}")
    (tmp_path / "flow-runs" / "y.json").write_text("not json")
    assert orphans.orphans(tmp_path) == []
