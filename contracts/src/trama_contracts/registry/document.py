"""Events of the registry on documents: that one was filed, and by which hash it is known. Never its content.

The file stays sealed with who filed it and is asked for in the mailbox (wire section 11: request, file)."""

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import Field, StringConstraints

from trama_contracts.event import Day, Event, Part, Uuid
from trama_contracts.fields import Hash
from trama_contracts.names import Circle
from trama_contracts.payload_fields import ShortText

LARGEST_DOCUMENT: Final = 10 * 1024 * 1024
"""Bytes of the largest document: 122 messages."""
DOCUMENT_NAME_PATTERN: Final = r"[^\x00-\x20\x7f/\\.][^\x00-\x1f\x7f/\\]*"

DocumentKind: TypeAlias = Literal[
    "certificate", "consent", "curriculum", "identity", "letter", "measure", "other", "report"
]
"""What a document is: certification, signed consent or privacy notice, curriculum, identity paper, letter,
measure of an authority, anything else, report of a service."""
MediaType: TypeAlias = Literal[
    "application/pdf",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/jpeg",
    "image/png",
    "text/plain",
]
"""What may be filed: nothing that a reader's machine would run."""
DocumentName = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=f"^{DOCUMENT_NAME_PATTERN}$")
]
"""A file's name without a path, and not hidden."""
DocumentSize = Annotated[int, Field(strict=True, ge=1, le=LARGEST_DOCUMENT)]


class NamedDocument(Part):
    """A document as a referral names it: what it is, and nothing by which its file could be asked for."""

    name: DocumentName
    kind: DocumentKind
    dated: Day


NamedDocuments = Annotated[tuple[NamedDocument, ...], Field(min_length=1, max_length=10)]
"""What whoever accepts may ask for."""


class Filing(Event):
    """What every event on a filed document says; each circle has an event of its own."""

    document: Uuid
    name: DocumentName
    kind: DocumentKind
    media_type: MediaType
    size: DocumentSize
    sha256: Hash
    dated: Day
    protocol: ShortText | None = None


class DocumentFiled(Filing):
    """Published by a member's registry, for who follows the person (care), when a document was filed: its
    name, kind, day, size and hash, and the number under which the office registered it. Whoever reads this
    may ask the writer for the file, by its id; the writer decides again who may have it."""

    wire_type: ClassVar[str] = "it.trama.registry.document-filed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "document"


class HealthDocumentFiled(Filing):
    """Published by a health service's registry, in the clinical circle alone, when a document that tells of
    a person's health was filed (GDPR art. 9)."""

    wire_type: ClassVar[str] = "it.trama.registry.health-document-filed.v1"
    circle: ClassVar[Circle] = "clinical"
    scope: ClassVar[str] = "document"


class SocialDocumentFiled(Filing):
    """Published by a social service's registry, in the social circle alone, when a document on family,
    housing or means was filed."""

    wire_type: ClassVar[str] = "it.trama.registry.social-document-filed.v1"
    circle: ClassVar[Circle] = "social"
    scope: ClassVar[str] = "document"


class JudicialDocumentFiled(Filing):
    """Published by a member's registry, in the justice circle alone, when a document on judicial measures
    was filed (GDPR art. 10)."""

    wire_type: ClassVar[str] = "it.trama.registry.judicial-document-filed.v1"
    circle: ClassVar[Circle] = "justice"
    scope: ClassVar[str] = "document"


class Numbering(Event):
    """What every event on the number of a document says; each circle has an event of its own.

    Nothing that was told is wrong: the office registered the document after it was filed, or gave it another
    number (`replaces` is the one it had). The last one counts.
    """

    document: Uuid
    name: DocumentName
    protocol: ShortText
    numbered_on: Day
    replaces: ShortText | None = None


class DocumentNumbered(Numbering):
    """Published by a member's registry, for who follows the person (care), when a document that it had filed
    gets its protocol number."""

    wire_type: ClassVar[str] = "it.trama.registry.document-numbered.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "document"


class HealthDocumentNumbered(Numbering):
    """Published by a health service's registry, in the clinical circle alone, when a document on a person's
    health that it had filed gets its protocol number (GDPR art. 9)."""

    wire_type: ClassVar[str] = "it.trama.registry.health-document-numbered.v1"
    circle: ClassVar[Circle] = "clinical"
    scope: ClassVar[str] = "document"


class SocialDocumentNumbered(Numbering):
    """Published by a social service's registry, in the social circle alone, when a document on family,
    housing or means that it had filed gets its protocol number."""

    wire_type: ClassVar[str] = "it.trama.registry.social-document-numbered.v1"
    circle: ClassVar[Circle] = "social"
    scope: ClassVar[str] = "document"


class JudicialDocumentNumbered(Numbering):
    """Published by a member's registry, in the justice circle alone, when a document on judicial measures
    that it had filed gets its protocol number (GDPR art. 10)."""

    wire_type: ClassVar[str] = "it.trama.registry.judicial-document-numbered.v1"
    circle: ClassVar[Circle] = "justice"
    scope: ClassVar[str] = "document"
