"""A prepared page as it is looked at: what is costly to find out about a part of it is found out once."""

from collections.abc import Sequence

from forms import Edition
from pipeline.locate import CleanPage, LabelledPage, clean_page, find_page_labels
from pipeline.prepare import PreparedPage, cut, redness
from pipeline.readers import Readers
from pipeline.rims import rim
from pipeline.seals import Seal, find_seals
from records.geometry import Box
from records.ports import Image
from records.readings import Word


class Look:
    """A page, the *words* printed on it, and by box (prepared pixels) what is known of each of its parts."""

    def __init__(self, page: PreparedPage, readers: Readers, words: Sequence[Word] = ()) -> None:
        self.page, self.readers, self.words = page, readers, tuple(words)
        self._cut: dict[Box, PreparedPage] = {}
        self._clean: dict[Box, CleanPage] = {}
        self._labelled: dict[tuple[str, Box], LabelledPage] = {}
        self._seals: tuple[Image, list[Seal]] | None = None

    @property
    def whole(self) -> Box:
        """The box of the whole page."""
        height, width = self.page.grey.shape
        return Box(0, 0, width, height)

    @property
    def print(self) -> Image:
        """The whole page, grey, with its print alone."""
        return self.clean(self.whole).print

    def cut(self, box: Box) -> PreparedPage:
        """Return the part of the page that lies in *box*."""
        if box not in self._cut:
            self._cut[box] = cut(self.page, box)
        return self._cut[box]

    def clean(self, box: Box) -> CleanPage:
        """Return the same with its rules known and taken out."""
        if box not in self._clean:
            self._clean[box] = clean_page(self.cut(box))
        return self._clean[box]

    def seals_in(self, box: Box) -> list[Seal]:
        """Return the seals that reach into *box*, in the frame of its corner; no part of a page cuts one."""
        return [seal.moved(box.x, box.y) for seal in self._red_seals()[1] if seal.box.overlap(box) > 0]

    def rims(self) -> list[str]:
        """Return what stands on the rims of the page's whole seals, as far as it could be read."""
        red, seals = self._red_seals()
        strips = [strip for seal in seals if (strip := rim(red, seal)) is not None]
        return [text for strip in strips if (text := self.readers.printed.read_line(strip).text)]

    def _red_seals(self) -> tuple[Image, list[Seal]]:
        if self._seals is None:
            red = redness(self.page.colour)
            self._seals = red, find_seals(red)
        return self._seals

    def words_in(self, box: Box) -> tuple[Word, ...]:
        """Return the words whose middles lie in *box*, in the frame of its corner."""
        out = []
        for word in self.words:
            own = word.polygon.box()
            if box.x <= own.x + own.w / 2 < box.right and box.y <= own.y + own.h / 2 < box.bottom:
                moved = Box(own.x - box.x, own.y - box.y, own.w, own.h)
                out.append(Word(word.text, moved.polygon(), word.confidence, word.line))
        return tuple(out)

    def labelled(self, edition: Edition, box: Box) -> LabelledPage:
        """Return the labels of *edition* in *box*, looked for with everything that helps to find them."""
        key = (edition.id, box)
        if key not in self._labelled:
            found = find_page_labels(edition, self.clean(box), self.words_in(box), self.readers.printed)
            self._labelled[key] = found
        return self._labelled[key]
