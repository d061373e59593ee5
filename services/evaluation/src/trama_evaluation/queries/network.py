"""What the directory and our own registry's copies say: who we are, who follows, what day it is."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_chassis.outbox import runtime_of
from trama_contracts.directory_entries import Entry

from trama_evaluation.models import EpisodeCopy, InvitationCopy, PersonCopy

UNKNOWN_PERSON = "Persona non ancora ricevuta dal registro"
SERVICE = "evaluation"


def today(session: AsyncSession) -> date:
    """The day it is, in business time."""
    return runtime_of(session).clock.today()


def own_member(session: AsyncSession) -> str:
    """This member's name in the network."""
    return runtime_of(session).settings.member


def directory(session: AsyncSession) -> Mapping[str, Entry]:
    """The members, as the directory in force knows them."""
    return runtime_of(session).directory.current.members


def own_entry(session: AsyncSession) -> Entry:
    """This member, as the directory in force knows it."""
    return directory(session)[own_member(session)]


def member_name(session: AsyncSession, member: str) -> str:
    """A member as people call it."""
    entry = directory(session).get(member)
    return entry.name if entry is not None else member


def names(session: AsyncSession, members: Iterable[str]) -> str:
    """Members as a sentence lists them."""
    return ", ".join(f"«{member_name(session, member)}»" for member in sorted(members))


async def followers(session: AsyncSession, record: str) -> set[str]:
    """The members that follow the person of an own record, ourselves included."""
    return {member for member, _ in await access.component(session, record)}


async def possible_contributors(session: AsyncSession, record: str) -> list[Entry]:
    """The members that can be asked to contribute: they follow the person and have an evaluation service."""
    known = directory(session)
    return [
        known[member]
        for member in sorted(await followers(session, record))
        if member in known and SERVICE in known[member].services
    ]


async def is_in_charge(session: AsyncSession, record: str) -> bool:
    """Whether this member has the person in charge and works with them, as its registry last told."""
    found = await session.scalar(
        select(col(EpisodeCopy.episode))
        .where(
            col(EpisodeCopy.record) == record,
            col(EpisodeCopy.opened_on).is_not(None),
            col(EpisodeCopy.suspended_on).is_(None),
            col(EpisodeCopy.closed_on).is_(None),
        )
        .limit(1)
    )
    return found is not None


async def find_person(session: AsyncSession, record: str) -> PersonCopy | None:
    """Who the person of a record of this member is."""
    return await session.get(PersonCopy, record)


async def person_name(session: AsyncSession, record: str | None) -> str:
    """The person of an own record, as they are called."""
    person = await find_person(session, record) if record is not None else None
    return name_of(person) if person is not None else UNKNOWN_PERSON


async def person_names(session: AsyncSession, records: Iterable[str]) -> dict[str, str]:
    """The persons of own records, as they are called; those not yet received are missing."""
    persons = await session.scalars(select(PersonCopy).where(col(PersonCopy.record).in_(records)))
    return {person.record: name_of(person) for person in persons}


def name_of(person: PersonCopy | InvitationCopy) -> str:
    """Given name, if there is one, and family name."""
    return " ".join(part for part in (person.given_name, person.family_name) if part)
