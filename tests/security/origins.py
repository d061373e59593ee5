"""Members of a territory as whoever knocks at them meets them: every service of each, in one process.

What a member's services write is carried to the others as the broker would; nothing else is left out.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trama_evaluation.__main__ as evaluation
import trama_placement.__main__ as placement
import trama_registry.__main__ as registry
import trama_reporting.__main__ as reporting
import yaml
from fastapi import FastAPI
from starlette.routing import Route
from trama_chassis.account_file import token_digest
from trama_chassis.app import MemberOrigin, build_app
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.testing import FIRST_PLACES, Territory, running, transaction
from trama_chassis.testing_databases import migration
from trama_chassis.testing_post import Post
from trama_evaluation.models import TeamRule
from trama_placement.models import PathTypeRule

TODAY = datetime(2013, 10, 14, 8, 42, tzinfo=UTC)
SERVICES: Mapping[str, Service] = {
    one.name: one for one in (registry.service, evaluation.service, placement.service, reporting.service)
}
ROLES = (
    "caseworker",
    "supervisor",
    "listening-specialist",
    "justice-officer",
    "team-lead",
    "placement-officer",
    "host-tutor",
    "reporting-reader",
)
NO_ROLE = "no-role"
"""Somebody who may sign in and has nothing to do here."""
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "ambito-urbano": ("registry", "evaluation"),
    "sil": ("registry", "evaluation", "placement"),
    "dsm": ("registry", "evaluation"),
    "coop-filo": ("registry", "placement"),
    "provincia": ("reporting",),
}
SECTORS = {"ambito-urbano": "social", "sil": "work-integration", "dsm": "health", "coop-filo": "host"}
PLACES = {**FIRST_PLACES, "dsm": replace(FIRST_PLACES["sil"], services=MEMBERS["dsm"])}


def token_of(member: str, role: str) -> str:
    """The token of the operator who has this role alone."""
    return f"synthetic-token-of-{member}-{role}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as it is read."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body of an answer in JSON."""
        return json.loads(self.body)


@dataclass
class Member:
    """A member: its running services, its one origin, its operators."""

    name: str
    runtimes: Mapping[str, Runtime]
    apps: Mapping[str, FastAPI]
    origin: Any
    ids: dict[str, str] = field(default_factory=dict)
    """The ids of what was entered here, by what the paths call them."""

    async def ask(
        self,
        method: str,
        path: str,
        *,
        by: str | None = "caseworker",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """A request by the operator with a role, or `token:<a token>`, or None for nobody."""
        said = dict(headers or {})
        if by is not None:
            said["authorization"] = (
                f"Bearer {by.removeprefix('token:') if by.startswith('token:') else token_of(self.name, by)}"
            )
        if body is not None:
            content = json.dumps(body).encode()
            said["content-type"] = "application/json"
        return await knock(self.origin, method, path, said, content or b"")

    async def do(self, method: str, path: str, body: Any = None, *, by: str = "caseworker") -> Any:
        """The same, of what is to succeed; gives what was answered."""
        answer = await self.ask(method, path, by=by, body=body)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.text[:500]}"
        return answer.json() if answer.body else None


def routes_of(app: FastAPI) -> Iterator[Any]:
    """What an application answers to: each with `.path`, `.methods` and, if ours, `.dependant`."""
    for route in app.routes:
        included = getattr(route, "effective_route_contexts", None)
        if included is not None:
            yield from included()
        elif isinstance(route, Route):
            yield route


async def knock(app: Any, method: str, path: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
    """One request to an application, without a network between."""
    raw_path, _, query = path.partition("?")
    named = {"host": "member.test", "content-length": str(len(content)), **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw_path,
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("member.test", 80),
        "state": {},
    }
    sent: list[Any] = []
    arriving = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> Any:
        return arriving.pop() if arriving else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    answered = {name.decode().lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], answered, b"".join(one.get("body", b"") for one in sent[1:]))


@dataclass
class Town:
    """The members, who know each other."""

    members: Mapping[str, Member]

    def __getitem__(self, name: str) -> Member:
        return self.members[name]

    @property
    def runtimes(self) -> list[Runtime]:
        """Every service of every member."""
        return [runtime for member in self.members.values() for runtime in member.runtimes.values()]

    async def carry(self) -> None:
        """Everything that was written to everybody, keys first, until nothing is new."""
        await Post(self.runtimes).carry()


def _territory() -> Territory:
    readers = {"ambito-urbano": ("sil",), "sil": ("ambito-urbano", "coop-filo"), "coop-filo": ("sil",)}
    places = {}
    for name, services in MEMBERS.items():
        justice = ("justice",) if name in ("ambito-urbano", "sil") else ()
        places[name] = replace(
            PLACES[name],
            services=services,
            sector=SECTORS.get(name, "social"),
            circles=(*PLACES[name].circles, *justice),
            read_by=readers.get(name, ()),
        )
    return Territory(places=places)


def _accounts(path: Path, member: str) -> None:
    operators = [
        {
            "id": f"op-{role}",
            "name": f"Operatrice {role}",
            "roles": [] if role == NO_ROLE else [role],
            "token_sha256": token_digest(token_of(member, role)),
        }
        for role in (*ROLES, NO_ROLE)
    ]
    path.write_text(yaml.safe_dump({"operators": operators, "demo": True}))
    path.chmod(0o600)


async def _with_rules(runtime: Runtime) -> None:
    """The dated rules, read from the migrations where they are written."""
    rules: Sequence[Any] = ()
    versions = runtime.service.migrations / "versions"
    if runtime.service.name == "evaluation":
        rules = [TeamRule(**row) for row in migration(versions, "0001_evaluation").RULES]
    elif runtime.service.name == "placement":
        conditions = migration(versions, "0002_placement").CONDITIONS
        terms = migration(versions, "0001_placement").RULES
        rules = [PathTypeRule(**row, **conditions[row["path_type"]]) for row in terms]
    async with transaction(runtime) as session:
        session.add_all(rules)


@asynccontextmanager
async def town(
    folder: Path,
    fresh_database: Callable[[str], str],
    started: Mapping[str, tuple[str, ...]] = MEMBERS,
) -> AsyncIterator[Town]:
    """The members on databases of their own, started, knowing each other, with nobody entered."""
    clock_file, key, territory = folder / "clock.json", folder / "reporting.key", _territory()
    write_clock(clock_file, TODAY)
    key.touch(mode=0o600)
    key.write_bytes(hashlib.sha256(b"reporting key of a test").digest())
    async with AsyncExitStack() as stack:
        members = {}
        for name, services in started.items():
            runtimes = {}
            for service in services:
                own: dict[str, Any] = {}
                if service == "registry":
                    own["sector"] = SECTORS[name]
                if service != "reporting":
                    own["reporting_key_file"] = key
                context = running(
                    SERVICES[service],
                    fresh_database("sqlite"),
                    folder / name,
                    member=name,
                    territory=territory,
                    clock_file=clock_file,
                    **own,
                )
                runtimes[service] = await stack.enter_async_context(context)
                await _with_rules(runtimes[service])
            _accounts(folder / name / f"{name}.accounts.yaml", name)
            apps = {service: build_app(runtime) for service, runtime in runtimes.items()}
            members[name] = Member(name, runtimes, apps, MemberOrigin(list(apps.values())))
        built = Town(members)
        await built.carry()
        yield built
