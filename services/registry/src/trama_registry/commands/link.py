"""Records of one person, at two members or twice at ours, joined and separated by decision."""

from typing import TypeAlias
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.accounts import Caller
from trama_chassis.language import Named, say
from trama_chassis.outbox import runtime_of
from trama_contracts.payload_fields import Party
from trama_contracts.registry import RecordsLinked, RecordsUnlinked

from trama_registry import queries
from trama_registry.commands.duplicate import keep_apart
from trama_registry.commands.joined import count_apart, count_as_one
from trama_registry.errors import CannotLink, LinkNotHere
from trama_registry.models import Person
from trama_registry.schemas import LinkRecord, LinkView, TellApart, Unlink, UnlinkedView

Edge: TypeAlias = tuple[str, str]


async def unlink(session: AsyncSession, record: str, link: str, request: Unlink, by: Caller) -> UnlinkedView:
    """Separate another record from this one, for ever as far as nobody decides otherwise.

    Who reads us through this link alone is told and then no longer reads. Raises PersonNotHere, LinkNotHere.
    """
    await queries.find_person(session, record)
    held = await queries.link_of(session, record, link)
    if held is None:
        raise LinkNotHere
    own = (caseload.own_member(session), record)
    a, b = sorted((own, (held.member, held.record)))
    event = RecordsUnlinked(
        link=link,
        a=Party(member=a[0], record=a[1]),
        b=Party(member=b[0], record=b[1]),
        unlinked_on=caseload.today(session),
        reason=request.reason,
        decided_by=by.operator,
    )
    await _tell(session, event, record, await access.component(session, record))
    before = await queries.joined_here(session, record)
    await access.unlearn_link(session, link, (a, b))
    if held.member == own[0]:
        await keep_apart(session, record, [held.record], request.reason, by)
        ours = await queries.joined_here(session, record)
        await count_apart(session, ours, [one for one in before if one not in ours])
    still = (held.member, held.record) in await access.component(session, record)
    who = Named(held.member_name)
    detail = say("Il percorso del %(who)s non è più collegato al nostro.", who=who)
    if still:
        detail = say(
            "Il collegamento è tolto, ma i due percorsi restano uniti attraverso un altro servizio: "
            "separate anche quello, o chiedete al %(who)s di farlo.",
            who=who,
        )
    return UnlinkedView(link=link, still_joined=still, detail=detail)


async def _tell(session: AsyncSession, event: RecordsUnlinked, record: str, same: set[Edge]) -> None:
    """Tell every service of who followed the person with us: they may know of the link."""
    directory = runtime_of(session).directory.current
    members = sorted({member for member, _ in same})
    to = {f"{member}.{service}" for member in members for service in directory.services(member)}
    outbox.add(session, event, record=record, scope=event.link, to=to)


async def learn_separation(session: AsyncSession, event: RecordsUnlinked, *, said_by: Edge) -> bool:
    """Take the word of the other end, and tell those who know of the link from us. False if it is known."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    own = [edge for edge in (a, b) if edge[0] == caseload.own_member(session)]
    told = await access.component(session, own[0][1]) if own else set()
    if not await access.hear_unlink(session, link=event.link, a=a, b=b, said_by=said_by):
        return False
    if own:
        await _tell(session, event, own[0][1], told)
    return True


async def link_records(session: AsyncSession, record: str, request: LinkRecord, by: Caller) -> LinkView:
    """Join another record with ours, also after a separation: a person decided so. It may be of ours too.

    Raises PersonNotHere, CannotLink.
    """
    runtime = runtime_of(session)
    await queries.find_person(session, record)
    own, other = (caseload.own_member(session), record), (request.member, request.record)
    entry = runtime.directory.current.entry(request.member)
    if entry is None:
        raise CannotLink("Si collegano percorsi di servizi della rete.", field="member")
    if other[0] == own[0] and await session.get(Person, other[1]) is None:
        raise CannotLink("Nel nostro registro non c'è una scheda con questo numero.", field="record")
    if other in await access.component(session, record):
        raise CannotLink("I due percorsi sono già collegati.", field="record")
    if await access.made_one(session, own, other):
        raise CannotLink(
            "Collegandoli, due percorsi di uno stesso servizio diventerebbero uno: "
            "chiarite prima con quel servizio quale dei due è della persona.",
            field="record",
        )
    linked = RecordsLinked(
        link=str(uuid4()),
        a=Party(member=own[0], record=own[1]),
        b=Party(member=other[0], record=other[1]),
        certainty="decided",
        decided_by=by.operator,
    )
    for told_on in {record, other[1]} if other[0] == own[0] else {record}:
        outbox.add(session, linked, record=told_on, scope=told_on)
    await access.learn_link(session, link=linked.link, a=own, b=other, decided=True)
    if other[0] == own[0]:
        await count_as_one(session, record)
    return LinkView(link=linked.link, member=other[0], member_name=entry.name, record=other[1], removed=False)


async def tell_apart(session: AsyncSession, record: str, request: TellApart, by: Caller) -> None:
    """Keep that a record of ours that looks alike is of somebody else. Raises PersonNotHere."""
    person = await queries.find_person(session, record)
    await queries.find_person(session, request.other)
    alike = await queries.candidates(session, person.identity, but=record)
    others = [one.record for one in alike if one.record == request.other]
    await keep_apart(session, record, others, request.reason, by)
