"""What happened, in plain Italian: the one place where events, codes, days and members become words."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from trama_chassis.clock import ZONE
from trama_contracts.event import Event
from trama_contracts.events import EVENTS
from trama_contracts.placement import (
    HostPlacementClosed,
    HostPlacementOpened,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
)
from trama_contracts.registry import (
    AuthorisationGiven,
    CaseManagerAssigned,
    PersonRegistered,
    RecordsLinked,
    ReferralAccepted,
    ReferralDeclined,
    ReferralSent,
    TakingInChargeClosed,
    TakingInChargeOpened,
)

Names = Callable[[str], str]
"""How a member is called, from its name in the directory."""

E = TypeVar("E", bound=Event)
Teller = Callable[[E, str, Names], str]

MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
    *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
)
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
    "accepted": "Accettata",
    "declined": "Non accolta",
}
SERVICES = {"placement": "inserimenti", "evaluation": "valutazione"}
"""Services whose name tells something beside the member's; the registry is the member speaking."""

_TELLERS: dict[str, Teller[Any]] = {}
ORDER: list[str] = []
"""Wire types in the order in which a story is told when all happens in one moment."""


def happened(wire_type: str, payload: dict[str, Any], member: str, names: Names, *, corrected: bool) -> str:
    """One sentence, or two, about an event that a member wrote."""
    event = EVENTS[wire_type].from_payload(payload)
    sentence = _TELLERS[wire_type](event, member, names)
    return f"Correzione. {sentence}" if corrected else sentence


def _tells(event_class: type[E]) -> Callable[[Teller[E]], Teller[E]]:
    def register(teller: Teller[E]) -> Teller[E]:
        _TELLERS[event_class.wire_type] = teller
        ORDER.append(event_class.wire_type)
        return teller

    return register


@_tells(PersonRegistered)
def _registered(event: PersonRegistered, member: str, names: Names) -> str:
    name = " ".join(part for part in (event.given_name, event.family_name) if part)
    return f"{name}: prima registrazione {named(names(member), 'presso')}."


@_tells(TakingInChargeOpened)
def _opened(event: TakingInChargeOpened, member: str, names: Names) -> str:
    return f"{RELATIONS[event.sector]} dal {day(event.opened_on)}. Bisogno: {_sentence(event.need)}"


@_tells(TakingInChargeClosed)
def _closed(event: TakingInChargeClosed, member: str, names: Names) -> str:
    return f"Presa in carico conclusa il {day(event.closed_on)}: {CLOSINGS[event.reason]}."


@_tells(CaseManagerAssigned)
def _assigned(event: CaseManagerAssigned, member: str, names: Names) -> str:
    phone = f", telefono {event.phone}" if event.phone else ""
    return f"Referente del percorso dal {day(event.since)}: {event.name}{phone}."


@_tells(AuthorisationGiven)
def _authorised(event: AuthorisationGiven, member: str, names: Names) -> str:
    basis = "con il consenso della persona"
    if event.basis.kind == "law":
        basis = f"per legge ({event.basis.act}, {event.basis.article})"
    until = f" al {day(event.ends_on)}" if event.ends_on else ""
    circles = ", ".join(CIRCLES[circle] for circle in event.circles)
    recipients = "; ".join(names(recipient) for recipient in event.recipients)
    return (
        f"Condivisione autorizzata {basis}, dal {day(event.starts_on)}{until}. "
        f"Che cosa: {circles}. Tra: {recipients}. Informativa consegnata il {day(event.notice_given_on)}."
    )


@_tells(ReferralSent)
def _sent(event: ReferralSent, member: str, names: Names) -> str:
    return (
        f"Segnalazione inviata {named(names(event.to), 'a')}. Motivo: {_sentence(event.reason)} "
        f"Risposta attesa entro il {day(event.answer_by)}."
    )


@_tells(ReferralAccepted)
def _accepted(event: ReferralAccepted, member: str, names: Names) -> str:
    return f"Segnalazione accettata {named(names(member), 'da')}. Contatto: {event.contact}."


@_tells(ReferralDeclined)
def _declined(event: ReferralDeclined, member: str, names: Names) -> str:
    alternative = f" Alternativa: {_sentence(event.alternative)}" if event.alternative else ""
    return f"Segnalazione non accolta {named(names(member), 'da')}: {REFUSALS[event.reason]}.{alternative}"


@_tells(RecordsLinked)
def _linked(event: RecordsLinked, member: str, names: Names) -> str:
    other = event.b.member if event.a.member == member else event.a.member
    return f"Percorso collegato a quello che la persona ha {named(names(other), 'presso')}."


@_tells(PlacementProposed)
def _proposed(event: PlacementProposed, member: str, names: Names) -> str:
    return (
        f"Inserimento proposto {named(names(event.host), 'presso')}: "
        f"{event.task}, {event.weekly_hours} ore alla settimana, "
        f"dal {day(event.planned_from)} al {day(event.planned_to)}."
    )


@_tells(PlacementStarted)
def _started(event: PlacementStarted, member: str, names: Names) -> str:
    return f"Inserimento iniziato il {day(event.started_on)}: avvio confermato."


@_tells(PlacementEnded)
def _ended(event: PlacementEnded, member: str, names: Names) -> str:
    return f"Inserimento concluso il {day(event.ended_on)}: {ENDINGS[event.reason]}."


@_tells(HostPlacementOpened)
def _hosted(event: HostPlacementOpened, member: str, names: Names) -> str:
    return (
        f"Percorso in azienda: {event.task}, {event.weekly_hours} ore alla settimana, "
        f"dal {day(event.planned_from)} al {day(event.planned_to)}."
    )


@_tells(HostPlacementClosed)
def _host_left(event: HostPlacementClosed, member: str, names: Names) -> str:
    return f"Percorso in azienda concluso il {day(event.ended_on)}."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def day(on: date) -> str:
    """`4 febbraio 2013`."""
    return f"{on.day}{'º' if on.day == 1 else ''} {MONTHS[on.month - 1]} {on.year}"


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
