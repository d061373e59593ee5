"""The doctor of a real network says what only a demonstration may have, and asks nothing of that."""

from pathlib import Path

import pytest
from trama_chassis.safekeeping import DEMO_MARK, write_private
from trama_deploy.network import Network, Timings, Topics, load
from trama_deploy.safety import safety_findings
from trama_deploy.secrets import ensure_secrets
from trama_deploy.state import State

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"


@pytest.fixture
def network() -> Network:
    """The first network as a real one: nobody in its files, its settings those one gets by saying nothing."""
    found = load(FIRST)
    members = {name: one.model_copy(update={"operators": ()}) for name, one in found.members.items()}
    real = {"demo": False, "members": members, "timings": Timings(), "topics": Topics(replication=3)}
    return found.model_copy(update=real)


@pytest.fixture
def state(network: Network, tmp_path: Path) -> State:
    found = State(tmp_path / "state")
    ensure_secrets(network, found)
    write_private(found.service("sil.registry") / "service.db", "")
    write_private(found.member("sil") / "sessions.db", "")
    return found


def test_a_network_that_is_well_kept_is_told_nothing(network: Network, state: State) -> None:
    assert list(safety_findings(network, state)) == []


@pytest.mark.parametrize(
    "path",
    [
        "coordinator/root-1.key",
        "members/sil/accounts.yaml",
        "members/sil/sessions.db",
        "members/sil/registry/service.db",
        "members/sil/registry/kek",
    ],
)
def test_what_others_can_read_is_told_with_the_command_that_mends_it(
    network: Network, state: State, path: str
) -> None:
    (state.root / path).chmod(0o644)
    (found,) = safety_findings(network, state)
    assert found.level == "wrong"
    assert found.remedy.endswith(f"chmod 600 {state.root / path}")
    assert list(safety_findings(network.model_copy(update={"demo": True}), state)) == []


def test_keys_of_a_demonstration_and_keys_nobody_drew_are_told(network: Network, state: State) -> None:
    write_private(state.service("sil.placement") / "kek", bytes(32))
    (drawn,) = safety_findings(network, state)
    assert "head -c 32 /dev/urandom" in drawn.remedy
    write_private(state.service("sil.registry") / DEMO_MARK, "x")
    (marked, _) = safety_findings(network, state)
    assert "dimostrazione" in marked.what
    assert str(state.service("sil.registry")) in marked.what


def test_settings_that_are_weak_are_told(network: Network, state: State) -> None:
    weak = {"timings": Timings(facts_delay=(2.0, 8.0)), "topics": Topics(replication=1)}
    found = list(safety_findings(network.model_copy(update=weak), state))
    assert [one.level for one in found] == ["warning", "warning"]
    assert "entro 8 secondi" in found[0].what
    assert "una sola copia" in found[1].what
