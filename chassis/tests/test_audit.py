"""Every look at a person's data leaves an entry before its answer does, in a chain that shows any change."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlmodel import Field, SQLModel, col
from trama_chassis import audit, hiding
from trama_chassis.accounts import Caller, require
from trama_chassis.audit_entry import AuditEntry, AuditRecord, Chain, hash_of
from trama_chassis.conflict import ConflictHeld
from trama_chassis.database import Database, Reading, Router, Transaction
from trama_chassis.errors import NotFound, Refused
from trama_chassis.links import RecordLink
from trama_chassis.testing_databases import create_tables

Writer = Annotated[Caller, Depends(require("writer"))]


class Someone(SQLModel, table=True):
    """A row that tells of a person."""

    __tablename__ = "someone"
    record: str = Field(primary_key=True)
    name: str


router = Router()


@router.get("/people/{record}")
async def one(record: str, session: Reading, _: Writer) -> str:
    """One of them, as an object."""
    found = await session.get(Someone, record)
    if found is None:
        raise NotFound
    return found.name


@router.get("/people")
async def all_of_them(session: Reading, _: Writer, name: str = "") -> list[str]:
    """All, by columns."""
    wanted = select(col(Someone.name), col(Someone.record)).where(col(Someone.name).startswith(name))
    found = list(await session.execute(wanted.order_by("record")))
    audit.searched(session, [name], len(found))
    return [row.name for row in found]


@router.get("/count")
async def count(session: Reading, _: Writer) -> int:
    """How many there are: nobody is shown."""
    return int(await session.scalar(select(func.count()).select_from(Someone)) or 0)


@router.post("/people/{record}")
async def rename(record: str, session: Transaction, _: Writer, reason: str = "") -> str:
    """Change one."""
    found = await session.get(Someone, record)
    if found is None:
        raise NotFound
    if reason:
        audit.reason(session, "exception", reason, code="no-renaming")
    found.name += "!"
    return found.name


@pytest.fixture
async def people(
    runtime: Any, app_of: Callable[..., FastAPI], client_for: Any, writer: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    """A program at a service that knows three people."""
    create_tables(Database(runtime.database.url, [Someone, ConflictHeld, RecordLink]))
    async with runtime.database.write() as session:
        session.add_all(Someone(record=f"r{number}", name=name) for number, name in enumerate("abc"))
        await session.commit()
    app = app_of(router)
    audit.watch([Someone])
    async with client_for(app, writer) as http:
        yield http


async def entries(database: Database) -> list[AuditEntry]:
    async with database.read() as session:
        return list(await session.scalars(select(AuditEntry).order_by(col(AuditEntry.number))))


async def chain_of(database: Database) -> Chain:
    chain = Chain()
    chain.follow(await entries(database))
    return chain


async def test_each_look_names_who_looked_at_whom_and_how(runtime: Any, people: httpx.AsyncClient) -> None:
    await people.get("/api/notes/people/r1")
    await people.get("/api/notes/people", params={"name": "a"})
    await people.get("/api/notes/count")
    await people.post("/api/notes/people/r2")
    await people.post("/api/notes/people/r2", params={"reason": "lo chiede la persona"})
    await people.get("/api/notes/people/r9")
    await people.get("/api/notes/people/r1", headers={"Authorization": "Bearer wrong"})
    said = [(one.kind, one.operator, one.records, one.status) for one in await entries(runtime.database)]
    assert said == [
        ("read", "op-1", ["r1"], 200),
        ("search", "op-1", ["r0"], 200),
        ("change", "op-1", ["r2"], 200),
        ("exception", "op-1", ["r2"], 200),
        ("refused", "op-1", [], 404),
        ("refused", None, [], 401),
    ]
    kept = await entries(runtime.database)
    assert [one.route for one in kept[:2]] == ["/api/notes/people/{record}", "/api/notes/people"]
    assert (kept[1].found, kept[3].reason, kept[3].code) == (1, "lo chiede la persona", "no-renaming")
    assert len(kept[1].terms or "") == 64
    async with runtime.database.read() as session:
        of_r2 = await session.scalars(select(col(AuditRecord.entry)).where(col(AuditRecord.record) == "r2"))
        assert sorted(of_r2) == [3, 4]


async def test_an_answer_waits_until_its_entry_is_durable_and_does_not_leave_without(
    runtime: Any, people: httpx.AsyncClient
) -> None:
    """INVARIANT: nothing of a person leaves unless it is written down who saw it. An answer sent before the
    entry is committed, or in spite of its failure, breaks it."""
    async with runtime.database.write() as session:
        await session.execute(text("ALTER TABLE audit_entry RENAME TO elsewhere"))
        await session.commit()
    refused = await people.get("/api/notes/people/r1")
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:trama:problem:audit-not-kept")
    assert (await people.get("/api/notes/count")).status_code == 200
    async with runtime.database.write() as session:
        await session.execute(text("ALTER TABLE elsewhere RENAME TO audit_entry"))
        await session.commit()
    assert (await people.get("/api/notes/people/r1")).json() == "b"
    assert len(await entries(runtime.database)) == 1


async def test_requests_that_end_at_once_share_commits_and_one_chain(
    runtime: Any, people: httpx.AsyncClient
) -> None:
    commits: list[object] = []
    event.listen(runtime.database.engine.sync_engine, "commit", commits.append)
    answers = await asyncio.gather(*(people.get(f"/api/notes/people/r{one % 3}") for one in range(60)))
    assert [answer.status_code for answer in answers] == [200] * 60
    assert len(commits) < 30
    chain = await chain_of(runtime.database)
    assert (chain.length, chain.broken) == (60, None)


@pytest.mark.parametrize(
    ("tampering", "number", "what"),
    [
        ("UPDATE audit_entry SET operator = 'op-2' WHERE number = 2", 2, "changed after it was written"),
        ("DELETE FROM audit_entry WHERE number = 2", 2, "missing"),
    ],
)
async def test_the_chain_names_its_first_broken_link(
    runtime: Any, people: httpx.AsyncClient, tampering: str, number: int, what: str
) -> None:
    for one in range(4):
        await people.get(f"/api/notes/people/r{one % 3}")
    assert (await chain_of(runtime.database)).broken is None
    async with runtime.database.write() as session:
        await session.execute(text(tampering))
        await session.commit()
    broken = (await chain_of(runtime.database)).broken
    assert broken is not None
    assert (broken.number, broken.what) == (number, what)


async def test_an_entry_written_anew_with_its_hash_breaks_the_next_one(
    runtime: Any, people: httpx.AsyncClient
) -> None:
    for one in range(3):
        await people.get(f"/api/notes/people/r{one}")
    forged = (await entries(runtime.database))[1]
    forged.operator = "op-2"
    async with runtime.database.write() as session:
        rewritten = {"operator": "op-2", "hash": hash_of(forged.model_dump())}
        await session.execute(update(AuditEntry).where(col(AuditEntry.number) == 2).values(rewritten))
        await session.commit()
    broken = (await chain_of(runtime.database)).broken
    assert broken is not None
    assert (broken.number, broken.what) == (3, "does not follow the one before")


class OnlyOnce(Refused):
    """A rule to which the supervisor may allow an exception."""

    code = "only-once"
    detail = "Si può fare una volta sola."
    allowed_by = "writer"


@router.post("/ruled/{record}")
async def against_a_rule(record: str, session: Transaction, _: Annotated[Caller, Depends(require())]) -> str:
    """Do what a rule forbids."""
    found = await session.get(Someone, record)
    with audit.allowing(session):
        raise OnlyOnce
    return found.name if found else ""


async def test_a_refusal_names_who_may_allow_it_and_their_reason_is_kept(
    runtime: Any, people: httpx.AsyncClient, reader: dict[str, str]
) -> None:
    path, reason = "/api/notes/ruled/r1", {"Trama-Reason": "La persona %C3%A8 in ospedale"}
    refused = await people.post(path)
    assert (refused.status_code, refused.json()["allowed_by"]) == (409, "writer")
    assert "chi è responsabile del servizio" in refused.json()["detail"]
    assert (await people.post(path, headers={**reader, **reason})).status_code == 409
    assert (await people.post(path, headers=reason)).json() == "b"
    kept = [(one.kind, one.code, one.reason, one.operator) for one in await entries(runtime.database)]
    assert kept == [
        ("refused", "only-once", None, "op-1"),
        ("refused", "only-once", None, "op-2"),
        ("exception", "only-once", "La persona è in ospedale", "op-1"),
    ]


async def test_who_has_a_conflict_sees_nothing_of_the_person_anywhere(
    runtime: Any, people: httpx.AsyncClient
) -> None:
    """INVARIANT: to who declared a conflict of interest the person is as if they were not: opened, listed,
    sought, counted. A statement that is not narrowed breaks it."""
    hiding.watch([Someone])
    assert (await people.get("/api/notes/count")).json() == 3
    async with runtime.database.write() as session:
        session.add(RecordLink(link="l", a_member="sil", a_record="r1", b_member="sil", b_record="r2"))
        await hiding.declare(session, "c", operator="op-1", record="r1", declared_on=date(2013, 10, 14))
        await session.commit()
    assert (await people.get("/api/notes/people/r0")).json() == "a"
    assert (await people.get("/api/notes/people/r1")).status_code == 404
    assert (await people.get("/api/notes/people/r2")).status_code == 404, "the same person's other record"
    assert (await people.get("/api/notes/people")).json() == ["a"]
    assert (await people.get("/api/notes/count")).json() == 1
    async with runtime.database.write() as session:
        await hiding.lift(session, "c", date(2013, 10, 15))
        await session.commit()
    assert (await people.get("/api/notes/count")).json() == 3
    looked_at = {record for one in await entries(runtime.database) for record in one.records}
    assert looked_at == {"r0"}, "who may not look is not said to have looked"


async def test_what_narrows_the_statements_of_a_request_is_built_once(
    runtime: Any, people: httpx.AsyncClient
) -> None:
    """INVARIANT: SQLAlchemy keeps with each statement what narrowed it first, for every table. Building that
    for each statement breaks it: a node in which anybody has a conflict grows by tens of megabytes."""

    def built() -> int:
        return sum(type(one) is LoaderCriteriaOption for one in gc.get_objects())

    hiding.watch([Someone])
    before = built()
    for record, seen in (("r1", 2), ("r0", 1)):
        async with runtime.database.write() as session:
            await hiding.declare(
                session, record, operator="op-1", record=record, declared_on=date(2013, 10, 14)
            )
            await session.commit()
        assert (await people.get("/api/notes/count")).json() == seen
        assert len((await people.get("/api/notes/people")).json()) == seen
        assert (await people.get(f"/api/notes/people/{record}")).status_code == 404
    assert built() - before <= 2 * len(hiding._narrowed), "for each of the two sets of people once"


async def test_who_is_known_and_may_not_is_named_in_the_refusal(
    runtime: Any, people: httpx.AsyncClient, reader: dict[str, str]
) -> None:
    assert (await people.get("/api/notes/people/r1", headers=reader)).status_code == 403
    (kept,) = await entries(runtime.database)
    assert (kept.kind, kept.operator, kept.records, kept.code) == ("refused", "op-2", [], "not-allowed")
