"""Documents that were filed: in words."""

from trama_chassis.language import say
from trama_contracts.registry import (
    DocumentFiled,
    DocumentNumbered,
    HealthDocumentFiled,
    HealthDocumentNumbered,
    JudicialDocumentFiled,
    JudicialDocumentNumbered,
    SocialDocumentFiled,
    SocialDocumentNumbered,
)
from trama_contracts.registry.document import Filing, Numbering

from trama_registry.queries.told.telling import Names, tells

KINDS = {
    "certificate": "Certificazione",
    "consent": "Consenso o informativa firmata",
    "curriculum": "Curriculum",
    "identity": "Documento d'identità",
    "letter": "Lettera",
    "measure": "Provvedimento",
    "report": "Relazione",
    "other": "Altro documento",
}
CIRCLES = {
    "care": "Chi segue la persona",
    "clinical": "Solo i servizi sanitari",
    "social": "Solo i servizi sociali",
    "justice": "Solo chi è autorizzato ai dati giudiziari",
}
"""For whose eyes a document is, as a choice in a form."""
MEDIA = {
    "application/pdf": "PDF",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "text/plain": "TXT",
}


def _filed(event: Filing, member: str, names: Names) -> str:
    return say(
        "Depositato un documento: %(name)s (%(kind)s, del %(day)s%(number)s).",
        name=event.name,
        kind=say(KINDS[event.kind]),
        day=event.dated,
        number=say(", protocollo n. %(number)s", number=event.protocol) if event.protocol else "",
    )


for _event in (JudicialDocumentFiled, SocialDocumentFiled, HealthDocumentFiled, DocumentFiled):
    tells(_event)(_filed)


def _numbered(event: Numbering, member: str, names: Names) -> str:
    if event.replaces is None:
        return say(
            "Il documento «%(name)s» ha il numero di protocollo %(number)s.",
            name=event.name,
            number=event.protocol,
        )
    return say(
        "Il documento «%(name)s» ha il numero di protocollo %(number)s; prima aveva il %(before)s.",
        name=event.name,
        number=event.protocol,
        before=event.replaces,
    )


for _number in (JudicialDocumentNumbered, SocialDocumentNumbered, HealthDocumentNumbered, DocumentNumbered):
    tells(_number)(_numbered)
