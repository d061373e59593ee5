"""Whatever left a database during a request is named in its entry: seen from the driver, not from us."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import event, select
from sqlalchemy.engine import make_url
from sqlmodel import col
from trama_chassis.audit_entry import AuditEntry, Chain
from trama_chassis.runtime import Runtime

from tests.security.everything import LIFE
from tests.security.life import live
from tests.security.origins import ROLES, Member, Town, town
from tests.security.test_access_matrix import ROWS, Row, ask, member_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHORTEST = 5
"""A text shorter than this tells nobody apart."""
COUNTS = re.compile(r"\bcount\(|\bGROUP BY\b", re.IGNORECASE)
"""A number of rows is of nobody; small numbers are another matter (reporting)."""
OF_NOBODY = frozenset({"team_rule", "path_type_rule", "protocol", "fact_copy", "invitation_copy"})
"""Tables without a person: dated rules, and facts under a pseudonym."""

OF_ONE_REFERRAL = """
    SELECT one.record, told.record FROM referral AS one
    JOIN entry_copy AS told ON told.scope = 'referral:' || one.referral
    UNION SELECT one.record, told.record FROM referral_copy AS one
    JOIN entry_copy AS told ON told.scope = 'referral:' || one.referral
"""
"""What is said of a referral is said of one person, before their records are linked too."""


@dataclass
class Probe:
    """Listens at the driver of one service's database; knows by plain SQL of whom each text in it tells."""

    runtime: Runtime
    heard: list[tuple[str, list[tuple[Any, ...]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to both engines, the one that writes and the one that reads."""
        database = self.runtime.database
        for engine in (database._writing, database._reading):
            event.listen(engine.sync_engine, "after_cursor_execute", self._after)
        self.tables = {
            one.__tablename__: one.__table__.info.get("person", ("record",))  # type: ignore[attr-defined]
            for one in self.runtime.service.tables
            if one.__tablename__ not in OF_NOBODY
        }
        self.named = re.compile(rf"\b(FROM|JOIN)\s+\(?({'|'.join(map(str, self.tables))})\b", re.IGNORECASE)

    def _after(self, _: Any, cursor: Any, statement: str, *__: Any) -> None:
        if cursor.description and self.named.search(statement) and not COUNTS.search(statement):
            self.heard.append((statement, list(cursor._rows)))

    def owners(self) -> dict[str, set[str]]:
        """Each text that stands in rows of a person, and whose it is."""
        found: dict[str, set[str]] = defaultdict(set)
        with closing(sqlite3.connect(make_url(self.runtime.settings.database_url).database or "")) as file:
            file.row_factory = sqlite3.Row
            links = [tuple(row) for row in file.execute("SELECT a_record, b_record FROM record_link")]
            if "referral" in self.tables:
                links += [tuple(row) for row in file.execute(OF_ONE_REFERRAL)]
            same = _joined(links)
            for table, person in self.tables.items():
                for row in file.execute(f"SELECT * FROM {table}"):
                    named = [row[one] for one in person if one in row.keys()]  # noqa: SIM118 - a sqlite3.Row
                    whose = next((one for one in named if one), None)
                    for text in _texts(tuple(row)) if whose else ():
                        found[text] |= same.get(whose, {whose})
            self.people = {whose: same.get(whose, {whose}) for people in found.values() for whose in people}
        return found

    def unnamed(self, entry: AuditEntry | None, owners: dict[str, set[str]]) -> list[str]:
        """Rows that left and tell of one person alone, whom the entry does not name."""
        named = {*entry.records, *(entry.compared or ())} if entry else set()
        wrong = []
        for statement, rows in self.heard:
            for text in {text for row in rows for text in _texts(row)}:
                whose = owners.get(text, set())
                one = whose and whose <= self.people[next(iter(whose))]
                if one and not whose & named:
                    wrong.append(f"{text[:30]!r} by {statement[:300]!r}")
        return wrong


def _joined(links: list[tuple[Any, ...]]) -> dict[str, set[str]]:
    same: dict[str, set[str]] = {}
    for a, b in links:
        both = same.get(a, {a}) | same.get(b, {b})
        same |= dict.fromkeys(both, both)
    return same


def _texts(value: Any) -> Iterator[str]:
    """Every text of a row, those within JSON too."""
    if isinstance(value, str):
        if value[:1] in ("{", "["):
            try:
                yield from _texts(json.loads(value))
            except ValueError:
                pass
            else:
                return
        if len(value) >= SHORTEST:
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


@dataclass
class Lived:
    """A town in which everything was written once, and a probe at each database."""

    town: Town
    probes: list[Probe]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    folder = tmp_path_factory.mktemp("probe")
    async with town(folder, lambda _: f"sqlite:///{folder}/{uuid4()}.db") as built:
        sil = built["sil"]
        sil.ids |= {"offer": "sportello", "stranger": str(uuid4())}
        await live(built, sil.ids, LIFE)
        sil.ids |= {"entry": sil.ids["note"], "one": sil.ids["identifier"], "number": str(uuid4())}
        built["coop-filo"].ids |= sil.ids
        yield Lived(built, [Probe(runtime) for runtime in built.runtimes])


async def _entries(runtime: Runtime, after: int = 0) -> list[AuditEntry]:
    async with runtime.database.read() as session:
        wanted = select(AuditEntry).where(col(AuditEntry.number) > after).order_by(col(AuditEntry.number))
        return list(await session.scalars(wanted))


def _ids(row: Row, member: Member) -> dict[str, str]:
    return {name: member.ids.get(name, str(uuid4())) for name in row.names}


def _asked(place: Town) -> Iterator[tuple[Row, Member, str]]:
    """Everything that can be looked at, by who may; what a host is shown, at a host too."""
    for row in ROWS:
        callers = [role for role in row.may if role in ROLES][:1]
        if row.service == "origin" or row.method != "GET" or not callers:
            continue
        yield row, member_of(row, place), callers[0]
        if row.service == "placement":
            yield row, place["coop-filo"], callers[0]


async def test_every_row_of_a_person_that_leaves_a_database_is_named_in_the_entry_of_its_request(
    lived: Lived,
) -> None:
    """INVARIANT: who was shown is what the driver gave out, on every route there is. A query that reads a
    person's rows by columns and names nobody breaks it."""
    owners = {id(probe): probe.owners() for probe in lived.probes}
    last = {id(probe): len(await _entries(probe.runtime)) for probe in lived.probes}
    wrong, looked, rows = [], 0, 0
    for row, member, caller in _asked(lived.town):
        for probe in lived.probes:
            probe.heard.clear()
        answer = await ask(member, row, caller, _ids(row, member))
        for probe in (one for one in lived.probes if one.runtime in member.runtimes.values()):
            heard, probe.heard = probe.heard, []
            new = await _entries(probe.runtime, last[id(probe)])
            last[id(probe)] += len(new)
            probe.heard = heard if answer.status < 500 else []  # then nothing was shown
            looked, rows = looked + len(new), rows + sum(len(given) for _, given in heard)
            missing = probe.unnamed(new[0] if new else None, owners[id(probe)])
            wrong += [f"{row.path} by {caller}: {one}" for one in missing]
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert looked > 60
    assert rows > 500, "the probe hears what is read"


async def test_everything_that_was_done_in_this_life_stands_in_unbroken_chains(lived: Lived) -> None:
    changes = 0
    for runtime in lived.town.runtimes:
        chain = Chain()
        entries = await _entries(runtime)
        chain.follow(entries)
        assert chain.broken is None
        changes += sum(entry.kind == "change" for entry in entries)
    assert changes > 40
