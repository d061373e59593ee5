"""A small network under the command line: it comes up, is hurt, recovers, leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml
from trama_chassis.clock import machine_now
from trama_chassis.database import Database
from trama_chassis.tables import CHASSIS_TABLES, DeadLetter
from trama_deploy.broker import admin_access, free_port
from trama_deploy.hosting import database_url
from trama_deploy.quotas import set_quotas
from trama_deploy.state import State

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"
TRAMA = [sys.executable, "-m", "trama_deploy"]
PATIENCE = 90.0


class Territory:
    """Two nodes with one service each, on free ports, and the command that rules them."""

    def __init__(self, directory: Path) -> None:
        content = yaml.safe_load(FIRST.read_text())
        nodes = {"ass6": "sil", "provincia": "provincia"}
        content["nodes"] = {node: content["nodes"][node] for node in nodes}
        content["members"] = {name: content["members"][name] for name in nodes.values()}
        for member in content["members"].values():
            member.update(port=free_port(), read_by=[], services=member["services"][-1:])
        self.ports = {name: member["port"] for name, member in content["members"].items()}
        self.file = directory / "small.yaml"
        self.file.write_text(yaml.safe_dump(content))
        self.state = State(directory / "state")

    def command(self, *words: str) -> list[str]:
        return [*TRAMA, *words, "--state", str(self.state.root)]

    def trama(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=180)

    def up(self) -> subprocess.CompletedProcess[str]:
        return self.trama("network", "up", "--network", str(self.file), "--people", "0")

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.trama("network", "status", "--json").stdout)
        return found

    def pid(self, node: str) -> int:
        return int(self.state.node_pid(node).read_text())

    def processes(self) -> list[int]:
        """Everything on this machine that was started for this state directory."""
        mine = []
        for process in psutil.process_iter(["cmdline", "status"]):
            words = " ".join(process.info["cmdline"] or [])
            if str(self.state.root) in words and process.info["status"] != psutil.STATUS_ZOMBIE:
                mine.append(process.pid)
        return mine

    def broker_pid(self) -> int:
        """The broker's process; 0 while there is none."""
        return next((pid for pid in self.processes() if psutil.Process(pid).name() == "java"), 0)

    def is_ready(self, member: str) -> bool:
        service = {"sil": "placement", "provincia": "reporting"}[member]
        try:
            url = f"http://127.0.0.1:{self.ports[member]}/api/{service}/health/ready"
            return httpx.get(url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def territory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Territory]:
    made = Territory(tmp_path_factory.mktemp("territory"))
    try:
        yield made
    finally:
        made.trama("network", "down")


@pytest.fixture
def alive(territory: Territory) -> Territory:
    """The network up and well, whatever the test before did to it."""
    if not territory.state.supervisor.exists():
        answer = territory.up()
        assert answer.returncode == 0, answer.stdout + answer.stderr
    _until(lambda: territory.is_ready("sil") and territory.is_ready("provincia"))
    return territory


def _until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_status_of_nothing_says_so_by_its_exit_code(territory: Territory) -> None:
    assert territory.trama("network", "status").returncode == 3
    assert territory.trama("network", "down").returncode == 0
    assert territory.trama("node", "stop", "--node", "ass6").returncode == 3


def test_network_is_up_and_every_service_answers(alive: Territory) -> None:
    assert alive.state.root.stat().st_mode & 0o077 == 0
    answer = alive.trama("network", "status", "--json")
    found = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert found["running"]
    assert found["broker"]
    services = {service["principal"]: service for node in found["nodes"] for service in node["services"]}
    assert set(services) == {"sil.placement", "provincia.reporting"}
    assert all(service["ready"] and service["lag"] is not None for service in services.values())
    assert all(0 < node["memory_mb"] < 250 for node in found["nodes"])


def test_second_supervisor_of_one_state_is_refused(alive: Territory) -> None:
    assert alive.up().returncode == 1
    run = alive.trama("network", "run", "--network", str(alive.file))
    assert run.returncode == 1
    assert "già in esecuzione" in run.stderr
    assert alive.is_ready("sil")


def test_second_process_of_a_node_is_refused_and_the_first_goes_on(alive: Territory) -> None:
    answer = alive.trama("node", "run", "--node", "ass6")
    assert answer.returncode == 1
    assert "occupata" in answer.stderr
    assert alive.is_ready("sil")


def test_killed_node_is_started_again(alive: Territory) -> None:
    before = alive.pid("ass6")
    os.kill(before, signal.SIGKILL)
    _until(lambda: not alive.is_ready("sil"))
    _until(lambda: alive.is_ready("sil"))
    assert alive.pid("ass6") != before


def test_killed_broker_is_started_again_on_its_port(alive: Territory) -> None:
    bootstrap, before = alive.state.bootstrap.read_text(), alive.broker_pid()
    os.kill(before, signal.SIGKILL)
    _until(lambda: alive.broker_pid() not in (0, before))
    _until(lambda: bool(alive.status()["broker"]))
    assert alive.state.bootstrap.read_text() == bootstrap


def test_wiped_broker_is_provisioned_again_and_the_nodes_go_on(alive: Territory) -> None:
    before = alive.broker_pid()
    shutil.rmtree(alive.state.broker / "data")
    os.kill(before, signal.SIGKILL)
    _until(lambda: alive.broker_pid() not in (0, before))
    _until(lambda: bool(alive.status()["broker"]))
    assert alive.is_ready("sil")
    assert alive.is_ready("provincia")
    _until(lambda: "modifiche" in alive.state.supervisor_log.read_text().rpartition("caduto")[2])


def test_check_lists_what_differs_and_provision_mends_it(alive: Territory) -> None:
    words = ("network", "provision", "--network", str(alive.file))
    assert alive.trama(*words, "--check").returncode == 0
    access = admin_access(alive.state.broker)
    assert access is not None
    set_quotas(access.aiokafka(), {"producer_byte_rate": 1000.0})
    answer = alive.trama(*words, "--check")
    assert answer.returncode == 1
    assert "da fare: limitare ogni utente: producer_byte_rate=" in answer.stdout
    assert json.loads(alive.trama(*words, "--check", "--json").stdout)["equal"] is False
    assert alive.trama(*words).returncode == 0
    assert alive.trama(*words, "--check").returncode == 0


def test_stopped_node_stays_down_until_it_is_started(alive: Territory) -> None:
    assert alive.trama("node", "stop", "--node", "ass6").returncode == 0
    _until(lambda: not alive.state.node_pid("ass6").exists())
    answer = alive.trama("network", "status", "--json")
    assert answer.returncode == 4
    doctor = json.loads(alive.trama("doctor", "--json").stdout)
    assert "trama node start --node ass6" in [finding["remedy"] for finding in doctor]
    time.sleep(2)
    assert not alive.is_ready("sil")
    assert alive.is_ready("provincia")
    assert alive.trama("node", "start", "--node", "ass6").returncode == 0
    _until(lambda: alive.is_ready("sil"))


def test_rebuild_is_refused_while_the_service_runs_and_done_when_it_rests(alive: Territory) -> None:
    refused = alive.trama("rebuild", "sil.placement")
    assert refused.returncode == 1
    assert "trama node stop --node ass6" in refused.stderr
    alive.trama("node", "stop", "--node", "ass6")
    _until(lambda: not alive.state.node_pid("ass6").exists())
    first, second = (json.loads(alive.trama("rebuild", "sil.placement", "--json").stdout) for _ in range(2))
    assert first["impronta"] == second["impronta"]
    planned = alive.trama("rebuild", "sil.placement", "--dry-run")
    assert "Copy" in planned.stdout
    alive.trama("node", "start", "--node", "ass6")
    _until(lambda: alive.is_ready("sil"))


async def test_decision_on_a_dead_letter_reaches_the_running_service(alive: Territory) -> None:
    database = Database(database_url(alive.state, "sil.placement"), CHASSIS_TABLES)
    letter = DeadLetter(
        topic="pn.cpi.registry.events.v1",
        stream="8d3a5b9e-0f0b-4b57-9a39-0a5a7f1a2b3c",
        seq=4,
        event_id="0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10",
        code="bad-tag",
        reason="bad-tag",
        value=b"exact bytes",
        signature=b"v1.x.y",
        at=machine_now(),
    )
    async with database.write() as session:
        session.add(letter)
        await session.commit()
    await database.dispose()
    (listed,) = json.loads(alive.trama("dead-letters", "list", "--json").stdout)
    assert (listed["service"], listed["source"], listed["code"]) == (
        "sil.placement",
        "cpi.registry",
        "bad-tag",
    )
    number = str(listed["number"])
    saved = alive.state.root / "letter.bin"
    assert alive.trama("dead-letters", "show", "sil.placement", number, "--save", str(saved)).returncode == 0
    assert saved.read_bytes() == b"exact bytes"
    assert alive.trama("dead-letters", "drop", "sil.placement", number, "--dry-run").returncode == 0
    assert json.loads(alive.trama("dead-letters", "list", "--json").stdout)
    assert alive.trama("dead-letters", "drop", "sil.placement", number, "--yes").returncode == 0
    assert json.loads(alive.trama("dead-letters", "list", "--json").stdout) == []
    _until(
        lambda: (
            json.loads(alive.trama("dead-letters", "show", "sil.placement", number).stdout)["state"]
            == "dropped"
        )
    )
    again = alive.trama("dead-letters", "retry", "sil.placement", number)
    assert again.returncode == 1
    assert "già stata decisa" in again.stderr


def test_paused_holder_is_named_with_what_to_do(alive: Territory) -> None:
    os.kill(alive.pid("ass6"), signal.SIGSTOP)
    try:
        time.sleep(11)
        findings = json.loads(alive.trama("doctor", "--json").stdout)
        (finding,) = [f for f in findings if "vivo ma fermo" in f["what"]]
        assert f"kill -CONT {alive.pid('ass6')}" in finding["remedy"]
    finally:
        os.kill(alive.pid("ass6"), signal.SIGCONT)


def test_a_database_that_cannot_be_brought_up_to_date_keeps_its_node_down_and_the_reason_is_told(
    alive: Territory,
) -> None:
    assert alive.trama("node", "stop", "--node", "ass6").returncode == 0
    _until(lambda: not alive.state.node_pid("ass6").exists())
    database = Path(database_url(alive.state, "sil.placement").removeprefix("sqlite:///"))
    whole = database.read_bytes()
    database.write_bytes(b"not a database, and long enough to be taken for a damaged one" * 100)
    answer = alive.trama("node", "run", "--node", "ass6")
    assert answer.returncode == 1
    assert "is not a database" in answer.stderr
    assert "Le banche dati del nodo ass6 non si sono aggiornate" in answer.stdout + answer.stderr
    database.write_bytes(whole)
    assert alive.trama("node", "start", "--node", "ass6").returncode == 0
    _until(lambda: alive.is_ready("sil"))


def test_a_node_carries_nothing_of_what_migrates_its_databases() -> None:
    loads = "import sys, trama_deploy.node; from trama_deploy.hosting import load_service; "
    loads += "[load_service(name) for name in ('registry', 'evaluation', 'placement', 'reporting')]; "
    loads += "sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads]).returncode == 0


def test_node_drains_in_less_than_ten_seconds(alive: Territory) -> None:
    before = alive.pid("ass6")
    began = time.monotonic()
    os.kill(before, signal.SIGTERM)
    _until(lambda: not psutil.pid_exists(before) or psutil.Process(before).status() == psutil.STATUS_ZOMBIE)
    assert time.monotonic() - began < 10
    _until(lambda: alive.state.node_pid("ass6").exists() and alive.is_ready("sil"))


def test_key_readable_by_others_is_found_by_the_doctor(alive: Territory) -> None:
    kek = alive.state.service("sil.placement") / "kek"
    kek.chmod(0o644)
    answer = alive.trama("doctor")
    kek.chmod(0o600)
    assert answer.returncode == 4
    assert f"chmod 600 {kek}" in answer.stdout
    assert alive.trama("doctor").returncode == 0


def test_down_leaves_nothing_and_up_resumes(alive: Territory) -> None:
    clock = alive.state.clock.read_bytes()
    assert alive.trama("network", "down").returncode == 0
    _until(lambda: alive.processes() == [], seconds=5)
    assert not alive.state.supervisor.exists()
    assert alive.up().returncode == 0
    assert "Broker già configurato" in alive.state.supervisor_log.read_text()
    assert alive.state.clock.read_bytes() == clock


def test_nothing_outlives_a_killed_supervisor(alive: Territory) -> None:
    """INVARIANT: no node and no broker is orphaned. Breaks if a child stops watching its parent."""
    os.kill(json.loads(alive.state.supervisor.read_text())["pid"], signal.SIGKILL)
    _until(lambda: alive.processes() == [], seconds=12)
    assert alive.trama("network", "status").returncode == 3
    alive.state.supervisor.unlink()


def test_interrupt_stops_what_run_started_and_nothing_else(territory: Territory) -> None:
    bystander = subprocess.Popen(["sleep", "100"])
    command = territory.command("network", "run", "--network", str(territory.file), "--people", "0")
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        _until(lambda: territory.is_ready("sil") and territory.is_ready("provincia"))
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate(timeout=30)
        assert run.returncode == 0
        assert "Rete ferma" in told
        assert territory.processes() == []
        assert bystander.poll() is None
    finally:
        run.kill()
        bystander.kill()


def test_interrupt_while_starting_leaves_nothing(territory: Territory) -> None:
    command = territory.command("network", "run", "--network", str(territory.file), "--people", "0")
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    _until(lambda: territory.broker_pid() != 0)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=30)
    assert territory.processes() == []


def test_state_of_another_network_is_refused(territory: Territory) -> None:
    other = territory.file.with_name("other.yaml")
    other.write_text(territory.file.read_text().replace("network: pn", "network: ud"))
    answer = territory.trama("network", "run", "--network", str(other))
    assert answer.returncode == 1
    assert "«pn»" in answer.stderr
    shutil.copyfile(territory.file, territory.state.network_file)
