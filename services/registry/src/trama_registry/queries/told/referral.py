"""What becomes of a referral, in words; the first moves are told beside what else the registry does."""

from trama_chassis.language import say
from trama_contracts.registry import (
    ReferralCompleted,
    ReferralExplained,
    ReferralFailed,
    ReferralNoted,
    ReferralQuestioned,
    ReferralReconsidered,
    ReferralReminded,
    ReferralRenewed,
    ReferralReopened,
    ReferralSeen,
    ReferralStarted,
    ReferralSuperseded,
    ReferralUnanswered,
    WithdrawalTold,
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import FAILURES, OUTCOMES, alternatively, because, sentence

NOTED = {"accepted": "accettata", "declined": "non accolta"}


@tells(ReferralRenewed)
def _renewed(event: ReferralRenewed, member: str, names: Names) -> str:
    return say(
        "Segnalazione inviata di nuovo. Motivo: %(reason)s Risposta attesa entro il %(day)s.",
        reason=sentence(event.reason),
        day=event.answer_by,
    )


@tells(ReferralSeen)
def _seen(event: ReferralSeen, member: str, names: Names) -> str:
    return say("Segnalazione letta dal %(who)s.", who=names(member))


@tells(ReferralQuestioned)
def _questioned(event: ReferralQuestioned, member: str, names: Names) -> str:
    return say(
        "Segnalazione: altre informazioni richieste dal %(who)s. %(question)s",
        who=names(member),
        question=sentence(event.question),
    )


@tells(ReferralExplained)
def _explained(event: ReferralExplained, member: str, names: Names) -> str:
    return say("Segnalazione: informazioni date. %(answer)s", answer=sentence(event.answer))


@tells(ReferralReminded)
def _reminded(event: ReferralReminded, member: str, names: Names) -> str:
    return say("Segnalazione: risposta sollecitata il %(day)s.", day=event.reminded_on)


@tells(ReferralUnanswered)
def _unanswered(event: ReferralUnanswered, member: str, names: Names) -> str:
    return say("Segnalazione senza risposta nei termini: era attesa entro il %(day)s.", day=event.answer_by)


@tells(ReferralNoted)
def _noted(event: ReferralNoted, member: str, names: Names) -> str:
    return say(
        "Segnalazione %(answer)s il %(day)s fuori da Trama, secondo quanto detto da %(who)s.",
        answer=say(NOTED[event.answer]),
        day=event.answered_on,
        who=event.by,
    ) + (f" {sentence(event.note)}" if event.note else "")


@tells(ReferralReconsidered)
def _reconsidered(event: ReferralReconsidered, member: str, names: Names) -> str:
    return say("Segnalazione di nuovo in valutazione presso il %(who)s.", who=names(member))


@tells(ReferralStarted)
def _started(event: ReferralStarted, member: str, names: Names) -> str:
    return say(
        "Segnalazione in corso presso il %(who)s dal %(day)s.", who=names(member), day=event.started_on
    )


@tells(ReferralCompleted)
def _completed(event: ReferralCompleted, member: str, names: Names) -> str:
    return say(
        "Segnalazione conclusa dal %(who)s il %(day)s: %(outcome)s.",
        who=names(member),
        day=event.completed_on,
        outcome=say(OUTCOMES[event.outcome]),
    ) + (f" {sentence(event.note)}" if event.note else "")


@tells(ReferralFailed)
def _failed(event: ReferralFailed, member: str, names: Names) -> str:
    return say(
        "Segnalazione non riuscita presso il %(who)s il %(day)s: %(reason)s.",
        who=names(member),
        day=event.failed_on,
        reason=say(FAILURES[event.reason]),
    ) + alternatively(event.alternative)


@tells(WithdrawalTold)
def _taken_back(event: WithdrawalTold, member: str, names: Names) -> str:
    said = say(
        "Segnalazione al %(receiver)s, accettata il %(accepted)s, ritirata dal %(who)s il %(day)s: "
        "ne è informato il referente del percorso.",
        receiver=names(event.receiver),
        accepted=event.accepted_on,
        who=names(member),
        day=event.withdrawn_on,
    )
    return said + because(event.reason)


@tells(ReferralReopened)
def _reopened(event: ReferralReopened, member: str, names: Names) -> str:
    said = say("Segnalazione riaperta dal %(who)s il %(day)s.", who=names(member), day=event.reopened_on)
    return said + because(event.reason)


@tells(ReferralSuperseded)
def _superseded(event: ReferralSuperseded, member: str, names: Names) -> str:
    return say("Segnalazione sostituita da un'altra il %(day)s.", day=event.superseded_on)
