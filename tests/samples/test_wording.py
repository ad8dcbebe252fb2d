import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from forms import parse_date_words
from records.dates import PartialDate
from samples.wording import Wording, date_in_words, number_in_words

wordings = st.builds(
    Wording,
    early_days=st.sampled_from(["mồng", "mùng", ""]),
    zero_ten=st.sampled_from(["linh", "lẻ"]),
    thousand=st.sampled_from(["nghìn", "ngàn"]),
    seven=st.sampled_from(["bảy", "bẩy"]),
    four_after_tens=st.sampled_from(["tư", "bốn"]),
    five_after_tens=st.sampled_from(["lăm", "nhăm"]),
    april=st.sampled_from(["tư", "bốn"]),
    empty_hundreds=st.booleans(),
    opening=st.sampled_from(["Ngày", "ngày", ""]),
)


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2030, 12, 31)), wording=wordings)
def test_every_wording_is_read_back_as_the_same_day(day: dt.date, wording: Wording) -> None:
    date = PartialDate(day.year, day.month, day.day)
    assert parse_date_words(date_in_words(date, wording)) == date


def test_the_usual_words() -> None:
    assert date_in_words(PartialDate(2017, 3, 12)) == "Ngày mười hai tháng ba năm hai nghìn không trăm mười bảy"
    assert date_in_words(PartialDate(2005, 4, 1)) == "Ngày mồng một tháng tư năm hai nghìn không trăm linh năm"
    assert date_in_words(PartialDate(1998, 11, 24)) == (
        "Ngày hai mươi tư tháng mười một năm một nghìn chín trăm chín mươi tám"
    )
    lower = Wording("mùng", "lẻ", "ngàn", "bẩy", empty_hundreds=False, opening="")
    assert date_in_words(PartialDate(2017, 4, 7), lower) == "Mùng bẩy tháng tư năm hai ngàn mười bẩy"
    assert [number_in_words(n) for n in (10, 15, 21, 55, 105, 1000)] == [
        "mười", "mười lăm", "hai mươi mốt", "năm mươi lăm", "một trăm linh năm", "một nghìn",
    ]  # fmt: skip
