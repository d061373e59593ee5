"""Runs `entitled` at a commit: for streams just begun, and for all streams of a record whose reasons changed.

Each decision is audited. A key is sent before the first event; a key given late is followed by a resend; when
a recipient falls away the stream ends and a new one goes on without it.
"""

import random
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.inner import instant
from trama_contracts.messages import MAX_GRANTS, MAX_ITEMS, GrantEnd, Grants, Heads, Message, grant_key

from trama_chassis import clock, mailbox, resend, streams
from trama_chassis.entitlement import Knowledge, Offered, Verdict, entitled
from trama_chassis.grounds import RefusedForNow
from trama_chassis.knowledge import knowledge_of
from trama_chassis.streams import StreamHead
from trama_chassis.tables import (
    Decision,
    GrantGiven,
    OutboxRow,
    TimerRun,
    insert_or,
)

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


Given = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Who has the key of each stream, and what the grant said."""
NOBODY: Mapping[str, Mapping[str, Any]] = {}
BY_DATE = "chassis.authorisations"
"""The timer that decides again where an authorisation has begun or run out."""


@dataclass(slots=True)
class Changes:
    """What one run of the decisions leads to."""

    decisions: list[dict[str, Any]] = field(default_factory=list)
    granted: dict[str, list[tuple[StreamHead, Verdict]]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[str, list[StreamHead]] = field(default_factory=lambda: defaultdict(list))
    known: dict[str, Knowledge] = field(default_factory=dict)
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    """Why it was last decided as it was, by stream and recipient, for who follows the person."""
    refused_for_now: set[tuple[str, str]] = field(default_factory=set)
    """Records of ours, and the silent sources because of which they were not shared."""


async def run(session: AsyncSession, runtime: "Runtime", heads: Sequence[StreamHead]) -> None:
    """Decide who may have these streams, now and against what was given before, and act on it."""
    if not heads:
        return
    given = await _given(session, heads)
    changes = Changes()
    for record in sorted({head.record for head in heads}):
        knowledge = await knowledge_of(session, runtime, record)
        changes.known[record] = knowledge
        of_record = [head for head in heads if head.record == record]
        changes.told |= await _told(session, runtime, of_record, knowledge)
        for head in of_record:
            _decide(runtime, head, knowledge, given.get(head.stream, NOBODY), changes)
    await _act(session, runtime, changes, given)


async def run_again(session: AsyncSession, runtime: "Runtime", records: Collection[str]) -> None:
    """Decide again about every stream of these records: what they rest on has changed."""
    if records:
        await run(session, runtime, await streams.of_records(session, runtime, records))


async def day_has_turned(session: AsyncSession, runtime: "Runtime") -> bool:
    """Whether it is another day than when that timer ran: until it has, who commits decides for itself, so
    that nothing is sealed for whom its last day has passed."""
    ran_at = runtime.timer_runs.get(BY_DATE)
    if ran_at is None:
        run = await session.get(TimerRun, BY_DATE)
        ran_at = run.ran_at if run is not None else None
    return ran_at is not None and clock.local_day(ran_at) != runtime.clock.today()


async def _given(session: AsyncSession, heads: Iterable[StreamHead]) -> Given:
    names = [head.stream for head in heads if not head.just_begun]
    if not names:
        return {}
    rows = await session.execute(
        select(col(GrantGiven.stream), col(GrantGiven.recipient), col(GrantGiven.grant)).where(
            col(GrantGiven.stream).in_(names),
            col(GrantGiven.ended_at).is_(None),
        )
    )
    given: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for stream, recipient, terms in rows:
        given[stream][recipient] = terms
    return given


async def _told(
    session: AsyncSession, runtime: "Runtime", heads: Iterable[StreamHead], knowledge: Knowledge
) -> dict[tuple[str, str], str]:
    """The last reasons that were written down for who follows the person: a new one is written down too."""
    names = [head.stream for head in heads if not head.just_begun]
    concerned = [
        name for name in runtime.directory.principals() if name.partition(".")[0] in knowledge.linked
    ]
    if not names or not concerned:
        return {}
    rows = await session.execute(
        select(col(Decision.stream), col(Decision.recipient), col(Decision.reason))
        .where(col(Decision.stream).in_(names), col(Decision.recipient).in_(concerned))
        .order_by(col(Decision.number))
    )
    return {(stream, recipient): reason for stream, recipient, reason in rows}


def _decide(
    runtime: "Runtime",
    head: StreamHead,
    knowledge: Knowledge,
    given: Mapping[str, Mapping[str, Any]],
    changes: Changes,
    *,
    before: Collection[str] = (),
) -> None:
    """Decide for everybody about one stream; `before` names who read the one that it continues."""
    offered = Offered(runtime.settings.member, runtime.settings.service, head.circle, head.scope)
    if not runtime.directory.current.members:
        return
    for recipient in sorted({*runtime.directory.principals(), *given} - {runtime.settings.principal}):
        verdict = entitled(offered, recipient, knowledge, has_it=recipient in given or recipient in before)
        if verdict.reason.code == "silent":
            changes.refused_for_now.add((head.record, verdict.reason.about[0]))
        is_new = verdict.permitted != (recipient in given)
        if verdict.permitted and not is_new:
            is_new = _rests_on_another(given[recipient], verdict)
        reason = str(verdict.reason)
        if is_new or head.seq == 0 or changes.told.get((head.stream, recipient), reason) != reason:
            changes.decisions.append(
                {
                    "at": clock.machine_now(),
                    "stream": head.stream,
                    "recipient": recipient,
                    "permitted": verdict.permitted,
                    "reason": reason,
                }
            )
        if verdict.permitted and is_new:
            changes.granted[recipient].append((head, verdict))
        elif not verdict.permitted and recipient in given:
            changes.ended[recipient].append(head)


def _rests_on_another(terms: Mapping[str, Any], verdict: Verdict) -> bool:
    """Whether a grant names an authorisation that it no longer rests on: it would end on the wrong day."""
    return verdict.authorisation is not None and terms["authorisation"] != verdict.authorisation.authorisation


async def _act(session: AsyncSession, runtime: "Runtime", changes: Changes, given: Given) -> None:
    if changes.ended:
        await _end(session, runtime, changes, given)
    if changes.refused_for_now:
        rows = [{"record": record, "source": source} for record, source in sorted(changes.refused_for_now)]
        keep = insert_or(runtime.database.dialect, RefusedForNow).on_conflict_do_nothing()
        await session.execute(keep, rows)
    if changes.decisions:
        await session.execute(insert(Decision), changes.decisions)
    if changes.granted:
        await _grant(session, runtime, changes)


def terms_of(runtime: "Runtime", head: StreamHead, verdict: Verdict) -> dict[str, Any]:
    """A grant as it is stored: all of the message's fields but the key.

    What is pseudonymous stays so: a grant for accountability names neither the record nor its scope, the
    stream's own id stands for both. A grant by law has an id of its own where one by consent names the
    authorisation.
    """
    pseudonymous = head.circle == "accountability"
    given = verdict.authorisation
    terms: dict[str, Any] = {
        "topic": head.topic,
        "stream": head.stream,
        "circle": head.circle,
        "scope": f"{head.scope.partition(':')[0]}:{head.stream}" if pseudonymous else head.scope,
        "record": head.stream if pseudonymous else head.record,
        "authorisation": given.authorisation if given is not None else str(uuid.uuid4()),
        "purpose": verdict.purpose,
        "basis": dict(verdict.basis),
        "from": {"seq": 1},
    }
    if given is not None and given.ends_on is not None:
        terms["valid_until"] = instant(clock.last_moment(given.ends_on))
    if head.continues is not None:
        terms["continues"] = head.continues
    return terms


async def _grant(session: AsyncSession, runtime: "Runtime", changes: Changes) -> None:
    rows: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    resends: list[tuple[str, str, int, str]] = []
    for recipient, granted in sorted(changes.granted.items()):
        for part in _batches(granted):
            terms = [terms_of(runtime, head, verdict) for head, verdict in part]
            message = grant_message(runtime, recipient, [head for head, _ in part], terms)
            if message is not None:
                messages.append(message)
            for (head, _), term in zip(part, terms, strict=True):
                rows.append(
                    {
                        "stream": head.stream,
                        "recipient": recipient,
                        "grant": term,
                        "from_seq": 1,
                        "message": message["event_id"] if message else None,
                        "acknowledged": False,
                    }
                )
                if head.seq and message is not None:
                    resends.append((head.stream, recipient, head.seq, message["event_id"]))
    if messages:
        await session.execute(insert(OutboxRow), messages)
    begun = {head.stream for pairs in changes.granted.values() for head, _ in pairs if head.just_begun}
    await _store_grants(session, rows, begun)
    for due in resends:
        await resend.after_key(session, *due)


async def _store_grants(session: AsyncSession, rows: list[dict[str, Any]], begun: Collection[str]) -> None:
    """Insert grants; one that had ended (the recipient is entitled again) begins anew."""
    older = {row["stream"] for row in rows}.difference(begun)
    ended: dict[tuple[str, str], GrantGiven] = {}
    if older:
        before = await session.execute(select(GrantGiven).where(col(GrantGiven.stream).in_(older)))
        ended = {(row.stream, row.recipient): row for row in before.scalars()}
    fresh = []
    for row in rows:
        old = ended.get((row["stream"], row["recipient"]))
        if old is None:
            fresh.append(row)
        else:
            old.grant, old.message, old.acknowledged, old.ended_at = row["grant"], row["message"], False, None
    if fresh:
        await session.execute(insert(GrantGiven), fresh)


def _batches(
    granted: list[tuple[StreamHead, Verdict]],
) -> Iterable[Sequence[tuple[StreamHead, Verdict]]]:
    """Cut into messages; facts' grants apart, since they are sent later than the rest."""
    for pseudonymous in (False, True):
        part = [pair for pair in granted if (pair[0].circle == "accountability") is pseudonymous]
        yield from mailbox.cut(part, MAX_GRANTS)


def grant_message(
    runtime: "Runtime", recipient: str, heads: Sequence[StreamHead], terms: Sequence[dict[str, Any]]
) -> dict[str, Any] | None:
    """The outbox row of a message that gives keys, or None while it cannot be sealed to the recipient."""
    if not runtime.directory.current.accepts_grants(clock.machine_now()):
        return None
    grants = [{**term, "key": grant_key(head.key)} for head, term in zip(heads, terms, strict=True)]
    message = Grants.model_validate({"grants": grants})
    not_before = _after_a_while(runtime) if heads[0].circle == "accountability" else None
    return mailbox.seal(runtime, recipient, message, not_before=not_before)


def _after_a_while(runtime: "Runtime") -> datetime:
    """Half of the shortest delay of facts, drawn: a key sent at once would betray whose fact is to come."""
    shortest = runtime.settings.facts_delay[0]
    return clock.machine_now() + timedelta(seconds=random.SystemRandom().uniform(0, shortest / 2))


async def _end(session: AsyncSession, runtime: "Runtime", changes: Changes, given: Given) -> None:
    """Tell who falls away how far it reads, end the stream, and go on in a new one with those who remain."""
    now = clock.machine_now()
    messages = []
    shrunk: dict[str, StreamHead] = {}
    for recipient, heads in sorted(changes.ended.items()):
        shrunk |= {head.stream: head for head in heads if not head.ended}
        for message in _farewell(heads):
            row = mailbox.seal(runtime, recipient, message)
            messages += [row] if row is not None else []
        await session.execute(
            update(GrantGiven)
            .where(col(GrantGiven.recipient) == recipient)
            .where(col(GrantGiven.stream).in_([head.stream for head in heads]))
            .values(ended_at=now)
        )
    if messages:
        await session.execute(insert(OutboxRow), messages)
    # Of a stream that ended before anything was in it nobody reads: it is decided about no more.
    empty = col(GrantGiven.stream).in_([head.stream for head in shrunk.values() if head.seq == 0])
    await session.execute(
        update(GrantGiven).where(empty, col(GrantGiven.ended_at).is_(None)).values(ended_at=now)
    )
    for head in shrunk.values():
        successor = await streams.succeed(session, runtime, head)
        _decide(runtime, successor, changes.known[head.record], NOBODY, changes, before=given[head.stream])


def _farewell(heads: Sequence[StreamHead]) -> Iterable[Message]:
    """Up to where these streams are the recipient's, so that it misses nothing; then that they end."""
    for some in mailbox.cut(heads, MAX_ITEMS):
        last: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
        named: dict[str, list[str]] = defaultdict(list)
        for head in some:
            named[head.topic].append(head.stream)
            if head.seq and head.hash is not None:
                last[head.topic].append((head.stream, head.seq, head.hash))
        if last:
            yield Heads.model_validate({"heads": dict(last)})
        yield GrantEnd.model_validate({"streams": dict(named), "reason": "no-longer-entitled"})
