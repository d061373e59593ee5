"""Events of the registry on who follows a person."""

from typing import ClassVar, Literal, TypeAlias

from trama_contracts.event import Day, Event, Member, Part, Uuid
from trama_contracts.facts import (
    ClosingReason,
    Counted,
    TakingInChargeClosedFact,
    TakingInChargeOpenedFact,
    TakingInChargeReopenedFact,
)
from trama_contracts.names import Circle
from trama_contracts.payload_fields import (
    Basis,
    Code,
    Members,
    Operator,
    PersonName,
    Phone,
    Sector,
    ShortText,
    Text,
)

SuspensionReason: TypeAlias = Literal["person-asks", "away", "unreachable", "other"]
"""Why a taking in charge rests. Never why the person is away: that would tell of health or of justice."""
CompetenceGround: TypeAlias = Literal["residence", "agreement", "law"]
"""What moves the duty to answer for a person to another member."""


class Integration(Part):
    """The protocol under which several members hold one taking in charge together (presa in carico
    integrata): the district and the act it was made in force by, and who is party to it."""

    district: Code
    act: ShortText
    members: Members


class TakingInChargeOpened(Counted):
    """Published by a member's registry when the service takes the person in charge (presa in carico) or, in
    sectors that know none, opens the relation proper to it (iscrizione, rapporto con l'ospitante)."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-opened.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    sector: Sector
    opened_on: Day
    need: Text
    kind: Code | None = None
    """The relation proper to the sector, such as `taking-in-charge` or `registration`."""
    basis: Basis | None = None
    integration: Integration | None = None

    def fact(self, reporting_id: str) -> TakingInChargeOpenedFact:
        """Sector and day; the need stays in the care circle."""
        return TakingInChargeOpenedFact(
            reporting_id=reporting_id, sector=self.sector, opened_on=self.opened_on
        )


class TakingInChargeClosed(Counted):
    """Published by a member's registry when its taking in charge (presa in carico) ends, for any reason."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-closed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    closed_on: Day
    reason: ClosingReason

    def fact(self, reporting_id: str) -> TakingInChargeClosedFact:
        """Day and reason."""
        return TakingInChargeClosedFact(
            reporting_id=reporting_id, closed_on=self.closed_on, reason=self.reason
        )


class CaseManagerAssigned(Event):
    """Published by the registry of the member whose operator becomes the one person to speak to about the way
    (referente del percorso), at opening and at every change. Other services keep their own legal duty."""

    wire_type: ClassVar[str] = "it.trama.registry.case-manager-assigned.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    operator: Operator
    name: PersonName
    phone: Phone | None = None
    since: Day


class TakingInChargeSuspended(Event):
    """Published by a member's registry when its taking in charge rests (presa in carico sospesa): the duty
    stays, the work waits. `resume_by` is the day by which it is looked at again."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-suspended.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    suspended_on: Day
    reason: SuspensionReason
    resume_by: Day | None = None


class TakingInChargeResumed(Event):
    """Published by a member's registry when a taking in charge that rested goes on (ripresa)."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-resumed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    resumed_on: Day


class TakingInChargeReopened(Counted):
    """Published by a member's registry when a closed taking in charge turns out not to be over (riaperta):
    the same episode goes on, and who follows the person is who did."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-reopened.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    reopened_on: Day
    reason: ShortText

    def fact(self, reporting_id: str) -> TakingInChargeReopenedFact:
        """The day; why is for who follows the person."""
        return TakingInChargeReopenedFact(reporting_id=reporting_id, reopened_on=self.reopened_on)


class CompetenceMoved(Event):
    """Published by the registry of the member that answered for the person until now, when the duty to do so
    passes to another (competenza passata), by a move of residence, an agreement or the law: on that day,
    accepted or not. Who wrote it follows the person until the other takes over."""

    wire_type: ClassVar[str] = "it.trama.registry.competence-moved.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    to: Member
    moved_on: Day
    ground: CompetenceGround


class CompetenceDisputed(Event):
    """Published by a member's registry when it and another do not agree which of them has to answer for the
    person (competenza da chiarire). Who wrote it goes on following the person meanwhile."""

    wire_type: ClassVar[str] = "it.trama.registry.competence-disputed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    other: Member
    disputed_on: Day
    reason: ShortText


class CompetenceSettled(Event):
    """Published by a member's registry when it is clear again who has to answer for the person."""

    wire_type: ClassVar[str] = "it.trama.registry.competence-settled.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    competent: Member
    settled_on: Day


class ServicePactSigned(Event):
    """Published by the registry of an employment service when the person, registered there (iscrizione),
    signs the pact on what each of the two does (patto di servizio); again when it is renewed."""

    wire_type: ClassVar[str] = "it.trama.registry.service-pact-signed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    signed_on: Day
    valid_until: Day | None = None
