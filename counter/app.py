"""Puts the desk together: screens, static files, headers, and a page in plain words for everything that fails."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from counter.desk import HERE, Desk
from counter.failures import explain, too_large
from counter.screens import (
    books,
    checking,
    drafting,
    entry,
    finding,
    ledger,
    paper,
    pictures,
    public,
    scanning,
    signing,
    signing_in,
    status,
)
from counter.security import BodyLimit, Headers
from wiring import House

_YEAR = 31_536_000


class _Static(StaticFiles):
    """Static files; their addresses carry a digest, so browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if answer.status_code == 200:
            kept = f"public, max-age={_YEAR}, immutable" if b"v=" in scope.get("query_string", b"") else "no-cache"
            answer.headers["cache-control"] = kept
        return answer


def create_desk(house: House, clock: Callable[[], dt.datetime] | None = None) -> FastAPI:
    """Return the desk over *house* as an ASGI application. *clock* tells the time (for tests).

    The desk keeps its sessions and waiting requests in ``desk.db`` of the home folder. Raises
    PartUnavailable DESK_ASSETS_MISSING where the vendored scripts and the typeface were not installed, and
    DESK_KEY_SHORT where ``desk.secret`` is not whole.
    """
    desk = Desk(house, clock or _now)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.store.close()

    app = FastAPI(title="Không Chờ", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.desk = desk
    app.mount("/static", _Static(directory=HERE / "static"), name="static")
    lookers, workers = (finding, entry, paper, pictures), (scanning, drafting, signing, ledger, books, checking)
    for part in (signing_in, *lookers, *workers, public, status):
        app.include_router(part.router)
    explain(app)

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await too_large(desk, scope)(scope, receive, send)

    app.add_middleware(BodyLimit, uploads=(checking.PATH, scanning.PATH), refuse=refuse)
    app.add_middleware(Headers, secure=desk.secure)
    return app


def serve_desk(house: House, host: str, port: int) -> None:
    """Serve the desk until interrupted."""
    uvicorn.run(
        create_desk(house), host=host, port=port, server_header=False, access_log=False, timeout_graceful_shutdown=10
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
