"""Who may know what of a person, by the rules of sharing told in a few lines. Pure.

A member sees what another writes in a circle if their records are linked and some authorisation that the
writer knows of names the reader, that circle, and the controller of the writer's data. The writer knows of
those given at its own desk, and of those given where it may read. Links become known in the same way.
"""

from dataclasses import dataclass, field

from trama_simulation.acts import Accept, Authorise, Deed, Register, Route, Story
from trama_simulation.members import CIRCLES, CONTROLLER


@dataclass(frozen=True, slots=True)
class Sharing:
    """Pairs of writer and reader, by circle, and the members joined with each other."""

    pairs: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    linked: dict[str, frozenset[str]] = field(default_factory=dict)

    def sees(self, reader: str, writer: str, circle: str) -> bool:
        """Whether what is written in a circle reaches a member."""
        return reader == writer or (writer, reader) in self.pairs.get(circle, ())


def followers(story: Story) -> list[str]:
    """The members that have a record of the person, in the order in which they made it."""
    return list(dict.fromkeys(act.at for act in story.deeds() if _makes_record(act)))


def _makes_record(act: Deed) -> bool:
    if isinstance(act, Route):
        return act.outcome == "taken-in-charge"
    return isinstance(act, Register | Accept)


def sharing_of(story: Story) -> Sharing:
    """Who sees whom, once everything has arrived."""
    who = followers(story)
    given = [act for act in story.deeds() if isinstance(act, Authorise)]
    links = [frozenset({act.at, act.sender}) for act in story.deeds() if isinstance(act, Accept)]
    pairs: dict[str, frozenset[tuple[str, str]]] = dict.fromkeys(CIRCLES, frozenset())
    while True:
        known = _Known(given, links, pairs["care"])
        more = {
            circle: frozenset(
                (writer, reader) for writer in who for reader in who if known.permits(writer, reader, circle)
            )
            for circle in CIRCLES
        }
        if more == pairs:
            return Sharing(pairs, {member: known.linked(member) for member in who})
        pairs = more


@dataclass(frozen=True, slots=True)
class _Known:
    """What each member can know, given who may read whom until now."""

    given: list[Authorise]
    links: list[frozenset[str]]
    care: frozenset[tuple[str, str]]

    def permits(self, writer: str, reader: str, circle: str) -> bool:
        """Whether the writer would give the reader what it writes in a circle."""
        if reader == writer or not {writer, reader} <= CIRCLES[circle] or reader not in self.linked(writer):
            return False
        return any(
            reader in (given.at, *given.among) and circle in given.circles and _covers(given, writer)
            for given in self.given
            if self._hears(writer, given.at)
        )

    def linked(self, member: str) -> frozenset[str]:
        """The members joined with this one, through any chain of links that it knows."""
        told = [edge for edge in self.links if any(self._hears(member, end) for end in edge)]
        found = frozenset({member})
        while reached := frozenset().union(*(edge for edge in told if edge & found)) - found:
            found |= reached
        return found - {member}

    def _hears(self, member: str, of: str) -> bool:
        return member == of or (of, member) in self.care


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
