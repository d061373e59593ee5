"""A story in a few Italian words, for who looks on. Pure."""

from datetime import date

from trama_simulation.acts import (
    Accept,
    Act,
    AgreeProject,
    Approve,
    AskEvaluation,
    Authorise,
    Close,
    Conclude,
    ConfirmStart,
    Contribute,
    Convene,
    Decline,
    End,
    EvaluationAct,
    HostApproves,
    HostRefuses,
    PlacementAct,
    Propose,
    Refer,
    RefuseApproval,
    RefuseProject,
    Register,
    RegistryAct,
    SetReview,
    SignProject,
    Story,
    TakeBack,
    Try,
    WithdrawPath,
)

ENDINGS = {
    "hired": "assunzione",
    "moved-on": "altro percorso",
    "person-choice": "scelta della persona",
    "health": "motivi di salute",
    "not-suitable": "luogo non adatto",
    "completed": "periodo compiuto",
}
PARTIES = {"person": "la persona", "host": "chi ospita", "promoter": "il promotore"}
UNDERSTOOD = (Authorise, Approve, HostApproves, Try)
"""What goes without saying when a story is told."""
DAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre"),
    *("ottobre", "novembre", "dicembre"),
)


def in_words(story: Story) -> str:
    """What was done, in order; consent and approvals are understood."""
    told = [act for act in story.acts if not isinstance(act, UNDERSTOOD)]
    return "; ".join(f"{_day(act.on)} {sentence(act)}" for act in told)


def long_day(day: date) -> str:
    """`lunedì 4 febbraio 2013`."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def sentence(act: Act) -> str:
    """One act."""
    if isinstance(act, Try):
        return f"{act.at}: un rifiuto atteso ({act.code})"
    if isinstance(act, PlacementAct):
        return _of_path(act)
    return _of_team(act) if isinstance(act, EvaluationAct) else _of_registry(act)


def _of_registry(act: RegistryAct) -> str:
    match act:
        case Register():
            return f"{act.at}: presa in carico"
        case Authorise():
            return f"{act.at}: condivisione autorizzata con {', '.join(act.among)}"
        case Refer():
            return f"segnalata a {act.to}"
        case TakeBack():
            return f"segnalazione a {act.to} ritirata"
        case Accept():
            return f"{act.at} accetta"
        case Decline():
            return f"{act.at} non può accogliere"
        case Close():
            return f"{act.at}: presa in carico conclusa"


def _of_team(act: EvaluationAct) -> str:
    match act:
        case AskEvaluation():
            return f"{act.at}: valutazione richiesta a {', '.join(act.contributors)}"
        case Contribute():
            return f"contributo di {act.at}"
        case Convene():
            return f"incontro convocato per il {_day(act.held_on)}"
        case Conclude():
            return "valutazione conclusa"
        case AgreeProject():
            return "progetto concordato"
        case SignProject():
            return "progetto firmato"
        case RefuseProject():
            return "progetto non firmato"
        case SetReview():
            return f"verifica fissata per il {_day(act.review_on)}"


def _of_path(act: PlacementAct) -> str:
    match act:
        case Propose():
            where = f"presso {act.host}" if act.host != act.at else "presso il servizio"
            return f"{act.at}: inserimento {where} proposto dal {_day(act.planned_from)}"
        case Approve():
            return f"aderisce {PARTIES[act.party]}"
        case HostApproves():
            return f"{act.at} conferma"
        case RefuseApproval():
            return f"non aderisce {PARTIES[act.party]}: ritirato"
        case HostRefuses():
            return f"{act.at} non può accogliere: ritirato"
        case WithdrawPath():
            return "inserimento ritirato prima dell'avvio"
        case ConfirmStart():
            return "avvio confermato"
        case End():
            return f"concluso ({ENDINGS[act.reason]})"


def _day(day: date) -> str:
    return f"{day.day}/{day.month}" + ("" if day.year == 2013 else f"/{day.year}")
