"""Events of the registry on what is written to the services that follow a person, and who read it."""

from typing import ClassVar

from trama_contracts.event import Day, Event, Member, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import LongText, PersonName


class NoteWritten(Event):
    """Published by a member's registry when its operator writes to the services that follow the person
    (scrivi alla rete). Whom it reaches is not said in it: nobody learns here who else follows."""

    wire_type: ClassVar[str] = "it.trama.registry.note-written.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "note"

    text: LongText
    who: PersonName
    needs_answer: bool


class NoteRead(Event):
    """Published by a reading member's registry, to the writer's registry alone, when its operator says to
    have read a note (presa visione), with an answer if there is one; never because a page was opened. It may
    come again from the same member, to answer what it had only read. `note` is the event note-written."""

    wire_type: ClassVar[str] = "it.trama.registry.note-read.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "note"

    note: Uuid
    writer: Member
    who: PersonName
    read_on: Day
    answer: LongText | None = None
