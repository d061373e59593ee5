"""The registry's pages: persons, referrals, a person's story. They call the same queries as the API."""

from pathlib import Path
from typing import Annotated

from fastapi import Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import web
from trama_chassis.accounts import Caller, require
from trama_chassis.bodies import Line
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Uuid
from trama_contracts.offers import Places
from trama_contracts.payload_fields import Code

from trama_registry import commands, queries
from trama_registry.queries import told
from trama_registry.schemas import StatePlaces, WithdrawReferral

router = Router()
templates = web.environment(Path(__file__).with_name("templates"))
templates.filters["day"] = told.day
templates.filters["when"] = lambda entry: told.when(entry.occurred_at, entry.recorded_at)
templates.globals |= {"refusals": told.REFUSALS, "services": told.SERVICES, "states": told.STATES}
Operator = Annotated[Caller, Depends(require("caseworker", "supervisor"))]
Anybody = Annotated[Caller, Depends(require("caseworker", "supervisor", "host-tutor"))]


@router.get("/persone")
async def persons_page(
    request: Request,
    session: Reading,
    _: Operator,
    nome: Annotated[str, Query(max_length=100)] = "",
    dopo: Annotated[Uuid | None, Query()] = None,
) -> Response:
    """The list of persons, by name."""
    listed = await queries.persons_by_name(session, nome, dopo)
    return web.page(request, "persone.html", {"listed": listed, "sought": nome}, templates=templates)


@router.get("/persone/{record}/storia")
async def story_page(request: Request, record: Uuid, session: Reading, _: Operator) -> Response:
    """A person's story: who they are, who follows, what happened, how complete this is."""
    values = {
        "person": await queries.person_view(session, record),
        "timeline": await queries.timeline(session, record),
    }
    return web.page(request, "storia.html", values, templates=templates)


@router.get("/segnalazioni")
async def referrals_page(request: Request, session: Reading, _: Operator) -> Response:
    """Referrals received and sent."""
    return await _referrals(request, session)


@router.post("/segnalazioni/{referral}/ritiro")
async def withdraw_page(
    request: Request,
    referral: Uuid,
    session: Transaction,
    _: Operator,
    reason: Annotated[Line, Form()] = "",
) -> Response:
    """Take back a referral of ours, or show why not."""
    try:
        await commands.withdraw_referral(session, referral, WithdrawReferral(reason=reason or None))
    except Refused as refused:
        return await _referrals(request, session, refused)
    return RedirectResponse("/segnalazioni#inviate", 303)


@router.get("/rete")
async def network_page(request: Request, session: Reading, _: Anybody) -> Response:
    """Who does what in the network, and where places are free."""
    return await _network(request, session)


@router.post("/rete/{offer}/posti")
async def state_places_page(
    request: Request,
    offer: Code,
    session: Transaction,
    _: Anybody,
    places: Annotated[Places, Form(strict=False)],
    free: Annotated[Places, Form(strict=False)],
) -> Response:
    """State the places of an offer of ours as they are today, or show why not."""
    try:
        await commands.state_places(session, offer, StatePlaces(places=places, free=free))
    except Refused as refused:
        return await _network(request, session, refused)
    return RedirectResponse("/rete", 303)


async def _network(request: Request, session: AsyncSession, refused: Refused | None = None) -> Response:
    values = {
        "network": await queries.network(session),
        "own": runtime_of(session).settings.member,
        "refused": refused,
    }
    status = refused.status if refused else 200
    return web.page(request, "rete.html", values, templates=templates, status=status)


async def _referrals(request: Request, session: AsyncSession, refused: Refused | None = None) -> Response:
    runtime = runtime_of(session)
    values = {
        "received": await queries.received_referrals(session),
        "sent": await queries.sent_referrals(session),
        "name_of": queries.names_of(runtime.directory.current),
        "today": runtime.clock.today(),
        "refused": refused,
    }
    status = refused.status if refused else 200
    return web.page(request, "segnalazioni.html", values, templates=templates, status=status)
