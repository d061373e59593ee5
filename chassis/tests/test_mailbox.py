"""Keys given and keys taken: when they are sent, what is refused; one stream, one key, for ever."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, clock, mailbox, outbox
from trama_chassis.duties import Duties
from trama_chassis.letters import Letter
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantReceived, OutboxRow, OwnHpkeKey, ResendDue
from trama_chassis.testing import Peer, running, transaction
from trama_contracts.hpke import HpkePrivateKey
from trama_contracts.messages import GrantEnd, Grants, Heads, Request
from trama_contracts.opening import open_event
from trama_contracts.outcomes import Outcome
from trama_contracts.outcomes import Position as WirePosition

from chassis.tests.mail_reading import SISTER, TERRITORY, Reader, grant_of, grants, mail, register, sealed
from chassis.tests.peer_writing import WRITER, end_grant, erasure, granted, written
from chassis.tests.small_registry import SERVICE, heard, new_id, person, record_of, rows


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


@contextmanager
def counted_commits(runtime: Runtime) -> Iterator[list[int]]:
    """How many transactions of the writing engine were committed meanwhile."""
    counted = [0]

    def count(_: object) -> None:
        counted[0] += 1

    event.listen(runtime.database.engine.sync_engine, "commit", count)
    try:
        yield counted
    finally:
        event.remove(runtime.database.engine.sync_engine, "commit", count)


# Keys, sent


async def test_a_key_goes_out_before_its_first_event_and_opens_it(runtime: Runtime) -> None:
    stream = await register(runtime, "Uno")
    ((grant,),) = [message.grants for message in await mail(runtime, SISTER, Grants)]
    reader = Reader(SISTER)
    reader.learn(grant)
    (event,) = await rows(runtime, OutboxRow, col(OutboxRow.stream) == stream.stream)
    outcome, inner, _ = open_event(
        record_of(event), reader, runtime.directory.current, WirePosition.start(grant.from_.seq)
    )
    assert (outcome, inner and inner.record) == (Outcome.OK, stream.record)
    (message,) = await rows(runtime, OutboxRow, col(OutboxRow.kind) == "message")
    assert (message.position or 0) < (event.position or 0)


async def test_grants_to_who_has_no_key_yet_are_sent_when_it_appears(
    database_url: str, tmp_path: Path
) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil", known=False) as runtime:
        await runtime.take_directory(TERRITORY.directory_records())
        streams = [await register(runtime, "Uno", "Due") for _ in range(70)]
        assert await Duties(runtime).send_wanted_grants() == 0
        assert await rows(runtime, OutboxRow, col(OutboxRow.kind) == "message") == []
        await runtime.take_catalogue(TERRITORY.hpke_records(without=["sil.registry"]))
        assert await Duties(runtime).send_wanted_grants() == 70
        messages = await mail(runtime, SISTER, Grants)
        given = {grant.stream for message in messages for grant in message.grants}
        assert given == {stream.stream for stream in streams}
        assert [len(message.grants) for message in messages] == [64, 6]
        due = {wish.stream: wish for wish in await rows(runtime, ResendDue)}
        assert {wish.next_seq for wish in due.values()} == {1}
        assert {wish.until_seq for wish in due.values()} == {2}
        assert due.keys() == given
        assert all(wish.after_message for wish in due.values()), "first the key, then the stream again"
        assert await Duties(runtime).send_wanted_grants() == 0


async def test_an_expired_manifest_sends_no_key_yet_events_go_on(database_url: str, tmp_path: Path) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil", known=False) as runtime:
        await runtime.take_directory(TERRITORY.directory_records(expires_in=-timedelta(seconds=1)))
        await runtime.take_catalogue(TERRITORY.hpke_records(without=["sil.registry"]))
        stream = await register(runtime, "Uno", "Due")
        await Duties(runtime).send_wanted_grants()
        assert await mail(runtime, SISTER, Grants) == []
        assert len(await rows(runtime, OutboxRow, col(OutboxRow.stream) == stream.stream)) == 2
        await runtime.take_directory(TERRITORY.directory_records(version=2))
        await Duties(runtime).send_wanted_grants()
        ((grant,),) = [message.grants for message in await mail(runtime, SISTER, Grants)]
        assert grant.stream == stream.stream


async def test_who_falls_away_is_told_and_gets_no_key_of_what_goes_on(runtime: Runtime) -> None:
    stream = await register(runtime, "Uno")
    edge = new_id()
    async with transaction(runtime) as session:
        await access.learn_authorisation(
            session, authorisation=new_id(), member="sil", record=stream.record, terms=TERMS
        )
        await access.learn_link(session, link=edge, a=("sil", stream.record), b=("cpi", new_id()))
    assert [one.grants[0].stream for one in await mail(runtime, "cpi.registry", Grants)] == [stream.stream]
    async with transaction(runtime) as session:
        await access.unlearn_link(session, edge)
        outbox.add(session, person("Dopo"), record=stream.record, scope=stream.record)
    (told,) = await mail(runtime, "cpi.registry", GrantEnd)
    assert told.streams == {stream.topic: (stream.stream,)}
    assert len(await mail(runtime, "cpi.registry", Grants)) == 1
    (_, successor) = [one.grants[0] for one in await mail(runtime, SISTER, Grants)]
    assert successor.continues is not None
    assert successor.continues.stream == stream.stream


TERMS = {
    "purpose": "work-integration",
    "basis": {"kind": "consent"},
    "circles": ["care"],
    "recipients": ["cpi"],
    "controllers": ["ass6"],
    "starts_on": "2013-01-01",
}


# Keys, received


async def test_an_expired_manifest_accepts_no_key_while_events_go_on(
    database_url: str, peer: Peer, tmp_path: Path
) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        known, records = await granted(runtime, peer, "Uno", "Due")
        await runtime.inbox.deliver(records[:1])
        expired = TERRITORY.directory_records(version=2, expires_in=-timedelta(seconds=1))
        await runtime.take_directory(expired)
        late, _ = await granted(runtime, peer, "Uno")
        await runtime.inbox.deliver(records[1:])
        assert await heard(runtime, known.stream) == [1, 2]
        assert await rows(runtime, GrantReceived, col(GrantReceived.stream) == late.stream) == []
        await runtime.take_directory(TERRITORY.directory_records(version=3))
        await peer.grant(runtime, late)
        assert len(await rows(runtime, GrantReceived, col(GrantReceived.stream) == late.stream)) == 1


async def test_of_two_keys_for_one_stream_the_first_is_kept(runtime: Runtime, peer: Peer) -> None:
    """INVARIANT: one stream, one key, for ever: another key is counted as equivocation and skipped alone.
    Storing the newest breaks it."""
    stream, records = await granted(runtime, peer, "Uno", "Due")
    other, more = written(peer, "Uno")
    await runtime.take_mail([peer.message(runtime, grants(grant_of(stream, bytes(32)), grant_of(other)))])
    await runtime.inbox.deliver([*records, *more])
    assert await heard(runtime, stream.stream) == [1, 2]
    assert await heard(runtime, other.stream) == [1], "the other grants of the message count"
    assert runtime.inbox.outcomes[Outcome.EQUIVOCATION] == 1


@pytest.mark.parametrize(("second", "equivocations"), [(None, 0), (bytes(32), 1)])
async def test_a_stream_named_twice_in_one_message(
    runtime: Runtime, peer: Peer, second: bytes | None, equivocations: int
) -> None:
    stream, records = written(peer, "Uno")
    await runtime.take_mail([peer.message(runtime, grants(grant_of(stream), grant_of(stream, second)))])
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == [1]
    assert runtime.inbox.outcomes[Outcome.EQUIVOCATION] == equivocations


async def test_a_key_for_an_erased_stream_is_skipped_alone(runtime: Runtime, peer: Peer) -> None:
    gone, _ = written(peer, "Uno")
    stays, records = written(peer, "Uno")
    await runtime.inbox.deliver([erasure(peer, gone)])
    await runtime.take_mail([peer.message(runtime, grants(grant_of(gone), grant_of(stays)))])
    await runtime.inbox.deliver(records)
    assert [row.stream for row in await rows(runtime, GrantReceived)] == [stays.stream]
    assert runtime.inbox.outcomes[Outcome.ERASED] == 1
    assert await heard(runtime, stays.stream) == [1]


async def test_a_key_for_somebody_elses_stream_refuses_the_whole_message(
    runtime: Runtime, peer: Peer
) -> None:
    own, _ = written(peer, "Uno")
    foreign, _ = written(Peer(TERRITORY, "cpi.registry"), "Uno")
    await runtime.take_mail([peer.message(runtime, grants(grant_of(own), grant_of(foreign)))])
    assert await rows(runtime, GrantReceived) == []
    assert runtime.inbox.outcomes[Outcome.WRONG_SOURCE] == 1


async def test_nobody_ends_anothers_grant(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Uno")
    await end_grant(runtime, Peer(TERRITORY, "cpi.registry"), stream)
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == [1]
    assert runtime.inbox.outcomes[Outcome.WRONG_SOURCE] == 1


async def test_mail_that_comes_together_is_one_transaction_and_means_the_same(
    runtime: Runtime, peer: Peer
) -> None:
    """INVARIANT: what many messages do does not hang on how many are read at once.
    Deciding about a message before the one before it is written breaks it."""
    (first, one), (second, two) = written(peer, "Uno"), written(peer, "Uno")
    foreign, _ = written(Peer(TERRITORY, "cpi.registry"), "Uno")
    key = peer.message(runtime, grants(grant_of(first)))
    ended = peer.message(runtime, GrantEnd(streams={first.topic: (first.stream,)}, reason="over"))
    letters = [key, ended, key, peer.message(runtime, grants(grant_of(foreign), grant_of(second)))]
    letters += [peer.message(runtime, grants(grant_of(second)))]
    with counted_commits(runtime) as commits:
        await runtime.take_mail(letters)
    assert commits == [1]
    await runtime.inbox.deliver([*one, *two])
    assert (await heard(runtime, first.stream), await heard(runtime, second.stream)) == ([], [1])
    assert runtime.inbox.outcomes[Outcome.DUPLICATE] == 1, "the key that came again after its end"
    assert runtime.inbox.outcomes[Outcome.WRONG_SOURCE] == 1


async def test_one_message_that_cannot_be_taken_does_not_hold_up_the_others(
    runtime: Runtime, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, one), (second, two) = written(peer, "Uno"), written(peer, "Uno")
    letters = [peer.message(runtime, grants(grant_of(stream))) for stream in (first, second)]
    receive, seen = mailbox.receive, []

    async def fails_once(session: AsyncSession, of: Runtime, letter: Letter) -> Outcome:
        outcome = await receive(session, of, letter)
        seen.append(letter.id)
        if len(seen) == len(letters):
            raise ValueError("after both were taken, before the commit")
        return outcome

    monkeypatch.setattr(mailbox, "receive", fails_once)
    await runtime.take_mail(letters)
    await runtime.inbox.deliver([*one, *two])
    assert (await heard(runtime, first.stream), await heard(runtime, second.stream)) == ([1], [1])


async def test_a_message_that_is_read_twice_is_acted_upon_once(runtime: Runtime, peer: Peer) -> None:
    """INVARIANT: an old grant that is read again does not open what its source has closed since.
    Deduplicating by content, or not at all, breaks it."""
    stream, records = written(peer, "Uno")
    message = peer.message(runtime, grants(grant_of(stream)))
    await runtime.take_mail([message])
    await end_grant(runtime, peer, stream)
    await runtime.take_mail([message])
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == []
    assert runtime.inbox.outcomes[Outcome.DUPLICATE] == 1


@pytest.mark.parametrize("sent", [-timedelta(days=60, minutes=1), timedelta(hours=24, minutes=1)])
async def test_a_message_of_another_time_is_stale(runtime: Runtime, peer: Peer, sent: timedelta) -> None:
    stream, _ = written(peer, "Uno")
    message = grants(grant_of(stream))
    await runtime.take_mail([sealed(runtime, message, sent_at=clock.machine_now() + sent)])
    assert await rows(runtime, GrantReceived) == []
    assert runtime.inbox.outcomes[Outcome.STALE] == 1


async def test_mail_to_a_key_we_have_not_is_answered_by_asking_for_the_keys_again(
    runtime: Runtime, peer: Peer
) -> None:
    stream, _ = written(peer, "Uno")
    lost = HpkePrivateKey.from_seed(bytes(range(32)))
    for _ in range(3):
        await runtime.take_mail([sealed(runtime, grants(grant_of(stream)), key=lost)])
    assert runtime.inbox.outcomes[Outcome.UNKNOWN_HPKEKEY] == 3
    assert await mail(runtime, WRITER, Request) == [Request(keys={})]
    assert lost.hpkekey not in {row.hpkekey for row in await rows(runtime, OwnHpkeKey)}


async def test_a_head_of_a_stream_whose_key_was_lost_asks_for_the_key(runtime: Runtime, peer: Peer) -> None:
    (lost, _), (gone, _) = written(peer, "Uno"), written(peer, "Uno")
    known, _ = await granted(runtime, peer, "Uno")
    await runtime.inbox.deliver([erasure(peer, gone)])
    told = tuple((one.stream, one.seq, one.hash or "") for one in (lost, gone, known))
    await runtime.take_mail([peer.message(runtime, Heads(heads={lost.topic: told}))])
    duties = Duties(runtime)
    for _ in range(2):
        await duties.ask_for_keys()
    assert await mail(runtime, WRITER, Request) == [Request(keys={lost.topic: (lost.stream,)})]


async def test_a_key_that_was_refused_is_asked_for_again_until_it_comes(
    runtime: Runtime, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: no stream that we were granted and heard of stays without its key for ever, whatever became
    of the grant. Asking only once breaks it."""
    stream, records = written(peer, "Uno")
    heads = Heads(heads={stream.topic: ((stream.stream, stream.seq, stream.hash or ""),)})
    await runtime.take_directory(TERRITORY.directory_records(version=2, expires_in=-timedelta(seconds=1)))
    await peer.grant(runtime, stream)
    duties = Duties(runtime)

    async def asked() -> int:
        # A stream that goes on is heard of all the time.
        await runtime.take_mail([peer.message(runtime, heads)])
        await duties.ask_for_keys()
        return len(await mail(runtime, WRITER, Request))

    assert await asked() == 0, "it would be refused again"
    await runtime.take_directory(TERRITORY.directory_records(version=3))
    assert [await asked(), await asked()] == [1, 1]
    monkeypatch.setattr(clock, "machine_now", lambda: datetime.now(UTC) + timedelta(minutes=61))
    assert [await asked(), await asked()] == [2, 2]
    await peer.grant(runtime, stream)
    await runtime.inbox.deliver(records)
    monkeypatch.setattr(clock, "machine_now", lambda: datetime.now(UTC) + timedelta(minutes=122))
    assert await asked() == 2
    assert await heard(runtime, stream.stream) == [1]
