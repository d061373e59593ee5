"""The embedded broker does what the fault tests rely on: it dies, stalls and comes back as itself."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.cimpl import NewTopic
from trama_deploy.broker import BrokerFailed, EmbeddedBroker, _new_cluster_id, free_port


def _topics(broker: EmbeddedBroker) -> set[str]:
    return set(broker.admin().list_topics(timeout=10).topics) - {"__consumer_offsets"}


def _create(broker: EmbeddedBroker, name: str) -> None:
    broker.admin().create_topics([NewTopic(name)])[name].result(10)


def test_killed_broker_comes_back_on_the_same_port_with_its_topics(own: EmbeddedBroker) -> None:
    _create(own, "kept")
    bootstrap, pid = own.bootstrap, own.pid
    own.kill()
    assert own.pid is None
    own.start()
    assert own.bootstrap == bootstrap
    assert own.pid not in (None, pid)
    assert "kept" in _topics(own)


def test_wiped_broker_keeps_its_port_and_super_user_and_nothing_else(own: EmbeddedBroker) -> None:
    _create(own, "lost")
    before = (own.bootstrap, own.admin_password)
    own.wipe()
    own.start()
    assert (own.bootstrap, own.admin_password) == before
    assert _topics(own) == set()


def test_paused_broker_answers_nothing_until_resumed(own: EmbeddedBroker) -> None:
    own.pause()
    try:
        with pytest.raises(KafkaException):
            own.admin().list_topics(timeout=1)
    finally:
        own.resume()
    assert own.admin().list_topics(timeout=10).brokers


def test_wrong_password_is_an_authentication_failure(own: EmbeddedBroker) -> None:
    told: list[KafkaError] = []
    stranger = Producer(own.client_config("admin", "wrong") | {"error_cb": told.append, "log_level": 0})
    deadline = time.monotonic() + 10
    while not told and time.monotonic() < deadline:
        stranger.poll(0.2)
    assert told[0].code() == KafkaError._AUTHENTICATION


def test_no_topic_makes_itself(own: EmbeddedBroker) -> None:
    results: list[KafkaError | None] = []
    producer = Producer(own.client_config() | {"message.timeout.ms": 4000, "log_level": 0})
    producer.produce("nobody.made.this", b"x", on_delivery=lambda error, _: results.append(error))
    producer.flush(10)
    assert results[0] is not None
    assert "nobody.made.this" not in _topics(own)


def test_credentials_are_private_and_kept_out_of_the_process_list(own: EmbeddedBroker) -> None:
    for name in ("admin.json", "server.properties"):
        assert (own.directory / name).stat().st_mode & 0o077 == 0
    assert own.pid is not None
    assert own.admin_password not in " ".join(psutil.Process(own.pid).cmdline())


def test_broker_writes_its_log_beside_its_state(own: EmbeddedBroker) -> None:
    assert "QuorumController" in (own.logs / "broker.log").read_text()


def test_taken_port_is_changed_on_first_start_and_nothing_else_is(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as first:
        _create(first, "kept")
        taken, password = first.bootstrap, first.admin_password
    port = int(taken.partition(":")[2])
    with socket.create_server(("127.0.0.1", port)), EmbeddedBroker(tmp_path) as second:
        assert second.bootstrap != taken
        assert second.admin_password == password
        assert _topics(second) == {"kept"}


def test_broker_that_ends_by_itself_says_why(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path, heap="1m")
    with pytest.raises(BrokerFailed, match="terminato da solo"):
        broker.start()
    assert broker.pid is None


def test_listens_on_loopback_only(own: EmbeddedBroker) -> None:
    assert own.pid is not None
    listening = [c.laddr.ip for c in psutil.Process(own.pid).net_connections("tcp") if c.status == "LISTEN"]
    assert listening
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_broker_dies_with_its_parent(tmp_path: Path) -> None:
    """INVARIANT: no broker is orphaned. Breaks if the watchdog's pipe is inherited by anyone else."""
    script = (
        "import sys; from pathlib import Path; from trama_deploy.broker import EmbeddedBroker\n"
        "broker = EmbeddedBroker(Path(sys.argv[1])).start(); print(broker.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert psutil.pid_exists(pid)
    group = os.getpgid(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _alive_in_group(group):
        time.sleep(0.05)
    assert _alive_in_group(group) == []


def test_second_broker_on_one_directory_is_refused(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as first:
        second = EmbeddedBroker(tmp_path)
        with pytest.raises(BrokerFailed, match="già usando"):
            second.start()
        assert first.pid is not None


def test_ports_are_chosen_below_the_ephemeral_range() -> None:
    ports = [free_port() for _ in range(200)]
    assert all(15000 <= port <= 32000 for port in ports)
    assert len(set(ports)) == len(ports)


def _alive_in_group(group: int) -> list[int]:
    alive = []
    for process in psutil.process_iter(["pid", "status"]):
        try:
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                alive.append(process.pid)
        except ProcessLookupError:
            continue
    return alive


def test_no_cluster_is_named_like_an_option() -> None:
    """One in 64 would be: the formatter then answers with its usage."""
    assert not any(_new_cluster_id().startswith("-") for _ in range(2_000))
