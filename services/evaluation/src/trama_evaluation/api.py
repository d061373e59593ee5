"""The JSON API of the evaluation service: authorise, call one command or query, answer."""

from typing import Annotated

import trama_caseload as caseload
from fastapi import Depends
from trama_chassis.accounts import Caller, require
from trama_chassis.bodies import Offset
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Member, Uuid

from trama_evaluation import commands, queries
from trama_evaluation.models import State
from trama_evaluation.schemas import (
    AgreeProject,
    AskedView,
    CompleteEvaluation,
    Contribute,
    ContributionView,
    ConveneSession,
    Date,
    EvaluationList,
    EvaluationView,
    HoldReview,
    InstrumentView,
    InvitationView,
    ProjectList,
    ProjectView,
    RefuseProject,
    RequestEvaluation,
    SetReview,
    SignProject,
    TeamView,
    UnitView,
)

router = Router(tags=["evaluation"])

Operator = Annotated[Caller, Depends(require("caseworker", "team-lead", "supervisor"))]
Deciding = Annotated[Caller, Depends(require("team-lead", "supervisor"))]


@router.post("/evaluations", status_code=201)
async def request_evaluation(request: RequestEvaluation, session: Transaction, _: Operator) -> EvaluationView:
    """Ask for an evaluation of a person in charge here."""
    evaluation = await commands.request_evaluation(session, request)
    return await queries.evaluation_view(session, evaluation.evaluation)


@router.post("/evaluations/preview")
async def preview_of_request(
    request: RequestEvaluation, session: Transaction, _: Operator
) -> caseload.DraftPreviewView:
    """Who would read that an evaluation is asked for, and what of it. Refused as asking would be."""
    evaluation = await commands.request_evaluation(session, request)
    return await queries.preview(session, evaluation.record)


@router.get("/evaluations")
async def evaluations(
    session: Reading, _: Operator, state: State | None = None, record: Uuid | None = None, offset: Offset = 0
) -> EvaluationList:
    """The evaluations led by this member, fifty at a time, newest request first."""
    return await queries.evaluations(session, state=state, record=record, offset=offset)


@router.get("/evaluations/{evaluation}")
async def evaluation(evaluation: Uuid, session: Reading, _: Operator) -> EvaluationView:
    """One evaluation; before its end the profile and the proposals are as things stand."""
    return await queries.evaluation_view(session, evaluation)


@router.post("/evaluations/{evaluation}/session")
async def convene_session(
    evaluation: Uuid, request: ConveneSession, session: Transaction, _: Deciding
) -> EvaluationView:
    """Call the team's session, or call it again on another day or in another composition."""
    await commands.convene_session(session, evaluation, request)
    return await queries.evaluation_view(session, evaluation)


@router.post("/evaluations/{evaluation}/session/preview")
async def preview_of_session(
    evaluation: Uuid, request: ConveneSession, session: Transaction, _: Deciding
) -> caseload.DraftPreviewView:
    """Who would read of a session, and who only of an invitation. Refused as calling it would be."""
    convened = await commands.convene_session(session, evaluation, request)
    return await queries.preview(session, convened.record)


@router.post("/evaluations/{evaluation}/complete/preview")
async def preview_of_completion(
    evaluation: Uuid, request: CompleteEvaluation, session: Transaction, _: Deciding
) -> caseload.DraftPreviewView:
    """Who would read what the team found, and what of it. Refused as completing would be."""
    completed = await commands.complete_evaluation(session, evaluation, request)
    return await queries.preview(session, completed.record)


@router.post("/evaluations/{evaluation}/complete")
async def complete_evaluation(
    evaluation: Uuid, request: CompleteEvaluation, session: Transaction, _: Deciding
) -> EvaluationView:
    """Record what the team found and the path it chose."""
    await commands.complete_evaluation(session, evaluation, request)
    return await queries.evaluation_view(session, evaluation)


@router.get("/asked")
async def asked(session: Reading, _: Operator) -> list[AskedView]:
    """What this member is asked to contribute to."""
    return await queries.asked(session)


@router.post("/asked/{member}/{evaluation}/contribution", status_code=201)
async def submit_contribution(
    member: Member, evaluation: Uuid, request: Contribute, session: Transaction, _: Operator
) -> ContributionView:
    """Sign this member's part of an evaluation that `member` leads; sent again, the last one counts."""
    return await commands.submit_contribution(session, member, evaluation, request)


@router.post("/asked/{member}/{evaluation}/contribution/preview")
async def preview_of_contribution(
    member: Member, evaluation: Uuid, request: Contribute, session: Transaction, _: Operator
) -> caseload.DraftPreviewView:
    """Who would read our part of an evaluation, and what of it. Refused as signing it would be."""
    made = await commands.submit_contribution(session, member, evaluation, request)
    return await queries.preview(session, made.own_record)


@router.post("/evaluations/{evaluation}/project/preview")
async def preview_of_project(
    evaluation: Uuid, request: AgreeProject, session: Transaction, _: Deciding
) -> caseload.DraftPreviewView:
    """Who would read a project, and what of it. Refused as agreeing it would be."""
    project = await commands.agree_project(session, evaluation, request)
    return await queries.preview(session, project.record)


@router.post("/evaluations/{evaluation}/project", status_code=201)
async def agree_project(
    evaluation: Uuid, request: AgreeProject, session: Transaction, _: Deciding
) -> ProjectView:
    """Agree the personalised project, in the person's own words."""
    project = await commands.agree_project(session, evaluation, request)
    return await queries.project_view(session, project.project)


@router.get("/projects")
async def projects(session: Reading, _: Operator, offset: Offset = 0) -> ProjectList:
    """The projects led by this member, fifty at a time, the next review first."""
    return await queries.projects(session, offset=offset)


@router.get("/projects/{project}")
async def project(project: Uuid, session: Reading, _: Operator) -> ProjectView:
    """One project."""
    return await queries.project_view(session, project)


@router.post("/projects/{project}/sign")
async def sign_project(project: Uuid, request: SignProject, session: Transaction, _: Deciding) -> ProjectView:
    """Record who signed the project."""
    await commands.sign_project(session, project, request)
    return await queries.project_view(session, project)


@router.post("/projects/{project}/refuse")
async def refuse_project(
    project: Uuid, request: RefuseProject, session: Transaction, _: Deciding
) -> ProjectView:
    """Record that the person does not sign; no reason is owed."""
    await commands.refuse_project(session, project, request)
    return await queries.project_view(session, project)


@router.post("/projects/{project}/review")
async def set_review(project: Uuid, request: SetReview, session: Transaction, _: Deciding) -> ProjectView:
    """Set when the project is looked at again, and why."""
    await commands.set_review(session, project, request)
    return await queries.project_view(session, project)


@router.post("/projects/{project}/reviews", status_code=201)
async def hold_review(project: Uuid, request: HoldReview, session: Transaction, _: Deciding) -> ProjectView:
    """Record a review that was held together: a host, a service and the person's own words."""
    await commands.hold_review(session, project, request)
    return await queries.project_view(session, project)


@router.get("/invitations")
async def invitations(session: Reading, _: Operator) -> list[InvitationView]:
    """The sessions this member is invited to without following the person."""
    return await queries.invitations(session)


@router.get("/teams")
async def teams(session: Reading, _: Operator, on: Date | None = None) -> list[TeamView]:
    """The kinds of team in force on a day (today if none is named), with their seats."""
    return await queries.teams(session, on or caseload.today(session))


@router.get("/units")
async def units(session: Reading, _: Operator) -> list[UnitView]:
    """The integrated planning unit of each district, and which of its seats nobody could take."""
    return await queries.planning_units(session, caseload.today(session))


@router.get("/instrument")
async def instrument(_: Operator) -> InstrumentView:
    """The questions by area, what the scores mean, the list of supports."""
    return queries.instrument_view()
