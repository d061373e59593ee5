"""Events of the registry on the two doors: the access desk, and the request to the planning unit."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Code, Text

Door: TypeAlias = Literal["desk", "planning-unit"]
"""The access desk (accesso allo sportello), or the queue of those already followed into the planning unit."""
AccessOutcome: TypeAlias = Literal[
    "informed", "taken-in-charge", "referred", "planning-unit", "did-not-return", "other"
]
"""What a first contact led to."""


def _sorted_set(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("the same value twice")
    return tuple(sorted(values))


RiskFactors = Annotated[
    tuple[Code, ...],
    Field(max_length=20, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_sorted_set),
]
"""A set of coded risk factors; none names a diagnosis, an origin or a measure of a court."""


class AccessRecorded(Event):
    """Published by the registry of the member at whose door somebody asked, before any taking in charge
    (primo contatto), as soon as it is known whose record it is on. What the listening centre hears is never
    published. It is to be routed by `route_by`."""

    wire_type: ClassVar[str] = "it.trama.registry.access-recorded.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "access"

    access: Uuid
    door: Door
    channel: Code
    need: Text
    risk_factors: RiskFactors | None = None
    received_on: Day
    route_by: Day


class AccessConcluded(Event):
    """Published by the registry of the member at whose door somebody asked, when the request has been routed
    (esito dell'accesso)."""

    wire_type: ClassVar[str] = "it.trama.registry.access-concluded.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "access"

    access: Uuid
    outcome: AccessOutcome
    concluded_on: Day
    note: Text | None = None
