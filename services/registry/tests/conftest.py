"""What the registry's tests share: registries of two members, made-up people, and the way between the two."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col
from stdnum.it import codicefiscale
from trama_chassis.accounts import Caller
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import CHASSIS_TABLES, OutboxRow
from trama_chassis.testing import running, transaction
from trama_chassis.testing_databases import Tables
from trama_contracts.names import topic_of
from trama_contracts.record import Record
from trama_contracts.signature import CLOUDEVENT, PLAIN_JSON, headers_of
from trama_registry import commands, queries
from trama_registry.__main__ import service
from trama_registry.models import Referral
from trama_registry.schemas import (
    GiveAuthorisation,
    OpenTakingInCharge,
    RegisterPerson,
    SendReferral,
    TimelineView,
)

TODAY = datetime(2013, 10, 14, 8, 42, tzinfo=UTC)
"""Monday 14 October 2013, 10:42 in Italy."""

RunRegistry = Callable[..., AbstractAsyncContextManager[Runtime]]


def tax_code_of(stem: str) -> str:
    """A code with the right check letter and a birthplace that no register has: it can belong to nobody."""
    code = f"{stem}Z999"
    return code + codicefiscale.calc_check_digit(code)


@pytest.fixture
def database_tables() -> Tables:
    return (*CHASSIS_TABLES, *service.tables)


@pytest.fixture
def tax_code() -> str:
    """The code of Anna Esempio, who does not exist."""
    return tax_code_of("SMPNNA72B44")


@pytest.fixture
def make_tax_code() -> Callable[[str], str]:
    """A function giving a code that can belong to nobody, from its first eleven characters."""
    return tax_code_of


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    """Business time: it stands at TODAY and runs on from there."""
    path = tmp_path / "clock.json"
    write_clock(path, TODAY)
    return path


@pytest.fixture
def registry_of(tmp_path: Path, clock_file: Path) -> RunRegistry:
    """A function that runs the registry of a member on a database."""
    key = tmp_path / "reporting.key"
    key.touch(mode=0o600)
    key.write_bytes(hashlib.sha256(b"reporting key of a test").digest())

    def run(member: str, url: str, **values: Any) -> AbstractAsyncContextManager[Runtime]:
        given = {"clock_file": clock_file, "reporting_key_file": key, "sector": "social"} | values
        return running(service, url, tmp_path / secrets.token_hex(3), member=member, **given)

    return run


@pytest.fixture
async def ambito(registry_of: RunRegistry, database_url: str) -> AsyncIterator[Runtime]:
    """The registry of a municipal social service, on each kind of database."""
    async with registry_of("ambito-urbano", database_url) as runtime:
        yield runtime


@pytest.fixture
async def sil(registry_of: RunRegistry, database_url: str) -> AsyncIterator[Runtime]:
    """The registry of a work-integration service, on each kind of database."""
    async with registry_of("sil", database_url, sector="work-integration") as runtime:
        yield runtime


@pytest.fixture
async def both(
    registry_of: RunRegistry, database_url: str, fresh_database: Callable[[str], str]
) -> AsyncIterator[tuple[Runtime, Runtime]]:
    """The registries of a social service (on each kind of database) and of the SIL it refers people to."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(registry_of("ambito-urbano", database_url))
        second = await stack.enter_async_context(
            registry_of("sil", fresh_database("sqlite"), sector="work-integration")
        )
        await introduce(first, second)
        yield first, second


async def introduce(*registries: Runtime) -> None:
    """Let registries know each other's public keys, and what each tells the network."""
    for one, other in permutations(registries, 2):
        await one.take_catalogue(await _written(other, "catalogue"))


@pytest.fixture
def exchange() -> Callable[[Runtime, Runtime], Any]:
    """A function that carries everything between two registries, keys first, until nothing is new."""
    return _exchange


async def _exchange(one: Runtime, other: Runtime) -> None:
    before = -1
    while before != (now := await _count(one) + await _count(other)):
        before = now
        for sender, receiver in ((one, other), (other, one)):
            for kind in ("message", "file"):
                await receiver.take_mail(await _written(sender, kind, to=receiver))
            for kind in ("event", "control"):
                await receiver.inbox.deliver(await _written(sender, kind))


async def _count(runtime: Runtime) -> int:
    async with runtime.database.read() as session:  # rows may go again: what counts is the last one's place
        return await session.scalar(select(func.max(col(OutboxRow.position)))) or 0


async def _written(runtime: Runtime, kind: str, to: Runtime | None = None) -> list[Record]:
    wanted = select(OutboxRow).where(col(OutboxRow.kind) == kind).order_by(col(OutboxRow.position))
    if to is not None:
        mailbox = topic_of(to.settings.network, to.settings.principal, "mailbox")
        wanted = wanted.where(col(OutboxRow.topic) == mailbox)
    content = PLAIN_JSON if kind == "catalogue" else CLOUDEVENT
    async with runtime.database.read() as session:
        return [
            Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, content))
            for row in await session.scalars(wanted)
        ]


class Desk:
    """What an operator of the social service does, each act in a transaction of its own."""

    def __init__(self, by: Caller) -> None:
        self._by = by

    async def register(self, runtime: Runtime, person: RegisterPerson) -> str:
        """Enter a person; the id of the record."""
        async with transaction(runtime) as session:
            return (await commands.register_person(session, person, self._by)).record

    async def refer(self, runtime: Runtime, record: str) -> Referral:
        """Consent to share with the SIL, and a referral to it."""
        consent = {"kind": "consent"}
        terms = {"purpose": "work-integration", "circles": ["care"], "recipients": ["sil"]}
        asked = {"to": "sil", "reason": "Vuole tornare al lavoro", "need": "Inserimento con sostegno"}
        async with transaction(runtime) as session:
            given = await commands.give_authorisation(
                session,
                record,
                GiveAuthorisation.model_validate(terms | {"basis": consent, "notice_given_on": "2013-10-14"}),
            )
            asked |= {"answer_by": "2013-10-21", "authorisation": given.authorisation}
        async with transaction(runtime) as session:
            return await commands.send_referral(session, record, SendReferral.model_validate(asked))

    async def story(self, runtime: Runtime, record: str) -> TimelineView:
        """A person's timeline."""
        async with runtime.database.read(runtime=runtime) as session:
            return await queries.timeline(session, record)

    async def sent(self, runtime: Runtime, referral: str) -> Referral:
        """What has become of a referral."""
        async with runtime.database.read() as session:
            return await session.get_one(Referral, referral)


@pytest.fixture
def desk(sara: Caller) -> Desk:
    """Sara's desk."""
    return Desk(sara)


@pytest.fixture
def sara() -> Caller:
    """An operator of the social service."""
    return Caller("op-sara", "Sara Demo", "ambito-urbano", frozenset({"caseworker"}), "caseworker")


@pytest.fixture
def livia() -> Caller:
    """An operator of the SIL."""
    return Caller("op-livia", "Livia Demo", "sil", frozenset({"caseworker"}), "caseworker")


@pytest.fixture
def anna(tax_code: str) -> RegisterPerson:
    """Anna Esempio, to be registered and taken in charge at once."""
    return RegisterPerson(
        given_name="Anna",
        family_name="Esempio",
        tax_code=tax_code,
        birth_date="1972-02-04",  # type: ignore[arg-type]  # as JSON has it
        town="Pordenone",
        taking_in_charge=OpenTakingInCharge(need="Cerca lavoro dopo una lunga assenza"),
    )
