"""Events of the registry on interviews held with a person. What a service keeps to itself is no event."""

from typing import ClassVar, Literal, TypeAlias

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import LongText, PersonName, ShortText

InterviewKind: TypeAlias = Literal["desk", "home", "phone", "video", "outside", "with-others"]
"""Where and how it was held; `with-others` is a meeting at which other services or the family sat too."""


class InterviewRecorded(Event):
    """Published by a member's registry when its operator records an interview (colloquio) with the person
    that every service on the way may know of."""

    wire_type: ClassVar[str] = "it.trama.registry.interview-recorded.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "interview"

    interview: Uuid
    held_on: Day
    kind: InterviewKind
    present: ShortText
    summary: LongText
    who: PersonName


class SocialInterviewRecorded(Event):
    """Published by a social service's registry when its operator records an interview (colloquio) that only
    social services may know of: family, housing, economic situation."""

    wire_type: ClassVar[str] = "it.trama.registry.social-interview-recorded.v1"
    circle: ClassVar[Circle] = "social"
    scope: ClassVar[str] = "interview"

    interview: Uuid
    held_on: Day
    kind: InterviewKind
    present: ShortText
    summary: LongText
    who: PersonName
