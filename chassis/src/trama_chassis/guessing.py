"""Who guesses: whole numbers sought that are nobody's are counted for each operator; after some it rests.

A desk mistypes now and then; who tries one number after the other wants to know who is followed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from trama_chassis import audit, clock
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

MOST: Final = 30
WITHIN: Final = timedelta(minutes=10)


class TooManyMisses(Refused):
    """This operator has sought too many numbers that nobody here has."""

    status = 429
    code = "too-many-searches"


class Misses:
    """What operators sought in vain lately: a digest of each number, so that the same one counts once."""

    def __init__(self) -> None:
        self._missed: dict[str, dict[bytes, datetime]] = {}

    def note(self, operator: str, number: str, now: datetime) -> None:
        """Nobody has this number."""
        self._recent(operator, now)[hashlib.sha256(number.encode()).digest()] = now

    def rest(self, operator: str, now: datetime) -> timedelta:
        """For how long this operator may not search by numbers; nothing, if they may."""
        found = sorted(self._recent(operator, now).values())
        return found[-MOST] + WITHIN - now if len(found) >= MOST else timedelta()

    def _recent(self, operator: str, now: datetime) -> dict[bytes, datetime]:
        missed = self._missed.setdefault(operator, {})
        for number in [number for number, at in missed.items() if at <= now - WITHIN]:
            del missed[number]
        return missed


_OF: MutableMapping[Runtime, Misses] = WeakKeyDictionary()


def refuse(session: AsyncSession) -> None:
    """Hold back who guesses, whether this number is somebody's or not. Raises TooManyMisses."""
    left = _misses(session).rest(_operator(session), clock.machine_now())
    if left > timedelta():
        raise TooManyMisses(
            "Troppe ricerche di codici che qui non risultano: a tutela delle persone, la ricerca per codice "
            "è ferma ancora per %(count)s minuti. Si può cercare per nome.",
            count=int(left.total_seconds() / 60) + 1,
        )


def missed(session: AsyncSession, number: str) -> None:
    """Nobody here has the number that was sought."""
    _misses(session).note(_operator(session), number, clock.machine_now())


def _misses(session: AsyncSession) -> Misses:
    return _OF.setdefault(runtime_of(session), Misses())


def _operator(session: AsyncSession) -> str:
    """Who looks: a session that only reads has no actor."""
    look: audit.Look | None = session.info.get(audit.LOOK)
    return (look.operator if look is not None else None) or ""
