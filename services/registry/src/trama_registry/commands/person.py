"""Registering persons, and the pseudonym under which they are counted."""

from functools import lru_cache

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.accounts import Caller
from trama_chassis.language import say
from trama_chassis.outbox import runtime_of
from trama_chassis.runtime import Runtime
from trama_chassis.settings import read_secret
from trama_contracts.names import Circle
from trama_contracts.registry import PersonRegistered, ReportingIdAssigned

from trama_registry.commands.duplicate import keep_apart, keep_traits, must_be_new
from trama_registry.commands.taking_in_charge import integration_of, open_episode
from trama_registry.errors import NotInCircle, ReportingKeyMissing
from trama_registry.models import Person, first_identifier, reporting_id_of
from trama_registry.schemas import RegisterPerson


async def register_person(session: AsyncSession, request: RegisterPerson, by: Caller) -> Person:
    """Make our record of a person and, if asked, take them in charge. A second record is refused.

    Raises AlreadyRegistered, SamePersonFound, BornInFuture, NotInCircle and what opening raises.
    """
    alike = await must_be_new(session, request)
    identity = PersonRegistered(**request.model_dump(exclude={"taking_in_charge", "another_person"}))
    person = await enter(session, identity)
    if alike and request.another_person is not None:
        await keep_apart(session, person.record, [one.record for one in alike], request.another_person, by)
    if request.taking_in_charge is not None:
        integration = await integration_of(session, request.taking_in_charge)
        open_episode(session, person.record, request.taking_in_charge, by, last=None, integration=integration)
    return person


async def enter(session: AsyncSession, identity: PersonRegistered) -> Person:
    """Add a person with the pseudonym under which they are counted, and publish both."""
    runtime = runtime_of(session)
    must_be_in(runtime, "care")
    person = Person.register(identity, today=caseload.today(session), at=runtime.clock.moment())
    session.add(person)
    await session.flush()  # whatever refers to the record is inserted after it
    if identity.tax_code is not None:
        session.add(first_identifier(person, identity.tax_code, today=caseload.today(session)))
    await keep_traits(session, person, new=True)
    reporting_id = reporting_id_of(identity.tax_code, reporting_key(runtime))
    await access.learn_reporting_id(session, person.record, reporting_id)
    outbox.add(session, identity, record=person.record, scope=person.record)
    outbox.add(
        session, ReportingIdAssigned(reporting_id=reporting_id), record=person.record, scope=person.record
    )
    return person


def must_be_in(runtime: Runtime, circle: Circle) -> None:
    """Refuse what this member may not write, before anybody relies on it. Raises NotInCircle."""
    if circle not in runtime.directory.current.circles(runtime.settings.member):
        raise NotInCircle(
            "Il nostro ente non fa parte della cerchia che serve per questa operazione "
            "(«%(circle)s»): chiedete al servizio che segue la persona.",
            circle=say(NotInCircle.NAMES[circle]),
        )


def reporting_key(runtime: Runtime) -> bytes | None:
    """The key, or None for a member that is not counted. Raises ReportingKeyMissing."""
    path, settings = runtime.settings.reporting_key_file, runtime.settings
    if path is not None:
        return _read_once(path)
    if "accountability" in runtime.directory.current.circles(settings.member):
        raise ReportingKeyMissing
    return None


_read_once = lru_cache(read_secret)
