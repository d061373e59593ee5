"""Sessions of both kinds of database: durable, separate, rolled back unless the commit point commits."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, literal, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import database as databases
from trama_chassis.database import Database
from trama_chassis.sqlite_visits import COMPILED
from trama_chassis.testing_databases import DURABLE, Tables


@pytest.fixture
def database_tables() -> Tables:
    """What is looked at here is made by the tests alone."""
    return ()


async def count(database: Database) -> int:
    async with database.read() as session:
        return int(await session.scalar(text("SELECT count(*) FROM note")) or 0)


async def test_leaving_without_a_commit_rolls_back(runtime: Any) -> None:
    database: Database = runtime.database
    async with database.write(actor="x") as session:
        assert session.info == {"actor": "x"}
        await session.execute(text("INSERT INTO note (text) VALUES ('a')"))
    assert await count(database) == 0
    async with database.write() as session:
        await session.execute(text("INSERT INTO note (text) VALUES ('a')"))
        await session.commit()
    assert await count(database) == 1


async def a_writer_that_waits(session: AsyncSession, began: threading.Event, go_on: threading.Event) -> None:
    """Begin a statement that has a row to give, and waits in the middle of it."""

    def wait() -> str:
        began.set()
        go_on.wait(10)
        return "a"

    connection = await (await session.connection()).get_raw_connection()
    await connection.driver_connection.create_function("wait", 0, wait)
    await session.execute(text("INSERT INTO note (text) SELECT wait() RETURNING text"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_is_cancelled_within_a_statement_gives_the_database_back(runtime: Any) -> None:
    """INVARIANT: a task that is cancelled leaves no lock, whoever still holds its error. Closing a cursor in
    a visit of its own breaks it: SQLite keeps its connection, and the transaction, alive."""
    began, go_on = threading.Event(), threading.Event()

    async def write() -> None:
        async with runtime.database.write() as session:
            await a_writer_that_waits(session, began, go_on)

    writing = asyncio.create_task(write())
    await asyncio.to_thread(began.wait, 10)
    writing.cancel()
    asyncio.get_running_loop().call_later(0.1, go_on.set)
    with pytest.raises(asyncio.CancelledError) as held:
        await writing
    assert held.tb is not None, "its frames, and the cursor in them, live on"
    other = Database(runtime.database.url, [])
    async with asyncio.timeout(5), other.write() as session:
        await session.execute(text("INSERT INTO note (text) VALUES ('b')"))
        await session.commit()
    await other.dispose()
    assert await count(runtime.database) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_statement_visits_the_thread_of_its_connection_once(runtime: Any) -> None:
    """INVARIANT: a page waits for other threads as often as it asks the database. Fetching or closing in a
    visit of its own breaks it: beside other work each of them costs milliseconds."""
    async with runtime.database.write() as session:
        connection = await (await session.connection()).get_raw_connection()
        worker, visits = connection.driver_connection, 0
        really = worker._execute

        async def visit(*deed: Any, **values: Any) -> Any:
            nonlocal visits
            visits += 1
            return await really(*deed, **values)

        worker._execute = visit
        new = text("INSERT INTO note (text) VALUES ('a'), ('b') RETURNING text")
        assert [row[0] for row in await session.execute(new)] == ["a", "b"]
        await session.execute(text("INSERT INTO note (text) VALUES (:text)"), [{"text": "c"}, {"text": "d"}])
        changed = await session.execute(text("UPDATE note SET text = text || 'e'"))
        assert changed.rowcount == 4  # type: ignore[attr-defined]  # a result of a statement that writes
        with pytest.raises(OperationalError):
            await session.execute(text("SELECT nothing FROM note"))
        worker._execute = really
    assert visits == 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_statement_is_worked_out_once_for_all_databases_of_a_process(
    runtime: Any, tmp_path: Path
) -> None:
    """INVARIANT: a node holds what SQLAlchemy makes of a statement once, and not for each database it has. A
    dialect that is equal only to itself breaks it: a node of seven services grows by a hundred megabytes."""
    statement = select(literal("asked here alone")).where(literal(1) == 1)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}", [])
    worked_out: list[int] = []
    for asked in (runtime.database.read, runtime.database.write, other.read, other.write):
        async with asked() as session:
            await session.scalar(text("SELECT 1"))
            before = len(COMPILED)
            assert await session.scalar(statement) == "asked here alone"
            worked_out.append(len(COMPILED) - before)
    await other.dispose()
    assert worked_out == [1, 0, 0, 0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_readers_share_a_connection_while_one_is_enough(runtime: Any) -> None:
    async def pages_read() -> int:
        async with runtime.database.read() as session:
            connection = await (await session.connection()).get_raw_connection()
            return id(connection.driver_connection)

    both = {await one for one in asyncio.as_completed([pages_read(), pages_read()])}
    assert len(both) == 2, "two at once have one each"
    assert len({await pages_read() for _ in range(8)}) == 1, "whoever comes alone takes the one last used"


async def test_a_service_creates_exactly_its_own_tables(runtime: Any) -> None:
    async with runtime.database.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert sorted(names) == sorted(table.name for table in runtime.database.tables)
    assert {"counter", "note"} < set(names)
    assert "outbox" not in names, "of the chassis only what this service asked for"


async def test_constraints_have_names_that_migrations_can_use(runtime: Any) -> None:
    async with runtime.database.engine.connect() as connection:
        unique = await connection.run_sync(lambda sync: inspect(sync).get_unique_constraints("note"))
    assert [constraint["name"] for constraint in unique] == ["uq_note_text"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_is_durable_leaves_no_deleted_bytes_and_holds_little(
    runtime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "PRAGMAS", DURABLE)
    durable = Database(runtime.database.url, [])
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10_000,
        "cache_size": -1_000,
    }
    for opened in (durable.write, durable.read):
        async with opened() as session:
            found = {name: await session.scalar(text(f"PRAGMA {name}")) for name in wanted}
        assert found == wanted
    await durable.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_is_bounded_and_reads_see_one_snapshot(runtime: Any) -> None:
    async with runtime.database.write() as session:
        assert await session.scalar(text("SHOW transaction_isolation")) == "read committed"
        assert await session.scalar(text("SHOW statement_timeout")) == "30s"
        assert await session.scalar(text("SHOW synchronous_commit")) == "on"
        assert await session.scalar(text("SHOW synchronous_commit")) == "on"
    async with runtime.database.read() as session:
        assert await session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        assert await session.scalar(text("SHOW transaction_read_only")) == "on"
    async with runtime.database.write() as session:
        assert await session.scalar(text("SHOW transaction_read_only")) == "off"


async def test_many_writers_wait_for_each_other_instead_of_failing(runtime: Any) -> None:
    async def add(number: int) -> None:
        async with runtime.database.write() as session:
            await session.execute(text("SELECT count(*) FROM note"))
            await session.execute(text("INSERT INTO note (text) VALUES (:text)"), {"text": str(number)})
            await session.commit()

    await asyncio.gather(*(add(number) for number in range(60)))
    assert await count(runtime.database) == 60


async def test_a_cancelled_writer_leaves_the_connection_usable(runtime: Any) -> None:
    async def hold() -> None:
        async with runtime.database.write() as session:
            await session.execute(text("INSERT INTO note (text) VALUES ('half')"))
            await asyncio.sleep(60)

    for _ in range(12):
        task = asyncio.create_task(hold())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await count(runtime.database) == 0
    async with runtime.database.write() as session:
        await session.execute(text("INSERT INTO note (text) VALUES ('whole')"))
        await session.commit()
    assert await count(runtime.database) == 1
