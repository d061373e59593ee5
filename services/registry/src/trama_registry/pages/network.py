"""The page of the network: who does what, and where places are free."""

from typing import Annotated

import trama_caseload as caseload
from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.payload_fields import Code

from trama_registry import commands, queries
from trama_registry.api.callers import Anybody
from trama_registry.pages.templates import templates
from trama_registry.schemas import StatePlaces

router = Router()


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
    places: Annotated[str, Form()] = "",
    free: Annotated[str, Form()] = "",
) -> Response:
    """State the places of an offer of ours as they are today, or show why not."""
    try:
        await commands.state_places(session, offer, forms.read(StatePlaces, _numbers(places, free)))
    except Refused as refused:
        return await _network(request, session, refused)
    return RedirectResponse("/rete", 303)


def _numbers(places: str, free: str) -> dict[str, object]:
    """What was typed, as numbers where it is that: the command takes nothing else for one."""
    typed = {"places": places.strip(), "free": free.strip()}
    return {name: forms.number(value) for name, value in typed.items()}


async def _network(request: Request, session: AsyncSession, refused: Refused | None = None) -> Response:
    values = {
        "network": await queries.network(session),
        "own": caseload.own_member(session),
    }
    return await forms.page(request, "rete.html", values, templates=templates, refused=refused)
