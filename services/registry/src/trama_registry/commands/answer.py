"""What a receiver does with a referral: reads it, asks more, accepts it or not, and says what comes of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.accounts import Caller
from trama_chassis.errors import refuse_changed
from trama_chassis.outbox import runtime_of
from trama_contracts.payload_fields import Party
from trama_contracts.registry import (
    Certainty,
    PersonRegistered,
    RecordsLinked,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralFailed,
    ReferralQuestioned,
    ReferralReconsidered,
    ReferralReopened,
    ReferralSeen,
    ReferralStarted,
)

from trama_registry import queries
from trama_registry.commands.person import enter, reporting_key
from trama_registry.commands.taking_in_charge import open_episode, open_taking_in_charge
from trama_registry.errors import NotTheReceiver, OtherPerson, ReferralNotHere
from trama_registry.models import (
    Course,
    Deed,
    Person,
    Place,
    ReceiverMove,
    ReferralCopy,
    ReferralProtocol,
    ReferralReply,
    deed_of,
    move_of,
    must_be_possible,
    reporting_id_of,
)
from trama_registry.schemas import (
    AcceptReferral,
    CompleteReferral,
    DeclineReferral,
    FailReferral,
    NoteProtocol,
    OpenTakingInCharge,
    QuestionReferral,
    ReopenReferral,
    VersionSeen,
)

Asked = TypeVar("Asked", bound=VersionSeen)
Answered = tuple[ReferralCopy, Course]
"""A referral to us, and its course with our move in it."""


async def see_referral(session: AsyncSession, referral: str) -> Answered:
    """Note that an operator has opened the referral: told to its sender once for each sending.

    Raises ReferralNotHere, NotTheReceiver; where there is nothing to note it does nothing.
    """
    received = await _received(session, referral)
    course = await queries.course_of(session, received.sender, referral)
    if not course.may("see") or course.since_sending("see") is not None:
        return received, course
    at = course.next_place("receiver")
    seen = ReferralSeen(**_said(session, ReferralSeen, received, at))
    return await _reply(session, received, course, seen)


async def accept_referral(
    session: AsyncSession, referral: str, request: AcceptReferral, by: Caller
) -> Answered:
    """Accept a referral to us: the person's record here, taken in charge, linked to the sender's.

    Raises OtherPerson, and what `opening` and opening a taking in charge raise.
    """
    received, course, at = await opening(session, referral, "accept", request)
    told = received.told()
    person, certainty = await _same_person(session, received, request.record)
    taken = OpenTakingInCharge(need=request.need or told.need)
    if person is None:
        person = await enter(session, PersonRegistered(**told.model_dump(exclude={"need"})))
        open_episode(session, person.record, taken, by, last=None)
    elif await queries.open_taking_in_charge_of(session, person.record, lock=True) is None:
        await open_taking_in_charge(session, person.record, taken, by)
    receiver = Party(member=caseload.own_member(session), record=person.record)
    accepted = ReferralAccepted(
        **_said(session, ReferralAccepted, received, at),
        receiver=receiver,
        contact=request.contact or by.name,
        link=await _new_link(session, referral, _sender(received), receiver),
    )
    outbox.add(session, accepted, record=person.record, scope=referral, to={f"{received.sender}.registry"})
    await link(session, accepted, own=accepted.receiver, certainty=certainty, by=by.operator)
    return received, course.with_(move_of(accepted))


async def note_protocol(session: AsyncSession, referral: str, request: NoteProtocol) -> None:
    """Keep the number under which our office registered the referral, sent or received; the last one counts.

    Raises ReferralNotHere.
    """
    sender = caseload.own_member(session)
    if await queries.find_sent_referral(session, referral) is None:
        sender = (await _received(session, referral)).sender
    noted = ReferralProtocol(
        sender=sender, referral=referral, number=request.number, noted_on=caseload.today(session)
    )
    await session.merge(noted)


async def opening(
    session: AsyncSession, referral: str, deed: Deed, request: VersionSeen
) -> tuple[ReferralCopy, Course, Place]:
    """A referral to us for a move that its course allows, its course, and the place of the move in it.

    Raises ReferralNotHere, NotTheReceiver, ChangedMeanwhile and what the table refuses.
    """
    received = await _received(session, referral)
    course = await queries.course_of(session, received.sender, referral)
    names = queries.names_of(session)
    refuse_changed(request.version, course.version, who=names(received.sender))
    must_be_possible(deed, course)
    return received, course, course.next_place("receiver")


async def _received(session: AsyncSession, referral: str) -> ReferralCopy:
    received = await queries.find_received_referral(session, referral)
    if received is None:
        own = await queries.find_sent_referral(session, referral)
        if own is None:
            raise ReferralNotHere
        raise NotTheReceiver(
            "La segnalazione è partita dal nostro servizio: può rispondere solo «%(to)s».", to=own.to
        )
    received.must_be_for(caseload.own_member(session))
    return received


def _sender(received: ReferralCopy) -> Party:
    return Party(member=received.sender, record=received.record)


async def _reply(
    session: AsyncSession, received: ReferralCopy, course: Course, event: ReceiverMove
) -> Answered:
    """Publish what we say before accepting: under a record of nobody, whether we know the person or not."""
    key = (received.sender, received.referral)
    reply = await session.get(ReferralReply, key)
    if reply is None:
        reply = ReferralReply(sender=received.sender, referral=received.referral, record=str(uuid4()))
        session.add(reply)
        runtime = runtime_of(session)
        reporting_id = reporting_id_of(received.told().tax_code, reporting_key(runtime))
        await access.learn_reporting_id(session, reply.record, reporting_id)
    to = {f"{received.sender}.registry"}
    outbox.add(session, event, record=reply.record, scope=received.referral, to=to)
    return received, course.with_(move_of(event))


async def _tell(
    session: AsyncSession, received: ReferralCopy, course: Course, event: ReceiverMove
) -> Answered:
    """Publish what becomes of an accepted referral, to its sender and to who holds the referente."""
    record = course.record
    if record is None:
        raise ReferralNotHere
    told = {received.sender, *await queries.referente_elsewhere(session, record)}
    to = {f"{member}.registry" for member in told}
    outbox.add(session, event, record=record, scope=received.referral, to=to)
    return received, course.with_(move_of(event))


def _said(
    session: AsyncSession, event: type[ReceiverMove], received: ReferralCopy, at: Place
) -> dict[str, Any]:
    """What every move of ours says: of which referral, when, and its place; an answer, to which sending."""
    said: dict[str, Any] = {"referral": received.referral, "sender": _sender(received)}
    if "answer_by" in event.model_fields:
        said |= {"sent_on": received.sent_on, "answer_by": received.answer_by}
    _, day = deed_of(event)
    return said | {day: caseload.today(session), "step": at.step, "heard": at.heard}


@dataclass(frozen=True)
class Answering(Generic[Asked]):
    """A command of the receiver that says what it is asked to say, no more: in which event, and to whom."""

    event: type[ReceiverMove]
    publish: Callable[[AsyncSession, ReferralCopy, Course, ReceiverMove], Awaitable[Answered]]

    async def __call__(self, session: AsyncSession, referral: str, request: Asked) -> Answered:
        """Make the move. Raises what `opening` raises."""
        deed, _ = deed_of(self.event)
        received, course, at = await opening(session, referral, deed, request)
        told = request.model_dump(exclude={"version"})
        event = self.event(**_said(session, self.event, received, at), **told)
        return await self.publish(session, received, course, event)


question_referral = Answering[QuestionReferral](ReferralQuestioned, _reply)
"""Ask the sender for what is missing before we can answer."""
decline_referral = Answering[DeclineReferral](ReferralDeclined, _reply)
"""Tell the sender that we cannot accept, and why."""
reconsider_referral = Answering[VersionSeen](ReferralReconsidered, _reply)
"""Take back that we cannot accept: it is to be answered again."""
start_referral = Answering[VersionSeen](ReferralStarted, _tell)
"""Say that the work on what we accepted has begun."""
complete_referral = Answering[CompleteReferral](ReferralCompleted, _tell)
"""Say what came of it."""
fail_referral = Answering[FailReferral](ReferralFailed, _tell)
"""Say that what we accepted came to nothing, or we changed our mind."""
reopen_referral = Answering[ReopenReferral](ReferralReopened, _tell)
"""Go on with what we had completed or given up."""


async def _same_person(
    session: AsyncSession, received: ReferralCopy, chosen: str | None
) -> tuple[Person | None, Certainty]:
    """The person referred, if we follow them already: by a link, the tax code, or an operator's word."""
    told = received.told()
    linked = await access.own_records(session, (received.sender, received.record))
    if chosen is not None and chosen in linked:
        return await session.get(Person, chosen), "certain"
    known = await session.get(Person, min(linked)) if linked else None
    known = known or await queries.find_by_tax_code(session, told.tax_code)
    if chosen is None or (known is not None and known.record == chosen):
        return known, "certain"
    person = await queries.find_person(session, chosen)
    if known is not None or None not in (told.tax_code, person.tax_code):
        raise OtherPerson
    return person, "decided"


async def follow_receiver(session: AsyncSession, event: ReceiverMove) -> None:
    """Let our referral stand as its course says after a move of its receiver; link the records of a yes."""
    own = await queries.find_sent_referral(session, event.referral, lock=True)
    if own is None:
        return
    runtime = runtime_of(session)
    own.follow(await queries.course_of(session, caseload.own_member(session), event.referral))
    if isinstance(event, ReferralAccepted):
        itself = runtime.settings.principal
        await link(session, event, own=event.sender, certainty="certain", by=itself)


async def link(
    session: AsyncSession, accepted: ReferralAccepted, *, own: Party, certainty: Certainty, by: str
) -> None:
    """Link the two records of an accepted referral. Both sides do so; the id it names makes it one edge."""
    a, b = accepted.sender, accepted.receiver
    other = b if own == a else a
    edges = (a.member, a.record), (b.member, b.record)
    if (other.member, other.record) in await access.component(session, own.record):
        return
    if await access.is_split(session, *edges):
        return  # somebody found these to be two people: only a decision joins them again
    linked = RecordsLinked(
        link=accepted.link or accepted.referral, a=a, b=b, certainty=certainty, decided_by=by
    )
    outbox.add(session, linked, record=own.record, scope=own.record)
    await access.learn_link(session, link=linked.link, a=edges[0], b=edges[1])


async def _new_link(session: AsyncSession, referral: str, a: Party, b: Party) -> str | None:
    """An id of its own where the referral's is spent: of a link that was removed, or of other records."""
    spent = await access.is_spent(session, referral, (a.member, a.record), (b.member, b.record))
    return str(uuid4()) if spent else None
