"""Events owned by the registry: who the person is to a member, who follows them, who was asked and may know.

Nothing clinical, social or judicial is told here.
"""

from typing import ClassVar, Literal, TypeAlias

from trama_contracts.event import Day, Event, Member, Part, ReportingId, Uuid
from trama_contracts.facts import (
    ClosingReason,
    Counted,
    DecliningReason,
    ReferralAcceptedFact,
    ReferralDeclinedFact,
    ReferralSentFact,
    ReferralWithdrawnFact,
    TakingInChargeClosedFact,
    TakingInChargeOpenedFact,
)
from trama_contracts.names import Circle
from trama_contracts.payload_fields import (
    Basis,
    Code,
    Controllers,
    Members,
    Operator,
    Party,
    PersonName,
    Phone,
    Sector,
    ShareableCircles,
    ShortText,
    TaxCode,
    Text,
)

Certainty: TypeAlias = Literal["certain", "probable", "decided"]
"""How sure it is that two records are of one person; `decided` means that a person decided a doubt."""


class PersonRegistered(Event):
    """Published by a member's registry when it makes its record of a person, and again when the identity on
    it is corrected (with `corrects`). The tax code (codice fiscale) may be missing: it turns nobody away."""

    wire_type: ClassVar[str] = "it.trama.registry.person-registered.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    given_name: PersonName | None = None
    family_name: PersonName
    tax_code: TaxCode | None = None
    birth_date: Day | None = None
    town: ShortText | None = None
    phone: Phone | None = None


class ReportingIdAssigned(Event):
    """Published by a member's registry, to sister services of the same member alone, when the record has a
    tax code to derive the reporting id from. Sister services put it on the facts of their own events."""

    wire_type: ClassVar[str] = "it.trama.registry.reporting-id-assigned.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "sister"

    reporting_id: ReportingId


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


class AuthorisationGiven(Event):
    """Published by the registry that received it when sharing is authorised (autorizzazione a condividere):
    by the person's consent, or by a law named by act and article. Not to be taken for taking part in the path
    (adesione al percorso), nor for the privacy notice (informativa), of which it carries only the day."""

    wire_type: ClassVar[str] = "it.trama.registry.authorisation-given.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    authorisation: Uuid
    purpose: Code
    basis: Basis
    circles: ShareableCircles
    recipients: Members
    controllers: Controllers
    starts_on: Day
    ends_on: Day | None = None
    notice_given_on: Day


class ReferralPreview(Part):
    """The least a receiver needs to decide: who the person is and what is needed, nothing of the past."""

    given_name: PersonName | None = None
    family_name: PersonName
    tax_code: TaxCode | None = None
    birth_date: Day | None = None
    need: Text


class ReferralSent(Counted):
    """Published by the sender's registry when it refers a person to one receiver (segnalazione). Only sender
    and receiver hold the key of its stream; `answer_by` is the day the answer is due."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-sent.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    to: Member
    sent_on: Day
    reason: Text
    preview: ReferralPreview
    answer_by: Day
    authorisation: Uuid

    def fact(self, reporting_id: str) -> ReferralSentFact:
        """To whom and when; neither reason nor preview."""
        return ReferralSentFact(reporting_id=reporting_id, to=self.to, sent_on=self.sent_on)


class ReferralAccepted(Counted):
    """Published by the receiver's registry, in a stream of its own granted to the sender, when it accepts the
    referral (segnalazione accettata). It links the two members' records of the person."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-accepted.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    receiver: Party
    accepted_on: Day
    contact: PersonName

    def fact(self, reporting_id: str) -> ReferralAcceptedFact:
        """From whom and when; neither record."""
        return ReferralAcceptedFact(
            reporting_id=reporting_id, sender=self.sender.member, accepted_on=self.accepted_on
        )


class ReferralDeclined(Counted):
    """Published by the receiver's registry, in a stream of its own granted to the sender, when it cannot
    accept the referral (segnalazione non accolta), with a coded reason and, if any, an alternative."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-declined.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    declined_on: Day
    reason: DecliningReason
    alternative: Text | None = None

    def fact(self, reporting_id: str) -> ReferralDeclinedFact:
        """From whom, when and the coded reason; the alternative is told to the sender alone."""
        return ReferralDeclinedFact(
            reporting_id=reporting_id,
            sender=self.sender.member,
            declined_on=self.declined_on,
            reason=self.reason,
        )


class RecordsLinked(Event):
    """Published by a member's registry when two records are found to be of one person (collegamento dei
    percorsi). A link is an edge that can be removed: records are never merged, and it grants nothing."""

    wire_type: ClassVar[str] = "it.trama.registry.records-linked.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    link: Uuid
    a: Party
    b: Party
    certainty: Certainty
    decided_by: Operator


class ReferralWithdrawn(Counted):
    """Published by the sender's registry when it takes back a referral (segnalazione ritirata) that nobody
    has answered, or whose answer has not reached it yet."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-withdrawn.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    withdrawn_on: Day
    reason: ShortText | None = None

    def fact(self, reporting_id: str) -> ReferralWithdrawnFact:
        """The day; what is withdrawn is no longer waited for."""
        return ReferralWithdrawnFact(reporting_id=reporting_id, withdrawn_on=self.withdrawn_on)
