"""Certificates that were seen, and target groups: each kind by itself, nothing deduced."""

from typing import Any
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import outbox
from trama_chassis.accounts import Caller
from trama_chassis.errors import NotAllowed
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Event
from trama_contracts.registry import (
    CertificateEnded,
    CertificateRecorded,
    HealthTargetGroupsSet,
    JudicialTargetGroupsSet,
    TargetGroupsSet,
)

from trama_registry import queries
from trama_registry.commands.identifier import person_to_change
from trama_registry.commands.person import must_be_in
from trama_registry.errors import UnknownGroup
from trama_registry.models import GROUPS, Certificate, JudicialTargetGroup, TargetGroup
from trama_registry.schemas import EndCertificate, RecordCertificate, SetTargetGroups


async def record_certificate(
    session: AsyncSession, record: str, request: RecordCertificate, by: Caller
) -> Certificate:
    """Note a certificate and tell who follows the person.

    Raises PersonNotHere, ChangedMeanwhile, IssuerMissing, DayInFuture, DayTooEarly, AlreadyCertified.
    """
    person = await person_to_change(session, record, request.version)
    recorded = CertificateRecorded(certificate=str(uuid4()), **request.model_dump(exclude={"version"}))
    held = await queries.certificates_of(session, record)
    taken = Certificate.take(record, recorded, held=held, today=caseload.today(session))
    person.changed(by.name)
    session.add(taken)
    outbox.add(session, recorded, record=record, scope=record)
    return taken


async def end_certificate(
    session: AsyncSession, record: str, certificate: str, request: EndCertificate, by: Caller
) -> Certificate:
    """Note that a certificate holds no longer.

    Raises PersonNotHere, ChangedMeanwhile, CertificateNotHere, AlreadyEnded, DayInFuture, DayTooEarly.
    """
    person = await person_to_change(session, record, request.version)
    found = await queries.find_certificate(session, record, certificate)
    today = caseload.today(session)
    on = request.ended_on or today
    found.end(request.reason, on=on, today=today)
    ended = CertificateEnded(certificate=certificate, kind=found.kind, ended_on=on, reason=request.reason)
    person.changed(by.name)
    outbox.add(session, ended, record=record, scope=record)
    return found


async def set_target_groups(
    session: AsyncSession, record: str, request: SetTargetGroups, by: Caller
) -> list[str]:
    """Set the target groups of one circle, which alone is told of them.

    Raises PersonNotHere, ChangedMeanwhile, NotInCircle, NotAllowed (judicial ones), UnknownGroup.
    """
    person = await person_to_change(session, record, request.version)
    must_be_in(runtime_of(session), request.circle)
    if request.circle == "justice" and not queries.may_see_judicial(by):
        raise NotAllowed
    groups = sorted(set(request.groups))
    unknown = set(groups) - set(GROUPS[request.circle])
    if unknown:
        raise UnknownGroup("Categorie non previste: %(groups)s.", groups=", ".join(sorted(unknown)))
    person.changed(by.name)
    await _keep(session, record, request.circle, groups)
    outbox.add(session, _told(request.circle, groups), record=record, scope=record)
    return groups


def _told(circle: str, groups: list[str]) -> Event:
    """The event of a circle; its class takes no group of another's."""
    chosen: Any = tuple(groups)
    if circle == "justice":
        return JudicialTargetGroupsSet(groups=chosen)
    return HealthTargetGroupsSet(groups=chosen) if circle == "clinical" else TargetGroupsSet(groups=chosen)


async def _keep(session: AsyncSession, record: str, circle: str, groups: list[str]) -> None:
    if circle == "justice":
        await session.execute(delete(JudicialTargetGroup).where(col(JudicialTargetGroup.record) == record))
        session.add_all(JudicialTargetGroup(record=record, group=group) for group in groups)
        return
    own = (col(TargetGroup.record) == record) & (col(TargetGroup.circle) == circle)
    await session.execute(delete(TargetGroup).where(own))
    session.add_all(TargetGroup(record=record, group=group, circle=circle) for group in groups)
