"""Engines, sessions and the HTTP commit point. Services get sessions nowhere else, and never commit."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import Table, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import SQLModel

from trama_chassis import audit, errors, idempotency, outbox
from trama_chassis.contention import is_retryable
from trama_chassis.sqlite_visits import COMPILED, Visit

BUSY_SECONDS = 10
STATEMENT_SECONDS = 30
ATTEMPTS = 5
LONGEST_JITTER = 0.05
TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
PRAGMAS: tuple[str, ...] = (
    *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"),
    "cache_size=-1000",  # KiB of each connection: what it lacks, the machine holds once for all
)


class Database:
    """One service's database: where it is, and exactly which tables are its own.

    On SQLite one connection writes (more would only fight for the lock) and others read beside it (WAL);
    on PostgreSQL one bounded pool does both.
    """

    def __init__(self, url: str, tables: Iterable[type[SQLModel]]) -> None:
        self.url = url
        self.dialect = make_url(url).get_backend_name()
        self.tables: list[Table] = [_table_of(model) for model in tables]
        if self.dialect == "sqlite":
            self._writing = _sqlite_engine(url, readers=0)
            self._reading = _sqlite_engine(url, readers=4)
        else:
            self._writing = _postgresql_engine(url)
            self._reading = self._writing.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self.writings = 0
        """How many writing sessions have ended in this process: who looks for work can see that none came."""
        self._write_session = async_sessionmaker(self._writing, expire_on_commit=False)
        self._read_session = async_sessionmaker(self._reading, expire_on_commit=False, autoflush=False)

    @property
    def engine(self) -> AsyncEngine:
        """The writing engine, for the chassis' own bulk statements and for counting statements in tests."""
        return self._writing

    @asynccontextmanager
    async def write(self, **session_info: object) -> AsyncIterator[AsyncSession]:
        """A session that may write, with `.info` filled. Left without a commit it rolls back."""
        try:
            async with self._write_session(info=dict(session_info)) as session:
                yield session
        finally:
            self.writings += 1

    @asynccontextmanager
    async def read(self, **session_info: object) -> AsyncIterator[AsyncSession]:
        """A session that sees one snapshot and cannot write; it never waits for a writer."""
        async with self._read_session(info=dict(session_info)) as session:
            yield session

    async def dispose(self) -> None:
        """Close every connection."""
        await self._writing.dispose()
        await self._reading.dispose()


def _table_of(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table classes
    if table.primary_key.name is None:
        raise ValueError(
            f"{table.name}: import trama_chassis before defining tables, so that constraints are named"
        )
    return table


def _sqlite_engine(url: str, readers: int) -> AsyncEngine:
    """An engine whose transactions begin as writers (one connection) or as readers."""
    engine = create_async_engine(
        url.replace("sqlite://", "sqlite+one://", 1),
        execution_options={"compiled_cache": COMPILED},
        pool_size=readers or 1,
        pool_use_lifo=True,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        hide_parameters=True,
    )

    def connect(dbapi: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - an adapted aiosqlite connection
        dbapi.isolation_level = None
        worker = dbapi.driver_connection
        worker.cursor = lambda: Visit(worker, None)  # type: ignore[arg-type]  # made when it executes
        cursor = dbapi.cursor()
        for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", *PRAGMAS, f"query_only={int(readers > 0)}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if readers else "BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", connect)
    event.listen(engine.sync_engine, "begin", begin)
    return engine


def _postgresql_engine(url: str) -> AsyncEngine:
    limits = {
        "statement_timeout": STATEMENT_SECONDS * 1000,
        "lock_timeout": BUSY_SECONDS * 1000,
        "idle_in_transaction_session_timeout": 2 * STATEMENT_SECONDS * 1000,
    }
    return create_async_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        isolation_level="READ COMMITTED",
        pool_size=5,
        max_overflow=5,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": BUSY_SECONDS,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    )


def _session_info(request: Request) -> dict[str, object]:
    caller = getattr(request.state, "caller", None)
    trace = request.headers.get("traceparent", "")
    return {
        "runtime": request.app.state.runtime,
        "actor": caller.actor() if caller else None,
        "caused_by": [],
        "traceparent": trace if TRACE.fullmatch(trace) else None,
        audit.LOOK: getattr(request.state, "look", None),
    }


async def open_transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """The HTTP commit point: what the endpoint added and published is committed before the answer is sent.

    Raising rolls back; so does answering with a status of 400 or more (a form shown again with its errors).
    """
    info = _session_info(request)
    async with request.app.state.runtime.database.write(**info) as session:
        request.state.session = session
        yield session
        if not getattr(request.state, "refused", False):
            await outbox.commit(session)


async def open_reading(request: Request) -> AsyncIterator[AsyncSession]:
    """A session for endpoints that only look."""
    async with request.app.state.runtime.database.read(**_session_info(request)) as session:
        yield session


Transaction = Annotated[AsyncSession, Depends(open_transaction, scope="function")]
Reading = Annotated[AsyncSession, Depends(open_reading, scope="function")]
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class RetryingRoute(APIRoute):
    """Runs the whole endpoint again when it lost a race in the database: no caller ever sees a deadlock."""

    def get_route_handler(self) -> Endpoint:
        """FastAPI's handler, with each attempt in a dependency scope of its own that ends with the commit."""
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            """The answer leaves when it is written down who was shown what, or refused."""
            await errors.refuse_unwritable(request)
            try:
                response = await several(request)
            except errors.Refused as refused:
                await audit.close(request, refused.status, refused.code)
                raise
            await audit.close(request, response.status_code)
            return response

        async def several(request: Request) -> Response:
            for attempt in range(1, ATTEMPTS):
                try:
                    return await _attempt(endpoint, request)
                except DBAPIError as error:
                    if not is_retryable(error):
                        raise
                await asyncio.sleep(random.uniform(0, LONGEST_JITTER * attempt))  # noqa: S311 - jitter, no secret
            return await _attempt(endpoint, request)

        return handle


async def _attempt(endpoint: Endpoint, request: Request) -> Response:
    # FastAPI leaves `scope="function"` dependencies after the handler has returned, where nothing could be
    # run again. A stack of our own moves the commit inside (test_commit_happens_before_the_response).
    request.state.refused, request.state.session = False, None
    audit.begin(request)
    key = idempotency.key_of(request)
    try:
        async with AsyncExitStack() as stack:
            request.scope["fastapi_function_astack"] = stack
            response = await endpoint(request)
            request.state.refused = response.status_code >= 400
            if key is not None and request.state.session is not None and not request.state.refused:
                response = await _once(request, key, response)
    except (errors.Refused, IntegrityError) as refused:
        if key is None or is_retryable(refused) or (before := await _answered_before(request, key)) is None:
            raise
        return before
    return response


async def _once(request: Request, key: str, response: Response) -> Response:
    """The answer to keep; or, to what was asked before, the one given then, and nothing is done again."""
    session: AsyncSession = request.state.session
    before = await idempotency.answer_before(session, request, key)
    if before is None:
        await idempotency.keep_answer(session, request, key, response)
        return response
    request.state.refused = True
    return before


async def _answered_before(request: Request, key: str) -> Response | None:
    """What is refused now may have been done by the same request before."""
    async with request.app.state.runtime.database.read() as session:
        return await idempotency.answer_before(session, request, key)


class Router(APIRouter):
    """The router services use: every route is a RetryingRoute."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - FastAPI's own options
        super().__init__(route_class=RetryingRoute, **options)
