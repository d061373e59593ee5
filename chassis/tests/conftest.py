"""A small service on a real database, for the tests of the web face; nothing in it is imitated."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Limited
from sqlalchemy import select
from sqlmodel import Field, SQLModel, col
from trama_chassis import web
from trama_chassis.account_file import hash_password, token_digest
from trama_chassis.accounts import Caller, open_accounts, require
from trama_chassis.app import MemberOrigin, build_app
from trama_chassis.audit_entry import AUDIT_TABLES
from trama_chassis.clock import Clock
from trama_chassis.database import Database, Reading, Router, Transaction
from trama_chassis.directory import DirectoryCopy
from trama_chassis.errors import Refused
from trama_chassis.handlers import EventHandlers
from trama_chassis.health import Health
from trama_chassis.service import Service
from trama_chassis.settings import KafkaSettings, ServiceSettings
from trama_chassis.tables import CHASSIS_TABLES
from trama_chassis.testing import Peer, Territory
from trama_chassis.testing_databases import Tables, create_tables

from chassis.tests.peer_writing import WRITER

TOKEN = "a-token-of-thirty-two-random-bytes"
READER_TOKEN = "another-token-for-who-only-reads"
PASSWORD = "una password lunga"
PASSWORD_HASH = hash_password(PASSWORD)


class Note(SQLModel, table=True):
    """A row that the tests' own service keeps."""

    __tablename__ = "note"
    id: int | None = Field(default=None, primary_key=True)
    text: str = Field(unique=True)


class Counter(SQLModel, table=True):
    """Rows that concurrent requests fight for; a unique key lost in a race is worth another try."""

    __tablename__ = "counter"
    __table_args__ = ({"info": {"contended": True}},)
    name: str = Field(primary_key=True)
    value: int = 0


class WriteNote(BaseModel):
    """What the tests send."""

    model_config = ConfigDict(extra="forbid")

    text: str = Limited(min_length=1, max_length=40)
    kind: Literal["short", "long"] = "short"
    day: str | None = Limited(default=None, pattern=r"^\d{4}-\d\d-\d\d$")


class NoteRefused(Refused):
    """The rule of the tests' own service."""

    code = "note-refused"
    detail = "Questa nota non si può scrivere."


@dataclass
class SmallRuntime:
    """What the web face needs of a running service, without its delivery."""

    service: Service
    settings: ServiceSettings
    database: Database
    directory: DirectoryCopy = field(init=False)
    health: Health = field(default_factory=Health)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    clock: Clock = field(default_factory=Clock)
    keystore: None = None

    def __post_init__(self) -> None:
        """A directory in which nobody is yet."""
        self.directory = DirectoryCopy(self.settings)


api = Router()
pages = Router()


@api.post("/notes", status_code=201)
async def write_note(
    note: WriteNote, session: Transaction, by: Annotated[Caller, Depends(require("writer"))]
) -> dict[str, str]:
    """Write a note."""
    session.add(Note(text=note.text))
    if note.text == "refuse me":
        await session.flush()
        raise NoteRefused(field="text")
    if note.text == "break me":
        await session.flush()
        raise RuntimeError(f"secret {note.text} of {by.name}")
    return {"text": note.text, "by": by.operator, "role": by.role}


@api.get("/notes")
async def notes(session: Reading, _: Annotated[Caller, Depends(require())]) -> list[str]:
    """All notes."""
    return list(await session.scalars(select(col(Note.text)).order_by(col(Note.text))))


@pages.get("/appunti")
async def notes_page(
    request: Request, session: Reading, _: Annotated[Caller, Depends(require("writer"))]
) -> Response:
    """A page for people."""
    del session
    return web.page(request, "problem.html", {"problem": {"title": "Appunti", "detail": "", "errors": []}})


@pages.post("/appunti")
async def write_note_page(
    session: Transaction,
    _: Annotated[Caller, Depends(require("writer"))],
    text: Annotated[str, Form()],
    status: Annotated[int, Form()] = 200,
) -> Response:
    """A form of a page; with status 422 it is shown again with its errors."""
    session.add(Note(text=text))
    await session.flush()
    return Response(text, status)


def operator_file(path: Path) -> Path:
    """An account file with one who writes and one who reads."""
    path.write_text(
        f"""
operators:
  - {{id: op-1, login: anna, name: Anna Prova, roles: [writer], password_hash: "{PASSWORD_HASH}",
     token_sha256: {token_digest(TOKEN)}}}
  - {{id: op-2, name: Bruno Prova, roles: [reader], token_sha256: {token_digest(READER_TOKEN)}}}
"""
    )
    path.chmod(0o600)
    return path


def settings_for(folder: Path, url: str, **values: Any) -> ServiceSettings:
    """Settings of the tests' own service."""
    given: dict[str, Any] = {
        "network": "pn",
        "member": "sil",
        "service": "notes",
        "database_url": url,
        "kafka": KafkaSettings(bootstrap="127.0.0.1:9", username="sil.notes", password="not-a-placeholder"),
        "secrets_dir": folder,
        "accounts_file": operator_file(folder / "accounts.yaml"),
        "roots": ["A" * 43],
    }
    return ServiceSettings(**(given | values))


def small_service(*routers: APIRouter) -> Service:
    """The description of the tests' own service."""
    return Service(
        name="notes",
        title="Appunti",
        routers=routers or (api, pages),
        handlers=EventHandlers(),
        tables=[Note, Counter],
        migrations=Path("nowhere"),
        settings=ServiceSettings,
        page_prefixes=("/appunti",),
    )


@pytest.fixture
def database_tables() -> Tables:
    return tuple(CHASSIS_TABLES)


@pytest.fixture
def peer() -> Peer:
    """The municipality's registry, which writes to sil's."""
    return Peer(Territory(), WRITER)


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[SmallRuntime]:
    """The tests' own service with its tables made."""
    service = small_service()
    database = Database(database_url, [*service.tables, *AUDIT_TABLES])
    create_tables(database)
    open_accounts.cache_clear()
    yield SmallRuntime(service, settings_for(tmp_path, database_url), database)
    await database.dispose()


@pytest.fixture
def app(runtime: SmallRuntime) -> FastAPI:
    """Its web application."""
    return build_app(runtime)  # type: ignore[arg-type]  # a running service without its delivery


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A program with the writer's token at the member's origin."""
    async with client_of(app, headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        yield session


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody has signed in with yet."""
    async with client_of(app, headers={"Accept": "text/html"}) as session:
        yield session


@pytest.fixture
def client_for() -> Callable[[FastAPI, dict[str, str]], httpx.AsyncClient]:
    """A function giving an HTTP client of an origin that holds one application."""
    return client_of


@pytest.fixture
def writer() -> dict[str, str]:
    """The headers of a program with the writer's token."""
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def reader() -> dict[str, str]:
    """The headers of a program that may only read."""
    return {"Authorization": f"Bearer {READER_TOKEN}"}


@pytest.fixture
def service() -> Service:
    """The description of the tests' own service, without a database."""
    return small_service()


@pytest.fixture
def app_of(runtime: SmallRuntime) -> Callable[..., FastAPI]:
    """A function giving the tests' own service with other routers."""

    def build(*routers: APIRouter) -> FastAPI:
        return build_app(replace(runtime, service=small_service(*routers)))  # type: ignore[arg-type]  # as above

    return build


def client_of(app: FastAPI, headers: dict[str, str]) -> httpx.AsyncClient:
    """An HTTP client of the origin that holds this one service."""
    transport = httpx.ASGITransport(app=MemberOrigin([app]))
    return httpx.AsyncClient(transport=transport, base_url="http://sil.test", headers=headers)
