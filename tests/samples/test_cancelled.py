"""Entries struck out as a whole and notes in red: drawn where asked for, told in the truth, and nothing else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from samples import make_book
from samples import margin as margins
from samples.difficulty import DIALS
from samples.ink import SEAL_RED
from samples.stamps import boxed_words

pytestmark = pytest.mark.slow


def truths(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


def test_cancelled_entries_are_told_and_their_text_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for share in (0.0, 1.0):
        monkeypatch.setitem(DIALS, "easy", replace(DIALS["easy"], cancelled=share))
        make_book(
            tmp_path / str(share), edition_id="death-1961", cases=3, seed=5, difficulty="easy", dpi=60, formats=("png",)
        )
    (before,), (after,) = (
        [page for page in truths(tmp_path / name) if page["role"] == "entry"] for name in ("0.0", "1.0")
    )
    assert "cancelled" not in before
    assert [one["entry"] for one in after["cancelled"]] == [0, 1, 2]
    assert before["entries"] == after["entries"]
    one, two = (cv2.imread(str(tmp_path / name / before["file"])) for name in ("0.0", "1.0"))
    assert one is not None
    assert two is not None
    changed = cv2.absdiff(one, two).max(axis=2) > 40
    for told in after["cancelled"]:
        x, y, w, h = told["box"]
        assert w > 0.6 * one.shape[1]
        assert changed[y : y + h, x : x + w].any()


def test_a_leaf_scanned_apart_tells_what_is_cancelled_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DIALS, "easy", replace(DIALS["easy"], cancelled=1.0))
    make_book(
        tmp_path, edition_id="death-1961", cases=2, seed=5, difficulty="easy", dpi=60, apart=True, formats=("png",)
    )
    leaves = [page for page in truths(tmp_path) if page["role"] == "entry"]
    assert [[one["entry"] for one in leaf["cancelled"]] for leaf in leaves] == [[0, 1], [0, 1]]


def test_a_note_in_red_is_told_and_changes_no_other_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DIALS, "easy", replace(DIALS["easy"], margin=1.0))
    for red in ("", "pen"):
        monkeypatch.setattr(margins, "RED", {red: 1})
        make_book(tmp_path / f"red-{red}", cases=1, seed=5, difficulty="easy", dpi=60, formats=("png",))
    (plain,), (red_one,) = (
        [page["margin"] for page in truths(tmp_path / name) if page["role"] == "entry"] for name in ("red-", "red-pen")
    )
    assert [note | {"red": "pen"} for note in plain] == red_one


def test_a_stamp_says_words_in_the_red_of_a_seal() -> None:
    text, patch = boxed_words(np.random.default_rng(2), 200)
    assert text.isupper()
    assert patch.ink is SEAL_RED
    assert patch.alpha.shape[1] > 100
    assert (patch.alpha > 60).mean() > 0.03
