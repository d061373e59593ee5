"""A database in which 100,000 people have five million entries of their stories, loaded in bulk.

Entries are written in the order in which time brings them, so that one person's lie apart from each other as
they do in life.
"""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlmodel import SQLModel
from trama_chassis.tables import (
    GrantGiven,
    GrantReceived,
    HeadHeard,
    OwnStream,
    RecordLink,
    SourceHeard,
    table_of,
)
from trama_chassis.tables import Position as PositionRow
from trama_registry.models import EntryCopy, NextStep, Person, TakingInCharge, sort_name_of

GOLDEN = Path("contracts/golden/events")
MEMBERS = (("ambito-urbano", "own"), ("sil", "sil"), ("cpi", "cpi"))
SERVICES = ("registry", "placement")
TODAY = datetime(2013, 10, 14, 8, 42, tzinfo=UTC)
FIRST = datetime(2010, 1, 4, 8, 0, tzinfo=UTC)
BEGINNING = (
    "registry.person-registered",
    "registry.taking-in-charge-opened",
    "registry.case-manager-assigned",
    "registry.referral-sent",
    "registry.authorisation-given",
    "evaluation.evaluation-requested",
    "evaluation.contribution-submitted",
    "evaluation.evaluation-completed",
    "evaluation.project-agreed",
    "evaluation.project-signed",
    "placement.placement-proposed",
    "placement.placement-started",
)
GOING_ON = (
    "registry.next-step-set",
    "registry.next-step-done",
    "evaluation.review-set",
    "placement.approval-given",
    "evaluation.contribution-submitted",
    "registry.case-manager-assigned",
)
FAMILIES = ("Esempio", "D'Esempiò", "Finto", "Campione", "Provetta", "Modello", "Fittizi", "Demo", "𠮷野")
GIVEN = ("Anna", "Bruno", "Carla", "Dario", "Elena", "Farid", "Gina", "Ivo", "Hugo", None)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is loaded."""

    persons: int
    entries: int

    @classmethod
    def of(cls, scale: float) -> "Size":
        """A share of the full counts."""
        return cls(max(100, int(100_000 * scale)), max(5_000, int(5_000_000 * scale)))


def name_of(kind: int, number: int) -> str:
    """An id of the right form, of some kind, found again by its number."""
    return f"{number:08x}-{kind:04x}-4000-8000-{number:012x}"


def record_of(person: int, member: int) -> str:
    """The record of a person at one of the three members."""
    return name_of(member + 1, person)


def weights(size: Size) -> list[int]:
    """How many entries each person has: most a few dozen, one in ten many, one in a hundred very many."""
    drawn = [500 if number % 100 == 0 else 150 if number % 10 == 5 else 35 for number in range(size.persons)]
    share = size.entries / sum(drawn)
    return [max(1, int(count * share)) for count in drawn]


def entries(size: Size) -> Iterator[Sequence[Any]]:
    """Rows of `entry_copy` as time brings them: whose turn it is is drawn."""
    turns = [person for person, count in enumerate(weights(size)) for _ in range(count)]
    drawn = random.Random(8)  # noqa: S311 - the same database every time
    drawn.shuffle(turns)
    told = [0] * size.persons
    payloads = {name: _payload(name) for name in {*BEGINNING, *GOING_ON}}
    pace = (TODAY - FIRST) / len(turns)
    for number, person in enumerate(turns):
        nth = told[person]
        told[person] += 1
        member = nth % 3 if nth >= len(BEGINNING) else (0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1)[nth]
        name = BEGINNING[nth] if nth < len(BEGINNING) else GOING_ON[nth % len(GOING_ON)]
        owner, _, _ = name.partition(".")
        at = _written(FIRST + pace * number)
        record = record_of(person, member)
        kind, circle, scope, payload = payloads[name]
        yield (
            name_of(9, number), MEMBERS[member][0], owner, record, kind, circle, f"{scope}:{record}",
            at, at, "caseworker", MEMBERS[member][0], payload, "[]", None, record, None,
        )  # fmt: skip


def _payload(name: str) -> tuple[str, str, str, str]:
    wire_type = f"it.trama.{name}.v1"
    text = json.loads((GOLDEN / wire_type / "full.json").read_text())
    kind = name.partition(".")[2]
    scope = "referral" if kind.startswith("referral") else "record"
    return wire_type, "referral" if scope == "referral" else "care", scope, json.dumps(text)


def persons(size: Size) -> Iterator[dict[str, Any]]:
    """Rows of `person`."""
    for number in range(size.persons):
        family = f"{FAMILIES[number % len(FAMILIES)]} {_letters(number)}"
        given = GIVEN[number // 7 % len(GIVEN)]
        yield {
            "record": record_of(number, 0),
            "given_name": given,
            "family_name": family,
            "sort_name": sort_name_of(family, given),
            "birth_date": f"19{50 + number % 45}-0{1 + number % 9}-1{number % 9}",
            "town": "Pordenone",
            "registered_at": _written(FIRST),
        }


def _letters(number: int) -> str:
    """A second surname, so that no two people have quite the same."""
    found = ""
    for _ in range(5):
        number, place = divmod(number, 20)
        found += "bcdfghlmnprstvzaeiou"[place]
    return found.title()


def takings_in_charge(size: Size) -> Iterator[dict[str, Any]]:
    """Rows of `taking_in_charge`: everybody is in charge."""
    for number in range(size.persons):
        yield {
            "episode": name_of(4, number),
            "record": record_of(number, 0),
            "sector": "social",
            "need": "Cerca lavoro dopo una lunga assenza",
            "opened_on": "2010-02-04",
        }


def next_steps(size: Size) -> Iterator[dict[str, Any]]:
    """Rows of `next_step`: two in three have one."""
    for number in range(size.persons):
        if number % 3:
            yield {
                "record": record_of(number, 0),
                "step": name_of(5, number),
                "what": "Colloquio al SIL",
                "who": "Sara Demo",
                "due_on": "2013-10-21",
                "set_on": "2013-10-01",
                "changed_by": "Sara Demo",
                "version": 1,
            }


def links(size: Size) -> Iterator[dict[str, Any]]:
    """Everybody is followed by three members."""
    for number in range(size.persons):
        for other in (1, 2):
            yield {
                "link": name_of(20 + other, number),
                "a_member": MEMBERS[0][0],
                "a_record": record_of(number, 0),
                "b_member": MEMBERS[other][0],
                "b_record": record_of(number, other),
            }


def _streams(size: Size) -> Iterator[tuple[str, str, str, str]]:
    """(source, topic, stream, record) of every stream received: of two services of two members."""
    for number in range(size.persons):
        for other in (1, 2):
            for place, owner in enumerate(SERVICES):
                source = f"{MEMBERS[other][0]}.{owner}"
                topic = f"pn.{source}.events.v1"
                yield source, topic, name_of(30 + 2 * other + place, number), record_of(number, other)


def grants_received(size: Size) -> Iterator[dict[str, Any]]:
    """The keys we have."""
    for source, topic, stream, record in _streams(size):
        yield {
            "topic": topic,
            "stream": stream,
            "source": source,
            "sealed_key": b"\0" * 60,
            "circle": "care",
            "scope": f"record:{record}",
            "record": record,
            "terms": "{}",
            "from_seq": 1,
            "told": True,
        }


def positions(size: Size) -> Iterator[dict[str, Any]]:
    """How far we are: everywhere up to date."""
    for _, topic, stream, _ in _streams(size):
        yield {
            "topic": topic,
            "stream": stream,
            "seq": 9,
            "stopped": False,
            "waiting": 0,
            "told_seq": 9,
            "acted_seq": 9,
        }


def heads(size: Size) -> Iterator[dict[str, Any]]:
    """What the sources say they have."""
    for _, topic, stream, _ in _streams(size):
        yield {"topic": topic, "stream": stream, "seq": 9, "hash": "h", "heard_at": _now()}


def heard(size: Size) -> Iterator[dict[str, Any]]:
    """When the sources were last heard."""
    for member, _ in MEMBERS[1:]:
        for owner in SERVICES:
            yield {"source": f"{member}.{owner}", "sent_at": "2013-10-14T08:42:00.000Z", "heard_at": _now()}


def own_streams(size: Size) -> Iterator[dict[str, Any]]:
    """What we write: one stream of each person."""
    for number in range(size.persons):
        yield {
            "stream": name_of(40, number),
            "topic": "pn.ambito-urbano.registry.events.v1",
            "record": record_of(number, 0),
            "circle": "care",
            "scope": f"record:{record_of(number, 0)}",
            "generation": 1,
            "sealed_key": b"\0" * 60,
            "seq": 9,
            "hash": "h",
            "told_seq": 9,
            "ended": False,
        }


def grants_given(size: Size) -> Iterator[dict[str, Any]]:
    """Who reads what we write."""
    for number in range(size.persons):
        for member, _ in MEMBERS[1:]:
            for owner in SERVICES:
                yield {
                    "stream": name_of(40, number),
                    "recipient": f"{member}.{owner}",
                    "grant": "{}",
                    "from_seq": 1,
                    "acknowledged": True,
                }


TABLES: tuple[tuple[type[SQLModel], Callable[[Size], Iterator[dict[str, Any]]]], ...] = (
    (Person, persons),
    (TakingInCharge, takings_in_charge),
    (NextStep, next_steps),
    (RecordLink, links),
    (GrantReceived, grants_received),
    (PositionRow, positions),
    (HeadHeard, heads),
    (SourceHeard, heard),
    (OwnStream, own_streams),
    (GrantGiven, grants_given),
)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _now() -> str:
    return _written(datetime.now(UTC))


def rows_of(size: Size) -> Iterator[tuple[str, Sequence[str], Iterator[Sequence[Any]]]]:
    """Every table with its columns and rows; a column nobody names has the model's default."""
    for model, given in TABLES:
        table = table_of(model)
        defaults = {
            column.name: column.default.arg
            for column in table.columns
            if column.default is not None and column.default.is_scalar
        }
        some = next(given(size))
        names = [*some, *(name for name in defaults if name not in some)]
        rest = [defaults[name] for name in names if name not in some]
        yield table.name, names, ([*row.values(), *rest] for row in given(size))
    names = [column.name for column in table_of(EntryCopy).columns]
    yield table_of(EntryCopy).name, names, entries(size)


def fill_sqlite(path: Path, size: Size) -> None:
    """Load everything; indexes are taken away meanwhile and made again."""
    base = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1500000"):
        base.execute(f"PRAGMA {pragma}")
    for table, names, rows in rows_of(size):
        indexes = base.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL AND tbl_name=?",
            (table,),
        ).fetchall()
        for name, _ in indexes:
            base.execute(f'DROP INDEX "{name}"')
        columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        base.execute("BEGIN")
        base.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', rows)
        base.execute("COMMIT")
        for _, sql in indexes:
            base.execute(sql)
    base.close()


def fill_postgresql(url: str, size: Size) -> None:
    """Load everything by COPY, and let the planner know what there is."""
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as base:
        base.execute("SET session_replication_role = replica")
        for table, names, rows in rows_of(size):
            indexes = base.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN "
                "(SELECT conname FROM pg_constraint)",
                (table,),
            ).fetchall()
            for name, _ in indexes:
                base.execute(f'DROP INDEX "{name}"')
            columns = ", ".join(f'"{name}"' for name in names)
            with base.cursor() as cursor, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            for _, sql in indexes:
                base.execute(sql)
            base.execute(f'ANALYZE "{table}"')
