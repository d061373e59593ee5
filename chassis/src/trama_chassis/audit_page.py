"""The page on which a supervisor sees who looked at what; that they looked at it is written down as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy import Select, select
from sqlmodel import col
from trama_contracts.event import Uuid
from trama_contracts.inner import instant, parse_instant

from trama_chassis import audit, web
from trama_chassis.accounts import Caller, require
from trama_chassis.audit_entry import AuditEntry, AuditRecord
from trama_chassis.clock import ZONE
from trama_chassis.database import Router

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

SUPERVISOR = "supervisor"
SHOWN = 50
WORDS = {
    "read": "Lettura",
    "search": "Ricerca",
    "change": "Modifica",
    "refused": "Rifiutato",
    "exception": "Eccezione motivata",
    "urgent": "Accesso urgente motivato",
    "export": "Esportazione",
}
Kind = Literal["", "read", "search", "change", "refused", "exception", "urgent", "export"]
routes = Router()


@dataclass(frozen=True, slots=True)
class Sought:
    """What of the record of accesses is to be shown."""

    operator: str = ""
    kind: str = ""
    record: str = ""
    since: date | None = None
    before: str = ""

    def among(self) -> Select[AuditEntry]:
        """One service's entries, newest first."""
        wanted = select(AuditEntry).order_by(col(AuditEntry.at).desc(), col(AuditEntry.number).desc())
        if self.operator:
            wanted = wanted.where(col(AuditEntry.operator) == self.operator)
        if self.kind:
            wanted = wanted.where(col(AuditEntry.kind) == self.kind)
        if self.record:
            of = select(col(AuditRecord.entry)).where(col(AuditRecord.record) == self.record)
            wanted = wanted.where(col(AuditEntry.number).in_(of))
        if self.since:
            begins = datetime.combine(self.since, time(), ZONE)
            wanted = wanted.where(col(AuditEntry.at) >= instant(begins))
        if self.before:
            wanted = wanted.where(col(AuditEntry.at) < self.before)
        return wanted.limit(SHOWN + 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is shown."""

    entry: AuditEntry
    at: datetime
    who: str
    replaced: str
    """The colleague for whom it was done."""
    service: str
    people: Sequence[tuple[str, str]]
    """Record and name of those who are known here by name."""
    others: int
    """How many more were shown, of whom we have no name."""


@routes.get("/registro-accessi")
async def accesses_page(
    request: Request,
    _: Annotated[Caller, Depends(require(SUPERVISOR))],
    *,
    operatore: Annotated[str, Query(max_length=64)] = "",
    tipo: Kind = "",
    persona: Annotated[Uuid | Literal[""], Query()] = "",
    dal: date | Literal[""] = "",
    prima: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Who looked at what, newest first, in all services of this member."""
    sought = Sought(operatore, tipo, persona, dal or None, prima)
    found = await _found(request.app.state.runtimes, sought)
    lines = await _lines(request, found[:SHOWN])
    operators = request.app.state.accounts.operators()
    values = {
        "lines": lines,
        "sought": sought,
        "more": lines[-1].entry.at if len(found) > SHOWN else "",
        "people": {one.id: one.name for one in sorted(operators, key=lambda one: one.name)},
        "kinds": WORDS,
        "roles": request.app.state.shell.roles,
    }
    return web.page(request, "registro_accessi.html", values)


async def _found(runtimes: Sequence[Runtime], sought: Sought) -> list[tuple[AuditEntry, Runtime]]:
    found: list[tuple[AuditEntry, Runtime]] = []
    for runtime in runtimes:
        async with runtime.database.read() as session:
            found += [(entry, runtime) for entry in await session.scalars(sought.among())]
    return sorted(found, key=lambda one: one[0].at, reverse=True)[: SHOWN + 1]


async def _lines(request: Request, found: Sequence[tuple[AuditEntry, Runtime]]) -> list[Line]:
    operators = {one.id: one.name for one in request.app.state.accounts.operators()}
    records = sorted({record for entry, _ in found for record in entry.records})
    names: dict[str, str] = {}
    for runtime in request.app.state.runtimes:
        if runtime.service.names is not None and records:
            async with runtime.database.read() as session:
                names |= await runtime.service.names(session, records)
    look: audit.Look = request.state.look
    look.records.update(names)
    look.kind = "read"
    return [
        Line(
            entry=entry,
            at=parse_instant(entry.at).astimezone(ZONE),
            who=operators.get(entry.operator or "", entry.operator or ""),
            replaced=operators.get(entry.on_behalf_of or "", entry.on_behalf_of or ""),
            service=runtime.service.title or runtime.service.name,
            people=[(record, names[record]) for record in entry.records if record in names],
            others=sum(record not in names for record in entry.records),
        )
        for entry, runtime in found
    ]
