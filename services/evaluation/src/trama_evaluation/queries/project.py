"""What can be asked of the projects led here."""

from collections.abc import Sequence
from datetime import date

import trama_caseload as caseload
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_evaluation.errors import ProjectNotHere
from trama_evaluation.models import (
    OUTCOME_LABELS,
    PATH_LABELS,
    PROJECT_LABELS,
    ROLE_LABELS,
    Project,
    ProjectReview,
)
from trama_evaluation.queries.evaluation import PAGE
from trama_evaluation.schemas import GoalView, ProjectList, ProjectView, ReviewView, SignatoryView


async def find_project(session: AsyncSession, project: str, *, lock: bool = False) -> Project:
    """A project led here. Raises ProjectNotHere."""
    found = await session.get(Project, project, with_for_update=lock or None)
    if found is None:
        raise ProjectNotHere
    return found


async def project_view(session: AsyncSession, project: str) -> ProjectView:
    """One project. Raises ProjectNotHere."""
    return await _view(session, await find_project(session, project))


async def projects(session: AsyncSession, *, offset: int = 0) -> ProjectList:
    """One page of the projects led by this member, the next review first."""
    total = await session.scalar(select(func.count()).select_from(Project))
    rows = await session.scalars(
        select(Project).order_by(col(Project.review_on), col(Project.project)).offset(offset).limit(PAGE)
    )
    return ProjectList(total=total or 0, projects=[await _view(session, row) for row in rows])


async def _view(session: AsyncSession, row: Project) -> ProjectView:
    return ProjectView(
        **row.model_dump(exclude={"goals", "signatories", "review_members"}),
        person=await caseload.person_name(session, row.record),
        goals=[
            GoalView(**{"until": None} | goal, by_name=caseload.member_name(session, goal["by"]))
            for goal in row.goals
        ],
        path_type_label=PATH_LABELS.get(row.path_type or ""),
        state=row.state,
        state_label=PROJECT_LABELS[row.state],
        signatories=[_signatory(session, one) for one in row.signatories],
        review_members=_called(session, row.review_members),
        reviews=await _reviews(session, row.project),
    )


def _called(session: AsyncSession, members: Sequence[str]) -> list[str]:
    return [caseload.member_name(session, member) for member in members]


async def _reviews(session: AsyncSession, project: str) -> list[ReviewView]:
    held = await session.scalars(
        select(ProjectReview)
        .where(col(ProjectReview.project) == project)
        .order_by(col(ProjectReview.held_on).desc(), col(ProjectReview.review))
    )
    return [
        ReviewView(
            **one.model_dump(exclude={"review", "project", "record", "members"}),
            members=_called(session, one.members),
            outcome_label=OUTCOME_LABELS[one.outcome],
        )
        for one in held
    ]


async def reviews_passed(session: AsyncSession, today: date) -> Sequence[Project]:
    """Projects, locked, whose joint review has passed its day and of which nobody was told yet."""
    found = await session.scalars(
        select(Project)
        .where(
            col(Project.review_is_joint),
            col(Project.review_on) < today,
            col(Project.review_overdue_on).is_(None),
        )
        .order_by(col(Project.project))
        .with_for_update()
    )
    return found.all()


def _signatory(session: AsyncSession, signed: dict[str, str]) -> SignatoryView:
    member = signed.get("member")
    return SignatoryView(
        role=signed["role"],
        role_label=ROLE_LABELS[signed["role"]],
        member=member,
        name=caseload.member_name(session, member) if member is not None else None,
    )
