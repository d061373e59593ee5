"""The table and the findings are read by people in a hurry: whole at 80 columns, each ill with its remedy."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from trama_chassis.clock import machine_now
from trama_deploy.doctor import LONG_SILENCE, MUCH_LAG, status_findings
from trama_deploy.network import load
from trama_deploy.state import State
from trama_deploy.status import NetworkStatus, NodeStatus, ServiceStatus
from trama_deploy.status_cli import ago, status_table, summary

PORDENONE = load(Path(__file__).parents[1] / "networks" / "pordenone.yaml")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def found() -> NetworkStatus:
    """The whole territory, well, with the largest figures that a line must hold."""
    heard = NOW - timedelta(minutes=59)
    nodes = []
    for node in PORDENONE.nodes:
        hosted = PORDENONE.hosted_on(node)
        services = [
            ServiceStatus(f"{name}.{one}", ready=True, to_send=99_999, lag=999_999, last_heard=heard)
            for name, member in hosted.items()
            for one in member.services
        ]
        nodes.append(NodeStatus(node, 4711, 1234, services))
    return NetworkStatus(True, True, nodes)


@pytest.mark.parametrize("columns", [80, 100])
def test_the_whole_territory_is_one_table_without_anything_cut(found: NetworkStatus, columns: int) -> None:
    screen = io.StringIO()
    Console(file=screen, width=columns).print(status_table(found, NOW))
    lines = screen.getvalue().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= columns
    assert "…" not in screen.getvalue()
    for principal in PORDENONE.principals:
        (line,) = [line for line in lines if f" {principal} " in line]
        assert "999999" in line
        assert "59 min" in line
    assert len(lines) < 40


def test_the_summary_counts_what_is_there(found: NetworkStatus) -> None:
    found.nodes[0].pid = None
    found.nodes[1].services[0].ready = False
    assert summary(found) == (
        "La rete è in esecuzione: il broker risponde, 5 nodi su 6 (7404 MB), 22 servizi pronti su 23."
    )
    assert not found.well


def test_silence_is_told_in_the_unit_people_use() -> None:
    spans = [(None, "mai"), (5, "5 s"), (119, "1 min"), (7200, "2 h"), (200_000, "2 g")]
    assert [ago(NOW - timedelta(seconds=s) if s else None, NOW) for s, _ in spans] == [t for _, t in spans]


def test_every_ill_of_a_service_is_told_with_what_to_do(found: NetworkStatus, tmp_path: Path) -> None:
    state = State(tmp_path)
    for service in found.services:
        service.lag, service.to_send, service.last_heard = 0, 0, None
    assert [finding.level for finding in status_findings(found, state)] == ["ok"]
    found.nodes[5].pid = None
    ill = found.nodes[1].services
    ill[0].ready, ill[0].stalled = False, ("directory", "consumer")
    ill[1].dead_letters = 1
    ill[2].lag = MUCH_LAG + 1
    ill[3].last_heard = machine_now() - LONG_SILENCE - timedelta(minutes=1)
    findings = list(status_findings(found, state))
    assert len(findings) == 5
    assert all(finding.level != "ok" and finding.remedy for finding in findings)
    told = "\n".join(f"{finding.what} → {finding.remedy}" for finding in findings)
    assert "sil.registry non è pronto: non ha ancora letto l'elenco firmato, non riesce a leggere" in told
    assert str(state.node_log("ass6")) in told
    assert (
        "sil.evaluation: una comunicazione ferma → trama dead-letters list --service sil.evaluation" in told
    )
    assert "sil.placement: 1001 da leggere, 0 da inviare" in told
    assert "dsm.registry non sente nessun altro servizio" in told
    assert "trama node start --node provincia" in told
