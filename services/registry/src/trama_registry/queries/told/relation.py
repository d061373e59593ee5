"""The two doors, and what becomes of a taking in charge: in words."""

from trama_chassis.language import say
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
from trama_registry.queries.told.words import because, sentence

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
    how = f", {say(CHANNELS[event.channel])}" if event.channel in CHANNELS else ""
    return say(
        "%(door)s%(how)s, il %(day)s. Bisogno: %(need)s",
        door=say(DOORS[event.door]),
        how=how,
        day=event.received_on,
        need=sentence(event.need),
    )


@tells(AccessConcluded)
def _routed(event: AccessConcluded, member: str, names: Names) -> str:
    return say(
        "Esito dell'accesso, il %(day)s: %(outcome)s.",
        day=event.concluded_on,
        outcome=say(OUTCOMES[event.outcome]),
    ) + (f" {sentence(event.note)}" if event.note else "")


@tells(TakingInChargeSuspended)
def _suspended(event: TakingInChargeSuspended, member: str, names: Names) -> str:
    return say(
        "Presa in carico sospesa dal %(day)s: %(reason)s.",
        day=event.suspended_on,
        reason=say(SUSPENSIONS[event.reason]),
    ) + (say(" Da rivedere entro il %(day)s.", day=event.resume_by) if event.resume_by else "")


@tells(TakingInChargeResumed)
def _resumed(event: TakingInChargeResumed, member: str, names: Names) -> str:
    return say("Presa in carico ripresa il %(day)s.", day=event.resumed_on)


@tells(TakingInChargeReopened)
def _reopened(event: TakingInChargeReopened, member: str, names: Names) -> str:
    return say("Presa in carico riaperta il %(day)s.", day=event.reopened_on) + because(event.reason)


@tells(CompetenceMoved)
def _moved(event: CompetenceMoved, member: str, names: Names) -> str:
    return say(
        "Competenza passata al %(to)s dal %(day)s: %(ground)s. "
        "Il %(who)s segue la persona fino al passaggio.",
        to=names(event.to),
        day=event.moved_on,
        ground=say(GROUNDS[event.ground]),
        who=names(member),
    )


@tells(CompetenceDisputed)
def _disputed(event: CompetenceDisputed, member: str, names: Names) -> str:
    return say(
        "Competenza da chiarire, contestata dal %(other)s dal %(day)s: %(reason)s "
        "Il %(who)s intanto segue la persona.",
        other=names(event.other),
        day=event.disputed_on,
        reason=sentence(event.reason),
        who=names(member),
    )


@tells(CompetenceSettled)
def _settled(event: CompetenceSettled, member: str, names: Names) -> str:
    return say(
        "Competenza chiarita il %(day)s. Risponde: il %(who)s.",
        day=event.settled_on,
        who=names(event.competent),
    )


@tells(ServicePactSigned)
def _pact(event: ServicePactSigned, member: str, names: Names) -> str:
    if event.valid_until is None:
        return say("Patto di servizio firmato il %(day)s.", day=event.signed_on)
    return say(
        "Patto di servizio firmato il %(day)s, valido fino al %(until)s.",
        day=event.signed_on,
        until=event.valid_until,
    )
