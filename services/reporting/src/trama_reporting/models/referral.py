"""What is counted of referrals: what was asked, when it was answered and how, and what came of it."""

from trama_reporting.models.answer import (
    NOTED,
    answer_days,
    answering,
    answers,
    in_term,
    referring,
    unanswered,
)
from trama_reporting.models.figure import by_attribute, by_member, events, standing
from trama_reporting.models.indicator import Indicator

SENDER, TO, REASON = by_attribute("sender"), by_attribute("to"), by_attribute("reason")
SENT = ("referral-sent",)
ACCEPTED = ("referral-accepted", NOTED)
DECLINED = ("referral-declined", "referral-reconsidered", NOTED)
ANSWERS = ("referral-accepted", "referral-declined", NOTED)
ANSWER_DAYS = ("referral-sent", "referral-withdrawn", *ANSWERS)
COUNT_SENT = events("referral-sent", member=by_member, to=TO)
COUNT_ACCEPTED = answers("accepted", "", member=answering, sender=referring)
COUNT_DECLINED = answers(
    "declined", "referral-reconsidered", declining=REASON, member=answering, sender=referring
)
BY_SERVICE = "I tempi si leggono per servizio, mai per persona che ci lavora."
ON_PAPER = (
    "Comprende le risposte su carta o per telefono, annotate da chi ha inviato e indicate a parte; "
    "se poi il servizio risponde in Trama, conta solo quella risposta."
)

REFERRALS: tuple[Indicator, ...] = (
    Indicator(
        code="referrals-sent",
        group="referrals",
        title="Segnalazioni inviate",
        definition=(
            "Segnalazioni inviate nel periodo da un servizio a un altro. "
            "Una segnalazione inviata di nuovo resta una sola."
        ),
        unit="segnalazioni",
        kinds=SENT,
        count=COUNT_SENT,
    ),
    Indicator(
        code="referrals-accepted",
        group="referrals",
        title="Segnalazioni accettate",
        definition=(
            "Segnalazioni accettate nel periodo, qualunque sia il giorno in cui erano state inviate. "
            f"{ON_PAPER}"
        ),
        unit="segnalazioni",
        kinds=ACCEPTED,
        count=COUNT_ACCEPTED,
    ),
    Indicator(
        code="referrals-declined",
        group="referrals",
        title="Segnalazioni non accolte",
        definition=(
            "Segnalazioni a cui nel periodo si è risposto di non poterle accogliere, con il motivo. "
            f"Se il servizio ci ripensa entro la fine del periodo, la risposta non è contata. {ON_PAPER}"
        ),
        unit="segnalazioni",
        kinds=DECLINED,
        count=COUNT_DECLINED,
    ),
    Indicator(
        code="referrals-unanswered",
        group="referrals",
        title="Segnalazioni senza risposta nei termini",
        definition=(
            "Segnalazioni per cui nel periodo il termine è passato e anche il sollecito è rimasto senza "
            "risposta. Se la risposta arriva dopo, è contata tra quelle date fuori termine."
        ),
        unit="segnalazioni",
        kinds=("referral-sent", "referral-unanswered"),
        count=unanswered,
    ),
    Indicator(
        code="answers-in-term",
        group="referrals",
        title="Risposte date entro il termine",
        definition=(
            "Su cento risposte date nel periodo, quelle arrivate entro il giorno chiesto da chi ha inviato. "
            f"{ON_PAPER} {BY_SERVICE}"
        ),
        unit="su 100",
        kinds=ANSWERS,
        count=in_term,
    ),
    Indicator(
        code="answer-days",
        group="referrals",
        title="Giorni per rispondere a una segnalazione",
        definition=(
            "Mediana dei giorni tra l'invio e la risposta, per le risposte date nel periodo. "
            "Se la segnalazione è stata inviata di nuovo, i giorni si contano dall'ultimo invio. "
            f"{ON_PAPER} {BY_SERVICE}"
        ),
        unit="giorni",
        kinds=ANSWER_DAYS,
        count=answer_days,
    ),
    Indicator(
        code="referrals-completed",
        group="referrals",
        title="Segnalazioni concluse",
        definition=(
            "Segnalazioni accettate il cui lavoro si è concluso nel periodo, con l'esito. "
            "Quelle riaperte entro la fine del periodo non sono contate."
        ),
        unit="segnalazioni",
        kinds=("referral-completed", "referral-reopened"),
        count=standing(
            "referral-completed",
            "referral-reopened",
            outcome=by_attribute("outcome"),
            member=by_member,
            sender=SENDER,
        ),
    ),
    Indicator(
        code="referrals-failed",
        group="referrals",
        title="Segnalazioni non riuscite",
        definition=(
            "Segnalazioni accettate a cui nel periodo non si è potuto dare seguito, con il motivo. "
            "Quelle riaperte entro la fine del periodo non sono contate."
        ),
        unit="segnalazioni",
        kinds=("referral-failed", "referral-reopened"),
        count=standing(
            "referral-failed", "referral-reopened", failing=REASON, member=by_member, sender=SENDER
        ),
    ),
    Indicator(
        code="referrals-withdrawn",
        group="referrals",
        title="Segnalazioni ritirate",
        definition=(
            "Segnalazioni ritirate nel periodo da chi le aveva inviate, e non inviate di nuovo entro la fine "
            "del periodo. Se la risposta era già partita, la stessa segnalazione è contata anche tra quelle "
            "accettate o non accolte."
        ),
        unit="segnalazioni",
        kinds=("referral-withdrawn", "referral-renewed"),
        count=standing("referral-withdrawn", "referral-renewed", member=by_member),
    ),
)

SSC_TO_EMPLOYMENT = ("social", "employment")
# S[003-106]: «facilitare il passaggio di persone in carico al SSC ai servizi per l'impiego».
PASSAGES: tuple[Indicator, ...] = (
    Indicator(
        code="passages-asked",
        group="passages",
        title="Passaggi chiesti",
        definition=(
            "Segnalazioni inviate nel periodo da un servizio sociale a un servizio per l'impiego. "
            "Sono contate anche tra le segnalazioni inviate."
        ),
        unit="segnalazioni",
        kinds=SENT,
        count=COUNT_SENT,
        between=SSC_TO_EMPLOYMENT,
    ),
    Indicator(
        code="passages-accepted",
        group="passages",
        title="Passaggi accettati",
        definition=(
            "Segnalazioni di un servizio sociale accettate nel periodo da un servizio per l'impiego. "
            f"{ON_PAPER}"
        ),
        unit="segnalazioni",
        kinds=ACCEPTED,
        count=COUNT_ACCEPTED,
        between=SSC_TO_EMPLOYMENT,
    ),
    Indicator(
        code="passages-declined",
        group="passages",
        title="Passaggi non accolti",
        definition=(
            "Segnalazioni di un servizio sociale a cui nel periodo un servizio per l'impiego ha risposto di "
            "non poterle accogliere, con il motivo, se non ci ha ripensato entro la fine del periodo. "
            f"{ON_PAPER}"
        ),
        unit="segnalazioni",
        kinds=DECLINED,
        count=COUNT_DECLINED,
        between=SSC_TO_EMPLOYMENT,
    ),
    Indicator(
        code="passages-days",
        group="passages",
        title="Giorni per rispondere a un passaggio chiesto",
        definition=(
            "Mediana dei giorni tra l'invio da un servizio sociale e la risposta di un servizio per "
            f"l'impiego, per le risposte date nel periodo. {ON_PAPER} {BY_SERVICE}"
        ),
        unit="giorni",
        kinds=ANSWER_DAYS,
        count=answer_days,
        between=SSC_TO_EMPLOYMENT,
    ),
)
