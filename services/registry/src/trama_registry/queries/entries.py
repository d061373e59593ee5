"""The entries of one person's story, as they are kept: found through any chain of links, a part at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col
from trama_chassis import access
from trama_contracts.registry import ReferralSent

from trama_registry.models import EntryCopy
from trama_registry.queries import told

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """What of a story is asked for; nothing said is all of it.

    `before` is the entry after which an older page begins; an unknown one begins at the newest. What belongs
    to justice is left out unless whoever reads may see it (GDPR art. 10).
    """

    member: str | None = None
    kind: str | None = None
    before: str | None = None
    size: int | None = None
    with_justice: bool = False


WHOLE = Part()
JUSTICE = "justice"


@dataclass(frozen=True, slots=True)
class Found:
    """Entries in the order of the story, oldest first, and whether there are older ones."""

    entries: list[EntryCopy]
    older: bool = False


async def entries_of(session: AsyncSession, same_person: Collection[Edge], part: Part = WHOLE) -> Found:
    """The entries of these records, with the answers of who was asked and does not follow the person."""
    places = await _places(session, same_person)
    wanted = [_wanted(part)]
    if part.before is not None:
        wanted.append(await _older_than(session, part.before))
    newest = (col(EntryCopy.occurred_at), col(EntryCopy.recorded_at), col(EntryCopy.event_id))
    branches = []
    for place in places:
        branch = select(EntryCopy).where(place, *(one for one in wanted if one is not None))
        if part.size is not None:
            branch = branch.order_by(*(column.desc() for column in newest)).limit(part.size + 1)
        branches.append(select(branch.subquery()))
    one = aliased(EntryCopy, union_all(*branches).subquery())
    found = list(await session.scalars(select(one)))
    if part.size is None or len(found) <= part.size:
        return Found(sorted(found, key=_place))
    found.sort(key=lambda entry: (entry.occurred_at, entry.recorded_at, entry.event_id))
    return Found(sorted(found[-part.size :], key=_place), older=True)


def cursor_of(entries: Sequence[EntryCopy]) -> str | None:
    """The entry that an older page comes before."""
    oldest = min(
        entries, key=lambda entry: (entry.occurred_at, entry.recorded_at, entry.event_id), default=None
    )
    return oldest.event_id if oldest is not None else None


async def _places(session: AsyncSession, same_person: Collection[Edge]) -> list[ColumnElement[bool]]:
    """Where the entries stand: on the person's records; and, of who was asked and has none, in the referral.

    Who does not accept answers on a record of nobody, so that nobody learns whether the person is known.
    """
    own = [_on(edge) for edge in sorted(same_person)]
    sent = select(col(EntryCopy.scope), col(EntryCopy.payload)).where(
        on_any_of(same_person), col(EntryCopy.type) == ReferralSent.wire_type
    )
    asked = {scope: payload["to"] for scope, payload in await session.execute(sent)}
    if not asked:
        return own
    told = select(
        col(EntryCopy.event_id), col(EntryCopy.scope), col(EntryCopy.member), col(EntryCopy.record)
    ).where(col(EntryCopy.scope).in_(sorted(asked)))
    answers = [
        event_id
        for event_id, scope, member, record in await session.execute(told)
        if member == asked[scope] and (member, record) not in same_person
    ]
    return [*own, col(EntryCopy.event_id).in_(answers)] if answers else own


def on_any_of(same_person: Collection[Edge]) -> ColumnElement[bool]:
    """That an entry is on one of these records, said so that both databases find it by the index."""
    return or_(*(_on(edge) for edge in sorted(same_person)))


def _on(edge: Edge) -> ColumnElement[bool]:
    member, record = edge
    return and_(col(EntryCopy.member) == member, col(EntryCopy.record) == record)


def _wanted(part: Part) -> ColumnElement[bool] | None:
    conditions = [] if part.with_justice else [col(EntryCopy.circle) != JUSTICE]
    if part.member is not None:
        conditions.append(col(EntryCopy.member) == part.member)
    if part.kind is not None:
        conditions.append(col(EntryCopy.type).in_(told.types_of(part.kind)))
    return and_(*conditions) if conditions else None


async def _older_than(session: AsyncSession, event_id: str) -> ColumnElement[bool] | None:
    last = await session.get(EntryCopy, event_id)
    if last is None:
        return None
    occurred, recorded = col(EntryCopy.occurred_at), col(EntryCopy.recorded_at)
    as_late = and_(recorded == last.recorded_at, col(EntryCopy.event_id) < last.event_id)
    in_the_moment = and_(occurred == last.occurred_at, or_(recorded < last.recorded_at, as_late))
    # Said twice, the first time so that the index is read from here on.
    return and_(occurred <= last.occurred_at, or_(occurred < last.occurred_at, in_the_moment))


def _place(entry: EntryCopy) -> tuple[datetime, datetime, int, str]:
    """Where an entry stands: what one command recorded in one moment is told in its natural order."""
    return entry.occurred_at, entry.recorded_at, told.ORDER.index(entry.type), entry.event_id


async def corrections_of(session: AsyncSession, entries: Iterable[EntryCopy]) -> dict[str, EntryCopy]:
    """The correction of each of these entries that has one. Only who wrote an entry corrects it."""
    by_id = {entry.event_id: entry for entry in entries}
    if not by_id:
        return {}
    found = await session.scalars(
        select(EntryCopy)
        .where(col(EntryCopy.corrects).in_(sorted(by_id)))
        .order_by(col(EntryCopy.recorded_at), col(EntryCopy.event_id))
    )
    return {
        one.corrects: one
        for one in found
        if one.corrects is not None and _edge(one) == _edge(by_id[one.corrects])
    }


async def causes_of(
    session: AsyncSession, entries: Iterable[EntryCopy], same_person: Collection[Edge]
) -> dict[str, EntryCopy]:
    """What these entries followed from, as far as it is of the same person and known here."""
    wanted = {cause for entry in entries for cause in entry.caused_by}
    if not wanted:
        return {}
    found = await session.scalars(select(EntryCopy).where(col(EntryCopy.event_id).in_(sorted(wanted))))
    return {one.event_id: one for one in found if _edge(one) in same_person and one.circle != JUSTICE}


async def is_in_story(session: AsyncSession, record: str, entry: EntryCopy) -> bool:
    """Whether an entry is told on the page of this record of ours."""
    return _edge(entry) in await access.component(session, record)


def _edge(entry: EntryCopy) -> Edge:
    return entry.member, entry.record
