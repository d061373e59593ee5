"""Open, signed facts that a service tells everybody (wire section 13): published here, and read by type.

No person is in them: nothing of a record may be put here, since everybody reads it and nothing is sealed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.catalogue import HPKE_TYPE, catalogue_value
from trama_contracts.inner import parse_instant
from trama_contracts.names import parse_topic
from trama_contracts.signature import signature_header

from trama_chassis import clock
from trama_chassis.outbox import WrongWriter, runtime_of, work_of
from trama_chassis.tables import CatalogueHeld, OutboxRow


@dataclass(frozen=True, slots=True)
class Entry:
    """What a service tells of one entity, in its newest version; `issued` is machine time."""

    member: str
    service: str
    id: str
    type: str
    version: int
    issued: datetime
    content: dict[str, Any] = field(repr=False)


async def publish(session: AsyncSession, entity: str, wire_type: str, content: Mapping[str, Any]) -> int:
    """Tell the next version of an entity when this transaction commits; returns its number.

    Versions follow machine time, so that they rise even in a service restored from an old copy: readers
    refuse what is not above the version they hold. Raises WrongWriter.
    """
    runtime = runtime_of(session)
    settings, signing = runtime.settings, runtime.keystore.signing
    if wire_type != HPKE_TYPE and _owner(wire_type) != settings.service:
        raise WrongWriter(f"{settings.principal} does not own {wire_type}")
    topic, now = settings.topic("catalogue"), clock.machine_now()
    held = await session.get(CatalogueHeld, (topic, entity), with_for_update=True)
    version = max(held.version + 1 if held else 1, int(now.timestamp()))
    value = catalogue_value(type=wire_type, id=entity, version=version, issued=now, content=dict(content))
    signature = signature_header(signing.private, topic, entity.encode(), signing.kid, value)
    said: dict[str, Any] = {"topic": topic, "key": entity, "value": value, "signature": signature}
    await session.merge(CatalogueHeld(version=version, type=wire_type, **said))
    row = {"kind": "catalogue", "event_id": f"{entity}@{version}", "committed_at": now} | said
    await session.execute(insert(OutboxRow), [row])
    work_of(session)  # wakes the relay after the commit
    return version


async def entries(session: AsyncSession, wire_type: str) -> list[Entry]:
    """What services in force tell of a type now, our own too; only from the service that owns the type."""
    listed = set(runtime_of(session).directory.principals())
    held = await session.scalars(
        select(CatalogueHeld)
        .where(col(CatalogueHeld.type) == wire_type)
        .order_by(col(CatalogueHeld.topic), col(CatalogueHeld.key))
    )
    found = [_entry(row) for row in held]
    owner = _owner(wire_type)
    return [one for one in found if one.service == owner and f"{one.member}.{one.service}" in listed]


def _owner(wire_type: str) -> str:
    return wire_type.split(".")[2]


def _entry(row: CatalogueHeld) -> Entry:
    topic, document = parse_topic(row.topic), json.loads(row.value)
    if topic is None:
        raise ValueError("not a catalogue topic")
    return Entry(
        member=topic.member,
        service=topic.service,
        id=row.key,
        type=row.type,
        version=row.version,
        issued=parse_instant(document["issued"]),
        content=document["data"],
    )
