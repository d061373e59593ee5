"""What streams say, opened before it is erased; facts that the law keeps are told anew, unlinked.

A fact is personal data while its pseudonym leads to somebody (GDPR art. 4(5)): told again under a drawn one,
on a record of nobody, it counts as before and leads nowhere. Whoever comes back is counted anew.
"""

import re
import secrets
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.encoding import b64u
from trama_contracts.envelope import parse_event
from trama_contracts.facts import FACTS, ReportingIdReplacedFact
from trama_contracts.inner import Inner, complete, parse_head
from trama_contracts.names import parse_topic
from trama_contracts.outcomes import Outcome

from trama_chassis import outbox
from trama_chassis.streams import ERASED
from trama_chassis.tables import GrantReceived, InboxEvent, OutboxRow, OwnStream

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

_CODE: Final = re.compile(r"[a-z0-9-]{0,24}|\d{4}-\d\d-\d\d")
"""What is said in codes and days stands in many answers, and names nobody."""
OPERATOR: Final = "who"
"""The field that says which operator did something: a name that stands in every answer of theirs."""
SHORTEST_WORD: Final = 4


class Told(NamedTuple):
    """One event, opened with the key that is to be destroyed."""

    stream: OwnStream | GrantReceived
    event_id: str
    said: Inner


async def opened(session: AsyncSession, runtime: "Runtime", rows: Sequence[OwnStream]) -> list[Told]:
    """All that these streams say, in order."""
    found = []
    for stream in rows:
        topic = parse_topic(stream.topic)
        key = runtime.keystore.open(stream.sealed_key, stream.stream)
        kept = await session.execute(
            select(col(OutboxRow.event_id), col(OutboxRow.value))
            .where(col(OutboxRow.stream) == stream.stream, col(OutboxRow.kind).in_(("event", "fact")))
            .order_by(col(OutboxRow.seq))
        )
        for event_id, value in kept:
            if topic is not None:
                said = complete(parse_head(parse_event(value, topic).unseal(key)))
                found.append(Told(stream, event_id, said))
    return found


async def heard(session: AsyncSession, runtime: "Runtime", granted: GrantReceived) -> list[Told]:
    """All that was applied here of another service's stream, in order."""
    topic = parse_topic(granted.topic)
    if topic is None or granted.sealed_key == ERASED:
        return []
    key = runtime.keystore.open(granted.sealed_key, granted.stream)
    kept = await session.scalars(
        select(col(InboxEvent.value))
        .where(col(InboxEvent.topic) == granted.topic, col(InboxEvent.stream) == granted.stream)
        .where(col(InboxEvent.outcome) == Outcome.OK.value)
        .order_by(col(InboxEvent.seq))
    )
    envelopes = [parse_event(value, topic) for value in kept]
    return [Told(granted, one.id, complete(parse_head(one.unseal(key)))) for one in envelopes]


def words_of(told: Iterable[Told]) -> set[str]:
    """Words by which an answer that was kept is known to tell of this: ids, names, free text."""
    found = set()
    for one in told:
        found |= {one.event_id, one.stream.stream}
        found |= {word for word in _texts(one.said.payload) if not _CODE.fullmatch(word)}
    return {word for word in found if len(word) >= SHORTEST_WORD}


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name != OPERATOR:
                yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def tell_unlinked(session: AsyncSession, told: Iterable[Told]) -> None:
    """Tell the facts among these once more, under one pseudonym that is drawn now and kept nowhere."""
    pseudonym = b64u(secrets.token_bytes(32))
    places: dict[str, tuple[str, str]] = {}
    for one in told:
        fact_class = FACTS.get(one.said.type)
        # What replaces a pseudonym counts nothing, and joins two of them.
        if fact_class is None or fact_class is ReportingIdReplacedFact:
            continue
        kind = one.stream.scope.partition(":")[0]
        record, scope = places.setdefault(one.stream.stream, (str(uuid.uuid4()), f"{kind}:{uuid.uuid4()}"))
        fact = fact_class.from_payload({**one.said.payload, "reporting_id": pseudonym})
        outbox.tell_anew(session, fact, record=record, scope=scope, said=one.said)
