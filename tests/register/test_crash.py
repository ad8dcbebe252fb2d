"""A ledger whose writer is killed at any moment is whole, and holds everything the writer was told is kept."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from register import open_register

WRITER = """
import sys
from records.codes import Presence
from register import open_register
from tests.register.making import by, entry, extract, pdf, verified

with open_register(sys.argv[1]) as register:
    start = int(sys.argv[2])
    source = verified(register) if not register.entries(limit=1) else register.entry("KS-AAAAAAAAAA")
    print("ready", flush=True)
    for n in range(start, start + 100_000):
        name = f"KS-{n:09d}"
        register.draft([entry(name, so=str(n), nksHoTen="Lan"), entry(name + "b", so=str(n))])
        register.decide(name, "so", Presence.WRITTEN, str(n), str(n), by(), 1)
        number = register.reserve_number(extract(source, code=f"C{n}")).number
        register.complete_issue(number, pdf(n))
        print(name, number.number, flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'register.db'}"
    chance = random.Random(1956)
    told: list[tuple[str, int]] = []
    for turn in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(turn * 1_000_000 + 1)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.05, 0.6))
            os.kill(writer.pid, signal.SIGKILL)
            lines = [line.split() for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
            told += [(name, int(number)) for name, number in lines]
        with open_register(url) as register:
            assert register.check().whole
            book = register.issue_book("HBT", 2026)
            assert [row.number.number for row in book] == list(range(1, len(book) + 1))
            kept = {row.number.number: row for row in book}
            for name, number in told:
                assert register.entry(name).version == 2
                assert register.entry(name + "b").version == 1
                assert kept[number].pdf is not None
            pairs = [e.id for e in register.entries(limit=100_000)]
            assert {i for i in pairs if not i.endswith("b")} - {i[:-1] for i in pairs} <= {"KS-AAAAAAAAAA"}
    assert len(told) > 8
