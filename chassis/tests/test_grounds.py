"""What ends a reason to share or lets it rest, and what a receiver makes of streams that end and go on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col
from trama_chassis import access, clock, leaving, outbox
from trama_chassis.runtime import Runtime
from trama_chassis.tables import Decision, GrantGiven, GrantReceived, OwnStream, SourceHeard
from trama_chassis.testing import FIRST_PLACES, Peer, Place, Territory, running, transaction
from trama_contracts.inner import Continues
from trama_contracts.messages import GrantEnd, Heads
from trama_contracts.record import Record
from trama_contracts.sealing import value_hash

from chassis.tests.small_registry import (
    SERVICE,
    consent,
    heard,
    link,
    new_id,
    nothing_waits,
    person,
    position,
    rows,
)

DAY = date(2013, 10, 14)
TERRITORY = Territory()


async def readers(runtime: Runtime, record: str) -> set[str]:
    """The services of other members that read what is now written on a record."""
    async with runtime.database.read(runtime=runtime) as session:
        return set(await access.seen_by(session, record, "care"))


async def followed(runtime: Runtime, *, by: str = "sil") -> str:
    """A person of sil's whom cpi follows too, and may read of by a consent that was received at `by`."""
    record, theirs = new_id(), new_id()
    given = consent("cpi")
    async with transaction(runtime) as session:
        outbox.add(session, person(), record=record, scope=record)
        outbox.add(session, link(("sil", record), ("cpi", theirs)), record=record, scope=record)
        taker = ("sil", record)
        if by != "sil":
            taker = (by, new_id())
            await access.learn_link(session, link=new_id(), a=("sil", record), b=taker)
        await access.learn_authorisation(
            session,
            authorisation=given.authorisation,
            member=taker[0],
            record=taker[1],
            terms=given.payload(),
        )
    return record


async def last_reason(runtime: Runtime, recipient: str) -> str:
    """Why the last decision about a service was taken."""
    return (await rows(runtime, Decision, col(Decision.recipient) == recipient))[-1].reason


async def test_nobody_new_reads_on_the_word_of_who_is_silent_until_it_is_heard_again(
    database_url: str, tmp_path: Path
) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        before = await followed(runtime, by="ambito-urbano")
        assert await readers(runtime, before) == {"cpi.placement", "cpi.registry"}
        await hear(runtime, "ambito-urbano.registry", timedelta(days=1))
        after = await followed(runtime, by="ambito-urbano")
        assert await readers(runtime, after) == set(), "fails closed"
        assert await last_reason(runtime, "cpi.registry") == "silent ambito-urbano.registry"
        async with transaction(runtime) as session:
            outbox.add(session, person("Dopo"), record=before, scope=before)
            outbox.regrant(session, before)
        assert await readers(runtime, before) == {"cpi.placement", "cpi.registry"}, "nobody is turned away"
        await leaving.decide_refused(runtime)
        assert await readers(runtime, after) == set()
        await hear(runtime, "ambito-urbano.registry", timedelta())
        await leaving.decide_refused(runtime)
        assert await readers(runtime, after) == {"cpi.placement", "cpi.registry"}


async def hear(runtime: Runtime, source: str, ago: timedelta) -> None:
    """A source showed life some time ago."""
    async with runtime.bookkeeping() as session:
        await session.merge(SourceHeard(source=source, sent_at="", heard_at=clock.machine_now() - ago))
        await session.commit()


async def test_who_leaves_the_directory_or_the_circle_reads_no_more_of_any_record(
    database_url: str, tmp_path: Path
) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        records = [await followed(runtime) for _ in range(3)]
        version = await leaving.turn(runtime, None)
        smaller = {name: place for name, place in FIRST_PLACES.items() if name != "cpi"}
        smaller["sil"] = replace(smaller["sil"], read_by=("ambito-urbano", "coop-filo"))
        await runtime.take_directory(Territory(places=smaller).directory_records(version=2))
        for record in records:
            assert await readers(runtime, record), "not yet"
        assert await leaving.turn(runtime, version) == 2
        for record in records:
            assert await readers(runtime, record) == set()
        ended = await rows(runtime, OwnStream, col(OwnStream.ended))
        living = await rows(runtime, OwnStream, col(OwnStream.ended).is_(False), OwnStream.circle == "care")
        assert {one.record for one in ended} == {one.record for one in living} == set(records)
        assert await last_reason(runtime, "cpi.registry") == "not-listed cpi"


async def told_anew(runtime: Runtime, version: int, **changed: Place) -> None:
    """Another version of the directory, and what is decided on it."""
    places = FIRST_PLACES | changed
    await runtime.take_directory(Territory(places=places).directory_records(version=version))
    assert await leaving.turn(runtime, version - 1) == version


async def test_whatever_the_directory_says_anew_of_a_member_is_decided_again_to_take_and_to_give(
    database_url: str, tmp_path: Path
) -> None:
    """INVARIANT: what a member reads is what the directory of now lets it read: a purpose, circle or service
    taken out or put in again. A change that is not decided again breaks it."""
    cpi = FIRST_PLACES["cpi"]
    both = {"cpi.registry", "cpi.placement"}
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        record = await followed(runtime)
        await leaving.turn(runtime, None)
        assert await readers(runtime, record) == both
        await told_anew(runtime, 2, cpi=replace(cpi, purposes=("accountability",)))
        assert await readers(runtime, record) == set()
        assert await last_reason(runtime, "cpi.registry") == "other-purpose cpi work-integration"
        await told_anew(runtime, 3)
        assert await readers(runtime, record) == both, "to who may again it is given again"
        await told_anew(runtime, 4, cpi=replace(cpi, services=("registry",)))
        assert await readers(runtime, record) == {"cpi.registry"}
        await told_anew(runtime, 5)
        assert await readers(runtime, record) == both
        await told_anew(runtime, 6, cpi=replace(cpi, circles=("accountability",)))
        assert await readers(runtime, record) == set()
        await told_anew(runtime, 7)
        assert await readers(runtime, record) == both


async def test_a_member_that_joins_is_given_what_an_authorisation_heard_before_lets_it_read(
    database_url: str, tmp_path: Path
) -> None:
    smaller = {name: place for name, place in FIRST_PLACES.items() if name != "cpi"}
    smaller["sil"] = replace(smaller["sil"], read_by=("ambito-urbano", "coop-filo"))
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        await runtime.take_directory(Territory(places=smaller).directory_records(version=2))
        await leaving.turn(runtime, None)
        record = await followed(runtime)
        assert await readers(runtime, record) == set()
        await told_anew(runtime, 3)
        assert await readers(runtime, record) == {"cpi.registry", "cpi.placement"}


async def test_a_grant_rests_on_the_authorisation_that_lasts(database_url: str, tmp_path: Path) -> None:
    """A consent given anew before the old one ends, or taken back while another stands: the reader goes on in
    the same stream, and its grant says until when by the one that holds."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        record = await followed(runtime)
        (stream,) = await rows(runtime, OwnStream)
        long, short = consent("cpi"), consent("cpi", ends_on=date(2099, 12, 31))
        async with transaction(runtime) as session:
            for given in (long, short):
                outbox.add(session, given, record=record, scope=record)
        async with transaction(runtime) as session:
            (first,) = [
                one.authorisation
                for one in await access.authorisations_of(session, record)
                if one.authorisation not in (long.authorisation, short.authorisation)
            ]
            for taken_back in (first, long.authorisation):
                said_by = ("sil", record)
                await access.learn_withdrawal(session, taken_back, said_by=said_by, withdrawn_on=DAY)
        given_now = await rows(
            runtime, GrantGiven, GrantGiven.stream == stream.stream, GrantGiven.recipient == "cpi.registry"
        )
        assert [one.ended_at for one in given_now] == [None]
        assert given_now[0].grant["authorisation"] == short.authorisation
        assert given_now[0].grant["valid_until"].startswith("2099-12-31")


async def test_a_withdrawal_counts_only_where_who_says_it_follows_the_person(
    database_url: str, tmp_path: Path
) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        record = await followed(runtime)
        async with transaction(runtime) as session:
            (given,) = await access.authorisations_of(session, record)
            stranger = ("ambito-urbano", new_id())
            await access.learn_withdrawal(session, given.authorisation, said_by=stranger, withdrawn_on=DAY)
            outbox.regrant(session, record)
        assert await readers(runtime, record)
        async with transaction(runtime) as session:
            await access.learn_link(session, link=new_id(), a=("sil", record), b=stranger)
        assert await readers(runtime, record) == set(), "once it is known to be of the same person"


# What a receiver makes of it


async def successor(
    runtime: Runtime, peer: Peer, record: str, *, hash_: str | None = None
) -> tuple[Sequence[Record], Sequence[Record], tuple[str, str]]:
    """Two events in a stream, two more in the one that goes on from it; the keys of both are given."""
    first = [peer.write(person(f"P{n}"), record=record, scope=record) for n in range(2)]
    before = peer.stream(person(), record, record)
    (name,) = [name for name, one in peer._streams.items() if one is before]
    del peer._streams[name]
    goes_on = Continues(
        topic=before.topic, stream=before.stream, seq=before.seq, hash=hash_ or before.hash or ""
    )
    second = [peer.write(person("S0"), record=record, scope=record, continues=goes_on)]
    second.append(peer.write(person("S1"), record=record, scope=record))
    after = peer.stream(person(), record, record)
    await peer.grant(runtime, before, after)
    return first, second, (before.stream, after.stream)


async def test_a_stream_that_goes_on_from_another_waits_for_it(database_url: str, tmp_path: Path) -> None:
    """INVARIANT: the first event of a stream that continues another is applied when that one is applied up
    to where it is said, in whatever order they come, and without being sent again. Taking each for itself
    breaks it."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        first, second, (before, after) = await successor(
            runtime, Peer(TERRITORY, "ambito-urbano.registry"), new_id()
        )
        await runtime.inbox.deliver([*second, first[0]])
        await runtime.inbox.follow_up()
        assert (await heard(runtime, before), await heard(runtime, after)) == ([1], [])
        await runtime.inbox.deliver([first[1]])
        await runtime.inbox.follow_up()
        assert (await heard(runtime, before), await heard(runtime, after)) == ([1, 2], [1, 2])
        assert await nothing_waits(runtime)


async def test_a_stream_that_goes_on_from_what_was_never_said_is_stopped(
    database_url: str, tmp_path: Path
) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        peer = Peer(TERRITORY, "ambito-urbano.registry")
        first, second, (before, after) = await successor(runtime, peer, new_id(), hash_="A" * 43)
        await runtime.inbox.deliver([*first, *second])
        assert (await heard(runtime, before), await heard(runtime, after)) == ([1, 2], [])
        assert (await position(runtime, after)).stopped


async def test_who_falls_away_still_reads_as_far_as_the_stream_is_theirs(
    database_url: str, tmp_path: Path
) -> None:
    """The end of a grant may overtake the last event: up to the head told with it, all is applied."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        peer = Peer(TERRITORY, "ambito-urbano.registry")
        record = new_id()
        written = [peer.write(person(f"P{n}"), record=record, scope=record) for n in range(3)]
        stream = peer.stream(person(), record, record)
        await peer.grant(runtime, stream)
        head = (stream.stream, 2, peer_hash(written[1]))
        ends = {"streams": {stream.topic: [stream.stream]}, "reason": "no-longer-entitled"}
        farewell = [Heads.model_validate({"heads": {stream.topic: [head]}}), GrantEnd.model_validate(ends)]
        await runtime.take_mail([peer.message(runtime, message) for message in farewell])
        await runtime.inbox.deliver(written)
        assert await heard(runtime, stream.stream) == [1, 2]


def peer_hash(record: Record) -> str:
    """The hash of a record's value."""
    return value_hash(record.value or b"")


@pytest.mark.parametrize("circle", ["clinical", "accountability"])
async def test_a_key_of_a_circle_that_is_not_ours_is_refused(
    database_url: str, tmp_path: Path, circle: str
) -> None:
    places = dict(FIRST_PLACES) | {"sil": replace(FIRST_PLACES["sil"], circles=("care", "accountability"))}
    territory = Territory(places=places)
    async with running(SERVICE, database_url, tmp_path, member="sil", territory=territory) as runtime:
        peer = Peer(territory, "ambito-urbano.registry")
        ours = peer.stream(person(), new_id(), new_id())
        theirs = replace(ours, stream=new_id(), circle=circle)
        await peer.grant(runtime, ours, theirs)
        assert [one.stream for one in await rows(runtime, GrantReceived)] == [ours.stream]
