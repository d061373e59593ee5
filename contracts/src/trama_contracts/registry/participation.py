"""Events of the registry on what the person was told and wants to take part in; neither allows sharing."""

from typing import ClassVar

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import ShortText


class NoticeGiven(Event):
    """Published by the registry whose operator handed over the privacy notice (informativa; GDPR 13): which
    text, on which day. Never to be taken for an authorisation."""

    wire_type: ClassVar[str] = "it.trama.registry.notice-given.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    notice: Uuid
    given_on: Day
    text: ShortText | None = None
    """Which edition of the notice, as the member names it."""


class ParticipationAgreed(Event):
    """Published by the registry to which the person said to take part in a path (adesione al percorso).
    It lets nobody share anything."""

    wire_type: ClassVar[str] = "it.trama.registry.participation-agreed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    participation: Uuid
    agreed_on: Day
    path: ShortText


class ParticipationWithdrawn(Event):
    """Published by the same registry when the person takes part no longer. What was authorised to be shared
    stands as it did: that is withdrawn by itself."""

    wire_type: ClassVar[str] = "it.trama.registry.participation-withdrawn.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    participation: Uuid
    withdrawn_on: Day
    reason: ShortText | None = None
