"""The JSON API of the placement service: authorise, call one command or query, answer."""

from typing import Annotated

import trama_caseload as caseload
from fastapi import Depends
from trama_chassis.accounts import Caller, require
from trama_chassis.bodies import Offset
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Member, Uuid

from trama_placement import commands, queries
from trama_placement.models import State
from trama_placement.queries.told import preview_of
from trama_placement.schemas import (
    ApproveHosted,
    ConfirmStart,
    Date,
    EndPlacement,
    GiveApproval,
    HostedView,
    HostView,
    PathTypeView,
    PlacementList,
    PlacementView,
    ProposePlacement,
    RefuseApproval,
    RefuseHosted,
    WithdrawPlacement,
)

router = Router(tags=["placement"])

Officer = Annotated[Caller, Depends(require("placement-officer", "supervisor"))]
HostSide = Annotated[Caller, Depends(require("host-tutor", "placement-officer", "supervisor"))]
Tutor = Annotated[Caller, Depends(require("host-tutor"))]


@router.post("/placements", status_code=201)
async def propose_placement(request: ProposePlacement, session: Transaction, _: Officer) -> PlacementView:
    """Propose a work path of a person in charge here, at a host."""
    placement = await commands.propose_placement(session, request)
    return await queries.placement_view(session, placement.placement)


@router.post("/placements/preview")
async def preview_of_placement(
    request: ProposePlacement, session: Transaction, _: Officer
) -> caseload.DraftPreviewView:
    """What who hosts would read of a proposal, and what who follows the person. Refused as proposing is."""
    placement = await commands.propose_placement(session, request)
    return await preview_of(session, placement)


@router.get("/placements")
async def placements(
    session: Reading,
    _: Officer,
    record: Uuid | None = None,
    state: State | None = None,
    offset: Offset = 0,
) -> PlacementList:
    """The placements promoted by this member, a hundred at a time, newest plan first."""
    return await queries.placements(session, record=record, state=state, offset=offset)


@router.get("/placements/{placement}")
async def placement(placement: Uuid, session: Reading, _: Officer) -> PlacementView:
    """One placement."""
    return await queries.placement_view(session, placement)


@router.post("/placements/{placement}/approvals")
async def give_approval(
    placement: Uuid, request: GiveApproval, session: Transaction, _: Officer
) -> PlacementView:
    """Record an approval signed on paper; the last one that was missing makes the placement agreed."""
    await commands.give_approval(session, placement, request)
    return await queries.placement_view(session, placement)


@router.post("/placements/{placement}/approvals/refuse")
async def refuse_approval(
    placement: Uuid, request: RefuseApproval, session: Transaction, _: Officer
) -> PlacementView:
    """Record that one of those who must approve does not: the placement is withdrawn."""
    await commands.refuse_approval(session, placement, request)
    return await queries.placement_view(session, placement)


@router.post("/placements/{placement}/withdraw")
async def withdraw_placement(
    placement: Uuid, request: WithdrawPlacement, session: Transaction, _: Officer
) -> PlacementView:
    """Give up a placement that never began."""
    await commands.withdraw_placement(session, placement, request)
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
    """Who is asked for here, works here or did, as the promoters told us."""
    return await queries.hosted(session)


@router.post("/hosted/{promoter}/{placement}/approve")
async def approve_hosted(
    promoter: Member, placement: Uuid, session: Transaction, _: Tutor, request: ApproveHosted | None = None
) -> HostedView:
    """Say, as the host, that the person may come."""
    await commands.approve_hosted(session, promoter, placement)
    return await queries.hosted_view(session, promoter, placement)


@router.post("/hosted/{promoter}/{placement}/refuse")
async def refuse_hosted(
    promoter: Member, placement: Uuid, session: Transaction, _: Tutor, request: RefuseHosted | None = None
) -> HostedView:
    """Say, as the host, that the person cannot come; why is not owed."""
    await commands.refuse_hosted(session, promoter, placement, request or RefuseHosted())
    return await queries.hosted_view(session, promoter, placement)


@router.get("/path-types")
async def path_types(session: Reading, _: Officer, on: Date | None = None) -> list[PathTypeView]:
    """The path types that exist on a day (today if none is named), with the rules they then have."""
    return await queries.path_types(session, on or caseload.today(session))


@router.get("/hosts")
async def hosts(session: Reading, _: Officer) -> list[HostView]:
    """The members at which this one can propose placements."""
    return queries.hosts(session)
