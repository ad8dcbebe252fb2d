"""The desk as every screen holds it: the house, its own memory, the clock, and the making of pages."""

import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from counter import words
from counter.gate import Visit
from counter.marked import Marked
from counter.present import label
from counter.scan_runs import ScanRuns
from counter.sessions import Sessions, desk_key, form_token
from counter.store import Store
from counter.throttle import Throttle
from counter.waiting import Stand, WaitingRequests
from records.codes import Role
from records.errors import KhongChoError, PartUnavailable
from records.provenance import ProvenanceEvent
from wiring import House
from wiring.scanning import number_readers

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
_NEEDED = ("htmx.min.js", "openseadragon.min.js", "icons.svg", "be-vietnam-pro-400-vietnamese.woff2")
_REMEMBERED = 600
"""Pictures kept in memory, some 20 kB each."""
_QUIET_SECONDS = 600
"""Pictures of an entry fetched so soon after it was opened are the same access."""


class Desk:
    """Everything a screen needs.

    Raises PartUnavailable: DESK_ASSETS_MISSING where the vendored files are not there, DESK_KEY_SHORT where the
    secret key is not whole.
    """

    def __init__(self, house: House, clock: Callable[[], dt.datetime]) -> None:
        if missing := [name for name in _NEEDED if not (VENDOR / name).is_file()]:
            raise PartUnavailable("DESK_ASSETS_MISSING", files=", ".join(missing))
        settings = house.settings
        self.house = house
        self.clock = clock
        self.secure = settings.desk.secure_cookies
        self.key = desk_key(settings.desk.secret_file or settings.home / "desk.secret")
        self.store = Store(settings.home / "desk.db")
        self.throttle = Throttle(self.store)
        self.sessions = Sessions(self.store)
        self.waiting = WaitingRequests(self.store)
        self.marked = Marked()
        self.scan_runs = ScanRuns(self.store)
        self.number_readers = number_readers(settings)
        self._opened: dict[tuple[str, str], float] = {}
        self._pictures: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._drawing = threading.Lock()

    @cached_property
    def templates(self) -> Environment:
        """The pages. Everything is escaped; a gap without a value is an error."""
        env = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        env.globals.update(icon=_icon, static=self._static, words=words, label_of=label, Role=Role, Stand=Stand)
        env.filters.update(day=words.day, moment=words.moment, partial=words.partial)
        return env

    def page(
        self,
        request: Request,
        template: str,
        /,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **gaps: Any,
    ) -> HTMLResponse:
        """Return *template* filled in, with what every page knows (who is signed in, the token of its forms)."""
        visit: Visit | None = getattr(request.state, "visit", None)
        known: dict[str, Any] = {
            "visit": visit,
            "csrf": form_token(self.key, visit.session.id) if visit else "",
            "partial_only": request.headers.get("hx-request") == "true",
            "path": request.url.path,
            "office": self._office(),
            "to_sign": self.waiting.count(Stand.WAITING) if visit and visit.may(Role.OFFICER) else 0,
            "today": words.day(self.clock()),
        }
        html = self.templates.get_template(template).render(known | gaps)
        return HTMLResponse(html, status_code=status, headers=dict(headers or {}))

    def opened(self, entry: str, visit: Visit, screen: str, *, picture: bool = False) -> None:
        """Write into the audit chain that an entry was looked at; its pictures count as the same look."""
        now = self.clock()
        last = self._opened.get((visit.account.name, entry))
        if picture and last is not None and now.timestamp() - last < _QUIET_SECONDS:
            return
        if len(self._opened) > 10_000:
            self._opened.clear()
        self.house.register.append(ProvenanceEvent("access", entry, visit.account.name, now, {"screen": screen}))
        self._opened[visit.account.name, entry] = now.timestamp()

    def picture(self, key: tuple[object, ...], draw: Callable[[], bytes]) -> bytes:
        """Return the picture of *key*, drawn at most once while it is remembered: masters never change.

        One is drawn at a time, so that the many crops of a page share one decoding of it.
        """
        with self._drawing:
            if key not in self._pictures:
                self._pictures[key] = draw()
                while len(self._pictures) > _REMEMBERED:
                    self._pictures.popitem(last=False)
            self._pictures.move_to_end(key)
            return self._pictures[key]

    def full_name(self, account: str) -> str:
        """Return the full name of an account, or the account where it is not known (a programme)."""
        found = self.house.register.account(account)
        return found.full_name if found else account

    @property
    def today(self) -> dt.date:
        """The day in Vietnam."""
        return self.clock().astimezone(words.VIETNAM).date()

    def _office(self) -> str:
        try:
            authority, _ = self.house.office.on(self.today)
        except KhongChoError:
            return ""
        return " ".join(authority.name_lines)

    def _static(self, name: str) -> str:
        return f"/static/{name}?v={_digest(HERE / 'static' / name)}"


_digests: dict[Path, str] = {}


def _digest(path: Path) -> str:
    """Return the start of the file's digest; pages must still come, plainer, when a file is replaced under the desk."""
    if path not in _digests:
        try:
            _digests[path] = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
        except OSError:
            return "0"
    return _digests[path]


def _icon(name: str) -> Markup:
    """Return an icon that says nothing to a screen reader: a word always stands beside it."""
    where = f"/static/vendor/icons.svg?v={_digest(VENDOR / 'icons.svg')}#{name}"
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>').format(where)
