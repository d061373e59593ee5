"""Work paths as they must stand: at the promoter, at the host, and in what is written about them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from trama_simulation.acts import (
    Approve,
    ConfirmStart,
    Deed,
    End,
    HostApproves,
    HostRefuses,
    Propose,
    RefuseApproval,
    Story,
    WithdrawPath,
)
from trama_simulation.members import TODAY


@dataclass(slots=True)
class Path:
    """One path: its plan, and what came of it."""

    person: str
    tax_code: str
    plan: Propose
    given: list[str] = field(default_factory=list)
    """Parties that approved."""
    answered: bool = False
    """Whether the host itself said yes."""
    refused: str = ""
    """The party that did not."""
    refused_at_host: bool = False
    withdrawn_on: date | None = None
    started_on: date | None = None
    ended: End | None = None

    @property
    def promoter(self) -> str:
        """Who proposed it."""
        return self.plan.at

    @property
    def host(self) -> str | None:
        """Where, if not at the promoter itself."""
        return self.plan.host if self.plan.host != self.plan.at else None

    @property
    def parties(self) -> tuple[str, ...]:
        """Who must approve."""
        return ("person", "host", "promoter") if self.host else ("person", "promoter")

    @property
    def agreed(self) -> bool:
        """Whether all have approved."""
        return set(self.parties) <= set(self.given)

    @property
    def over_on(self) -> date | None:
        """The day on which the host was told that nobody comes, or comes no more."""
        return self.ended.on if self.ended else self.withdrawn_on

    def state(self) -> str:
        """Where the promoter must say that it stands, on the day that is reached."""
        if self.withdrawn_on:
            return "withdrawn"
        if self.ended:
            return "ended"
        if self.started_on:
            return "running"
        if not self.agreed:
            return "proposed"
        return "start-to-confirm" if self.plan.planned_from <= TODAY else "agreed"

    def state_at_host(self) -> str:
        """Where the host must say that it stands."""
        if self.started_on:
            return "ended" if self.ended else "running"
        if self.refused_at_host:
            return "refused"
        if self.withdrawn_on:
            return "withdrawn"
        return "confirmed" if self.answered else "asked"

    def approvals(self) -> dict[str, str]:
        """What each party has said."""
        said = {party: "given" if party in self.given else "awaited" for party in self.parties}
        return said | ({self.refused: "refused"} if self.refused else {})


@dataclass(frozen=True, slots=True)
class Hosted:
    """A person at work somewhere, as the host must know them: not which path it is, nor who sent them."""

    promoter: str
    person: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date
    started_on: date | None
    ended_on: date | None
    state: str


def paths_of(story: Story) -> list[Path]:
    """The person's paths, in the order in which they were proposed."""
    return list(_lived(story)[0])


def told_in(story: Story) -> list[tuple[int, str, str]]:
    """What promoters write about paths: in which act, by whom, and the last part of its type."""
    return _lived(story)[1]


def hosted(paths: Iterable[Path], host: str) -> Iterator[Hosted]:
    """Who was announced at a host."""
    for path in paths:
        if path.host == host:
            yield Hosted(
                promoter=path.promoter,
                person=path.person,
                task=path.plan.task,
                weekly_hours=path.plan.weekly_hours,
                planned_from=path.plan.planned_from,
                planned_to=path.plan.planned_to,
                started_on=path.started_on,
                ended_on=path.over_on,
                state=path.state_at_host(),
            )


def _lived(story: Story) -> tuple[Iterable[Path], list[tuple[int, str, str]]]:
    found: dict[tuple[str, int], Path] = {}
    told: list[tuple[int, str, str]] = []
    for number, act in story.numbered():
        if isinstance(act, Propose):
            path = Path(story.person.name, story.person.tax_code, act)
            found[(act.at, act.nth)] = path
            kinds = ["placement-proposed"] + ["host-placement-opened"] * bool(path.host)
            told += [(number, act.at, kind) for kind in kinds]
        elif (place := _place(act)) is not None:
            told += [(number, place[0], kind) for kind in _goes_on(found[place], act)]
    return found.values(), told


def _place(act: Deed) -> tuple[str, int] | None:
    """The promoter and number of the path that an act is about, if it is about one."""
    match act:
        case HostApproves() | HostRefuses():
            return act.promoter, act.nth
        case Approve() | RefuseApproval() | WithdrawPath() | ConfirmStart() | End():
            return act.at, act.nth
        case _:
            return None


def _goes_on(path: Path, act: Deed) -> Iterator[str]:
    """Change the path as the act does; what the promoter writes."""
    match act:
        case Approve() | HostApproves():
            path.given.append(act.party if isinstance(act, Approve) else "host")
            path.answered |= isinstance(act, HostApproves)
            yield "approval-given"
            if path.agreed:
                yield "placement-agreed"
        case RefuseApproval() | HostRefuses():
            path.refused = act.party if isinstance(act, RefuseApproval) else "host"
            path.refused_at_host = isinstance(act, HostRefuses)
            path.withdrawn_on = act.on
            yield "approval-refused"
            yield "placement-withdrawn"
        case WithdrawPath():
            path.withdrawn_on = act.on
            yield "placement-withdrawn"
        case ConfirmStart():
            path.started_on = act.on
            yield "placement-started"
        case End():
            path.ended = act
            yield "placement-ended"
    if path.host and isinstance(act, ConfirmStart):
        yield "host-placement-started"
    if path.host and path.over_on:
        yield "host-placement-closed"
