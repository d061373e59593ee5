"""The registry's HTTP API: who may ask, one command or query each."""

from typing import Annotated

from fastapi import Depends, Query
from trama_chassis.accounts import Caller, require
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Uuid
from trama_contracts.payload_fields import Code

from trama_registry import commands, queries
from trama_registry.schemas import (
    AcceptReferral,
    AuthorisationView,
    CaseManagerAsked,
    CloseTakingInCharge,
    DeclineReferral,
    DescribeOffer,
    GiveAuthorisation,
    MemberView,
    NetworkMemberView,
    OfferView,
    OpenTakingInCharge,
    PersonList,
    PersonView,
    ReceivedReferralView,
    RegisterPerson,
    SendReferral,
    SentReferralView,
    StatePlaces,
    TakingInChargeView,
    TimelineView,
    WithdrawReferral,
)

router = Router()
Operator = Annotated[Caller, Depends(require("caseworker", "supervisor"))]
Anybody = Annotated[Caller, Depends(require("caseworker", "supervisor", "host-tutor"))]
"""What is told to the whole network holds no person: a host's tutor reads and tells it too."""


@router.post("/persons", status_code=201)
async def register_person(request: RegisterPerson, session: Transaction, by: Operator) -> PersonView:
    """Enter a person, and open the taking in charge in the same request if it is given."""
    person = await commands.register_person(session, request, by)
    return await queries.person_view(session, person.record)


@router.get("/persons")
async def persons(
    session: Reading,
    _: Operator,
    name: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[Uuid | None, Query()] = None,
) -> PersonList:
    """Persons in the order of names, 50 at a time; `name` is how the family name begins."""
    return await queries.persons_by_name(session, name, after)


@router.get("/persons/{record}")
async def person(record: Uuid, session: Reading, _: Operator) -> PersonView:
    """A person, and the open taking in charge."""
    return await queries.person_view(session, record)


@router.post("/persons/{record}/taking-in-charge", status_code=201)
async def open_taking_in_charge(
    record: Uuid, request: OpenTakingInCharge, session: Transaction, by: Operator
) -> TakingInChargeView:
    """Take in charge; after a closing, a new episode."""
    episode = await commands.open_taking_in_charge(session, record, request, by)
    return queries.view_of_taking_in_charge(episode)


@router.post("/persons/{record}/taking-in-charge/close")
async def close_taking_in_charge(
    record: Uuid, request: CloseTakingInCharge, session: Transaction, _: Operator
) -> TakingInChargeView:
    """End the open taking in charge, with its reason."""
    return queries.view_of_taking_in_charge(await commands.close_taking_in_charge(session, record, request))


@router.post("/persons/{record}/case-manager")
async def assign_case_manager(
    record: Uuid, request: CaseManagerAsked, session: Transaction, by: Operator
) -> TakingInChargeView:
    """Make somebody the referente; with an empty body, yourself."""
    episode = await commands.assign_case_manager(session, record, request, by)
    return queries.view_of_taking_in_charge(episode)


@router.post("/persons/{record}/authorisations", status_code=201)
async def give_authorisation(
    record: Uuid, request: GiveAuthorisation, session: Transaction, _: Operator
) -> AuthorisationView:
    """Record an authorisation to share. This member is always among the recipients."""
    given = await commands.give_authorisation(session, record, request)
    return queries.authorisation_view(given, runtime_of(session).clock.today())


@router.get("/persons/{record}/authorisations")
async def authorisations(record: Uuid, session: Reading, _: Operator) -> list[AuthorisationView]:
    """What the person authorised here, newest first."""
    return await queries.authorisations_of(session, record)


@router.get("/persons/{record}/timeline")
async def timeline(record: Uuid, session: Reading, _: Operator) -> TimelineView:
    """All that is known here of the person's way, in order, and how complete it is."""
    return await queries.timeline(session, record)


@router.post("/persons/{record}/referrals", status_code=201)
async def send_referral(
    record: Uuid, request: SendReferral, session: Transaction, _: Operator
) -> SentReferralView:
    """Refer the person to one other service."""
    sent = await commands.send_referral(session, record, request)
    return await queries.sent_referral_view(session, sent.referral)


@router.get("/referrals/sent")
async def sent_referrals(session: Reading, _: Operator) -> list[SentReferralView]:
    """What we sent, newest first, and what became of it."""
    return await queries.sent_referrals(session)


@router.get("/referrals/sent/{referral}")
async def sent_referral(referral: Uuid, session: Reading, _: Operator) -> SentReferralView:
    """A referral of ours."""
    return await queries.sent_referral_view(session, referral)


@router.get("/referrals/received")
async def received_referrals(session: Reading, _: Operator) -> list[ReceivedReferralView]:
    """What was sent to us, newest first: a preview of each."""
    return await queries.received_referrals(session)


@router.get("/referrals/received/{referral}")
async def received_referral(referral: Uuid, session: Reading, _: Operator) -> ReceivedReferralView:
    """A referral to us: a preview."""
    return await queries.received_referral_view(session, referral)


@router.post("/referrals/{referral}/accept")
async def accept_referral(
    referral: Uuid, request: AcceptReferral, session: Transaction, by: Operator
) -> ReceivedReferralView:
    """Take the person referred in charge; `record` of the answer is ours."""
    received, answer = await commands.accept_referral(session, referral, request, by)
    return queries.view_of_received(received, answer)


@router.post("/referrals/{referral}/withdraw")
async def withdraw_referral(
    referral: Uuid, request: WithdrawReferral, session: Transaction, _: Operator
) -> SentReferralView:
    """Take back a referral of ours that nobody has answered."""
    await commands.withdraw_referral(session, referral, request)
    return await queries.sent_referral_view(session, referral)


@router.post("/referrals/{referral}/decline")
async def decline_referral(
    referral: Uuid, request: DeclineReferral, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Say that we cannot accept, and why."""
    received, answer = await commands.decline_referral(session, referral, request)
    return queries.view_of_received(received, answer)


@router.get("/members")
async def members(session: Reading, _: Operator) -> list[MemberView]:
    """Who is in the network, and who receives referrals."""
    return queries.members(runtime_of(session).directory.current)


@router.put("/offers/{offer}")
async def describe_offer(offer: Code, request: DescribeOffer, session: Transaction, _: Anybody) -> OfferView:
    """Tell the whole network what we do for people, or that it changed."""
    await commands.describe_offer(session, offer, request)
    return await queries.own_offer(session, offer)


@router.put("/offers/{offer}/capacity")
async def state_places(offer: Code, request: StatePlaces, session: Transaction, _: Anybody) -> OfferView:
    """Tell the whole network how many places of an offer of ours are free today."""
    await commands.state_places(session, offer, request)
    return await queries.own_offer(session, offer)


@router.get("/offers")
async def offers(session: Reading, _: Anybody) -> list[OfferView]:
    """What we offer."""
    return await queries.own_offers(session)


@router.get("/network")
async def network(session: Reading, _: Anybody) -> list[NetworkMemberView]:
    """Who does what in the network, with free places and how old that is."""
    return await queries.network(session)
