"""Sessions: kept at the server, known to the browser by a random token alone."""

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from counter.store import Store
from records.accounts import Account
from records.errors import PartUnavailable

COOKIE = "khongcho"
IDLE_SECONDS = 45 * 60
"""A session nobody used for so long is over."""
LONGEST_SECONDS = 12 * 3600
"""No session lasts longer than a working day."""
KEY_BYTES = 32


def desk_key(path: Path) -> bytes:
    """Return the desk's secret key, made at the first start and readable by its owner alone.

    Raises PartUnavailable DESK_KEY_SHORT where the file holds less than :data:`KEY_BYTES`: with an empty
    key anybody could make the tokens of our forms.
    """
    if not path.exists():
        _make_key(path)
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise PartUnavailable("DESK_KEY_SHORT", file=path, least=KEY_BYTES)
    return key


def _make_key(path: Path) -> None:
    """Make a key that has its name only when it is whole; of desks started together, the first one's key stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)  # for its owner alone
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_bytes(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(made)
    finally:
        made.unlink()


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody had typed into the page at *path* when the session ended."""

    path: str
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    id: str
    """Digest of the token; the token itself is known to the browser alone."""
    account: str
    bound: str
    """What :func:`bound_to` said of the account when the session was opened."""
    kept: Kept | None = None


def bound_to(account: Account) -> str:
    """Return a digest of what a session rests on: with a new password or other roles it is another one."""
    return _digest("\n".join([account.password_hash, *sorted(account.roles)]))


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, account: Account, now: float, kept: Kept | None = None) -> str:
        """Open a session of *account* as it was when it signed in; return its token (256 bits) for the cookie."""
        token = secrets.token_urlsafe(32)
        text = json.dumps({"path": kept.path, "form": kept.form}) if kept else ""
        self._store.run("DELETE FROM sessions WHERE opened < ?", now - LONGEST_SECONDS)
        self._store.run(
            "INSERT INTO sessions (token, account, opened, seen, kept, bound) VALUES (?, ?, ?, ?, ?, ?)",
            _digest(token), account.name, now, now, text, bound_to(account),
        )  # fmt: skip
        return token

    def find(self, token: str, now: float) -> Session | None:
        """Return the living session of *token* and note that it was used, or None."""
        row = self._store.row("SELECT * FROM sessions WHERE token = ?", _digest(token))
        if row is None:
            return None
        if now - row["seen"] > IDLE_SECONDS or now - row["opened"] > LONGEST_SECONDS:
            self.end(_digest(token))
            return None
        if now - row["seen"] > 30:  # one write in half a minute is enough
            self._store.run("UPDATE sessions SET seen = ? WHERE token = ?", now, _digest(token))
        kept = json.loads(row["kept"]) if row["kept"] else None
        return Session(_digest(token), row["account"], row["bound"], Kept(kept["path"], kept["form"]) if kept else None)

    def take_kept(self, session: Session, path: str) -> dict[str, str]:
        """Return what was typed at *path* before the last sign-in, once."""
        if session.kept is None or session.kept.path != path:
            return {}
        self._store.run("UPDATE sessions SET kept = '' WHERE token = ?", session.id)
        return session.kept.form

    def end(self, session_id: str) -> None:
        """End a session."""
        self._store.run("DELETE FROM sessions WHERE token = ?", session_id)


def form_token(key: bytes, session_id: str) -> str:
    """Return the token that every form of a session carries (CSRF)."""
    return hmac.new(key, b"form:" + session_id.encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
