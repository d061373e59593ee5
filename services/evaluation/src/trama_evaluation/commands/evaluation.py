"""Ask for an evaluation, call its session, complete it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.entitlement import Authorisation
from trama_chassis.tables import AuthorisationHeld
from trama_contracts.evaluation import (
    EvaluationCompleted,
    EvaluationRequested,
    InvitationSent,
    SessionConvened,
)

from trama_evaluation import queries
from trama_evaluation.errors import (
    AuthorisationMissing,
    NotAContributor,
    PersonNotInCharge,
    SessionInvalid,
    UnknownTeam,
)
from trama_evaluation.models import Asked, Choice, Evaluation, TeamRule, instrument
from trama_evaluation.schemas import (
    CompleteEvaluation,
    ConveneSession,
    RequestEvaluation,
    SeatBody,
    payload_of,
)

Seats = list[dict[str, str]]


async def request_evaluation(session: AsyncSession, request: RequestEvaluation) -> Evaluation:
    """Ask for an evaluation of a person in charge here.

    Raises PersonNotInCharge, UnknownTeam, NotAContributor, and what `Evaluation.request` raises.
    """
    today = caseload.today(session)
    await _person_in_charge(session, request.record)
    if await queries.find_rule(session, request.team, today) is None:
        raise UnknownTeam
    await _must_contribute(session, request.record, request.contributors)
    evaluation = Evaluation.request(Asked(**request.model_dump()), today)
    session.add(evaluation)
    requested = EvaluationRequested(
        evaluation=evaluation.evaluation,
        team=evaluation.team,
        question=evaluation.question,
        requested_on=today,
        contributions_by=evaluation.contributions_by,
        contributors=request.contributors,
    )
    outbox.add(session, requested, record=evaluation.record, scope=evaluation.evaluation)
    return evaluation


async def _person_in_charge(session: AsyncSession, record: str) -> caseload.PersonCopy:
    person = await caseload.find_person(session, record)
    if person is None or not await caseload.is_in_charge(session, record):
        raise PersonNotInCharge
    return person


async def _must_contribute(session: AsyncSession, record: str, members: Iterable[str]) -> None:
    """Refuse contributors that would never hear of it."""
    able = {entry.member for entry in await queries.possible_contributors(session, record)}
    unable = set(members) - able
    if not unable:
        return
    follow = await queries.followers(session, record)
    strangers = unable - follow
    if strangers:
        raise NotAContributor(
            "%(names)s: non segue la persona con noi, non può contribuire.",
            names=queries.names(session, strangers),
        )
    raise NotAContributor("%(names)s: non usa il servizio Valutazioni.", names=queries.names(session, unable))


async def convene_session(session: AsyncSession, evaluation_id: str, request: ConveneSession) -> Evaluation:
    """Call the session of the team, or call it again; who does not follow the person is invited.

    Raises EvaluationNotHere, SessionInvalid, AuthorisationMissing, and what `Evaluation.convene` raises.
    """
    evaluation = await queries.find_evaluation(session, evaluation_id, lock=True)
    evaluation.must_be_open()
    rule = await _rule(session, evaluation, request.held_on)
    rule.judge(_seated(session, request.seats))
    invited = _to_invite(request.seats, await queries.followers(session, evaluation.record))
    await _must_receive(session, evaluation, request, invited)
    seats = [payload_of(seat) for seat in request.seats]
    evaluation.convene(request.held_on, request.place, seats, invited)
    _publish_session(session, evaluation)
    for member, role in invited.items():
        await _invite(session, evaluation, request, member, role)
    return evaluation


async def _rule(session: AsyncSession, evaluation: Evaluation, held_on: date) -> TeamRule:
    rule = await queries.find_rule(session, evaluation.team, held_on)
    if rule is None:
        raise SessionInvalid(
            "Incontro non valido: il %(day)s non esiste questo tipo di équipe.", field="held_on", day=held_on
        )
    return rule


def _seated(session: AsyncSession, seats: list[SeatBody]) -> list[tuple[str, str]]:
    """The members that sit, with the sector the directory names for each."""
    known = caseload.directory(session)
    strangers = {seat.member for seat in seats} - known.keys()
    if strangers:
        raise SessionInvalid(
            "Incontro non valido: %(names)s non fa parte della rete.",
            names=queries.names(session, strangers),
        )
    return [(seat.member, known[seat.member].sector) for seat in seats]


def _to_invite(seats: list[SeatBody], followers: set[str]) -> dict[str, str]:
    """Who sits without following the person, and as what."""
    return {seat.member: seat.role for seat in reversed(seats) if seat.member not in followers}


async def _must_receive(
    session: AsyncSession, evaluation: Evaluation, request: ConveneSession, invited: dict[str, str]
) -> None:
    """Refuse invitations that would not arrive, or that nothing allows."""
    if not invited:
        return
    known, own = caseload.directory(session), caseload.own_entry(session)
    for member in sorted(invited):
        entry = known[member]
        reads = member in own.read_by and queries.SERVICE in entry.services and "referral" in entry.circles
        if not reads:
            raise SessionInvalid(
                "Incontro non valido: %(name)s non può ricevere i nostri inviti.", name=entry.name
            )
    if request.authorisation is None:
        raise AuthorisationMissing(
            "%(names)s: non segue la persona. "
            "Per invitarlo serve un'autorizzazione a condividere che lo nomini.",
            names=queries.names(session, invited),
        )
    terms = await _terms(session, evaluation.record, request.authorisation)
    today = caseload.today(session)
    named = terms is not None and set(invited) <= terms.recipients and own.controller in terms.controllers
    if terms is None or not named or not terms.in_force(today):
        raise AuthorisationMissing(
            "L'autorizzazione indicata non vale oggi per invitare %(names)s.",
            names=queries.names(session, invited),
        )


async def _terms(session: AsyncSession, record: str, authorisation: str) -> Authorisation | None:
    """An authorisation of this person, if it is known here."""
    held = await session.get(AuthorisationHeld, authorisation)
    if held is None or (held.member, held.record) not in await access.component(session, record):
        return None
    return Authorisation.from_terms(authorisation, held.terms)


def _publish_session(session: AsyncSession, evaluation: Evaluation) -> None:
    told: dict[str, Any] = evaluation.model_dump(
        include={"session", "evaluation", "held_on", "place", "seats"}
    )
    outbox.add(session, SessionConvened(**told), record=evaluation.record, scope=evaluation.evaluation)


async def _invite(
    session: AsyncSession, evaluation: Evaluation, request: ConveneSession, member: str, role: str
) -> None:
    person = await _person_in_charge(session, evaluation.record)
    invitation = evaluation.invitations[member]
    told: dict[str, Any] = {
        "invitation": invitation,
        "session": evaluation.session,
        "team": evaluation.team,
        "to": member,
        "role": role,
        "held_on": request.held_on,
        "place": request.place,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "authorisation": request.authorisation,
    }
    outbox.add(
        session,
        InvitationSent(**told),
        record=evaluation.record,
        scope=invitation,
        to={f"{member}.{queries.SERVICE}"},
    )


async def complete_evaluation(
    session: AsyncSession, evaluation_id: str, request: CompleteEvaluation
) -> Evaluation:
    """Record what the team found and the path it chose, in the composition that was really there.

    Raises EvaluationNotHere, PersonNotInCharge, SessionInvalid, and what `Evaluation.complete` raises.
    """
    evaluation = await queries.find_evaluation(session, evaluation_id, lock=True)
    today = caseload.today(session)
    completed_on = request.completed_on or today
    held_on = evaluation.must_be_completable(completed_on, today)
    await _person_in_charge(session, evaluation.record)
    there = request.seats or [SeatBody(**seat) for seat in evaluation.seats]
    (await _rule(session, evaluation, held_on)).judge(_seated(session, there))
    parts = await queries.contributed(session, evaluation)
    choice = Choice(completed_on, request.path_type, request.override_reason)
    evaluation.complete(choice, parts.finding(), [payload_of(seat) for seat in there], parts.arrived)
    _publish_completion(session, evaluation)
    return evaluation


def _publish_completion(session: AsyncSession, evaluation: Evaluation) -> None:
    told = evaluation.model_dump(
        include={
            *("evaluation", "session", "team", "completed_on", "seats", "profile", "supports"),
            *("proposals", "path_type", "override_reason", "missing"),
        }
    )
    completed = EvaluationCompleted(**told, instrument=instrument.INSTRUMENT)
    outbox.add(session, completed, record=evaluation.record, scope=evaluation.evaluation)
