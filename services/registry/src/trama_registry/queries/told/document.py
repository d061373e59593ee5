"""Documents that were filed: in words."""

from trama_contracts.registry import (
    DocumentFiled,
    HealthDocumentFiled,
    JudicialDocumentFiled,
    SocialDocumentFiled,
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import on

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
MEDIA = {
    "application/pdf": "PDF",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "text/plain": "TXT",
}
Filed = DocumentFiled | HealthDocumentFiled | SocialDocumentFiled | JudicialDocumentFiled


@tells(DocumentFiled)
@tells(HealthDocumentFiled)
@tells(SocialDocumentFiled)
@tells(JudicialDocumentFiled)
def _filed(event: Filed, member: str, names: Names) -> str:
    number = f", protocollo n. {event.protocol}" if event.protocol else ""
    return f"Depositato un documento: {event.name} ({KINDS[event.kind]}, {on(event.dated, 'del')}{number})."
