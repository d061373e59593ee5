"""What the evaluation service keeps of what it hears: whom it has in charge, who asks, who has answered.

Copies are local and may lag; nothing here decides but whether a contribution came late.
"""

from collections.abc import Iterable
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.handlers import EventHandlers, Origin
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
from trama_contracts.registry import (
    AuthorisationGiven,
    PersonRegistered,
    RecordsLinked,
    RecordsUnlinked,
    ReportingIdAssigned,
    TakingInChargeClosed,
    TakingInChargeOpened,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)

from trama_evaluation import commands, queries
from trama_evaluation.models import (
    CompletedCopy,
    ContributionCopy,
    EpisodeCopy,
    HealthContributionCopy,
    InvitationCopy,
    PersonCopy,
    ProjectCopy,
    RequestCopy,
    SocialContributionCopy,
)

log = structlog.get_logger("trama.evaluation")
handlers = EventHandlers()
PartCopy = ContributionCopy | HealthContributionCopy | SocialContributionCopy


def _is_ours(session: AsyncSession, origin: Origin) -> bool:
    """Whether this member's own service says it: a record id means nothing without its member."""
    return origin.member == runtime_of(session).settings.member


@handlers.copy(PersonRegistered)
async def copy_person(session: AsyncSession, event: PersonRegistered, origin: Origin) -> None:
    """Keep the name by which the person is called here and in invitations."""
    if _is_ours(session, origin):
        await session.merge(
            PersonCopy(record=origin.record, given_name=event.given_name, family_name=event.family_name)
        )


@handlers.copy(TakingInChargeOpened)
async def copy_opening(session: AsyncSession, event: TakingInChargeOpened, origin: Origin) -> None:
    """Keep that this member has the person in charge."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.opened_on = event.opened_on


@handlers.copy(TakingInChargeClosed)
async def copy_closing(session: AsyncSession, event: TakingInChargeClosed, origin: Origin) -> None:
    """Keep that this member has the person in charge no longer."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.closed_on = event.closed_on


@handlers.copy(TakingInChargeReopened)
async def copy_reopening(session: AsyncSession, event: TakingInChargeReopened, origin: Origin) -> None:
    """Keep that this member has the person in charge again: the episode was not over."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.closed_on = episode.suspended_on = None


@handlers.copy(TakingInChargeSuspended)
async def copy_suspension(session: AsyncSession, event: TakingInChargeSuspended, origin: Origin) -> None:
    """Keep that the taking in charge rests: nothing new begins meanwhile."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.suspended_on = event.suspended_on


@handlers.copy(TakingInChargeResumed)
async def copy_resumption(session: AsyncSession, event: TakingInChargeResumed, origin: Origin) -> None:
    """Keep that the taking in charge goes on."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.suspended_on = None


async def _episode(session: AsyncSession, episode: str, origin: Origin) -> EpisodeCopy:
    found = await session.get(EpisodeCopy, episode)
    if found is None:
        found = EpisodeCopy(episode=episode, record=origin.record)
        session.add(found)
    return found


@handlers.react(RecordsLinked)
async def learn_link(session: AsyncSession, event: RecordsLinked, origin: Origin) -> None:
    """Learn that two records are of one person."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    said_by = (origin.member, origin.record)
    decided = event.certainty == "decided"
    if not await access.hear_link(session, link=event.link, a=a, b=b, said_by=said_by, decided=decided):
        log.warning("link not believed", source=origin.source, event_id=origin.event_id)


@handlers.react(RecordsUnlinked)
async def forget_link(session: AsyncSession, event: RecordsUnlinked, origin: Origin) -> None:
    """Learn that two records are not of one person: each goes its own way from here."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    said_by = (origin.member, origin.record)
    if not await access.hear_unlink(session, link=event.link, a=a, b=b, said_by=said_by):
        log.info("separation known or not believed", source=origin.source, event_id=origin.event_id)


@handlers.react(AuthorisationGiven)
async def learn_authorisation(session: AsyncSession, event: AuthorisationGiven, origin: Origin) -> None:
    """Take in a reason to share what is written here about the person."""
    await access.learn_authorisation(
        session,
        authorisation=event.authorisation,
        member=origin.member,
        record=origin.record,
        terms=event.payload(),
    )


@handlers.react(ReportingIdAssigned)
async def learn_reporting_id(session: AsyncSession, event: ReportingIdAssigned, origin: Origin) -> None:
    """Take in the pseudonym under which the person's evaluations and projects are counted."""
    if _is_ours(session, origin):
        await access.learn_reporting_id(session, record=origin.record, reporting_id=event.reporting_id)


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
    own = queries.own_entry(session)
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
