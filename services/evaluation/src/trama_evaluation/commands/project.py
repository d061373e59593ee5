"""Agree a project with the person, record that it is signed or refused, set when it is looked at again."""

from collections.abc import Iterable

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import outbox
from trama_contracts.evaluation import ProjectAgreed, ProjectRefused, ProjectSigned, ReviewSet

from trama_evaluation import queries
from trama_evaluation.errors import NotCompleted, ProjectExists, UnknownMember
from trama_evaluation.models import Pact, Project
from trama_evaluation.schemas import AgreeProject, RefuseProject, SetReview, SignProject, payload_of

Told = ProjectAgreed | ProjectSigned | ProjectRefused | ReviewSet


async def agree_project(session: AsyncSession, evaluation_id: str, request: AgreeProject) -> Project:
    """Agree the project of a completed evaluation; one that the person refused makes room for another.

    Raises EvaluationNotHere, NotCompleted, ProjectExists, UnknownMember, and what `Project.agree` raises.
    """
    evaluation = await queries.find_evaluation(session, evaluation_id, lock=True)
    if evaluation.completed_on is None:
        raise NotCompleted
    if any(one.refused_on is None for one in await queries.projects_of(session, evaluation_id)):
        raise ProjectExists
    _must_be_known(session, (goal.by for goal in request.goals), "goals")
    path_type = request.path_type if "path_type" in request.model_fields_set else evaluation.path_type
    goals = [payload_of(goal) for goal in request.goals]
    pact = Pact(request.own_words, goals, path_type, request.review_on)
    project = Project.agree(evaluation_id, evaluation.record, pact, caseload.today(session))
    project.review_due = bool(evaluation.late)
    session.add(project)
    told = project.model_dump(
        include={
            *("project", "evaluation", "own_words", "goals", "path_type", "agreed_on", "review_on"),
        }
    )
    _publish(session, project, ProjectAgreed(**told))
    return project


async def sign_project(session: AsyncSession, project_id: str, request: SignProject) -> Project:
    """Record who signed. Raises ProjectNotHere, UnknownMember, and what `Project.sign` raises."""
    project = await queries.find_project(session, project_id, lock=True)
    today = caseload.today(session)
    members = (one.member for one in request.signatories if one.member is not None)
    _must_be_known(session, members, "signatories")
    signatories = [payload_of(one) for one in request.signatories]
    project.sign(request.signed_on or today, signatories, today)
    told = project.model_dump(include={"project", "signed_on", "signatories"})
    _publish(session, project, ProjectSigned(**told))
    return project


async def refuse_project(session: AsyncSession, project_id: str, request: RefuseProject) -> Project:
    """Record that the person does not sign. Raises ProjectNotHere, and what `Project.refuse` raises."""
    project = await queries.find_project(session, project_id, lock=True)
    today = caseload.today(session)
    project.refuse(request.reason, today)
    _publish(session, project, ProjectRefused(project=project_id, refused_on=today, reason=request.reason))
    return project


async def set_review(session: AsyncSession, project_id: str, request: SetReview) -> Project:
    """Set when it is looked at again. Raises ProjectNotHere, and what `Project.set_review` raises."""
    project = await queries.find_project(session, project_id, lock=True)
    project.set_review(request.review_on, caseload.today(session))
    told = ReviewSet(project=project_id, review_on=request.review_on, because=request.because)
    _publish(session, project, told)
    return project


def _must_be_known(session: AsyncSession, members: Iterable[str], field: str) -> None:
    strangers = set(members) - caseload.directory(session).keys()
    if strangers:
        names = queries.names(session, strangers)
        raise UnknownMember("%(names)s: non fa parte della rete.", field=field, names=names)


def _publish(session: AsyncSession, project: Project, event: Told) -> None:
    outbox.add(session, event, record=project.record, scope=project.project)
