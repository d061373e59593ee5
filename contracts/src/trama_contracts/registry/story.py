"""Events of the registry on how a person's way goes on, and on what was told wrongly of it."""

from typing import ClassVar

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import PersonName, ShortText, Text


class NextStepSet(Event):
    """Published by a member's registry when it is agreed what comes next for the person, who sees to it and
    by when (prossimo passo). It takes the place of the step that this member had set before, if any."""

    wire_type: ClassVar[str] = "it.trama.registry.next-step-set.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    step: Uuid
    what: ShortText
    who: PersonName
    due_on: Day
    replaces: Uuid | None = None


class NextStepDone(Event):
    """Published by a member's registry when the next step (prossimo passo) it had set was taken, or is no
    longer needed, with what came of it."""

    wire_type: ClassVar[str] = "it.trama.registry.next-step-done.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    step: Uuid
    done_on: Day
    outcome: ShortText | None = None


class Correcting(Event):
    """What every event on a wrong entry says; each circle has an event of its own."""

    entry: Uuid
    reason: Text
    instead: Text | None = None


class EntryCorrected(Correcting):
    """Published by a member's registry when an entry of the story that it wrote in the circle care is wrong.
    The envelope's `corrects` names the same event: readers strike it and show this beside it."""

    wire_type: ClassVar[str] = "it.trama.registry.entry-corrected.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "correction"


class HealthEntryCorrected(Correcting):
    """Published by a health service's registry, in the clinical circle alone, when an entry that it wrote
    there is wrong (GDPR art. 9): whoever was told of the entry, and nobody else, learns of its correction."""

    wire_type: ClassVar[str] = "it.trama.registry.health-entry-corrected.v1"
    circle: ClassVar[Circle] = "clinical"
    scope: ClassVar[str] = "correction"


class SocialEntryCorrected(Correcting):
    """Published by a social service's registry, in the social circle alone, when an entry that it wrote there
    is wrong: an interview, a document."""

    wire_type: ClassVar[str] = "it.trama.registry.social-entry-corrected.v1"
    circle: ClassVar[Circle] = "social"
    scope: ClassVar[str] = "correction"


class JudicialEntryCorrected(Correcting):
    """Published by a member's registry, in the justice circle alone, when an entry that it wrote there is
    wrong (GDPR art. 10)."""

    wire_type: ClassVar[str] = "it.trama.registry.judicial-entry-corrected.v1"
    circle: ClassVar[Circle] = "justice"
    scope: ClassVar[str] = "correction"
