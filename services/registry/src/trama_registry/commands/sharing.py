"""What a person was told and takes part in; what they take back, oppose, or want left alone."""

from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.accounts import Caller
from trama_chassis.handlers import Origin
from trama_contracts.registry import (
    AuthorisationWithdrawalTold,
    AuthorisationWithdrawn,
    NoticeGiven,
    OppositionDecided,
    OppositionRaised,
    ParticipationAgreed,
    ParticipationWithdrawn,
    RestrictionLifted,
    RestrictionSet,
)

from trama_registry import queries
from trama_registry.errors import (
    AuthorisationNotHere,
    AuthorisationWithdrawnAlready,
    LawIsOpposed,
    RestrictedAlready,
)
from trama_registry.models import Authorisation, Notice, Opposition, Participation, Restriction
from trama_registry.schemas import (
    AgreeParticipation,
    DecideOpposition,
    GiveNotice,
    LiftRestriction,
    Oppose,
    Restrict,
    Withdraw,
)


async def give_notice(session: AsyncSession, record: str, request: GiveNotice) -> Notice:
    """The privacy notice was handed over. Raises PersonNotHere, DayInFuture."""
    await queries.find_person(session, record)
    today = caseload.today(session)
    given = NoticeGiven(notice=str(uuid4()), given_on=request.given_on or today, text=request.text)
    notice = Notice.give(record, given, today=today)
    session.add(notice)
    outbox.add(session, given, record=record, scope=record)
    return notice


async def agree_participation(
    session: AsyncSession, record: str, request: AgreeParticipation
) -> Participation:
    """The person takes part in a path. Raises PersonNotHere, DayInFuture."""
    await queries.find_person(session, record)
    today = caseload.today(session)
    agreed = ParticipationAgreed(
        participation=str(uuid4()), agreed_on=request.agreed_on or today, path=request.path
    )
    participation = Participation.agree(record, agreed, today=today)
    session.add(participation)
    outbox.add(session, agreed, record=record, scope=record)
    return participation


async def withdraw_participation(
    session: AsyncSession, record: str, participation: str, request: Withdraw
) -> Participation:
    """The person takes part no longer; what is shared stands as it did.

    Raises ParticipationNotHere, ParticipationEnded, DayInFuture, DayTooEarly.
    """
    own = await queries.find_participation(session, participation, record)
    today = caseload.today(session)
    withdrawn = ParticipationWithdrawn(
        participation=participation, withdrawn_on=request.withdrawn_on or today, reason=request.reason
    )
    own.withdraw(withdrawn, today=today)
    outbox.add(session, withdrawn, record=record, scope=record)
    return own


async def withdraw_authorisation(
    session: AsyncSession, record: str, authorisation: str, request: Withdraw
) -> AuthorisationWithdrawn:
    """The person takes a consent back, given here or at another member that we know of (GDPR 7(3)).

    Raises PersonNotHere, AuthorisationNotHere, LawIsOpposed, AuthorisationWithdrawnAlready, DayInFuture.
    """
    await queries.find_person(session, record)
    today = caseload.today(session)
    withdrawn = AuthorisationWithdrawn(
        authorisation=authorisation, withdrawn_on=request.withdrawn_on or today, reason=request.reason
    )
    own = await queries.find_authorisation(session, authorisation, record)
    if own is None:
        await _must_be_known(session, record, withdrawn)
    else:
        own.withdraw(withdrawn, today=today)
    await _tell_referente(session, record, withdrawn)
    await _tell_withdrawal(session, record, withdrawn)
    return withdrawn


async def _must_be_known(session: AsyncSession, record: str, withdrawn: AuthorisationWithdrawn) -> None:
    """Refuse what is no consent of this person, given elsewhere and in force."""
    given = {one.authorisation: one for one in await access.authorisations_of(session, record)}
    one = given.get(withdrawn.authorisation)
    if one is None:
        raise AuthorisationNotHere
    if one.basis["kind"] != "consent":
        raise LawIsOpposed
    if one.withdrawn_on is not None:
        raise AuthorisationWithdrawnAlready(
            "L'autorizzazione è già stata revocata il %(day)s.", day=one.withdrawn_on
        )
    Authorisation.must_be_withdrawable(withdrawn, today=caseload.today(session))


async def _tell_referente(session: AsyncSession, record: str, withdrawn: AuthorisationWithdrawn) -> None:
    """Let who holds the referente at another member know, if they do not read us: who does hears it so."""
    readers = {one.partition(".")[0] for one in await access.seen_by(session, record, withdrawn.circle)}
    told = await queries.referente_elsewhere(session, record) - readers
    if told:
        event = AuthorisationWithdrawalTold(
            authorisation=withdrawn.authorisation, withdrawn_on=withdrawn.withdrawn_on
        )
        to = {f"{member}.registry" for member in told}
        outbox.add(session, event, record=record, scope=str(uuid4()), to=to)


async def _tell_withdrawal(session: AsyncSession, record: str, withdrawn: AuthorisationWithdrawn) -> None:
    """Let who reads us now hear it, the last thing for who reads us only by what was taken back."""
    outbox.add(session, withdrawn, record=record, scope=record, parting=True)
    await access.learn_withdrawal(
        session,
        withdrawn.authorisation,
        said_by=(caseload.own_member(session), record),
        withdrawn_on=withdrawn.withdrawn_on,
    )


async def hear_withdrawal(session: AsyncSession, event: AuthorisationWithdrawn, origin: Origin) -> None:
    """What was authorised at our desk was taken back at another's: who reads us hears it from us as well."""
    own = await session.get(Authorisation, event.authorisation)
    if own is None or own.withdrawn_on is not None or own.basis["kind"] != "consent":
        return
    if (origin.member, origin.record) not in await access.component(session, own.record):
        return
    own.withdrawn_on, own.withdrawn_because = event.withdrawn_on, event.reason
    await _tell_withdrawal(session, own.record, event)


async def oppose(session: AsyncSession, record: str, authorisation: str, request: Oppose) -> Opposition:
    """The person opposes what a law allows; while it is not decided, nothing is shared on that ground.

    Raises AuthorisationNotHere, ConsentIsWithdrawn, OpposedAlready, DayInFuture.
    """
    own = await queries.find_authorisation(session, authorisation, record)
    if own is None:
        raise AuthorisationNotHere
    today = caseload.today(session)
    raised = OppositionRaised(
        opposition=str(uuid4()),
        authorisation=authorisation,
        raised_on=request.raised_on or today,
        reasons=request.reasons,
    )
    own.oppose(raised, today=today)
    opposition = Opposition.oppose(record, raised)
    session.add(opposition)
    outbox.add(session, raised, record=record, scope=record, parting=True)
    await access.learn_opposition(
        session,
        authorisation,
        raised.opposition,
        said_by=(caseload.own_member(session), record),
        since=raised.raised_on,
    )
    return opposition


async def decide_opposition(
    session: AsyncSession, record: str, opposition: str, request: DecideOpposition, by: Caller
) -> Opposition:
    """Decide, with reasons: upheld, the sharing is over; not upheld, it goes on.

    Raises OppositionNotHere, OppositionDecidedAlready, DayInFuture, DayTooEarly.
    """
    raised = await queries.find_opposition(session, opposition, record)
    today = caseload.today(session)
    decided = OppositionDecided(
        opposition=opposition,
        authorisation=raised.authorisation,
        decided_on=request.decided_on or today,
        upheld=request.upheld,
        reasons=request.reasons,
    )
    raised.decide(decided, today=today, by=by.operator)
    outbox.add(session, decided, record=record, scope=record)
    if not decided.upheld:
        own = await session.get_one(Authorisation, raised.authorisation)
        own.opposed_on = None
        said_by = (caseload.own_member(session), record)
        await access.lift_opposition(session, raised.authorisation, opposition, said_by=said_by)
    return raised


async def restrict(session: AsyncSession, record: str, request: Restrict) -> Restriction:
    """Share no more of what we hold of a person, until it is lifted; who read it is told (GDPR 19).

    Raises PersonNotHere, RestrictedAlready, DayInFuture.
    """
    await queries.find_person(session, record)
    if await queries.restriction_in_force(session, record) is not None:
        raise RestrictedAlready
    today = caseload.today(session)
    asked = RestrictionSet(
        restriction=str(uuid4()),
        ground=request.ground,
        set_on=request.set_on or today,
        reason=request.reason,
    )
    restriction = Restriction.restrict(record, asked, today=today)
    session.add(restriction)
    outbox.add(session, asked, record=record, scope=record, parting=True)
    said_by = (caseload.own_member(session), record)
    await access.learn_restriction(session, asked.restriction, said_by=said_by, since=asked.set_on)
    return restriction


async def lift_restriction(
    session: AsyncSession, record: str, restriction: str, request: LiftRestriction
) -> Restriction:
    """Share again with who is authorised, what was written meanwhile as well.

    Raises RestrictionNotHere, RestrictionLiftedAlready, DayInFuture, DayTooEarly.
    """
    own = await queries.find_restriction(session, restriction, record)
    today = caseload.today(session)
    lifted = RestrictionLifted(
        restriction=restriction, lifted_on=request.lifted_on or today, reason=request.reason
    )
    own.lift(lifted, today=today)
    outbox.add(session, lifted, record=record, scope=record)
    said_by = (caseload.own_member(session), record)
    await access.learn_restriction(session, restriction, said_by=said_by, since=own.set_on, lifted=True)
    return own
