"""Đăng nhập, đăng xuất."""

import hmac
import math
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from counter import failures
from counter.accounts import SignIn, sign_in
from counter.gate import LOOKERS, Posted, Visit, desk_of, local_path, posted, read_form, signed_in, visit_of
from counter.sessions import COOKIE, Kept
from records.messages import message

router = APIRouter()


@router.get("/")
def home(visit: Annotated[Visit, Depends(signed_in())]) -> Response:
    """Lead to the screen that the account works at."""
    return RedirectResponse("/tra-cuu" if visit.may(*LOOKERS) else "/tinh-trang", 303)


@router.get("/dang-nhap")
def sign_in_page(request: Request, tiep: str = "/") -> Response:
    """Show the sign-in page, or go on where somebody is signed in already."""
    if visit_of(request):
        return RedirectResponse(local_path(tiep, "/"), 303)
    return failures.sign_in_page(request, Kept(local_path(tiep, "/")))


@router.post("/dang-nhap")
async def enter(request: Request) -> Response:
    """Try name and password; on success go on where the person was, with what was typed."""
    form = await read_form(request)
    return await run_in_threadpool(_enter, request, form)  # argon2 takes its time on purpose


def _enter(request: Request, form: Posted) -> Response:
    desk = desk_of(request)
    kept = failures.read_kept(desk, form.text("giu", 200_000))
    name = form.text("tai_khoan", 80).casefold()
    cookie = request.cookies.get(failures.FORM_COOKIE, "")
    right = failures.anonymous_token(desk, cookie)
    if not cookie or not hmac.compare_digest(form.text("csrf").encode(), right.encode()):
        stale = message("SIGN_IN_STALE")
        return failures.sign_in_page(request, kept, status=403, error=stale.vi, code=stale.code, name=name)
    address = request.client.host if request.client else "?"
    password = form.texts.get("mat_khau", ("",))[0]
    now = desk.clock()
    how, account, wait = sign_in(desk.house.register, desk.throttle, name, password, address, now)
    if how is SignIn.WAIT:
        told = message("SIGN_IN_WAIT", minutes=math.ceil(wait / 60))
        return failures.sign_in_page(request, kept, status=429, error=told.vi, code=told.code, name=name)
    if how is SignIn.WRONG or account is None:
        told = message("SIGN_IN_WRONG")
        return failures.sign_in_page(request, kept, status=403, error=told.vi, code=told.code, name=name)
    token = desk.sessions.open(account, now.timestamp(), kept if kept.form else None)
    answer = RedirectResponse(kept.path, 303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=desk.secure, path="/")
    answer.delete_cookie(failures.FORM_COOKIE, path="/dang-nhap")
    return answer


@router.post("/dang-xuat")
def leave(
    request: Request, visit: Annotated[Visit, Depends(signed_in())], _: Annotated[Posted, Depends(posted)]
) -> Response:
    """End the session, at the server too."""
    desk_of(request).sessions.end(visit.session.id)
    answer = RedirectResponse("/dang-nhap", 303)
    answer.delete_cookie(COOKIE, path="/")
    answer.headers["clear-site-data"] = '"cache"'
    return answer
