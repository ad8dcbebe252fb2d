"""What one book has in common (paper, scanner, seal), and the finishing of a page from ink to pixels."""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from samples.difficulty import Dials
from samples.filling import Page
from samples.ink import Ink, Patch, Pixels, Sheet
from samples.marks import pressed, seal
from samples.paper import Stock, draw_stock, leaf, shown_through
from samples.scan import Gutter, Lie, Sensor, draw_lie, draw_sensor, exposed


@dataclass(frozen=True, slots=True)
class Studio:
    """Paper, scanner and seal of one book. Page and frame are *width* x *height* pixels."""

    dials: Dials
    dpi: float
    width: int
    height: int
    stock: Stock
    sensor: Sensor
    seal: Pixels
    seal_height: float
    """Where on the edge the page-joining seal sits, share of the height."""

    def blank(self) -> Page:
        """Return a page without any ink."""
        return Page(Sheet(self.width, self.height), self.dpi)

    def printed(self, coverage: Pixels, darkness: float) -> Page:
        """Return a page with the form printed on it."""
        page = self.blank()
        tone = round(255 * (1 - darkness))
        soft = cv2.GaussianBlur(coverage, (0, 0), 0.35 * self.dpi / 200)
        page.sheet.lay(Patch(np.asarray(soft, np.uint8), 0, 0, Ink("print", (tone, tone, tone + 4), 0.2)))
        return page

    def join_seal(self, rng: np.random.Generator, page: Page, *, outer_right: bool) -> None:
        """Press the page-joining seal over the outer edge of the page, across what is written there."""
        if rng.random() > self.dials.seal:
            return
        mm = self.dpi / 25.4
        x = float(rng.normal(-2.5, 3.0)) * mm
        y = (self.seal_height + float(rng.normal(0, 0.012))) * self.height
        wear = float(rng.uniform(0, 0.9))
        turn = float(rng.uniform(-0.5, 0.5))
        page.sheet.lay(pressed(rng, self.seal, self.width + x if outer_right else -x, y, wear=wear, turn=turn), 0.85)

    def office_seal(self, rng: np.random.Generator, page: Page, x: float, y: float) -> None:
        """Press the office's seal at (*x*, *y*) millimetres."""
        turn, wear = float(rng.normal(0, 0.12)), float(rng.uniform(0, 0.7))
        page.sheet.lay(pressed(rng, self.seal, page.px(x), page.px(y), wear=wear, turn=turn), 0.85)

    def scanned(self, rng: np.random.Generator, page: Page, behind: Page | None, *, side: Gutter) -> tuple[Pixels, Lie]:
        """Return the page as the scanner delivers it, and how it lies in the frame."""
        image = leaf(rng, self.stock, self.dials)
        image = np.asarray(cv2.multiply(image, page.sheet.pixels, scale=1 / 255), np.uint8)
        if behind is not None:
            faint = shown_through(behind.sheet.pixels, self.dials.show_through * float(rng.uniform(0.4, 1.0)))
            image = np.asarray(cv2.multiply(image, cv2.merge([faint, faint, faint]), scale=1 / 255), np.uint8)
        lie = draw_lie(rng, self.dials, (self.width, self.height), self.dpi, side=side)
        flat = lie.apply(image, round(14 * self.dpi / 25.4) if self.dials.inset else 0)
        return exposed(rng, flat, lie, self.sensor, self.dials, self.dpi), lie


def open_studio(rng: np.random.Generator, dials: Dials, dpi: float, size: tuple[int, int], ward: str) -> Studio:
    """Return the paper, the scanner and the seal of a book of pages of *size* pixels."""
    width, height = size
    return Studio(
        dials,
        dpi,
        width,
        height,
        draw_stock(rng, dials, width, height),
        draw_sensor(rng, dials, width, height, dpi),
        seal(ward, dpi),
        float(rng.uniform(0.35, 0.65)),
    )


def as_jpeg(image: Pixels, quality: int, dpi: float) -> bytes:
    """Return *image* (RGB) as JPEG."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()


def as_png(image: Pixels, dpi: float) -> bytes:
    """Return *image* (RGB) as PNG."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG", compress_level=2, dpi=(dpi, dpi))
    return out.getvalue()
