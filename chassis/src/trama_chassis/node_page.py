"""The page of who keeps a member running: its operators, its links with the others, what is held up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlmodel import col

from trama_chassis import completeness, dead_letters, web
from trama_chassis.accounts import Caller, require
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.clock import ZONE
from trama_chassis.errors import Refused
from trama_chassis.tables import SourceHeard

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from trama_chassis.runtime import Runtime

SUPERVISOR = "supervisor"
routes = APIRouter()


@dataclass(slots=True)
class Link:
    """Another member, as all services of ours together hear it; machine time."""

    member: str
    name: str
    heard_at: datetime | None = None
    streams: int = 0
    behind: int = 0
    held_up: int = 0

    def hear(self, at: datetime) -> None:
        """One of its services was heard."""
        self.heard_at = max(self.heard_at or at, at)

    def add(self, source: completeness.Source) -> None:
        """Count what one of its services shares with us."""
        self.streams += source.streams
        self.behind += source.behind
        self.held_up += source.stopped


@dataclass(frozen=True, slots=True)
class Letter:
    """One event that could not be applied: what a person may know of it."""

    service: str
    number: int
    sender: str
    code: str
    at: datetime


def _rules(above: type[Refused] = Refused) -> dict[str, str]:
    """Rules to which an exception may be allowed, by their code."""
    found = {above.code: above.rule} if above.rule else {}
    for one in above.__subclasses__():
        found |= _rules(one)
    return found


async def _exceptions(session: AsyncSession) -> Counter[str]:
    """How often something was done against each rule."""
    counted = select(col(AuditEntry.code), func.count()).where(col(AuditEntry.kind) == "exception")
    found: Counter[str] = Counter()
    for codes, times in await session.execute(counted.group_by(col(AuditEntry.code))):
        found.update(dict.fromkeys((codes or "").split(), times))
    return found


@routes.get("/nodo")
async def node_page(request: Request, by: Annotated[Caller, Depends(require(SUPERVISOR))]) -> Response:
    """Operators and roles, links with each member, communications that are held up."""
    runtimes: Sequence[Runtime] = request.app.state.runtimes
    links = _members(runtimes, by.member)
    letters: list[Letter] = []
    waiting: Counter[str] = Counter()
    exceptions: Counter[str] = Counter()
    for runtime in runtimes:
        async with runtime.database.read() as session:
            for source in await completeness.sources(session):
                if (link := links.get(_member(source.principal))) is not None:
                    link.add(source)
            for heard in await session.scalars(select(SourceHeard)):
                if (link := links.get(_member(heard.source))) is not None:
                    link.hear(heard.heard_at)
            waiting.update(await completeness.figures(session))
            exceptions.update(await _exceptions(session))
            letters += await _letters(session, runtime, links)
    values = {
        "operators": sorted(request.app.state.accounts.operators(), key=lambda one: one.name),
        "links": sorted(links.values(), key=lambda link: link.name),
        "letters": sorted(letters, key=lambda letter: letter.at),
        "waiting": waiting,
        "exceptions": [(_rules().get(code, code), times) for code, times in exceptions.most_common()],
        "names": {one.id: one.name for one in request.app.state.accounts.operators()},
        "zone": ZONE,
        "words": request.app.state.shell.roles,
    }
    return web.page(request, "nodo.html", values)


def _member(principal: str) -> str:
    return principal.partition(".")[0]


def _members(runtimes: Sequence[Runtime], own: str) -> dict[str, Link]:
    known = {
        name: entry.name
        for runtime in runtimes
        for name, entry in runtime.directory.current.members.items()
        if name != own
    }
    return {member: Link(member, name) for member, name in known.items()}


async def _letters(session: AsyncSession, runtime: Runtime, links: dict[str, Link]) -> list[Letter]:
    found = await dead_letters.waiting_for_an_operator(session)
    senders = [_member(dead_letters.source(letter)) for letter in found]
    return [
        Letter(
            runtime.service.title or runtime.service.name,
            letter.number or 0,
            links[sender].name if sender in links else sender,
            letter.code,
            letter.at,
        )
        for letter, sender in zip(found, senders, strict=True)
    ]
