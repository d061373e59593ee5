"""What a sentence is made from, and the one list of those who make them."""

from collections.abc import Callable
from typing import Any, TypeVar

from trama_chassis.language import Named, say
from trama_contracts.event import Event
from trama_contracts.events import EVENTS

Names = Callable[[str], Named]
"""How a member is called, from its name in the directory."""

E = TypeVar("E", bound=Event)
Teller = Callable[[E, str, Names], str]

_TELLERS: dict[str, Teller[Any]] = {}
ORDER: list[str] = []
"""Wire types in the order in which a story is told when all happens in one moment."""


def happened(wire_type: str, payload: dict[str, Any], member: str, names: Names, *, corrected: bool) -> str:
    """One sentence, or two, about an event that a member wrote, in the language of whoever reads."""
    event = EVENTS[wire_type].from_payload(payload)
    sentence = _TELLERS[wire_type](event, member, names)
    return say("Correzione. %(sentence)s", sentence=sentence) if corrected else sentence


def tells(event_class: type[E]) -> Callable[[Teller[E]], Teller[E]]:
    """Make a function the one that tells events of a class."""

    def register(teller: Teller[E]) -> Teller[E]:
        _TELLERS[event_class.wire_type] = teller
        ORDER.append(event_class.wire_type)
        return teller

    return register
