"""One member's ledger as an OS process: `python -m tests.harness.member <settings file>`.

It obeys the orders that come on its standard input and says what it has done on its standard output.
"""

import asyncio
import ctypes
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.exc import IntegrityError
from trama_chassis import clock, logs
from trama_chassis.batch import Checked
from trama_chassis.contention import is_busy, is_retryable
from trama_chassis.inbox import Inbox
from trama_chassis.lease import LeaseHeld
from trama_chassis.outbox import DirectoryNotYetRead
from trama_chassis.runtime import Runtime
from trama_chassis.settings import ServiceSettings
from trama_chassis.testing import transaction
from trama_contracts.outcomes import Outcome

from tests.harness.ledger import LEDGER, Line, LineEntered, enter
from tests.harness.orders import ENDED, REFUSED, AnyOrder, Arm, Hold, MemberFile, Order, Publish, Stop, Tell

READS = "to_read"
"""The figure that the consumer publishes once it follows the topics of events."""
_PR_SET_PDEATHSIG = 1


def say(said: str, **words: Any) -> None:
    """One word to the test."""
    sys.stdout.write(json.dumps({"said": said, **words}) + "\n")
    sys.stdout.flush()


class CountingInbox(Inbox):
    """The inbox, which also counts what came of events apart from what came of mail and directory."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.of_events: Counter[Outcome] = Counter()

    async def apply(self, checked: Sequence[Checked]) -> None:
        """Apply a batch and count it."""
        before = self.outcomes.copy()
        await super().apply(checked)
        self.of_events.update(self.outcomes - before)


class Member(Runtime):
    """The ledger of one member; if told so, with a lease taken where nobody else looks for it."""

    def __init__(self, file: MemberFile) -> None:
        super().__init__(LEDGER, _settings(file))
        self.file = file
        self.inbox: CountingInbox = CountingInbox(self)
        self.publishing: asyncio.Task[None] | None = None
        self.held = False

    async def start(self) -> None:
        """Take the lease; beside `own_lease` two processes of one service both get one."""
        if self.file.own_lease is None:
            await super().start()
            return
        real = self.settings
        self.settings = real.model_copy(update={"database_url": f"sqlite:///{self.file.own_lease}"})
        try:
            await super().start()
        finally:
            self.settings = real

    async def until_known(self) -> None:
        """Wait until events are read, the directory is known, and mail can be sealed to the peers."""
        while not (self._knows_its_peers() and READS in self.health.figures):
            await asyncio.sleep(0.02)
        say("ready")

    def _knows_its_peers(self) -> bool:
        return all(self.directory.hpke_key(peer, clock.machine_now()) for peer in self.file.peers)

    async def publish(self, order: Publish) -> None:
        """Enter lines until so many are committed, or until told to hold."""
        self.held = False
        draw = random.Random(order.seed)  # noqa: S311 - synthetic load
        began, committed, rolled_back, last = time.monotonic(), 0, 0, ""
        while committed < order.events and not self.held:
            lines = [_line(draw, order) for _ in range(draw.randint(1, order.per_transaction))]
            accounts = [draw.choice(order.accounts) for _ in lines]
            if draw.random() < order.rolled_back:
                await self._roll_back(accounts, lines, last if draw.random() < 0.5 else "")
                rolled_back += 1
            else:
                await self._commit(accounts, lines)
                committed, last = committed + len(lines), lines[-1].line
                say("committed", lines=[line.line for line in lines])
            if order.rate is not None:
                await asyncio.sleep(max(0.0, began + committed / order.rate - time.monotonic()))
        say("published", committed=committed, rolled_back=rolled_back, seconds=time.monotonic() - began)

    async def _commit(self, accounts: Sequence[str], lines: Sequence[LineEntered]) -> None:
        """One command through the commit point, run again when it lost a race or came too early."""
        while True:
            try:
                async with transaction(self) as session:
                    for account, line in zip(accounts, lines, strict=True):
                        enter(session, account, line, self.file.peers)
            except Exception as error:
                if not (is_retryable(error) or is_busy(error) or isinstance(error, DirectoryNotYetRead)):
                    raise
                await asyncio.sleep(0.05)
            else:
                return

    async def _roll_back(self, accounts: Sequence[str], lines: Sequence[LineEntered], taken: str) -> None:
        """One command that fails: by its own doubts, or because its commit meets a line already there."""
        try:
            async with transaction(self) as session:
                for account, line in zip(accounts, lines, strict=True):
                    enter(session, account, line, self.file.peers)
                if not taken:
                    raise Doubtful
                session.add(Line(line=taken, account=accounts[0], amount=0, note="there already"))
        except (Doubtful, IntegrityError):
            return

    async def obey(self, order: Order) -> bool:
        """Do what was ordered; False when it was to stop."""
        match order:
            case Publish():
                self.publishing = asyncio.create_task(self.publish(order))
                self.publishing.add_done_callback(_say_failure)
            case Hold():
                self.held = True
            case Arm():
                os.environ["TRAMA_FAILPOINT"] = order.failpoint
                say("armed")
            case Tell():
                say("told", outcomes={outcome.value: n for outcome, n in self.inbox.of_events.items()})
            case Stop():
                return False
        return True

    async def obey_orders(self) -> None:
        """Read orders until told to stop, or until nobody is left to give any."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        orders: TypeAdapter[Order] = TypeAdapter(AnyOrder)
        while line := await reader.readline():
            if not await self.obey(orders.validate_json(line)):
                return


class Doubtful(Exception):
    """A command that thought better of it."""


def _say_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        say("failed", error=repr(error))


def _line(draw: random.Random, order: Publish) -> LineEntered:
    line = UUID(int=draw.getrandbits(128), version=4)
    return LineEntered(line=str(line), amount=draw.randint(1, 1000), note=order.note)


def _settings(file: MemberFile) -> ServiceSettings:
    return ServiceSettings(
        network=file.network,
        member=file.member,
        service=LEDGER.name,
        database_url=file.database_url,
        kafka=file.kafka,
        secrets_dir=file.secrets_dir,
        accounts_file=file.accounts_file,
        roots=file.roots,
        demo=True,
        receipts_every=file.receipts_every,
        heads_every=file.heads_every,
    )


async def live(file: MemberFile) -> int:
    """Start, obey, stop; the exit code."""
    member = Member(file)
    try:
        await member.start()
    except LeaseHeld as held:
        holder = held.holder
        say(
            "refused",
            pid=holder and holder.pid,
            silent_for=holder and holder.silent_for,
            sentence=str(held),
        )
        return REFUSED
    say("started")
    running = asyncio.create_task(member.run())
    orders = asyncio.create_task(member.obey_orders())
    known = asyncio.create_task(member.until_known())
    await asyncio.wait({running, orders}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        say("ended", reasons=sorted(_names(running.exception())))
        return ENDED
    tasks = [task for task in (known, running, member.publishing) if task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await member.stop()
    say("stopped")
    return 0


def _names(error: BaseException | None) -> set[str]:
    if isinstance(error, BaseExceptionGroup):
        return {name for one in error.exceptions for name in _names(one)}
    return {type(error).__name__}


def born(path: Path, orders: Connection, words: Connection, log: Path, failpoint: str | None) -> None:
    """Begin as a child of the nursery: its own standard streams, its own environment."""
    os.dup2(orders.fileno(), 0)
    os.dup2(words.fileno(), 1)
    with log.open("wb") as errors:
        os.dup2(errors.fileno(), 2)
    orders.close()
    words.close()
    sys.stdin = os.fdopen(0, "r", closefd=False)
    for name in [name for name in os.environ if name.startswith("TRAMA_")]:
        del os.environ[name]
    if failpoint is not None:
        os.environ["TRAMA_FAILPOINT"] = failpoint
    main(path)


def main(path: Path) -> None:
    """Run one member until it is told to stop; it goes with the process that started it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    logs.configure("INFO", as_json=True)
    file = MemberFile.model_validate_json(path.read_bytes())
    sys.exit(asyncio.run(live(file)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
