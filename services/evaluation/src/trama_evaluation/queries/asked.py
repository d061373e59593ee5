"""What can be asked of other members' evaluations: what they want of us, how it ended, where we sit."""

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access

from trama_evaluation.models import (
    PATH_LABELS,
    CompletedCopy,
    ContributionCopy,
    Evaluation,
    HealthContributionCopy,
    InvitationCopy,
    ProjectCopy,
    RequestCopy,
    SocialContributionCopy,
)
from trama_evaluation.queries.team import team_labels
from trama_evaluation.schemas import AskedView, InvitationView, OutcomeView


async def find_request(session: AsyncSession, lead: str, evaluation: str) -> RequestCopy | None:
    """The evaluation another member, or this one, asked us to contribute to."""
    return await session.get(RequestCopy, (lead, evaluation))


async def own_record_of(session: AsyncSession, request: RequestCopy) -> str | None:
    """Our own record of the person an evaluation is about, if the link has arrived."""
    if request.lead == caseload.own_member(session):
        return request.record
    return min(await access.own_records(session, (request.lead, request.record)), default=None)


async def own_contribution(
    session: AsyncSession, request: RequestCopy, own_record: str
) -> tuple[ContributionCopy | None, HealthContributionCopy | None, SocialContributionCopy | None]:
    """What we have contributed so far: the parts all services see, health services, social services."""
    key = (caseload.own_member(session), request.lead, request.evaluation, own_record)
    return (
        await session.get(ContributionCopy, key),
        await session.get(HealthContributionCopy, key),
        await session.get(SocialContributionCopy, key),
    )


async def asked(session: AsyncSession) -> list[AskedView]:
    """What this member is asked to contribute to: what is still to write first, by the day it is due."""
    requests = await session.scalars(
        select(RequestCopy).order_by(
            col(RequestCopy.contributions_by), col(RequestCopy.lead), col(RequestCopy.evaluation)
        )
    )
    labels = await team_labels(session)
    views = [await _asked(session, request, labels) for request in requests]
    return sorted(views, key=lambda one: one.state == "submitted" or one.outcome is not None)


async def asked_view(session: AsyncSession, request: RequestCopy) -> AskedView:
    """One request to contribute."""
    return await _asked(session, request, await team_labels(session))


async def _asked(session: AsyncSession, request: RequestCopy, labels: dict[str, str]) -> AskedView:
    own_record = await own_record_of(session, request)
    key = (caseload.own_member(session), request.lead, request.evaluation, own_record)
    said = await session.get(ContributionCopy, key) if own_record is not None else None
    return AskedView(
        **request.model_dump(include={"evaluation", "record", "team", "question", "contributions_by"}),
        member=request.lead,
        member_name=caseload.member_name(session, request.lead),
        own_record=own_record,
        person=await caseload.person_name(session, own_record),
        team_label=labels.get(request.team, request.team),
        state="awaited" if said is None else "submitted",
        outcome=await _outcome(session, request),
    )


async def _outcome(session: AsyncSession, request: RequestCopy) -> OutcomeView | None:
    """How it ended, from the lead's own word; what we lead is shown on its own page."""
    ended = await session.get(CompletedCopy, (request.lead, request.evaluation))
    if ended is None or ended.record != request.record:
        return None
    project = await session.scalar(
        select(ProjectCopy)
        .where(
            col(ProjectCopy.lead) == request.lead,
            col(ProjectCopy.evaluation) == request.evaluation,
            col(ProjectCopy.record) == request.record,
            col(ProjectCopy.refused_on).is_(None),
        )
        .limit(1)
    )
    return OutcomeView(
        completed_on=ended.completed_on,
        path_type=ended.path_type,
        path_type_label=PATH_LABELS.get(ended.path_type, ended.path_type),
        own_words=project.own_words if project is not None else None,
        review_on=project.review_on if project is not None else None,
    )


async def invitations(session: AsyncSession) -> list[InvitationView]:
    """Where this member is to sit without following the person, the next session first."""
    rows = await session.scalars(
        select(InvitationCopy).order_by(
            col(InvitationCopy.held_on), col(InvitationCopy.lead), col(InvitationCopy.invitation)
        )
    )
    labels = await team_labels(session)
    return [
        InvitationView(
            **row.model_dump(exclude={"given_name", "family_name"}),
            lead_name=caseload.member_name(session, row.lead),
            team_label=labels.get(row.team, row.team),
            person=caseload.name_of(row),
        )
        for row in rows
    ]


async def own_evaluation(session: AsyncSession, evaluation: str) -> Evaluation | None:
    """An evaluation led here, locked, if there is one: late contributions to it are marked."""
    return await session.get(Evaluation, evaluation, with_for_update=True)
