"""Marked pictures of pages that were just judged: kept in memory for a while, for the account that sent them."""

import hashlib
import threading
from collections import OrderedDict

from records.errors import NotFound

_MOST = 40
"""Pictures kept, some 200 kB each."""


class Marked:
    """The last marked pictures; the oldest goes first."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        """Held while a page is judged: one at a time, for a page of 120 megapixels takes half a gigabyte."""
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, account: str, jpeg: bytes) -> str:
        """Keep a picture for *account*; return the name that it is asked for by."""
        name = hashlib.sha256(jpeg).hexdigest()[:32]
        with self._lock:
            self._kept[account, name] = jpeg
            self._kept.move_to_end((account, name))
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return name

    def get(self, account: str, name: str) -> bytes:
        """Return a picture that *account* sent. Raises NotFound SCAN_PICTURE_GONE."""
        with self._lock:
            found = self._kept.get((account, name))
        if found is None:
            raise NotFound("SCAN_PICTURE_GONE")
        return found
