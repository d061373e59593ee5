"""The first network, whole: broker and nodes as processes, people through the public APIs, bytes on disk."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from trama_deploy.lag import consumer_lags, readable
from trama_simulation.acts import Authorise, ConfirmStart, Story
from trama_simulation.stories import CPI, FILO, SIL, URBANO, stories

from tests.end_to_end.bytes_at_rest import (
    Grams,
    Sealed,
    database_files,
    files_of,
    found_in,
    rows,
    sealed_on,
    traces_of,
)
from tests.end_to_end.territory import UNTOLD, Territory, described, until

CAST = 8
REGISTRIES = (URBANO, SIL, CPI)
HOSTED_FIELDS = {
    *("promoter", "promoter_name", "placement", "person", "task", "weekly_hours"),
    *("planned_from", "planned_to", "ended_on", "state", "state_label"),
}


COPIED_FIELDS = {
    *("promoter", "placement", "given_name", "family_name", "task", "weekly_hours"),
    *("planned_from", "planned_to", "ended_on"),
}


def _people() -> list[Story]:
    """The cast of the demonstration; one followed by two who know of each other; one known to two before."""
    drawn = stories(100, 1)[CAST:]
    together = next(
        one for one in drawn if any(len(a.among) == 2 for a in one.acts if isinstance(a, Authorise))
    )
    before = next(one for one in drawn if one.acts[0].at == SIL)
    return [*stories(CAST, 1), together, before]


@pytest.fixture(scope="module")
def territory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Territory]:
    """Started once, lived in once."""
    made = described(tmp_path_factory.mktemp("first"))
    try:
        made.up()
        made.live(_people())
        yield made
    finally:
        made.trama("network", "down")


def test_every_member_knows_what_happened_and_nothing_else(territory: Territory) -> None:
    assert territory.differences() == []


def test_every_timeline_is_complete_and_says_up_to_when(territory: Territory) -> None:
    assert until(lambda: all(shown["complete"] for _, _, shown in territory.timelines()))
    for _, _, shown in territory.timelines():
        assert shown["completeness"].startswith("Aggiornato alle ")
        assert all(entry["happened"] for entry in shown["entries"])


def test_territory_that_has_lived_is_left_as_it_is(territory: Territory) -> None:
    before = _events_shown(territory)
    answer = territory.simulate()
    assert answer.returncode == 0, answer.stderr
    assert "ha già vissuto" in answer.stdout
    assert _events_shown(territory) == before
    assert territory.differences() == []


def test_each_member_is_on_databases_of_its_own_which_others_cannot_read(territory: Territory) -> None:
    network = territory.network
    for node in network.nodes:
        process = psutil.Process(int(territory.state.node_pid(node).read_text()))
        opened = {Path(file.path) for file in process.open_files() if file.path.endswith("service.db")}
        assert opened == {
            database for member in network.hosted_on(node) for database in territory.databases(member)
        }
    assert not [file for file in files_of(territory.state.root / "members") if file.stat().st_mode & 0o077]
    records = [record for one in territory.lived for record in one.records.values()]
    kept = [
        row
        for member in REGISTRIES
        for row in rows(territory.databases(member)[0], "SELECT record FROM person")
    ]
    assert sorted(kept) == sorted((record,) for record in records)
    assert len(set(records)) == len(records)


def test_cooperative_sees_what_the_host_event_holds_and_no_more(territory: Territory) -> None:
    """INVARIANT: a host learns name, task, hours and days. One field or one grant more breaks it."""
    hosted = territory.get(FILO, "/api/placement/hosted").json()
    assert {one["person"] for one in hosted} >= {"Anna Esempio", "Carla Dimostri", "Elena Provetta"}
    assert all(set(one) == HOSTED_FIELDS for one in hosted)
    assert {one["promoter"] for one in hosted} == {SIL}
    assert "Farid Modello" not in {one["person"] for one in hosted}, "who has not begun is not told"
    granted = {row for file in territory.databases(FILO) for row in rows(file, _GRANTED_CIRCLES)}
    assert granted == {("host", "sil.placement")}
    (copied,) = (file for file in territory.databases(FILO) if file.parent.name == "placement")
    assert {row[0] for row in rows(copied, _COPIED_FIELDS)} == COPIED_FIELDS
    told = [person.tax_code for person in (one.story.person for one in territory.lived)]
    files = [file for database in territory.databases(FILO) for file in database_files(database)]
    assert found_in(files, [word.encode() for word in (*told, "0434 000", *_towns(territory))]) == []
    for path in ("/api/placement/placements", "/api/registry/persons"):
        assert territory.get(FILO, path).status_code == 403


def test_placements_count_each_and_persons_once_across_members(territory: Territory) -> None:
    figures = territory.figures()
    begun = [
        one.story.person.tax_code
        for one in territory.lived
        for act in one.story.acts
        if isinstance(act, ConfirmStart)
    ]
    elena = next(one for one in territory.lived if one.story.person.name == "Elena Provetta")
    assert set(elena.placements) == {SIL, CPI}
    assert figures["placements-started"]["value"] == len(begun)
    assert figures["persons-placed"]["value"] == len(set(begun))
    shares = {share["code"]: share["value"] for share in _by_member(figures["persons-placed"])}
    assert sum(shares.values()) == len(set(begun)) + 1, "Elena is counted by each of the two, and once in all"
    counted = territory.get(
        "provincia", "/api/reporting/indicators/persons-placed/facts?from=2012-01-01"
    ).json()
    assert len({fact["reporting_id"] for fact in counted["facts"]}) == len(set(begun))


def test_member_never_granted_keeps_no_foreign_ciphertext(territory: Territory) -> None:
    """INVARIANT: what a member may not open it does not keep. Keeping bytes "for later" breaks it."""
    access = territory.access
    sealed = sealed_on(access)
    assert until(lambda: set((asyncio.run(consumer_lags(territory.network, access)) or {}).values()) == {0})
    may_read = readable(territory.network, f"{UNTOLD}.registry")
    assert len([one for one in sealed if one.topic in may_read]) > 100
    kept = {member: _kept(territory, member, sealed) for member in territory.network.members}
    assert kept[UNTOLD] == Counter()
    for member, times in kept.items():
        assert times["not granted"] == 0, member
    assert all(kept[member]["granted"] for member in (*REGISTRIES, FILO, "provincia"))


def test_nobody_is_named_in_the_bytes_of_the_broker(territory: Territory) -> None:
    """INVARIANT: no name or tax code on the broker, not even in plain base64. An event in clear breaks it."""
    traces = [trace for one in territory.lived for trace in traces_of(one.story.person)]
    files = files_of(territory.state.broker)
    assert found_in(files, traces) == []
    in_clear = sum(file.read_bytes().count(b"it.trama.sealed.v1") for file in files)
    assert in_clear >= len(sealed_on(territory.access)) > 100, "records lie there as sent, not compressed"
    own = database_files(territory.databases(URBANO)[0])
    for one in territory.lived:
        assert found_in(own, traces_of(one.story.person)), "where they may be, the same search finds them"


def test_down_leaves_no_process_and_the_next_up_loses_and_repeats_nothing(territory: Territory) -> None:
    """Down comes while a person's events are on their way; another person lives after the next up."""
    before = _events_shown(territory)
    lived = [one.story for one in territory.lived]
    in_between, after = [one for one in stories(100, 1) if _begins(one) and one not in lived][:2]
    territory.live([in_between])
    assert territory.trama("network", "down").returncode == 0
    assert territory.processes() == []
    territory.up()
    territory.live([after])
    assert territory.differences() == []
    shown = _events_shown(territory)
    assert before.items() <= shown.items()
    assert all(len(set(events)) == len(events) for events in shown.values())
    status = territory.trama("network", "status")
    assert status.returncode == 0, status.stdout


_GRANTED_CIRCLES = "SELECT DISTINCT circle, source FROM grant_received"
_COPIED_FIELDS = "SELECT name FROM pragma_table_info('host_placement_copy')"


def _towns(territory: Territory) -> set[str]:
    return {one.story.person.town for one in territory.lived}


def _by_member(figure: dict[str, Any]) -> list[dict[str, Any]]:
    shares: list[dict[str, Any]] = next(
        one["shares"] for one in figure["breakdowns"] if one["by"] == "member"
    )
    return shares


def _kept(territory: Territory, member: str, sealed: list[Sealed]) -> Counter[str]:
    """How many foreign events have left ciphertext in a member's files, with a grant and without."""
    databases = territory.databases(member)
    granted = {row for file in databases for row in rows(file, "SELECT topic, stream FROM grant_received")}
    grams = Grams(file for database in databases for file in database_files(database))
    return Counter(
        "granted" if (one.topic, one.stream) in granted else "not granted"
        for one in sealed
        if one.member != member and any(piece in grams for piece in one.pieces)
    )


def _events_shown(territory: Territory) -> dict[str, list[str]]:
    """The ids of the events on each timeline."""
    return {
        f"{name} at {member}": sorted(entry["event_id"] for entry in shown["entries"])
        for name, member, shown in territory.timelines()
    }


def _begins(story: Story) -> bool:
    return any(isinstance(act, ConfirmStart) for act in story.acts)
