"""Erasure: what other controllers ask and answer, and all that this service keeps of a record that goes."""

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col
from trama_chassis import file_custody
from trama_chassis.erasure_rows import let_go
from trama_chassis.handlers import ErasedStream, Origin
from trama_chassis.outbox import runtime_of
from trama_chassis.tables import table_of
from trama_contracts.registry import ErasureAnswered, ErasureRequested

from trama_registry import commands, models
from trama_registry.event_handlers.heard import handlers, log

OWN_ROWS = "own:interview"
HIDDEN_ROWS = "own:obscured"
CONTACT_ROWS = "own:access"


@handlers.react(ErasureRequested)
async def hear_request(session: AsyncSession, event: ErasureRequested, origin: Origin) -> None:
    """Keep what another controller asks; a person decides."""
    if not await commands.hear_erasure_request(session, event, origin):
        log.info("erasure of nobody known", source=origin.source, event_id=origin.event_id)


@handlers.copy(ErasureAnswered)
async def copy_reply(session: AsyncSession, event: ErasureAnswered, origin: Origin) -> None:
    """Keep what a controller that we asked has decided; the first word counts."""
    if await session.get(models.ErasureReplyCopy, (event.order, origin.member)) is None:
        session.add(models.ErasureReplyCopy.of(event, member=origin.member, stream=origin.stream))


@handlers.forget
async def forget_replies(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of what an erased stream answered."""
    return await let_go(session, models.ErasureReplyCopy, stream=erased.stream)


@handlers.forget
async def forget_own_interview(session: AsyncSession, erased: ErasedStream) -> int:
    """Delete an interview that was kept to ourselves: it has no stream, its id stands for one."""
    if erased.topic != OWN_ROWS:
        return 0
    return await let_go(session, models.OwnInterview, interview=erased.stream)


@handlers.forget
async def forget_first_contact(session: AsyncSession, erased: ErasedStream) -> int:
    """Delete what somebody asked at a door who has no record: nothing of it was ever published."""
    if erased.topic != CONTACT_ROWS:
        return 0
    return await let_go(session, models.AccessRequest, access=erased.stream)


@handlers.forget
async def forget_hidden(session: AsyncSession, erased: ErasedStream) -> int:
    """Delete an entry that was hidden from everybody, with its file: it has no stream any more."""
    if erased.topic != HIDDEN_ROWS:
        return 0
    hidden = models.ObscuredEntry
    rows = await session.scalars(select(hidden).where(col(hidden.entry) == erased.stream))
    for document in {one.payload.get("document") for one in rows} - {None}:
        await file_custody.forget(session, (runtime_of(session).settings.principal, str(document)))
    return await let_go(session, hidden, entry=erased.stream)


@handlers.forget
async def forget_referrals(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of a referral whose stream was erased, by who sent it or by who received it."""
    if erased.kind != "referral":
        return 0
    by, referral = erased.member, erased.scope_id
    gone = await let_go(session, models.ReferralCopy, referral=referral, sender=by)
    return gone + await let_go(session, models.ReferralMoveCopy, referral=referral, member=by)


@handlers.forget
async def forget_looks(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of what an erased stream told of looks at a person's data."""
    if erased.own:
        return 0
    by, named = erased.member, erased.scope_id
    gone = await let_go(session, models.AccessesToldCopy, inquiry=named, member=by)
    return gone + await let_go(session, models.UrgentAccessCopy, urgent_access=named, member=by)


@handlers.erase_record
async def erase_rows(session: AsyncSession, record: str) -> int:
    """Delete every row of ours that is of a record: what its referrals led to, what is kept by record, then
    the person. What others told of theirs goes with their streams."""
    await _let_proposals_fall(session, record)
    gone = await let_go(session, models.DistinctPersons, record=record)
    gone += await let_go(session, models.DistinctPersons, other=record)
    gone += await let_go(session, models.AccessesToldCopy, record=record)
    sent = select(col(models.Referral.referral)).where(col(models.Referral.record) == record)
    for referral in await session.scalars(sent):
        gone += await let_go(session, models.ReferralReply, referral=referral)
        gone += await let_go(session, models.ReferralMoveCopy, referral=referral)
    ours = {"record": record, "member": caseload.own_member(session)}
    for table in reversed(own_tables()):
        is_told = "member" in table_of(table).columns and table.__name__.endswith("Copy")
        gone += await let_go(session, table, **ours if is_told else {"record": record})
    return gone


async def _let_proposals_fall(session: AsyncSession, record: str) -> None:
    """Nothing is left to be decided on; that it was proposed, and what was decided before, stays."""
    proposal, today = models.RetentionProposal, caseload.today(session)
    for one in await session.scalars(
        select(proposal).where(col(proposal.record) == record, col(proposal.state) == "open")
    ):
        one.fall(today)


def own_tables() -> list[type[SQLModel]]:
    """The tables that say of which record a row is, those that others refer to first."""
    spared = (models.ErasureAsked, models.ReferralCopy, models.RetentionProposal)
    order = {table.name: at for at, table in enumerate(SQLModel.metadata.sorted_tables)}
    found = [
        table
        for table in (getattr(models, name) for name in models.__all__)
        if isinstance(table, type)
        and issubclass(table, SQLModel)
        and hasattr(table, "__table__")
        and "record" in table_of(table).columns
        and table not in spared
    ]
    return sorted(found, key=lambda table: order[table_of(table).name])
