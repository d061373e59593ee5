"""Who has looked at a person's data in all services of a member, as the person may be told it: no names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlmodel import col
from trama_contracts.inner import parse_instant

from trama_chassis.audit_entry import AuditEntry, AuditRecord
from trama_chassis.clock import local_day

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

REASONED = frozenset({"exception", "urgent"})
"""Looks of which the person is told the written reason as well."""


class Looked(NamedTuple):
    """Looks of one day, service, role and kind; how often is counted beside."""

    day: date
    service: str
    role: str
    kind: str
    reason: str


async def looks_at(runtime: Runtime, records: Iterable[str], since: date) -> Counter[Looked]:
    """Every look at these records in the services of this member that run beside this one; not refusals."""
    among = sorted(records)
    found: Counter[Looked] = Counter()
    for sister in runtime.sisters or (runtime,):
        of = select(col(AuditRecord.entry)).where(col(AuditRecord.record).in_(among))
        wanted = select(AuditEntry).where(col(AuditEntry.number).in_(of), col(AuditEntry.kind) != "refused")
        async with sister.database.read() as session:
            for entry in await session.scalars(wanted):
                day = local_day(parse_instant(entry.business_at))
                reason = (entry.reason or "") if entry.kind in REASONED else ""
                if day >= since:
                    service = sister.settings.service
                    found[Looked(day, service, entry.role or "", entry.kind, reason[:200])] += 1
    return found


def services_beside(runtime: Runtime) -> list[str]:
    """The services of this member whose looks can be told here."""
    return sorted(sister.settings.service for sister in runtime.sisters or (runtime,))
