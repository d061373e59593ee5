"""What the two ends of a referral do. `nth` tells apart those of a person between the same two. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

SenderDeed: TypeAlias = Literal["renew", "explain", "remind", "note"]
ReceiverDeed: TypeAlias = Literal["see", "question", "reconsider", "start", "complete", "fail", "reopen"]


@dataclass(frozen=True, slots=True)
class Refer:
    """A member refers the person to another; `instead` is one of its own that this takes the place of."""

    on: date
    at: str
    to: str
    reason: str
    need: str
    answer_by: date
    nth: int = 1
    instead: tuple[str, int] | None = None
    """To whom the other went, and its number."""
    documents: tuple[str, ...] = ()
    """Those of the sender's that it names: whoever receives it is told that they are there."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """A member writes a referral and does not send it: it is kept as a draft."""

    on: date
    at: str
    to: str
    reason: str
    need: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """A member takes back a referral that was not answered; or, if that is meant, one that was accepted.

    `referente` is the third member that it must know by then as the one to speak to: it is told too.
    """

    on: date
    at: str
    to: str
    reason: str
    nth: int = 1
    accepted_too: bool = False
    referente: str = ""


@dataclass(frozen=True, slots=True)
class SenderSays:
    """What else a sender does: it sends again, tells what was asked, reminds, keys in an answer on paper."""

    on: date
    at: str
    to: str
    deed: SenderDeed
    said: tuple[tuple[str, str], ...] = ()
    nth: int = 1


@dataclass(frozen=True, slots=True)
class TermPasses:
    """Nobody does it: the term of a referral has passed, and its sender's service says so by itself."""

    on: date
    at: str
    to: str
    deed: Literal["reminded", "unanswered"]
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Accept:
    """The receiver takes the person in charge."""

    on: date
    at: str
    sender: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Decline:
    """The receiver cannot take the person in charge, and says why and what may help."""

    on: date
    at: str
    sender: str
    reason: str
    alternative: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class ReceiverSays:
    """What else a receiver does: it opens what came, asks for more, and says what comes of what it accepted.

    `referente` is the member that it must know by then as the one to speak to: it is told too.
    """

    on: date
    at: str
    sender: str
    deed: ReceiverDeed
    said: tuple[tuple[str, str], ...] = ()
    nth: int = 1
    referente: str = ""


SenderAct: TypeAlias = Refer | Prepare | TakeBack | SenderSays | TermPasses
ReceiverAct: TypeAlias = Accept | Decline | ReceiverSays
ReferralAct: TypeAlias = SenderAct | ReceiverAct
