"""Pages of what is kept longer than the rules say: what is proposed, one of it, and what was decided."""

from itertools import groupby

import trama_caseload as caseload
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Supervisor
from trama_registry.pages.templates import templates
from trama_registry.schemas import AcceptProposal, PutOffProposal

router = Router()
PROPOSALS = "/cancellazioni/proposte"
ACCEPT = forms.Act(AcceptProposal, commands.accept_proposal)
PUT_OFF = forms.Act(PutOffProposal, commands.put_off_proposal)


@router.get(PROPOSALS)
async def proposals_page(request: Request, session: Reading, _: Supervisor) -> Response:
    """What waits for a decision, person by person; what was decided; for how long what is kept."""
    return await _proposals(request, session)


@router.post(PROPOSALS)
async def look_page(request: Request, session: Transaction, _: Supervisor) -> Response:
    """Look now, as the clock does twice a day."""
    try:
        await commands.propose_erasures(session, caseload.today(session))
    except Refused as refused:
        return await _proposals(request, session, refused)
    return RedirectResponse(PROPOSALS, 303)


async def _proposals(request: Request, session: AsyncSession, refused: Refused | None = None) -> Response:
    try:
        rules = queries.rule_views(session)
    except Refused as unreadable:
        rules, refused = [], unreadable
    waiting = await queries.open_proposals(session)
    values = {
        "persons": [list(each) for _, each in groupby(waiting, key=lambda one: one.record)],
        "waiting": await queries.count_open_proposals(session),
        "settled": await queries.settled_proposals(session),
        "rules": rules,
    }
    return await forms.page(request, "proposte.html", values, templates=templates, refused=refused)


@router.get(PROPOSALS + "/{proposal}")
async def proposal_page(request: Request, proposal: Uuid, session: Reading, _: Supervisor) -> Response:
    """One of them, with what can be decided."""
    return await _proposal(request, session, proposal)


@router.post(PROPOSALS + "/{proposal}/accetta")
async def accept_page(request: Request, proposal: Uuid, session: Transaction, by: Supervisor) -> Response:
    """Have it erased, or show why not."""
    refused = await forms.do(request, ACCEPT, session, proposal, by)
    if refused is not None:
        return await _refused(request, session, proposal, refused)
    made = (await queries.find_proposal(session, proposal)).order
    return RedirectResponse(f"/cancellazioni/{made}", 303)


@router.post(PROPOSALS + "/{proposal}/rinvia")
async def put_off_page(request: Request, proposal: Uuid, session: Transaction, by: Supervisor) -> Response:
    """Keep it longer, or show why not."""
    refused = await forms.do(request, PUT_OFF, session, proposal, by)
    if refused is not None:
        return await _refused(request, session, proposal, refused)
    return RedirectResponse(PROPOSALS, 303)


async def _refused(request: Request, session: AsyncSession, proposal: str, refused: Refused) -> Response:
    if refused.status == 404:
        raise refused
    session.expire_all()
    return await _proposal(request, session, proposal, refused)


async def _proposal(
    request: Request, session: AsyncSession, proposal: str, refused: Refused | None = None
) -> Response:
    values = {
        "one": await queries.proposal_view(session, proposal),
        "days": await queries.days_of(session, proposal),
    }
    return await forms.page(request, "proposta.html", values, templates=templates, refused=refused)
