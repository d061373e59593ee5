"""An order to erase: carried out wherever keys were given, answered, never undone by an older database."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlmodel import col
from trama_chassis import clock, erasure, erasure_facts, file_custody, outbox
from trama_chassis.erasure import Wish
from trama_chassis.erasure_facts import Told
from trama_chassis.erasure_list import ListDamaged
from trama_chassis.erasure_tables import DONE, KEPT, WAITING, ErasureOrder, ErasureRecipient
from trama_chassis.files import File, FilePiece, Place
from trama_chassis.idempotency import GONE, AnswerGiven
from trama_chassis.rebuild import ask_network
from trama_chassis.runtime import Runtime
from trama_chassis.streams import StreamErased
from trama_chassis.tables import (
    Erased,
    GrantGiven,
    GrantReceived,
    InboxEvent,
    OutboxRow,
    OwnStream,
    ResendDue,
)
from trama_chassis.testing import Peer, Territory, running, transaction
from trama_contracts.event import Event
from trama_contracts.messages import Basis, Erasure
from trama_contracts.outcomes import Outcome

from chassis.tests.peer_writing import granted
from chassis.tests.small_registry import SERVICE, HeardCopy, new_id, opening, person, rows
from chassis.tests.two_registries import Pair, two

CANARY = "Canarino Provadati"


@pytest.fixture
async def pair(database_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two registries that read each other."""
    async with two(database_url, tmp_path) as started:
        yield started


async def erase(runtime: Runtime, record: str, *streams: str) -> str:
    """Order it as a supervisor would."""
    async with transaction(runtime) as session:
        wish = Wish(record, "wrong-person", "GDPR 17", "Omonimia", "op-test", streams=streams or None)
        return (await erasure.order(session, runtime, wish)).order


async def recipients(runtime: Runtime) -> list[ErasureRecipient]:
    """Who is to answer, sil's registry first."""
    return sorted(await rows(runtime, ErasureRecipient), key=lambda one: one.recipient, reverse=True)


async def answer(runtime: Runtime, peer: Peer, order: str, **said: Any) -> None:
    """What a recipient answers to an order, of all its streams."""
    (known,) = await rows(runtime, ErasureOrder, ErasureOrder.order == order)
    streams = {topic: tuple(some) for topic, some in known.streams.items()}
    await runtime.take_mail([peer.message(runtime, Erasure(order=order, streams=streams, **said))])


async def test_an_order_is_carried_out_and_answered_with_counts(pair: Pair) -> None:
    """INVARIANT: after an order neither who wrote nor who read holds a byte or a key of the stream, and the
    ledger says what each destroyed. A new place in which something of a stream is kept breaks it."""
    record = await pair.register(CANARY, "Altro")
    other = await pair.register("Resta")
    sent = await rows(pair.writer, OutboxRow, OutboxRow.kind == "event")
    assert CANARY in "".join(row.text for row in await rows(pair.reader, HeardCopy))
    order = await erase(pair.writer, record)
    (stream,) = await rows(pair.writer, OwnStream, OwnStream.record == record)
    assert (stream.sealed_key, stream.ended) == (b"", True)
    await pair.settle()
    (asked, sister) = await recipients(pair.writer)
    assert (asked.recipient, asked.state, asked.counts["events"], asked.counts["copies"]) == (
        *("sil.registry", DONE, 2, 2),
    )
    assert (sister.recipient, sister.state) == ("sil.placement", WAITING)
    assert [row.closed_at for row in await rows(pair.writer, ErasureOrder)] == [None]
    await answer(pair.writer, Peer(Territory(), "sil.placement"), order, action="confirmed", counts={})
    await pair.settle()
    assert None not in [row.closed_at for row in await rows(pair.writer, ErasureOrder)]
    for runtime in (pair.writer, pair.reader):
        heard = await rows(runtime, HeardCopy)
        assert [row.record for row in heard] == [other]
        (known,) = await rows(runtime, Erased)
        assert known.stream == stream.stream
        assert f'"{stream.stream}"' in runtime.erasures.listed.path.read_text()
    left = [row.value for row in await rows(pair.reader, InboxEvent)]
    assert not {row.value for row in sent if row.stream == stream.stream} & set(left)
    (key,) = await rows(pair.reader, GrantReceived, GrantReceived.stream == stream.stream)
    assert key.sealed_key == b""
    assert await rows(pair.writer, GrantGiven, GrantGiven.stream == stream.stream) == []
    # Asked again, for whatever reason, it is answered as before.
    async with pair.writer.bookkeeping() as session:
        await pair.writer.erasures.remind(session, "sil.registry", {stream.stream})
        await session.commit()
    await pair.settle()
    again, _ = await recipients(pair.writer)
    assert (again.state, again.counts, again.times_asked) == (DONE, asked.counts, 2)


async def test_who_missed_it_and_asks_for_all_anew_hears_that_it_was_erased(pair: Pair) -> None:
    """INVARIANT: of what was erased nobody is left waiting: a reader whom neither the order nor the control
    event has reached, and that asks its sources for all it had, is told again. A source that says nothing of
    streams it does not give any more breaks it."""
    record, other = await pair.register(CANARY), await pair.register("Resta")
    await erase(pair.writer, record)
    await pair.writer.erasures.turn()
    (stream,) = await rows(pair.writer, OwnStream, OwnStream.record == record)
    lost = await rows(pair.writer, OutboxRow)
    pair.carried[pair.writer.settings.principal] = max(row.position or 0 for row in lost)
    await ask_network(pair.reader)
    assert await rows(pair.reader, Erased) == []
    waiting = await rows(pair.reader, GrantReceived, GrantReceived.stream == stream.stream)
    assert [bool(row.sealed_key) for row in waiting] == [True]
    await pair.carry(to_writer=True)
    await pair.settle()
    (known,) = await rows(pair.reader, Erased)
    assert known.stream == stream.stream
    (key,) = await rows(pair.reader, GrantReceived, GrantReceived.stream == stream.stream)
    assert key.sealed_key == b""
    asked = next(one for one in await recipients(pair.writer) if one.recipient == "sil.registry")
    assert (asked.state, asked.times_asked) == (DONE, 2)
    portion = await rows(pair.writer, ResendDue)
    assert {row.recipient for row in portion} == {"sil.registry"}, "what stands is sent again"
    assert other in {row.record for row in await rows(pair.reader, GrantReceived)}


async def test_nothing_is_appended_to_what_was_erased(pair: Pair) -> None:
    record = await pair.register(CANARY)
    await erase(pair.writer, record)
    with pytest.raises(StreamErased):
        async with transaction(pair.writer) as session:
            outbox.add(session, person("Ritorna"), record=record, scope=record)


async def test_what_is_begun_while_a_record_is_erased_goes_as_well(pair: Pair) -> None:
    record = await pair.register(CANARY)
    await erase(pair.writer, record)
    late: Event = opening(new_id())
    async with transaction(pair.writer) as session:
        session.info["work"] = outbox.Work(reporting_ids={record: "A" * 43})
        outbox.add(session, late, record=record, scope=new_id())
    await pair.settle()
    streams = await rows(pair.writer, OwnStream, OwnStream.record == record)
    assert len(streams) > 1
    assert {row.sealed_key for row in streams} == {b""}


async def test_facts_go_on_without_their_link(pair: Pair) -> None:
    record, theirs = await pair.register(CANARY), "A" * 43
    async with transaction(pair.writer) as session:
        session.info["work"] = outbox.Work(reporting_ids={record: theirs})
        outbox.add(session, opening(new_id()), record=record, scope=new_id())
    before = await told_facts(pair.writer)
    assert [fact["reporting_id"] for fact in before] == [theirs]
    await erase(pair.writer, record)
    (after,) = await told_facts(pair.writer)
    assert after["reporting_id"] != theirs
    assert {**after, "reporting_id": theirs} == before[0], "it counts as it did"
    (row,) = await rows(
        pair.writer, OwnStream, OwnStream.circle == "accountability", col(OwnStream.ended).is_(False)
    )
    assert row.record != record
    controls = await rows(pair.writer, OutboxRow, OutboxRow.kind == "control")
    assert {control.topic for control in controls} == {pair.writer.settings.topic("events")}, (
        "on the topic of facts it would say which of them are of one person"
    )


async def told_facts(runtime: Runtime) -> list[dict[str, object]]:
    """The facts that can be opened with the keys that are left."""
    async with runtime.database.read() as session:
        living = await rows(
            runtime, OwnStream, OwnStream.circle == "accountability", OwnStream.sealed_key != b""
        )
        return [dict(one.said.payload) for one in await erasure_facts.opened(session, runtime, living)]


async def test_answers_in_which_it_stands_are_emptied_where_it_was_written_and_read(pair: Pair) -> None:
    record = await pair.register(CANARY)
    await pair.register("Resta")
    kept = {"about": json.dumps({"name": CANARY}).encode(), "other": b'{"name": "Altri"}'}
    for runtime in (pair.writer, pair.reader):
        async with runtime.bookkeeping() as session:
            for key, body in kept.items():
                form = {"media_type": "application/json", "request": "", "status": 200}
                at = clock.machine_now()
                session.add(AnswerGiven(operator="op-test", key=key, body=body, at=at, **form))
            await session.commit()
    await erase(pair.writer, record)
    await pair.settle()
    for runtime in (pair.writer, pair.reader):
        left = {row.key: row.body for row in await rows(runtime, AnswerGiven)}
        assert left == {**kept, "about": GONE}


def test_the_name_of_an_operator_empties_no_answer() -> None:
    """INVARIANT: only answers that tell of who is erased are emptied. Sought by who wrote it, every answer of
    that operator would be, and who asks again would not hear what was done for others."""
    said: Any = SimpleNamespace(payload={"who": "Sara Esempio", "summary": CANARY})
    stream: Any = SimpleNamespace(stream="its-stream")
    assert erasure_facts.words_of([Told(stream, "its-id", said)]) == {"its-stream", "its-id", CANARY}


async def test_a_file_that_no_stream_tells_of_goes_with_its_record(pair: Pair) -> None:
    record = await pair.register(CANARY)
    async with transaction(pair.writer) as session:
        place = Place(record, "care", f"hidden:{new_id()}")
        await file_custody.keep(session, new_id(), b"un allegato nascosto agli altri", place)
    assert len(await rows(pair.writer, FilePiece)) == 1
    await erase(pair.writer, record)
    assert await rows(pair.writer, File) == []
    assert await rows(pair.writer, FilePiece) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("others", [(), ("Resta Una", "Resta Due", "Resta Tre")])
async def test_what_postgresql_sampled_of_it_is_forgotten(
    pair: Pair, database_url: str, others: tuple[str, ...]
) -> None:
    """INVARIANT: after an erasure the samples by which PostgreSQL plans hold no word of it, whether rows are
    left in the table or not. Rewriting tables alone breaks it."""
    if others:
        await pair.register(*others)
    record = await pair.register(f"{CANARY} uno", f"{CANARY} due", f"{CANARY} tre")
    assert CANARY in sampled(database_url, anew=True), "or it shows nothing"
    await erase(pair.writer, record)
    await pair.writer.erasures.turn()
    assert CANARY not in sampled(database_url)


def sampled(url: str, *, anew: bool = False) -> str:
    """All that the planner has kept of what stands in columns."""
    with psycopg.connect(url, autocommit=True) as connection:
        if anew:
            connection.execute("ANALYZE")
        found = connection.execute("SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats")
        return str(found.fetchall())


async def test_who_must_keep_says_by_which_law(pair: Pair) -> None:
    record = await pair.register(CANARY)
    order = await erase(pair.writer, record)
    kept = {"action": "refused", "basis": Basis(kind="law", act="D.Lgs. 42/2004", article="21")}
    await answer(pair.writer, Peer(Territory(), "cpi.registry"), order, **kept)
    assert (await recipients(pair.writer))[0].state == WAITING, "nobody answers for another"
    await answer(pair.writer, Peer(Territory(), "sil.registry"), order, **kept)
    answered = (await recipients(pair.writer))[0]
    assert (answered.state, answered.basis) == (
        *(KEPT, {"kind": "law", "act": "D.Lgs. 42/2004", "article": "21"}),
    )


async def test_nobody_orders_to_erase_what_another_wrote(pair: Pair) -> None:
    peer, liar = Peer(Territory(), "cpi.registry"), Peer(Territory(), "ambito-urbano.registry")
    stream, records = await granted(pair.reader, peer, "Uno")
    await pair.reader.inbox.deliver(records)
    forged = Erasure(order=new_id(), streams={stream.topic: (stream.stream,)}, action="ordered")
    await pair.reader.take_mail([liar.message(pair.reader, forged)])
    assert pair.reader.inbox.outcomes[Outcome.WRONG_SOURCE] == 1
    assert [row.stream for row in await rows(pair.reader, HeardCopy)] == [stream.stream]
    assert await rows(pair.reader, Erased) == []


async def test_an_older_database_is_erased_again_before_it_serves(tmp_path: Path) -> None:
    """INVARIANT: a service whose database was put back from before an erasure holds nothing of it once it has
    started, and does not start while it cannot read its list. Serving before that breaks it."""
    url, folder = f"sqlite:///{tmp_path / 'writer.db'}", tmp_path
    async with two(url, folder) as pair:
        record = await pair.register(CANARY)
        with sqlite3.connect(tmp_path / "writer.db") as source, sqlite3.connect(tmp_path / "old.db") as old:
            source.backup(old)
        await erase(pair.writer, record)
        await pair.settle()
        listed = pair.writer.erasures.listed.path
    for file in tmp_path.glob("writer.db*"):
        file.unlink()
    shutil.copy(tmp_path / "old.db", tmp_path / "writer.db")
    with sqlite3.connect(tmp_path / "writer.db") as old:
        assert old.execute("SELECT count(*) FROM heard_copy").fetchone() == (1,), "the older one has it"
    whole = listed.read_text()
    listed.write_text(f"{{not a line\n{whole}")
    with pytest.raises(ListDamaged):
        async with running(SERVICE, url, folder / "a", member="ambito-urbano"):
            pass
    listed.write_text(whole)
    async with running(SERVICE, url, folder / "a", member="ambito-urbano") as again:
        assert await rows(again, HeardCopy) == []
        (stream,) = await rows(again, OwnStream, OwnStream.record == record)
        assert stream.sealed_key == b""
        assert (
            await rows(again, OutboxRow, OutboxRow.stream == stream.stream, OutboxRow.kind == "event") == []
        )
        assert [row.ground for row in await rows(again, ErasureOrder)] == ["restored"]
