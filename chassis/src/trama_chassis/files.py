"""Files as they are kept: sealed in pieces, each file under a key of its own, which the keystore seals.

A piece is what one message carries (wire section 11), so that nothing is cut or joined on its way.
"""

import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, ColumnElement, LargeBinary, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col
from trama_contracts.messages import FILE_PART_BYTES

from trama_chassis.keystore import KEY_BYTES, Keystore, KeystoreDamaged

FILE: Final = "file"
"""The kind of outbox row that carries a part: sent last, not kept, the file's id in the place of a stream."""
KEPT: Final = "kept"
"""The file is here, and is what its hash says: our own, or one that has arrived."""
ASKED: Final = "asked"
"""It was asked for, and has not arrived whole."""
REFUSED: Final = "refused"
"""What arrived was not what the hash says: nothing of it is kept."""
UNANSWERED: Final = "unanswered"
"""It was asked for again and again and nothing came; why is not known."""
Name = tuple[str, str]
"""Who keeps a file, and its id: an id has meaning only with the service that gave it."""


class Place(NamedTuple):
    """For whose eyes a file is: those who may have what is told in this circle and scope of this record."""

    record: str
    circle: str
    scope: str
    """In full, `<kind>:<uuid>`."""


class File(SQLModel, table=True):
    """A file of ours, or one of another service that was asked for; record, circle and scope say for whom."""

    __tablename__ = "file"
    __table_args__ = ({"info": {"contended": True}},)
    source: str = Field(primary_key=True)
    file: str = Field(primary_key=True)
    record: str = Field(index=True)
    circle: str
    scope: str
    sha256: str = ""
    size: int
    sealed_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str = Field(index=True)
    times_asked: int = 0
    asked_at: datetime | None = None
    heard_at: datetime | None = None

    @property
    def parts(self) -> int:
        """In how many parts it comes."""
        return max(1, -(-self.size // FILE_PART_BYTES))

    @property
    def context(self) -> str:
        """What its key is sealed for."""
        return f"file:{self.source}:{self.file}"


class FilePiece(SQLModel, table=True):
    """One piece of a file, sealed; counted from 1."""

    __tablename__ = "file_piece"
    source: str = Field(primary_key=True)
    file: str = Field(primary_key=True)
    part: int = Field(primary_key=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FileDue(SQLModel, table=True):
    """A file of ours that is on its way to who asked for it, and which part is next."""

    __tablename__ = "file_due"
    file: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    next_part: int = 1


class FileDamaged(Exception):
    """A kept piece is missing or does not open: the database was changed by something else."""


def begun(keystore: Keystore, name: Name, place: Place) -> File:
    """A file with a key of its own, of which nothing else is known yet."""
    source, number = name
    file = File(source=source, file=number, size=0, sealed_key=b"", state=ASKED, **place._asdict())
    file.sealed_key = keystore.seal(secrets.token_bytes(KEY_BYTES), file.context)
    return file


def pieces_of(file: File) -> ColumnElement[bool]:
    """Which pieces are of a file."""
    return and_(col(FilePiece.source) == file.source, col(FilePiece.file) == file.file)


def sealed(keystore: Keystore, file: File, pieces: Sequence[bytes], first: int = 1) -> list[FilePiece]:
    """Pieces of a file as they are stored; its number is sealed with each: none stands for another."""
    key = AESGCM(keystore.open(file.sealed_key, file.context))
    rows = []
    for part, piece in enumerate(pieces, first):
        nonce = os.urandom(12)
        sealed = nonce + key.encrypt(nonce, piece, str(part).encode())
        rows.append(FilePiece(source=file.source, file=file.file, part=part, sealed=sealed))
    return rows


async def opened(session: AsyncSession, keystore: Keystore, file: File, first: int, last: int) -> list[bytes]:
    """The pieces from one number to another, both included, opened. Raises FileDamaged."""
    rows = await session.scalars(
        select(FilePiece)
        .where(pieces_of(file), col(FilePiece.part).between(first, last))
        .order_by(col(FilePiece.part))
    )
    try:
        key = AESGCM(keystore.open(file.sealed_key, file.context))
        found = [key.decrypt(row.sealed[:12], row.sealed[12:], str(row.part).encode()) for row in rows]
    except (InvalidTag, KeystoreDamaged) as error:
        raise FileDamaged(f"a piece of file {file.file} does not open") from error
    if len(found) != last - first + 1:
        raise FileDamaged(f"pieces of file {file.file} are missing")
    return found
