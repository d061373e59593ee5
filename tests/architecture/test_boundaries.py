"""Who may do what: commit, open a session, produce, read the time, log. Every rule is shown to bite."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from trama_chassis.logs import ALLOWED

ROOT = Path(__file__).parents[2]
# The two commit points, and the chassis' own bookkeeping (relay marks, mailbox, keystore, decisions, timers).
MAY_COMMIT = frozenset(
    {
        *("outbox", "database", "inbox", "consumer", "relay", "duties", "file_duties", "runtime", "timers"),
        *("rebuild", "dead_letters", "migrations", "testing", "testing_territory", "audit", "leaving"),
        *("erasure_duties", "key_changes", "testing_post"),
    }
)
MAY_OPEN = ("database", "migrations")
TIME_CALLS = frozenset(
    {
        *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now"),
        *("datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
        *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime"),
    }
)
LOG_CALLS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})


def sources(*patterns: str) -> list[Path]:
    """Every Python file of ours that matches, tests and migrations apart."""
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [path for path in found if not {"tests", "versions"} & set(path.relative_to(ROOT).parts)]


CHASSIS = sources("chassis/src/**/*.py")
CONTRACTS = sources("contracts/src/**/*.py")
DEPLOY = sources("deploy/src/**/*.py")
SERVICES = sources("services/*/src/**/*.py", "caseload/src/**/*.py")


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The dotted name of what is called: `session.commit`, `time.time`."""
    return ast.unparse(call.func)


def imported(source: str) -> set[str]:
    """Every name a module imports, as `module.name`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def transaction_calls(source: str) -> list[str]:
    """Calls that end or begin a transaction."""
    ends = {"commit", "rollback", "begin", "begin_nested"}
    found = (called(call) for call in calls(source))
    return [name for name in found if name.rpartition(".")[2] in ends and name != "audit.begin"]  # no session


def factories(source: str) -> list[str]:
    """What makes engines and sessions, imported."""
    makers = ("sessionmaker", "async_sessionmaker", "create_engine", "create_async_engine")
    return [name for name in imported(source) if name.rpartition(".")[2] in makers]


def sessions_of_ones_own(source: str) -> list[str]:
    """Every way to get a session that is not one of the edges'."""
    ways = (".database.write", ".database.read", ".database.engine", ".bookkeeping")
    opened = [called(call) for call in calls(source) if any(way in "." + called(call) for way in ways)]
    return factories(source) + opened + [name for name in imported(source) if name.endswith(".Database")]


def kafka_clients(source: str) -> list[str]:
    """Kafka clients a module imports."""
    return [name for name in imported(source) if name.partition(".")[0] in ("aiokafka", "confluent_kafka")]


def producers(source: str) -> list[str]:
    """Producers a module makes."""
    return [called(call) for call in calls(source) if called(call).rpartition(".")[2] == "AIOKafkaProducer"]


def time_reads(source: str) -> list[str]:
    """Readings of the time of day."""
    direct = [called(call) for call in calls(source) if called(call) in TIME_CALLS]
    return direct + [
        name for name in imported(source) if name in ("time.time", "time.localtime", "time.gmtime")
    ]


def days_made(source: str) -> list[str]:
    """Days taken from a moment in whatever zone it happens to be in, and moments told in the machine's."""
    ways = ("date", "astimezone")
    return [
        called(call)
        for call in calls(source)
        if called(call).rpartition(".")[2] in ways and "." in called(call) and not call.args
    ]


def loose_log_calls(source: str) -> list[str]:
    """Log calls whose message varies, or with a key that would be dropped when it is printed."""
    found = []
    for call in calls(source):
        target, _, level = called(call).rpartition(".")
        if level not in LOG_CALLS or not target.rpartition(".")[2].strip("_").startswith("log"):
            continue
        if not call.args or not isinstance(call.args[0], ast.Constant) or len(call.args) > 1:
            found.append(ast.unparse(call))
        keys = {word.arg or "**" for word in call.keywords}
        found += sorted(keys - ALLOWED - {"exc_info", "stack_info"})
    return found


def outside(files: list[Path], *names: str) -> list[Path]:
    """The files that are not one of these modules, nor in one of these packages."""
    return [path for path in files if not {path.stem, path.parent.name} & set(names)]


class Rule(NamedTuple):
    """What a rule finds, where nothing may be found, and a snippet in which it must find something."""

    finds: Callable[[str], list[str]]
    files: list[Path]
    bad: str
    good: str


RULES = {
    "services never commit nor roll back": Rule(
        transaction_calls, SERVICES, "await session.commit()", "session.add(row); await session.flush()"
    ),
    "only listed modules of the chassis commit": Rule(
        transaction_calls,
        outside(CHASSIS, *MAY_COMMIT),
        "async def f(s):\n    await outbox.commit(s)",
        "outbox.add(s, event)",
    ),
    "deploy looks into databases; it commits only an operator's word on a dead letter": Rule(
        transaction_calls,
        outside(DEPLOY, "dead_letters_cli"),
        "session.commit()",
        "rows = await session.scalars(select(Row))",
    ),
    "services get sessions from the two edges only": Rule(
        sessions_of_ones_own,
        SERVICES,
        "async with runtime.database.write() as session: pass",
        "from trama_chassis.database import Transaction",
    ),
    "engines are made in the chassis' database and migrations only": Rule(
        factories,
        outside([*CHASSIS, *DEPLOY], *MAY_OPEN),
        "from sqlalchemy import create_engine",
        "from sqlalchemy import select",
    ),
    "services never touch Kafka": Rule(
        kafka_clients, SERVICES, "from aiokafka import AIOKafkaConsumer", "from trama_chassis import outbox"
    ),
    "only the relay produces": Rule(
        producers, outside(CHASSIS, "relay"), "p = aiokafka.AIOKafkaProducer()", "c = AIOKafkaConsumer()"
    ),
    "only the clock reads the time": Rule(
        time_reads,
        outside([*CHASSIS, *SERVICES, *CONTRACTS, *DEPLOY], "clock"),
        "from datetime import datetime\nnow = datetime.now(UTC)",
        "began = time.monotonic()",
    ),
    "only the clock makes a day of a moment": Rule(
        days_made,
        outside([*CHASSIS, *SERVICES, *DEPLOY], "clock"),
        "on = moment.date()",
        "on, told = local_day(moment), moment.astimezone(ZONE)",
    ),
    "log messages are constant and their keys are allowed": Rule(
        loose_log_calls,
        [*CHASSIS, *SERVICES, *DEPLOY],
        "log.info(f'registered {name}')",
        "self._log.bind(x=1).info('sent', rows=3, exc_info=error)",
    ),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_nobody_crosses_the_boundary(rule: Rule) -> None:
    found = {str(path.relative_to(ROOT)): rule.finds(path.read_text()) for path in rule.files}
    assert {path: crossings for path, crossings in found.items() if crossings} == {}


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_rule_bites(rule: Rule) -> None:
    assert rule.finds(rule.bad)
    assert rule.finds(rule.good) == []


def test_the_rules_see_every_way_to_break_them() -> None:
    for bad in ("s.begin_nested()", "await self._session.rollback()"):
        assert transaction_calls(bad)
    for bad in ("datetime.utcnow()", "datetime.date.today()", "time.time()", "from time import time"):
        assert time_reads(bad)
    for bad in ("moment.astimezone(ZONE).date()", "order.at.astimezone()"):
        assert days_made(bad)
    for bad in (
        "log.info(text)",
        "log.info('a', name=1)",
        "runtime.log.warning('a %s', b)",
        "_log.error('a', **x)",
    ):
        assert loose_log_calls(bad)
    for bad in ("from trama_chassis.database import Database", "runtime.database.engine.begin()"):
        assert sessions_of_ones_own(bad)


def test_there_are_files_to_look_at() -> None:
    assert min(len(files) for files in (CHASSIS, SERVICES, CONTRACTS, DEPLOY)) > 5
