"""Events of the registry on who looks: conflicts of interest, urgent looks, and what the person may ask."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trama_contracts.event import Day, Event, Part, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Code, Operator, Party, ShortText

AccessKind = Literal["read", "search", "change", "exception", "urgent", "export"]
"""What was done with a person's data; what was refused showed nothing, and is not told."""


class ConflictDeclared(Event):
    """Published by a member's registry, to sister services of the same member alone, when an operator
    declares a conflict of interest (conflitto di interessi): none of them shows that operator anything more
    of the person."""

    wire_type: ClassVar[str] = "it.trama.registry.conflict-declared.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "sister"

    conflict: Uuid
    operator: Operator
    declared_on: Day


class ConflictLifted(Event):
    """Published by a member's registry, to sister services of the same member alone, when its supervisor
    finds that a conflict of interest is over, or was declared by mistake."""

    wire_type: ClassVar[str] = "it.trama.registry.conflict-lifted.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "sister"

    conflict: Uuid
    lifted_on: Day


class UrgentAccessTaken(Event):
    """Published by the registry in which an operator looked in urgency at what the rules hide (accesso
    urgente motivato): to the registry of the member that holds the referente del percorso, if another."""

    wire_type: ClassVar[str] = "it.trama.registry.urgent-access-taken.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "urgent-access"

    urgent_access: Uuid
    taken_on: Day
    reason: ShortText


class AccessesAsked(Event):
    """Published by the registry at whose desk the person asks who has looked at their data (resoconto degli
    accessi; GDPR 15): to one member whose record is linked. Of the referral circle: it says only that the
    person asks, and rests on no authorisation."""

    wire_type: ClassVar[str] = "it.trama.registry.accesses-asked.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "accesses"

    inquiry: Uuid
    since: Day
    asked_on: Day


class AccessTold(Part):
    """Who looked, as a person is told it: the service and the role, never the operator's name."""

    day: Day
    service: Code
    role: Code | None = None
    kind: AccessKind
    times: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    reason: ShortText | None = None


class AccessesTold(Event):
    """Published by the registry of the member that was asked, to the one that asked alone: every look at the
    person's data in its services, by day, in as many pieces as it takes."""

    wire_type: ClassVar[str] = "it.trama.registry.accesses-told.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "accesses"

    inquiry: Uuid
    asker: Party
    told_on: Day
    piece: Annotated[int, Field(strict=True, ge=1, le=1000)]
    pieces: Annotated[int, Field(strict=True, ge=1, le=1000)]
    services: Annotated[tuple[Code, ...], Field(max_length=10)]
    accesses: Annotated[tuple[AccessTold, ...], Field(max_length=200)]
