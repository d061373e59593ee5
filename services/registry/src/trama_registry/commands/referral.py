"""What a sender does with a referral: sends it, and again, says more, reminds, takes it back, replaces it."""

from datetime import date, timedelta
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import audit, outbox
from trama_chassis.errors import refuse_changed
from trama_chassis.outbox import runtime_of
from trama_chassis.runtime import Runtime
from trama_contracts.registry import (
    ReferralExplained,
    ReferralNoted,
    ReferralReminded,
    ReferralRenewed,
    ReferralSent,
    ReferralSuperseded,
    ReferralWithdrawn,
    WithdrawalTold,
)

from trama_registry import queries
from trama_registry.commands.document import named_documents
from trama_registry.commands.draft import discard_draft
from trama_registry.commands.person import must_be_in
from trama_registry.commands.taking_in_charge import in_charge
from trama_registry.errors import (
    AuthorisationNotHere,
    DayInFuture,
    DayTooEarly,
    NotInDirectory,
    NotTheSender,
    OtherReferral,
    ReceivesNoReferrals,
    ReferralNotHere,
    ReferredToOneself,
    RemindedLately,
    SharingRestricted,
)
from trama_registry.models import (
    BETWEEN_REMINDERS,
    GOING_ON,
    Course,
    Deed,
    Place,
    Referral,
    SenderMove,
    move_of,
    must_be_possible,
    must_know_of_acceptance,
    term,
)
from trama_registry.schemas import (
    ExplainReferral,
    NoteAnswer,
    RenewReferral,
    SendReferral,
    VersionSeen,
    WithdrawReferral,
)

Sent = tuple[Referral, Course]
"""A referral of ours, and its course with our move in it."""


async def send_referral(session: AsyncSession, record: str, request: SendReferral) -> Referral:
    """Refer a person to one receiver, which alone can read it and answer; it may take another's place.

    Raises PersonNotHere, NotInCharge, ReferredToOneself, NotInDirectory, ReceivesNoReferrals, TermInPast and
    what the authorisation and superseding refuse.
    """
    today = caseload.today(session)
    await _must_reach(session, record, request.to, request.authorisation)
    person = await queries.find_person(session, record)
    sent = ReferralSent(
        referral=str(uuid4()),
        to=request.to,
        sent_on=today,
        reason=request.reason,
        preview=person.preview(request.need),
        answer_by=await _term(session, request.to, request.answer_by),
        authorisation=request.authorisation,
        documents=await named_documents(session, record, request),
    )
    if request.supersedes is not None:
        await _supersede(session, request.supersedes, record=record, by=sent.referral)
    referral = Referral(record=record, need=request.need, **sent.model_dump(exclude={"preview", "documents"}))
    session.add(referral)
    if request.draft is not None:
        await discard_draft(session, request.draft, record)
    outbox.add(session, sent, record=record, scope=sent.referral, to={f"{request.to}.registry"})
    return referral


async def renew_referral(session: AsyncSession, referral: str, request: RenewReferral) -> Sent:
    """Send a referral once more, as it was or changed; it is to be answered anew.

    Raises what `opening` and sending raise.
    """
    own, course, at = await opening(session, referral, "renew", request)
    authorisation = request.authorisation or own.authorisation
    await _must_reach(session, own.record, own.to, authorisation)
    person = await queries.find_person(session, own.record)
    renewed = ReferralRenewed(
        referral=referral,
        renewed_on=caseload.today(session),
        reason=request.reason or own.reason,
        preview=person.preview(request.need or own.need),
        answer_by=await _term(session, own.to, request.answer_by),
        authorisation=authorisation,
        step=at.step,
        heard=at.heard,
    )
    return publish(session, own, course, renewed)


async def explain_referral(session: AsyncSession, referral: str, request: ExplainReferral) -> Sent:
    """Tell the receiver what it asked. Raises what `opening` raises."""
    own, course, at = await opening(session, referral, "explain", request)
    today = caseload.today(session)
    told = ReferralExplained(
        referral=referral, told_on=today, answer=request.answer, step=at.step, heard=at.heard
    )
    return publish(session, own, course, told)


async def remind(session: AsyncSession, referral: str, request: VersionSeen) -> Sent:
    """Ask again for an answer. Raises RemindedLately and what `opening` raises."""
    own, course, at = await opening(session, referral, "remind", request)
    today, last = caseload.today(session), course.since_sending("remind")
    if last is not None and today - last.on < BETWEEN_REMINDERS:
        with audit.allowing(session):
            raise RemindedLately(
                "La risposta è stata sollecitata il %(day)s: si può sollecitare di nuovo dal %(again)s.",
                day=last.on,
                again=last.on + BETWEEN_REMINDERS,
            )
    reminded = ReferralReminded(referral=referral, reminded_on=today, step=at.step, heard=at.heard)
    return publish(session, own, course, reminded)


async def withdraw_referral(session: AsyncSession, referral: str, request: WithdrawReferral) -> Sent:
    """Take back a referral of ours: while it awaits its answer or, if that is meant, after it was accepted.

    Raises AlreadyAnswered, AlreadyWithdrawn and what `opening` raises.
    """
    own, course, at = await opening(session, referral, "withdraw", request)
    must_know_of_acceptance(course, accepted_too=request.accepted_too)
    today = caseload.today(session)
    await _tell_referente(session, own, course, request, today)
    withdrawn = ReferralWithdrawn(
        referral=referral, withdrawn_on=today, reason=request.reason, step=at.step, heard=at.heard
    )
    return publish(session, own, course, withdrawn)


async def _tell_referente(
    session: AsyncSession, own: Referral, course: Course, request: WithdrawReferral, today: date
) -> None:
    """Let who holds the referente at a third member know that what was accepted is taken back."""
    accepted = course.last("accept") if course.state in GOING_ON else None
    told = await queries.referente_elsewhere(session, own.record) - {own.to}
    if accepted is None or not told:
        return
    taken_back = WithdrawalTold(
        referral=own.referral,
        receiver=own.to,
        accepted_on=accepted.on,
        withdrawn_on=today,
        reason=request.reason,
    )
    to = {f"{member}.registry" for member in told}
    outbox.add(session, taken_back, record=own.record, scope=str(uuid4()), to=to)


async def note_answer(session: AsyncSession, referral: str, request: NoteAnswer) -> Sent:
    """Key in, once, an answer that was given on paper or by telephone.

    Raises DayInFuture, DayTooEarly and what `opening` raises.
    """
    deed: Deed = "note-accepted" if request.answer == "accepted" else "note-declined"
    own, course, at = await opening(session, referral, deed, request)
    today = caseload.today(session)
    if (request.answered_on or today) > today:
        raise DayInFuture(field="answered_on")
    if (request.answered_on or today) < own.sent_on:
        raise DayTooEarly("La risposta non può venire prima dell'invio.", field="answered_on")
    noted = ReferralNoted(
        referral=referral,
        answer=request.answer,
        answered_on=request.answered_on or today,
        by=request.by,
        note=request.note,
        step=at.step,
        heard=at.heard,
        to=own.to,
        sent_on=own.sent_on,
        answer_by=own.answer_by,
    )
    return publish(session, own, course, noted)


async def _supersede(session: AsyncSession, referral: str, *, record: str, by: str) -> None:
    """Let another referral of the same person take the place of one. Raises OtherReferral."""
    own, course, at = await opening(session, referral, "supersede", VersionSeen())
    if own.record != record:
        raise OtherReferral
    today = caseload.today(session)
    superseded = ReferralSuperseded(
        referral=referral, superseded_on=today, by=by, step=at.step, heard=at.heard
    )
    publish(session, own, course, superseded)


async def opening(
    session: AsyncSession, referral: str, deed: Deed, request: VersionSeen
) -> tuple[Referral, Course, Place]:
    """A referral of ours for a move that its course allows, its course, and the place of the move in it.

    Raises ReferralNotHere, NotTheSender, ChangedMeanwhile and what the table refuses.
    """
    own = await queries.find_sent_referral(session, referral, lock=True)
    if own is None:
        received = await queries.find_received_referral(session, referral)
        if received is None:
            raise ReferralNotHere
        raise NotTheSender(
            "La segnalazione è partita da «%(sender)s»: può farlo solo chi l'ha inviata.",
            sender=received.sender,
        )
    course = await queries.course_of(session, caseload.own_member(session), referral)
    refuse_changed(request.version, course.version, who=queries.names_of(session)(own.to))
    must_be_possible(deed, course)
    return own, course, course.next_place("sender")


def publish(session: AsyncSession, own: Referral, course: Course, event: SenderMove) -> Sent:
    """Publish a move of ours to the receiver, and let the referral stand as its course says then."""
    outbox.add(session, event, record=own.record, scope=own.referral, to={f"{own.to}.registry"})
    course = course.with_(move_of(event))
    own.follow(course)
    return own, course


async def _must_reach(session: AsyncSession, record: str, to: str, authorisation: str) -> None:
    """Refuse to send what the receiver could not read, or must not."""
    runtime = runtime_of(session)
    await in_charge(session, record)
    _must_receive(runtime, to)
    with audit.allowing(session):
        if await queries.restriction_in_force(session, record) is not None:
            raise SharingRestricted
    found = await queries.find_authorisation(session, authorisation, record)
    if found is None:
        raise AuthorisationNotHere
    controller = runtime.directory.current.controller(caseload.own_member(session))
    found.must_allow(to, controller=controller, today=caseload.today(session))


async def _term(session: AsyncSession, to: str, asked: date | None) -> date:
    """The day asked for, or the one by which the receiver usually answers. Raises TermInPast."""
    today = caseload.today(session)
    if asked is not None:
        return term(asked, today=today)
    return today + timedelta(days=await queries.usual_answer_days(session, to))


def _must_receive(runtime: Runtime, to: str) -> None:
    directory, own = runtime.directory.current, runtime.settings.member
    if to == own:
        raise ReferredToOneself
    if to not in directory.members:
        raise NotInDirectory("«%(member)s» non fa parte della rete.", field="to", member=to)
    must_be_in(runtime, "referral")
    hears_and_answers = to in directory.read_by(own) and own in directory.read_by(to)
    if not (queries.receives_referrals(directory, to) and hears_and_answers):
        raise ReceivesNoReferrals(
            "%(name)s non riceve segnalazioni dal nostro servizio: contattatelo direttamente.",
            name=directory.members[to].name,
        )
