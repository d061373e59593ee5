"""Persons of this registry, their taking in charge and authorisations."""

import re
from collections.abc import Sequence
from datetime import date

import trama_caseload as caseload
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, audit, guessing
from trama_contracts.payload_fields import TAX_CODE_PATTERN

from trama_registry.errors import PersonNotHere
from trama_registry.models import (
    Authorisation,
    Identity,
    NextStep,
    Person,
    PersonIdentifier,
    PersonTrait,
    Referral,
    ReferralCopy,
    ReferralProtocol,
    TakingInCharge,
    sort_name_of,
    traits_of,
)
from trama_registry.queries.joined import Line, one_line_each, record_here
from trama_registry.queries.told import relation
from trama_registry.schemas import (
    AuthorisationView,
    BasisAsked,
    CaseManagerView,
    PersonList,
    PersonListed,
    PersonView,
    TakingInChargeView,
)

PAGE = 50
NUMBER = re.compile(rf"{TAX_CODE_PATTERN}|(?=(?:[A-Z]*[0-9]){{5}})[A-Z0-9]{{9,16}}")
"""What looks like a person's number, of whatever kind: who seeks many that are nobody's is guessing."""


async def find_person(session: AsyncSession, record: str, *, lock: bool = False) -> Person:
    """The person of a record of ours; locked, nobody else changes it meanwhile. Raises PersonNotHere."""
    person = await session.get(Person, record, with_for_update=lock or None)
    if person is None:
        raise PersonNotHere
    return person


async def find_by_tax_code(session: AsyncSession, tax_code: str | None) -> Person | None:
    """The person who has this tax code; nobody has none."""
    if tax_code is None:
        return None
    return await session.scalar(select(Person).where(col(Person.tax_code) == tax_code))


async def open_taking_in_charge_of(
    session: AsyncSession, record: str, *, lock: bool = False
) -> TakingInCharge | None:
    """The open episode of a record; locked, it cannot be closed by another before this transaction ends."""
    wanted = select(TakingInCharge).where(
        col(TakingInCharge.record) == record, col(TakingInCharge.closed_on).is_(None)
    )
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def last_taking_in_charge(
    session: AsyncSession, record: str, *, lock: bool = False
) -> TakingInCharge | None:
    """The open episode, or the one closed last."""
    closed_on = col(TakingInCharge.closed_on)
    wanted = (
        select(TakingInCharge)
        .where(col(TakingInCharge.record) == record)
        .order_by(closed_on.is_(None).desc(), closed_on.desc(), col(TakingInCharge.opened_on).desc())
        .limit(1)
    )
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def find_authorisation(session: AsyncSession, authorisation: str, record: str) -> Authorisation | None:
    """An authorisation that this person gave here."""
    found = await session.get(Authorisation, authorisation)
    return found if found is not None and found.record == record else None


async def authorisations_of(session: AsyncSession, record: str) -> list[AuthorisationView]:
    """What this person authorised here, newest first. Raises PersonNotHere."""
    await find_person(session, record)
    today = caseload.today(session)
    found = await session.scalars(
        select(Authorisation)
        .where(col(Authorisation.record) == record)
        .order_by(col(Authorisation.starts_on).desc(), col(Authorisation.authorisation))
    )
    return [authorisation_view(given, today) for given in found]


def authorisation_view(given: Authorisation, today: date) -> AuthorisationView:
    """An authorisation as it is shown."""
    values = given.model_dump(exclude={"basis"})
    return AuthorisationView(**values, basis=BasisAsked(**given.basis), in_force=given.in_force(today))


async def person_view(session: AsyncSession, record: str) -> PersonView:
    """A person and the open taking in charge. Raises PersonNotHere."""
    person = await find_person(session, record)
    episode = await open_taking_in_charge_of(session, record)
    return PersonView(
        **person.model_dump(exclude={"sort_name", "changed_by"}),
        taking_in_charge=view_of_taking_in_charge(episode) if episode else None,
    )


def view_of_taking_in_charge(episode: TakingInCharge) -> TakingInChargeView:
    """An episode as it is shown."""
    names = set(TakingInChargeView.model_fields) - {"case_manager", "state"}
    return TakingInChargeView(
        **episode.model_dump(include=names), state=episode.state, case_manager=_case_manager(episode)
    )


def _case_manager(episode: TakingInCharge) -> CaseManagerView | None:
    operator, name, since = episode.case_manager, episode.case_manager_name, episode.case_manager_since
    if operator is None or name is None or since is None:
        return None
    return CaseManagerView(operator=operator, name=name, phone=episode.case_manager_phone, since=since)


async def persons_by_name(session: AsyncSession, sought: str = "", after: str | None = None) -> PersonList:
    """A page of persons whose name begins as sought, in the order of names.

    If there is none, who has the words sought in any order, that number, or a referral of that number.
    """
    wanted = (
        select(Person, TakingInCharge)
        .outerjoin(
            TakingInCharge,
            (col(TakingInCharge.record) == col(Person.record)) & col(TakingInCharge.closed_on).is_(None),
        )
        .order_by(col(Person.sort_name), col(Person.record))
        .limit(PAGE + 1)
    )
    begins = col(Person.sort_name).startswith(sort_name_of(sought), autoescape=True)
    last = await session.get(Person, after) if after else None
    if last is not None:
        wanted = wanted.where(
            tuple_(col(Person.sort_name), col(Person.record)) > tuple_(last.sort_name, last.record)
        )
    by_name = wanted.where(begins) if sort_name_of(sought) else wanted
    rows: list[Line] = [(person, episode) for person, episode in await session.execute(by_name)]
    found: list[str] | None = None
    if not rows and sought and after is None:
        found = await _otherwise_found(session, sought)
        among = wanted.where(col(Person.record).in_(found))
        rows = [(person, episode) for person, episode in await session.execute(among)] if found else []
    shown = rows[:PAGE]
    if sought:
        audit.searched(session, [sought], len(shown))
    lines = await one_line_each(session, shown, found=found, begins=sort_name_of(sought))
    steps = await _steps_awaited(session, [person.record for person, _, _ in lines])
    listed = [_listed(person, episode, also, steps.get(person.record)) for person, episode, also in lines]
    return PersonList(persons=listed, after=shown[-1][0].record if len(rows) > PAGE else None)


async def _steps_awaited(session: AsyncSession, records: Sequence[str]) -> dict[str, NextStep]:
    found = await session.scalars(
        select(NextStep).where(col(NextStep.record).in_(records), col(NextStep.done_on).is_(None))
    )
    return {step.record: step for step in found}


async def _otherwise_found(session: AsyncSession, sought: str) -> list[str]:
    """Records by a number of the person, by a referral's id or protocol number, or by words in any order."""
    typed = sought.strip()
    number = "".join(letter for letter in typed.upper() if letter.isalnum())
    is_number = NUMBER.fullmatch(number) is not None
    if is_number:
        guessing.refuse(session)
    numbers = select(col(PersonIdentifier.record)).where(col(PersonIdentifier.value) == number)
    found = set(await session.scalars(numbers))
    names = sorted(one for one in traits_of(Identity(family_name=typed)) if one.startswith("n:"))
    if not found and names:
        alike = select(col(PersonTrait.record)).where(col(PersonTrait.trait).in_(names)).limit(10 * PAGE)
        found = set(await session.scalars(alike))
    found = found or await _by_referral(session, typed)
    if is_number and not found:
        guessing.missed(session, number)
    return sorted(found)


async def _by_referral(session: AsyncSession, number: str) -> set[str]:
    protocol = select(col(ReferralProtocol.referral)).where(col(ReferralProtocol.number) == number)
    ids = [number, *(await session.scalars(protocol))]
    found = set(await session.scalars(select(col(Referral.record)).where(col(Referral.referral).in_(ids))))
    received = select(col(ReferralCopy.sender), col(ReferralCopy.record)).where(
        col(ReferralCopy.referral).in_(ids)
    )
    for sender, record in await session.execute(received):
        found |= await access.own_records(session, (sender, record))
    return found


async def names_of_persons(session: AsyncSession, records: Sequence[str]) -> dict[str, str]:
    """What the people of these records of ours are called."""
    found = await session.scalars(select(Person).where(col(Person.record).in_(records)))
    return {person.record: person.name for person in found}


def _listed(
    person: Person, episode: TakingInCharge | None, also: Sequence[Person], step: NextStep | None
) -> PersonListed:
    name = " ".join(part for part in (person.family_name, person.given_name) if part)
    label, chip = relation.STATES[episode.state] if episode else ("Non in carico", "neutral")
    return PersonListed(
        record=person.record,
        name=name,
        birth_date=person.birth_date,
        town=person.town,
        in_charge_since=episode.opened_on if episode else None,
        state=label,
        state_kind=chip,
        also=[record_here(one) for one in also],
        next_step=step.what if step and episode else None,
        next_step_on=step.due_on if step and episode else None,
    )
