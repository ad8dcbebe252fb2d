"""The benchmarks' own sums: pairs without regard to order, words left out, rates and their intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.papers import score, unhanded
from bench.reading import Cell, cer, compared, exact, interval

TRUTH = ["ỦY BAN NHÂN DÂN", "Số: [hw] /UBND-VP", "Kính gửi: Sở Tư pháp", "Nơi nhận: như trên"]
READ = ["ỦY BAN NHÂN DÂN", "Số: 1234 /UBND-VP", "Kính gửi: Sở Tư pháp", "Nơi nhận: như trên"]


@given(st.permutations(READ))
def test_the_order_of_lines_is_no_error(read: list[str]) -> None:
    assert score("x", TRUTH, read) == score("x", TRUTH, READ)
    assert score("x", TRUTH, read).cer == 0


def test_a_lost_line_counts_with_its_whole_length() -> None:
    got = score("x", ["mười ngày", "hai tháng"], ["mười ngày"])
    assert got.cer == pytest.approx(9 / 18)
    assert (got.unpaired, got.extra, got.recall, got.precision) == (1, 0, 0.5, 1.0)


def test_a_line_read_twice_pays_once_and_is_told() -> None:
    got = score("x", ["mười ngày"], ["mười ngày", "mười ngày"])
    assert (got.cer, got.extra, got.precision) == (0, 1, 0.5)


@given(st.text(alphabet="0123456789/-", max_size=8))
def test_a_handwritten_word_stands_for_any_text(written: str) -> None:
    assert unhanded("Số: [hw] UBND", f"Số: {written} UBND") == 0


def test_only_the_print_around_a_handwritten_word_is_scored() -> None:
    assert unhanded("Số: [hw] UBND", "Sô: 99 UBND") == 1
    assert unhanded("ngày [hw] tháng [hw] năm", "ngày 3 thang 4 nam") == 2


def test_a_blank_field_is_exact_only_when_nothing_was_read() -> None:
    assert compared("p", "ghiChu", {"text": ""}, {}).exact
    assert not compared("p", "ghiChu", {"text": ""}, {"ghiChu": "x"}).exact


def test_dates_are_compared_by_value_and_real_ink_is_told() -> None:
    cell = compared("p", "nksNgaySinh", {"text": "01/02/1990", "ink": "real"}, {"nksNgaySinh": "1-2-1990"})
    assert cell.exact
    assert cell.real


def test_an_interval_holds_the_rate_and_is_a_point_where_pages_are_alike() -> None:
    alike = [Cell(f"{i}", "so", 1, 4, False, False) for i in range(9)]
    assert interval(alike, cer) == (0.25, 0.25)
    mixed = [Cell(f"{i}", "so", i % 2, 2, i % 2 == 0, False) for i in range(40)]
    low, high = interval(mixed, exact)
    assert 0 < low < exact(mixed) < high < 1
