"""What is left on disk of entries that were erased: searched in every guise, in all that databases keep."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url
from trama_chassis import file_duties
from trama_chassis.runtime import Runtime

from services.registry.tests import conftest
from tests.harness.guises import everything_in, found

NOTE, ANSWER, TALK, WRONG, FILED, OWN = (
    *("Canarino giallo", "Risposta canora", "Colloquio canoro", "Errore canoro", "Allegato canoro"),
    "Taccuino canoro",
)
SECRETS = (NOTE, ANSWER, TALK, WRONG, FILED, OWN)
ORDER = {"ground": "wrong-person", "act": "Disposizione 12/2013", "reason": "Scritta su un omonimo"}
Places = list[tuple[str, bytes]]


class Side(conftest.Side):
    """One of two services that follow Anna: its supervisor, who erases, and its record of her."""

    role = "supervisor"


@pytest.fixture
def side() -> type[Side]:
    """Those who erase."""
    return Side


def on_disk(runtime: Runtime) -> Places:
    """Every file of a database but PostgreSQL's own log, what its server says, and what lies beside."""
    url = make_url(runtime.settings.database_url)
    if runtime.database.dialect == "sqlite":
        file = Path(url.database or "")
        database = [(path.name, path.read_bytes()) for path in file.parent.glob(f"{file.name}*")]
    else:
        folder = data_folder(runtime, "CHECKPOINT")
        kept = [folder / "global", folder / "base" / str(_number(runtime))]
        database = [place for one in kept for place in everything_in(one)]
        database.append(("messages of the server", (folder.parent / "log").read_bytes()))
    return [*database, *everything_in(runtime.settings.secrets_dir)]


def data_folder(runtime: Runtime, *before: str) -> Path:
    """Where PostgreSQL keeps everything, after some commands of whoever runs it."""
    with psycopg.connect(runtime.settings.database_url, autocommit=True) as connection:
        for command in before:
            connection.execute(command.encode())
        found = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert found is not None
    return Path(found[0])


def _number(runtime: Runtime) -> int:
    with psycopg.connect(runtime.settings.database_url) as connection:
        found = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert found is not None
    return int(found[0])


async def do(side: Side, path: str, body: object = None, **more: Any) -> Any:
    """Do something about Anna, whose answer is kept for who repeats it."""
    sent = more or {"json": body or {}}
    headers = {"Idempotency-Key": str(uuid4())}
    answer = await side.http.post(f"/api/registry/persons/{side.record}/{path}", headers=headers, **sent)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def settle(exchange: Any, sides: Iterable[Side]) -> None:
    """Send, carry, answer, note, until nobody has anything to say."""
    runtimes = [one.runtime for one in sides]
    for _ in range(4):
        for runtime in runtimes:
            await runtime.erasures.turn()
            await file_duties.turn(runtime)
        await exchange(*runtimes)


async def test_no_byte_of_erased_entries_is_left_in_any_guise(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    """INVARIANT: of notes, an answer, a correction, an interview and a file that were erased nothing is left
    where they were written and read: rows, free pages, samples, answers kept for who repeats a request, the
    list of what was erased, messages of the server. A place that an order does not reach breaks it."""
    ambito, sil = sides
    for number in range(3):  # so that PostgreSQL has something to take samples of
        note = (await do(ambito, "notes", {"text": f"{NOTE} {number}", "needs_answer": True}))["note"]
    held = {"kind": "home", "present": "Anna"}
    await do(ambito, "interviews", held | {"summary": TALK})
    own = (await do(ambito, "interviews", held | {"summary": OWN, "circle": "own"}))["interview"]
    document = await do(
        ambito,
        "documents",
        data={"kind": "report", "circle": "care"},
        files={"file": ("relazione.txt", FILED.encode(), "text/plain")},
    )
    await settle(exchange, sides)
    await do(sil, f"notes/{note}/read", {"answer": ANSWER})
    await do(sil, f"documents/ambito-urbano/{document['document']}/ask")
    await do(ambito, f"timeline/{note}/correction", {"reason": WRONG})
    await settle(exchange, sides)
    file = f"/api/registry/persons/{sil.record}/documents/ambito-urbano/{document['document']}/content"
    assert (await sil.http.get(file)).text == FILED
    if ambito.runtime.database.dialect == "postgresql":
        data_folder(ambito.runtime, "ANALYZE")
    for one in sides:
        there = found(SECRETS, on_disk(one.runtime))
        assert {secret for secret in SECRETS if any(secret in hit for hit in there)} >= {NOTE, ANSWER, TALK}
    story = (await ambito.ask("timeline"))["entries"]
    kinds = ("note-written", "interview-recorded", "document-filed")
    for entry in [own, *(one["event_id"] for one in story if any(kind in one["type"] for kind in kinds))]:
        await do(ambito, f"timeline/{entry}/erasure", ORDER)
    await settle(exchange, sides)
    for one in sides:
        assert found(SECRETS, on_disk(one.runtime)) == set()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresqls_own_log_is_cut_by_the_runbooks_step(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    """What is not claimed, and what is: the database's own log holds what was written until it is cut, as the
    runbook says ("PostgreSQL after an erasure"), and nothing afterwards."""
    ambito, _ = sides
    secret = f"Canarino {uuid4().hex}"
    data_folder(ambito.runtime, "ALTER SYSTEM SET wal_recycle = off", "SELECT pg_reload_conf()")
    note = (await do(ambito, "notes", {"text": secret}))["note"]
    await do(ambito, f"timeline/{note}/erasure", ORDER)
    await settle(exchange, sides)
    assert found([secret], on_disk(ambito.runtime)) == set()
    folder = data_folder(ambito.runtime)
    assert found([secret], everything_in(folder / "pg_wal")), "or there is nothing to say about it"
    data_folder(ambito.runtime, "SELECT pg_switch_wal()", "CHECKPOINT")
    assert found([secret], everything_in(folder / "pg_wal")) == set()
