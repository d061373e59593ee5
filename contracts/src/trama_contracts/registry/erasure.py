"""Events of the registry on erasure: another controller is asked, and decides. Orders go by mailbox."""

from typing import ClassVar, Literal, TypeAlias

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import ShortText, Text

ErasureGround: TypeAlias = Literal["wrong-person", "request", "retention"]
"""Why it is erased: it was written of somebody else; the person asked for it (GDPR art. 17(1)); the time for
which it may be kept is over (art. 5(1)(e))."""
ErasureOutcome: TypeAlias = Literal["done", "kept"]
"""What whoever was asked decided: erased as well, or kept by law (GDPR art. 17(3))."""


class ErasureRequested(Event):
    """Published by a member's registry, to those of the other members that follow the person, when it
    erased its whole record: they are controllers of their own and are asked to do the same. In a scope of its
    own, which outlives the record; who else was asked is not said."""

    wire_type: ClassVar[str] = "it.trama.registry.erasure-requested.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "erasure"

    order: Uuid
    ground: ErasureGround
    act: ShortText
    requested_on: Day
    reason: Text | None = None


class ErasureAnswered(Event):
    """Published by the registry of a member that was asked to erase, to who asked alone: it erased its record
    too, or keeps it by the act and article named, until the day named if there is one."""

    wire_type: ClassVar[str] = "it.trama.registry.erasure-answered.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "erasure"

    order: Uuid
    outcome: ErasureOutcome
    answered_on: Day
    act: ShortText | None = None
    article: ShortText | None = None
    kept_until: Day | None = None
    reason: Text | None = None
