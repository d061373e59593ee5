"""A story in a few Italian words, for who looks on. Pure."""

from datetime import date

from trama_simulation.acts import (
    Accept,
    Act,
    Authorise,
    ConfirmStart,
    Decline,
    End,
    Propose,
    Refer,
    Register,
    Story,
)

ENDINGS = {
    "hired": "assunzione",
    "moved-on": "altro percorso",
    "person-choice": "scelta della persona",
    "health": "motivi di salute",
    "not-suitable": "luogo non adatto",
    "completed": "periodo compiuto",
}


def in_words(story: Story) -> str:
    """What was done, in order; consent is understood."""
    return "; ".join(sentence(act) for act in story.acts if not isinstance(act, Authorise))


def sentence(act: Act) -> str:
    """One act."""
    match act:
        case Register():
            return f"{act.at}: presa in carico dal {_day(act.opened_on)}"
        case Authorise():
            return f"{act.at}: condivisione autorizzata con {', '.join(act.among)}"
        case Refer():
            return f"segnalata a {act.to}"
        case Accept():
            return f"{act.at} accetta"
        case Decline():
            return f"{act.at} non può accogliere"
        case Propose():
            where = f"presso {act.host}" if act.host != act.at else "presso il servizio"
            return f"{act.at}: inserimento {where} dal {_day(act.planned_from)}"
        case ConfirmStart():
            return "avvio confermato"
        case End():
            return f"concluso il {_day(act.on)} ({ENDINGS[act.reason]})"


def _day(day: date) -> str:
    return f"{day.day}/{day:%m/%Y}"
