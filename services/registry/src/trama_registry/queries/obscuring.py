"""What is hidden from other services: read by our own alone."""

from collections.abc import Collection, Sequence

import trama_caseload as caseload
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, file_custody
from trama_chassis.accounts import Caller
from trama_chassis.outbox import runtime_of
from trama_contracts.events import EVENTS
from trama_contracts.registry.document import Filing

from trama_registry.errors import NothingHidden
from trama_registry.models import ObscuredEntry
from trama_registry.queries import told
from trama_registry.queries.entries import JUSTICE
from trama_registry.queries.identity import may_see_judicial
from trama_registry.queries.names import names_of
from trama_registry.queries.person import find_person
from trama_registry.schemas import ObscuredView


async def hidden_rows(
    session: AsyncSession, records: Collection[str], entry: str, *, lock: bool = False
) -> Sequence[ObscuredEntry]:
    """What was hidden with an entry of these records of ours: the entry first, then what belongs to it."""
    wanted = (
        select(ObscuredEntry)
        .where(col(ObscuredEntry.entry) == entry, col(ObscuredEntry.record).in_(sorted(records)))
        .order_by(col(ObscuredEntry.recorded_at), col(ObscuredEntry.corrects), col(ObscuredEntry.event_id))
    )
    return (await session.scalars(wanted.with_for_update() if lock else wanted)).all()


async def obscured_of(session: AsyncSession, record: str, by: Caller) -> list[ObscuredView]:
    """The entries of a person that nobody but our service reads, newest first. Raises PersonNotHere."""
    await find_person(session, record)
    own, names = caseload.own_member(session), names_of(session)
    records = sorted(await access.own_records(session, (own, record)))
    found = await session.scalars(
        select(ObscuredEntry)
        .where(col(ObscuredEntry.record).in_(records))
        .order_by(col(ObscuredEntry.recorded_at), col(ObscuredEntry.corrects), col(ObscuredEntry.event_id))
    )
    views: dict[str, ObscuredView] = {}
    for one in found:
        if one.circle == JUSTICE and not may_see_judicial(by):
            continue
        happened = told.happened(one.type, one.payload, own, names, corrected=one.corrects)
        if one.entry in views:
            views[one.entry].also.append(happened)
        else:
            views[one.entry] = _view(one, happened)
    return sorted(views.values(), key=lambda view: view.occurred_at, reverse=True)


def _view(one: ObscuredEntry, happened: str) -> ObscuredView:
    is_document = issubclass(EVENTS[one.type], Filing)
    return ObscuredView(
        **one.model_dump(
            include={"entry", "record", "occurred_at", "circle", "reason", "hidden_on", "hidden_by"}
        ),
        happened=happened,
        also=[],
        document=str(one.payload["document"]) if is_document else None,
    )


async def count_obscured(session: AsyncSession, record: str) -> int:
    """How many entries of a person are hidden from all others, of those any operator may know of."""
    wanted = select(func.count(col(ObscuredEntry.entry).distinct())).where(
        col(ObscuredEntry.record) == record, col(ObscuredEntry.circle) != JUSTICE
    )
    return await session.scalar(wanted) or 0


async def hidden_document(session: AsyncSession, record: str, entry: str, by: Caller) -> tuple[Filing, bytes]:
    """A hidden document with its file, opened. Raises PersonNotHere, NothingHidden."""
    await find_person(session, record)
    runtime = runtime_of(session)
    rows = await hidden_rows(
        session, await access.own_records(session, (caseload.own_member(session), record)), entry
    )
    if not rows or (rows[0].circle == JUSTICE and not may_see_judicial(by)):
        raise NothingHidden
    filed = EVENTS[rows[0].type].from_payload(rows[0].payload)
    content = None
    if isinstance(filed, Filing):
        content = await file_custody.content_of(session, (runtime.settings.principal, filed.document))
    if not isinstance(filed, Filing) or content is None:
        raise NothingHidden
    return filed, content
