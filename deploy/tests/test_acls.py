"""The table of who may do what, read off the first network by eye and written down here, line by line."""

from pathlib import Path

import pytest
from trama_contracts.names import directory_topic, topic_of
from trama_deploy.acls import EVERYONE, acls, may
from trama_deploy.network import COORDINATOR, Network, load

FIRST = load(Path(__file__).parents[1] / "networks" / "first.yaml")

READERS_OF_EVENTS = {
    "ambito-urbano.registry": "ambito-urbano.registry sil.registry sil.placement cpi.registry cpi.placement",
    "sil.registry": "sil.registry sil.placement ambito-urbano.registry cpi.registry cpi.placement "
    "coop-filo.registry coop-filo.placement",
    "cpi.placement": "cpi.placement cpi.registry ambito-urbano.registry sil.registry sil.placement",
    "coop-filo.placement": "coop-filo.placement coop-filo.registry sil.registry sil.placement",
    "provincia.reporting": "provincia.reporting",
}
WRITERS_TO_MAILBOX = {
    "ambito-urbano.registry": "sil.registry sil.placement cpi.registry cpi.placement provincia.reporting",
    "sil.placement": "sil.registry ambito-urbano.registry cpi.registry cpi.placement coop-filo.registry "
    "coop-filo.placement provincia.reporting",
    "coop-filo.registry": "coop-filo.placement sil.registry sil.placement provincia.reporting",
    "provincia.reporting": "ambito-urbano.registry sil.registry sil.placement cpi.registry cpi.placement "
    "coop-filo.registry coop-filo.placement",
}


def _who(topic: str, operation: str, network: Network = FIRST) -> set[str]:
    everyone = (*network.principals, COORDINATOR)
    return {p for p in everyone if may(acls(network), p, topic, operation)}  # type: ignore[arg-type] # parametrised text


@pytest.mark.parametrize("owner", READERS_OF_EVENTS)
def test_events_are_read_by_those_listed_and_nobody_else(owner: str) -> None:
    assert _who(topic_of("pn", owner, "events"), "READ") == set(READERS_OF_EVENTS[owner].split())


@pytest.mark.parametrize("owner", WRITERS_TO_MAILBOX)
def test_mailbox_is_written_by_those_who_know_the_member(owner: str) -> None:
    assert _who(topic_of("pn", owner, "mailbox"), "WRITE") == set(WRITERS_TO_MAILBOX[owner].split())


@pytest.mark.parametrize("owner", FIRST.principals)
def test_mailbox_is_read_by_its_owner_alone(owner: str) -> None:
    assert _who(topic_of("pn", owner, "mailbox"), "READ") == {owner}


@pytest.mark.parametrize("owner", FIRST.principals)
def test_facts_are_read_by_reporting_and_their_owner(owner: str) -> None:
    assert _who(topic_of("pn", owner, "facts"), "READ") == {owner, "provincia.reporting"}


@pytest.mark.parametrize("owner", FIRST.principals)
@pytest.mark.parametrize("kind", ["events", "facts", "catalogue"])
def test_own_topics_are_written_by_their_owner_alone(owner: str, kind: str) -> None:
    assert _who(topic_of("pn", owner, kind), "WRITE") == {owner}  # type: ignore[arg-type] # parametrised text


def test_directory_is_written_by_the_coordinator_alone_and_read_by_all() -> None:
    assert _who(directory_topic("pn"), "WRITE") == {COORDINATOR}
    assert _who(directory_topic("pn"), "READ") == {*FIRST.principals, COORDINATOR}


def test_reporting_reads_no_events_but_its_own() -> None:
    """INVARIANT: who counts never holds a care event, even sealed. Breaks if read_by opens events to it."""
    topics = {
        acl.name for acl in acls(FIRST) if acl.principal == "provincia.reporting" and acl.operation == "READ"
    }
    assert {t for t in topics if ".events." in t} == {"pn.provincia.reporting.events.v1"}


def test_each_service_may_use_only_the_group_of_its_own_name() -> None:
    groups = {(acl.principal, acl.name) for acl in acls(FIRST) if acl.resource == "group"}
    assert groups == {(principal, principal) for principal in FIRST.principals}


def test_coordinator_can_do_nothing_else() -> None:
    assert {acl.name for acl in acls(FIRST) if acl.principal == COORDINATOR} == {directory_topic("pn")}


def test_everyone_may_only_read_what_is_open() -> None:
    open_to_all = [acl for acl in acls(FIRST) if acl.principal == EVERYONE]
    assert {acl.operation for acl in open_to_all} == {"READ"}
    assert {acl.name.split(".")[3] for acl in open_to_all} == {"catalogue", "v1"}


def test_member_struck_from_read_by_loses_events_and_mailbox() -> None:
    sil = FIRST.members["sil"].model_copy(update={"read_by": ("ambito-urbano", "cpi")})
    filo = FIRST.members["coop-filo"].model_copy(update={"read_by": ()})
    apart = FIRST.model_copy(update={"members": FIRST.members | {"sil": sil, "coop-filo": filo}})
    lost = acls(FIRST) - acls(apart)
    assert {(acl.principal.partition(".")[0], acl.name.split(".")[1]) for acl in lost} == {
        ("sil", "coop-filo"),
        ("coop-filo", "sil"),
    }
    assert {acl.name.split(".")[3] for acl in lost} == {"events", "mailbox"}
    assert acls(apart) < acls(FIRST)
