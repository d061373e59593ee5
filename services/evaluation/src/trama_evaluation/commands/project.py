"""Agree a project with the person, record that it is signed or refused, look at it again together."""

from collections.abc import Collection, Iterable
from datetime import date

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import outbox
from trama_contracts.evaluation import (
    ProjectAgreed,
    ProjectRefused,
    ProjectReviewed,
    ProjectSigned,
    ReviewOverdue,
    ReviewReason,
    ReviewSet,
)

from trama_evaluation import queries
from trama_evaluation.errors import NotCompleted, ProjectExists, UnknownMember
from trama_evaluation.models import Heard, Pact, Project, judge_joint
from trama_evaluation.schemas import (
    AgreeProject,
    HoldReview,
    RefuseProject,
    SetReview,
    SignProject,
    payload_of,
)

Told = ProjectAgreed | ProjectSigned | ProjectRefused | ProjectReviewed | ReviewOverdue | ReviewSet


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
    """Set when it is looked at again, together with `members` if any are named.

    Raises ProjectNotHere, UnknownMember, ReviewNotJoint, and what `Project.set_review` raises.
    """
    project = await queries.find_project(session, project_id, lock=True)
    if request.members:
        _must_be_joint(session, request.members)
    project.set_review(request.review_on, caseload.today(session), members=request.members)
    _tell_next(session, project, request.because)
    return project


async def hold_review(session: AsyncSession, project_id: str, request: HoldReview) -> Project:
    """Record a joint review with what the person said, and set the next one with the same members.

    Raises ProjectNotHere, UnknownMember, ReviewNotJoint, and what `Project` raises of the days.
    """
    project = await queries.find_project(session, project_id, lock=True)
    today = caseload.today(session)
    _must_be_joint(session, request.members)
    said = request.model_dump(exclude={"review_on"}) | {"held_on": request.held_on or today}
    held = project.hold_review(Heard(**said), today)
    if request.review_on is None:
        project.end_reviews()
    else:
        project.set_review(request.review_on, today, members=request.members)
    session.add(held)
    _publish(session, project, ProjectReviewed(**held.model_dump(exclude={"review", "record"})))
    if request.review_on is not None:
        _tell_next(session, project, "term")
    return project


async def watch_reviews(session: AsyncSession, today: date) -> None:
    """Say once of each joint review that its day has passed and it was not held (a timer)."""
    for project in await queries.reviews_passed(session, today):
        project.review_overdue_on = today
        overdue = ReviewOverdue(
            project=project.project,
            review_on=project.review_on,
            passed_on=today,
            members=tuple(project.review_members),
        )
        _publish(session, project, overdue)


def _tell_next(session: AsyncSession, project: Project, because: ReviewReason) -> None:
    members = tuple(project.review_members) or None
    told = ReviewSet(project=project.project, review_on=project.review_on, because=because, members=members)
    _publish(session, project, told)


def _must_be_joint(session: AsyncSession, members: Collection[str]) -> None:
    _must_be_known(session, members, "members")
    known = caseload.directory(session)
    judge_joint((member, known[member].sector) for member in members)


def _must_be_known(session: AsyncSession, members: Iterable[str], field: str) -> None:
    strangers = set(members) - caseload.directory(session).keys()
    if strangers:
        names = queries.names(session, strangers)
        raise UnknownMember("%(names)s: non fa parte della rete.", field=field, names=names)


def _publish(session: AsyncSession, project: Project, event: Told) -> None:
    outbox.add(session, event, record=project.record, scope=project.project)
