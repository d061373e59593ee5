"""Files between services: sealed where they are kept, sent in parts to who may, believed by hash."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col
from trama_chassis import access, clock, file_custody, file_duties, outbox
from trama_chassis.files import ASKED, KEPT, REFUSED, UNANSWERED, File, FileDamaged, FileDue, FilePiece, Name
from trama_chassis.files import Place as FilePlace
from trama_chassis.runtime import Runtime
from trama_chassis.tables import Decision, OutboxRow
from trama_chassis.testing import Peer, Territory, running, transaction
from trama_contracts.encoding import full_hash
from trama_contracts.messages import FILE_PART_BYTES, FilePart, Request, file_parts
from trama_contracts.outcomes import Outcome

from chassis.tests.small_registry import SERVICE, consent, new_id, person, record_of, rows
from chassis.tests.test_delivery import Post

SOURCE, SIL, CPI = "ambito-urbano.registry", "sil.registry", "cpi.registry"
LARGE = 10 * 1024 * 1024


@dataclass
class Three:
    """Who keeps a file; one who follows the person and was authorised; one who was not."""

    source: Runtime
    sil: Runtime
    cpi: Runtime
    post: Post

    async def filed(self, content: bytes) -> tuple[Name, FilePlace]:
        """A person of the source, followed by sil too, and a file on the person."""
        record, theirs, file = new_id(), new_id(), new_id()
        place = FilePlace(record, "care", f"record:{record}")
        given = consent("sil", "ambito-urbano")
        async with transaction(self.source) as session:
            outbox.add(session, person(), record=record, scope=record)
            await access.learn_authorisation(
                session,
                authorisation=given.authorisation,
                member="ambito-urbano",
                record=record,
                terms=given.payload(),
            )
            await access.learn_link(session, link=file, a=("ambito-urbano", record), b=("sil", theirs))
            await file_custody.keep(session, file, content, place)
        return (SOURCE, file), place

    async def ask(self, who: Runtime, name: Name, content: bytes, place: FilePlace) -> None:
        """Have a service ask for a file of which it knows this."""
        async with transaction(who) as session:
            await file_custody.ask(session, name, full_hash(content), len(content), place)

    async def go_on(self, turns: int = 1) -> None:
        """Let time pass: duties are done, and what was written is carried."""
        for _ in range(turns):
            for one in self.post.services:
                await file_duties.turn(one)
            await self.post.carry()


@pytest.fixture
async def three(tmp_path: Path, database_url: str) -> AsyncIterator[Three]:
    """Three registries that know each other; the one that keeps files is on each kind of database."""
    async with AsyncExitStack() as stack:
        started = []
        for member in ("ambito-urbano", "sil", "cpi"):
            url = database_url if member == "ambito-urbano" else f"sqlite:///{tmp_path}/{member}.db"
            run = running(SERVICE, url, tmp_path, member=member, known=False)
            runtime = await stack.enter_async_context(run)
            await runtime.take_directory(Territory().directory_records())
            started.append(runtime)
        post = Post(started)
        await post.carry()
        source, sil, cpi = started
        yield Three(source, sil, cpi, post)


async def content_of(runtime: Runtime, name: Name) -> bytes | None:
    async with runtime.database.read(runtime=runtime) as session:
        return await file_custody.content_of(session, name)


async def state_of(runtime: Runtime, name: Name) -> str:
    (held,) = await rows(runtime, File, col(File.file) == name[1])
    return held.state


async def earlier(runtime: Runtime, by: timedelta) -> None:
    """Let the last asking and hearing be longer ago."""
    async with runtime.bookkeeping() as session:
        then = clock.machine_now() - by
        await session.execute(update(File).values(asked_at=then, heard_at=then))
        await session.commit()


@pytest.mark.parametrize("size", [0, 1, FILE_PART_BYTES, 2 * FILE_PART_BYTES + 1])
async def test_a_file_arrives_as_it_was_whatever_its_size(three: Three, size: int) -> None:
    content = secrets.token_bytes(size)
    name, place = await three.filed(content)
    await three.ask(three.sil, name, content, place)
    assert await state_of(three.sil, name) == ASKED
    await three.go_on(3)
    assert await state_of(three.sil, name) == KEPT
    assert await content_of(three.sil, name) == content == await content_of(three.source, name)
    assert await rows(three.source, FileDue) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_largest_arrives_a_few_parts_at_a_time(three: Three) -> None:
    content = secrets.token_bytes(LARGE)
    name, place = await three.filed(content)
    await three.ask(three.sil, name, content, place)
    await file_duties.turn(three.sil)
    await three.post.carry()
    for _ in range(2):
        await file_duties.turn(three.source)
    waiting = await rows(three.source, OutboxRow, col(OutboxRow.kind) == "file")
    assert len(waiting) == file_duties.IN_FLIGHT
    assert max(len(row.value) for row in waiting) <= 262_144
    await three.go_on(10)
    assert await content_of(three.sil, name) == content


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nothing_of_a_file_is_readable_where_it_is_kept(three: Three, tmp_path: Path) -> None:
    """INVARIANT: a database without its key file tells nothing of a file. A piece stored or sent in clear
    breaks it."""
    content = b"un contenuto che nessuno deve trovare " * 5_000
    name, place = await three.filed(content)
    await three.ask(three.sil, name, content, place)
    await three.go_on(3)
    assert await content_of(three.sil, name) == content
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert name[1].encode() in kept
    assert b"nessuno deve trovare" not in kept


async def test_who_may_not_have_a_file_hears_nothing_as_if_there_were_none(three: Three) -> None:
    """INVARIANT: the source decides when it is asked, writes the decision down, and answers a stranger with
    silence, whether the file is there or not. Sending on the strength of an id breaks it."""
    name, place = await three.filed(b"riservato")
    await three.ask(three.cpi, name, b"riservato", place)
    await three.ask(three.cpi, (SOURCE, new_id()), b"riservato", place)
    before = len(await rows(three.source, OutboxRow))
    await three.go_on(3)
    assert len(await rows(three.source, OutboxRow)) == before
    assert await content_of(three.cpi, name) is None
    denied = [one for one in await rows(three.source, Decision) if name[1] in one.reason]
    assert [(one.recipient, one.permitted) for one in denied] == [(CPI, False)]
    assert three.source.inbox.uncounted[(CPI, Outcome.NO_GRANT)] >= 2


async def test_what_is_due_is_not_sent_once_the_reason_to_share_is_gone(three: Three) -> None:
    content = secrets.token_bytes(3 * FILE_PART_BYTES)
    name, place = await three.filed(content)
    await three.ask(three.sil, name, content, place)
    await file_duties.turn(three.sil)
    await three.post.carry()
    assert len(await rows(three.source, FileDue)) == 1
    async with transaction(three.source) as session:
        ((link, other, _),) = await access.links_of(session, place.record)
        await access.unlearn_link(session, link, (("ambito-urbano", place.record), other))
    await three.go_on(2)
    assert await rows(three.source, FileDue) == []
    assert await rows(three.sil, FilePiece) == []
    last = (await rows(three.source, Decision, col(Decision.recipient) == SIL))[-1]
    assert (last.permitted, name[1] in last.reason) == (False, True)


async def test_a_part_that_was_lost_is_asked_for_again(three: Three) -> None:
    content = secrets.token_bytes(4 * FILE_PART_BYTES)
    name, place = await three.filed(content)
    await three.ask(three.sil, name, content, place)
    await file_duties.turn(three.sil)
    await three.post.carry()
    await file_duties.turn(three.source)
    async with three.source.bookkeeping() as session:
        lost = (await rows(three.source, OutboxRow, col(OutboxRow.kind) == "file"))[1]
        await session.execute(delete(OutboxRow).where(col(OutboxRow.position) == lost.position))
        await session.commit()
    await three.go_on(2)
    assert await state_of(three.sil, name) == ASKED
    assert len(await rows(three.sil, FilePiece)) == 3
    await earlier(three.sil, file_duties.ASK_AFTER * 2)
    await three.go_on(3)
    assert await content_of(three.sil, name) == content


async def test_a_file_that_is_not_what_was_told_is_refused_and_not_kept(three: Three) -> None:
    """INVARIANT: a file counts as arrived only if it has the hash its event told. Believing the parts' own
    hash, or none, breaks it."""
    told, sent = secrets.token_bytes(2 * FILE_PART_BYTES), secrets.token_bytes(2 * FILE_PART_BYTES)
    name, place = await three.filed(told)
    await three.ask(three.sil, name, told, place)
    peer = Peer(Territory(), SOURCE)
    for part in file_parts(name[1], sent):
        lie = part.model_copy(update={"sha256": full_hash(told)})
        await three.sil.take_mail([peer.message(three.sil, lie)])
    assert await state_of(three.sil, name) == REFUSED
    assert await rows(three.sil, FilePiece) == []
    assert three.sil.inbox.uncounted[(SOURCE, Outcome.INVALID_PAYLOAD)] == 1
    await three.ask(three.sil, name, told, place)
    await three.go_on(3)
    assert await content_of(three.sil, name) == told


@pytest.mark.parametrize("change", [{"of": 9}, {"sha256": full_hash(b"x")}, {"part": 2}, {"data": ("AAAA",)}])
async def test_a_part_of_another_form_is_refused_with_its_file(
    three: Three, change: dict[str, object]
) -> None:
    told = secrets.token_bytes(FILE_PART_BYTES + 1)
    name, place = await three.filed(told)
    await three.ask(three.sil, name, told, place)
    first = next(iter(file_parts(name[1], told)))
    wrong = FilePart.model_validate(first.model_dump() | change)
    await three.sil.take_mail([Peer(Territory(), SOURCE).message(three.sil, wrong)])
    assert await state_of(three.sil, name) == REFUSED


async def test_what_was_not_asked_for_is_not_taken(three: Three) -> None:
    name, place = await three.filed(b"chiesto")
    await three.ask(three.sil, name, b"chiesto", place)
    for sender, file in ((SOURCE, new_id()), (CPI, name[1])):
        (part,) = file_parts(file, b"chiesto")
        await three.sil.take_mail([Peer(Territory(), sender).message(three.sil, part)])
    assert await rows(three.sil, FilePiece) == []
    assert await state_of(three.sil, name) == ASKED


async def test_after_many_requests_who_asked_is_told_and_a_late_answer_is_still_taken(three: Three) -> None:
    content = b"in ritardo"
    name, place = await three.filed(content)
    await three.ask(three.sil, name, content, place)
    for _ in range(file_duties.TIMES + 1):
        await file_duties.turn(three.sil)
        await earlier(three.sil, file_duties.LONGEST_WAIT * 2)
    assert await state_of(three.sil, name) == UNANSWERED
    asked = await rows(three.sil, OutboxRow, col(OutboxRow.kind) == "message")
    await file_duties.turn(three.sil)
    assert await rows(three.sil, OutboxRow, col(OutboxRow.kind) == "message") == asked
    await three.go_on(3)
    assert await content_of(three.sil, name) == content


async def test_asking_in_a_loop_sends_a_file_once_at_a_time(three: Three) -> None:
    name, _ = await three.filed(b"x")
    peer = Peer(Territory(), SIL)
    for _ in range(5):
        await three.source.take_mail([peer.message(three.source, Request(files=(name[1],) * 3))])
    assert len(await rows(three.source, FileDue)) == 1


async def test_a_piece_cannot_stand_for_another(three: Three) -> None:
    content = secrets.token_bytes(2 * FILE_PART_BYTES)
    name, _ = await three.filed(content)
    async with three.source.bookkeeping() as session:
        for old, new in ((1, 3), (2, 1), (3, 2)):
            where = (col(FilePiece.file) == name[1], col(FilePiece.part) == old)
            await session.execute(update(FilePiece).where(*where).values(part=new))
        await session.commit()
    with pytest.raises(FileDamaged):
        await content_of(three.source, name)


async def test_a_damaged_file_is_not_sent_and_holds_up_no_other(three: Three) -> None:
    damaged, place = await three.filed(b"danneggiato")
    async with three.source.bookkeeping() as session:
        await session.execute(update(FilePiece).values(sealed=secrets.token_bytes(60)))
        await session.commit()
    whole, other = await three.filed(b"intero")
    await three.ask(three.sil, damaged, b"danneggiato", place)
    await three.ask(three.sil, whole, b"intero", other)
    await three.go_on(3)
    assert await content_of(three.sil, whole) == b"intero"
    assert await state_of(three.sil, damaged) == ASKED
    assert await rows(three.source, FileDue) == []


async def test_a_forgotten_file_leaves_nothing(three: Three) -> None:
    name, place = await three.filed(b"scritto sulla persona sbagliata")
    await three.ask(three.sil, name, b"scritto sulla persona sbagliata", place)
    await three.go_on(3)
    for one in (three.source, three.sil):
        async with transaction(one) as session:
            await file_custody.forget(session, name)
        assert await content_of(one, name) is None
        assert await rows(one, FilePiece) == []


async def test_of_an_erased_file_no_part_goes_out_and_none_that_came_stays(three: Three) -> None:
    """INVARIANT: once a file is erased none of its parts waits to be sent, those that had come are gone where
    it was asked for, and one that comes late is not kept. A part that does not name its file breaks it."""
    content = secrets.token_bytes(3 * FILE_PART_BYTES)
    name, place = await three.filed(content)
    other, elsewhere = await three.filed(b"resta")
    await three.ask(three.sil, name, content, place)
    await three.ask(three.sil, other, b"resta", elsewhere)
    await file_duties.turn(three.sil)
    await three.post.carry()
    await file_duties.turn(three.source)
    waiting = await rows(three.source, OutboxRow, col(OutboxRow.kind) == "file")
    first, late, _ = [row for row in waiting if row.stream == name[1]]
    await three.sil.take_mail([record_of(first)])
    assert len(await rows(three.sil, FilePiece)) == 1
    for one in (three.source, three.sil):
        async with transaction(one) as session:
            await file_custody.forget(session, name)
    left = await rows(three.source, OutboxRow, col(OutboxRow.kind) == "file")
    assert [row.stream for row in left] == [other[1]]
    await three.sil.take_mail([record_of(late)])
    assert await rows(three.sil, FilePiece) == []
    await three.go_on(2)
    assert await content_of(three.sil, other) == b"resta"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_who_erases_a_file_waits_for_the_parts_that_are_being_sealed(three: Three) -> None:
    name, place = await three.filed(b"di chi non si deve sapere")
    await three.ask(three.sil, name, b"di chi non si deve sapere", place)
    await file_duties.turn(three.sil)
    await three.post.carry()

    async def erase() -> None:
        async with transaction(three.source) as session:
            await file_custody.forget(session, name)

    async with three.source.bookkeeping() as session:
        await file_duties._send(session, three.source)
        erasing = asyncio.create_task(erase())
        await asyncio.wait({erasing}, timeout=0.5)
        assert not erasing.done()
        await session.commit()
    await erasing
    assert await rows(three.source, OutboxRow, col(OutboxRow.kind) == "file") == []
