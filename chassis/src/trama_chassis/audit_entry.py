"""What is kept of every look at a person's data: an entry per request, each with the hash of the one before.

Pure but for the two tables: it reads no clock and no database.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer
from sqlmodel import Field, SQLModel

from trama_chassis.conflict import ConflictHeld

KINDS = ("read", "search", "change", "refused", "exception", "urgent", "export")
"""What was done: looked at, sought, changed; refused; done against a rule, in urgency, taken out."""
FIRST = "0" * 64
"""What the first entry holds in place of the hash of the one before."""
UNCHAINED = frozenset({"hash", "signature"})
"""What an entry's hash does not cover: itself, and the signature made over it."""


class AuditEntry(SQLModel, table=True):
    """Who looked at whose data, when, by what way and why. Never changed, never erased one by one.

    It holds ids only: of records, of the operator. What was sought is kept as a keyed hash. Instants are
    text, so that the hash is the same on every database.
    """

    __tablename__ = "audit_entry"
    __table_args__ = ({"info": {"contended": True}},)
    number: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    )
    at: str = Field(index=True)
    """Machine time, UTC."""
    business_at: str
    operator: str | None = Field(default=None, index=True)
    """The operator's opaque id; nobody where nobody was recognised."""
    role: str | None = None
    on_behalf_of: str | None = None
    method: str
    route: str
    kind: str
    status: int
    code: str | None = None
    """Which rule refused, or was set aside."""
    records: list[str] = Field(sa_column=Column(JSON, nullable=False))
    compared: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    """Read by the machine to compare (is this somebody we know?), and shown to nobody."""
    terms: str | None = None
    found: int | None = None
    reason: str | None = None
    previous: str = Field(unique=True)
    hash: str
    signature: str | None = None
    """Of this service, over the hash of the last entry of each wave."""


class AuditRecord(SQLModel, table=True):
    """By whose record an entry is found again; it can be made anew from the entries."""

    __tablename__ = "audit_record"
    record: str = Field(primary_key=True)
    entry: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    )


AUDIT_TABLES: tuple[type[SQLModel], ...] = (AuditEntry, AuditRecord, ConflictHeld)


def chained(entry: dict[str, Any], previous: str, number: int) -> dict[str, Any]:
    """An entry with its number, its link to the one before, and its own hash."""
    linked = entry | {"number": number, "previous": previous}
    return linked | {"hash": hash_of(linked)}


def hash_of(entry: dict[str, Any]) -> str:
    """SHA-256 over everything an entry says, the hash of the one before included."""
    covered = {name: value for name, value in entry.items() if name not in UNCHAINED}
    canonical = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain does not hold, and what is wrong there."""

    number: int
    what: str


class Chain:
    """Follows entries in order and keeps where the chain first breaks, if it does."""

    def __init__(self) -> None:
        self.length = 0
        self.head = FIRST
        self.broken: Broken | None = None

    def follow(self, entries: Iterable[AuditEntry]) -> None:
        """Check the next entries; after a break nothing more is said."""
        for entry in entries:
            if self.broken is None:
                self.broken = self._fault(entry)
            self.length, self.head = entry.number, entry.hash

    def _fault(self, entry: AuditEntry) -> Broken | None:
        expected = self.length + 1
        if entry.number != expected:
            return Broken(expected, "missing")
        if entry.previous != self.head:
            return Broken(entry.number, "does not follow the one before")
        if hash_of(entry.model_dump()) != entry.hash:
            return Broken(entry.number, "changed after it was written")
        return None
