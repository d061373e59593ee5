"""What a service publishes: collected in the transaction, sealed and signed at its commit, sent by the relay.

`commit` is the one way in which a service's transaction ends. Nothing here talks to Kafka.
"""

import random
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.event import Event, Fact
from trama_contracts.facts import Counted, fact_of
from trama_contracts.inner import Actor, Continues, Inner, encode_inner, instant, parse_instant
from trama_contracts.sealing import seal_event, value_hash
from trama_contracts.signature import signature_header

from trama_chassis import audit, bulk, clock, granting, streams
from trama_chassis.errors import Refused
from trama_chassis.handlers import Origin
from trama_chassis.streams import StreamHead, StreamName
from trama_chassis.tables import (
    GrantGiven,
    OutboxRow,
    OwnStream,
    ReportingIdHeld,
    ScopeParty,
    insert_or,
    table_of,
)

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


class PublishedOutsideACommand(Exception):
    """An event was added to a session that no commit point opened: it would never be published."""


class WrongWriter(Exception):
    """A service tried to publish another service's event."""


class PersonNotYetKnown(Refused):
    """The registry's word on this record has not arrived here yet."""

    status = 503
    code = "person-not-yet-known"
    detail = "I dati della persona non sono ancora arrivati dal registro: riprovate tra qualche secondo."


class DirectoryNotYetRead(Refused):
    """Who there is in the network is not known here yet: a stream begun now would be granted to nobody."""

    status = 503
    code = "directory-not-yet-read"
    detail = "Il servizio sta ancora leggendo chi fa parte della rete: riprovate tra qualche secondo."


@dataclass(frozen=True, slots=True)
class Draft:
    """An event on its way to be sealed."""

    event: Event
    event_id: str
    name: StreamName
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    caused_by: tuple[str, ...] = ()
    corrects: str | None = None
    traceparent: str | None = None
    parting: bool = False


@dataclass(slots=True)
class Work:
    """What one transaction has collected for its commit."""

    drafts: list[Draft] = field(default_factory=list)
    parties: set[tuple[str, str, str]] = field(default_factory=set)
    regrants: set[str] = field(default_factory=set)
    reporting_ids: dict[str, str] = field(default_factory=dict)


def runtime_of(session: AsyncSession) -> "Runtime":
    """The running service a session belongs to.

    Raises PublishedOutsideACommand if no commit point opened the session.
    """
    runtime = session.info.get("runtime")
    if runtime is None:
        raise PublishedOutsideACommand("this session was not opened by a commit point")
    return runtime  # type: ignore[no-any-return]  # a session's info holds anything


def work_of(session: AsyncSession) -> Work:
    """What this transaction has collected so far."""
    runtime_of(session)
    work: Work = session.info.setdefault("work", Work())
    return work


def add(
    session: AsyncSession,
    event: Event,
    *,
    record: str,
    scope: str,
    to: Iterable[str] = (),
    occurred_at: datetime | None = None,
    corrects: str | None = None,
    parting: bool = False,
) -> str:
    """Publish an event when this transaction commits, and return its id.

    `scope` is the id in `<kind>:<uuid>`, the kind comes from the class; `to` names the principals that are
    party to the scope; who falls away by this commit still hears what is `parting`, as the last thing. In a
    rebuild nothing is published. Raises PublishedOutsideACommand, WrongWriter.
    """
    runtime = runtime_of(session)
    if event.wire_type.split(".")[2] != runtime.settings.service:
        raise WrongWriter(f"{runtime.settings.principal} does not own {event.wire_type}")
    full_scope, now = f"{event.scope}:{scope}", runtime.clock.moment()
    draft = Draft(
        event=event,
        event_id=str(uuid.uuid4()),
        name=StreamName(runtime.settings.topic("events"), record, event.circle, full_scope),
        occurred_at=parse_instant(instant(occurred_at)) if occurred_at is not None else now,
        recorded_at=now,
        actor=session.info.get("actor") or _itself(runtime),
        caused_by=tuple(session.info.get("caused_by", ())),
        corrects=corrects,
        traceparent=session.info.get("traceparent"),
        parting=parting,
    )
    if not session.info.get("replay"):
        work = work_of(session)
        work.drafts.append(draft)
        work.parties.update((record, full_scope, principal) for principal in to)
    return draft.event_id


def tell_anew(session: AsyncSession, fact: Fact, *, record: str, scope: str, said: Inner) -> None:
    """Publish a fact that was told before, under another record and scope, with the times it had."""
    runtime = runtime_of(session)
    name = StreamName(runtime.settings.topic("facts"), record, fact.circle, scope)
    draft = Draft(fact, str(uuid.uuid4()), name, said.occurred_at, said.recorded_at, said.actor)
    work_of(session).drafts.append(draft)


def regrant(session: AsyncSession, *records: str) -> None:
    """Ask the commit to decide again who may have the streams of these records."""
    if not session.info.get("replay"):
        work_of(session).regrants.update(records)


async def commit(session: AsyncSession) -> None:
    """Seal, sign and store what the transaction collected, and commit it: all of it or nothing."""
    runtime = runtime_of(session)
    works = await _publish_all(session, runtime)
    await session.commit()
    if works:
        runtime.wake.set()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An event that a commit would publish, and the services of other members that would have its key."""

    event: Event
    record: str
    corrects: bool
    readers: frozenset[str]


@asynccontextmanager
async def rehearse(session: AsyncSession) -> AsyncIterator[list[Rehearsed]]:
    """Do all that a commit does, but for the commit, and undo it at the end: what would be told, and to whom?

    Inside, the session sees everything as it would be. What was loaded before is to be loaded again after.
    """
    runtime = runtime_of(session)
    try:
        drafts = [draft for work in await _publish_all(session, runtime) for draft in work.drafts]
        readers = await _readers(session, {draft.name for draft in drafts}, runtime.settings.member)
        yield [
            Rehearsed(draft.event, draft.name.record, draft.corrects is not None, readers[draft.name])
            for draft in drafts
        ]
    finally:
        audit.undone(session)
        await session.rollback()


async def _readers(
    session: AsyncSession, names: set[StreamName], own: str
) -> dict[StreamName, frozenset[str]]:
    """The services of other members that have the key of these streams."""
    place = (col(OwnStream.topic), col(OwnStream.record), col(OwnStream.circle), col(OwnStream.scope))
    found: dict[StreamName, set[str]] = {name: set() for name in names}
    wanted = (
        select(*place, col(GrantGiven.recipient))
        .join(GrantGiven, col(GrantGiven.stream) == col(OwnStream.stream))
        .where(tuple_(*place).in_(sorted(names)), col(OwnStream.ended).is_(False))
        .where(col(GrantGiven.ended_at).is_(None))
    )
    for *name, recipient in await session.execute(wanted) if names else ():
        if recipient.partition(".")[0] != own:
            found[StreamName(*name)].add(recipient)
    return {name: frozenset(recipients) for name, recipients in found.items()}


async def _publish_all(session: AsyncSession, runtime: "Runtime") -> list[Work]:
    """Publish what the transaction collected, and once more if a copy of that asked for something itself."""
    works: list[Work] = []
    while (work := session.info.pop("work", None)) is not None:
        works.append(work)
        if work.drafts or work.regrants:
            await _publish(session, runtime, work)
    await bulk.write(session)
    return works


async def _publish(session: AsyncSession, runtime: "Runtime", work: Work) -> None:
    if not runtime.directory.current.members:
        raise DirectoryNotYetRead
    await session.flush()
    # Who is named as a party only now is to have what the scope already holds.
    again = work.regrants | {record for record, _, _ in work.parties}
    told = {draft.name.record for draft in work.drafts}
    await streams.hold(session, runtime, again | told)
    if await granting.day_has_turned(session, runtime):
        again |= told
    await _remember_parties(session, runtime, work.parties)
    facts = await _facts(session, runtime, work)
    drafts = sorted(work.drafts, key=lambda draft: not draft.parting)
    parting = sum(draft.parting for draft in drafts)
    rows = await _seal(session, runtime, drafts[:parting])
    await granting.run_again(session, runtime, again)
    rows += await _seal(session, runtime, [*drafts[parting:], *facts])
    await _copy_own(session, runtime, drafts, rows)


async def _seal(session: AsyncSession, runtime: "Runtime", drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Seal events onto their streams, begun if need be, for those who may have them at this moment."""
    if not drafts:
        return []
    heads = await streams.lock(session, runtime, {draft.name for draft in drafts})
    await granting.run(session, runtime, [head for head in heads.values() if head.seq == 0])
    rows = [_row(runtime, draft, heads[draft.name]) for draft in drafts]
    await (await session.connection()).execute(table_of(OutboxRow).insert(), rows)
    await streams.store(session, heads.values())
    return rows


async def _remember_parties(
    session: AsyncSession, runtime: "Runtime", parties: set[tuple[str, str, str]]
) -> None:
    if not parties:
        return
    rows = [dict(zip(("record", "scope", "principal"), party, strict=True)) for party in sorted(parties)]
    await session.execute(insert_or(runtime.database.dialect, ScopeParty).on_conflict_do_nothing(), rows)


async def _facts(session: AsyncSession, runtime: "Runtime", work: Work) -> list[Draft]:
    counted = [draft for draft in work.drafts if isinstance(draft.event, Counted)]
    ids = dict(work.reporting_ids)
    records = {draft.name.record for draft in counted} - ids.keys()
    if records:
        found = await session.execute(
            select(col(ReportingIdHeld.record), col(ReportingIdHeld.reporting_id)).where(
                col(ReportingIdHeld.record).in_(sorted(records))
            )
        )
        ids |= {record: reporting_id for record, reporting_id in found}
    return [_fact(runtime, draft, ids) for draft in counted]


def _fact(runtime: "Runtime", draft: Draft, ids: dict[str, str]) -> Draft:
    reporting_id = ids.get(draft.name.record)
    if reporting_id is None:
        raise PersonNotYetKnown
    fact = fact_of(draft.event, reporting_id)
    if fact is None:
        raise TypeError(f"{draft.event.wire_type} is counted but has no fact")
    name = StreamName(runtime.settings.topic("facts"), draft.name.record, "accountability", draft.name.scope)
    return Draft(fact, str(uuid.uuid4()), name, draft.occurred_at, draft.recorded_at, _itself(runtime))


def _row(runtime: "Runtime", draft: Draft, head: StreamHead) -> dict[str, Any]:
    """Seal one event onto its stream's head; the head moves on."""
    is_fact = isinstance(draft.event, Fact)
    now = clock.machine_now()
    value = seal_event(
        key=head.key,
        topic=head.topic,
        source=runtime.settings.source,
        id=draft.event_id,
        subject=head.stream,
        streamseq=head.seq + 1,
        prevhash=head.hash,
        inner=encode_inner(_inner(draft, head)),
    )
    head.seq, head.hash = head.seq + 1, value_hash(value)
    if is_fact:
        head.not_before = max(head.not_before or now, now + _shuffled(runtime))
    signing = runtime.keystore.signing
    return {
        "kind": "fact" if is_fact else "event",
        "topic": head.topic,
        "key": head.stream,
        "event_id": draft.event_id,
        "stream": head.stream,
        "seq": head.seq,
        "value": value,
        "signature": signature_header(signing.private, head.topic, head.stream.encode(), signing.kid, value),
        "committed_at": now,
        "not_before": head.not_before if is_fact else None,
    }


def _inner(draft: Draft, head: StreamHead) -> Inner:
    """What of an event is sealed; a fact does not name the record."""
    return Inner(
        type=draft.event.wire_type,
        circle=draft.event.circle,
        record=None if isinstance(draft.event, Fact) else draft.name.record,
        occurred_at=draft.occurred_at,
        recorded_at=draft.recorded_at,
        actor=draft.actor,
        caused_by=draft.caused_by,
        corrects=draft.corrects,
        continues=Continues(**head.continues) if head.continues and head.seq == 0 else None,
        traceparent=draft.traceparent,
        payload=draft.event.payload(),
    )


def _itself(runtime: "Runtime") -> Actor:
    return Actor(role="service", member=runtime.settings.member, operator=runtime.settings.principal)


def _shuffled(runtime: "Runtime") -> timedelta:
    shortest, longest = runtime.settings.facts_delay
    return timedelta(seconds=random.SystemRandom().uniform(shortest, longest))


async def _copy_own(
    session: AsyncSession, runtime: "Runtime", drafts: Sequence[Draft], rows: Sequence[dict[str, Any]]
) -> None:
    """Apply this service's own events to the copies it keeps of them (facts, which stand last, have none)."""
    for draft, row in zip(drafts, rows, strict=False):
        origin = Origin(
            event_id=draft.event_id,
            member=runtime.settings.member,
            service=runtime.settings.service,
            topic=row["topic"],
            stream=row["stream"],
            seq=row["seq"],
            record=draft.name.record,
            circle=draft.name.circle,
            scope=draft.name.scope,
            occurred_at=draft.occurred_at,
            recorded_at=draft.recorded_at,
            actor=draft.actor,
            caused_by=draft.caused_by,
            corrects=draft.corrects,
        )
        await runtime.service.handlers.apply_own(session, draft.event, origin)
