"""Events of the registry on referrals."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trama_contracts.event import Day, Event, Member, Part, Uuid
from trama_contracts.facts import (
    Counted,
    DecliningReason,
    FailingReason,
    ReferralAcceptedFact,
    ReferralCompletedFact,
    ReferralDeclinedFact,
    ReferralFailedFact,
    ReferralNotedFact,
    ReferralOutcome,
    ReferralReconsideredFact,
    ReferralRenewedFact,
    ReferralReopenedFact,
    ReferralSentFact,
    ReferralUnansweredFact,
    ReferralWithdrawnFact,
)
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Party, PersonName, ShortText, TaxCode, Text
from trama_contracts.registry.document import NamedDocuments

Step = Annotated[int, Field(strict=True, ge=1, le=10_000)]
"""The number of a move among those that its writer, sender or receiver, made in this referral; sent is 1."""
Heard = Annotated[int, Field(strict=True, ge=0, le=10_000)]
"""The highest step of the other side that the writer had read. With it both sides put all moves into one
order, whatever order they arrive in: a move that crosses another is told from an answer to it."""


class ReferralPreview(Part):
    """The least a receiver needs to decide: who the person is and what is needed, nothing of the past."""

    given_name: PersonName | None = None
    family_name: PersonName
    tax_code: TaxCode | None = None
    birth_date: Day | None = None
    need: Text


class ReferralSent(Counted):
    """Published by the sender's registry when it refers a person to one receiver (segnalazione). Only sender
    and receiver hold the key of its stream; `answer_by` is the day the answer is due. `documents` says which
    ones are there to be asked for by who accepts."""

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
    documents: NamedDocuments | None = None

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
    step: Step | None = None
    heard: Heard | None = None
    sent_on: Day | None = None
    answer_by: Day | None = None
    """The sending that is answered, and the day by which an answer to it was asked."""
    link: Uuid | None = None
    """The link of the two records, where it is not the referral's own id: that one had been removed."""

    def fact(self, reporting_id: str) -> ReferralAcceptedFact:
        """From whom, when, and how long the answer took; neither record."""
        return ReferralAcceptedFact(
            reporting_id=reporting_id,
            sender=self.sender.member,
            accepted_on=self.accepted_on,
            sent_on=self.sent_on,
            answer_by=self.answer_by,
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
    step: Step | None = None
    heard: Heard | None = None
    sent_on: Day | None = None
    answer_by: Day | None = None
    """The sending that is answered, and the day by which an answer to it was asked."""

    def fact(self, reporting_id: str) -> ReferralDeclinedFact:
        """From whom, when, after how long, and the coded reason; the alternative is for the sender alone."""
        return ReferralDeclinedFact(
            reporting_id=reporting_id,
            sender=self.sender.member,
            declined_on=self.declined_on,
            reason=self.reason,
            sent_on=self.sent_on,
            answer_by=self.answer_by,
        )


class ReferralWithdrawn(Counted):
    """Published by the sender's registry when it takes back a referral (segnalazione ritirata): while nobody
    has answered, or after it was accepted, when `heard` says that the writer knew."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-withdrawn.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    withdrawn_on: Day
    reason: ShortText | None = None
    step: Step | None = None
    heard: Heard | None = None

    def fact(self, reporting_id: str) -> ReferralWithdrawnFact:
        """The day; what is withdrawn is no longer waited for."""
        return ReferralWithdrawnFact(reporting_id=reporting_id, withdrawn_on=self.withdrawn_on)


class ReferralRenewed(Counted):
    """Published by the sender's registry when it sends a referral once more (inviata di nuovo): changed while
    it waits, or after it was not accepted, withdrawn, failed or left without an answer. The receiver is to
    answer anew; a refusal that crosses it answered the earlier sending."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-renewed.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    renewed_on: Day
    reason: Text
    preview: ReferralPreview
    answer_by: Day
    authorisation: Uuid
    step: Step
    heard: Heard

    def fact(self, reporting_id: str) -> ReferralRenewedFact:
        """The day; neither reason nor preview."""
        return ReferralRenewedFact(reporting_id=reporting_id, renewed_on=self.renewed_on)


class ReferralExplained(Event):
    """Published by the sender's registry when it tells the receiver what it asked (risposta alla
    richiesta)."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-explained.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    told_on: Day
    answer: Text
    step: Step
    heard: Heard


class ReferralReminded(Event):
    """Published by the sender's registry when the term has passed, or an operator reminds the receiver that a
    referral awaits its answer (sollecito). It changes no state."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-reminded.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    reminded_on: Day
    step: Step
    heard: Heard


class ReferralUnanswered(Counted):
    """Published by the sender's registry when the term has passed and a reminder was in vain (senza risposta
    nei termini). The receiver may still answer."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-unanswered.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    answer_by: Day
    passed_on: Day
    step: Step
    heard: Heard

    def fact(self, reporting_id: str) -> ReferralUnansweredFact:
        """The term, and when it was found to have passed."""
        return ReferralUnansweredFact(
            reporting_id=reporting_id, answer_by=self.answer_by, passed_on=self.passed_on
        )


class ReferralSuperseded(Event):
    """Published by the sender's registry when another referral takes the place of this one (sostituita). `by`
    is the other's id, which says nothing to who did not receive it."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-superseded.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    superseded_on: Day
    by: Uuid
    step: Step
    heard: Heard


class ReferralNoted(Counted):
    """Published by the sender's registry when the receiver answered on paper or by telephone and nobody there
    has answered in Trama: typed in once. What the receiver says itself comes before it."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-noted.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    answer: Literal["accepted", "declined"]
    answered_on: Day
    by: PersonName
    note: Text | None = None
    step: Step
    heard: Heard
    to: Member | None = None
    sent_on: Day | None = None
    answer_by: Day | None = None
    """Who answered, the sending that is answered, and the day by which an answer to it was asked."""

    def fact(self, reporting_id: str) -> ReferralNotedFact:
        """What the answer was and when it was given; neither by whom nor in which words."""
        told = {"answer", "answered_on", "to", "sent_on", "answer_by"}
        return ReferralNotedFact(reporting_id=reporting_id, **self.model_dump(include=told))


class ReferralSeen(Event):
    """Published by the receiver's registry when an operator opens the referral (letta), once for each
    sending."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-seen.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    seen_on: Day
    step: Step
    heard: Heard


class ReferralQuestioned(Event):
    """Published by the receiver's registry when it needs to know more before it can answer (richieste altre
    informazioni)."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-questioned.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    asked_on: Day
    question: Text
    step: Step
    heard: Heard


class ReferralStarted(Event):
    """Published by the receiver's registry when work on an accepted referral begins (in corso)."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-started.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    started_on: Day
    step: Step
    heard: Heard


class ReferralCompleted(Counted):
    """Published by the receiver's registry when what was asked is done (conclusa), with what came of it: to
    the sender, and to who holds the referente del percorso."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-completed.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    completed_on: Day
    outcome: ReferralOutcome
    note: Text | None = None
    step: Step
    heard: Heard

    def fact(self, reporting_id: str) -> ReferralCompletedFact:
        """Of whose referral, when, and the coded outcome; the note is for the sender alone."""
        return ReferralCompletedFact(
            reporting_id=reporting_id,
            sender=self.sender.member,
            completed_on=self.completed_on,
            outcome=self.outcome,
        )


class ReferralFailed(Counted):
    """Published by the receiver's registry when what it had accepted came to nothing (non riuscita), or it
    changed its mind: to the sender, and to who holds the referente del percorso."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-failed.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    failed_on: Day
    reason: FailingReason
    alternative: Text | None = None
    step: Step
    heard: Heard

    def fact(self, reporting_id: str) -> ReferralFailedFact:
        """Of whose referral, when, and the coded reason; the alternative is for the sender alone."""
        return ReferralFailedFact(
            reporting_id=reporting_id, sender=self.sender.member, failed_on=self.failed_on, reason=self.reason
        )


class ReferralReconsidered(Counted):
    """Published by the receiver's registry when it takes back that it cannot accept: the referral awaits its
    answer again (di nuovo da valutare)."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-reconsidered.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    reconsidered_on: Day
    step: Step
    heard: Heard

    def fact(self, reporting_id: str) -> ReferralReconsideredFact:
        """Of whose referral, and when."""
        return ReferralReconsideredFact(
            reporting_id=reporting_id, sender=self.sender.member, reconsidered_on=self.reconsidered_on
        )


class ReferralReopened(Counted):
    """Published by the receiver's registry when it goes on with what it had completed or given up
    (riaperta)."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-reopened.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "referral"

    referral: Uuid
    sender: Party
    reopened_on: Day
    reason: Text | None = None
    step: Step
    heard: Heard

    def fact(self, reporting_id: str) -> ReferralReopenedFact:
        """Of whose referral, and when."""
        return ReferralReopenedFact(
            reporting_id=reporting_id, sender=self.sender.member, reopened_on=self.reopened_on
        )
