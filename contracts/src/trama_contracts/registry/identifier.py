"""Events of the registry on the numbers a person is known by to public bodies."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import StringConstraints

from trama_contracts.event import Day, Event, ReportingId, Uuid
from trama_contracts.facts import Counted, ReportingIdReplacedFact
from trama_contracts.names import Circle
from trama_contracts.payload_fields import ShortText

IdentifierKind: TypeAlias = Literal["tax-code", "provisional-tax-code", "stp", "eni", "anpr-id", "other"]
"""The tax code of 16 characters, the provisional one of 11 digits (an 11-digit number is also the form of a
company's code, so the kind is always said), STP and ENI of the health service, the id of ANPR."""
Verification: TypeAlias = Literal["well-formed", "checked", "plausible", "verified"]
"""How far a number was checked: its form, its check character, against names and birth date, or by an archive
(ANPR, Agenzia delle Entrate, the body that gave it). Only the last says that it is this person's."""
IdentifierEnding: TypeAlias = Literal["replaced", "expired", "mistaken"]
"""Why a number is used no longer: another took its place, it ran out, or it was never this person's."""
IdentifierValue = Annotated[str, StringConstraints(pattern="^[A-Z0-9]{4,32}$")]
"""Capitals and digits, no blanks."""


class IdentifierAssigned(Event):
    """Published by a member's registry, for who follows the person, when a number is put on the record after
    registration, and again under the same id when its validity or its verification changes. The tax code
    given at registration stands in `PersonRegistered`."""

    wire_type: ClassVar[str] = "it.trama.registry.identifier-assigned.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    identifier: Uuid
    kind: IdentifierKind
    value: IdentifierValue
    verification: Verification
    valid_from: Day
    valid_to: Day | None = None
    attested_by: ShortText | None = None
    replaces: Uuid | None = None


class IdentifierEnded(Event):
    """Published by a member's registry, for who follows the person, when a number on the record is used no
    longer. It stays in the history with its days; `mistaken` says that it was never this person's."""

    wire_type: ClassVar[str] = "it.trama.registry.identifier-ended.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    identifier: Uuid
    kind: IdentifierKind
    value: IdentifierValue
    ended_on: Day
    reason: IdentifierEnding


class ReportingIdReplaced(Counted):
    """Published by a member's registry, to sister services of the same member alone, when the tax code of a
    record changes and with it the pseudonym under which the person is counted; or when another record of the
    same service, with that pseudonym, is found to be of the same person. `was_theirs` is false when the old
    code had been put on the record by mistake and is, or may be, somebody else's, and where only what this
    member told moves; `identifier` is the one that came or went. `undone` takes back what was told before of
    the same pseudonym: the two records are of two persons."""

    wire_type: ClassVar[str] = "it.trama.registry.reporting-id-replaced.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "sister"

    replaced: ReportingId
    was_theirs: bool
    replaced_on: Day
    identifier: Uuid | None = None
    undone: bool | None = None

    def fact(self, reporting_id: str) -> ReportingIdReplacedFact:
        """Which pseudonym gave way to the present one, so that one person is counted once."""
        return ReportingIdReplacedFact(
            reporting_id=reporting_id,
            replaced=self.replaced,
            was_theirs=self.was_theirs,
            replaced_on=self.replaced_on,
            undone=self.undone,
        )
