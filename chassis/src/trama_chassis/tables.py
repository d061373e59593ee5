"""Every table of the chassis, defined once. A service creates exactly these and its own."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from trama_chassis.audit_entry import AUDIT_TABLES
from trama_chassis.erasure_tables import ERASURE_TABLES
from trama_chassis.files import File, FileDue, FilePiece
from trama_chassis.grounds import GROUNDS
from trama_chassis.idempotency import AnswerGiven
from trama_chassis.links import LinkHeard, LinkRemoved, RecordLink

BIG = BigInteger().with_variant(Integer, "sqlite")


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements that go past the session's objects."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table classes
    return table


def insert_or(dialect: str, model: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens on a conflict: both databases can, each in its own construct."""
    return postgresql.insert(model) if dialect == "postgresql" else sqlite.insert(model)


def _position() -> Any:  # noqa: ANN401 - SQLModel's Field is typed Any
    return Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))


def _bytes(*, nullable: bool = False) -> Any:  # noqa: ANN401 - as above
    return Field(default=None, sa_column=Column(LargeBinary, nullable=nullable))


def _json(*, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    return Field(default=None, sa_column=Column(JSON, nullable=nullable))


def _behind(name: str) -> Index:
    """An index of the rows that have moved on since it was told: few, among very many."""
    moved = text("seq > told_seq")
    return Index(name, "told_seq", sqlite_where=moved, postgresql_where=moved)


class OwnStream(SQLModel, table=True):
    """A stream this service writes: one slice of a record for one circle and scope. One key, for ever."""

    __tablename__ = "own_stream"
    __table_args__ = (
        UniqueConstraint("topic", "record", "circle", "scope", "generation"),
        _behind("ix_own_stream_behind"),
        {"info": {"contended": True}},
    )
    stream: str = Field(primary_key=True)
    topic: str
    record: str = Field(index=True)
    circle: str
    scope: str
    generation: int = 1
    sealed_key: bytes = _bytes()
    seq: int = 0
    hash: str | None = None
    continues: dict[str, Any] | None = _json()
    not_before: datetime | None = None
    told_seq: int = 0
    ended: bool = False


class ScopeParty(SQLModel, table=True):
    """A service named as party to a scope of a record: the receiver of a referral, the host of one path."""

    __tablename__ = "scope_party"
    record: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    principal: str = Field(primary_key=True)


class OutboxRow(SQLModel, table=True):
    """What is to be sent, sealed and signed: exact bytes, the archive of this service's events."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_unsent",
            "kind",
            "position",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
        Index("ix_outbox_stream_seq", "stream", "seq"),
    )
    position: int | None = _position()
    kind: str
    topic: str
    key: str
    event_id: str = Field(unique=True)
    stream: str | None = None
    seq: int | None = None
    value: bytes = _bytes()
    signature: bytes = _bytes()
    committed_at: datetime
    not_before: datetime | None = None
    sent_at: datetime | None = None
    partition: int | None = None
    offset: int | None = Field(default=None, sa_column=Column(BIG, nullable=True))


class GrantGiven(SQLModel, table=True):
    """A stream's key given, or to be given, to one other service."""

    __tablename__ = "grant_given"
    stream: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True, index=True)
    grant: dict[str, Any] = _json(nullable=False)
    from_seq: int
    message: str | None = Field(default=None, index=True)
    acknowledged: bool = False
    ended_at: datetime | None = None


class ResendDue(SQLModel, table=True):
    """A stream whose exact bytes are to be sent again for one recipient, from a sequence number on."""

    __tablename__ = "resend_due"
    stream: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    next_seq: int
    until_seq: int
    after_message: str | None = None


class Delivered(SQLModel, table=True):
    """What one recipient says it has applied of one of our streams, or refused."""

    __tablename__ = "delivered"
    stream: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    seq: int = 0
    hash: str | None = None
    rejected: str | None = None
    heard_at: datetime


class GrantReceived(SQLModel, table=True):
    """The keystore of received keys: never wiped by a rebuild."""

    __tablename__ = "grant_received"
    topic: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    source: str = Field(index=True)
    sealed_key: bytes = _bytes()
    circle: str
    scope: str
    record: str | None = Field(default=None, index=True)
    terms: dict[str, Any] = _json(nullable=False)
    valid_until: str | None = None
    from_seq: int = 1
    from_prevhash: str | None = None
    told: bool = False
    ended_at: datetime | None = None


class Position(SQLModel, table=True):
    """How far one foreign stream has been applied."""

    __tablename__ = "position"
    __table_args__ = (_behind("ix_position_behind"),)
    topic: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    seq: int
    hash: str | None = None
    stopped: bool = False
    blocked_seq: int | None = None
    waiting: int = 0
    waiting_since: datetime | None = None
    asked_at: datetime | None = None
    told_seq: int = 0
    acted_seq: int = 0
    """Up to here reactions have run, though the copies of it are to come again (see rebuild)."""


class InboxEvent(SQLModel, table=True):
    """The exact bytes of what was applied: evidence, and what a rebuild reads."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("topic", "stream", "seq"),)
    position: int | None = _position()
    topic: str
    stream: str
    seq: int
    hash: str
    value: bytes = _bytes()
    signature: bytes = _bytes()
    outcome: str
    received_at: datetime


class Waiting(SQLModel, table=True):
    """An event that came before its predecessor, or stands behind a dead letter."""

    __tablename__ = "waiting"
    topic: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    hash: str
    value: bytes = _bytes()
    signature: bytes = _bytes()


OPEN, EARLY = "open", "early"
"""An event put aside by itself, since what it needs has not arrived: tried again every few seconds."""
EARLY_TRIES = 60


class DeadLetter(SQLModel, table=True):
    """An event that could not be applied: reason and exact bytes, until an operator retries or drops it."""

    __tablename__ = "dead_letter"
    number: int | None = _position()
    topic: str
    stream: str
    seq: int
    event_id: str
    code: str
    reason: str
    value: bytes = _bytes()
    signature: bytes = _bytes()
    at: datetime
    state: str = OPEN


class Refusal(SQLModel, table=True):
    """How often records of one source were refused with one code. Never by stream."""

    __tablename__ = "refusal"
    source: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    count: int
    last_at: datetime


class MessageSeen(SQLModel, table=True):
    """Mailbox messages already acted upon (kept 70 days, wire section 11)."""

    __tablename__ = "message_seen"
    source: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    at: datetime


class HeadHeard(SQLModel, table=True):
    """The last sequence number a source says one of its streams has."""

    __tablename__ = "head_heard"
    topic: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    seq: int
    hash: str
    heard_at: datetime


class SourceHeard(SQLModel, table=True):
    """When a source was last heard through its heads or sign of life."""

    __tablename__ = "source_heard"
    source: str = Field(primary_key=True)
    sent_at: str
    heard_at: datetime


class DirectoryHeld(SQLModel, table=True):
    """The signed directory records this service goes by, as read."""

    __tablename__ = "directory_held"
    key: str = Field(primary_key=True)
    value: bytes = _bytes()
    signature: bytes = _bytes()


class CatalogueHeld(SQLModel, table=True):
    """The open facts of services, our own too: the newest version of each, as read."""

    __tablename__ = "catalogue_held"
    __table_args__ = ({"info": {"contended": True}},)
    topic: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    version: int
    type: str
    value: bytes = _bytes()
    signature: bytes = _bytes()


class OwnHpkeKey(SQLModel, table=True):
    """One epoch of this service's HPKE key; the seed is sealed by the key outside the database."""

    __tablename__ = "own_hpke_key"
    hpkekey: str = Field(primary_key=True)
    suite: str
    public: str
    sealed_seed: bytes = _bytes()
    valid_from: datetime
    valid_until: datetime


class Erased(SQLModel, table=True):
    """A stream erased for ever, whether it was granted or not."""

    __tablename__ = "erased"
    topic: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    hash: str


class AuthorisationHeld(SQLModel, table=True):
    """An authorisation this service has learnt of, and for which record of which member."""

    __tablename__ = "authorisation_held"
    authorisation: str = Field(primary_key=True)
    member: str = Field(index=True)
    record: str = Field(index=True)
    terms: dict[str, Any] = _json(nullable=False)


class ReportingIdHeld(SQLModel, table=True):
    """The pseudonym under which a record's facts are counted."""

    __tablename__ = "reporting_id_held"
    record: str = Field(primary_key=True)
    reporting_id: str


class Decision(SQLModel, table=True):
    """One decision on who may have a stream's key, permit or deny, with its reason."""

    __tablename__ = "decision"
    number: int | None = _position()
    at: datetime
    stream: str = Field(index=True)
    recipient: str
    permitted: bool
    reason: str


class TimerRun(SQLModel, table=True):
    """When a timer last ran, in business time."""

    __tablename__ = "timer_run"
    name: str = Field(primary_key=True)
    ran_at: datetime


CHASSIS_TABLES: tuple[type[SQLModel], ...] = (
    OwnStream,
    ScopeParty,
    OutboxRow,
    GrantGiven,
    ResendDue,
    Delivered,
    GrantReceived,
    Position,
    InboxEvent,
    Waiting,
    DeadLetter,
    Refusal,
    MessageSeen,
    HeadHeard,
    SourceHeard,
    DirectoryHeld,
    CatalogueHeld,
    OwnHpkeKey,
    Erased,
    AuthorisationHeld,
    RecordLink,
    LinkHeard,
    LinkRemoved,
    *GROUNDS,
    AnswerGiven,
    ReportingIdHeld,
    Decision,
    File,
    FilePiece,
    FileDue,
    TimerRun,
    *AUDIT_TABLES,
    *ERASURE_TABLES,
)
