"""What lies in the own mailbox, checked and opened. It reads no database, so that it may run in a thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from trama_contracts.messages import Message
from trama_contracts.opening import check_message, open_checked_message
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record

from trama_chassis import clock

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Letter:
    """A record of the own mailbox, checked and opened; without a message if it was refused."""

    outcome: Outcome
    sender: str
    id: str = ""
    message: Message | None = None
    sent_at: datetime | None = None


def open_mail(runtime: "Runtime", records: Iterable[Record]) -> list[Letter]:
    """Check and open records of the own mailbox."""
    return [_opened(runtime, record) for record in records]


def _opened(runtime: "Runtime", record: Record) -> Letter:
    directory = runtime.directory.current
    outcome, envelope = check_message(record, directory)
    if envelope is None:
        return Letter(outcome, _named(runtime, record.key))
    opened = open_checked_message(envelope, runtime, directory, clock.machine_now())
    return Letter(opened.outcome, envelope.sender, envelope.id, opened.message, opened.sent_at)


def _named(runtime: "Runtime", key: bytes | None) -> str:
    """Whom the key of a refused message names: a listed service, or nobody; never what a stranger wrote."""
    name = (key or b"").decode(errors="replace")
    member, _, service = name.partition(".")
    return name if service in runtime.directory.current.services(member) else "unknown"
