"""Pages of the other registers (marriage, death, recognition, marital status), for telling kinds apart."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np

from records.geometry import Box
from samples import fonts, places
from samples.book import BookSample
from samples.cases import BookFacts, draw_book, written_date
from samples.difficulty import DIALS, Difficulty
from samples.filling import Filled, Trace, corners
from samples.front import Writing, write_all
from samples.hand import draw_hand
from samples.ink import PENS
from samples.layout import HEIGHT, WIDTH
from samples.marks import signature
from samples.people import born_between, grown_up, identity_paper, lists, pick
from samples.press import Press, Type
from samples.studio import as_jpeg, open_studio
from samples.style import FormStyle, draw_style
from samples.truth import page_truth


def make_other_pages(
    out: Path, *, pages: int = 1, seed: int = 1, difficulty: Difficulty = "medium", dpi: int = 200
) -> BookSample:
    """Write *pages* entry pages of each of the registers KH, KT, CMC and HN to *out*, with ``truth.jsonl``.

    They are set on dotted lines, carry their kind and columns in the truth, and have no edition.
    """
    dials = DIALS[difficulty]
    out.mkdir(parents=True, exist_ok=True)
    size = (round(WIDTH * dpi / 25.4), round(HEIGHT * dpi / 25.4))
    files, lines = [], []
    for k, kind in enumerate(kind for kind in lists("other_kinds")["kinds"] for _ in range(pages)):
        rng = np.random.default_rng([seed, 7, k])
        facts, style = draw_book(rng), draw_style(rng, "dotted")
        studio = open_studio(rng, dials, dpi, size, facts.ward)
        press = Press(WIDTH, HEIGHT, dpi, style.face)
        asked, rooms = _set(rng, press, style, kind, facts)
        page = studio.printed(press.coverage(), style.darkness)
        hand = draw_hand(rng, str(pick(rng, fonts.HANDS)), pick(rng, PENS), leading=8.0, wildness=dials.wildness)
        traces = write_all(rng, page, [writing for _, writing in asked], hand)
        for (column, _), trace in zip(asked, traces, strict=True):
            if column:
                page.fields.append(Filled(column, trace.text, (trace,), trace.outline))
        for room in rooms:
            inked = Box(*(page.px(v) for v in (room.x, room.y, room.w, room.h)))
            page.lay(signature(rng, inked, page.px(hand.pen), hand.ink))
            page.signatures.append(Trace("", corners(inked)))
        studio.join_seal(rng, page, outer_right=k % 2 == 0)
        pixels, lie = studio.scanned(rng, page, None, gutter_left=k % 2 == 0)
        name = f"{kind['code'].lower()}-{k % pages + 1:04d}.jpg"
        (out / name).write_bytes(as_jpeg(pixels, dials.quality, dpi))
        files.append(out / name)
        about = {"file": name, "page": 1, "role": "entry", "kind": kind["code"], "edition": None}
        lines.append(json.dumps(page_truth(page, lie, about), ensure_ascii=False))
    truth = out / "truth.jsonl"
    truth.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return BookSample(out, tuple(files), None, truth, len(files), len(files))


def _set(
    rng: np.random.Generator, press: Press, style: FormStyle, kind: dict[str, Any], facts: BookFacts
) -> tuple[list[tuple[str, Writing]], list[Box]]:
    """Print the page of one *kind*; return (column, what to write) and the rooms for signatures."""
    left, right = style.left, WIDTH - style.right
    cut = Type(style.label_size, style.bold_labels, style.italic_labels)
    y = style.top + 10
    press.text(WIDTH / 2 + 4, y, kind["title"], Type(min(style.title_size, 16), bold=True), align="m")
    asked: list[tuple[str, Writing]] = []
    for number, row in enumerate(kind["rows"]):
        if number == 2 and "heading" in kind:
            y += 8.5
            press.text(left, y, kind["heading"], Type(style.label_size + 0.5, bold=True))
        y += 9.0
        share = (right - left) / len(row)
        for i, (label, column, value) in enumerate(row):
            x, end = left + share * i, left + share * (i + 1) - 2
            parts = press.wrapped(f"{style.spelled(label)}:", cut, end - x)
            for part in parts[:-1]:
                press.text(x, y, part, cut)
                y += 7.0
            start = press.text(x, y, parts[-1], cut) + 1.3
            if end - start < 40 and len(row) == 1:
                start, y = x, y + 8.0
            press.leader(start - 0.6, end, y, style.leader, style.label_size)
            text = _value(rng, value, facts)
            asked.append((column, Writing(text, start + float(rng.uniform(0.5, 4)), y, end - start - 4.5)))
    return asked, _foot(press, style, kind, y)


def _foot(press: Press, style: FormStyle, kind: dict[str, Any], y: float) -> list[Box]:
    left, right = style.left, WIDTH - style.right
    y += 3
    for i, text in enumerate(kind["checks"]):
        x, row = left + (right - left) / 3 * (i % 3), y + 6 * (i // 3 + 1)
        press.frame(Box(x, row - 2.8, 3, 3), 0.22)
        press.text(x + 4.4, row, style.spelled(text), Type(10.5))
    y += 6 * -(-len(kind["checks"]) // 3) + 9
    rooms = []
    count = len(kind["signatures"])
    for i, name in enumerate(kind["signatures"]):
        middle = left + (right - left) * (i + 0.5) / count
        press.text(middle, y, name, Type(style.label_size, bold=True), align="m")
        rooms.append(Box(middle - 22, y + 3, 44, 16))
    y += 30
    start = press.text(left, y, "Ghi chú:", Type(style.label_size, bold=True)) + 1.3
    press.leader(start, right, y, style.leader, style.label_size)
    press.text((left + right) / 2, HEIGHT - style.bottom, "Trang số: .......", Type(10), align="m")
    return rooms


def _value(rng: np.random.Generator, value: str, facts: BookFacts) -> str:
    """Return an invented value of one sort."""
    year, habits = facts.year, facts.habits

    def day(first: int, last: int) -> str:
        return written_date(born_between(rng, dt.date(first, 1, 1), dt.date(last, 12, 28)), habits)

    adult = grown_up(rng, male=value == "man", born=dt.date(year - 30, 5, 17))
    match value:
        case "number":
            return f"{int(rng.integers(1, 180)):02d}"
        case "volume":
            return habits.volume
        case "registered":
            return day(year, year)
        case "born":
            return day(year - 45, year - 20)
        case "old":
            return day(year - 95, year - 50)
        case "young":
            return day(year - 12, year - 1)
        case "man" | "woman":
            return adult.name
        case "ethnic":
            return "Kinh"
        case "nation":
            return "Việt Nam"
        case "place":
            return places.dwelling(rng, facts.ward)
        case "paper":
            return identity_paper(rng, adult, dt.date(year, 6, 1))
        case "signer":
            return ", ".join(facts.signers[1])
        case "office":
            return f"UBND phường {facts.ward}"
        case "hour":
            return f"{int(rng.integers(24)):02d} giờ {int(rng.integers(60)):02d} phút"
        case _:
            choices = {
                "male": ["Nam"],
                "female": ["Nữ"],
                "cause": ["Già yếu", "Bệnh tim", "Tai biến mạch máu não", "Ung thư phổi"],
                "status": ["Chưa đăng ký kết hôn với ai", "Đã ly hôn, chưa đăng ký kết hôn với ai"],
                "purpose": ["Để đăng ký kết hôn", "Để mua bán nhà đất"],
            }
            return str(pick(rng, choices[value]))
