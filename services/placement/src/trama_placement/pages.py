"""The pages of the placement service: the same commands and queries as the API, in plain Italian."""

from pathlib import Path
from typing import Annotated

from fastapi import Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import web
from trama_chassis.accounts import Caller, require
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Uuid
from trama_contracts.facts import EndingReason

from trama_placement import commands, queries
from trama_placement.models import ENDING_LABELS, STATE_LABELS, State
from trama_placement.schemas import ConfirmStart, Date, EndPlacement

router = Router()
templates = web.environment(Path(__file__).with_name("templates"))

Officer = Annotated[Caller, Depends(require("placement-officer", "supervisor"))]
HostSide = Annotated[Caller, Depends(require("host-tutor", "placement-officer", "supervisor"))]


@router.get("/inserimenti")
async def placements_page(
    request: Request,
    session: Reading,
    _: Officer,
    stato: State | None = None,
    da: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """The placements promoted here, all or in one state."""
    found = await queries.placements(session, state=stato, offset=da)
    values = {
        "found": found,
        "first": da,
        "next": da + queries.PAGE if found.total > da + queries.PAGE else None,
        "state": stato,
        "states": STATE_LABELS,
    }
    return web.page(request, "inserimenti.html", values, templates=templates)


@router.get("/inserimenti/{placement}")
async def placement_page(request: Request, placement: Uuid, session: Reading, _: Officer) -> Response:
    """One placement, with what can be done about it today."""
    return await _placement_page(request, session, placement)


@router.post("/inserimenti/{placement}/avvio")
async def confirm_start_page(
    request: Request,
    placement: Uuid,
    session: Transaction,
    by: Officer,
    started_on: Annotated[Date, Form()],
) -> Response:
    """Confirm the start, or show why not."""
    try:
        await commands.confirm_start(session, placement, ConfirmStart(started_on=started_on), by)
    except Refused as refused:
        return await _placement_page(request, session, placement, refused)
    return RedirectResponse(f"/inserimenti/{placement}", 303)


@router.post("/inserimenti/{placement}/conclusione")
async def end_placement_page(
    request: Request,
    placement: Uuid,
    session: Transaction,
    _: Officer,
    ended_on: Annotated[Date, Form()],
    reason: Annotated[EndingReason, Form()],
) -> Response:
    """Record the end, or show why not."""
    try:
        await commands.end_placement(session, placement, EndPlacement(ended_on=ended_on, reason=reason))
    except Refused as refused:
        return await _placement_page(request, session, placement, refused)
    return RedirectResponse(f"/inserimenti/{placement}", 303)


@router.get("/ospiti")
async def hosted_page(request: Request, session: Reading, _: HostSide) -> Response:
    """The people who work here."""
    return web.page(request, "ospiti.html", {"hosted": await queries.hosted(session)}, templates=templates)


async def _placement_page(
    request: Request, session: AsyncSession, placement: str, refused: Refused | None = None
) -> Response:
    values = {
        "placement": await queries.placement_view(session, placement),
        "State": State,
        "endings": ENDING_LABELS,
        "today": queries.today(session),
        "refused": refused,
    }
    return web.page(
        request, "inserimento.html", values, templates=templates, status=refused.status if refused else 200
    )
