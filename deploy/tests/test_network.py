"""A network file that does not hold together is refused, and the refusal names the place in the file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from trama_deploy.network import Controller, Kind, Member, NetworkFileWrong, load
from trama_deploy.network_cli import tour_of
from trama_registry.queries.offer import KINDS

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"
PORDENONE = FIRST.with_name("pordenone.yaml")


def _broken(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> list[str]:
    content = yaml.safe_load(FIRST.read_text())
    change(content)
    file = tmp_path / "network.yaml"
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(NetworkFileWrong) as refused:
        load(file)
    return [path for path, _ in refused.value.problems]


def test_first_network_holds_together() -> None:
    network = load(FIRST)
    assert len(network.nodes) == len(network.members) == 5
    assert network.principals == (
        "ambito-urbano.registry", "sil.registry", "sil.placement", "cpi.registry", "cpi.placement",
        "coop-filo.registry", "coop-filo.placement", "provincia.reporting",
    )  # fmt: skip
    assert network.know_each_other("sil", "coop-filo")
    assert not network.know_each_other("cpi", "coop-filo")


def test_territory_is_eleven_members_on_six_nodes_with_23_services() -> None:
    network = load(PORDENONE)
    assert len(network.nodes) == 6
    assert len(network.members) == 11
    assert len(network.principals) == 23
    assert sorted(member.port for member in network.members.values()) == list(range(8101, 8112))
    public = {name for name, member in network.members.items() if "care" in member.circles}
    assert len(public) == 8
    assert all(public - {name} <= set(network.members[name].read_by) for name in public)


def test_municipalities_province_region_health_cooperative_and_company_answer_for_their_members() -> None:
    network = load(PORDENONE)
    answering = {(member.kind, member.sector): member.controller for member in network.members.values()}
    assert {kind for kind, _ in answering} == {"public-body", "cooperative", "company"}
    assert {member.controller for member in network.members.values()} == {
        *("comune-urbano", "comune-est", "ass6", "provincia-pn", "regione", "coop-filo", "mobili-campione")
    }
    assert answering["company", "host"] == "mobili-campione"
    assert answering["public-body", "employment"] == "provincia-pn"


NEIGHBOURS = {
    "direzione-lavoro": ("public-body", "employment"),
    "direzione-salute": ("public-body", "health"),
    "direzione-istruzione": ("public-body", "orientation"),
    "artigiani": ("employers-association", "coordination"),
    "sindacato": ("trade-union", "coordination"),
    "volontari": ("association", "coordination"),
    "auto-mutuo-aiuto": ("informal-group", "coordination"),
}


def test_directorates_associations_unions_and_informal_groups_may_be_members(tmp_path: Path) -> None:
    """The three regional directorates, with the COR that is there already, and who is no public body; none is
    asked for a tax code, which an informal group has not."""
    content = yaml.safe_load(PORDENONE.read_text())
    plain = {"node": "regione", "services": ["registry"], "circles": ["referral"], "read_by": []}
    for port, (name, (kind, sector)) in enumerate(NEIGHBOURS.items(), start=8120):
        content["controllers"][name] = {"title": name, "delegations": []}
        said = {"title": name, "kind": kind, "sector": sector, "controller": name, "port": port}
        content["members"][name] = plain | said | {"purposes": ["work-integration"]}
    file = tmp_path / "network.yaml"
    file.write_text(yaml.safe_dump(content))
    network = load(file)
    assert {
        name: (network.members[name].kind, network.members[name].sector) for name in NEIGHBOURS
    } == NEIGHBOURS
    assert network.members["cor"].sector == "orientation"
    assert not [field for part in (Member, Controller) for field in part.model_fields if "code" in field]
    assert set(get_args(Kind)) == set(KINDS), "each kind has its words on the page of the network"


def test_hosts_of_the_territory_know_only_who_sends_them_people() -> None:
    """INVARIANT: a host meets its promoters and nobody else. Breaks if read_by opens a service to a host."""
    network = load(PORDENONE)
    known = {
        host: {other for other in network.members if other != host and network.know_each_other(host, other)}
        for host in ("coop-filo", "mobili-campione", "provincia")
    }
    assert known == {"coop-filo": {"sil"}, "mobili-campione": {"sil", "cpi"}, "provincia": set()}


def _away(content: dict[str, Any], **said: str) -> None:
    """Somebody stands in for whom the network names at the employment centre; something of it is wrong."""
    member = content["members"]["cpi"]
    member["operators"].append({"login": "carla", "name": "Carla Demo", "roles": ["caseworker"]})
    days = {"login": "carla", "first": "2013-05-06", "last": "2013-08-04"}
    member["operators"][0]["substitutes"] = [days | said]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("members.sil.port", lambda c: c["members"]["sil"].update(port=8101)),
        ("members.sil.port", lambda c: c["members"]["sil"].update(port="many")),
        ("members.sil.node", lambda c: c["members"]["sil"].update(node="moon")),
        ("members.cpi.controller", lambda c: c["members"]["cpi"].update(controller="nobody")),
        ("members.sil.read_by.0", lambda c: c["members"]["sil"].update(read_by=["dsm"])),
        ("members.sil.read_by.0", lambda c: c["members"]["sil"].update(read_by=["sil"])),
        ("members.sil.circles.0", lambda c: c["members"]["sil"].update(circles=["friends"])),
        ("members.sil.services", lambda c: c["members"]["sil"].update(services=["registry", "registry"])),
        ("members.sil.services.0", lambda c: c["members"]["sil"].update(services=["Registry"])),
        ("members.sil.colour", lambda c: c["members"]["sil"].update(colour="blue")),
        ("members.provincia.services", lambda c: c.update(custodian="provincia-pn")),
        ("members.provincia.circles", lambda c: c["members"]["provincia"].update(circles=["care"])),
        ("members.sil.operators", lambda c: c.update(demo=False)),
        ("roots.threshold", lambda c: c.update(roots={"keys": 3, "threshold": 3})),
        ("roots.threshold", lambda c: c.update(roots={"keys": 3, "threshold": 1})),
        ("coordinator", lambda c: c.update(coordinator="sil")),
        ("timings.facts_delay", lambda c: c["timings"].update(facts_delay=[9, 1])),
        ("topics.mailbox_days", lambda c: c["topics"].update(mailbox_days=10)),
        ("members.cpi.operators.0.login", lambda c: c["members"]["cpi"]["operators"][0].update(login="sara")),
        *(
            (f"members.cpi.operators.0.substitutes.0.{field}", partial(_away, **said))
            for field, said in (("login", {"login": "livia"}), ("last", {"last": "2013-01-01"}))
        ),
        ("nodes.empty", lambda c: c["nodes"].update(empty={"title": "Vuoto"})),
        ("network", lambda c: c.update(network="PN")),
        ("controllers.sil2.title", lambda c: c["controllers"].update(sil2={"title": ""})),
    ],
)  # fmt: skip
def test_contradiction_is_named_by_its_path(
    tmp_path: Path, path: str, change: Callable[[dict[str, Any]], object]
) -> None:
    assert path in _broken(tmp_path, change)


def test_member_called_network_is_refused(tmp_path: Path) -> None:
    """INVARIANT: no member's principal can be the coordinator's. Breaks if `network` names a member."""
    paths = _broken(tmp_path, lambda c: c["members"].update(network=c["members"]["sil"] | {"port": 8200}))
    assert any(path.startswith("members.network") for path in paths)


def test_name_written_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "network.yaml"
    file.write_text(FIRST.read_text() + "\nnetwork: pn\n")
    with pytest.raises(NetworkFileWrong, match="due volte"):
        load(file)


def test_missing_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NetworkFileWrong, match="non si può leggere"):
        load(tmp_path / "none.yaml")


def test_tour_of_the_territory_leads_to_addresses_of_members_at_which_that_operator_works() -> None:
    network = load(PORDENONE)
    ports = {str(member.port): member for member in network.members.values()}
    heading, *stops = tour_of(network)
    assert heading == "Cinque minuti, a tappe:"
    assert len(stops) == len(network.tour) >= 5
    for stop, line in zip(network.tour, stops, strict=True):
        port = line.partition("127.0.0.1:")[2].partition("/")[0]
        assert stop.login in {one.login for one in ports[port].operators}, line
        assert line.endswith(stop.what)


def test_tour_with_a_stop_for_nobody_is_refused(tmp_path: Path) -> None:
    stop = {"login": "nobody", "path": "/", "what": "niente"}
    assert _broken(tmp_path, lambda content: content.update(tour=[stop])) == ["tour.0.login"]


def test_network_without_a_tour_prints_none() -> None:
    assert tour_of(load(FIRST)) == []
