"""Codes, days and members in plain words."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from trama_chassis.clock import ZONE, local_day
from trama_chassis.language import Named, day, say

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
    "ordinary-job-search": "ricerca di lavoro con il Centro per l'impiego",
    "social-inclusion": "percorso di inclusione con il servizio sociale",
}
"""Kinds of team and of path that have a name of their own; others are told without it."""
PARTIES = {"person": "della persona", "host": "di chi ospita", "promoter": "di chi promuove il percorso"}
WITHDRAWALS = {
    "person-choice": "scelta della persona",
    "host-refused": "chi ospita non può accoglierlo",
    "promoter-choice": "scelta di chi promuove il percorso",
    "not-started": "non è mai iniziato",
}
REVIEW_OUTCOMES = {
    "goes-on": "Si prosegue come concordato",
    "changes": "Il progetto va cambiato",
    "ends": "Il percorso si conclude",
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


def sentence(text: str) -> str:
    """A text as it ends in a story: with a full stop, if it has no end of its own."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def listed(members: Iterable[str], names: Callable[[str], str]) -> str:
    """Members one after the other; names may have commas of their own."""
    return "; ".join(names(member) for member in members)


def because(reason: str | None) -> str:
    """The reason that somebody gave, if they did: none is owed."""
    return say(" Motivo: %(reason)s", reason=sentence(reason)) if reason else ""


def alternatively(alternative: str | None) -> str:
    """What was proposed instead, if anything was."""
    return say(" Alternativa: %(alternative)s", alternative=sentence(alternative)) if alternative else ""


def until(last: date | None) -> str:
    """Up to which day, if one was said."""
    return say(" al %(day)s", day=last) if last else ""


def when(occurred_at: datetime, recorded_at: datetime) -> str:
    """`14 ottobre 2013, 10:42`; what was recorded on another day has a day only, and says so."""
    occurred, recorded = local_day(occurred_at), local_day(recorded_at)
    if occurred == recorded:
        return f"{day(occurred)}, {occurred_at.astimezone(ZONE):%H:%M}"
    return say("%(day)s (registrato il %(recorded)s)", day=occurred, recorded=recorded)


def silent(who: Named, since: datetime, now: datetime) -> str:
    """Since when somebody is silent: `dalle 10:42`, `da ieri`, `dal 12 ottobre 2013`."""
    on, today = local_day(since), local_day(now)
    if on == today:
        time = f"{since.astimezone(ZONE):%H:%M}"
        return say("Il %(who)s non trasmette dalle %(time)s.", who=who, time=time)
    if (today - on).days == 1:
        return say("Il %(who)s non trasmette da ieri.", who=who)
    return say("Il %(who)s non trasmette dal %(day)s.", who=who, day=on)


def at(moment: datetime, now: datetime) -> str:
    """Up to when something holds: `alle 10:42`, or with its day if that is not today."""
    time, on = f"{moment.astimezone(ZONE):%H:%M}", local_day(moment)
    if on == local_day(now):
        return say("alle %(time)s", time=time)
    return say("alle %(time)s del %(day)s", time=time, day=on)
