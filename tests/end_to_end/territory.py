"""A network started by the command line, on ports of its own; people live through its public APIs."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import psutil
import yaml
from trama_deploy.access import Access
from trama_deploy.broker import admin_access, free_port
from trama_deploy.network import Network, load
from trama_deploy.state import State
from trama_simulation.acts import Story
from trama_simulation.living import Lived
from trama_simulation.members import PUBLIC
from trama_simulation.persons import Person
from trama_simulation.simulation import Run, desks_of, judge
from trama_simulation.territory import Member, read_territory

PORDENONE = Path(__file__).parents[2] / "deploy" / "networks" / "pordenone.yaml"
UNTOLD = "ambito-ovest"
"""A member that may read what public members write, and that nobody ever grants anything."""
PATIENCE = 180.0
AT_ONCE = 8
COMMAND_SECONDS = 180.0


@dataclass
class Territory:
    """The demonstration's network with one member more, and what happened in it."""

    file: Path
    state: State
    lived: list[Lived] = field(default_factory=list)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    @cached_property
    def network(self) -> Network:
        """As its file says."""
        return load(self.file)

    @cached_property
    def members(self) -> Mapping[str, Member]:
        """Addresses and operators."""
        return read_territory(self.file).members

    @property
    def access(self) -> Access:
        """The broker's super user."""
        access = admin_access(self.state.broker)
        assert access is not None
        return access

    def trama(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Give an order to the network of this state directory."""
        command = [sys.executable, "-m", "trama_deploy", *words, "--state", str(self.state.root)]
        return subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS)

    def up(self) -> None:
        """Start it, in the background, and wait until it answers."""
        answer = self.trama("network", "up", "--network", str(self.file), "--people", "0")
        assert answer.returncode == 0, answer.stdout + answer.stderr

    def simulate(self) -> subprocess.CompletedProcess[str]:
        """The simulation as a command."""
        command = [sys.executable, "-m", "trama_simulation", "--state", str(self.state.root)]
        return subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS)

    async def live(self, stories: Sequence[Story], *, halfway: date, pause: Callable[[], None]) -> None:
        """Let people live until a day, do something else while their events are on their way, and go on."""
        async with desks_of(read_territory(self.file), patience=PATIENCE) as desks:
            run = Run(stories, desks, at_once=AT_ONCE)
            await run.live(until=halfway)
            await asyncio.to_thread(pause)
            await run.live()
        run.must_be_whole()
        self.lived = run.lived

    def differences(self) -> list[str]:
        """Where what members say differs from what happened, once there has been time to arrive."""
        return asyncio.run(self._differences())

    async def _differences(self) -> list[str]:
        async with desks_of(read_territory(self.file), patience=PATIENCE) as desks:
            return await judge(self.lived, desks, patience=PATIENCE)

    def told(self) -> list[Person]:
        """Who lived."""
        return [one.story.person for one in self.lived]

    def get(self, member: str, path: str) -> httpx.Response:
        """Ask a member what its operator may ask."""
        asked = self.members[member]
        return self.client.get(f"{asked.url}{path}", headers={"Authorization": f"Bearer {asked.token}"})

    def timelines(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every timeline at every member that follows a person: whose, where, and what it shows. Several
        members are asked at a time: they answer from different processes."""
        wanted = [
            (one.story.person.name, member, f"/api/registry/persons/{record}/timeline")
            for one in self.lived
            for member, record in sorted(one.records.items())
        ]
        with ThreadPoolExecutor(AT_ONCE) as asking:
            answers = asking.map(lambda place: self.get(*place[1:]), wanted)
            for (name, member, _), answer in zip(wanted, answers, strict=True):
                yield name, member, answer.raise_for_status().json()

    def figures(self) -> dict[str, dict[str, Any]]:
        """The indicators, by code."""
        answer = self.get("provincia", "/api/reporting/indicators?from=2012-01-01&to=2013-12-31")
        return {one["code"]: one for one in answer.raise_for_status().json()["indicators"]}

    def databases(self, member: str) -> list[Path]:
        """The database file of each service of a member."""
        services = self.network.members[member].services
        return [self.state.service(f"{member}.{service}") / "service.db" for service in services]

    def processes(self) -> list[psutil.Process]:
        """Everything on this machine that was started for this state directory."""
        return [one for one in psutil.process_iter() if self._is_ours(one)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return str(self.state.root) in " ".join(process.cmdline())
        except psutil.Error:
            return False


def described(folder: Path) -> Territory:
    """A network file for tests: free ports, short times, and one member that is never told anything."""
    content = yaml.safe_load(PORDENONE.read_text(encoding="utf-8"))
    content["timings"] |= {"receipts_every": 1, "heads_every": 2, "facts_delay": [0.2, 1]}
    members = content["members"]
    members[UNTOLD] = members["ambito-est"] | {
        "title": "Servizio sociale dei Comuni, ambito ovest",
        "services": ["registry"],
        "read_by": [],
        "operators": [{"login": "olga", "name": "Olga Demo", "roles": ["caseworker"]}],
    }
    for name in PUBLIC:
        members[name]["read_by"].append(UNTOLD)
    for member in members.values():
        member["port"] = free_port()
    file = folder / "territory.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return Territory(file, State(folder / "state"))


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True
