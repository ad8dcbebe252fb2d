"""Stage results as plain JSON, and back."""

from typing import Any

from forms import Leaf
from pipeline.parts import Part
from records.geometry import Bend, Box, Transform
from records.pages import Preparation, Step
from records.readings import Alternative, EngineIdentity, PageReading, Reading, Word

Json = dict[str, Any]


def of_preparation(preparation: Preparation) -> Json:
    """Return a preparation as JSON."""
    return {
        "width": preparation.width,
        "height": preparation.height,
        "steps": [_of_step(step) for step in preparation.steps],
    }


def _of_step(step: Step) -> Json:
    raw: Json = {"name": step.name, "transform": list(step.transform.m), "facts": step.facts}
    if step.bend:
        raw["bend"] = {name: list(getattr(step.bend, name)) for name in ("x", "top", "foot")}
        raw["bend"]["height"] = step.bend.height
    return raw


def _to_bend(raw: Json | None) -> Bend | None:
    """Return a bend from its JSON; steps kept before bends were undone have none."""
    if raw is None:
        return None
    x, top, foot = (tuple(float(v) for v in raw[name]) for name in ("x", "top", "foot"))
    return Bend(x, top, foot, float(raw["height"]))


def to_preparation(raw: Json) -> Preparation:
    """Return a preparation from its JSON."""
    steps = []
    for s in raw["steps"]:
        a, b, c, d, e, f, g, h, i = (float(v) for v in s["transform"])
        steps.append(Step(s["name"], Transform((a, b, c, d, e, f, g, h, i)), dict(s["facts"]), _to_bend(s.get("bend"))))
    return Preparation(tuple(steps), int(raw["width"]), int(raw["height"]))


def of_words(words: tuple[Word, ...]) -> list[list[Any]]:
    """Return words as rows: text, x, y, w, h, confidence, line."""
    rows = []
    for word in words:
        box = word.polygon.box()
        rows.append([word.text, box.x, box.y, box.w, box.h, round(word.confidence, 4), word.line])
    return rows


def to_words(rows: list[list[Any]]) -> tuple[Word, ...]:
    """Return words from their rows."""
    return tuple(Word(t, Box(x, y, w, h).polygon(), c, line) for t, x, y, w, h, c, line in rows)


def to_page_reading(prepared: Json) -> PageReading:
    """Return what was read on a page while it was prepared."""
    return PageReading(to_words(prepared["words"]), EngineIdentity(**prepared["engine"]))


def of_part(part: Part) -> Json:
    """Return a part of a picture as JSON."""
    box = [part.box.x, part.box.y, part.box.w, part.box.h]
    return {"box": box, "edition": part.edition, "coverage": part.coverage, "tied": list(part.tied), "leaf": part.leaf}


def to_part(raw: Json) -> Part:
    """Return a part of a picture from its JSON."""
    leaf = Leaf(raw["leaf"]) if raw["leaf"] else None
    box = Box(*(float(v) for v in raw["box"]))
    return Part(box, raw["edition"], float(raw["coverage"]), tuple(raw["tied"]), leaf)


def of_engine(engine: EngineIdentity) -> Json:
    """Return an engine's identity as JSON."""
    return {"name": engine.name, "version": engine.version, "model": engine.model, "calibrated": engine.calibrated}


def of_reading(reading: Reading) -> Json:
    """Return a reading as JSON."""
    return {
        "text": reading.text,
        "confidence": reading.confidence,
        "engine": of_engine(reading.engine),
        "alternatives": [[a.text, a.confidence] for a in reading.alternatives],
        "reason": reading.reason,
    }


def to_reading(raw: Json) -> Reading:
    """Return a reading from its JSON."""
    return Reading(
        raw["text"],
        float(raw["confidence"]),
        EngineIdentity(**raw["engine"]),
        tuple(Alternative(t, c) for t, c in raw["alternatives"]),
        raw["reason"],
    )
