"""Documents: what is said of one when it is filed, and what is told of it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.registry import DocumentKind

from trama_registry.schemas.overview import DocumentView

DocumentCircle = Literal["care", "clinical", "social", "justice"]


class FileDocument(Body):
    """What is said of a document when it is filed; its day, if left out, is today."""

    kind: DocumentKind
    circle: DocumentCircle = "care"
    dated: Date | None = None
    protocol: Line | None = None


class NumberDocument(Body):
    """The number under which our office registered a document."""

    protocol: Line


class FiledDocumentView(DocumentView):
    """A document that was filed: by whom, what it is, for whose eyes, and whether its file is here."""

    document: str
    member: str
    member_name: str
    kind: str
    kind_label: str
    circle: str
    circle_label: str
    media: str
    size: int
    size_label: str
    filed_on: date
    asked_on: date | None = None
    """Of another's document, the day on which we asked for the file first."""
    state: str
    """`here`, `elsewhere`, `asked`, `refused`, `unanswered`."""
    state_label: str
    state_kind: str


class DocumentsView(BaseModel):
    """Every document of a person that whoever asks may know of, newest first."""

    record: str
    documents: list[FiledDocumentView]
