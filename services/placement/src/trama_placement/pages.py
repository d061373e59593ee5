"""The pages of the placement service: the same commands and queries as the API, in plain Italian."""

from pathlib import Path
from typing import Annotated

import trama_caseload as caseload
from fastapi import Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms, web
from trama_chassis.accounts import Caller, require
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Member, Uuid

from trama_placement import commands, queries
from trama_placement.models import (
    APPROVAL_LABELS,
    ENDING_LABELS,
    STATE_LABELS,
    WITHDRAWAL_LABELS,
    ApprovalState,
    HostedState,
    State,
    named,
)
from trama_placement.schemas import (
    ConfirmStart,
    EndPlacement,
    GiveApproval,
    Line,
    PlacementView,
    RefuseApproval,
    RefuseHosted,
    WithdrawPlacement,
)

router = Router()
templates = web.environment(Path(__file__).with_name("templates"))

Officer = Annotated[Caller, Depends(require("placement-officer", "supervisor"))]
HostSide = Annotated[Caller, Depends(require("host-tutor", "placement-officer", "supervisor"))]
Tutor = Annotated[Caller, Depends(require("host-tutor"))]

HERE = (HostedState.CONFIRMED, HostedState.RUNNING)


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


@router.post("/inserimenti/{placement}/adesione")
async def give_approval_page(
    request: Request,
    placement: Uuid,
    session: Transaction,
    _: Officer,
    party: Annotated[str, Form()] = "",
    given_on: Annotated[str, Form()] = "",
) -> Response:
    """Record an approval signed on paper, or show why not."""
    try:
        asked = forms.read(GiveApproval, {"party": party, "given_on": given_on})
        await commands.give_approval(session, placement, asked)
    except Refused as refused:
        return await _placement_page(request, session, placement, refused)
    return RedirectResponse(f"/inserimenti/{placement}", 303)


@router.post("/inserimenti/{placement}/mancata-adesione")
async def refuse_approval_page(
    request: Request,
    placement: Uuid,
    session: Transaction,
    _: Officer,
    party: Annotated[str, Form()] = "",
) -> Response:
    """Record that one of those who must approve does not, or show why not."""
    try:
        await commands.refuse_approval(session, placement, forms.read(RefuseApproval, {"party": party}))
    except Refused as refused:
        return await _placement_page(request, session, placement, refused)
    return RedirectResponse(f"/inserimenti/{placement}", 303)


@router.post("/inserimenti/{placement}/ritiro")
async def withdraw_placement_page(
    request: Request,
    placement: Uuid,
    session: Transaction,
    _: Officer,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Give up a placement that never began, or show why not."""
    try:
        await commands.withdraw_placement(
            session, placement, forms.read(WithdrawPlacement, {"reason": reason})
        )
    except Refused as refused:
        return await _placement_page(request, session, placement, refused)
    return RedirectResponse(f"/inserimenti/{placement}", 303)


@router.post("/inserimenti/{placement}/avvio")
async def confirm_start_page(
    request: Request,
    placement: Uuid,
    session: Transaction,
    by: Officer,
    started_on: Annotated[str, Form()] = "",
) -> Response:
    """Confirm the start, or show why not."""
    try:
        await commands.confirm_start(
            session, placement, forms.read(ConfirmStart, {"started_on": started_on}), by
        )
    except Refused as refused:
        return await _placement_page(request, session, placement, refused)
    return RedirectResponse(f"/inserimenti/{placement}", 303)


@router.post("/inserimenti/{placement}/conclusione")
async def end_placement_page(
    request: Request,
    placement: Uuid,
    session: Transaction,
    _: Officer,
    ended_on: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Record the end, or show why not."""
    try:
        asked = forms.read(EndPlacement, {"ended_on": ended_on, "reason": reason})
        await commands.end_placement(session, placement, asked)
    except Refused as refused:
        return await _placement_page(request, session, placement, refused)
    return RedirectResponse(f"/inserimenti/{placement}", 303)


@router.get("/ospiti")
async def hosted_page(request: Request, session: Reading, _: HostSide) -> Response:
    """Who is asked for, who works here and who did."""
    return await _hosted_page(request, session)


@router.post("/ospiti/{promoter}/{placement}/conferma")
async def approve_hosted_page(
    request: Request, promoter: Member, placement: Uuid, session: Transaction, _: Tutor
) -> Response:
    """Say that the person may come, or show why it cannot be said."""
    try:
        await commands.approve_hosted(session, promoter, placement)
    except Refused as refused:
        return await _hosted_page(request, session, refused)
    return RedirectResponse("/ospiti", 303)


@router.post("/ospiti/{promoter}/{placement}/rifiuto")
async def refuse_hosted_page(
    request: Request,
    promoter: Member,
    placement: Uuid,
    session: Transaction,
    _: Tutor,
    reason: Annotated[Line | None, Form()] = None,
) -> Response:
    """Say that the person cannot come, or show why it cannot be said."""
    try:
        await commands.refuse_hosted(session, promoter, placement, RefuseHosted(reason=reason))
    except Refused as refused:
        return await _hosted_page(request, session, refused)
    return RedirectResponse("/ospiti", 303)


async def _hosted_page(request: Request, session: AsyncSession, refused: Refused | None = None) -> Response:
    hosted = await queries.hosted(session)
    values = {
        "asked": [one for one in hosted if one.state is HostedState.ASKED],
        "present": [one for one in hosted if one.state in HERE],
        "gone": [one for one in hosted if one.state not in (HostedState.ASKED, *HERE)],
    }
    return await forms.page(request, "ospiti.html", values, templates=templates, refused=refused)


async def _placement_page(
    request: Request, session: AsyncSession, placement: str, refused: Refused | None = None
) -> Response:
    shown = await queries.placement_view(session, placement)
    missing = [one for one in shown.approvals if one.state is ApprovalState.AWAITED]
    has_host = shown.host != caseload.own_entry(session).member
    values = {
        "placement": shown,
        "missing": missing,
        "whose": [(one.party, one.label) for one in missing],
        "missing_words": named(one.party for one in missing),
        "evaluation_by": _evaluated_by(session, shown),
        "has_host": has_host,
        "State": State,
        "approval_labels": APPROVAL_LABELS,
        "endings": ENDING_LABELS,
        "withdrawals": {
            code: label for code, label in WITHDRAWAL_LABELS.items() if has_host or code != "host-refused"
        },
        "today": caseload.today(session),
    }
    return await forms.page(request, "inserimento.html", values, templates=templates, refused=refused)


def _evaluated_by(session: AsyncSession, placement: PlacementView) -> str | None:
    """The name of the member whose evaluation a placement was proposed after."""
    if placement.evaluation is None:
        return None
    return caseload.member_name(session, placement.evaluation.member)
