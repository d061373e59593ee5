"""The JSON API of the placement service: authorise, call one command or query, answer."""

from typing import Annotated

from fastapi import Depends, Query
from trama_chassis.accounts import Caller, require
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_placement import commands, queries
from trama_placement.models import State
from trama_placement.schemas import (
    ConfirmStart,
    Date,
    EndPlacement,
    HostedView,
    HostView,
    PathTypeView,
    PlacementList,
    PlacementView,
    ProposePlacement,
)

router = Router(tags=["placement"])

Officer = Annotated[Caller, Depends(require("placement-officer", "supervisor"))]
HostSide = Annotated[Caller, Depends(require("host-tutor", "placement-officer", "supervisor"))]


@router.post("/placements", status_code=201)
async def propose_placement(request: ProposePlacement, session: Transaction, _: Officer) -> PlacementView:
    """Propose a work path of a person in charge here, at a host."""
    placement = await commands.propose_placement(session, request)
    return await queries.placement_view(session, placement.placement)


@router.get("/placements")
async def placements(
    session: Reading,
    _: Officer,
    record: Uuid | None = None,
    state: State | None = None,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> PlacementList:
    """The placements promoted by this member, a hundred at a time, newest plan first."""
    return await queries.placements(session, record=record, state=state, offset=offset)


@router.get("/placements/{placement}")
async def placement(placement: Uuid, session: Reading, _: Officer) -> PlacementView:
    """One placement."""
    return await queries.placement_view(session, placement)


@router.post("/placements/{placement}/start")
async def confirm_start(
    placement: Uuid, request: ConfirmStart, session: Transaction, by: Officer
) -> PlacementView:
    """Confirm that the person really began: until somebody does, nobody counts as started."""
    await commands.confirm_start(session, placement, request, by)
    return await queries.placement_view(session, placement)


@router.post("/placements/{placement}/end")
async def end_placement(
    placement: Uuid, request: EndPlacement, session: Transaction, _: Officer
) -> PlacementView:
    """Record the end and how it came; possible on any day after the start."""
    await commands.end_placement(session, placement, request)
    return await queries.placement_view(session, placement)


@router.get("/hosted")
async def hosted(session: Reading, _: HostSide) -> list[HostedView]:
    """Who works here, as the promoters told us."""
    return await queries.hosted(session)


@router.get("/path-types")
async def path_types(session: Reading, _: Officer, on: Date | None = None) -> list[PathTypeView]:
    """The path types that exist on a day (today if none is named), with the rules they then have."""
    return await queries.path_types(session, on or queries.today(session))


@router.get("/hosts")
async def hosts(session: Reading, _: Officer) -> list[HostView]:
    """The members at which this one can propose placements."""
    return queries.hosts(session)
