"""Events of the registry on who a person is."""

from typing import ClassVar, Literal, TypeAlias

from trama_contracts.event import Day, Event, ReportingId, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Language, Operator, Party, PersonName, Phone, ShortText, TaxCode

Certainty: TypeAlias = Literal["certain", "probable", "decided"]
"""How sure it is that two records are of one person; `decided` means that a person decided a doubt."""


class PersonRegistered(Event):
    """Published by a member's registry when it makes its record of a person, and again when the identity on
    it is corrected (with `corrects`). The tax code (codice fiscale) may be missing: it turns nobody away. The
    language is the one the person is best spoken to in; whether an interpreter is needed is said apart."""

    wire_type: ClassVar[str] = "it.trama.registry.person-registered.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    given_name: PersonName | None = None
    family_name: PersonName
    tax_code: TaxCode | None = None
    birth_date: Day | None = None
    town: ShortText | None = None
    phone: Phone | None = None
    language: Language | None = None
    needs_interpreter: bool | None = None


class ReportingIdAssigned(Event):
    """Published by a member's registry, to sister services of the same member alone, when the record has a
    tax code to derive the reporting id from. Sister services put it on the facts of their own events."""

    wire_type: ClassVar[str] = "it.trama.registry.reporting-id-assigned.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "sister"

    reporting_id: ReportingId


class RecordsLinked(Event):
    """Published by a member's registry when two records are found to be of one person (collegamento dei
    percorsi). A link is an edge that can be removed: records are never merged, and it grants nothing. Both
    may be records of the member that writes it, and of no other."""

    wire_type: ClassVar[str] = "it.trama.registry.records-linked.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    link: Uuid
    a: Party
    b: Party
    certainty: Certainty
    decided_by: Operator


class RecordsUnlinked(Event):
    """Published by a member's registry when it is found that two linked records are not of one person, or no
    longer to be followed as one; by both ends. It goes, in a stream of its own, to every service that may
    know of the link: they lose the record's other streams with it, and learn why here. The link is dead for
    ever: joining the two again takes a new one that a person decided."""

    wire_type: ClassVar[str] = "it.trama.registry.records-unlinked.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "link"

    link: Uuid
    a: Party
    b: Party
    unlinked_on: Day
    reason: ShortText
    decided_by: Operator
