"""What services tell the chassis of reasons to share they took or heard: authorisations, links, pseudonyms.

Each word is followed by a new decision on this service's own streams of the person.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis import knowledge, outbox
from trama_chassis.clock import local_day
from trama_chassis.entitlement import Authorisation
from trama_chassis.granting import BY_DATE
from trama_chassis.grounds import (
    WITHDRAWN,
    AuthorisationStopped,
    RefusedForNow,
    RelationHeld,
    RestrictionHeld,
)
from trama_chassis.links import LinkHeard, LinkRemoved, RecordLink
from trama_chassis.outbox import runtime_of
from trama_chassis.tables import (
    AuthorisationHeld,
    GrantGiven,
    OwnStream,
    ReportingIdHeld,
    TimerRun,
    insert_or,
)

Edge = tuple[str, str]


async def learn_authorisation(
    session: AsyncSession, *, authorisation: str, member: str, record: str, terms: dict[str, Any]
) -> bool:
    """Keep an authorisation, taken here or received, and decide again about the person's streams.

    Its id stays with the record it was first heard of: False, and nothing done, if another claims it.
    """
    held = await session.get(AuthorisationHeld, authorisation)
    if held is None:
        session.add(AuthorisationHeld(authorisation=authorisation, member=member, record=record, terms=terms))
    elif (held.member, held.record) == (member, record):
        held.terms = terms
    else:
        return False
    await _decide_again(session, (member, record))
    return True


async def authorisations_of(session: AsyncSession, record: str) -> tuple[Authorisation, ...]:
    """Every authorisation known here of the person of an own record, with what stops it."""
    return (await knowledge.knowledge_of(session, runtime_of(session), record)).authorisations


async def learn_withdrawal(
    session: AsyncSession, authorisation: str, *, said_by: Edge, withdrawn_on: date
) -> None:
    """Take the word of any member that follows the person that a consent was taken back, for ever.

    It takes keys away and gives none to anybody, so it need not come from where the consent was given; it is
    kept even if that was not heard of yet, and counts where who says it has a record of the same person.
    """
    await _stop(session, authorisation, WITHDRAWN, said_by, withdrawn_on)


async def learn_opposition(
    session: AsyncSession, authorisation: str, opposition: str, *, said_by: Edge, since: date
) -> None:
    """An authorisation by law is opposed: it rests until this is lifted. Only who received it is believed."""
    await _stop(session, authorisation, opposition, said_by, since)


async def lift_opposition(
    session: AsyncSession, authorisation: str, opposition: str, *, said_by: Edge
) -> None:
    """An opposition was found not to stand: what rested goes on."""
    held = await session.get(AuthorisationStopped, (authorisation, opposition))
    if held is not None and (held.member, held.record) == said_by:
        held.lifted = True
        await _decide_again(session, said_by)


async def _stop(session: AsyncSession, authorisation: str, cause: str, said_by: Edge, since: date) -> None:
    member, record = said_by
    if await session.get(AuthorisationStopped, (authorisation, cause)) is None:
        stopped = AuthorisationStopped(
            authorisation=authorisation, cause=cause, member=member, record=record, since=since
        )
        session.add(stopped)
        await _decide_again(session, said_by)


async def learn_restriction(
    session: AsyncSession, restriction: str, *, said_by: Edge, since: date, lifted: bool = False
) -> None:
    """What a member holds of a person is restricted, or is so no more. Each member says it of itself."""
    held = await session.get(RestrictionHeld, restriction)
    if held is None:
        member, record = said_by
        session.add(RestrictionHeld(restriction=restriction, member=member, record=record, since=since))
    elif (held.member, held.record) == said_by:
        held.lifted = held.lifted or lifted
    await _decide_again(session, said_by)


async def learn_relation(session: AsyncSession, relation: str, *, said_by: Edge, is_open: bool) -> None:
    """A relation of another member with the person was opened, reopened or closed, as that member says."""
    member, record = said_by
    if member == runtime_of(session).settings.member:
        return
    of_theirs = (col(RelationHeld.record) == record) | (col(RelationHeld.relation) == relation)
    found = await session.scalars(select(RelationHeld).where(col(RelationHeld.member) == member, of_theirs))
    held = {one.relation: one for one in found}
    theirs = {one.relation: one for one in held.values() if one.record == record}
    was_open = not theirs or any(one.is_open for one in theirs.values())
    if relation in theirs:
        theirs[relation].is_open = is_open
    elif relation not in held:
        session.add(RelationHeld(member=member, relation=relation, record=record, is_open=is_open))
    if was_open != is_open or not is_open:
        await _decide_again(session, said_by)


async def learn_link(session: AsyncSession, *, link: str, a: Edge, b: Edge, decided: bool = False) -> bool:
    """Keep an edge between two records of one person; crossing links are one edge.

    Its id stays with the two records first heard of: False, and nothing done, if others claim it, if it
    was removed, or if it would join again what was separated and nobody `decided` so.
    """
    (a_member, a_record), (b_member, b_record) = sorted((a, b))
    if await _is_removed(session, link, a, b) or (not decided and await is_split(session, a, b)):
        return False
    held = await session.get(RecordLink, link)
    if held is None:
        session.add(
            RecordLink(link=link, a_member=a_member, a_record=a_record, b_member=b_member, b_record=b_record)
        )
    elif (held.a_member, held.a_record, held.b_member, held.b_record) != (
        a_member,
        a_record,
        b_member,
        b_record,
    ):
        return False
    await _decide_again(session, a, b)
    await _believe_what_waits(session, await linked_to(session, *a))
    return True


async def made_one(session: AsyncSession, a: Edge, b: Edge) -> set[str]:
    """The members of which joining these would make two records one: that is theirs alone to decide, so a
    member may say it of two records of its own, and of nobody else's."""
    left, right = await linked_to(session, *a), await linked_to(session, *b)
    if b in left:
        return set()
    theirs = {a[0]} & {b[0]}
    return {member for member, _ in left} & {member for member, _ in right} - theirs


async def is_spent(session: AsyncSession, link: str, a: Edge, b: Edge) -> bool:
    """Whether a link of this id was removed, or joins others: its id will never join these two."""
    held = await session.get(RecordLink, link)
    if held is not None:
        return {(held.a_member, held.a_record), (held.b_member, held.b_record)} != {a, b}
    removed = select(LinkRemoved).where(col(LinkRemoved.link) == link).limit(1)
    return await session.scalar(removed) is not None


async def is_split(session: AsyncSession, a: Edge, b: Edge) -> bool:
    """Whether joining these would bring together records that were found to be of two people."""
    left, right = await linked_to(session, *a), await linked_to(session, *b)
    if b in left:
        return False
    records = sorted({record for _, record in left | right})
    removed = await session.scalars(
        select(LinkRemoved).where(
            col(LinkRemoved.a_record).in_(records), col(LinkRemoved.b_record).in_(records)
        )
    )
    ends = [{(one.a_member, one.a_record), (one.b_member, one.b_record)} for one in removed]
    return any(pair & left and pair & right for pair in ends)


async def _is_removed(session: AsyncSession, link: str, a: Edge, b: Edge) -> bool:
    (a_member, a_record), (b_member, b_record) = sorted((a, b))
    key = (link, a_member, a_record, b_member, b_record)
    return await session.get(LinkRemoved, key) is not None


async def hear_link(
    session: AsyncSession, *, link: str, a: Edge, b: Edge, said_by: Edge, decided: bool = False
) -> bool:
    """Take the word of one end of a link, `said_by`, that two records are of one person.

    A service of this member is believed. Where a record of ours is named another's word changes nothing: such
    links are made by our own acts; a member could otherwise join persons of ours, and with them who may know.
    A link of others is believed once we know the end that tells it; what comes before waits: two sources keep
    no order between them. False if it is not theirs to say, or would make two records of a third member one.
    """
    own = runtime_of(session).settings.member
    if said_by[0] == own:
        return await learn_link(session, link=link, a=a, b=b, decided=decided)
    if own in (a[0], b[0]):
        return True
    if said_by not in (a, b):
        return False
    other = b if said_by == a else a
    if await own_records(session, said_by):
        return await _believe(session, link, said_by, other, decided=decided)
    waits = {"link": link, "other_member": other[0], "other_record": other[1], "decided": decided}
    keep = insert_or(runtime_of(session).database.dialect, LinkHeard).on_conflict_do_nothing()
    await session.execute(keep, [{"member": said_by[0], "record": said_by[1], **waits}])
    return True


async def _believe(session: AsyncSession, link: str, said_by: Edge, other: Edge, *, decided: bool) -> bool:
    if await made_one(session, said_by, other):
        return False
    return await learn_link(session, link=link, a=said_by, b=other, decided=decided)


async def _believe_what_waits(session: AsyncSession, known: set[Edge]) -> None:
    """Judge the links that waited for one of these records; what they join may let others be judged."""
    if runtime_of(session).settings.member not in {member for member, _ in known}:
        return
    for member, record in sorted(known):
        told = (col(LinkHeard.member) == member) & (col(LinkHeard.record) == record)
        while heard := await session.scalar(select(LinkHeard).where(told).limit(1)):
            await session.delete(heard)
            await session.flush()
            other = (heard.other_member, heard.other_record)
            await _believe(session, heard.link, (member, record), other, decided=heard.decided)


async def decide_by_date(session: AsyncSession, today: date) -> None:
    """Decide again where an authorisation has begun or run out since this was last done (a timer)."""
    last = await session.get(TimerRun, BY_DATE)
    since, now = (today if last is None else local_day(last.ran_at)).isoformat(), today.isoformat()
    if since >= now:
        return
    for held in (await session.execute(select(AuthorisationHeld))).scalars():
        begun = since < held.terms["starts_on"] <= now
        over = since <= (held.terms.get("ends_on") or "") < now
        if begun or over:
            await _decide_again(session, (held.member, held.record))


async def decide_refused(session: AsyncSession) -> int:
    """Decide again what was refused because a source was silent that is heard again; how many records."""
    refused = (await session.scalars(select(RefusedForNow))).all()
    silent = await knowledge.silent_of(session, runtime_of(session), {one.source for one in refused})
    heard = [one for one in refused if one.source not in silent]
    for one in heard:
        await session.delete(one)
        outbox.regrant(session, one.record)
    return len(heard)


async def unlearn_link(session: AsyncSession, link: str, ends: tuple[Edge, Edge] | None = None) -> bool:
    """Remove an edge for ever; whoever was entitled only through it is so no longer.

    With its `ends` it may be removed before it is heard of. Who falls away reads nothing that comes after, so
    it is told in a stream of its own. False, and nothing done, if the link is gone or of other records.
    """
    edge = await session.get(RecordLink, link)
    held = None if edge is None else ((edge.a_member, edge.a_record), (edge.b_member, edge.b_record))
    named = ends or held
    if named is None or (held is not None and set(held) != set(named)):
        return False
    a, b = sorted(named)
    if await _is_removed(session, link, a, b):
        return False
    own_before = await own_records(session, a)
    session.add(LinkRemoved(link=link, a_member=a[0], a_record=a[1], b_member=b[0], b_record=b[1]))
    if edge is not None:
        await session.delete(edge)
    await session.flush()
    outbox.regrant(session, *own_before)
    return True


async def hear_unlink(session: AsyncSession, *, link: str, a: Edge, b: Edge, said_by: Edge) -> bool:
    """Take the word of one end, or of a service of this member, that two records are not of one person.

    Where a record of ours is an end this is believed too: it takes keys away and gives none to anybody.
    """
    if said_by[0] != runtime_of(session).settings.member and said_by not in (a, b):
        return False
    return await unlearn_link(session, link, (a, b))


async def learn_reporting_id(session: AsyncSession, record: str, reporting_id: str) -> None:
    """Keep the pseudonym under which a record's facts are counted."""
    dialect = runtime_of(session).database.dialect
    upsert = insert_or(dialect, ReportingIdHeld).values(record=record, reporting_id=reporting_id)
    await session.execute(
        upsert.on_conflict_do_update(index_elements=["record"], set_={"reporting_id": reporting_id})
    )
    outbox.work_of(session).reporting_ids[record] = reporting_id


async def component(session: AsyncSession, record: str) -> set[Edge]:
    """Every record known to be of the same person as this own record, itself included."""
    return await knowledge.component(session, runtime_of(session).settings.member, record)


async def linked_to(session: AsyncSession, member: str, record: str) -> set[Edge]:
    """Every record known to be of the same person as some member's record, itself included."""
    return await knowledge.component(session, member, record)


async def links_of(session: AsyncSession, record: str) -> list[tuple[str, Edge, bool]]:
    """The links of an own record: id, the other end, and whether it was removed."""
    own: Edge = (runtime_of(session).settings.member, record)
    held = [
        *await session.scalars(select(RecordLink).where(_ends_at(RecordLink, record)).order_by("link")),
        *await session.scalars(select(LinkRemoved).where(_ends_at(LinkRemoved, record)).order_by("link")),
    ]
    found = []
    for edge in held:
        ends: list[Edge] = [(edge.a_member, edge.a_record), (edge.b_member, edge.b_record)]
        if own in ends:
            ends.remove(own)
            found.append((edge.link, ends[0], isinstance(edge, LinkRemoved)))
    return found


def _ends_at(table: type[RecordLink] | type[LinkRemoved], record: str) -> ColumnElement[bool]:
    return (col(table.a_record) == record) | (col(table.b_record) == record)


async def own_records(session: AsyncSession, of: Edge) -> set[str]:
    """This member's records of the same person as any record of any member."""
    member = runtime_of(session).settings.member
    return {edge[1] for edge in await knowledge.component(session, *of) if edge[0] == member}


async def seen_by(session: AsyncSession, record: str, circle: str) -> list[str]:
    """The services of other members that have the key of what we now write on a record in a circle."""
    found = await session.scalars(
        select(col(GrantGiven.recipient))
        .join(OwnStream, col(OwnStream.stream) == col(GrantGiven.stream))
        .where(col(OwnStream.record) == record, col(OwnStream.circle) == circle)
        .where(col(GrantGiven.ended_at).is_(None))
        .distinct()
        .order_by(col(GrantGiven.recipient))
    )
    own = runtime_of(session).settings.member
    return [principal for principal in found if principal.partition(".")[0] != own]


async def reporting_id_of(session: AsyncSession, record: str) -> str | None:
    """The pseudonym of a record, if it is known here."""
    return await session.scalar(
        select(col(ReportingIdHeld.reporting_id)).where(col(ReportingIdHeld.record) == record)
    )


async def _decide_again(session: AsyncSession, *edges: Edge) -> None:
    await session.flush()
    for edge in edges:
        outbox.regrant(session, *await own_records(session, edge))
