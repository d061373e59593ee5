"""Sign this member's part of an evaluation, its own or another member's; mark what comes after the end."""

from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import outbox
from trama_contracts.evaluation import (
    ContributionSubmitted,
    Evaluated,
    HealthContributionSubmitted,
    Rating,
    SocialContributionSubmitted,
)

from trama_evaluation import queries
from trama_evaluation.errors import NotAsked, PersonNotLinked
from trama_evaluation.models import Evaluation, RequestCopy, instrument, judge_sector
from trama_evaluation.schemas import Contribute, ContributionView, RatingBody

Part = ContributionSubmitted | HealthContributionSubmitted | SocialContributionSubmitted


async def submit_contribution(
    session: AsyncSession, lead: str, evaluation: str, request: Contribute
) -> ContributionView:
    """Publish what this member sees, each part for whom it is; sent again, the last one counts.

    Raises NotAsked, PersonNotLinked, NotInCircle, UnknownItem, UnknownSupport.
    """
    asked = await queries.find_request(session, lead, evaluation)
    if asked is None:
        raise NotAsked
    own_record = await queries.own_record_of(session, asked)
    if own_record is None:
        raise PersonNotLinked
    _judge(session, request)
    contribution = await _contribution_id(session, asked, own_record)
    for part in _parts(session, asked, request, contribution):
        outbox.add(session, part, record=own_record, scope=evaluation)
    if lead == caseload.own_member(session):
        await take_late(session, await queries.own_evaluation(session, evaluation), lead)
    return ContributionView(
        contribution=contribution,
        member=lead,
        evaluation=evaluation,
        own_record=own_record,
        discipline=request.discipline,
        submitted_on=caseload.today(session),
        health=request.health is not None,
        social=request.social is not None,
    )


def _judge(session: AsyncSession, request: Contribute) -> None:
    judge_sector(
        caseload.own_entry(session).sector,
        health=request.health is not None,
        social=request.social is not None,
    )
    instrument.judge_ratings(one.item for one in request.ratings)
    if request.health is not None:
        instrument.judge_ratings((one.item for one in request.health.ratings), health=True)
    instrument.judge_supports(request.supports)


async def _contribution_id(session: AsyncSession, asked: RequestCopy, own_record: str) -> str:
    """One id for all that this member contributes to one evaluation."""
    said, _, _ = await queries.own_contribution(session, asked, own_record)
    return said.contribution if said is not None else str(uuid4())


def _parts(session: AsyncSession, asked: RequestCopy, request: Contribute, contribution: str) -> list[Part]:
    evaluated = Evaluated(member=asked.lead, evaluation=asked.evaluation)
    today = caseload.today(session)
    parts: list[Part] = [
        ContributionSubmitted(
            contribution=contribution,
            evaluation=evaluated,
            discipline=request.discipline,
            ratings=_ratings(request.ratings),
            supports=tuple(sorted(set(request.supports))),
            note=request.note,
            submitted_on=today,
        )
    ]
    if request.health is not None:
        parts.append(
            HealthContributionSubmitted(
                contribution=contribution,
                evaluation=evaluated,
                ratings=_ratings(request.health.ratings),
                stability=request.health.stability,
                diagnosis=request.health.diagnosis,
                submitted_on=today,
            )
        )
    if request.social is not None:
        said = request.social.model_dump()
        parts.append(
            SocialContributionSubmitted(
                contribution=contribution, evaluation=evaluated, submitted_on=today, **said
            )
        )
    return parts


def _ratings(bodies: list[RatingBody]) -> tuple[Rating, ...]:
    return tuple(Rating(item=one.item, score=one.score) for one in bodies)


async def take_late(session: AsyncSession, evaluation: Evaluation | None, contributor: str) -> None:
    """Mark who contributed after the end, and flag the project that was agreed without it."""
    if evaluation is None or not evaluation.take_late(contributor):
        return
    for project in await queries.projects_of(session, evaluation.evaluation):
        project.review_due = True
