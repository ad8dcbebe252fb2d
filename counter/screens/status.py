"""Tình trạng: each part of the house, what it can do now, and what to do where it cannot."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from counter.gate import Visit, desk_of, signed_in
from counter.waiting import Stand
from wiring.health import Health

router = APIRouter()
_WORDS = {
    Health.WORKS: ("✓", "Hoạt động", "verified"),
    Health.WEAK: ("?", "Hoạt động, còn thiếu", "doubt"),
    Health.DOWN: ("✗", "Không hoạt động", "error"),
}


@router.get("/tinh-trang")
def show(request: Request, visit: Annotated[Visit, Depends(signed_in())]) -> Response:
    """Probe every part and show what was found."""
    desk = desk_of(request)
    probes = desk.house.doctor()
    down = [probe for probe in probes if probe.health is Health.DOWN]
    weak = [probe for probe in probes if probe.health is Health.WEAK]
    return desk.page(
        request, "status.html", probes=[(probe, _WORDS[probe.health]) for probe in probes], down=down, weak=weak,
        waiting=desk.waiting.count(Stand.WAITING), at=desk.clock(),
    )  # fmt: skip


@router.get("/song")
def alive(request: Request) -> Response:
    """Tell a supervisor that the desk answers; nothing else."""
    return Response("ok", media_type="text/plain")
