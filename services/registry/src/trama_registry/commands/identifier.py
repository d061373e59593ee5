"""Who the person is, put right: names, birth date, and the numbers they are known by."""

from datetime import date
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.accounts import Caller
from trama_chassis.errors import refuse_changed
from trama_chassis.outbox import runtime_of
from trama_contracts.registry import (
    IdentifierAssigned,
    IdentifierEnded,
    IdentifierEnding,
    PersonRegistered,
    ReportingIdAssigned,
    ReportingIdReplaced,
)

from trama_registry import queries
from trama_registry.commands.duplicate import keep_traits
from trama_registry.commands.joined import before_pseudonym_changes, count_as_one
from trama_registry.commands.person import reporting_key
from trama_registry.errors import IdentifierTaken
from trama_registry.models import (
    TAX_CODES,
    AccessRequest,
    Person,
    PersonIdentifier,
    reporting_id_of,
    tidy,
    verification_of,
)
from trama_registry.schemas import AssignIdentifier, AttestIdentifier, CorrectPerson, EndIdentifier


async def person_to_change(session: AsyncSession, record: str, version: int | None) -> Person:
    """The person, as the operator saw them. Raises PersonNotHere, ChangedMeanwhile."""
    person = await queries.find_person(session, record, lock=True)
    refuse_changed(version, person.version, who=person.changed_by or "")
    return person


async def correct_person(session: AsyncSession, record: str, request: CorrectPerson, by: Caller) -> Person:
    """Put right names, birth date, town, telephone. Raises PersonNotHere, ChangedMeanwhile, BornInFuture."""
    person = await person_to_change(session, record, request.version)
    values = request.model_dump(exclude={"version"})
    identity = PersonRegistered(**values, tax_code=person.tax_code)
    person.correct(identity, today=caseload.today(session))
    person.changed(by.name)
    await _tell_identity(session, person)
    return person


async def learn_how_spoken_to(session: AsyncSession, record: str, said: AccessRequest, by: Caller) -> None:
    """Note how a person of ours was spoken to at the door, where nobody had; what is noted stays."""
    if not (said.language or said.needs_interpreter):
        return
    person = await queries.find_person(session, record, lock=True)
    if person.language is not None or person.needs_interpreter:
        return
    person.language, person.needs_interpreter = said.language, said.needs_interpreter
    person.changed(by.name)
    await _tell_identity(session, person)


async def _tell_identity(session: AsyncSession, person: Person) -> None:
    """Publish who the person is now, as a correction of what was told before."""
    await session.flush()
    await keep_traits(session, person)
    names = set(PersonRegistered.model_fields)
    told = await queries.last_told(session, person.record, PersonRegistered)
    identity = PersonRegistered(**person.model_dump(include=names))
    outbox.add(session, identity, record=person.record, scope=person.record, corrects=told)


async def assign_identifier(
    session: AsyncSession, record: str, request: AssignIdentifier, by: Caller
) -> PersonIdentifier:
    """Put a number on a record, in place of another if there is one; a person is counted once all the same.

    Raises PersonNotHere, ChangedMeanwhile, IdentifierMalformed, IdentifierTaken, IdentifierNotHere,
    AlreadyEnded and what the days refuse.
    """
    person = await person_to_change(session, record, request.version)
    today = caseload.today(session)
    value = tidy(request.kind, request.value)
    await _must_be_free(session, person, value)
    replaced = await _replaced_by(session, person, request)
    assigned = IdentifierAssigned(
        identifier=str(uuid4()),
        kind=request.kind,
        value=value,
        verification="verified"
        if request.attested_by
        else verification_of(request.kind, value, person.identity),
        valid_from=request.valid_from or today,
        valid_to=request.valid_to,
        attested_by=request.attested_by,
        replaces=replaced.identifier if replaced else None,
    )
    identifier = PersonIdentifier.assign(record, assigned, today=today)
    if replaced is not None:
        _end(session, replaced, request.replaced_was, on=today, today=today)
    person.changed(by.name)
    session.add(identifier)
    outbox.add(session, assigned, record=record, scope=record)
    if identifier.kind in TAX_CODES:
        rightly = replaced is None or replaced.ending != "mistaken"
        await _count_under(session, person, value, because=identifier, was_theirs=rightly)
    return identifier


async def _must_be_free(session: AsyncSession, person: Person, value: str) -> None:
    holders = await queries.holders_of(session, value)
    if person.record in holders:
        raise IdentifierTaken("Questo codice è già tra quelli della persona.")
    if holders:
        other = await queries.find_person(session, min(holders))
        raise IdentifierTaken(
            "Il codice risulta già di %(name)s (/persone/%(record)s/dati): verificate di chi è "
            "prima di usarlo qui.",
            name=other.name,
            record=other.record,
        )


async def _replaced_by(
    session: AsyncSession, person: Person, request: AssignIdentifier
) -> PersonIdentifier | None:
    """The number that gives way: the one named, or the tax code in use if this is one."""
    if request.replaces is not None:
        return await queries.find_identifier(session, person.record, request.replaces)
    if request.kind not in TAX_CODES or person.tax_code is None:
        return None
    return await queries.identifier_in_use(session, person.record, person.tax_code)


async def attest_identifier(
    session: AsyncSession, record: str, identifier: str, request: AttestIdentifier, by: Caller
) -> PersonIdentifier:
    """Note who verified a number, or that it was renewed.

    Raises PersonNotHere, ChangedMeanwhile, IdentifierNotHere, AlreadyEnded and what the days refuse.
    """
    person = await person_to_change(session, record, request.version)
    found = await queries.find_identifier(session, record, identifier)
    attested_by = request.attested_by or found.attested_by
    assigned = IdentifierAssigned(
        identifier=identifier,
        kind=found.kind,
        value=found.value,
        verification="verified" if attested_by else verification_of(found.kind, found.value, person.identity),
        valid_from=request.valid_from or found.valid_from,
        valid_to=request.valid_to or found.valid_to,
        attested_by=attested_by,
        replaces=found.replaces,
    )
    found.attest(assigned, today=caseload.today(session))
    person.changed(by.name)
    outbox.add(session, assigned, record=record, scope=record)
    return found


async def end_identifier(
    session: AsyncSession, record: str, identifier: str, request: EndIdentifier, by: Caller
) -> PersonIdentifier:
    """Use a number no longer; without a tax code the person is counted under a pseudonym drawn for them.

    Raises PersonNotHere, ChangedMeanwhile, IdentifierNotHere, AlreadyEnded, DayInFuture, DayTooEarly.
    """
    person = await person_to_change(session, record, request.version)
    found = await queries.find_identifier(session, record, identifier)
    today = caseload.today(session)
    _end(session, found, request.reason, on=request.ended_on or today, today=today)
    person.changed(by.name)
    if found.value == person.tax_code:
        rightly = found.ending != "mistaken"
        await _count_under(session, person, None, because=found, was_theirs=rightly)
    return found


def _end(
    session: AsyncSession, found: PersonIdentifier, reason: IdentifierEnding, *, on: date, today: date
) -> None:
    found.end(reason, on=on, today=today)
    ended = IdentifierEnded(
        identifier=found.identifier, kind=found.kind, value=found.value, ended_on=on, reason=reason
    )
    outbox.add(session, ended, record=found.record, scope=found.record)


async def _count_under(
    session: AsyncSession,
    person: Person,
    tax_code: str | None,
    *,
    because: PersonIdentifier,
    was_theirs: bool,
) -> None:
    """Give the record the pseudonym of its code, tell sister services, and let reporting follow."""
    runtime = runtime_of(session)
    before = await access.reporting_id_of(session, person.record)
    await before_pseudonym_changes(session, person)
    person.tax_code = tax_code
    now = reporting_id_of(tax_code, reporting_key(runtime))
    await access.learn_reporting_id(session, person.record, now)
    outbox.add(session, ReportingIdAssigned(reporting_id=now), record=person.record, scope=person.record)
    if before is not None:
        replaced = ReportingIdReplaced(
            identifier=because.identifier,
            replaced=before,
            was_theirs=was_theirs,
            replaced_on=caseload.today(session),
        )
        outbox.add(session, replaced, record=person.record, scope=person.record)
    await _tell_identity(session, person)
    await count_as_one(session, person.record)
