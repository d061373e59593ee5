"""Codes, days and members in plain Italian."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from trama_chassis.clock import ZONE
from trama_chassis.web import day

RELATIONS = {
    "social": "Presa in carico",
    "health": "Presa in carico",
    "work-integration": "Presa in carico",
    "employment": "Iscrizione",
}
CLOSINGS = {
    "goals-reached": "obiettivi raggiunti",
    "moved": "trasferimento in altro territorio",
    "withdrew": "scelta della persona",
    "transferred": "passaggio ad altro servizio",
    "deceased": "decesso",
    "other": "altro motivo",
}
REFUSALS = {
    "not-competent": "il servizio non è competente",
    "no-capacity": "non c'è posto ora",
    "more-urgent-elsewhere": "prima serve altro, altrove",
    "already-followed": "la persona è già seguita",
    "other": "altro motivo",
}
OUTCOMES = {
    "goals-reached": "obiettivi raggiunti",
    "partly-reached": "obiettivi raggiunti in parte",
    "transferred": "passaggio ad altro servizio",
    "no-longer-needed": "non serve più",
    "other": "altro esito",
}
"""What came of a referral."""
FAILURES = {
    "no-capacity": "non c'è più posto",
    "not-competent": "il servizio non è competente",
    "person-choice": "scelta della persona",
    "unreachable": "la persona non è rintracciabile",
    "other": "altro motivo",
}
"""Why what was accepted came to nothing."""
ENDINGS = {
    "hired": "assunzione",
    "moved-on": "altro percorso",
    "person-choice": "scelta della persona",
    "health": "motivi di salute",
    "not-suitable": "luogo non adatto",
    "completed": "periodo compiuto",
}
CIRCLES = {
    "care": "Percorso",
    "clinical": "Salute",
    "social": "Sociale",
    "justice": "Giustizia",
    "host": "Luogo di lavoro",
    "referral": "Solo per rispondere",
    "accountability": "Solo per i conteggi",
}
STATES = {
    "received": "Da rispondere",
    "sent": "In attesa di risposta",
    "delivered": "Consegnata",
    "seen": "Letta",
    "more-asked": "Richieste altre informazioni",
    "accepted": "Accettata",
    "declined": "Non accolta",
    "noted-accepted": "Accettata (risposta su carta)",
    "noted-declined": "Non accolta (risposta su carta)",
    "in-progress": "In corso",
    "completed": "Conclusa",
    "failed": "Non riuscita",
    "withdrawn": "Ritirata",
    "superseded": "Sostituita",
    "no-answer": "Senza risposta nei termini",
}
STATE_KINDS = {
    "received": "waiting",
    "sent": "waiting",
    "seen": "waiting",
    "more-asked": "attention",
    "no-answer": "attention",
    "accepted": "good",
    "in-progress": "good",
    "completed": "good",
    "noted-accepted": "good",
    "declined": "attention",
    "noted-declined": "attention",
    "failed": "attention",
    "withdrawn": "closed",
    "superseded": "closed",
}
"""How the chip of a referral's state looks."""
TEAMS = {
    "integrated-planning-unit": "unità di progettazione integrata",
    "multidimensional-unit": "unità di valutazione multidimensionale",
    "targeted-placement-committee": "COMIDIS",
    "integrated-team": "équipe integrata",
}
PATHS = {
    "work-grant-therapeutic": "borsa lavoro terapeutica",
    "work-grant-observational": "borsa lavoro osservativa",
    "traineeship": "tirocinio formativo e di orientamento",
    "traineeship-disadvantaged": "tirocinio per persone svantaggiate",
    "traineeship-disability": "tirocinio per persone con disabilità",
    "traineeship-social-inclusion": "tirocinio di inclusione sociale",
    "observation-lab": "laboratorio osservativo",
    "hiring-support": "accompagnamento all'assunzione",
    "not-transferable": "percorso di inclusione con il servizio sociale",
}
"""Kinds of team and of path that have a name of their own; others are told without it."""
PARTIES = {"person": "della persona", "host": "di chi ospita", "promoter": "di chi promuove il percorso"}
WITHDRAWALS = {
    "person-choice": "scelta della persona",
    "host-refused": "chi ospita non può accoglierlo",
    "promoter-choice": "scelta di chi promuove il percorso",
    "not-started": "non è mai iniziato",
}
REVIEWS = {
    "term": "come previsto dal progetto",
    "late-contribution": "è arrivato un contributo dopo la conclusione della valutazione",
    "host-asks": "la chiede chi ospita",
    "person-asks": "la chiede la persona",
    "other": "altro motivo",
}
SERVICES = {"placement": "inserimenti", "evaluation": "valutazione"}
"""Services whose name tells something beside the member's; the registry is the member speaking."""


ROLES = {
    "caseworker": "operatore",
    "supervisor": "responsabile",
    "team-lead": "coordinamento dell'équipe",
    "placement-officer": "operatore degli inserimenti",
    "host-tutor": "tutor di chi ospita",
    "service": "procedura automatica",
}
"""In which role somebody acted; a role that is not here is not told."""


def local_day(moment: datetime) -> date:
    """The day on which a moment fell, where people are."""
    return moment.astimezone(ZONE).date()


def sentence(text: str) -> str:
    """A text as it ends in a story: with a full stop, if it has no end of its own."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def listed(members: Iterable[str], names: Callable[[str], str]) -> str:
    """Members one after the other; names may have commas of their own."""
    return "; ".join(names(member) for member in members)


def because(reason: str | None) -> str:
    """The reason that somebody gave, if they did: none is owed."""
    return f" Motivo: {sentence(reason)}" if reason else ""


def on(day_of_it: date, article: str = "il") -> str:
    """A day with its article: `il 4 febbraio 2013`, `dall'8 marzo 2013`."""
    elided = {"il": "l'", "dal": "dall'", "al": "all'", "del": "dell'"}
    return f"{elided[article] if day_of_it.day in (8, 11) else article + ' '}{day(day_of_it)}"


def when(occurred_at: datetime, recorded_at: datetime) -> str:
    """`14 ottobre 2013, 10:42`; what was recorded on another day has a day only, and says so."""
    occurred, recorded = occurred_at.astimezone(ZONE), recorded_at.astimezone(ZONE)
    if occurred.date() == recorded.date():
        return f"{day(occurred.date())}, {occurred:%H:%M}"
    return f"{day(occurred.date())} (registrato il {day(recorded.date())})"


def since(moment: datetime, now: datetime) -> str:
    """Since when somebody is silent: `dalle 10:42`, `da ieri`, `dal 12 ottobre 2013`."""
    local, today = moment.astimezone(ZONE), now.astimezone(ZONE).date()
    if local.date() == today:
        return f"dalle {local:%H:%M}"
    return "da ieri" if (today - local.date()).days == 1 else f"dal {day(local.date())}"


def at(moment: datetime, now: datetime) -> str:
    """Up to when something holds: `alle 10:42`, or with its day if that is not today."""
    local = moment.astimezone(ZONE)
    is_today = local.date() == now.astimezone(ZONE).date()
    return f"alle {local:%H:%M}" if is_today else f"alle {local:%H:%M} del {day(local.date())}"


_ARTICLES = {
    "il": {"": "Il ", "di": "del ", "a": "al ", "da": "dal ", "presso": "presso il "},
    "lo": {"": "Lo ", "di": "dello ", "a": "allo ", "da": "dallo ", "presso": "presso lo "},
    "la": {"": "La ", "di": "della ", "a": "alla ", "da": "dalla ", "presso": "presso la "},
    "l'": {"": "L'", "di": "dell'", "a": "all'", "da": "dall'", "presso": "presso l'"},
    "": {"": "", "di": "di ", "a": "a ", "da": "da ", "presso": "presso "},
}


def named(name: str, preposition: str = "") -> str:
    """A member's name with its article: `Il SIL`, as a subject, or after a preposition: `dell'ambito`."""
    return f"{_ARTICLES[_article(name)][preposition]}{name}"


def _article(name: str) -> str:
    """The article of a name's first word; none for a name that begins with its own."""
    first = name.split()[0].strip(",«»") if name.split() else ""
    low, is_acronym = first.casefold(), first.isupper()
    if low in ("", "il", "lo", "la", "i", "gli", "le"):
        return ""
    if low[0] in "aeiouàèéìòù":
        return "l'"
    if low.endswith(("a", "ione")) and not is_acronym:
        return "la"
    is_impure = low[0] in "zxy" or (low[0] == "s" and low[1:2] not in tuple("aeiouàèéìòù"))
    return "lo" if is_impure and not is_acronym else "il"
