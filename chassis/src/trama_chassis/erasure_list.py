"""What was erased, once more in a file outside the database: ids only, never shortened.

A database that is put back from an older copy would bring back what was erased since. The file tells it, and
whatever of it the database does not know is erased again before anything is served.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis import erasure
from trama_chassis.erasure import Wish
from trama_chassis.erasure_tables import ErasureOrder
from trama_chassis.tables import Erased, OwnStream

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

NAME: Final = "erased.list"
RESTORED: Final = "restored"
"""The ground of an order that a database has only from the list: what else was said of it is lost."""
Line = dict[str, Any]


class ListDamaged(Exception):
    """A line of the list cannot be read: nothing is served until somebody has looked at it."""


class ErasedList:
    """The file, and how much of what is in the database it holds."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._listed: set[tuple[str, ...]] = set()

    def read(self) -> list[Line]:
        """Every line. Raises ListDamaged; a last line that was not written whole is none."""
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().split(b"\n")
        found = []
        for number, line in enumerate(lines[:-1], 1):
            try:
                found.append(json.loads(line))
                self._listed.add(_name(found[-1]))
            except (ValueError, KeyError) as fault:
                raise ListDamaged(f"{self.path}: line {number} cannot be read") from fault
        return found

    def append(self, lines: Iterable[Line]) -> int:
        """Add what is not in it yet, and wait until the disk has it; how many lines."""
        fresh = [line for line in lines if _name(line) not in self._listed]
        if not fresh:
            return 0
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            written = "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in fresh).encode()
            os.write(descriptor, _ends_line(self.path) + written)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._listed.update(map(_name, fresh))
        return len(fresh)

    @property
    def length(self) -> int:
        """How many names it holds."""
        return len(self._listed)


def _ends_line(path: Path) -> bytes:
    """A line that a crash cut short is ended, and read as none: the same is written once more."""
    content = path.read_bytes()[-1:]
    return b"" if content in (b"", b"\n") else b"\n"


def _name(line: Line) -> tuple[str, ...]:
    return ("order", line["order"]) if "order" in line else (line["topic"], line["stream"], line["hash"])


async def note(session: AsyncSession, listed: ErasedList) -> int:
    """Write into the list what the database has erased and the list does not hold."""
    known = await session.scalar(select(func.count()).select_from(Erased)) or 0
    orders = await session.scalar(select(func.count()).select_from(ErasureOrder)) or 0
    if listed.length >= known + orders and listed.path.exists():
        return 0
    streams = [
        {"topic": one.topic, "stream": one.stream, "hash": one.hash}
        for one in await session.scalars(select(Erased).order_by(col(Erased.topic), col(Erased.stream)))
    ]
    return listed.append([*streams, *[_line(one) for one in await session.scalars(select(ErasureOrder))]])


def _line(order: ErasureOrder) -> Line:
    return {
        "order": order.order,
        "record": order.record,
        "whole": order.whole,
        "ordered_by": order.ordered_by,
        "streams": order.streams,
    }


async def apply(session: AsyncSession, runtime: "Runtime", listed: ErasedList) -> int:
    """Erase what the list names and this database still has; how much that was. Raises ListDamaged."""
    done = 0
    lines = listed.read()
    for line in lines:
        if "order" in line and await session.get(ErasureOrder, line["order"]) is None:
            await _order_again(session, runtime, line)
            done += 1
    for line in lines:
        if "order" not in line and await _erase_again(session, runtime, line):
            done += 1
    if done:
        runtime.log.warning("database older than its list of erasures: erased again", count=done)
    return done


async def _order_again(session: AsyncSession, runtime: "Runtime", line: Line) -> None:
    named = tuple(stream for some in line["streams"].values() for stream in some)
    wish = Wish(
        line["record"],
        ground=RESTORED,
        act="",
        reason="",
        by=line["ordered_by"],
        streams=None if line["whole"] else named,
        number=line["order"],
    )
    await erasure.order(session, runtime, wish)


async def _erase_again(session: AsyncSession, runtime: "Runtime", line: Line) -> bool:
    held = await session.get(Erased, (line["topic"], line["stream"]))
    if held is not None:
        held.hash = held.hash or line["hash"]
        return False
    own = await session.get(OwnStream, line["stream"])
    if own is not None and own.topic == line["topic"]:
        await erasure.destroy_own(session, runtime, own, known_hash=line["hash"])
    else:
        await erasure.destroy_received(session, runtime, line["topic"], line["stream"], line["hash"])
    return True
