"""How a referral goes: the moves of its sender and its receiver, in one order, and the state they come to.

Each side writes its moves in its own streams, so they arrive at the other in any order and cross. Every move
has a step among those of its side, and says the highest step of the other side that its writer had heard.
From that both sides find the same order, whatever arrived when: the state is a function of the set of moves
alone.

Two rules decide what crosses. Of two moves that did not know of each other the sender's stands first: so what
the sender does always finds the state in which it was done. And what the receiver has acted upon stands: who
took a person in charge before it heard that the referral was taken back follows the person. All this is the
table `RULES`; nothing else in the registry knows who may set which state from which.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, TypeAlias

Side: TypeAlias = Literal["sender", "receiver"]
State: TypeAlias = Literal[
    "sent",
    "seen",
    "more-asked",
    "no-answer",
    "noted-accepted",
    "noted-declined",
    "accepted",
    "declined",
    "in-progress",
    "completed",
    "failed",
    "withdrawn",
    "superseded",
]
Deed: TypeAlias = Literal[
    "send",
    "renew",
    "explain",
    "remind",
    "give-up-waiting",
    "withdraw",
    "supersede",
    "note-accepted",
    "note-declined",
    "see",
    "question",
    "accept",
    "decline",
    "reconsider",
    "start",
    "complete",
    "fail",
    "reopen",
]

AWAITING: Final[tuple[State, ...]] = ("sent", "seen", "no-answer")
"""The receiver is to answer."""
OPEN: Final[tuple[State, ...]] = (*AWAITING, "more-asked")
"""There is no answer yet."""
NOTED: Final[tuple[State, ...]] = ("noted-accepted", "noted-declined")
"""The sender keyed in an answer given on paper; the receiver's own word comes before it."""
GOING_ON: Final[tuple[State, ...]] = ("accepted", "in-progress")
"""The receiver has taken it up."""
UNMET: Final[tuple[State, ...]] = ("declined", "noted-declined", "failed")
"""It came to nothing at this receiver."""
TAKEN_BACK: Final[tuple[State, ...]] = ("withdrawn", "superseded")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may make a move, from which states to which, and what becomes of it where its writer knew less.

    `known`: the writer knows the state; only from these it may be asked for. `crossed`: where it leads beside
    that if a move of the sender crossed it. `late`: where it leads, and only there, if the sender has sent
    the referral again since the sending that it answers. What is in no row changes nothing.
    """

    by: Side
    known: Mapping[State, State]
    crossed: Mapping[State, State] = field(default_factory=dict)
    late: Mapping[State, State] = field(default_factory=dict)


def _to(to: State, *states: State) -> dict[State, State]:
    return dict.fromkeys(states, to)


def _stay(*states: State) -> dict[State, State]:
    return {state: state for state in states}


RULES: Final[Mapping[Deed, Rule]] = {
    "send": Rule("sender", {}),
    "renew": Rule("sender", _to("sent", *OPEN, *UNMET, "withdrawn")),
    "explain": Rule("sender", {"more-asked": "seen"}),
    "remind": Rule("sender", _stay(*AWAITING)),
    "give-up-waiting": Rule("sender", _to("no-answer", "sent", "seen")),
    "withdraw": Rule("sender", _to("withdrawn", *OPEN, *GOING_ON, "noted-accepted")),
    "supersede": Rule("sender", _to("superseded", *OPEN, *UNMET, "withdrawn")),
    "note-accepted": Rule("sender", _to("noted-accepted", *OPEN, "noted-declined")),
    "note-declined": Rule("sender", _to("noted-declined", *OPEN, "noted-accepted")),
    "see": Rule("receiver", {"sent": "seen", **_stay("no-answer", *NOTED)}),
    "question": Rule("receiver", _to("more-asked", *AWAITING), late=_to("more-asked", "sent", "no-answer")),
    "accept": Rule(
        "receiver",
        _to("accepted", *OPEN, *NOTED),
        crossed=_to("accepted", *TAKEN_BACK),
        late=_to("accepted", *OPEN, *NOTED, *TAKEN_BACK),
    ),
    # A refusal that crosses a new sending answered the old one: the new one still waits.
    "decline": Rule("receiver", _to("declined", *OPEN, *NOTED), crossed={"withdrawn": "declined"}),
    "reconsider": Rule("receiver", {"declined": "seen"}),
    "start": Rule("receiver", {"accepted": "in-progress"}, late={"accepted": "in-progress"}),
    "complete": Rule(
        "receiver",
        _to("completed", *GOING_ON),
        crossed=_to("completed", *TAKEN_BACK),
        late=_to("completed", *GOING_ON, *OPEN, *NOTED, *TAKEN_BACK),
    ),
    "fail": Rule("receiver", _to("failed", *GOING_ON), late=_to("failed", *GOING_ON)),
    "reopen": Rule(
        "receiver",
        _to("in-progress", "completed", "failed"),
        crossed={"superseded": "in-progress"},
        late=_to("in-progress", "completed", "failed", *OPEN, *NOTED, *TAKEN_BACK),
    ),
}
"""The transition table: for each move who makes it, and what it does to each state."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that one side did, as its event says it."""

    side: Side
    step: int
    heard: int
    deed: Deed
    on: date
    told: Mapping[str, Any]
    """The event's payload."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a move stands: its step, and the highest step of the other side that its writer had heard."""

    step: int
    heard: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A move where it stands in the course: what it made of it, and whether it changed anything."""

    move: Move
    state: State
    counts: bool


@dataclass(frozen=True, slots=True)
class Course:
    """All moves of one referral that are known, in their order."""

    placed: tuple[Placed, ...] = ()

    @classmethod
    def of(cls, moves: Iterable[Move]) -> "Course":
        """The course of these moves: the same whatever order they are given in."""
        placed: list[Placed] = []
        sending = 0
        for move in in_order(moves):
            state, counts = _after(placed[-1].state if placed else None, move, sending)
            if state is not None:
                placed.append(Placed(move, state, counts))
            if move.deed in ("send", "renew") and counts:
                sending = move.step
        return cls(tuple(placed))

    @property
    def state(self) -> State:
        """How the referral stands."""
        return self.placed[-1].state if self.placed else "sent"

    @property
    def version(self) -> int:
        """How many moves are known."""
        return len(self.placed)

    @property
    def record(self) -> str | None:
        """The receiver's record of the person, once it has accepted."""
        accepted = self.last("accept")
        return str(accepted.told["receiver"]["record"]) if accepted else None

    def with_(self, move: Move) -> "Course":
        """The course with one move more."""
        return Course.of([*(one.move for one in self.placed), move])

    def last(self, *deeds: Deed) -> Move | None:
        """The last of these moves that counted."""
        found = (one.move for one in reversed(self.placed) if one.counts and one.move.deed in deeds)
        return next(found, None)

    def since_sending(self, deed: Deed) -> Move | None:
        """The last such move that answers the last sending, or follows it."""
        for one in reversed(self.placed):
            if one.counts and one.move.deed == deed:
                return one.move
            if one.counts and one.move.deed in ("send", "renew"):
                return None
        return None

    def may(self, deed: Deed) -> bool:
        """Whether who knows all of this may make the move."""
        return self.state in RULES[deed].known if self.placed else deed == "send"

    def next_place(self, side: Side) -> "Place":
        """Where this side's next move stands, when it is made knowing all of this."""
        steps = {"sender": 0, "receiver": 0}
        for one in self.placed:
            steps[one.move.side] = max(steps[one.move.side], one.move.step)
        return Place(steps[side] + 1, steps["receiver" if side == "sender" else "sender"])


def in_order(moves: Iterable[Move]) -> list[Move]:
    """The one order: each move after what its writer had heard; else the sender's before the receiver's."""
    by_step = sorted(moves, key=lambda move: move.step)
    sender = [move for move in by_step if move.side == "sender"]
    receiver = [move for move in by_step if move.side == "receiver"]
    found: list[Move] = []
    while sender or receiver:
        # Two that claim to have heard each other cannot both be true: the sender's stands first then too.
        waits = not _is_ready(sender, receiver) and _is_ready(receiver, sender)
        first = receiver if waits else sender
        found.append(first.pop(0))
    return found


def _is_ready(side: Sequence[Move], other: Sequence[Move]) -> bool:
    """Whether all that the writer of a side's next move had heard of the other has had its place."""
    return bool(side) and all(move.step > side[0].heard for move in other[:1])


def _after(state: State | None, move: Move, sending: int) -> tuple[State | None, bool]:
    """The state after a move, and whether the move counted."""
    if state is None:
        return ("sent", True) if move.deed == "send" else (None, False)
    rule = RULES[move.deed]
    is_late = rule.by == "receiver" and move.heard < sending
    leads = rule.late if is_late else {**rule.crossed, **rule.known}
    return (leads[state], True) if state in leads else (state, False)
