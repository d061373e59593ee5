"""Dead letters: what could not be applied, held with its exact bytes until an operator decides.

An operator's word is written down here; the service's consumer acts upon it, not the operator's process.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.sealing import value_hash

from trama_chassis import clock
from trama_chassis.directory import owner_of
from trama_chassis.errors import NotFound, Refused
from trama_chassis.tables import EARLY, OPEN, DeadLetter, InboxEvent, Position, Waiting

if TYPE_CHECKING:
    from trama_chassis.inbox import Inbox
    from trama_chassis.runtime import Runtime

RETRY, DROP, RELEASED, DROPPED = "retry", "drop", "released", "dropped"
EARLY_PAUSE = timedelta(seconds=5)


class AlreadyDecided(Refused):
    """The dead letter is no longer open."""

    code = "dead-letter-already-decided"
    detail = "Questa comunicazione ferma è già stata decisa."


async def waiting_for_an_operator(session: AsyncSession) -> Sequence[DeadLetter]:
    """The open dead letters of this service, oldest first."""
    found = await session.scalars(
        select(DeadLetter).where(col(DeadLetter.state) == OPEN).order_by(col(DeadLetter.number))
    )
    return found.all()


async def show(session: AsyncSession, number: int) -> DeadLetter:
    """One dead letter with its bytes.

    Raises NotFound.
    """
    letter = await session.get(DeadLetter, number)
    if letter is None:
        raise NotFound("Nessuna comunicazione ferma con il numero %(number)s.", number=number)
    return letter


async def decide(session: AsyncSession, number: int, decision: str) -> None:
    """Write down an operator's word, `retry` or `drop`; the running consumer acts on it within seconds.

    Raises NotFound, AlreadyDecided. The caller commits.
    """
    letter = await show(session, number)
    if letter.state != OPEN:
        raise AlreadyDecided
    if decision not in (RETRY, DROP):
        raise ValueError(f"retry or drop, not {decision}")
    letter.state = decision


def source(letter: DeadLetter) -> str:
    """Who wrote the event."""
    return owner_of(letter.topic)


async def act(runtime: "Runtime", inbox: "Inbox") -> int:
    """Do what operators have decided; returns how many dead letters were released or dropped."""
    async with runtime.database.read() as session:
        rested = (col(DeadLetter.state) == EARLY) & (col(DeadLetter.at) < clock.machine_now() - EARLY_PAUSE)
        found = await session.scalars(
            select(col(DeadLetter.number))
            .where(col(DeadLetter.state).in_((RETRY, DROP)) | rested)
            .order_by(col(DeadLetter.number))
        )
        numbers = found.all()
    for number in numbers:
        async with runtime.bookkeeping() as session:
            letter = await show(session, number or 0)
            await _release(session, letter)
            await session.commit()
        await inbox.follow(letter.topic, letter.stream)
    return len(numbers)


async def _release(session: AsyncSession, letter: DeadLetter) -> None:
    position = await session.get(Position, (letter.topic, letter.stream), with_for_update=True)
    if position is None or position.blocked_seq != letter.seq:
        letter.state = DROPPED
        return
    position.blocked_seq = None
    kept = letter.model_dump(include={"topic", "stream", "seq", "value", "signature"})
    kept["hash"] = value_hash(letter.value)
    if letter.state in (RETRY, EARLY):
        letter.state = RELEASED
        session.add(Waiting(**kept))
        position.waiting += 1
        position.waiting_since = position.waiting_since or clock.machine_now()
        return
    letter.state = DROPPED
    position.seq, position.hash = letter.seq, kept["hash"]
    session.add(InboxEvent(**kept, outcome=DROPPED, received_at=clock.machine_now()))
