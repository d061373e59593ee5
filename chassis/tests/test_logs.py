"""What is logged cannot be personal data, whoever logs it and however."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import create_engine, text
from trama_chassis import logs

CANARY = "Zefirino Canarini"
TAX_CODE = "CNRZRN80A01Z999P"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before, level


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def raise_with(name: str) -> None:
    raise ValueError(f"cannot file {name}")


def bad_query() -> None:
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("SELECT :name FROM nowhere"), {"name": CANARY})


def log_in_every_way(name: str) -> None:
    ours = structlog.get_logger("trama.test")
    ours.info("person registered", name=name, family_name=name)
    ours.info(f"person {name} registered")
    ours.info("known key", stream=name, reason=name, topic={name: [name]}, count=1)
    ours.info("known key", **{name: 1})
    ours.bind(person=name).warning("bound")
    with structlog.contextvars.bound_contextvars(operator_name=name):
        ours.info("context")
    for raising in (lambda: raise_with(name), bad_query, lambda: json.loads(f'{{"{name}"')):
        try:
            raising()
        except Exception as error:
            ours.exception("went wrong")
            ours.error("went wrong", exc_info=error)
            ours.error("went wrong", error=error)
            logging.getLogger("sqlalchemy.engine").exception("failed for %s", name)
            logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=error)
            logging.getLogger("asyncio").error("Task exception was never retrieved %r", error)
    logging.getLogger(name).warning("a logger named after a person")


@pytest.mark.parametrize("canary", [CANARY, TAX_CODE])
def test_no_log_call_prints_a_name_or_a_tax_code(capsys: pytest.CaptureFixture[str], canary: str) -> None:
    """INVARIANT: no personal data in logs. Printing unknown keys, free values, exception texts or libraries'
    arguments breaks it."""
    logs.configure("INFO", as_json=True)
    log_in_every_way(canary)
    output = capsys.readouterr()
    assert len(output.err.splitlines()) == 7 + 3 * 6
    assert canary not in output.err + output.out
    assert canary.split()[0] not in output.err


CRASH = """
import logging, sys, threading, warnings
from trama_chassis import logs
if sys.argv[2] == "configured":
    logs.configure("INFO", as_json=True)
name = sys.argv[1]
logs.structlog.get_logger("trama.test").error("went wrong", name=name, exc_info=ValueError(name))
warnings.warn(sys.argv[1] if sys.argv[2] == "configured" else "")
def crash(name):
    raise ValueError(f"cannot file {name}")
if sys.argv[2] == "configured":
    thread = threading.Thread(target=crash, args=(sys.argv[1],))
    thread.start()
    thread.join()
    crash(sys.argv[1])
"""


@pytest.mark.parametrize("state", ["configured", "not configured"])
def test_not_even_a_crash_or_a_forgotten_configuration_prints_a_name(state: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", CRASH, CANARY, state], capture_output=True, text=True, check=False
    )
    assert "ValueError" in run.stderr
    assert CANARY not in run.stderr + run.stdout
    assert run.returncode == (1 if state == "configured" else 0)


def test_unknown_keys_are_dropped_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=True)
    before = logs.dropped["nickname"]
    structlog.get_logger("trama.test").info("said", nickname=CANARY, seq=3)
    line = printed(capsys)[0]
    assert (line["event"], line["seq"], line["dropped"]) == ("said", 3, 1)
    assert "nickname" not in line
    assert logs.dropped["nickname"] == before + 1


def test_an_exception_is_its_type_and_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=True)
    try:
        raise_with(CANARY)
    except ValueError:
        structlog.get_logger("trama.test").exception("went wrong")
    line = printed(capsys)[0]
    assert line["exception"] == "ValueError"
    assert line["where"].startswith("tests/test_logs.py:")


async def test_of_a_group_of_tasks_the_one_that_failed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        raise_with(CANARY)

    logs.configure("INFO", as_json=True)
    try:
        async with asyncio.TaskGroup() as outer, asyncio.TaskGroup() as inner:
            inner.create_task(fail())
            outer.create_task(asyncio.sleep(60))
    except BaseExceptionGroup:
        structlog.get_logger("trama.test").exception("went wrong")
    line = printed(capsys)[0]
    assert line["exception"] == "ValueError"
    assert line["where"].startswith("tests/test_logs.py:")


def test_technical_values_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=True)
    kept = {
        "topic": "pn.sil.registry.events.v1",
        "stream": "0b0e7a0e-5b1f-4d35-9a43-0f6a3f1f2a10",
        "offset": 12,
        "error": "KafkaTimeoutError",
        "errors": {"RequestTimedOutError": 3},
        "route": "/api/registry/persons/{person}",
    }
    structlog.get_logger("trama.test").info("send failed", **kept)
    line = printed(capsys)[0]
    assert {name: line[name] for name in kept} == kept


def test_a_library_that_repeats_itself_is_printed_once_and_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure("INFO", as_json=True)
    aiokafka = logging.getLogger("aiokafka.conn")
    for _ in range(50):
        aiokafka.error("Unable connect to node with id %s", 1)
    aiokafka.error("Something else")
    assert [line["event"] for line in printed(capsys)] == [
        "Unable connect to node with id 1",
        "Something else",
    ]
    monkeypatch.setattr(logs, "QUIET_SECONDS", 0.0)
    aiokafka.error("Unable connect to node with id %s", 1)
    assert printed(capsys)[0]["event"] == "Unable connect to node with id 1 (and 49 more)"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_access_line_holds_the_route_not_the_path(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO", as_json=True)
    await client.get(f"/api/notes/notes?name={CANARY}")
    await client.get(f"/api/notes/{CANARY}")
    lines = [line for line in printed(capsys) if line["logger"] == "trama.access"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/api/notes/notes", 200),
        ("GET", "none", 404),
    ]
    assert all(isinstance(line["ms"], float) for line in lines)
