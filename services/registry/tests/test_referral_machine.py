"""Two registries that live a referral together, in any order of acts, late and doubled deliveries."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.accounts import Caller
from trama_chassis.errors import Refused
from trama_chassis.runtime import Runtime
from trama_chassis.tables import DeadLetter, OutboxRow, RecordLink, Waiting
from trama_chassis.testing import transaction
from trama_contracts.names import topic_of
from trama_contracts.record import Record
from trama_contracts.signature import CLOUDEVENT, PLAIN_JSON, headers_of
from trama_registry import commands, queries
from trama_registry.models import Course, Deed, Person, ReferralCopy, TakingInCharge
from trama_registry.schemas import (
    AcceptReferral,
    CompleteReferral,
    DeclineReferral,
    ExplainReferral,
    FailReferral,
    NoteAnswer,
    OpenTakingInCharge,
    QuestionReferral,
    RegisterPerson,
    RenewReferral,
    ReopenReferral,
    SendReferral,
    VersionSeen,
    WithdrawReferral,
)

T = TypeVar("T")
Act = Callable[[AsyncSession, str], Awaitable[object]]


def livia() -> Caller:
    return Caller("op-livia", "Livia Demo", "sil", frozenset({"caseworker"}), "caseworker")


BY_SENDER: dict[Deed, Act] = {
    "renew": lambda session, referral: commands.renew_referral(session, referral, RenewReferral()),
    "explain": lambda session, referral: commands.explain_referral(
        session, referral, ExplainReferral(answer="Sì")
    ),
    "remind": lambda session, referral: commands.remind(session, referral, VersionSeen()),
    "withdraw": lambda session, referral: commands.withdraw_referral(
        session, referral, WithdrawReferral(accepted_too=True)
    ),
    "note-accepted": lambda session, referral: commands.note_answer(
        session, referral, NoteAnswer(answer="accepted", by="Livia Demo")
    ),
    "note-declined": lambda session, referral: commands.note_answer(
        session, referral, NoteAnswer(answer="declined", by="Livia Demo")
    ),
}
BY_RECEIVER: dict[Deed, Act] = {
    "see": lambda session, referral: commands.see_referral(session, referral),
    "question": lambda session, referral: commands.question_referral(
        session, referral, QuestionReferral(question="Ha la patente?")
    ),
    "accept": lambda session, referral: commands.accept_referral(
        session, referral, AcceptReferral(), livia()
    ),
    "decline": lambda session, referral: commands.decline_referral(
        session, referral, DeclineReferral(reason="no-capacity")
    ),
    "reconsider": lambda session, referral: commands.reconsider_referral(session, referral, VersionSeen()),
    "start": lambda session, referral: commands.start_referral(session, referral, VersionSeen()),
    "complete": lambda session, referral: commands.complete_referral(
        session, referral, CompleteReferral(outcome="goals-reached")
    ),
    "fail": lambda session, referral: commands.fail_referral(
        session, referral, FailReferral(reason="unreachable")
    ),
    "reopen": lambda session, referral: commands.reopen_referral(session, referral, ReopenReferral()),
}


class Post:
    """Carries between two registries: keys at once, as the relay does; events late, out of order, twice."""

    def __init__(self, one: Runtime, other: Runtime) -> None:
        self._ends = {"out": (one, other), "back": (other, one)}
        self._read = {"out": 0, "back": 0}
        self._underway: dict[str, list[Record]] = {"out": [], "back": []}
        self._carried: dict[str, list[Record]] = {"out": [], "back": []}

    async def collect(self) -> int:
        """Take up what was written since, and hand over what is mail."""
        before = sum(self._read.values())
        for way, (sender, receiver) in self._ends.items():
            mailbox = topic_of(receiver.settings.network, receiver.settings.principal, "mailbox")
            for row in await _written(sender, self._read[way]):
                self._read[way] = row.position or 0
                content = PLAIN_JSON if row.kind == "catalogue" else CLOUDEVENT
                record = Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, content))
                if row.kind == "message" and row.topic == mailbox:
                    await receiver.take_mail([record])
                elif row.kind == "event":
                    self._underway[way].append(record)
        return sum(self._read.values()) - before

    async def deliver(self, way: str, which: int, *, twice: bool) -> None:
        """Let one event arrive, whichever it is, perhaps twice."""
        await self.collect()
        underway, receiver = self._underway[way], self._ends[way][1]
        if underway:
            record = underway.pop(which % len(underway))
            self._carried[way].append(record)
            await receiver.inbox.deliver([record, record] if twice else [record])

    async def again(self, way: str, which: int) -> None:
        """Let something arrive that has arrived before."""
        if carried := self._carried[way]:
            await self._ends[way][1].inbox.deliver([carried[which % len(carried)]])

    async def settle(self) -> None:
        """Let everything arrive, also what came before its key did, until nobody has anything to say."""
        while await self.collect() or any(self._underway.values()):
            for way, (_, receiver) in self._ends.items():
                records, self._underway[way] = self._underway[way], []
                self._carried[way] += records
                await receiver.inbox.deliver(self._carried[way])

    def forget(self) -> None:
        """Let nothing of what was carried so far come again."""
        self._carried = {"out": [], "back": []}


async def _written(runtime: Runtime, after: int) -> list[OutboxRow]:
    async with runtime.database.read() as session:
        wanted = select(OutboxRow).where(col(OutboxRow.position) > after).order_by(col(OutboxRow.position))
        return list(await session.scalars(wanted))


class Network:
    """Two registries and the post between them, on a loop of their own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ambito: Runtime, sil: Runtime) -> None:
        self.loop = loop
        self.ambito, self.sil = ambito, sil
        self.post = Post(ambito, sil)

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        """Do it and wait."""
        return self.loop.run_until_complete(what)

    async def act(self, runtime: Runtime, act: Act, referral: str) -> bool:
        """Let an operator do it; False if it was refused, and then nothing was written."""
        try:
            async with transaction(runtime) as session:
                await act(session, referral)
        except Refused:
            return False
        return True

    async def course(self, runtime: Runtime, referral: str) -> Course:
        """What one end knows."""
        async with runtime.database.read(runtime=runtime) as session:
            return await queries.course_of(session, "ambito-urbano", referral)


@pytest.fixture
def network(registry_of: Any, fresh_database: Callable[[str], str]) -> Iterator[Network]:
    """The registries of a social service and of the SIL it refers people to."""
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()

    async def start() -> Network:
        ambito, sil = [
            await stack.enter_async_context(registry_of(member, fresh_database("sqlite"), sector=sector))
            for member, sector in (("ambito-urbano", "social"), ("sil", "work-integration"))
        ]
        found = Network(loop, ambito, sil)
        for one, other in ((ambito, sil), (sil, ambito)):
            rows = [row for row in await _written(other, 0) if row.kind == "catalogue"]
            await one.take_catalogue(
                [
                    Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, PLAIN_JSON))
                    for row in rows
                ]
            )
        return found

    yield loop.run_until_complete(start())
    loop.run_until_complete(stack.aclose())
    loop.close()


class ReferralMachine(RuleBasedStateMachine):
    """One person, referred; each end does what it likes, and hears of the other when the post pleases."""

    def __init__(self, network: Network, desk: Any) -> None:
        super().__init__()
        self.network, self.desk = network, desk
        self.referrals: list[str] = []
        self.person = RegisterPerson(
            given_name="Anna",
            family_name=f"Esempio {uuid4().hex[:8].translate(_LETTERS)}",
            taking_in_charge=OpenTakingInCharge(need="Un lavoro"),
        )
        self.record = ""
        self.authorisation = ""

    @initialize()
    def send(self) -> None:
        """The person is entered and referred; the referral has arrived."""
        self.network.run(self._send())

    async def _send(self) -> None:
        ambito = self.network.ambito
        self.network.post.forget()
        self.record = await self.desk.register(ambito, self.person)
        referral = await self.desk.refer(ambito, self.record)
        self.authorisation = referral.authorisation
        self.referrals.append(referral.referral)
        await self.network.post.settle()

    @rule(choice=st.integers(0, 99), which=st.integers(0, 3))
    def sender_acts(self, choice: int, which: int) -> None:
        """The sender does something that its end of the course allows; it is not refused."""
        self._act(self.network.ambito, BY_SENDER, choice, which)

    @rule(choice=st.integers(0, 99), which=st.integers(0, 3))
    def receiver_acts(self, choice: int, which: int) -> None:
        """So does the receiver."""
        self._act(self.network.sil, BY_RECEIVER, choice, which)

    @rule(choices=st.lists(st.tuples(st.booleans(), st.integers(0, 99)), min_size=2, max_size=4))
    def both_act(self, choices: list[tuple[bool, int]]) -> None:
        """Both do something, and nothing arrives meanwhile."""
        for by_sender, choice in choices:
            if by_sender:
                self._act(self.network.ambito, BY_SENDER, choice, 0)
            else:
                self._act(self.network.sil, BY_RECEIVER, choice, 0)

    def _act(self, runtime: Runtime, acts: dict[Deed, Act], choice: int, which: int) -> None:
        referral = self.referrals[which % len(self.referrals)]
        course = self.network.run(self.network.course(runtime, referral))
        possible = [deed for deed in sorted(acts) if course.may(deed)]
        if not possible:
            return
        deed = possible[choice % len(possible)]
        done = self.network.run(self.network.act(runtime, acts[deed], referral))
        assert done or (deed == "remind" and course.since_sending("remind") is not None), deed

    @rule(which=st.integers(0, 3))
    def supersede(self, which: int) -> None:
        """The sender puts another referral in the place of one."""
        referral = self.referrals[which % len(self.referrals)]
        request = SendReferral.model_validate(
            {
                "to": "sil",
                "reason": "Come concordato",
                "need": "Un lavoro",
                "authorisation": self.authorisation,
                "supersedes": referral,
            }
        )

        async def act(session: AsyncSession, _: str) -> None:
            sent = await commands.send_referral(session, self.record, request)
            found.append(sent.referral)

        found: list[str] = []
        if self.network.run(self.network.act(self.network.ambito, act, referral)):
            self.referrals += found

    @rule(way=st.sampled_from(["out", "back"]), which=st.integers(0, 9), twice=st.booleans())
    def arrive(self, way: str, which: int, twice: bool) -> None:
        """One event arrives, out of its turn perhaps, or twice."""
        self.network.run(self.network.post.deliver(way, which, twice=twice))

    @rule(way=st.sampled_from(["out", "back"]), which=st.integers(0, 99))
    def arrive_again(self, way: str, which: int) -> None:
        """One arrives that had arrived long ago."""
        self.network.run(self.network.post.again(way, which))

    @rule()
    def settle(self) -> None:
        """Everything arrives."""
        self.network.run(self.network.post.settle())

    def teardown(self) -> None:
        """In the end both hold the same, once."""
        self.network.run(self._agree())

    async def _agree(self) -> None:
        ambito, sil = self.network.ambito, self.network.sil
        await self.network.post.settle()
        for referral in self.referrals:
            here = await self.network.course(ambito, referral)
            assert here == await self.network.course(sil, referral)
            await self._both_show(referral)
            assert all(
                one.counts for one in here.placed if one.move.deed in ("accept", "complete", "withdraw")
            )
        for runtime in (ambito, sil):
            assert await _how_many(runtime, DeadLetter) == await _how_many(runtime, Waiting) == 0
        await self._no_doubles()

    async def _both_show(self, referral: str) -> None:
        async with self.network.ambito.database.read(runtime=self.network.ambito) as session:
            sent = await queries.sent_referral_view(session, referral)
        async with self.network.sil.database.read(runtime=self.network.sil) as session:
            received = await queries.received_referral_view(session, referral)
            copy = await session.get_one(ReferralCopy, ("ambito-urbano", referral))
        states = {"sent": "received"}.get(sent.state, sent.state)
        assert (received.state, copy.state) == (states, sent.state)
        same = [
            "version",
            "answered_on",
            "declining_reason",
            "alternative",
            "question",
            "explanation",
            "outcome",
            "withdrawn_on",
        ]
        assert [getattr(sent, name) for name in same] == [getattr(received, name) for name in same]

    async def _no_doubles(self) -> None:
        """One person, one taking in charge open, one edge, each event in the story once."""
        sil, family = self.network.sil, self.person.family_name
        async with sil.database.read(runtime=sil) as session:
            persons = list(await session.scalars(select(Person).where(col(Person.family_name) == family)))
            assert len(persons) <= 1
            if not persons:
                return
            record = persons[0].record
            opened = select(TakingInCharge).where(col(TakingInCharge.record) == record)
            assert len(list(await session.scalars(opened))) == 1
            edges = select(RecordLink).where(
                (col(RecordLink.a_record) == self.record) | (col(RecordLink.b_record) == self.record)
            )
            assert len(list(await session.scalars(edges))) == 1
        own = await self.desk.story(self.network.ambito, self.record)
        there = await self.desk.story(sil, record)
        assert len({entry.event_id for entry in own.entries}) == len(own.entries)
        told = {entry.event_id for entry in own.entries} ^ {entry.event_id for entry in there.entries}
        assert told == set()


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


async def _how_many(runtime: Runtime, table: Any) -> int:
    async with runtime.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def test_whatever_the_order_both_ends_agree_and_nothing_is_doubled(network: Network, desk: Any) -> None:
    """INVARIANT: a referral never vanishes. Withdrawn, sent again, superseded, reopened, answered on paper
    and in Trama, with events late, out of order and twice: both ends hold the same course, one person, one
    taking in charge, one edge, nothing stuck. A state that follows the order of arrival breaks it."""
    run_state_machine_as_test(
        lambda: ReferralMachine(network, desk),
        settings=settings(
            max_examples=8,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
