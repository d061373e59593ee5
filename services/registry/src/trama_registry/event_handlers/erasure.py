"""Erasure: what other controllers ask and answer, and all that this service keeps of a record that goes."""

from typing import Any

import trama_caseload as caseload
from sqlalchemy import delete, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col
from trama_chassis import file_custody
from trama_chassis.handlers import ErasedStream, Origin
from trama_chassis.outbox import runtime_of
from trama_chassis.tables import table_of
from trama_contracts.names import parse_topic
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
    return await _delete(session, models.ErasureReplyCopy, models.ErasureReplyCopy.stream == erased.stream)


@handlers.forget
async def forget_own_interview(session: AsyncSession, erased: ErasedStream) -> int:
    """Delete an interview that was kept to ourselves: it has no stream, its id stands for one."""
    if erased.topic != OWN_ROWS:
        return 0
    return await _delete(session, models.OwnInterview, models.OwnInterview.interview == erased.stream)


@handlers.forget
async def forget_first_contact(session: AsyncSession, erased: ErasedStream) -> int:
    """Delete what somebody asked at a door who has no record: nothing of it was ever published."""
    if erased.topic != CONTACT_ROWS:
        return 0
    return await _delete(session, models.AccessRequest, models.AccessRequest.access == erased.stream)


@handlers.forget
async def forget_hidden(session: AsyncSession, erased: ErasedStream) -> int:
    """Delete an entry that was hidden from everybody, with its file: it has no stream any more."""
    if erased.topic != HIDDEN_ROWS:
        return 0
    hidden = models.ObscuredEntry
    rows = await session.scalars(select(hidden).where(col(hidden.entry) == erased.stream))
    for document in {one.payload.get("document") for one in rows} - {None}:
        await file_custody.forget(session, (runtime_of(session).settings.principal, str(document)))
    return await _delete(session, hidden, hidden.entry == erased.stream)


@handlers.forget
async def forget_referrals(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of a referral whose stream was erased, by who sent it or by who received it."""
    kind, _, referral = erased.scope.partition(":")
    topic = parse_topic(erased.topic)
    if kind != "referral" or topic is None:
        return 0
    copy, move = models.ReferralCopy, models.ReferralMoveCopy
    gone = await _delete(session, copy, (copy.referral == referral) & (copy.sender == topic.member))
    return gone + await _delete(session, move, (move.referral == referral) & (move.member == topic.member))


@handlers.forget
async def forget_looks(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of what an erased stream told of looks at a person's data."""
    topic = parse_topic(erased.topic)
    if topic is None or erased.own:
        return 0
    told, urgent, gone = models.AccessesToldCopy, models.UrgentAccessCopy, 0
    for table, name in ((told, told.inquiry), (urgent, urgent.urgent_access)):
        gone += await _delete(session, table, (name == erased.scope_id) & (table.member == topic.member))
    return gone


@handlers.erase_record
async def erase_rows(session: AsyncSession, record: str) -> int:
    """Delete every row of ours that is of a record: what its referrals led to, what is kept by record, then
    the person. What others told of theirs goes with their streams."""
    own, gone = caseload.own_member(session), 0
    await _let_proposals_fall(session, record)
    pairs = models.DistinctPersons
    gone += await _delete(session, pairs, (pairs.record == record) | (pairs.other == record))
    answered = models.AccessesToldCopy
    gone += await _delete(session, answered, answered.record == record)
    sent = select(col(models.Referral.referral)).where(col(models.Referral.record) == record)
    referrals = (await session.scalars(sent)).all()
    for following in (models.ReferralReply, models.ReferralMoveCopy):
        gone += await _delete(session, following, col(following.referral).in_(referrals))
    for table in reversed(own_tables()):
        columns = table_of(table).columns
        of_record = columns["record"] == record
        if "member" in columns and table.__name__.endswith("Copy"):
            of_record &= columns["member"] == own
        gone += await _delete(session, table, of_record)
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


async def _delete(session: AsyncSession, table: type[SQLModel], where: Any) -> int:  # noqa: ANN401 - a condition
    result = await session.execute(
        delete(table).where(where), execution_options={"synchronize_session": "fetch"}
    )
    return result.rowcount if isinstance(result, CursorResult) else 0
