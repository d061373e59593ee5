"""Every event class by its wire type: for schemas, tests and readers of everything.

Services name the classes they handle; the chassis must not import this module.
"""

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from trama_contracts import evaluation, facts, placement, registry
from trama_contracts.event import Event

OWNERS: Final[tuple[ModuleType, ...]] = (registry, evaluation, placement, facts)


def _written_in(module: ModuleType) -> Iterator[type[Event]]:
    """The event classes an owner defines itself: not what it imports, nor what it leaves abstract."""
    for thing in vars(module).values():
        if not (isinstance(thing, type) and issubclass(thing, Event)):
            continue
        own = thing.__module__ == module.__name__ or thing.__module__.startswith(f"{module.__name__}.")
        if own and "wire_type" in vars(thing):
            yield thing


def _by_wire_type() -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for module in OWNERS:
        for event in _written_in(module):
            if event.wire_type in found:
                raise TypeError(f"{event.__name__} and {found[event.wire_type].__name__} share a wire type")
            found[event.wire_type] = event
    return found


EVENTS: Final[dict[str, type[Event]]] = _by_wire_type()
"""Wire type -> class."""
