"""What the registry's tests share: registries of two members, made-up people, and the way between the two."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import httpx
import pytest
from stdnum.it import codicefiscale
from trama_chassis.accounts import Caller
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import CHASSIS_TABLES
from trama_chassis.testing import Place, Territory, client, published, running, transaction
from trama_chassis.testing_databases import Tables
from trama_chassis.testing_post import Post
from trama_contracts.registry import PersonRegistered
from trama_registry import commands, queries
from trama_registry.__main__ import service
from trama_registry.models import Referral
from trama_registry.schemas import (
    AcceptReferral,
    GiveAuthorisation,
    OpenTakingInCharge,
    RegisterPerson,
    SendReferral,
    TimelineView,
)

TODAY = datetime(2013, 10, 14, 8, 42, tzinfo=UTC)
"""Monday 14 October 2013, 10:42 in Italy."""

Both = tuple[Runtime, Runtime]
Runtimes, Desks = dict[str, Runtime], dict[str, httpx.AsyncClient]
RunSeveral = Callable[..., AbstractAsyncContextManager[tuple[Runtimes, Desks]]]
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
        await exchanged(first, second)
        yield first, second


async def exchanged(*registries: Runtime) -> None:
    """Let everything arrive: at first the public keys, then what each writes. What went does not go again."""
    await Post(registries).carry()


@pytest.fixture
def exchange() -> Callable[..., Any]:
    """A function that carries everything between registries, keys first, until nothing is new."""
    return exchanged


@pytest.fixture
def several(registry_of: RunRegistry, fresh_database: Callable[[str], str]) -> RunSeveral:
    """A function that runs the registries of some members that know each other, an operator at each.

    `first` is the kind of database of the first of them.
    """

    @asynccontextmanager
    async def run(
        places: Mapping[str, Place], *members: str, first: str = "sqlite"
    ) -> AsyncIterator[tuple[Runtimes, Desks]]:
        territory = Territory(places=places)
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            runtimes = {
                one: await enter(registry_of(one, fresh_database(kind), territory=territory))
                for one, kind in zip(members, (first, *("sqlite" for _ in members[1:])), strict=True)
            }
            await exchanged(*runtimes.values())
            yield runtimes, {one: await enter(client(run, "caseworker")) for one, run in runtimes.items()}

    return run


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


@asynccontextmanager
async def browser(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """An operator who looks at pages."""
    async with client(runtime, "caseworker") as http:
        http.headers["Accept"] = "text/html"
        yield http


@pytest.fixture
def desk(sara: Caller) -> Desk:
    """Sara's desk."""
    return Desk(sara)


class Followed(NamedTuple):
    """Anna, whom the social service referred with her consent and the SIL accepted: the records of both."""

    record: str
    theirs: str
    referral: str
    authorisation: str


async def follow(both: Both, desk: Desk, person: RegisterPerson, livia: Caller) -> Followed:
    """Have a person be followed by both."""
    social, sil = both
    record = await desk.register(social, person)
    referral = await desk.refer(social, record)
    await exchanged(*both)
    async with transaction(sil) as session:
        await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
    await exchanged(*both)
    (theirs,) = [one.record for one in await published(sil, PersonRegistered)]
    return Followed(record, theirs, referral.referral, referral.authorisation)


@pytest.fixture
async def followed(both: Both, desk: Desk, anna: RegisterPerson, livia: Caller) -> Followed:
    """Anna, followed by both."""
    return await follow(both, desk, anna, livia)


@dataclass
class Side:
    """One of two services that follow Anna: its operator, and its record of her."""

    runtime: Runtime
    http: httpx.AsyncClient
    record: str
    role: ClassVar[str] = "caseworker"

    async def ask(self, path: str) -> Any:
        """What the API answers of Anna."""
        return (await self.http.get(f"/api/registry/persons/{self.record}/{path}")).json()

    async def do(self, path: str, body: object = None) -> httpx.Response:
        """Do something about Anna."""
        return await self.http.post(f"/api/registry/persons/{self.record}/{path}", json=body or {})


@pytest.fixture
def side() -> type[Side]:
    """What operators are asked to do; a file whose operators do more has a class of its own."""
    return Side


@pytest.fixture
async def sides(both: Both, followed: Followed, side: type[Side]) -> AsyncIterator[tuple[Side, ...]]:
    """A social service, and the SIL that has accepted its referral."""
    async with AsyncExitStack() as stack:
        desks = [await stack.enter_async_context(client(one, side.role)) for one in both]
        yield tuple(map(side, both, desks, (followed.record, followed.theirs)))


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
