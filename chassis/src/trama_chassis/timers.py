"""What fires with business time: idempotent commands of a service, run through a request's commit.

Moving the clock twice past a term runs its command twice and publishes once: the command sees it was done.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from trama_chassis import access, granting, outbox
from trama_chassis.errors import Refused
from trama_chassis.tables import TimerRun

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Timer:
    """A command that is run when business time has moved on by `every` since it last ran."""

    name: str
    every: timedelta
    command: Callable[[AsyncSession, date], Awaitable[None]]


OWN = (Timer(granting.BY_DATE, timedelta(hours=1), access.decide_by_date),)
"""What the chassis itself does with business time: authorisations begin and end by the calendar."""


async def run_due(runtime: "Runtime") -> None:
    """Run the timers that are due, each in its own transaction; one that fails does not stop the service."""
    for timer in (*OWN, *runtime.service.timers):
        now = runtime.clock.now()
        last = runtime.timer_runs.get(timer.name)
        if last is not None and now - last < timer.every:
            continue
        try:
            await _run(runtime, timer, now)
        except Refused as refusal:
            runtime.log.warning("timer refused", code=refusal.code)
        runtime.timer_runs[timer.name] = now


async def _run(runtime: "Runtime", timer: Timer, now: datetime) -> None:
    async with runtime.bookkeeping() as session:
        run = await session.get(TimerRun, timer.name)
        if run is None or now - run.ran_at >= timer.every:
            await timer.command(session, runtime.clock.today())
            await session.merge(TimerRun(name=timer.name, ran_at=now))
            await outbox.commit(session)
