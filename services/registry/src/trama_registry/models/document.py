"""Documents that were filed, by us and by others: what is told of them. The files are the chassis'."""

import re
import unicodedata
import zipfile
import zlib
from datetime import date, datetime
from io import BytesIO
from pathlib import PurePosixPath

from sqlalchemy import Index
from sqlmodel import Field, SQLModel
from trama_contracts.registry import LARGEST_DOCUMENT, MediaType

from trama_registry.errors import DocumentEmpty, DocumentMisnamed, DocumentNotReadable, DocumentTooLarge

ENDINGS: dict[MediaType, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "text/plain": (".txt",),
}
"""What may be filed, and how the names of such files end."""
LONGEST_NAME = 120
_ODT, _DOCX = "application/vnd.oasis.opendocument.text", "[Content_Types].xml"
_MACROS = re.compile(r"^(Basic|Scripts)/|vbaProject", re.IGNORECASE)
_UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Kinds of character that do not show, or turn the order of those that do: `fattura‮fdp.exe`."""
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


class DocumentCopy(SQLModel, table=True):
    """A document as its event tells it, ours or another's; which files are here is known to the chassis."""

    __tablename__ = "document_copy"
    __table_args__ = (Index("ix_document_copy_member_record", "member", "record"),)
    member: str = Field(primary_key=True)
    document: str = Field(primary_key=True)
    record: str
    circle: str
    scope: str
    event_id: str
    stream: str = Field(index=True)
    name: str
    kind: str
    media_type: str
    size: int
    sha256: str
    dated: date
    protocol: str | None = None
    filed_at: datetime

    @property
    def file(self) -> tuple[str, str]:
        """The name of its file for the chassis: who keeps it, and its id."""
        return f"{self.member}.registry", self.document


class DocumentAsked(SQLModel, table=True):
    """That we asked who filed a document for its file, and on which day of business; the first one counts."""

    __tablename__ = "document_asked"
    member: str = Field(primary_key=True)
    document: str = Field(primary_key=True)
    asked_on: date


def recognised(name: str, content: bytes) -> tuple[str, MediaType]:
    """The name under which a file is kept, and what it is: told by its content, never by its name alone.

    Raises DocumentEmpty, DocumentTooLarge, DocumentNotReadable, DocumentMisnamed.
    """
    if not content:
        raise DocumentEmpty
    if len(content) > LARGEST_DOCUMENT:
        raise DocumentTooLarge
    found = _media_type(content)
    if found is None:
        raise DocumentNotReadable
    path = PurePosixPath(tidy_name(name))
    stem, ending = (path.stem, path.suffix.lower()) if _is_ending(path.suffix) else (path.name, "")
    if ending and ending not in ENDINGS[found]:
        raise DocumentMisnamed(
            "Il nome finisce per «%(ending)s», ma il contenuto è di tipo %(expected)s: controllate il file.",
            ending=ending,
            expected=ENDINGS[found][0].removeprefix(".").upper(),
        )
    ending = ending or ENDINGS[found][0]
    return f"{stem[: LONGEST_NAME - len(ending)].rstrip(' .')}{ending}", found


def tidy_name(name: str) -> str:
    """A file's name without path, hidden characters and what no file system takes; never empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(" " if unicodedata.category(one) in _UNPRINTED else one for one in last)
    tidy = " ".join(_NOT_IN_NAMES.sub("-", shown).split()).lstrip(" .").rstrip(" .")
    return tidy if tidy and not tidy.startswith(".") else "documento"


def _is_ending(suffix: str) -> bool:
    """Whether what follows the last dot of a name is an ending: `relazione v1.2` has none."""
    return re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{0,7}", suffix) is not None


def _media_type(content: bytes) -> MediaType | None:
    """What a content is, from its first and last bytes."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf"
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-2048:]:
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-64:]:
        return "image/png"
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    return "text/plain" if _is_text(content) else None


def _packed(content: bytes) -> MediaType | None:
    """What an archive of an office program is; none with macros in it, and nothing else that is packed."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            if any(_MACROS.search(name) for name in names):
                return None
            if "mimetype" in names and _starts(archive, "mimetype", _ODT.encode()):
                return "application/vnd.oasis.opendocument.text"
            if {_DOCX, "word/document.xml"} <= names:
                return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError):
        return None
    return None


def _starts(archive: zipfile.ZipFile, name: str, words: bytes) -> bool:
    """Whether a file in an archive holds these words and no more; never unpacked whole."""
    with archive.open(name) as file:
        return file.read(len(words) + 1) == words


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", text) is None
