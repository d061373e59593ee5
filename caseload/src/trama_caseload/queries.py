"""What every service asks of its member: its name, the day, whom it has in charge and their names."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.language import Words, say
from trama_chassis.outbox import runtime_of
from trama_contracts.directory_entries import Entry

from trama_caseload.copies import EpisodeCopy, PersonCopy

_WORDS = Words([Path(__file__).with_name("locale")])
"""This package has no page: from here on the pages and answers of all know its words."""


class Named(Protocol):
    """Whatever is kept of somebody's name."""

    given_name: str | None
    family_name: str


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
    """A member as people call it, or who has succeeded it."""
    entry = runtime_of(session).directory.current.entry(member)
    return entry.name if entry is not None else member


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
    return name_of(person) if person is not None else unknown_person()


def unknown_person() -> str:
    """What somebody is called whose record is here and whose name is not yet."""
    return say("Persona non ancora ricevuta dal registro")


async def person_names(session: AsyncSession, records: Iterable[str]) -> dict[str, str]:
    """The persons of own records, as they are called; those not yet received are missing."""
    persons = await session.scalars(select(PersonCopy).where(col(PersonCopy.record).in_(records)))
    return {person.record: name_of(person) for person in persons}


def name_of(person: Named) -> str:
    """Given name, if there is one, and family name."""
    return " ".join(part for part in (person.given_name, person.family_name) if part)
