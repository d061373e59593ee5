"""What is counted of referrals: what was asked, when it was answered and how, and what came of it."""

from trama_reporting.models.answer import answer_days, in_term, unanswered
from trama_reporting.models.figure import by_attribute, by_member, events, standing
from trama_reporting.models.indicator import Indicator

SENDER, TO, REASON = by_attribute("sender"), by_attribute("to"), by_attribute("reason")
SENT = ("referral-sent",)
ACCEPTED = ("referral-accepted",)
DECLINED = ("referral-declined", "referral-reconsidered")
ANSWER_DAYS = ("referral-sent", "referral-accepted", "referral-declined", "referral-withdrawn")
COUNT_SENT = events("referral-sent", member=by_member, to=TO)
COUNT_ACCEPTED = events("referral-accepted", member=by_member, sender=SENDER)
COUNT_DECLINED = standing(*DECLINED, declining=REASON, member=by_member, sender=SENDER)
BY_SERVICE = "I tempi si leggono per servizio, mai per persona che ci lavora."
IN_TRAMA = "Le risposte su carta o per telefono, annotate da chi ha inviato, non sono contate."

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
            f"{IN_TRAMA}"
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
            f"Se il servizio ci ripensa entro la fine del periodo, la risposta non è contata. {IN_TRAMA}"
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
            f"{IN_TRAMA} {BY_SERVICE}"
        ),
        unit="su 100",
        kinds=("referral-accepted", "referral-declined"),
        count=in_term,
    ),
    Indicator(
        code="answer-days",
        group="referrals",
        title="Giorni per rispondere a una segnalazione",
        definition=(
            "Mediana dei giorni tra l'invio e la risposta, per le risposte date nel periodo. "
            "Se la segnalazione è stata inviata di nuovo, i giorni si contano dall'ultimo invio. "
            f"{BY_SERVICE}"
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
            f"{IN_TRAMA}"
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
            "non poterle accogliere, con il motivo, se non ci ha ripensato entro la fine del periodo."
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
            f"l'impiego, per le risposte date nel periodo. {BY_SERVICE}"
        ),
        unit="giorni",
        kinds=ANSWER_DAYS,
        count=answer_days,
        between=SSC_TO_EMPLOYMENT,
    ),
)
