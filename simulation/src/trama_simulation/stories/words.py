"""What is said in stories: needs, reasons, tasks, answers, profiles. Pure."""

from trama_simulation.acts import Ratings
from trama_simulation.members import COMIDIS, COR, CPI, DSM, EST, SERT, SIL, URBANO

NEEDS = (
    "Un lavoro adatto dopo anni senza occupazione.",
    "Riprendere il lavoro con orari compatibili con la cura dei figli.",
    "Un primo inserimento accompagnato, vicino a casa.",
    "Provare un'attività manuale con un tutor accanto.",
    "Capire quale lavoro è sostenibile in questo momento.",
    "Un percorso graduale, con poche ore all'inizio.",
)
REASONS = (
    "Colloqui conclusi: la persona è pronta per un percorso accompagnato.",
    "Serve valutare un inserimento protetto prima di un lavoro ordinario.",
    "La persona chiede un'esperienza in cooperativa.",
)
QUESTIONS = (
    "Quale percorso è adatto ora, e con quale sostegno?",
    "La persona può iniziare un percorso in azienda?",
    "Quante ore e quale mansione sono sostenibili?",
)
TASKS = ("confezionamento", "cura del verde", "lavanderia", "assemblaggio", "sartoria", "magazzino")
REFUSALS = (
    ("not-competent", "Un colloquio con l'altro servizio, che ha un percorso dedicato."),
    ("no-capacity", "L'altro servizio può iniziare subito con un colloquio."),
    ("more-urgent-elsewhere", "Prima un colloquio con l'altro servizio, poi se ne riparla insieme."),
)
QUESTIONS_BACK = (
    ("Quali mattine sono libere?", "Tutte, tranne il mercoledì."),
    ("La persona ha già lavorato in un reparto?", "Sì, tre anni in magazzino, fino alla chiusura."),
)
"""What a receiver asks before it answers, and what it is told."""
OUTCOMES = ("goals-reached", "partly-reached", "no-longer-needed")
FAILURES = ("no-capacity", "person-choice", "unreachable")
CHANNELS = ("desk", "phone", "family", "other-service", "letter")
RISKS = ("low-schooling", "long-unemployment", "no-housing", "isolation", "care-burden")
RESTS = ("person-asks", "away", "unreachable")
STEPS = (
    "Colloquio con il tutor",
    "Visita al luogo di lavoro",
    "Telefonata per fissare l'incontro",
)
ISSUERS = ("Commissione medica di prova n. 1", "Commissione medica di prova n. 2")
OWN_WORDS = (
    "Vorrei un lavoro mio, con orari che riesco a tenere.",
    "Mi piacerebbe lavorare all'aperto e con poche persone.",
    "Voglio tornare a guadagnare qualcosa, un passo alla volta.",
)
GOALS = ("un colloquio ogni due settimane", "accompagnamento nei primi giorni", "ricerca del luogo di lavoro")
FAMILIES = (
    "Vive sola, la rete familiare abita lontano.",
    "Due figli a scuola, un genitore malato da assistere.",
)
DIAGNOSES = (
    "Quadro compatibile con un impegno graduale.",
    "La cura prosegue per tutto il percorso.",
)
BEFORE_START = ("person-choice", "promoter-choice", "not-started")
ENDINGS = ("hired", "hired", "completed", "completed", "moved-on", "person-choice", "health", "not-suitable")
CLOSINGS = ("goals-reached", "goals-reached", "moved", "withdrew", "other", "deceased")
OVERRIDE = "L'équipe conosce la persona da anni e la ritiene pronta."

DISCIPLINE = {
    URBANO: "social-work",
    EST: "social-work",
    SIL: "work-mediation",
    DSM: "psychiatry",
    SERT: "addiction-medicine",
    CPI: "employment",
    COMIDIS: "employment",
    COR: "guidance",
}
"""As what the operator of each member contributes and sits in a team."""
PLACES = ("Sede dell'ambito, sala riunioni", "Ambulatorio, piano terra", "Sede della Provincia, stanza 12")

HOURS = (8, 12, 16, 20, 24, 30)
MONTHS = {
    "traineeship": (2, 5),
    "traineeship-disadvantaged": (3, 12),
    "traineeship-disability": (3, 12),
    "work-grant-therapeutic": (3, 8),
    "work-grant-observational": (2, 6),
    "observation-lab": (4, 6),
    "hiring-support": (6, 12),
}
"""How long paths of each kind may be planned."""
WITHOUT_EVALUATION = ("traineeship", "hiring-support")
"""Path types that may be proposed at a host before a team has evaluated."""

ITEMS = (
    *("d155", "d160", "d175", "d210", "d220", "d230", "d240", "d250", "d710", "d720", "d740"),
    *("d470", "d570", "d860", "d825", "d845", "d850", "d855"),
)
"""What anybody who knows the person can rate."""
OBSERVED_ITEMS = ("f-punctuality", "f-pace")
"""What can be rated after the person was seen at work."""


def rated(score: int, *, items: tuple[str, ...] = ITEMS) -> Ratings:
    """The same score for every item."""
    return tuple((item, score) for item in items)


PROPOSED: dict[str, Ratings] = {
    "traineeship": rated(2),
    "work-grant-observational": rated(3),
    "traineeship-disadvantaged": rated(3, items=(*ITEMS, *OBSERVED_ITEMS)),
    "ordinary-job-search": rated(1),
    "observation-lab": rated(2, items=ITEMS[:6]),
}
"""What must be rated for the rules to propose a path first."""
