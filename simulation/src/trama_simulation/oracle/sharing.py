"""Who may know what of a person, by the rules of sharing told in a few lines. Pure.

A member sees what another writes in a circle if their records are linked and some authorisation that the
writer knows of names the reader, that circle, and the controller of the writer's data. The writer knows of
those given at its own desk, and of those given where it may read. Links become known in the same way.

Of whom a member's whole record was erased, nothing that it wrote is anywhere, and nobody is linked with it.

It sees it no longer once the authorisation's last day has passed; once the writer has heard that it was
taken back, rests or is over, or that the reader follows the person no longer; and while what the writer holds
is restricted. What was read stays; who may read again gets what was written meanwhile too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trama_simulation.acts import (
    Accept,
    AnswerErasure,
    Authorise,
    Close,
    DecideOpposition,
    Deed,
    EraseRecord,
    JoinRecords,
    LastDayPasses,
    LiftRestriction,
    Oppose,
    PartRecords,
    Register,
    RegisterAgain,
    Reopen,
    Restrict,
    Route,
    Story,
    Withdraw,
)
from trama_simulation.members import CIRCLES, CONTROLLER, home

NARROWS = (Withdraw, LastDayPasses, Oppose, Restrict, Close)
"""After these somebody may see less: what was seen until then is told apart."""
NEVER = -1
Until = Mapping[tuple[str, str, str], int]
"""By circle, writer and reader, the number of the last act after which the one let the other know."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Until when each writer let each reader know, by circle, and the members joined with each other."""

    until: Until = field(default_factory=dict)
    linked: dict[str, frozenset[str]] = field(default_factory=dict)
    forgot: frozenset[str] = frozenset()
    """The members that have erased their whole record."""
    now: int = NEVER
    """The number of the last act of the story."""

    def last(self, reader: str, writer: str, circle: str) -> int:
        """The number of the last act of which a member knows what another wrote in a circle."""
        return self.now if reader == writer else self.until.get((circle, writer, reader), NEVER)

    def saw(self, reader: str, writer: str, circle: str, number: int) -> bool:
        """Whether what was written in a circle in the act of this number reached a member."""
        return self.last(reader, writer, circle) >= number

    def sees(self, reader: str, writer: str, circle: str) -> bool:
        """Whether what is written in a circle now reaches a member."""
        return reader == writer or self.last(reader, writer, circle) == self.now != NEVER

    def one_story(self, place: str) -> frozenset[str]:
        """A record, and those of the same member that are joined with it."""
        joined = self.linked.get(place, frozenset())
        return frozenset({place} | {one for one in joined if home(one) == home(place)})

    def lost(self, reader: str) -> list[str]:
        """Those that let a member know of the person once, and do so no more."""
        return sorted(
            writer
            for (circle, writer, to), last in self.until.items()
            if (circle, to) == ("care", reader) and last < self.now
        )


def _joined(acts: Sequence[tuple[int, Deed]]) -> Iterator[tuple[int, JoinRecords]]:
    """What joins two records of one member, and was not found to be wrong."""
    parted = {(act.at, act.other): number for number, act in acts if isinstance(act, PartRecords)}
    for number, act in acts:
        if isinstance(act, JoinRecords) and number > parted.get((act.at, act.other), NEVER):
            yield number, act


def followers(story: Story) -> list[str]:
    """The members that have a record of the person, in the order in which they made it."""
    made = dict.fromkeys(act.at for act in story.deeds() if makes_record(act))
    forgotten = forgot(story)
    return [member for member in made if member not in forgotten]


def forgot(story: Story) -> frozenset[str]:
    """The members that have erased their whole record: by themselves, or since another asked them to."""
    return frozenset(
        act.at
        for act in story.deeds()
        if isinstance(act, EraseRecord) or (isinstance(act, AnswerErasure) and act.law is None)
    )


def makes_record(act: Deed) -> bool:
    """Whether a member takes the person in charge by it."""
    if isinstance(act, Route):
        return act.outcome == "taken-in-charge"
    return isinstance(act, Register | RegisterAgain | Accept)


def sharing_of(story: Story) -> Sharing:
    """Who sees whom, and until when who sees no more did, once everything has arrived."""
    who, until, known = followers(story), dict[tuple[str, str, str], int](), _Known()
    for stop in (*(number for number, act in story.numbered() if isinstance(act, NARROWS)), len(story.acts)):
        known = _settled(story.up_to(stop), who, until)
        until |= dict.fromkeys(known.pairs, stop - 1)
    linked = {member: known.linked(member) for member in who}
    until = {pair: last for pair, last in until.items() if pair[1] in linked[pair[2]]}
    return Sharing(until, linked, forgot(story), len(story.acts) - 1)


def _settled(story: Story, who: list[str], until: Until) -> "_Known":
    """What is known, once all that one hears from another has let it hear of more."""
    known = _Known.of(story, who, until)
    while True:
        more = frozenset(
            (circle, writer, reader)
            for circle, members in CIRCLES.items()
            for writer in who
            for reader in who
            if {writer, reader} <= members and known.permits(writer, reader, circle)
        )
        if more == known.pairs:
            return known
        known.pairs = more


@dataclass(slots=True)
class _Known:
    """What each member can know, given who may read whom until now."""

    acts: list[tuple[int, Deed]] = field(default_factory=list)
    given: list[tuple[int, Authorise]] = field(default_factory=list)
    links: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    until: Until = field(default_factory=dict)
    pairs: frozenset[tuple[str, str, str]] = frozenset()

    @classmethod
    def of(cls, story: Story, who: list[str], until: Until) -> "_Known":
        """What was done until now, among those who follow the person."""
        acts = list(story.numbered())
        given = [(number, act) for number, act in acts if isinstance(act, Authorise)]
        ends = [(number, frozenset({act.at, act.sender})) for number, act in acts if isinstance(act, Accept)]
        ends += [(number, frozenset({act.at, act.other})) for number, act in _joined(acts)]
        return cls(acts, given, [one for one in ends if one[1] <= set(who)], until)

    def permits(self, writer: str, reader: str, circle: str) -> bool:
        """Whether the writer would give the reader what it writes in a circle."""
        if reader == writer or reader not in self.linked(writer):
            return False
        if home(reader) == home(writer):
            return True
        if self._is_restricted(writer):
            return False
        has_left = self._has_left(reader, writer)
        return any(
            home(reader) in (given.at, *given.among)
            and circle in given.circles
            and _covers(given, writer)
            and (given.after_closing or not has_left)
            and self._is_in_force(number, given, writer)
            for number, given in self.given
            if self._hears(writer, given.at, number)
        )

    def linked(self, member: str) -> frozenset[str]:
        """The members joined with this one, through any chain of links that it knows."""
        told = [edge for number, edge in self.links if any(self._hears(member, end, number) for end in edge)]
        found = frozenset({member})
        while reached := frozenset().union(*(edge for edge in told if edge & found)) - found:
            found |= reached
        return found - {member}

    def _hears(self, member: str, of: str, number: int) -> bool:
        """Whether a member knows what another wrote in an act."""
        return (
            member == of
            or ("care", of, member) in self.pairs
            or self.until.get(("care", of, member), NEVER) >= number
        )

    def _heard_last(self, member: str, of: str, number: int) -> bool:
        """Whether a member knows what another wrote in an act by which it may lose sight of it: it is told
        to who could read until then."""
        return member == of or self.until.get(("care", of, member), NEVER) >= number - 1

    def _is_restricted(self, writer: str) -> bool:
        own = [act for _, act in self.acts if isinstance(act, Restrict | LiftRestriction)]
        return isinstance(next((act for act in reversed(own) if act.at == writer), None), Restrict)

    def _has_left(self, reader: str, writer: str) -> bool:
        """Whether the writer has heard that the reader follows the person no longer."""
        last = None
        for number, act in self.acts:
            if act.at != reader:
                continue
            if isinstance(act, Close) and self._heard_last(writer, reader, number):
                last = act
            if (makes_record(act) or isinstance(act, Reopen)) and self._hears(writer, reader, number):
                last = None
        return last is not None

    def _is_in_force(self, number: int, given: Authorise, writer: str) -> bool:
        """Whether an authorisation was neither taken back nor opposed, as far as the writer has heard; that
        its last day has passed each sees by itself."""
        nth = [other for other, one in self.given if one.at == given.at].index(number) + 1
        rests = False
        for when, act in self.acts:
            match act:
                case Withdraw() if (act.given_at, act.nth) == (given.at, nth):
                    if any(self._heard_last(writer, end, when) for end in (act.at, given.at)):
                        return False
                case LastDayPasses() if (act.at, act.nth) == (given.at, nth):
                    return False
                case Oppose() if (act.at, act.nth) == (given.at, nth):
                    rests = rests or self._heard_last(writer, act.at, when)
                case DecideOpposition(upheld=False) if (act.at, act.nth) == (given.at, nth):
                    rests = rests and not self._hears(writer, act.at, when)
        return not rests


def _covers(given: Authorise, writer: str) -> bool:
    """Whose data may be shared: those of the controllers of all that are named."""
    return CONTROLLER[writer] in {CONTROLLER[member] for member in (given.at, *given.among)}


class Joined:
    """Which members' records have been joined so far, through others too."""

    def __init__(self) -> None:
        self._groups: list[frozenset[str]] = []

    def with_(self, member: str) -> frozenset[str]:
        """All that are joined with a member, itself included."""
        return next((group for group in self._groups if member in group), frozenset({member}))

    def join(self, one: str, other: str) -> bool:
        """Join two; False if they were joined already."""
        groups = {self.with_(one), self.with_(other)}
        self._groups = [group for group in self._groups if group not in groups]
        self._groups.append(frozenset().union(*groups))
        return len(groups) == 2
