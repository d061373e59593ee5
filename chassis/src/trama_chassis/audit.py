"""Every look at a person's data is written down before its answer leaves; what cannot be is not shown.

Whatever the database gives of a person during a request is named by itself (`watch`); queries name the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import event, select
from sqlalchemy.engine import Result
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, object_session
from sqlmodel import SQLModel, col
from trama_contracts.encoding import b64u, from_b64u
from trama_contracts.errors import Malformed
from trama_contracts.inner import instant

from trama_chassis import clock
from trama_chassis.audit_entry import FIRST, AuditEntry, AuditRecord, Broken, Chain, chained
from trama_chassis.contention import is_retryable
from trama_chassis.errors import Refused

if TYPE_CHECKING:
    from fastapi import Request

    from trama_chassis.clock import Clock
    from trama_chassis.database import Database
    from trama_chassis.keystore import SigningKey

LOOK = "look"
DENIALS = frozenset({401, 403, 404, 429})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REASON_HEADER = "trama-reason"
REASON_FIELD = "exception_reason"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
WAVE = 200
FOLLOWED = 1000
ATTEMPTS = 5
LONGEST_REASON = 1000
log = structlog.get_logger("trama.audit")


class NotKept(Refused):
    """Who looked could not be written down: so nothing is shown."""

    status = 503
    code = "audit-not-kept"
    detail = (
        "Il registro degli accessi non è disponibile: finché non si può annotare chi guarda, i dati non si "
        "mostrano. Riprovate tra qualche secondo; se continua, avvisate chi gestisce il servizio."
    )


@dataclass(slots=True)
class Look:
    """What one request has been shown so far, and what is said of it."""

    records: set[str] = field(default_factory=set)
    compared: set[str] = field(default_factory=set)
    is_comparing: bool = False
    terms: list[str] = field(default_factory=list)
    found: int | None = None
    kind: str = ""
    code: str = ""
    reason: str = ""
    operator: str | None = None
    roles: frozenset[str] = frozenset()
    said: str = ""
    """The reason with which the caller asks for an exception, if they give one."""
    hidden: frozenset[str] | None = None
    """Records of which this operator is to see nothing; None while nobody has asked."""


# What queries and commands say


def shown(session: AsyncSession | Session, *records: str | None) -> None:
    """Name the records whose data this request shows."""
    look: Look | None = session.info.get(LOOK)
    if look is not None:
        look.records.update(record for record in records if record)


@contextmanager
def comparing(session: AsyncSession) -> Iterator[None]:
    """What is read meanwhile is compared by the machine, and shown to nobody unless `shown` says so."""
    look: Look | None = session.info.get(LOOK)
    if look is None:
        yield
        return
    before, look.is_comparing = look.is_comparing, True
    try:
        yield
    finally:
        look.is_comparing = before


def searched(session: AsyncSession, terms: Iterable[str | None], found: int) -> None:
    """Say that persons were sought, by what (kept as a keyed hash only), and how many were found."""
    look: Look | None = session.info.get(LOOK)
    if look is not None:
        look.terms += [term for term in terms if term]
        look.found = (look.found or 0) + found


def reason(session: AsyncSession, kind: str, text: str, *, code: str = "") -> None:
    """Say what this request is beside reading or changing (exception, urgent, export), and why."""
    look: Look | None = session.info.get(LOOK)
    if look is not None and not (look.kind and kind == "export"):
        look.kind, look.reason, look.code = kind, text[:LONGEST_REASON], code


@contextmanager
def allowing(session: AsyncSession) -> Iterator[None]:
    """Around one rule: who may allow an exception to it, and says why, is not refused, and that is kept."""
    try:
        yield
    except Refused as refused:
        look: Look | None = session.info.get(LOOK)
        if look is None or not look.said or refused.allowed_by not in look.roles:
            raise
        codes = [look.code] if look.kind == "exception" else []
        reason(session, "exception", look.said, code=" ".join([*codes, refused.code]))


def undone(session: AsyncSession) -> None:
    """Say that what was done is undone, a look at what would be: no exception was made."""
    look: Look | None = session.info.get(LOOK)
    if look is not None and look.kind == "exception":
        look.kind = look.reason = look.code = ""


# What the database gives is named by itself


def watch(tables: Iterable[type[SQLModel]]) -> None:
    """Have every row of these tables that bears a record name it to the request for which it is read."""
    for table in tables:
        if _bearers(table) and not event.contains(table, "load", _loaded):
            event.listen(table, "load", _loaded)
            event.listen(table, "refresh", _refreshed)
    if not event.contains(Session, "do_orm_execute", _columns):
        event.listen(Session, "do_orm_execute", _columns)


def _bearers(table: type[SQLModel]) -> tuple[str, ...]:
    """The columns that say of whom a row tells: `record`, or what the table's `info["person"]` names."""
    named = table.__table__.info.get("person", ("record",))  # type: ignore[attr-defined]  # SQLModel sets it
    return tuple(one for one in named if hasattr(table, one))


def _loaded(row: Any, context: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
    # A merge gives no context: what is merged in is told of by its own session.
    session = object_session(row) if context is None else context.session
    look: Look | None = session.info.get(LOOK) if session is not None else None
    if look is None:
        return
    whose = next((said for one in _bearers(type(row)) if (said := getattr(row, one))), None)
    if whose is not None:
        (look.compared if look.is_comparing else look.records).add(whose)


def _refreshed(row: Any, context: Any, _: object) -> None:  # noqa: ANN401 - as above
    _loaded(row, context)


def _columns(state: ORMExecuteState) -> Result[Any] | None:
    """Columns called `record` in what a statement selects, which no object is made of."""
    look: Look | None = state.session.info.get(LOOK)
    if look is None or not state.is_select or state.is_column_load or state.is_relationship_load:
        return None
    described = getattr(state.statement, "column_descriptions", ())
    places = [place for place, one in enumerate(described) if one["name"] == "record"]
    if not places:
        return None
    rows = state.invoke_statement().freeze()
    named = look.compared if look.is_comparing else look.records
    for row in rows.data:
        named.update(str(row[place]) for place in places if row[place])
    return rows()


# The one place where a request ends


def begin(request: Request) -> Look:
    """A new look for an attempt to answer; what an attempt that lost a race has read was not shown."""
    look = Look()
    request.state.look = look
    return look


async def recognise(request: Request, operator: str, roles: frozenset[str]) -> None:
    """Say who is looking, and the reason they give for an exception: a header, or a field of a form."""
    look: Look | None = getattr(request.state, "look", None)
    if look is None:
        return
    look.operator, look.roles = operator, roles
    said: object = unquote(request.headers.get(REASON_HEADER, ""))
    if not said and request.headers.get("content-type", "").startswith(FORMS):
        said = (await request.form()).get(REASON_FIELD)
    look.said = said.strip()[:LONGEST_REASON] if isinstance(said, str) else ""


async def close(request: Request, status: int, code: str = "") -> None:
    """Write down what a request has been shown, or refused; raises NotKept, and then nothing may leave."""
    look: Look = getattr(request.state, "look", None) or Look()
    if not (look.records or look.terms or look.kind or look.found is not None or status in DENIALS):
        return
    book: Book | None = getattr(request.app.state, "audit", None)
    if book is None:
        return
    caller = getattr(request.state, "caller", None)
    await book.write(
        {
            "operator": caller.operator if caller else look.operator,
            "role": caller.role if caller else None,
            "on_behalf_of": getattr(caller, "on_behalf_of", None),
            "method": request.method,
            "route": _route(request),
            "kind": _kind(look, request.method, status),
            "status": status,
            "code": code or look.code or None,
            "records": sorted(look.records),
            "compared": sorted(look.compared - look.records) or None,
            "terms": book.keyed("|".join(look.terms)) if look.terms else None,
            "found": look.found,
            "reason": look.reason or None,
        }
    )


def _route(request: Request) -> str:
    """The pattern of the path that was asked for: never the path itself, which may name somebody."""
    pattern = getattr(request.scope.get("route"), "path", "")
    before = "/".join(request.url.path.split("/")[:3])
    return before + pattern if before.startswith("/api/") and not pattern.startswith("/api/") else pattern


def _kind(look: Look, method: str, status: int) -> str:
    if status >= 400:
        return "refused"
    if look.kind:
        return look.kind
    if look.terms or look.found is not None:
        return "search"
    return "read" if method in SAFE else "change"


class Book:
    """One service's entries. One task writes: many requests that end at once share one commit."""

    def __init__(
        self,
        database: Database,
        business: Clock,
        *,
        keyed: Callable[[str], str],
        signing: SigningKey | None = None,
    ) -> None:
        self.keyed = keyed
        self._database = database
        self._clock = business
        self._signing = signing
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, entry: dict[str, Any]) -> None:
        """Keep an entry; it is durable when this returns. Raises NotKept."""
        written = asyncio.get_running_loop().create_future()
        times = {"at": instant(clock.machine_now()), "business_at": instant(self._clock.now())}
        self._waiting.append((entry | times, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        await written

    async def _write_all(self) -> None:
        while self._waiting:
            wave, self._waiting = self._waiting[:WAVE], self._waiting[WAVE:]
            fault: Exception | None = None
            try:
                await self._keep([entry for entry, _ in wave])
            except Exception as error:
                log.error("audit entries could not be kept", count=len(wave), exc_info=error)
                fault = error
            for _, written in wave:
                if not written.done() and fault is None:
                    written.set_result(None)
                elif not written.done():
                    written.set_exception(NotKept())

    async def _keep(self, entries: Sequence[dict[str, Any]]) -> None:
        for attempt in range(ATTEMPTS):
            try:
                return await self._append(entries)
            except Exception as error:
                # Another process has gone on with the chain: only the one after it can follow.
                if attempt + 1 == ATTEMPTS or not is_retryable(error):
                    raise

    async def _append(self, entries: Sequence[dict[str, Any]]) -> None:
        last = select(col(AuditEntry.number), col(AuditEntry.hash)).order_by(col(AuditEntry.number).desc())
        async with self._database.engine.begin() as connection:
            number, head = (await connection.execute(last.limit(1))).one_or_none() or (0, FIRST)
            rows: list[dict[str, Any]] = []
            for entry in entries:
                rows.append(chained(entry, head, number + 1))
                number, head = rows[-1]["number"], rows[-1]["hash"]
            rows = [row | {"signature": None} for row in rows]
            rows[-1]["signature"] = self._signed(head)
            await connection.execute(AuditEntry.__table__.insert(), rows)  # type: ignore[attr-defined]  # SQLModel sets it
            found = [{"record": record, "entry": row["number"]} for row in rows for record in row["records"]]
            if found:
                await connection.execute(AuditRecord.__table__.insert(), found)  # type: ignore[attr-defined]  # as above

    def _signed(self, head: str) -> str | None:
        return b64u(self._signing.private.sign(signed_text(head))) if self._signing else None


async def follow(session: AsyncSession, public: bytes | None = None) -> Chain:
    """Check every entry there is, and that the last wave bears this service's signature."""
    chain, signed = Chain(), None
    while entries := list(
        await session.scalars(
            select(AuditEntry)
            .where(col(AuditEntry.number) > chain.length)
            .order_by(col(AuditEntry.number))
            .limit(FOLLOWED)
        )
    ):
        chain.follow(entries)
        signed = entries[-1].signature
        session.expunge_all()
    if (
        chain.broken is None
        and public is not None
        and chain.length
        and not _is_signed(chain.head, signed, public)
    ):
        chain.broken = Broken(chain.length, "not signed by this service")
    return chain


def _is_signed(head: str, signature: str | None, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(from_b64u(signature or ""), signed_text(head))
    except (InvalidSignature, Malformed):
        return False
    return True


def signed_text(head: str) -> bytes:
    """What is signed of a chain: its head, and what it is the head of."""
    return f"trama-audit-v1\0{head}".encode()
