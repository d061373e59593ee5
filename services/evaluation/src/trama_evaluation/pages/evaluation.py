"""The team's board and the page of one evaluation: request, session, completion, project."""

from typing import Annotated, Any

import trama_caseload as caseload
from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from trama_caseload import DraftPreviewView, preview_page
from trama_chassis import forms, web
from trama_chassis.bodies import Offset
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Uuid

from trama_evaluation import commands, queries
from trama_evaluation.api import Deciding, Operator
from trama_evaluation.models import (
    DISCIPLINE_LABELS,
    PATH_LABELS,
    STATE_LABELS,
    State,
    instrument,
)
from trama_evaluation.pages.shell import preview_asked, templates
from trama_evaluation.schemas import AgreeProject, CompleteEvaluation, ConveneSession, RequestEvaluation

router = Router()
SEAT = "posto:"
GOALS = 3


@router.get("/valutazioni")
async def board(
    request: Request,
    session: Reading,
    _: Operator,
    stato: State | None = None,
    persona: Uuid | None = None,
    da: Offset = 0,
) -> Response:
    """The evaluations led here, all, in one state or of one person; for a person, with the form to ask."""
    return await _board(request, session, state=stato, record=persona, first=da)


async def _board(
    request: Request,
    session: AsyncSession,
    *,
    record: str | None,
    state: State | None = None,
    first: int = 0,
    refused: Refused | None = None,
    preview: DraftPreviewView | None = None,
) -> Response:
    found = await queries.evaluations(session, state=state, record=record, offset=first)
    today = caseload.today(session)
    values: dict[str, Any] = {
        "found": found,
        "state": state,
        "states": STATE_LABELS,
        "record": record,
        "next": first + queries.PAGE if found.total > first + queries.PAGE else None,
        "today": today,
    }
    if record is not None:
        values |= {
            "person": await caseload.person_name(session, record),
            "possible": [
                (one.member, one.name) for one in await queries.possible_contributors(session, record)
            ],
            "teams": [(one.team, one.label) for one in await queries.teams(session, today)],
        }
    return await preview_page.page(
        request, "valutazioni.html", values, templates=templates, refused=refused, preview=preview
    )


@router.post("/valutazioni")
async def request_page(
    request: Request,
    session: Transaction,
    _: Operator,
    *,
    record: Annotated[Uuid, Form()],
    team: Annotated[str, Form()] = "",
    question: Annotated[str, Form()] = "",
    contributions_by: Annotated[str, Form()] = "",
    contributors: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Ask for an evaluation, or show what others would read of it, or why not."""
    said = {"record": record, "team": team, "question": question, "contributions_by": contributions_by}
    try:
        asked = forms.read(RequestEvaluation, said | {"contributors": contributors or []})
        evaluation = await commands.request_evaluation(session, asked)
        shown = await preview_asked(request, session, record)
    except Refused as refused:
        return await _board(request, session, record=record, refused=refused)
    if shown is not None:
        return await _board(request, session, record=record, preview=shown)
    return RedirectResponse(f"/valutazioni/{evaluation.evaluation}", 303)


@router.get("/valutazioni/{evaluation}")
async def evaluation_page(request: Request, evaluation: Uuid, session: Reading, _: Operator) -> Response:
    """One evaluation: parts, profile, proposals, and what can be done today."""
    return await _page(request, session, evaluation)


async def _page(
    request: Request,
    session: AsyncSession,
    evaluation: str,
    refused: Refused | None = None,
    preview: DraftPreviewView | None = None,
) -> Response:
    kept = await queries.find_evaluation(session, evaluation)
    known = caseload.directory(session)
    sitting = {seat["member"]: seat["role"] for seat in kept.seats}
    living = [one for one in await queries.projects_of(session, evaluation) if one.refused_on is None]
    view = await queries.evaluation_view(session, evaluation)
    members = [known[one] for one in sorted(known) if queries.SERVICE in known[one].services]
    values = {
        "evaluation": view,
        "seated": [(one.member, one.name) for one in view.session.seats] if view.session else [],
        "doers": [(one.member, one.name) for one in members],
        "parts": await queries.parts(session, kept),
        "details": await queries.details(session, kept),
        "State": State,
        "can_agree": kept.completed_on is not None and not living,
        "members": members,
        "sitting": sitting,
        "roles": DISCIPLINE_LABELS,
        "permit_choices": [
            (one.authorisation, f"{web.day(one.starts_on)}: {one.names}")
            for one in await queries.permits(session, kept.record)
        ],
        "paths": PATH_LABELS,
        "score_labels": instrument.SCORE_LABELS,
        "support_labels": instrument.SUPPORTS,
        "goals": range(GOALS),
        "is_asked": caseload.own_member(session) in kept.contributors,
        "own": caseload.own_member(session),
        "today": caseload.today(session),
    }
    return await preview_page.page(
        request, "valutazione.html", values, templates=templates, refused=refused, preview=preview
    )


@router.post("/valutazioni/{evaluation}/incontro")
async def convene_page(
    request: Request,
    evaluation: Uuid,
    session: Transaction,
    _: Deciding,
    *,
    held_on: Annotated[str, Form()] = "",
    place: Annotated[str, Form()] = "",
    authorisation: Annotated[str, Form()] = "",
) -> Response:
    """Call the session, or show what others would read of it, or what it lacks."""
    form = await request.form()
    seats = [
        {"member": name.removeprefix(SEAT), "role": role}
        for name, role in form.items()
        if name.startswith(SEAT) and role
    ]
    said = {"held_on": held_on, "place": place, "authorisation": authorisation, "seats": seats}
    try:
        asked = forms.read(ConveneSession, said)
        convened = await commands.convene_session(session, evaluation, asked)
        shown = await preview_asked(request, session, convened.record)
    except Refused as refused:
        return await _page(request, session, evaluation, refused)
    if shown is not None:
        return await _page(request, session, evaluation, preview=shown)
    return RedirectResponse(f"/valutazioni/{evaluation}", 303)


@router.post("/valutazioni/{evaluation}/conclusione")
async def complete_page(
    request: Request,
    evaluation: Uuid,
    session: Transaction,
    _: Deciding,
    *,
    path_type: Annotated[str, Form()] = "",
    completed_on: Annotated[str, Form()] = "",
    override_reason: Annotated[str, Form()] = "",
    there: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Complete the evaluation with who was there, or show what others would read of it, or why not."""
    kept = await queries.find_evaluation(session, evaluation)
    seats = [seat for seat in kept.seats if seat["member"] in (there or ())]
    said = {
        "path_type": path_type,
        "completed_on": completed_on,
        "override_reason": override_reason,
        "seats": seats or None,
    }
    try:
        asked = forms.read(CompleteEvaluation, said)
        completed = await commands.complete_evaluation(session, evaluation, asked)
        shown = await preview_asked(request, session, completed.record)
    except Refused as refused:
        return await _page(request, session, evaluation, refused)
    if shown is not None:
        return await _page(request, session, evaluation, preview=shown)
    return RedirectResponse(f"/valutazioni/{evaluation}", 303)


@router.post("/valutazioni/{evaluation}/progetto")
async def agree_page(request: Request, evaluation: Uuid, session: Transaction, _: Deciding) -> Response:
    """Agree the project, or show what others would read of it, or why not."""
    form = await request.form()
    goals = [
        {"what": what, "by": form.get(f"by{number}")}
        | ({"until": until} if (until := form.get(f"until{number}")) else {})
        for number in range(GOALS)
        if (what := form.get(f"what{number}"))
    ]
    named = {name: form.get(name) for name in ("own_words", "review_on")}
    path_type = form.get("path_type") or None
    try:
        said = forms.read(AgreeProject, {**named, "goals": goals})
        asked = said.model_copy(update={"path_type": path_type})
        project = await commands.agree_project(session, evaluation, asked)
        shown = await preview_asked(request, session, project.record)
    except Refused as refused:
        return await _page(request, session, evaluation, refused)
    if shown is not None:
        return await _page(request, session, evaluation, preview=shown)
    return RedirectResponse(f"/progetti/{project.project}", 303)
