"""By which numbers and titles a person is known, and what was found not to be theirs: in words."""

from collections.abc import Iterable

from trama_chassis.language import say
from trama_contracts.registry import (
    CertificateEnded,
    CertificateRecorded,
    HealthTargetGroupsSet,
    IdentifierAssigned,
    IdentifierEnded,
    JudicialTargetGroupsSet,
    RecordsUnlinked,
    TargetGroupsSet,
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import because, until

IDENTIFIERS = {
    "tax-code": "Codice fiscale",
    "provisional-tax-code": "Codice fiscale provvisorio",
    "stp": "Codice STP",
    "eni": "Codice ENI",
    "anpr-id": "ID ANPR",
    "other": "Altro codice",
}
VERIFICATIONS = {
    "well-formed": "forma corretta",
    "checked": "carattere di controllo corretto",
    "plausible": "coerente con nome e nascita",
    "verified": "verificato presso l'archivio",
}
IDENTIFIER_ENDINGS = {
    "replaced": "sostituito da un altro",
    "expired": "scaduto",
    "mistaken": "inserito per errore",
}
CERTIFICATES = {
    "targeted-placement": "Collocamento mirato (L. 68/1999)",
    "disadvantaged": "Persona svantaggiata (L. 381/1991, art. 4)",
    "disadvantaged-worker-eu": "Lavoratore svantaggiato (regolamento UE)",
}
CERTIFICATE_ENDINGS = {
    "expired": "scaduta",
    "revoked": "revocata",
    "replaced": "sostituita da un'altra",
    "mistaken": "inserita per errore",
}
GROUPS = {
    "at-risk-of-exclusion": "a rischio di povertà o di esclusione sociale",
    "first-job-seeker-at-risk": "giovane a rischio in cerca di prima occupazione",
    "migrant": "migrante",
    "woman-in-difficulty": "donna in difficoltà",
    "young-adult-in-difficulty": "giovane adulto in difficoltà",
    "addiction": "dipendenza da sostanze",
    "alcohol": "alcolismo",
    "disability": "disabilità",
    "mental-health": "salute mentale",
    "alternative-measure": "misura alternativa alla pena",
    "former-prisoner": "ex detenuto",
    "proceedings": "procedimento giudiziario",
}


@tells(IdentifierAssigned)
def _assigned(event: IdentifierAssigned, member: str, names: Names) -> str:
    said = f", {event.attested_by}" if event.attested_by else ""
    return say(
        "%(kind)s %(value)s, dal %(day)s%(until)s (%(verification)s).",
        kind=say(IDENTIFIERS[event.kind]),
        value=event.value,
        day=event.valid_from,
        until=until(event.valid_to),
        verification=say(VERIFICATIONS[event.verification]) + said,
    )


@tells(IdentifierEnded)
def _identifier_ended(event: IdentifierEnded, member: str, names: Names) -> str:
    return say(
        "%(kind)s %(value)s non più usato dal %(day)s: %(reason)s.",
        kind=say(IDENTIFIERS[event.kind]),
        value=event.value,
        day=event.ended_on,
        reason=say(IDENTIFIER_ENDINGS[event.reason]),
    )


@tells(RecordsUnlinked)
def _unlinked(event: RecordsUnlinked, member: str, names: Names) -> str:
    other = event.b.member if event.a.member == member else event.a.member
    return say(
        "Percorso separato da quello che risultava presso il %(other)s, dal %(day)s.",
        other=names(other),
        day=event.unlinked_on,
    ) + because(event.reason)


@tells(CertificateRecorded)
def _certified(event: CertificateRecorded, member: str, names: Names) -> str:
    return say(
        "Certificazione: %(kind)s, dal %(day)s%(until)s.",
        kind=say(CERTIFICATES[event.kind]),
        day=event.starts_on,
        until=until(event.ends_on),
    ) + (say(" Rilasciata da: %(issuer)s.", issuer=event.issuer) if event.issuer else "")


@tells(CertificateEnded)
def _certificate_ended(event: CertificateEnded, member: str, names: Names) -> str:
    return say(
        "Certificazione %(reason)s dal %(day)s: %(kind)s.",
        reason=say(CERTIFICATE_ENDINGS[event.reason]),
        day=event.ended_on,
        kind=say(CERTIFICATES[event.kind]),
    )


@tells(TargetGroupsSet)
def _groups(event: TargetGroupsSet, member: str, names: Names) -> str:
    return say("Categorie di destinatari: %(groups)s.", groups=_listed(event.groups))


@tells(HealthTargetGroupsSet)
def _health_groups(event: HealthTargetGroupsSet, member: str, names: Names) -> str:
    return say("Categorie sanitarie: %(groups)s.", groups=_listed(event.groups))


@tells(JudicialTargetGroupsSet)
def _judicial_groups(event: JudicialTargetGroupsSet, member: str, names: Names) -> str:
    return say("Categorie giudiziarie: %(groups)s.", groups=_listed(event.groups))


def _listed(groups: Iterable[str]) -> str:
    return ", ".join(say(GROUPS[group]) for group in groups) or say("nessuna")
