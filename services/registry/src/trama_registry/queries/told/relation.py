"""The two doors, and what becomes of a taking in charge: in words."""

from trama_contracts.registry import (
    AccessConcluded,
    AccessRecorded,
    CompetenceDisputed,
    CompetenceMoved,
    CompetenceSettled,
    ServicePactSigned,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import because, named, on, sentence

DOORS = {"desk": "Accesso allo sportello", "planning-unit": "Richiesta all'unità di progettazione"}
CHANNELS = {
    "desk": "di persona",
    "phone": "per telefono",
    "email": "per posta elettronica",
    "letter": "per lettera",
    "home-visit": "a domicilio",
    "other-service": "tramite un altro servizio",
    "family": "tramite un familiare",
    "outreach": "incontro sul territorio",
}
RISK_FACTORS = {
    "low-schooling": "scarsa scolarizzazione",
    "short-curriculum": "curriculum molto breve",
    "no-occupational-profile": "profilo professionale non definito",
    "long-unemployment": "disoccupazione di lunga durata",
    "no-housing": "senza una casa sicura",
    "debts": "debiti o sfratto",
    "isolation": "isolamento",
    "care-burden": "carichi di cura",
    "language": "difficoltà con la lingua",
}
OUTCOMES = {
    "informed": "informazioni date, la persona prosegue da sé",
    "taken-in-charge": "presa in carico",
    "referred": "segnalata a un altro servizio",
    "planning-unit": "affidata all'unità di progettazione",
    "did-not-return": "la persona non è più tornata",
    "other": "altro",
}
SUSPENSIONS = {
    "person-asks": "lo chiede la persona",
    "away": "la persona è assente per un periodo",
    "unreachable": "la persona non è rintracciabile",
    "other": "altro motivo",
}
ACCESS_STATES = {
    "to-route": ("Da indirizzare", "waiting"),
    "due": ("Da indirizzare: il termine scade", "attention"),
    "late": ("Termine passato", "attention"),
    "concluded": ("Conclusa", "closed"),
}
"""The state of a first contact, and how it is coloured."""
GRADES = {"certain": "certo", "probable": "probabile", "possible": "possibile"}
KINDS = {
    "taking-in-charge": "Presa in carico",
    "registration": "Iscrizione",
    "hosting": "Rapporto con l'ospitante",
    "first-contact": "Primo contatto",
}
STATES = {
    "open": ("In carico", "good"),
    "suspended": ("Sospesa", "waiting"),
    "closed": ("Conclusa", "closed"),
}
COMPETENCES = {
    "ours": ("Nostra", "good"),
    "moved": ("Competenza passata", "waiting"),
    "disputed": ("Competenza da chiarire", "attention"),
}
GROUNDS = {"residence": "cambio di residenza", "agreement": "accordo tra i servizi", "law": "per legge"}


@tells(AccessRecorded)
def _asked(event: AccessRecorded, member: str, names: Names) -> str:
    channel = CHANNELS.get(event.channel)
    how = f", {channel}" if channel else ""
    return f"{DOORS[event.door]}{how}, {on(event.received_on)}. Bisogno: {sentence(event.need)}"


@tells(AccessConcluded)
def _routed(event: AccessConcluded, member: str, names: Names) -> str:
    note = f" {sentence(event.note)}" if event.note else ""
    return f"Esito dell'accesso, {on(event.concluded_on)}: {OUTCOMES[event.outcome]}.{note}"


@tells(TakingInChargeSuspended)
def _suspended(event: TakingInChargeSuspended, member: str, names: Names) -> str:
    until = f" Da rivedere entro {on(event.resume_by)}." if event.resume_by else ""
    since = on(event.suspended_on, "dal")
    return f"Presa in carico sospesa {since}: {SUSPENSIONS[event.reason]}.{until}"


@tells(TakingInChargeResumed)
def _resumed(event: TakingInChargeResumed, member: str, names: Names) -> str:
    return f"Presa in carico ripresa {on(event.resumed_on)}."


@tells(TakingInChargeReopened)
def _reopened(event: TakingInChargeReopened, member: str, names: Names) -> str:
    return f"Presa in carico riaperta {on(event.reopened_on)}.{because(event.reason)}"


@tells(CompetenceMoved)
def _moved(event: CompetenceMoved, member: str, names: Names) -> str:
    since = on(event.moved_on, "dal")
    follows = named(names(member))
    return (
        f"Competenza passata {named(names(event.to), 'a')} {since}: {GROUNDS[event.ground]}. "
        f"{follows} segue la persona fino al passaggio."
    )


@tells(CompetenceDisputed)
def _disputed(event: CompetenceDisputed, member: str, names: Names) -> str:
    other, since = named(names(event.other), "da"), on(event.disputed_on, "dal")
    return (
        f"Competenza da chiarire, contestata {other} {since}: {sentence(event.reason)} "
        f"{named(names(member))} intanto segue la persona."
    )


@tells(CompetenceSettled)
def _settled(event: CompetenceSettled, member: str, names: Names) -> str:
    who = named(names(event.competent))
    return f"Competenza chiarita {on(event.settled_on)}. Risponde: {who[0].lower() + who[1:]}."


@tells(ServicePactSigned)
def _pact(event: ServicePactSigned, member: str, names: Names) -> str:
    until = f", valido fino {on(event.valid_until, 'al')}" if event.valid_until else ""
    return f"Patto di servizio firmato {on(event.signed_on)}{until}."
