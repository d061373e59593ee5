"""The territory, whole: broker and nodes as processes, people through the public APIs, bytes on disk."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from trama_deploy.lag import consumer_lags, readable
from trama_simulation.acts import (
    AskEvaluation,
    Authorise,
    ConfirmStart,
    Contribute,
    DecideOpposition,
    DeclareConflict,
    HostRefuses,
    LiftRestriction,
    LookInUrgency,
    NameReferente,
    NumberDocument,
    RefuseProject,
    Reopen,
    Resume,
    SenderSays,
    SettleCompetence,
    Story,
    TakeBack,
    Withdraw,
    WithdrawPath,
)
from trama_simulation.members import (
    COMIDIS,
    COR,
    CPI,
    DSM,
    EST,
    FILO,
    FOLLOWERS,
    HOSTS,
    MOBILI,
    PROVINCIA,
    PUBLIC,
    SERT,
    SIL,
    URBANO,
)
from trama_simulation.oracle import remembered, sharing_of
from trama_simulation.stories import stories

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

# A year is lived before the first of these tests; on a machine that does other things too it takes minutes.
pytestmark = pytest.mark.timeout(900)

CAST = 9
HALFWAY = date(2013, 4, 2)
"""Contributions, approvals and a start are made on this day; the network goes down in its midst."""
HOSTED_FIELDS = {
    *("promoter", "promoter_name", "placement", "person", "task", "weekly_hours"),
    *("planned_from", "planned_to", "started_on", "ended_on", "state", "state_label"),
}
COPIED_FIELDS = {
    *("promoter", "placement", "given_name", "family_name", "task", "weekly_hours"),
    *("planned_from", "planned_to", "started_on", "ended_on"),
}


def _by_name(drawn: list[Story]) -> list[Story]:
    """One of each name: what is shown is found by whose it is."""
    return list({story.person.name: story for story in reversed(drawn)}.values())


def _people() -> list[Story]:
    """The cast of the demonstration, and of the drawn ones some with whom things went otherwise."""
    told, drawn = stories(CAST, 1), _by_name(stories(600, 1)[CAST:])
    for otherwise in (
        _refuses_what_the_committee_proposes,
        _heard_at_the_listening_centre_first,
        _taken_back_while_a_third_holds_the_referente,
        _taken_back_elsewhere,
        *map(_does, (TakeBack, HostRefuses, WithdrawPath, Resume, Reopen, SettleCompetence, SenderSays)),
        *map(_does, (DecideOpposition, LiftRestriction, DeclareConflict, LookInUrgency, NumberDocument)),
        _lets_read_until_some_day,
    ):
        if not any(map(otherwise, told[CAST:])):
            told.append(min(filter(otherwise, drawn), key=partial(_more_days, told)))
    return told


def _more_days(told: list[Story], story: Story) -> int:
    """How many days longer all would take with this one."""
    return len({act.on for act in story.acts} - {act.on for one in told for act in one.acts})


def _does(kind: type) -> Callable[[Story], bool]:
    return lambda story: any(isinstance(act, kind) for act in story.acts)


def _lets_read_until_some_day(story: Story) -> bool:
    days = [act.until for act in story.acts if isinstance(act, Authorise) and act.until]
    return any(day < story.acts[-1].on for day in days)


def _refuses_what_the_committee_proposes(story: Story) -> bool:
    return any(_asks(act, COMIDIS) for act in story.acts) and _does(RefuseProject)(story)


def _heard_at_the_listening_centre_first(story: Story) -> bool:
    return _does(NameReferente)(story) and any(getattr(act, "reserved", False) for act in story.acts)


def _taken_back_while_a_third_holds_the_referente(story: Story) -> bool:
    return any(isinstance(act, TakeBack) and act.referente for act in story.acts)


def _taken_back_elsewhere(story: Story) -> bool:
    return any(isinstance(act, Withdraw) and act.at != act.given_at for act in story.acts)


def _asks(act: object, lead: str) -> bool:
    return isinstance(act, AskEvaluation) and act.at == lead


PEOPLE = _people()


@dataclass
class Paused(Territory):
    """What was seen when the network was taken down in the midst of the year, and started again."""

    left: list[psutil.Process] = field(default_factory=list)

    def pause(self) -> None:
        """Down and up again."""
        assert self.trama("network", "down").returncode == 0
        self.left = self.processes()
        self.up()


@pytest.fixture(scope="module")
def territory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paused]:
    """Started once, lived in once."""
    made = described(tmp_path_factory.mktemp("territory"))
    paused = Paused(made.file, made.state)
    try:
        paused.up()
        asyncio.run(paused.live(PEOPLE, halfway=HALFWAY, pause=paused.pause))
        yield paused
    finally:
        paused.trama("network", "down")


def test_every_member_knows_what_happened_and_nothing_else(territory: Paused) -> None:
    found = territory.differences()
    assert found == [], "\n".join([*found, territory.trama("network", "status").stdout])


def test_every_timeline_is_complete_and_says_up_to_when_or_says_who_shares_no_more(territory: Paused) -> None:
    """INVARIANT: who was cut off is told by whom, and nobody else is told so. A key withheld in silence
    breaks it, and so does a gap that is taken for a choice."""
    lost = {
        (one.story.person.name, member): sharing_of(remembered(one.story)).lost(member)
        for one in territory.lived
        for member in one.records
    }
    assert any(lost.values())
    assert until(lambda: all(_is_so(shown, lost[who, where]) for who, where, shown in territory.timelines()))
    for who, where, shown in territory.timelines():
        assert shown["completeness"].count("non condivide più con noi") == len(lost[who, where])
        assert shown["completeness"].startswith("Aggiornato alle ")
        assert all(entry["happened"] for entry in shown["entries"])


def _is_so(shown: dict[str, Any], lost: list[str]) -> bool:
    return shown["complete"] != bool(lost)


def test_down_in_midst_of_the_year_left_no_process_and_nothing_is_lost_or_told_twice(
    territory: Paused,
) -> None:
    assert territory.left == []
    shown = _events_shown(territory)
    assert len(shown) == sum(len(one.records) for one in territory.lived)
    assert all(len(set(events)) == len(events) for events in shown.values())
    status = territory.trama("network", "status")
    assert status.returncode == 0, status.stdout


def test_territory_that_has_lived_is_left_as_it_is(territory: Paused) -> None:
    before = _events_shown(territory)
    answer = territory.simulate()
    assert answer.returncode == 0, answer.stderr
    assert "ha già vissuto" in answer.stdout
    assert _events_shown(territory) == before


def test_each_member_is_on_databases_of_its_own_which_others_cannot_read(territory: Paused) -> None:
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
        for member in FOLLOWERS
        for row in rows(territory.databases(member)[0], "SELECT record FROM person")
    ]
    assert sorted(kept) == sorted((record,) for record in records)
    assert len(set(records)) == len(records)


@pytest.mark.parametrize(("host", "promoters"), [(FILO, {SIL}), (MOBILI, {SIL, CPI})])
def test_host_sees_what_the_host_events_hold_and_no_more(
    territory: Paused, host: str, promoters: set[str]
) -> None:
    """INVARIANT: a host learns name, task, hours and days. One field or one grant more breaks it."""
    hosted = territory.get(host, "/api/placement/hosted").json()
    assert all(set(one) == HOSTED_FIELDS for one in hosted)
    assert {one["promoter"] for one in hosted} == promoters
    granted = {row for file in territory.databases(host) for row in rows(file, _GRANTED_CIRCLES)}
    own = {("host", f"{host}.placement")}  # its own answers, which its registry may read
    assert granted - own == {("host", f"{promoter}.placement") for promoter in promoters}
    (copied,) = (file for file in territory.databases(host) if file.parent.name == "placement")
    assert {row[0] for row in rows(copied, _COPIED_FIELDS)} == COPIED_FIELDS
    told = [word for person in territory.told() for word in (person.tax_code, person.town)]
    files = [file for database in territory.databases(host) for file in database_files(database)]
    assert found_in(files, [word.encode() for word in (*told, "0434 000")]) == []
    for path in ("/api/placement/placements", "/api/registry/persons"):
        assert territory.get(host, path).status_code == 403


def test_what_health_and_social_services_wrote_for_each_other_lies_with_no_other(territory: Paused) -> None:
    """INVARIANT: clinical and social parts lie only where their circle is. One grant more breaks it."""
    parts = [act for one in territory.lived for act in one.story.deeds() if isinstance(act, Contribute)]
    diagnoses = {act.diagnosis.encode() for act in parts if act.diagnosis}
    families = {act.family.encode() for act in parts if act.family}
    assert diagnoses
    assert families
    for member in (*PUBLIC, *HOSTS, PROVINCIA, UNTOLD):
        files = [file for database in territory.databases(member) for file in database_files(database)]
        if member not in (DSM, SERT, COMIDIS):
            assert found_in(files, diagnoses) == [], member
        if member not in (URBANO, EST):
            assert found_in(files, families) == [], member
    own = [file for database in territory.databases(DSM) for file in database_files(database)]
    assert found_in(own, diagnoses), "where it may be, the same search finds it"


def test_placements_count_each_and_persons_once_across_members(territory: Paused) -> None:
    figures = territory.figures()
    begun = [
        one.story.person.tax_code
        for one in territory.lived
        for act in one.story.acts
        if isinstance(act, ConfirmStart)
    ]
    elena = next(one for one in territory.lived if one.story.person.name == "Elena Provetta")
    assert {promoter for promoter, _ in elena.placements} == {SIL, CPI}
    assert figures["placements-started"]["value"] == len(begun)
    assert figures["persons-placed"]["value"] == len(set(begun))
    shares = {share["code"]: share["value"] for share in _by_member(figures["persons-placed"])}
    assert sum(shares.values()) == len(set(begun)) + 1, "Elena is counted by each of the two, and once in all"
    path = "/api/reporting/indicators/persons-placed/facts?from=2012-01-01"
    counted = territory.get(PROVINCIA, path).json()
    assert len({fact["reporting_id"] for fact in counted["facts"]}) == len(set(begun))


def test_member_never_granted_keeps_no_foreign_ciphertext(territory: Paused) -> None:
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
    assert all(kept[member]["granted"] for member in (*FOLLOWERS, COR, *HOSTS, PROVINCIA))
    assert territory.get(UNTOLD, "/api/registry/persons").json()["persons"] == []


def test_nobody_is_named_in_the_bytes_of_the_broker(territory: Paused) -> None:
    """INVARIANT: no name or tax code on the broker, not even in plain base64. An event in clear breaks it."""
    # A company's name, in the directory for all to read, may hold an invented person's.
    public = territory.file.read_bytes()
    traces = [trace for person in territory.told() for trace in traces_of(person) if trace not in public]
    files = files_of(territory.state.broker)
    assert found_in(files, traces) == []
    in_clear = sum(file.read_bytes().count(b"it.trama.sealed.v1") for file in files)
    assert in_clear >= len(sealed_on(territory.access)) > 100, "records lie there as sent, not compressed"
    for one in territory.lived:
        first = next(iter(one.records))
        own = database_files(territory.databases(first)[0])
        assert found_in(own, traces_of(one.story.person)), "where they may be, the same search finds them"


_GRANTED_CIRCLES = "SELECT DISTINCT circle, source FROM grant_received"
_COPIED_FIELDS = "SELECT name FROM pragma_table_info('host_placement_copy')"


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
