"""What promoters and hosts do with a work path. `nth` tells a promoter's paths of a person apart. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Propose:
    """A member proposes a work path; a host that is not the member itself is asked."""

    on: date
    at: str
    host: str
    path_type: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Approve:
    """The promoter records that a party signed: the person, the promoter, or the host on paper."""

    on: date
    at: str
    party: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class HostApproves:
    """The host's tutor says yes on line."""

    on: date
    at: str
    promoter: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class RefuseApproval:
    """A party does not sign, and the path is withdrawn."""

    on: date
    at: str
    party: str
    reason: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class HostRefuses:
    """The host's tutor says no on line, and the path is withdrawn."""

    on: date
    at: str
    promoter: str
    reason: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class WithdrawPath:
    """The promoter gives up a path that never began."""

    on: date
    at: str
    reason: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class ConfirmStart:
    """The promoter confirms that the person began on this day."""

    on: date
    at: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class End:
    """The promoter records on the last day how the path ended."""

    on: date
    at: str
    reason: str
    nth: int = 1


PromoterAct: TypeAlias = Approve | RefuseApproval | WithdrawPath | ConfirmStart | End
"""What a promoter does with a path of its own."""

PlacementAct: TypeAlias = Propose | HostApproves | HostRefuses | PromoterAct
