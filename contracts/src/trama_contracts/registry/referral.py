"""Events of the registry on referrals."""

from typing import ClassVar

from trama_contracts.event import Day, Member, Part, Uuid
from trama_contracts.facts import (
    Counted,
    DecliningReason,
    ReferralAcceptedFact,
    ReferralDeclinedFact,
    ReferralSentFact,
    ReferralWithdrawnFact,
)
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Party, PersonName, ShortText, TaxCode, Text


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
