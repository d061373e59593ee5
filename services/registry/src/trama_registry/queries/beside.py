"""Relations beside a taking in charge: first contacts before it, and who hosts the person at work."""

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_contracts.placement import PlacementEnded, PlacementProposed, PlacementStarted
from trama_contracts.registry import AccessConcluded, AccessRecorded

from trama_registry.models import EntryCopy
from trama_registry.queries import told
from trama_registry.schemas import FirstContactView, HostingView

TYPES = (AccessRecorded, AccessConcluded, PlacementProposed, PlacementStarted, PlacementEnded)


async def relations_beside(
    session: AsyncSession, record: str, names: told.Names
) -> tuple[list[FirstContactView], list[HostingView]]:
    """First contacts and hosts of a person, the newest first, as far as we may know."""
    same_person = await access.component(session, record)
    found = await session.scalars(
        select(EntryCopy).where(
            tuple_(col(EntryCopy.member), col(EntryCopy.record)).in_(sorted(same_person)),
            col(EntryCopy.type).in_([one.wire_type for one in TYPES]),
        )
    )
    told_of: dict[tuple[str, str], dict[str, EntryCopy]] = {}
    for entry in found:
        told_of.setdefault((entry.member, entry.scope), {})[entry.type] = entry
    contacts = [one for said in told_of.values() if (one := _contact(said, names))]
    hosts = [host for said in told_of.values() if (host := _host(said, names))]
    return (
        sorted(contacts, key=lambda one: one.received_on, reverse=True),
        sorted(hosts, key=lambda one: one.started_on, reverse=True),
    )


def _contact(said: dict[str, EntryCopy], names: told.Names) -> FirstContactView | None:
    recorded, concluded = said.get(AccessRecorded.wire_type), said.get(AccessConcluded.wire_type)
    if recorded is None:
        return None
    asked = AccessRecorded.from_payload(recorded.payload)
    led_to = AccessConcluded.from_payload(concluded.payload) if concluded is not None else None
    return FirstContactView(
        member=recorded.member,
        name=names(recorded.member),
        door=asked.door,
        received_on=asked.received_on,
        outcome=led_to.outcome if led_to else None,
        concluded_on=led_to.concluded_on if led_to else None,
    )


def _host(said: dict[str, EntryCopy], names: told.Names) -> HostingView | None:
    proposed, started = said.get(PlacementProposed.wire_type), said.get(PlacementStarted.wire_type)
    if proposed is None or started is None:
        return None
    plan = PlacementProposed.from_payload(proposed.payload)
    ended = said.get(PlacementEnded.wire_type)
    return HostingView(
        promoter=names(proposed.member),
        host=plan.host,
        host_name=names(plan.host),
        task=plan.task,
        started_on=PlacementStarted.from_payload(started.payload).started_on,
        ended_on=PlacementEnded.from_payload(ended.payload).ended_on if ended is not None else None,
    )
