"""What was ordered to be erased and is not over: who has not answered, and what the list outside lacks."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.clock import ZONE, machine_now
from trama_chassis.erasure_list import ErasedList, ListDamaged
from trama_chassis.erasure_tables import WAITING, ErasureOrder, ErasureReceived, ErasureRecipient
from trama_chassis.tables import Erased

from trama_deploy.findings import Finding
from trama_deploy.hosting import database_of
from trama_deploy.network import Network
from trama_deploy.state import State

LONG_UNANSWERED = timedelta(days=1)
"""An order is sent again after minutes, then each six hours: who is silent for a day needs a telephone."""
LONG_UNDONE = timedelta(hours=1)
"""Rewriting a database's files waits for who reads; nobody reads for an hour."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A service that was given what is to be erased, and has not said that it is."""

    recipient: str
    times_asked: int
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order of a service's own that somebody has still to answer, or whose files are not rewritten."""

    order: str
    ordered_at: datetime
    whole: bool
    streams: int
    recipients: int
    scrubbed: bool
    waiting: tuple[Unanswered, ...]


@dataclass(slots=True)
class Standing:
    """How one service stands with what is to be erased; `owed` are orders of others not answered yet."""

    principal: str
    open: list[OpenOrder] = field(default_factory=list)
    closed: int = 0
    owed: list[datetime] = field(default_factory=list)
    list_file: str = ""
    listed: int = 0
    unlisted: int = 0
    damaged: str = ""

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)

    @property
    def well(self) -> bool:
        """Whether nothing hangs and the list outside the database is whole."""
        return not (self.damaged or self.unlisted or self.late or self.undone or self.owes_for_long)

    @property
    def late(self) -> list[tuple[OpenOrder, Unanswered]]:
        """Who has not answered for a long time, and to what."""
        since = machine_now() - LONG_UNANSWERED
        return [(one, who) for one in self.open if one.ordered_at < since for who in one.waiting]

    @property
    def undone(self) -> list[OpenOrder]:
        """Orders after which the files of the database were not rewritten for a long time."""
        return [o for o in self.open if not o.scrubbed and machine_now() - o.ordered_at > LONG_UNDONE]

    @property
    def owes_for_long(self) -> int:
        """How many orders of others wait for an answer from here, and have for a long time."""
        return sum(machine_now() - since > LONG_UNDONE for since in self.owed)


async def standings(state: State, principals: Iterable[str]) -> AsyncIterator[Standing]:
    """How these services stand, those that have a database."""
    for principal in principals:
        try:
            async with database_of(state, principal) as database:
                if database is None:
                    continue
                async with database.read() as session:
                    found = await _standing(session, state, principal)
        except OperationalError:
            continue  # tables are made when the service starts for the first time
        yield found


async def _standing(session: AsyncSession, state: State, principal: str) -> Standing:
    listed = ErasedList(state.service(principal))
    found = Standing(principal, list_file=str(listed.path))
    unfinished = col(ErasureOrder.closed_at).is_(None) | col(ErasureOrder.scrubbed_at).is_(None)
    orders = select(ErasureOrder).where(unfinished).order_by(col(ErasureOrder.ordered_at))
    found.open = [await _open(session, one) for one in await session.scalars(orders)]
    every = await _count(session, ErasureOrder)
    found.closed = every - len(found.open)
    owed = select(col(ErasureReceived.received_at)).where(col(ErasureReceived.answered_at).is_(None))
    found.owed = list(await session.scalars(owed))
    try:
        listed.read()
    except ListDamaged as damaged:
        found.damaged = str(damaged)
    found.listed = listed.length
    found.unlisted = max(0, every + await _count(session, Erased) - listed.length)
    return found


async def _open(session: AsyncSession, order: ErasureOrder) -> OpenOrder:
    found = await session.scalars(
        select(ErasureRecipient)
        .where(col(ErasureRecipient.order) == order.order)
        .order_by(col(ErasureRecipient.recipient))
    )
    asked = found.all()
    return OpenOrder(
        order=order.order,
        ordered_at=order.ordered_at,
        whole=order.whole,
        streams=sum(map(len, order.streams.values())),
        recipients=len(asked),
        scrubbed=order.scrubbed_at is not None,
        waiting=tuple(
            Unanswered(one.recipient, one.times_asked, one.asked_at) for one in asked if one.state == WAITING
        ),
    )


async def _count(session: AsyncSession, table: type[ErasureOrder] | type[Erased]) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


async def erasure_findings(network: Network, state: State) -> AsyncIterator[Finding]:
    """What was to be erased and hangs: a list that is not whole, files not rewritten, answers that lack."""
    async for one in standings(state, network.principals):
        for finding in findings_of(one):
            yield finding


def findings_of(one: Standing) -> Iterator[Finding]:
    """What is wrong with one service's erasures, each with what to do."""
    table = f"trama erasures --service {one.principal}"
    if one.damaged:
        remedy = "rimettere l'elenco da una sua copia: il servizio non parte finché non si legge tutto"
        what = f"{one.principal}: l'elenco delle cancellazioni non si legge ({one.damaged})"
        yield Finding("wrong", what, remedy)
    elif one.unlisted:
        what = f"{one.principal}: mancano {one.unlisted} righe in {one.list_file}"
        yield Finding("wrong", what, "avviare il servizio, che le riscrive; poi di nuovo «trama doctor»")
    if one.undone or one.owes_for_long:
        what = f"{one.principal}: i file della base dati non sono riscritti dopo una cancellazione"
        yield Finding("wrong", what, f"riavviare il nodo: qualcuno li tiene aperti in lettura ({table})")
    for order, who in one.late:
        day = f"{order.ordered_at.astimezone(ZONE):%d/%m/%Y}"
        what = f"{who.recipient} non risponde all'ordine di cancellazione di {one.principal} del {day}"
        yield Finding("warning", what, f"sentire chi gestisce {who.recipient}; stato degli ordini: {table}")
