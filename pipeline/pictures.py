"""Pictures for people: a page, or the crop of one field, cut from the master and never from a derivative."""

import cv2
import numpy as np

from pipeline.decode import Limits, decode_page, sniff
from records.errors import PageError
from records.geometry import Polygon
from records.pages import PageId
from records.ports import Archive, Image, Register

FRAME = (120, 130, 0)
"""Colour of the frame drawn round an entry or field (BGR): the desk's blue-green."""


class Pictures:
    """Makes pictures of pages. The last decoded page is kept, since people look at many fields of one page."""

    def __init__(self, archive: Archive, register: Register, limits: Limits | None = None) -> None:
        self.archive = archive
        self.register = register
        self.limits = limits or Limits()
        self._last: tuple[PageId, Image] | None = None

    def _pixels(self, page: PageId) -> Image:
        last = self._last
        if last is not None and last[0] == page:
            return last[1]
        told = self.register.page(page).page
        data = self.archive.get(told.master)
        kind = sniff(data)
        if kind is None:
            raise PageError("FILE_NOT_AN_IMAGE")
        image, _ = decode_page(data, kind, told.page_in_file, self.limits)
        self._last = (page, image)
        return image

    def crop(self, page: PageId, polygon: Polygon, *, margin: float = 0.35, height: int | None = 72) -> bytes:
        """Return the field as PNG: the outline's box in master pixels, with *margin* of its height around it.

        *height* scales the picture to that many pixels; None keeps master pixels. Raises NotFound,
        IntegrityError (the master's bytes changed), PartUnavailable.
        """
        image = self._pixels(page)
        box = polygon.box()
        room = margin * box.h + 4
        x0 = int(min(max(0, box.x - room), image.shape[1] - 1))
        y0 = int(min(max(0, box.y - room), image.shape[0] - 1))
        x1, y1 = int(min(image.shape[1], box.right + room)), int(min(image.shape[0], box.bottom + room))
        part = image[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
        if height is not None:
            factor = height / part.shape[0]
            size = (max(1, round(part.shape[1] * factor)), height)
            kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
            part = np.asarray(cv2.resize(part, size, interpolation=kind), np.uint8)
        return cv2.imencode(".png", part)[1].tobytes()

    def page(self, page: PageId, max_side: int = 1600, frame: Polygon | None = None) -> bytes:
        """Return the page as JPEG of at most *max_side* pixels, with *frame* (master pixels) drawn on it."""
        image = self._pixels(page)
        factor = min(1.0, max_side / max(image.shape[:2]))
        size = (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        if frame is not None:
            points = np.array([[p.x * factor, p.y * factor] for p in frame.points], np.int32)
            small = small.copy()
            cv2.polylines(small, [points], True, FRAME, 3, cv2.LINE_AA)
        return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
