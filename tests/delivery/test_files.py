"""Files over the real broker: the largest through restarts of both ends, nothing to who may not have it."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col
from trama_chassis import access, file_custody, file_duties, outbox
from trama_chassis.files import ASKED, KEPT, REFUSED, File, FilePiece, Name, Place
from trama_chassis.runtime import Runtime
from trama_chassis.tables import Decision, OutboxRow
from trama_chassis.testing import transaction
from trama_contracts.encoding import full_hash
from trama_contracts.registry import LARGEST_DOCUMENT
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.small_registry import SERVICE, consent, new_id, person, rows
from tests.delivery.network import Network, acquainted, until

SOURCE = "ambito-urbano"


@pytest.fixture
async def network(broker: EmbeddedBroker, tmp_path: Path) -> Network:
    """A network of its own, its topics made and its directory published."""
    made = Network(broker, tmp_path)
    await made.prepare()
    return made


async def filed(source: Runtime, content: bytes) -> tuple[Name, Place]:
    """A person of the source, followed by sil too, who consented to sharing; and a file on the person."""
    record, file, given = new_id(), new_id(), consent("sil", SOURCE)
    place = Place(record, "care", f"record:{record}")
    async with transaction(source) as session:
        outbox.add(session, person(), record=record, scope=record)
        await access.learn_authorisation(
            session,
            authorisation=given.authorisation,
            member=SOURCE,
            record=record,
            terms=given.payload(),
        )
        await access.learn_link(session, link=new_id(), a=(SOURCE, record), b=("sil", new_id()))
        await file_custody.keep(session, file, content, place)
    return (f"{SOURCE}.registry", file), place


async def ask(who: Runtime, name: Name, content: bytes, place: Place) -> None:
    async with transaction(who) as session:
        await file_custody.ask(session, name, full_hash(content), len(content), place)


def stands(who: Runtime, name: Name, state: str) -> Callable[[], Awaitable[bool]]:
    """Whether a file has come to stand so."""

    async def so() -> bool:
        found = await rows(who, File, col(File.file) == name[1])
        return [one.state for one in found] == [state]

    return so


def some_have_come(who: Runtime) -> Callable[[], Awaitable[bool]]:
    """Whether a part of what was asked for is here."""

    async def so() -> bool:
        return bool(await rows(who, FilePiece))

    return so


async def content_of(who: Runtime, name: Name) -> bytes | None:
    async with who.database.read(runtime=who) as session:
        return await file_custody.content_of(session, name)


async def test_the_largest_file_arrives_though_both_ends_start_anew_half_way(network: Network) -> None:
    """INVARIANT: a file that was asked for arrives whole, whoever stops in between. A queue in memory, or
    pieces counted before they are stored, breaks it."""
    content = secrets.token_bytes(LARGEST_DOCUMENT)
    async with network.alive(SERVICE, SOURCE) as source, network.alive(SERVICE, "sil") as sil:
        await acquainted(source, sil)
        name, place = await filed(source, content)
        await ask(sil, name, content, place)
        await until(some_have_come(sil), "a first part has come")
    async with network.alive(SERVICE, "sil") as sil:
        assert await stands(sil, name, ASKED)()
        have = len(await rows(sil, FilePiece))
        assert 0 < have < 122
        async with network.alive(SERVICE, SOURCE) as source:
            await until(stands(sil, name, KEPT), "the file is here")
            assert await content_of(sil, name) == content

            async def swept() -> bool:
                return not await rows(source, OutboxRow, col(OutboxRow.kind) == "file")

            await until(swept, "parts that were sent are kept no longer")


async def test_what_is_not_what_was_told_is_refused_and_a_stranger_gets_nothing(network: Network) -> None:
    content = secrets.token_bytes(300_000)
    async with (
        network.alive(SERVICE, SOURCE) as source,
        network.alive(SERVICE, "sil") as sil,
        network.alive(SERVICE, "cpi") as cpi,
    ):
        await acquainted(source, sil, cpi)
        name, place = await filed(source, content)
        await ask(cpi, name, content, place)
        await ask(sil, name, secrets.token_bytes(300_000), place)
        await until(stands(sil, name, REFUSED), "another file than was told is refused")
        assert await rows(sil, FilePiece) == []
        await ask(sil, name, content, place)
        await until(stands(sil, name, KEPT), "the right one is taken")
        assert await content_of(sil, name) == content

        async def denied() -> bool:
            decided = await rows(source, Decision, col(Decision.recipient) == "cpi.registry")
            return any(name[1] in one.reason and not one.permitted for one in decided)

        await until(denied, "the stranger was denied")
        assert await rows(cpi, FilePiece) == []


async def test_what_was_lost_with_the_mail_is_asked_for_again(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_duties, "ASK_AFTER", timedelta(seconds=2))
    content = secrets.token_bytes(300_000)
    async with network.alive(SERVICE, SOURCE) as source, network.alive(SERVICE, "sil") as sil:
        await acquainted(source, sil)
        name, place = await filed(source, content)
        await ask(sil, name, content, place)
        await until(stands(sil, name, KEPT), "the file is here")
        async with sil.bookkeeping() as session:
            lost = (col(FilePiece.file) == name[1], col(FilePiece.part) == 2)
            await session.execute(delete(FilePiece).where(*lost))
            await session.execute(update(File).values(state=ASKED))
            await session.commit()
        await until(stands(sil, name, KEPT), "the missing part has come")
        assert await content_of(sil, name) == content
