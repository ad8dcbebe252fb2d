"""A page in plain words for everything that fails: what happened, that nothing was lost, what to do next."""

import hashlib
import hmac
import json
import logging
import secrets
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Scope

from counter.desk import Desk
from counter.errors import ForeignForm, NotAllowed, NotSignedIn
from counter.gate import desk_of, local_path, read_form, visit_of
from counter.security import TooLarge
from counter.sessions import Kept
from counter.words import ROLES
from records.errors import Conflict, IntegrityError, KhongChoError, NotFound, PartUnavailable, StillOpen, WrongUse
from records.messages import message

_log = logging.getLogger(__name__)
_STATUS: tuple[tuple[type[KhongChoError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (WrongUse, 422),
    (StillOpen, 422),
    (PartUnavailable, 503),
    (IntegrityError, 500),
)
KEPT_SECONDS = 3600
"""What was typed waits so long for its owner to sign in again."""
FORM_COOKIE = "khongcho_form"
"""Ties the sign-in form to the browser it was made for."""


def explain(app: FastAPI) -> None:
    """Register a page for each kind of failure."""
    app.add_exception_handler(KhongChoError, _told)
    app.add_exception_handler(NotSignedIn, _sign_in_first)
    app.add_exception_handler(NotAllowed, _not_allowed)
    app.add_exception_handler(ForeignForm, _foreign_form)
    app.add_exception_handler(TooLarge, _grown_too_large)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _misspelt)
    app.add_exception_handler(Exception, _unforeseen)


def page(request: Request, status: int, code: str, words: str, title: str) -> Response:
    """Return the page of a failure; for a part of a page, the same words as a notice in it; as JSON where asked for."""
    if wants_json(request):
        return _as_json(status, code, words)
    if getattr(request.state, "visit", None) is None:
        visit_of(request)
    headers = {"hx-retarget": "#thong-bao", "hx-reswap": "innerHTML"} if _partial(request) else {}
    return desk_of(request).page(
        request, "failure.html", status=status, headers=headers, code=code, said=words, title=title
    )


def too_large(desk: Desk, scope: Scope) -> Response:
    """Return the page for a body over the limit."""
    words = message("DESK_TOO_LARGE")
    request = Request(dict(scope) | {"state": {}})
    if wants_json(request):
        return _as_json(413, words.code, words.vi)
    return desk.page(
        request, "failure.html", status=413, code=words.code, said=words.vi, title="Dữ liệu gửi lên quá lớn"
    )


def wants_json(request: Request) -> bool:
    """Whether a programme asks, and not a browser."""
    return request.headers.get("accept", "").startswith("application/json")


def _as_json(status: int, code: str, words: str) -> Response:
    return JSONResponse({"error": {"code": code, "vi": words}}, status_code=status)


async def _told(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, KhongChoError)
    status = next((s for kind, s in _STATUS if isinstance(failure, kind)), 500)
    if status >= 500:
        _log.error("%s: %s", failure.code, failure)
    title = {
        404: "Không tìm thấy",
        409: "Có người khác vừa thay đổi",
        503: "Một bộ phận đang không trả lời",
        500: "Dữ liệu không còn nguyên vẹn",
    }.get(status, "Chưa làm được việc này")
    return page(request, status, failure.code, failure.message().vi, title)


async def _sign_in_first(request: Request, _: Exception) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    form: dict[str, str] = {}
    if request.method == "POST":
        posted = await read_form(request)
        path = local_path(posted.text("trang"), "/tra-cuu")
        form = {k: v[0] for k, v in posted.texts.items() if k not in {"csrf", "trang"}}
    elif not _partial(request):  # a page that was merely asked for
        return RedirectResponse(f"/dang-nhap?{urlencode({'tiep': path})}", 303)
    return sign_in_page(request, Kept(local_path(path), form), status=401, expired=bool(form))


def sign_in_page(
    request: Request,
    kept: Kept,
    *,
    status: int = 200,
    expired: bool = False,
    error: str = "",
    code: str = "",
    name: str = "",
) -> Response:
    """Return the sign-in page; *kept* travels in it, signed, so that nothing typed is lost."""
    desk = desk_of(request)
    cookie = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    headers = {"hx-retarget": "body", "hx-reswap": "innerHTML"} if _partial(request) else {}
    answer = desk.page(
        request, "sign_in.html", status=status, headers=headers,
        kept=_serializer(desk).dumps({"path": kept.path, "form": kept.form}),
        form_token=anonymous_token(desk, cookie), expired=expired, error=error, code=code, name=name,
    )  # fmt: skip
    answer.set_cookie(FORM_COOKIE, cookie, httponly=True, samesite="strict", secure=desk.secure, path="/dang-nhap")
    return answer


def read_kept(desk: Desk, text: str) -> Kept:
    """Return what the sign-in page carried; an altered or old one is worth nothing."""
    try:
        told = _serializer(desk).loads(text, max_age=KEPT_SECONDS)
    except BadSignature:
        return Kept("/tra-cuu")
    return Kept(local_path(told["path"]), dict(told["form"]))


def anonymous_token(desk: Desk, cookie: str) -> str:
    """Return the token of a sign-in form made for the browser that holds *cookie*."""
    return hmac.new(desk.key, b"sign-in:" + cookie.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _serializer(desk: Desk) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk.key, salt="kept", serializer=json)


async def _not_allowed(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, NotAllowed)
    words = message("DESK_NOT_ALLOWED", roles=" hoặc ".join(ROLES[r] for r in ROLES if r in failure.roles))
    return page(request, 403, words.code, words.vi, "Tài khoản này không được làm việc đó")


async def _foreign_form(request: Request, _: Exception) -> Response:
    words = message("DESK_FOREIGN_FORM")
    return page(request, 403, words.code, words.vi, "Chưa nhận được biểu mẫu")


async def _grown_too_large(request: Request, failure: Exception) -> Response:
    raise failure  # answered by the body limit itself


async def _http(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    code = {404: "DESK_NO_PAGE", 405: "DESK_NO_PAGE"}.get(failure.status_code, "DESK_BAD_REQUEST")
    title = "Không có trang này" if code == "DESK_NO_PAGE" else "Yêu cầu không hợp lệ"
    return page(request, failure.status_code, code, message(code).vi, title)


async def _misspelt(request: Request, _: Exception) -> Response:
    return page(request, 422, "DESK_BAD_REQUEST", message("DESK_BAD_REQUEST").vi, "Yêu cầu không hợp lệ")


async def _unforeseen(request: Request, failure: Exception) -> Response:
    number = secrets.token_hex(3).upper()
    _log.error("incident %s at %s %s", number, request.method, request.url.path, exc_info=failure)
    words = message("DESK_INCIDENT", number=number)
    return page(request, 500, words.code, words.vi, "Hệ thống gặp sự cố")


def _partial(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"
