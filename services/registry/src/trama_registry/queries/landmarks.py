"""What of a story still counts today: what was asked, what is under way, what was agreed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.evaluation import (
    ContributionSubmitted,
    EvaluationCompleted,
    EvaluationRequested,
    ProjectAgreed,
    ProjectRefused,
    ProjectSigned,
    ReviewSet,
)
from trama_contracts.event import Event
from trama_contracts.placement import (
    PlacementAgreed,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
    PlacementWithdrawn,
)
from trama_contracts.registry import NextStepDone, NextStepSet, PersonRegistered, TakingInChargeOpened

from trama_registry.models import EntryCopy
from trama_registry.queries.entries import Edge, on_any_of

E = TypeVar("E", bound=Event)
LANDMARKS: tuple[type[Event], ...] = (
    ContributionSubmitted,
    EvaluationCompleted,
    EvaluationRequested,
    PersonRegistered,
    PlacementAgreed,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
    PlacementWithdrawn,
    ProjectAgreed,
    ProjectRefused,
    ProjectSigned,
    ReviewSet,
    TakingInChargeOpened,
)
STEPS: tuple[type[Event], ...] = (NextStepDone, NextStepSet)
"""Said often: of these the last few count."""
MOST = 200
"""Of whoever has more than these the newest count: pages stay quick whatever was written."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The entries that count, oldest first."""

    entries: Sequence[EntryCopy]

    def of(self, event_class: type[E], scope: str | None = None) -> list[tuple[EntryCopy, E]]:
        """Those of a class, read, oldest first; of one scope if it is given."""
        return [
            (entry, event_class.from_payload(entry.payload))
            for entry in self.entries
            if entry.type == event_class.wire_type and scope in (None, entry.scope)
        ]

    def last(self, event_class: type[E], scope: str | None = None) -> tuple[EntryCopy, E] | None:
        """The newest of a class."""
        return next(iter(reversed(self.of(event_class, scope))), None)

    def any_of(self, scope: str, event_classes: Iterable[type[Event]]) -> bool:
        """Whether one of these was told of a scope."""
        types = {event_class.wire_type for event_class in event_classes}
        return any(entry.type in types and entry.scope == scope for entry in self.entries)


async def landmarks_of(
    session: AsyncSession,
    same_person: Collection[Edge],
    classes: Collection[type[Event]] = LANDMARKS,
    *,
    most: int = MOST,
) -> Landmarks:
    """The landmarks of these records: the newest of these classes."""
    types = [event_class.wire_type for event_class in classes]
    newest = (col(EntryCopy.occurred_at), col(EntryCopy.recorded_at), col(EntryCopy.event_id))
    found = await session.scalars(
        select(EntryCopy)
        .where(on_any_of(same_person), col(EntryCopy.type).in_(types))
        .order_by(*(column.desc() for column in newest))
        .limit(most)
    )
    return Landmarks(list(reversed(list(found))))
