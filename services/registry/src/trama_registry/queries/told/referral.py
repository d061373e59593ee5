"""What becomes of a referral, in words; the first moves are told beside what else the registry does."""

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
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import FAILURES, OUTCOMES, because, named, on, sentence

NOTED = {"accepted": "accettata", "declined": "non accolta"}


@tells(ReferralRenewed)
def _renewed(event: ReferralRenewed, member: str, names: Names) -> str:
    return (
        f"Segnalazione inviata di nuovo. Motivo: {sentence(event.reason)} "
        f"Risposta attesa entro {on(event.answer_by)}."
    )


@tells(ReferralSeen)
def _seen(event: ReferralSeen, member: str, names: Names) -> str:
    return f"Segnalazione letta {named(names(member), 'da')}."


@tells(ReferralQuestioned)
def _questioned(event: ReferralQuestioned, member: str, names: Names) -> str:
    return (
        f"Segnalazione: altre informazioni richieste {named(names(member), 'da')}. {sentence(event.question)}"
    )


@tells(ReferralExplained)
def _explained(event: ReferralExplained, member: str, names: Names) -> str:
    return f"Segnalazione: informazioni date. {sentence(event.answer)}"


@tells(ReferralReminded)
def _reminded(event: ReferralReminded, member: str, names: Names) -> str:
    return f"Segnalazione: risposta sollecitata {on(event.reminded_on)}."


@tells(ReferralUnanswered)
def _unanswered(event: ReferralUnanswered, member: str, names: Names) -> str:
    return f"Segnalazione senza risposta nei termini: era attesa entro {on(event.answer_by)}."


@tells(ReferralNoted)
def _noted(event: ReferralNoted, member: str, names: Names) -> str:
    note = f" {sentence(event.note)}" if event.note else ""
    return (
        f"Segnalazione {NOTED[event.answer]} {on(event.answered_on)} fuori da Trama, "
        f"secondo quanto detto da {event.by}.{note}"
    )


@tells(ReferralReconsidered)
def _reconsidered(event: ReferralReconsidered, member: str, names: Names) -> str:
    return f"Segnalazione di nuovo in valutazione {named(names(member), 'presso')}."


@tells(ReferralStarted)
def _started(event: ReferralStarted, member: str, names: Names) -> str:
    return f"Segnalazione in corso {named(names(member), 'presso')} {on(event.started_on, 'dal')}."


@tells(ReferralCompleted)
def _completed(event: ReferralCompleted, member: str, names: Names) -> str:
    note = f" {sentence(event.note)}" if event.note else ""
    by = named(names(member), "da")
    return f"Segnalazione conclusa {by} {on(event.completed_on)}: {OUTCOMES[event.outcome]}.{note}"


@tells(ReferralFailed)
def _failed(event: ReferralFailed, member: str, names: Names) -> str:
    alternative = f" Alternativa: {sentence(event.alternative)}" if event.alternative else ""
    at = named(names(member), "presso")
    return f"Segnalazione non riuscita {at} {on(event.failed_on)}: {FAILURES[event.reason]}.{alternative}"


@tells(ReferralReopened)
def _reopened(event: ReferralReopened, member: str, names: Names) -> str:
    return (
        f"Segnalazione riaperta {named(names(member), 'da')} {on(event.reopened_on)}.{because(event.reason)}"
    )


@tells(ReferralSuperseded)
def _superseded(event: ReferralSuperseded, member: str, names: Names) -> str:
    return f"Segnalazione sostituita da un'altra {on(event.superseded_on)}."
