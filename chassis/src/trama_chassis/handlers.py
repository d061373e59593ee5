"""What a service does with the events it consumes: copies it keeps, and reactions that run once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from trama_contracts.event import Event
from trama_contracts.inner import Actor
from trama_contracts.names import parse_topic

E = TypeVar("E", bound=Event)
E_in = TypeVar("E_in", bound=Event, contravariant=True)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event comes from: everything about it that its payload does not say."""

    event_id: str
    member: str
    service: str
    topic: str
    stream: str
    seq: int
    record: str
    circle: str
    scope: str
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    caused_by: tuple[str, ...] = ()
    corrects: str | None = None

    @property
    def source(self) -> str:
        """The principal that wrote the event, `<member>.<service>`."""
        return f"{self.member}.{self.service}"

    @property
    def scope_id(self) -> str:
        """The uuid in `<kind>:<uuid>`."""
        return self.scope.partition(":")[2]


class Handler(Protocol[E_in]):
    """An async function of a session, an event and its origin. It touches nothing outside the session."""

    async def __call__(self, session: AsyncSession, event: E_in, origin: Origin, /) -> None: ...


AnyHandler = Callable[[AsyncSession, Any, Origin], Awaitable[None]]
Table = dict[type[Event], list[AnyHandler]]


@dataclass(frozen=True, slots=True)
class ErasedStream:
    """A stream that was erased for ever, of another service or our own; `record` is whose it was told of.

    Of a stream whose key was never here nothing but its name is known.
    """

    topic: str
    stream: str
    record: str | None
    circle: str = ""
    scope: str = ""
    own: bool = False

    @property
    def member(self) -> str:
        """Whose service wrote it; nobody's, if it was a row that nobody else was told of."""
        topic = parse_topic(self.topic)
        return "" if topic is None else topic.member

    @property
    def kind(self) -> str:
        """The kind in `<kind>:<uuid>`."""
        return self.scope.partition(":")[0]

    @property
    def scope_id(self) -> str:
        """The uuid in `<kind>:<uuid>`."""
        return self.scope.partition(":")[2]


Forgetting = Callable[[AsyncSession, ErasedStream], Awaitable[int | None]]
"""Takes what came by a stream out of the copies; how many rows, if it counts them."""
ErasingRecord = Callable[[AsyncSession, str], Awaitable[int | None]]
"""Deletes a service's own rows of one record; how many, if it counts them."""


def _into(tables: list[Table], classes: tuple[type[E], ...]) -> Callable[[Handler[E]], Handler[E]]:
    def register(handler: Handler[E]) -> Handler[E]:
        for table in tables:
            for event_class in classes:
                table.setdefault(event_class, []).append(handler)
        return handler

    return register


class EventHandlers:
    """The routing table of a service: event class -> what is done about it.

    `copy` keeps a local copy and is run again by a rebuild; `react` runs once, may change the service's own
    tables and publish. Both may run twice on the same event only if the first run was rolled back.
    """

    def __init__(self) -> None:
        self.copies: Table = {}
        self.own: Table = {}
        self.reactions: Table = {}
        self.forgetting: list[Forgetting] = []
        self.erasing: list[ErasingRecord] = []

    def copy(self, *classes: type[E], own: bool = False) -> Callable[[Handler[E]], Handler[E]]:
        """Register a function that keeps a copy; with `own`, of this service's own events too."""
        return _into([self.copies, self.own] if own else [self.copies], classes)

    def react(self, *classes: type[E]) -> Callable[[Handler[E]], Handler[E]]:
        """Register a function that runs once per event, and never in a rebuild."""
        return _into([self.reactions], classes)

    def forget(self, handler: Forgetting) -> Forgetting:
        """Register a function that takes what came by an erased stream out of the copies."""
        self.forgetting.append(handler)
        return handler

    def erase_record(self, handler: ErasingRecord) -> ErasingRecord:
        """Register a function that deletes what this service itself keeps of a record of its own."""
        self.erasing.append(handler)
        return handler

    def include(self, other: "EventHandlers") -> None:
        """Do all that another table does, too: what several services do alike is written once."""
        for ours, theirs in (
            (self.copies, other.copies),
            (self.own, other.own),
            (self.reactions, other.reactions),
        ):
            for event_class, handlers in theirs.items():
                ours.setdefault(event_class, []).extend(handlers)
        self.forgetting.extend(other.forgetting)
        self.erasing.extend(other.erasing)

    async def forget_stream(self, session: AsyncSession, erased: ErasedStream) -> int:
        """Run what is registered for erased streams; how many rows of copies that took."""
        return sum([(await handler(session, erased)) or 0 for handler in self.forgetting])

    async def forget_record(self, session: AsyncSession, record: str) -> int:
        """Run what is registered for a record that is erased; how many rows that took."""
        return sum([(await handler(session, record)) or 0 for handler in self.erasing])

    async def apply(
        self, session: AsyncSession, event: Event, origin: Origin, *, replay: bool = False
    ) -> None:
        """Run what is registered for another service's event, copies first."""
        for handler in self.copies.get(type(event), ()):
            await handler(session, event, origin)
        if not replay:
            for handler in self.reactions.get(type(event), ()):
                await handler(session, event, origin)

    async def apply_own(self, session: AsyncSession, event: Event, origin: Origin) -> None:
        """Run the copies that this service keeps of its own events."""
        for handler in self.own.get(type(event), ()):
            await handler(session, event, origin)
