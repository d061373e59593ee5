"""Indicators as data: what is counted, in words a reader can check, and by which function."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trama_reporting.models.fact import FactCopy, Period
from trama_reporting.models.figure import (
    Count,
    Figure,
    answer_days,
    by_attribute,
    by_member,
    events,
    last_day,
    persons,
    placements_on,
    share,
    whole,
)
from trama_reporting.models.given import PLACEMENT_INSTRUMENTS, Given


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is counted, in words a reader can check, from which kinds of fact, and how."""

    code: str
    title: str
    definition: str
    unit: str
    kinds: tuple[str, ...]
    count: Count
    to_agree: str | None = None
    baseline: str | None = None
    given: tuple[Given, ...] = ()

    def figure(self, facts: Iterable[FactCopy], period: Period) -> Figure:
        """The figure of a period. The order in which facts came never matters."""
        wanted = [fact for fact in facts if fact.kind in self.kinds]
        return self.count(sorted(wanted, key=_place), period)


def _place(fact: FactCopy) -> tuple[date, str, str, str, int]:
    return (fact.day, fact.member, fact.service, fact.stream, fact.seq)


TO_AGREE_FLOW = (
    "Il piano parla di «dati di flusso» senza dire se conta gli inserimenti avviati nell'anno "
    "o quelli attivi nell'anno: qui si vedono entrambi."
)
WITHOUT_TAX_CODE = (
    "Chi non ha codice fiscale è contato, ma non riconosciuto da un servizio all'altro: "
    "il numero può essere più alto del vero."
)
PATH_TYPE = by_attribute("path_type")


def choice(fact: FactCopy) -> str:
    """Whether a team followed the first path that the rules proposed."""
    return "own-choice" if fact.attributes["overridden"] else "first-proposal"


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        code="placements-started",
        title="Inserimenti avviati",
        definition=(
            "«N. inserimenti lavorativi»: inserimenti il cui avvio, confermato da qualcuno, "
            "cade nel periodo. Le date previste non contano."
        ),
        unit="inserimenti",
        kinds=("placement-started",),
        count=events("placement-started", path_type=PATH_TYPE, member=by_member),
        to_agree=TO_AGREE_FLOW,
        baseline=(
            "I dati noti degli anni passati contano strumenti attivati in tutta la provincia, non persone: "
            "si leggono accanto a questo numero, non si sommano e non si confrontano."
        ),
        given=PLACEMENT_INSTRUMENTS,
    ),
    Indicator(
        code="placements-active",
        title="Inserimenti attivi nel periodo",
        definition="Inserimenti avviati entro la fine del periodo e non conclusi prima del suo inizio.",
        unit="inserimenti",
        kinds=("placement-started", "placement-ended"),
        count=placements_on(whole, path_type=PATH_TYPE, member=by_member),
        to_agree=TO_AGREE_FLOW,
    ),
    Indicator(
        code="placements-running",
        title="Inserimenti in corso l'ultimo giorno",
        definition="Inserimenti avviati entro l'ultimo giorno del periodo e non conclusi prima.",
        unit="inserimenti",
        kinds=("placement-started", "placement-ended"),
        count=placements_on(last_day, path_type=PATH_TYPE, member=by_member),
    ),
    Indicator(
        code="persons-placed",
        title="Persone inserite",
        definition=(
            "Persone con almeno un inserimento avviato nel periodo, contate una volta sola "
            f"anche se a inserirle sono stati più servizi. {WITHOUT_TAX_CODE}"
        ),
        unit="persone",
        kinds=("placement-started",),
        count=persons("placement-started", path_type=PATH_TYPE, member=by_member),
        baseline="Base 2012 da fornire: il dato noto conta strumenti, non persone.",
    ),
    Indicator(
        code="persons-proposed",
        title="Persone con un inserimento proposto",
        definition=(
            "Persone per cui nel periodo è stato proposto un inserimento, anche se poi non avviato. "
            f"{WITHOUT_TAX_CODE}"
        ),
        unit="persone",
        kinds=("placement-proposed",),
        count=persons("placement-proposed", path_type=PATH_TYPE, member=by_member),
        to_agree=(
            "Il piano conta le persone per cui «è stato previsto un percorso»: lo dicono i progetti "
            "concordati. Qui si vedono anche gli inserimenti proposti senza un progetto."
        ),
    ),
    Indicator(
        code="persons-with-project",
        title="Persone con un progetto concordato",
        definition=(
            "«N. di persone per le quali è stato previsto un percorso»: persone con un progetto "
            "personalizzato concordato nel periodo, anche se poi non firmato o non avviato. "
            f"{WITHOUT_TAX_CODE}"
        ),
        unit="persone",
        kinds=("project-agreed",),
        count=persons("project-agreed", path_type=PATH_TYPE, member=by_member),
        baseline="Base 2012 da fornire: il dato noto conta strumenti, non persone.",
    ),
    Indicator(
        code="placements-ended",
        title="Inserimenti conclusi",
        definition=(
            "Inserimenti conclusi nel periodo, con l'esito. Solo l'assunzione è un rapporto di lavoro."
        ),
        unit="inserimenti",
        kinds=("placement-ended",),
        count=events("placement-ended", ending=by_attribute("reason"), path_type=PATH_TYPE, member=by_member),
    ),
    Indicator(
        code="persons-taken-in-charge",
        title="Persone prese in carico",
        definition=(
            "Persone per cui nel periodo si è aperta una presa in carico (o l'iscrizione, dove si usa), "
            f"contate una volta sola. {WITHOUT_TAX_CODE}"
        ),
        unit="persone",
        kinds=("taking-in-charge-opened",),
        count=persons("taking-in-charge-opened", sector=by_attribute("sector"), member=by_member),
    ),
    Indicator(
        code="takings-in-charge-closed",
        title="Prese in carico concluse",
        definition="Prese in carico concluse nel periodo, con il motivo.",
        unit="prese in carico",
        kinds=("taking-in-charge-closed",),
        count=events("taking-in-charge-closed", closing=by_attribute("reason"), member=by_member),
    ),
    Indicator(
        code="referrals-sent",
        title="Segnalazioni inviate",
        definition="Segnalazioni inviate nel periodo da un servizio a un altro.",
        unit="segnalazioni",
        kinds=("referral-sent",),
        count=events("referral-sent", member=by_member, to=by_attribute("to")),
    ),
    Indicator(
        code="referrals-accepted",
        title="Segnalazioni accettate",
        definition="Segnalazioni accettate nel periodo, qualunque sia il giorno in cui erano state inviate.",
        unit="segnalazioni",
        kinds=("referral-accepted",),
        count=events("referral-accepted", member=by_member, sender=by_attribute("sender")),
    ),
    Indicator(
        code="referrals-declined",
        title="Segnalazioni non accolte",
        definition="Segnalazioni a cui nel periodo si è risposto di non poterle accogliere, con il motivo.",
        unit="segnalazioni",
        kinds=("referral-declined",),
        count=events(
            "referral-declined",
            declining=by_attribute("reason"),
            member=by_member,
            sender=by_attribute("sender"),
        ),
    ),
    Indicator(
        code="referrals-withdrawn",
        title="Segnalazioni ritirate",
        definition=(
            "Segnalazioni ritirate nel periodo da chi le aveva inviate. Se la risposta era già partita, "
            "la stessa segnalazione è contata anche tra quelle accettate o non accolte."
        ),
        unit="segnalazioni",
        kinds=("referral-withdrawn",),
        count=events("referral-withdrawn", member=by_member),
    ),
    Indicator(
        code="answer-days",
        title="Giorni per rispondere a una segnalazione",
        definition=(
            "Mediana dei giorni tra l'invio e la risposta, per le risposte date nel periodo. "
            "Chi invia e chi risponde trasmettono dati separati, senza il numero della segnalazione: "
            "si contano solo le risposte che possono riferirsi a una sola segnalazione."
        ),
        unit="giorni",
        kinds=("referral-sent", "referral-accepted", "referral-declined", "referral-withdrawn"),
        count=answer_days,
    ),
    Indicator(
        code="evaluations-requested",
        title="Valutazioni richieste",
        definition="Valutazioni richieste nel periodo a un'équipe, dal servizio che le guida.",
        unit="valutazioni",
        kinds=("evaluation-requested",),
        count=events("evaluation-requested", team=by_attribute("team"), member=by_member),
    ),
    Indicator(
        code="evaluations-completed",
        title="Valutazioni concluse",
        definition="Valutazioni concluse nel periodo da un'équipe in composizione valida.",
        unit="valutazioni",
        kinds=("evaluation-completed",),
        count=events(
            "evaluation-completed", team=by_attribute("team"), path_type=PATH_TYPE, member=by_member
        ),
    ),
    Indicator(
        code="override-share",
        title="Scelte motivate dell'équipe",
        definition=(
            "Su cento valutazioni concluse nel periodo, quelle in cui l'équipe ha scelto un percorso diverso "
            "dal primo suggerito e ha scritto perché. Scegliere diversamente è normale: se non accade mai, "
            "o quasi sempre, sono le regole da rivedere."
        ),
        unit="su 100",
        kinds=("evaluation-completed",),
        count=share("evaluation-completed", "overridden", choice=choice, team=by_attribute("team")),
    ),
)
BY_CODE = {indicator.code: indicator for indicator in INDICATORS}
