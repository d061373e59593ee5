"""The clock of a demonstration, read and moved forward by whoever is signed in; nowhere else is there one."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AwareDatetime, BaseModel, Field

from trama_chassis.accounts import Caller, local_path, require
from trama_chassis.clock import END, ZONE, Clock, ClockGoesForwardOnly
from trama_chassis.errors import NotFound, Refused

routes = APIRouter()


class ClockBack(Refused):
    """Business time only goes forward."""

    code = "clock-goes-forward-only"


class BusinessTime(BaseModel):
    """Where business time is to stand."""

    now: Annotated[AwareDatetime, Field(lt=END)]


def _demo_clock(request: Request) -> Clock:
    """The clock of a demonstration; anywhere else there is no such address. Raises NotFound."""
    clock: Clock | None = request.app.state.shell.clock
    if clock is None:
        raise NotFound("L'orologio si sposta solo nella dimostrazione.")
    return clock


DemoClock = Annotated[Clock, Depends(_demo_clock)]
Signed = Annotated[Caller, Depends(require())]


@routes.get("/api/clock")
async def read_clock(clock: DemoClock, by: Signed) -> dict[str, str | bool]:
    """Business time, for those who live through a demonstration."""
    return {"now": _local(clock.now()), "demo": True}


@routes.put("/api/clock")
async def move_clock(clock: DemoClock, by: Signed, wanted: BusinessTime) -> dict[str, str]:
    """Move business time forward in the whole network; every node sees it within 100 ms."""
    await _move(clock, wanted.now)
    return {"now": _local(wanted.now)}


@routes.post("/orologio/avanti")
async def next_day(clock: DemoClock, by: Signed, next: Annotated[str, Form()] = "/") -> Response:
    """Move on to the same hour of the next day, for the whole network, and come back to the page."""
    await _move(clock, (clock.now().astimezone(ZONE) + timedelta(days=1)))
    return RedirectResponse(local_path(next), 303)


async def _move(clock: Clock, to: datetime) -> None:
    try:
        await asyncio.to_thread(clock.move, to)
    except ClockGoesForwardOnly as back:
        now = f"{clock.now().astimezone(ZONE):%d/%m/%Y %H:%M:%S}"
        raise ClockBack("Il tempo va solo avanti, e siamo già al %(now)s.", field="now", now=now) from back


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="milliseconds")
