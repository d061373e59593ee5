"""Files on their way: parts sent a few at a time behind everything else, and asked for again while they lack.

Bookkeeping of the chassis, committed here. What is due is in the database: a restart goes on where it was.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.messages import Request, file_part

from trama_chassis import clock, files, mailbox
from trama_chassis.file_mail import MOST_AT_ONCE, may_have
from trama_chassis.files import ASKED, FILE, UNANSWERED, File, FileDamaged, FileDue
from trama_chassis.tables import OutboxRow

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

IN_FLIGHT = 16
"""Parts that wait in the outbox at once, about 3 MB: keys and events are never behind many."""
ASK_AFTER = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
TIMES = 9
"""After so many requests, over about four hours, who asked is told that no answer came; it may still come."""


async def turn(runtime: "Runtime") -> None:
    """Send what is due and ask for what is missing, if there is anything."""
    async with runtime.database.read() as session:
        due = await session.scalar(select(exists().where(col(FileDue.file).is_not(None))))
        lacking = await _to_ask(session)
    if not due and not lacking:
        return
    async with runtime.bookkeeping() as session:
        if due:
            await _send(session, runtime)
        if lacking:
            await _ask(session, runtime, await _to_ask(session))
        await session.commit()
    runtime.wake.set()


async def _send(session: AsyncSession, runtime: "Runtime") -> None:
    """Put the next parts into the outbox, as many as there is room for; small files pass large ones."""
    waiting = select(func.count()).where(col(OutboxRow.kind) == FILE, col(OutboxRow.sent_at).is_(None))
    room = IN_FLIGHT - (await session.scalar(waiting) or 0)
    dues = await session.scalars(
        select(FileDue).order_by(col(FileDue.next_part), col(FileDue.file), col(FileDue.recipient))
    )
    for due in dues.all():
        if room <= 0:
            return
        room -= await _send_parts(session, runtime, due, room)


async def _send_parts(session: AsyncSession, runtime: "Runtime", due: FileDue, room: int) -> int:
    """Seal the next parts of one file to who asked, if it may still have it; how many."""
    # Locked: whoever erases the file waits until these parts are there to be deleted, or finds none begun.
    held = await session.get(File, (runtime.settings.principal, due.file), with_for_update=True)
    if held is None or not await may_have(session, runtime, held, due.recipient, already=True):
        await session.delete(due)
        return 0
    last = min(held.parts, due.next_part + room - 1)
    try:
        pieces = await files.opened(session, runtime.keystore, held, due.next_part, last)
    except FileDamaged:
        runtime.log.error("a kept file does not open", exc_info=True)
        await session.delete(due)
        return 0
    rows = []
    for number, piece in enumerate(pieces, due.next_part):
        part = file_part(held.file, held.sha256, number, held.parts, piece)
        row = mailbox.seal(runtime, due.recipient, part)
        if row is None:
            return 0
        rows.append({**row, "kind": FILE, "stream": held.file})
    await session.execute(insert(OutboxRow), rows)
    due.next_part = last + 1
    if last == held.parts:
        await session.delete(due)
    return len(rows)


async def _to_ask(session: AsyncSession) -> Sequence[File]:
    """Files that were asked for by an operator, and of which nothing has come for a while."""
    now = clock.machine_now()
    quiet = (or_(col(one).is_(None), col(one) < now - ASK_AFTER) for one in (File.asked_at, File.heard_at))
    found = await session.scalars(
        select(File).where(col(File.state) == ASKED, *quiet).order_by(col(File.source), col(File.file))
    )
    return [one for one in found if _is_time(one, now)]


def _is_time(file: File, now: datetime) -> bool:
    """At once, after a minute, two, four and so on, each hour at last."""
    wait = min(ASK_AFTER * 2 ** max(file.times_asked - 1, 0), LONGEST_WAIT)
    return file.asked_at is None or now - file.asked_at >= wait


async def _ask(session: AsyncSession, runtime: "Runtime", lacking: Sequence[File]) -> None:
    """Send the requests. What is here already of a file that comes again is passed over."""
    by_source: dict[str, list[File]] = defaultdict(list)
    for file in lacking:
        if file.times_asked >= TIMES:
            file.state = UNANSWERED
        else:
            by_source[file.source].append(file)
    for source, lacked in by_source.items():
        asked = lacked[:MOST_AT_ONCE]
        request = Request(files=tuple(file.file for file in asked))
        if await mailbox.send(session, runtime, [(source, request)]):
            for file in asked:
                file.asked_at, file.times_asked = clock.machine_now(), file.times_asked + 1
