"""Events of the registry on restriction: what a member holds of a person is kept, and shared no further."""

from typing import ClassVar, Literal, TypeAlias

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Text

RestrictionGround: TypeAlias = Literal["accuracy", "unlawful", "claims", "opposition"]
"""GDPR 18(1): (a) the person contests the accuracy, (b) unlawful and not to be erased, (c) needed for legal
claims, (d) the person has opposed."""


class RestrictionSet(Event):
    """Published by a member's registry when what it holds of the person is restricted (limitazione; GDPR 18):
    until it is lifted this member shares nothing more of it, by consent or by law. Told to who read until
    then (GDPR 19), as the last thing they hear."""

    wire_type: ClassVar[str] = "it.trama.registry.restriction-set.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    restriction: Uuid
    ground: RestrictionGround
    set_on: Day
    reason: Text | None = None


class RestrictionLifted(Event):
    """Published by the same registry when a restriction is lifted: who is authorised reads again, what was
    written meanwhile as well."""

    wire_type: ClassVar[str] = "it.trama.registry.restriction-lifted.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    restriction: Uuid
    lifted_on: Day
    reason: Text | None = None
