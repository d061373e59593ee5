"""What changes who may know, as registries tell it: authorisations and what ends them, relations, links."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, hiding
from trama_chassis.handlers import EventHandlers, Origin
from trama_chassis.outbox import runtime_of
from trama_contracts.registry import (
    AuthorisationGiven,
    AuthorisationWithdrawn,
    ConflictDeclared,
    ConflictLifted,
    OppositionDecided,
    OppositionRaised,
    RecordsLinked,
    RestrictionLifted,
    RestrictionSet,
    TakingInChargeClosed,
    TakingInChargeOpened,
    TakingInChargeReopened,
)

log = structlog.get_logger("trama.caseload")
handlers = EventHandlers()


@handlers.react(AuthorisationGiven)
async def learn_authorisation(session: AsyncSession, event: AuthorisationGiven, origin: Origin) -> None:
    """Take a member's word that the person, or a law, lets us share what is written here."""
    learnt = await access.learn_authorisation(
        session,
        authorisation=event.authorisation,
        member=origin.member,
        record=origin.record,
        terms=event.payload(),
    )
    if not learnt:
        log.warning("authorisation of another record", source=origin.source, event_id=origin.event_id)


@handlers.react(AuthorisationWithdrawn)
async def learn_withdrawal(session: AsyncSession, event: AuthorisationWithdrawn, origin: Origin) -> None:
    """A consent was taken back: what comes next is shared on that ground no longer."""
    said_by = (origin.member, origin.record)
    await access.learn_withdrawal(
        session, event.authorisation, said_by=said_by, withdrawn_on=event.withdrawn_on
    )


@handlers.react(OppositionRaised)
async def learn_opposition(session: AsyncSession, event: OppositionRaised, origin: Origin) -> None:
    """The person opposes what a law allows: it rests until who received it has decided."""
    said_by = (origin.member, origin.record)
    await access.learn_opposition(
        session, event.authorisation, event.opposition, said_by=said_by, since=event.raised_on
    )


@handlers.react(OppositionDecided)
async def learn_decision(session: AsyncSession, event: OppositionDecided, origin: Origin) -> None:
    """An opposition was decided: where it was not upheld the sharing goes on."""
    if not event.upheld:
        said_by = (origin.member, origin.record)
        await access.lift_opposition(session, event.authorisation, event.opposition, said_by=said_by)


@handlers.react(RestrictionSet)
async def learn_restriction(session: AsyncSession, event: RestrictionSet, origin: Origin) -> None:
    """A member restricts what it holds of a person: its own services share no more of it."""
    said_by = (origin.member, origin.record)
    await access.learn_restriction(session, event.restriction, said_by=said_by, since=event.set_on)


@handlers.react(RestrictionLifted)
async def lift_restriction(session: AsyncSession, event: RestrictionLifted, origin: Origin) -> None:
    """A member lifts a restriction: its own services share as they did."""
    said_by = (origin.member, origin.record)
    await access.learn_restriction(
        session, event.restriction, said_by=said_by, since=event.lifted_on, lifted=True
    )


@handlers.react(TakingInChargeOpened)
async def learn_opening(session: AsyncSession, event: TakingInChargeOpened, origin: Origin) -> None:
    """Another member follows the person."""
    said_by = (origin.member, origin.record)
    await access.learn_relation(session, event.episode, said_by=said_by, is_open=True)


@handlers.react(TakingInChargeReopened)
async def learn_reopening(session: AsyncSession, event: TakingInChargeReopened, origin: Origin) -> None:
    """Another member follows the person again."""
    said_by = (origin.member, origin.record)
    await access.learn_relation(session, event.episode, said_by=said_by, is_open=True)


@handlers.react(TakingInChargeClosed)
async def learn_closing(session: AsyncSession, event: TakingInChargeClosed, origin: Origin) -> None:
    """Another member follows the person no longer: it reads no more of what comes."""
    said_by = (origin.member, origin.record)
    await access.learn_relation(session, event.episode, said_by=said_by, is_open=False)


@handlers.react(RecordsLinked)
async def learn_link(session: AsyncSession, event: RecordsLinked, origin: Origin) -> None:
    """Learn that two records are of one person; `access.hear_link` says who is believed."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    said_by = (origin.member, origin.record)
    decided = event.certainty == "decided"
    if not await access.hear_link(session, link=event.link, a=a, b=b, said_by=said_by, decided=decided):
        log.warning("link not believed", source=origin.source, event_id=origin.event_id)


@handlers.react(ConflictDeclared)
async def learn_conflict(session: AsyncSession, event: ConflictDeclared, origin: Origin) -> None:
    """Our registry says that an operator is to see nothing more of a person."""
    if origin.member == runtime_of(session).settings.member:
        await hiding.declare(
            session,
            event.conflict,
            operator=event.operator,
            record=origin.record,
            declared_on=event.declared_on,
        )


@handlers.react(ConflictLifted)
async def learn_lifting(session: AsyncSession, event: ConflictLifted, origin: Origin) -> None:
    """Our registry says that a conflict of interest is over."""
    if origin.member == runtime_of(session).settings.member:
        await hiding.lift(session, event.conflict, event.lifted_on)
