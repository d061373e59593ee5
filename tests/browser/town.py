"""The demonstration's eleven members in this process, on loopback: real services and sealed records, but
records are carried by hand instead of by Kafka, and every member has a port of its own."""

import asyncio
import itertools
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
import yaml
from aiokafka.structs import RecordMetadata, TopicPartition
from trama_chassis import migrations
from trama_chassis.app import MemberOrigin, build_app
from trama_chassis.clock import machine_now, write_clock
from trama_chassis.contention import is_transient
from trama_chassis.inbox import Unreachable
from trama_chassis.runtime import Runtime
from trama_chassis.safekeeping import write_private
from trama_chassis.service import Service
from trama_contracts.encoding import b64u
from trama_contracts.names import directory_topic, parse_topic
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of
from trama_deploy.broker import free_port
from trama_deploy.coordinator import next_directory
from trama_deploy.hosting import load_service, settings_of
from trama_deploy.network import LOOPBACK, Network, load
from trama_deploy.node import Server
from trama_deploy.secrets import ensure_secrets, public_bytes, root_keys
from trama_deploy.state import State
from trama_simulation.territory import Member, read_territory

PORDENONE = Path(__file__).parents[2] / "deploy" / "networks" / "pordenone.yaml"
SUPERVISED = "ambito-urbano"
SUPERVISOR = {"login": "ada", "name": "Ada Demo", "roles": ["supervisor"]}
PROVIDER = {
    "title": "Identità digitale",
    "issuer": "http://127.0.0.1:9",
    "client_id": "trama",
    "origin": "http://127.0.0.1",
}
"""One member offers another way to sign in, so that its button is looked at; nobody in the town takes it."""
_T = TypeVar("_T")
NO_BROKER = "127.0.0.1:9"
LOOK_SECONDS = 1.0
CALM_SECONDS = 10.0
STARTS_WITHIN = 120.0


@dataclass
class Post:
    """Takes what relays send and puts it before every service that reads the topic."""

    services: list[Runtime] = field(default_factory=list)
    offsets: "itertools.count[int]" = field(default_factory=itertools.count)
    waiting: dict[str, "asyncio.Queue[Record]"] = field(default_factory=dict)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    pause: float = LOOK_SECONDS

    async def send(
        self, topic: str, value: bytes | None, *, key: bytes, headers: Sequence[tuple[str, bytes]]
    ) -> "asyncio.Future[RecordMetadata]":
        """As a producer: the answer says where the record was put."""
        for service in self.services:
            if topic in service.directory.topics_to_read(service.service.reads):
                self._box(service).put_nowait(Record(topic, key, value, tuple(headers)))
        put: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        put.set_result(RecordMetadata(topic, 0, TopicPartition(topic, 0), next(self.offsets), 0, 0, 0))
        return put

    def _box(self, service: Runtime) -> "asyncio.Queue[Record]":
        return self.waiting.setdefault(service.settings.principal, asyncio.Queue())

    def close(self) -> None:
        """Let everybody see that it is over."""
        self.over.set()
        for service in self.services:
            service.wake.set()

    async def collect(self, service: Runtime) -> None:
        """Take what a service has to send, until all is over."""
        producer: Any = self
        while not self.over.is_set():
            service.wake.clear()
            if await _patiently(lambda: service.relay.relay_once(producer)):
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self.pause):
                    await service.wake.wait()

    async def bring(self, service: Runtime) -> None:
        """Give a service what came for it, in the order in which it was sent."""
        box = self._box(service)
        while not self.over.is_set():
            service.health.mark("consumer")
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    records = [await box.get()]
            except TimeoutError:
                continue
            while not box.empty():
                records.append(box.get_nowait())
            for kind, some in itertools.groupby(records, key=_kind):
                await _patiently(partial(_read, service, kind, list(some)))

    async def remind(self, service: Runtime) -> None:
        """Have a service do what it does on its own time."""
        while not self.over.is_set():
            await service.duties.turn()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.pause):
                    await self.over.wait()


async def _patiently(do: Callable[[], Awaitable[_T]]) -> _T:
    """A database that is busy on a slow machine is asked again, as by the real loops."""
    while True:
        try:
            return await do()
        except Exception as error:
            if not (isinstance(error, Unreachable) or is_transient(error)):
                raise
            await asyncio.sleep(0.1)


def _kind(record: Record) -> str:
    topic = parse_topic(record.topic)
    assert topic is not None
    return topic.kind


async def _read(service: Runtime, kind: str, records: list[Record]) -> None:
    match kind:
        case "catalogue":
            await service.take_catalogue(records)
        case "mailbox":
            await service.take_mail(records)
        case _:
            await service.inbox.deliver(records)


@dataclass
class Town:
    """The members, alive in a thread of their own."""

    file: Path
    state: State
    network: Network
    started: threading.Event = field(default_factory=threading.Event)
    origins: dict[str, MemberOrigin] = field(default_factory=dict)
    broken: list[BaseException] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _post: Post | None = None

    @property
    def members(self) -> Mapping[str, Member]:
        """Addresses and operators."""
        return read_territory(self.file).members

    def live(self) -> None:
        """The whole life of the thread."""
        try:
            asyncio.run(self._live())
        except BaseException as error:  # told by whoever waits for the town
            self.broken.append(error)
        finally:
            self.started.set()

    def calm(self) -> None:
        """From now on what is due by the clock may wait a little: what is sent arrives at once as before."""
        if self._post is not None:
            self._post.pause = CALM_SECONDS

    def end(self) -> None:
        """Close."""
        if self._loop is not None and self._post is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._post.close)

    async def _live(self) -> None:
        post = self._post = Post()
        self._loop = asyncio.get_running_loop()
        async with AsyncExitStack() as held:
            for member in self.network.members:
                runtimes = [await self._start(member, name, held) for name in self._services(member)]
                post.services += runtimes
                self.origins[member] = MemberOrigin([build_app(one) for one in runtimes])
            tasks = [asyncio.create_task(loop) for one in post.services for loop in _loops(post, one)]
            servers = [_server(self.network, member, app) for member, app in self.origins.items()]
            serving = [asyncio.create_task(one.serve()) for one in servers]
            while not all(one.started for one in servers):
                await asyncio.sleep(0.02)
            self.started.set()
            over = asyncio.create_task(post.over.wait())
            await asyncio.wait([over, *tasks, *serving], return_when=asyncio.FIRST_COMPLETED)
            post.over.set()
            for server in servers:
                server.should_exit = True
            await asyncio.gather(over, *tasks, *serving)

    def _services(self, member: str) -> Sequence[str]:
        return self.network.members[member].services

    async def _start(self, member: str, name: str, held: AsyncExitStack) -> Runtime:
        service = load_service(name)
        runtime = Runtime(service, settings_of(self.network, self.state, f"{member}.{name}", service))
        shutil.copyfile(
            self._migrated(service), self.state.service(runtime.settings.principal) / "service.db"
        )
        await runtime.start()
        held.push_async_callback(runtime.stop)
        await runtime.take_directory(self.directory())
        return runtime

    def _migrated(self, service: Service) -> Path:
        """An empty database of a service, as its migrations make it: made once, then copied."""
        made = self.state.root / f"{service.name}.db"
        if not made.exists():
            migrations.upgrade(f"sqlite:///{made}", service)
        return made

    def directory(self) -> list[Record]:
        """Who is who, signed, the manifest last."""
        topic = directory_topic(self.network.network)
        signed = next_directory(self.network, self.state, machine_now())
        ordered = sorted(signed.items(), key=lambda one: one[0] not in self.network.members)
        return [
            Record(topic, key.encode(), one.value, headers_of(one.signature, PLAIN_JSON))
            for key, one in ordered
        ]


def _loops(post: Post, service: Runtime) -> tuple[Any, ...]:
    return post.collect(service), post.bring(service), post.remind(service)


def _server(network: Network, member: str, origin: MemberOrigin) -> uvicorn.Server:
    port = network.members[member].port
    return Server(
        uvicorn.Config(origin, host=LOOPBACK, port=port, log_config=None, access_log=False, lifespan="off")
    )


def founded(folder: Path) -> Town:
    """A town with free ports and short times, that nobody has lived in."""
    content = yaml.safe_load(PORDENONE.read_text(encoding="utf-8"))
    content["timings"] |= {"receipts_every": 1, "heads_every": 2, "facts_delay": [0, 0.1]}
    for member in content["members"].values():
        member["port"] = free_port()
    content["members"][SUPERVISED]["operators"].append(SUPERVISOR)
    file = folder / "town.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    network, state = load(file), State(folder / "state")
    ensure_secrets(network, state)
    accounts = yaml.safe_load(state.accounts(SUPERVISED).read_text())
    write_private(state.accounts(SUPERVISED), yaml.safe_dump(accounts | {"provider": PROVIDER}))
    write_private(state.bootstrap, NO_BROKER)
    write_private(state.roots, "\n".join(b64u(public_bytes(key)) for key in root_keys(network, state)))
    assert network.clock is not None
    write_clock(state.clock, network.clock)
    return Town(file, state, network)


@contextmanager
def alive(folder: Path) -> Iterator[Town]:
    """A town whose members answer, until the block is left."""
    town = founded(folder)
    thread = threading.Thread(target=town.live, name="town", daemon=True)
    thread.start()
    try:
        assert town.started.wait(STARTS_WITHIN), "the town did not start in time"
        yield town
    finally:
        town.end()
        thread.join(30)
        for error in town.broken:
            raise error
