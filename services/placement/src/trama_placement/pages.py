"""The pages of the placement service: the same commands and queries as the API, in plain Italian."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import trama_caseload as caseload
from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from trama_caseload import DraftPreviewView, preview_page
from trama_chassis import forms, web
from trama_chassis.bodies import Offset
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Member, Uuid

from trama_placement import commands, queries
from trama_placement.api import HostSide, Officer, Tutor
from trama_placement.errors import PersonUnknown
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
from trama_placement.queries.told import preview_of
from trama_placement.schemas import (
    ConfirmStart,
    EndPlacement,
    GiveApproval,
    PlacementView,
    ProposePlacement,
    RefuseApproval,
    RefuseHosted,
    WithdrawPlacement,
)

router = Router()
templates = web.environment(Path(__file__).with_name("templates"))


Act = Literal["adesione", "mancata-adesione", "ritiro", "avvio", "conclusione"]
HERE = (HostedState.CONFIRMED, HostedState.RUNNING)


FORMS: Mapping[Act, forms.Act] = {
    "adesione": forms.Act(GiveApproval, forms.unsigned(commands.give_approval)),
    "mancata-adesione": forms.Act(RefuseApproval, forms.unsigned(commands.refuse_approval)),
    "ritiro": forms.Act(WithdrawPlacement, forms.unsigned(commands.withdraw_placement)),
    "avvio": forms.Act(ConfirmStart, commands.confirm_start),
    "conclusione": forms.Act(EndPlacement, forms.unsigned(commands.end_placement)),
}


@router.get("/inserimenti")
async def placements_page(
    request: Request,
    session: Reading,
    _: Officer,
    stato: State | None = None,
    da: Offset = 0,
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


@router.get("/inserimenti/nuovo/{record}")
async def proposal_page(request: Request, record: Uuid, session: Reading, _: Officer) -> Response:
    """The form to propose a work path for a person."""
    return await _proposal_page(request, session, record)


@router.post("/inserimenti/nuovo/{record}")
async def propose_page(request: Request, record: Uuid, session: Transaction, _: Officer) -> Response:
    """Propose it, or show what who hosts would read of it, or why not."""
    sent = await request.form()
    said: dict[str, object] = {name: sent[name] for name in ProposePlacement.model_fields if name in sent}
    said["record"] = record
    said["weekly_hours"] = forms.number(str(sent.get("weekly_hours", "")).strip())
    try:
        placement = await commands.propose_placement(session, forms.read(ProposePlacement, said))
        shown = await preview_of(session, placement) if await preview_page.is_asked(request) else None
    except Refused as refused:
        return await _proposal_page(request, session, record, refused=refused)
    if shown is not None:
        return await _proposal_page(request, session, record, preview=shown)
    return RedirectResponse(f"/inserimenti/{placement.placement}", 303)


async def _proposal_page(
    request: Request,
    session: AsyncSession,
    record: str,
    *,
    refused: Refused | None = None,
    preview: DraftPreviewView | None = None,
) -> Response:
    person, own = await caseload.find_person(session, record), caseload.own_entry(session)
    if person is None:
        raise PersonUnknown
    kinds = await queries.path_types(session, caseload.today(session))
    values = {
        "record": record,
        "person": caseload.name_of(person),
        "is_in_charge": await caseload.is_in_charge(session, record),
        "path_types": kinds,
        "choices": [(one.path_type, one.label) for one in kinds],
        "hosts": [*((one.host, one.name) for one in queries.hosts(session)), (own.member, own.name)],
    }
    return await preview_page.page(
        request, "proponi.html", values, templates=templates, refused=refused, preview=preview
    )


@router.get("/inserimenti/{placement}")
async def placement_page(request: Request, placement: Uuid, session: Reading, _: Officer) -> Response:
    """One placement, with what can be done about it today."""
    return await _placement_page(request, session, placement)


@router.post("/inserimenti/{placement}/{act}")
async def act_on_placement(
    request: Request, placement: Uuid, act: Act, session: Transaction, by: Officer
) -> Response:
    """Do what one of the forms on the page of a placement says, or show it again with why not."""
    refused = await forms.do(request, FORMS[act], session, placement, by)
    if refused is not None:
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
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Say that the person cannot come, or show why it cannot be said."""
    try:
        asked = forms.read(RefuseHosted, {"reason": reason})
        await commands.refuse_hosted(session, promoter, placement, asked)
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
    rule = await queries.find_rule(session, shown.path_type, shown.planned_from)
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
        "wants_report": rule is not None and rule.report_source is not None,
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
