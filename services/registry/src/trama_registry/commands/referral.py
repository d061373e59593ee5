"""The closed loop: sent, received, accepted or declined, linked."""

from datetime import date
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.accounts import Caller
from trama_chassis.outbox import runtime_of
from trama_chassis.runtime import Runtime
from trama_contracts.payload_fields import Party
from trama_contracts.registry import (
    Certainty,
    PersonRegistered,
    RecordsLinked,
    ReferralAccepted,
    ReferralDeclined,
    ReferralSent,
    ReferralWithdrawn,
)

from trama_registry import queries
from trama_registry.commands.person import enter, must_be_in, reporting_key
from trama_registry.commands.taking_in_charge import in_charge, open_episode, open_taking_in_charge
from trama_registry.errors import (
    AuthorisationNotHere,
    NotInDirectory,
    NotTheReceiver,
    NotTheSender,
    OtherPerson,
    ReceivesNoReferrals,
    ReferralNotHere,
    ReferredToOneself,
)
from trama_registry.models import (
    Answer,
    Person,
    Referral,
    ReferralAnswer,
    ReferralCopy,
    reporting_id_of,
    term,
)
from trama_registry.schemas import (
    AcceptReferral,
    DeclineReferral,
    OpenTakingInCharge,
    SendReferral,
    WithdrawReferral,
)


async def send_referral(session: AsyncSession, record: str, request: SendReferral) -> Referral:
    """Refer a person to one receiver, which alone can read it and answer.

    Raises PersonNotHere, NotInCharge, ReferredToOneself, NotInDirectory, ReceivesNoReferrals, TermInPast and
    what the authorisation refuses.
    """
    runtime = runtime_of(session)
    await in_charge(session, record)
    person = await queries.find_person(session, record)
    today = runtime.clock.today()
    _must_receive(runtime, request.to)
    authorisation = await queries.find_authorisation(session, request.authorisation, record)
    if authorisation is None:
        raise AuthorisationNotHere
    controller = runtime.directory.current.controller(runtime.settings.member)
    authorisation.must_allow(request.to, controller=controller, today=today)
    sent = ReferralSent(
        referral=str(uuid4()),
        to=request.to,
        sent_on=today,
        reason=request.reason,
        preview=person.preview(request.need),
        answer_by=term(request.answer_by, today=today),
        authorisation=authorisation.authorisation,
    )
    referral = Referral(record=record, need=request.need, **sent.model_dump(exclude={"preview"}))
    session.add(referral)
    outbox.add(session, sent, record=record, scope=sent.referral, to={f"{request.to}.registry"})
    return referral


def _must_receive(runtime: Runtime, to: str) -> None:
    directory, own = runtime.directory.current, runtime.settings.member
    if to == own:
        raise ReferredToOneself
    if to not in directory.members:
        raise NotInDirectory(f"«{to}» non fa parte della rete.", field="to")
    must_be_in(runtime, "referral")
    hears_and_answers = to in directory.read_by(own) and own in directory.read_by(to)
    if not (queries.receives_referrals(directory, to) and hears_and_answers):
        raise ReceivesNoReferrals(
            f"{directory.members[to].name} non riceve segnalazioni dal nostro servizio: "
            "contattatelo direttamente."
        )


async def withdraw_referral(session: AsyncSession, referral: str, request: WithdrawReferral) -> Referral:
    """Take back a referral of ours that awaits its answer.

    Raises ReferralNotHere, NotTheSender, AlreadyAnswered, AlreadyWithdrawn.
    """
    own = await queries.find_sent_referral(session, referral, lock=True)
    if own is None:
        received = await queries.find_received_referral(session, referral)
        if received is None:
            raise ReferralNotHere
        raise NotTheSender(
            f"La segnalazione è partita da «{received.sender}»: può ritirarla solo chi l'ha inviata."
        )
    today = runtime_of(session).clock.today()
    withdrawn = ReferralWithdrawn(referral=referral, withdrawn_on=today, reason=request.reason)
    own.withdraw(withdrawn)
    outbox.add(session, withdrawn, record=own.record, scope=referral, to={f"{own.to}.registry"})
    return own


async def accept_referral(
    session: AsyncSession, referral: str, request: AcceptReferral, by: Caller
) -> tuple[ReferralCopy, ReferralAnswer]:
    """Accept a referral to us: the person's record here, taken in charge, linked to the sender's.

    Raises ReferralNotHere, NotTheReceiver, AlreadyAnswered, WithdrawnBySender, OtherPerson, and what opening
    raises.
    """
    runtime = runtime_of(session)
    received = await _to_be_answered(session, referral)
    told = received.told()
    person, certainty = await _same_person(session, received, request.record)
    opening = OpenTakingInCharge(need=request.need or told.need)
    if person is None:
        person = await enter(session, PersonRegistered(**told.model_dump(exclude={"need"})))
        open_episode(session, person.record, opening, by, last=None)
    elif await queries.open_taking_in_charge_of(session, person.record, lock=True) is None:
        await open_taking_in_charge(session, person.record, opening, by)
    accepted = ReferralAccepted(
        referral=received.referral,
        sender=Party(member=received.sender, record=received.record),
        receiver=Party(member=runtime.settings.member, record=person.record),
        accepted_on=runtime.clock.today(),
        contact=request.contact or by.name,
    )
    answer = _answered(session, received, "accepted", accepted.accepted_on, record=person.record)
    scope, sender = received.referral, f"{received.sender}.registry"
    outbox.add(session, accepted, record=person.record, scope=scope, to={sender})
    await _link(session, accepted, own=accepted.receiver, certainty=certainty, by=by.operator)
    return received, answer


async def decline_referral(
    session: AsyncSession, referral: str, request: DeclineReferral
) -> tuple[ReferralCopy, ReferralAnswer]:
    """Tell the sender that we cannot accept, and why.

    Raises ReferralNotHere, NotTheReceiver, AlreadyAnswered, WithdrawnBySender.
    """
    runtime = runtime_of(session)
    received = await _to_be_answered(session, referral)
    declined = ReferralDeclined(
        referral=received.referral,
        sender=Party(member=received.sender, record=received.record),
        declined_on=runtime.clock.today(),
        reason=request.reason,
        alternative=request.alternative,
    )
    answer = _answered(session, received, "declined", declined.declined_on)
    # A record of its own, whether the person is known here or not: the sender must not learn which.
    record = str(uuid4())
    reporting_id = reporting_id_of(received.told().tax_code, reporting_key(runtime))
    await access.learn_reporting_id(session, record, reporting_id)
    scope, sender = received.referral, f"{received.sender}.registry"
    outbox.add(session, declined, record=record, scope=scope, to={sender})
    return received, answer


async def _to_be_answered(session: AsyncSession, referral: str) -> ReferralCopy:
    received = await queries.find_received_referral(session, referral)
    if received is None:
        own = await queries.find_sent_referral(session, referral)
        if own is None:
            raise ReferralNotHere
        raise NotTheReceiver(
            f"La segnalazione è partita dal nostro servizio: può rispondere solo «{own.to}»."
        )
    received.must_await_answer_of(
        runtime_of(session).settings.member, await queries.find_answer(session, received)
    )
    return received


async def _same_person(
    session: AsyncSession, received: ReferralCopy, chosen: str | None
) -> tuple[Person | None, Certainty]:
    """The person referred, if we follow them already: by a link, the tax code, or an operator's word."""
    told = received.told()
    linked = await access.own_records(session, (received.sender, received.record))
    known = await session.get(Person, min(linked)) if linked else None
    known = known or await queries.find_by_tax_code(session, told.tax_code)
    if chosen is None or (known is not None and known.record == chosen):
        return known, "certain"
    person = await queries.find_person(session, chosen)
    if known is not None or None not in (told.tax_code, person.tax_code):
        raise OtherPerson
    return person, "decided"


def _answered(
    session: AsyncSession, received: ReferralCopy, answer: Answer, on: date, record: str | None = None
) -> ReferralAnswer:
    given = ReferralAnswer(
        sender=received.sender, referral=received.referral, answer=answer, answered_on=on, record=record
    )
    session.add(given)
    return given


async def learn_acceptance(
    session: AsyncSession, accepted: ReferralAccepted, *, member: str, record: str
) -> bool:
    """Take the receiver's yes, and link its record to ours. False if it is not theirs to say."""
    referral = await _asked(session, accepted.referral, accepted.sender, member)
    if referral is None or accepted.receiver != Party(member=member, record=record):
        return False
    referral.state, referral.answered_on = "accepted", accepted.accepted_on
    referral.contact = accepted.contact
    itself = runtime_of(session).settings.principal
    await _link(session, accepted, own=accepted.sender, certainty="certain", by=itself)
    return True


async def learn_refusal(session: AsyncSession, declined: ReferralDeclined, *, member: str) -> bool:
    """Take the receiver's no, with its reason. False if it is not theirs to say."""
    referral = await _asked(session, declined.referral, declined.sender, member)
    if referral is None:
        return False
    referral.state, referral.answered_on = "declined", declined.declined_on
    referral.declining_reason, referral.alternative = declined.reason, declined.alternative
    return True


async def _asked(session: AsyncSession, referral: str, sender: Party, member: str) -> Referral | None:
    """The referral of ours that awaits this member's answer, if there is one."""
    found = await queries.find_sent_referral(session, referral, lock=True)
    own = runtime_of(session).settings.member
    if found is None or sender != Party(member=own, record=found.record):
        return None
    return found if found.awaits_answer_of(member) else None


async def _link(
    session: AsyncSession, accepted: ReferralAccepted, *, own: Party, certainty: Certainty, by: str
) -> None:
    """Link the two records of an accepted referral. Both sides do so; the referral's id makes it one edge."""
    a, b = accepted.sender, accepted.receiver
    other = b if own == a else a
    if (other.member, other.record) in await access.component(session, own.record):
        return
    linked = RecordsLinked(link=accepted.referral, a=a, b=b, certainty=certainty, decided_by=by)
    outbox.add(session, linked, record=own.record, scope=own.record)
    await access.learn_link(session, link=linked.link, a=(a.member, a.record), b=(b.member, b.record))
