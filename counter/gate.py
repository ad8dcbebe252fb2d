"""Who may come in, and which forms are taken."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.requests import Request

from counter.errors import ForeignForm, NotAllowed, NotSignedIn
from counter.sessions import COOKIE, Session, bound_to, form_token
from records.accounts import Account
from records.codes import Role
from records.text import clean

if TYPE_CHECKING:
    from counter.desk import Desk

LOOKERS = (Role.CLERK, Role.KEYER, Role.OFFICER, Role.ARCHIVIST, Role.LEADER)
"""May find and open entries."""
CONFIRMERS = (Role.CLERK, Role.KEYER)
"""May say what stands in the book."""
DRAFTERS = (Role.CLERK,)
"""May draw up copies."""
SIGNERS = (Role.OFFICER,)
"""May sign copies."""
SCANNERS = (Role.ARCHIVIST,)
"""May have pages judged at the scanner."""
LEDGER_READERS = (Role.CLERK, Role.OFFICER, Role.LEADER)
"""May read the book of issued copies."""

BOOK_READERS = (Role.ARCHIVIST, Role.LEADER)
"""May see how complete the books are."""
BOOK_KEEPERS = (Role.ARCHIVIST,)
"""May explain what is missing in a book, and close it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody signed in, for the length of one request."""

    session: Session
    account: Account

    def may(self, *roles: Role) -> bool:
        """Whether the account holds one of *roles*."""
        return not self.account.roles.isdisjoint(roles)

    @property
    def confirms(self) -> bool:
        """Whether the account may confirm fields."""
        return self.may(*CONFIRMERS)


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that this desk made: text cleaned of what nobody can write, files as they came."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def text(self, name: str, most: int = 2000) -> str:
        """Return one field without blanks around it, cut at *most* characters; empty where it is not there."""
        return self.texts.get(name, ("",))[0].strip()[:most]

    def all(self, name: str) -> tuple[str, ...]:
        """Return all values of a field (check boxes)."""
        return self.texts.get(name, ())

    def number(self, name: str) -> int | None:
        """Return a whole number of at most nine digits, or None."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def desk_of(request: Request) -> "Desk":
    """Return the desk that serves *request*."""
    desk: Desk = request.app.state.desk
    return desk


def visit_of(request: Request) -> Visit | None:
    """Return who is signed in, or None.

    The account is read anew for each request: a session is over as soon as its account is disabled, or
    has another password or other roles than when it was opened.
    """
    desk = desk_of(request)
    token = request.cookies.get(COOKIE, "")
    session = desk.sessions.find(token, desk.clock().timestamp()) if token else None
    if session is None:
        return None
    account = desk.house.register.account(session.account)
    if account is None or account.disabled or bound_to(account) != session.bound:
        desk.sessions.end(session.id)
        return None
    request.state.visit = Visit(session, account)
    return Visit(session, account)


def signed_in(*roles: Role) -> Callable[[Request], Visit]:
    """Return a dependency that lets in whoever holds one of *roles* (none given: everyone signed in).

    It raises NotSignedIn, NotAllowed.
    """

    def gate(request: Request) -> Visit:
        visit = visit_of(request)
        if visit is None:
            raise NotSignedIn
        if roles and not visit.may(*roles):
            raise NotAllowed(frozenset(roles))
        return visit

    return gate


async def read_form(request: Request) -> Posted:
    """Read a form of any origin."""
    form = await request.form(max_fields=500, max_files=1)
    texts: dict[str, tuple[str, ...]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[name] = value
        else:
            texts[name] = (*texts.get(name, ()), clean(value))
    return Posted(texts, files)


async def posted(request: Request) -> Posted:
    """Read a form of the signed-in session. Comes after :func:`signed_in`. Raises ForeignForm."""
    visit: Visit | None = getattr(request.state, "visit", None)
    if visit is None:
        raise NotSignedIn
    form = await read_form(request)
    right = form_token(desk_of(request).key, visit.session.id)
    if not hmac.compare_digest(form.text("csrf").encode(), right.encode()):
        raise ForeignForm
    return form


def local_path(given: str, otherwise: str = "/tra-cuu") -> str:
    """Return *given* if it is a path of this desk, else *otherwise*: nobody is sent to another site."""
    plain = given.startswith("/") and not given.startswith(("//", "/\\")) and all(c > " " and c != "\\" for c in given)
    return given if plain and len(given) <= 500 else otherwise
