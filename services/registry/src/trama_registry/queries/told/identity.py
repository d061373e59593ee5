"""By which numbers and titles a person is known, and what was found not to be theirs: in words."""

from collections.abc import Iterable

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
from trama_registry.queries.told.words import because, named, on

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
    until = f" {on(event.valid_to, 'al')}" if event.valid_to else ""
    said = f", {event.attested_by}" if event.attested_by else ""
    return (
        f"{IDENTIFIERS[event.kind]} {event.value}, {on(event.valid_from, 'dal')}{until} "
        f"({VERIFICATIONS[event.verification]}{said})."
    )


@tells(IdentifierEnded)
def _identifier_ended(event: IdentifierEnded, member: str, names: Names) -> str:
    reason = IDENTIFIER_ENDINGS[event.reason]
    return f"{IDENTIFIERS[event.kind]} {event.value} non più usato {on(event.ended_on, 'dal')}: {reason}."


@tells(RecordsUnlinked)
def _unlinked(event: RecordsUnlinked, member: str, names: Names) -> str:
    other = event.b.member if event.a.member == member else event.a.member
    return (
        f"Percorso separato da quello che risultava {named(names(other), 'presso')}, "
        f"{on(event.unlinked_on, 'dal')}.{because(event.reason)}"
    )


@tells(CertificateRecorded)
def _certified(event: CertificateRecorded, member: str, names: Names) -> str:
    until = f" {on(event.ends_on, 'al')}" if event.ends_on else ""
    issuer = f" Rilasciata da: {event.issuer}." if event.issuer else ""
    return f"Certificazione: {CERTIFICATES[event.kind]}, {on(event.starts_on, 'dal')}{until}.{issuer}"


@tells(CertificateEnded)
def _certificate_ended(event: CertificateEnded, member: str, names: Names) -> str:
    reason = CERTIFICATE_ENDINGS[event.reason]
    return f"Certificazione {reason} {on(event.ended_on, 'dal')}: {CERTIFICATES[event.kind]}."


@tells(TargetGroupsSet)
def _groups(event: TargetGroupsSet, member: str, names: Names) -> str:
    return _listed("Categorie di destinatari", event.groups)


@tells(HealthTargetGroupsSet)
def _health_groups(event: HealthTargetGroupsSet, member: str, names: Names) -> str:
    return _listed("Categorie sanitarie", event.groups)


@tells(JudicialTargetGroupsSet)
def _judicial_groups(event: JudicialTargetGroupsSet, member: str, names: Names) -> str:
    return _listed("Categorie giudiziarie", event.groups)


def _listed(title: str, groups: Iterable[str]) -> str:
    return f"{title}: {', '.join(GROUPS[group] for group in groups) or 'nessuna'}."
