"""What the evaluation service keeps of what it hears: who asks, who has answered, how it ended.

What registries tell is kept as in all services (`trama_caseload`). Copies are local and may lag; nothing here
decides but whether a contribution came late.
"""

from collections.abc import Iterable
from typing import Any

import structlog
import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.erasure_rows import let_go
from trama_chassis.handlers import ErasedStream, EventHandlers, Origin
from trama_chassis.outbox import runtime_of
from trama_contracts.evaluation import (
    ContributionSubmitted,
    EvaluationCompleted,
    EvaluationRequested,
    HealthContributionSubmitted,
    InvitationSent,
    ProjectAgreed,
    ProjectRefused,
    ProjectSigned,
    Rating,
    ReviewSet,
    SocialContributionSubmitted,
)
from trama_contracts.inner import instant

from trama_evaluation import commands, queries
from trama_evaluation.models import (
    CompletedCopy,
    ContributionCopy,
    Evaluation,
    HealthContributionCopy,
    InvitationCopy,
    Project,
    ProjectCopy,
    ProjectReview,
    RequestCopy,
    SocialContributionCopy,
)

log = structlog.get_logger("trama.evaluation")
handlers = EventHandlers()
handlers.include(caseload.handlers)
PartCopy = ContributionCopy | HealthContributionCopy | SocialContributionCopy


@handlers.copy(EvaluationRequested, own=True)
async def copy_request(session: AsyncSession, event: EvaluationRequested, origin: Origin) -> None:
    """Keep that this member is asked to contribute, by another or by itself."""
    if runtime_of(session).settings.member in event.contributors:
        await session.merge(
            RequestCopy(
                lead=origin.member,
                record=origin.record,
                **event.model_dump(exclude={"contributors"}),
            )
        )


@handlers.copy(ContributionSubmitted, own=True)
async def copy_contribution(session: AsyncSession, event: ContributionSubmitted, origin: Origin) -> None:
    """Keep the last word of a contributor to an evaluation led here, and our own to any."""
    said = {
        "discipline": event.discipline,
        "ratings": _scores(event.ratings),
        "supports": list(event.supports),
        "note": event.note,
    }
    await _keep(session, ContributionCopy, event, origin, said | {"contribution": event.contribution})


@handlers.copy(HealthContributionSubmitted, own=True)
async def copy_health_part(session: AsyncSession, event: HealthContributionSubmitted, origin: Origin) -> None:
    """Keep what only health services may know: who is not of the circle has no key and never gets here."""
    said = {
        "ratings": _scores(event.ratings),
        "stability": event.stability,
        "diagnosis": event.diagnosis,
    }
    await _keep(session, HealthContributionCopy, event, origin, said)


@handlers.copy(SocialContributionSubmitted, own=True)
async def copy_social_part(session: AsyncSession, event: SocialContributionSubmitted, origin: Origin) -> None:
    """Keep what only social services may know: who is not of the circle has no key and never gets here."""
    said = {"family": event.family, "housing": event.housing, "economy": event.economy}
    await _keep(session, SocialContributionCopy, event, origin, said)


def _scores(ratings: Iterable[Rating]) -> dict[str, int]:
    return {rating.item: rating.score for rating in ratings}


async def _keep(
    session: AsyncSession,
    table: type[PartCopy],
    event: ContributionSubmitted | HealthContributionSubmitted | SocialContributionSubmitted,
    origin: Origin,
    said: dict[str, Any],
) -> None:
    own = caseload.own_entry(session)
    lead, evaluation = event.evaluation.member, event.evaluation.evaluation
    if own.member not in (lead, origin.member):
        return
    if origin.circle not in own.circles:
        log.warning("sent outside its circle", source=origin.source, event_id=origin.event_id)
        return
    key, said_at = (origin.member, lead, evaluation, origin.record), instant(origin.recorded_at)
    held: PartCopy | None = await session.get(table, key)
    if held is None or held.said_at <= said_at:
        columns = ("contributor", "lead", "evaluation", "record")
        values = dict(zip(columns, key, strict=True)) | said
        await session.merge(table(**values, submitted_on=event.submitted_on, said_at=said_at))


@handlers.react(ContributionSubmitted)
async def mark_late_contribution(session: AsyncSession, event: ContributionSubmitted, origin: Origin) -> None:
    """Mark who contributed after our evaluation was completed; the project is then to be looked at again.

    Believed is who was asked, about the record of theirs that is linked with ours.
    """
    if event.evaluation.member != runtime_of(session).settings.member:
        return
    evaluation = await queries.own_evaluation(session, event.evaluation.evaluation)
    is_asked = evaluation is not None and origin.member in evaluation.contributors
    if evaluation is None or not is_asked:
        log.warning("contribution not asked for", source=origin.source, event_id=origin.event_id)
    elif (origin.member, origin.record) in await access.component(session, evaluation.record):
        await commands.take_late(session, evaluation, origin.member)


@handlers.copy(EvaluationCompleted)
async def copy_completion(session: AsyncSession, event: EvaluationCompleted, origin: Origin) -> None:
    """Keep how another member's evaluation of a person followed here ended."""
    await session.merge(
        CompletedCopy(
            lead=origin.member,
            evaluation=event.evaluation,
            record=origin.record,
            completed_on=event.completed_on,
            path_type=event.path_type,
            override_reason=event.override_reason,
            profile=event.payload()["profile"],
            supports=list(event.supports),
        )
    )


@handlers.copy(ProjectAgreed)
async def copy_project(session: AsyncSession, event: ProjectAgreed, origin: Origin) -> None:
    """Keep the project another member agreed with a person followed here."""
    agreed = event.model_dump(exclude={"goals"}) | {"goals": event.payload()["goals"]}
    await session.merge(ProjectCopy(lead=origin.member, record=origin.record, **agreed))


@handlers.copy(ProjectSigned)
async def copy_signing(session: AsyncSession, event: ProjectSigned, origin: Origin) -> None:
    """Keep that a project was signed."""
    if (held := await _project(session, event.project, origin)) is not None:
        held.signed_on = event.signed_on


@handlers.copy(ProjectRefused)
async def copy_refusal(session: AsyncSession, event: ProjectRefused, origin: Origin) -> None:
    """Keep that the person did not sign; the reason stays where it was told."""
    if (held := await _project(session, event.project, origin)) is not None:
        held.refused_on = event.refused_on


@handlers.copy(ReviewSet)
async def copy_review(session: AsyncSession, event: ReviewSet, origin: Origin) -> None:
    """Keep when a project is looked at again."""
    if (held := await _project(session, event.project, origin)) is not None:
        held.review_on = event.review_on


async def _project(session: AsyncSession, project: str, origin: Origin) -> ProjectCopy | None:
    held = await session.get(ProjectCopy, (origin.member, project))
    return held if held is not None and held.record == origin.record else None


@handlers.copy(InvitationSent)
async def copy_invitation(session: AsyncSession, event: InvitationSent, origin: Origin) -> None:
    """Keep where this member is to sit."""
    if event.to == runtime_of(session).settings.member:
        told = event.model_dump(exclude={"to", "authorisation"})
        await session.merge(InvitationCopy(lead=origin.member, **told))


TOLD_BY_LEAD = {
    "evaluation": (RequestCopy, CompletedCopy),
    "project": (ProjectCopy,),
    "invitation": (InvitationCopy,),
}
"""What who leads tells, by the kind of scope, whose id each names."""
PARTS: dict[str, type[PartCopy]] = {
    "care": ContributionCopy,
    "clinical": HealthContributionCopy,
    "social": SocialContributionCopy,
}


@handlers.forget
async def forget_copies(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of what was told in a stream that was erased, by who led or by who contributed."""
    kind, gone = erased.kind, 0
    for table in TOLD_BY_LEAD.get(kind, ()):
        gone += await let_go(session, table, lead=erased.member, **{kind: erased.scope_id})
    if kind == "evaluation" and erased.circle in PARTS:
        said = {"contributor": erased.member, "record": erased.record, "evaluation": erased.scope_id}
        gone += await let_go(session, PARTS[erased.circle], **said)
    return gone


@handlers.erase_record
async def erase_rows(session: AsyncSession, record: str) -> int:
    """Delete what this service keeps of a record of ours: evaluations led here, projects, reviews."""
    return sum(
        [await let_go(session, table, record=record) for table in (ProjectReview, Project, Evaluation)]
    )
