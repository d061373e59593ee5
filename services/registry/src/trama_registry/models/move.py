"""Moves of referrals as their events tell them, kept: our own, and those of who is at the other end."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias, cast, get_args

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel
from trama_contracts.registry import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExplained,
    ReferralFailed,
    ReferralNoted,
    ReferralQuestioned,
    ReferralReconsidered,
    ReferralReminded,
    ReferralRenewed,
    ReferralReopened,
    ReferralSeen,
    ReferralSent,
    ReferralStarted,
    ReferralSuperseded,
    ReferralUnanswered,
    ReferralWithdrawn,
)

from trama_registry.models.course import RULES, Deed, Move, Side

SenderMove: TypeAlias = (
    ReferralSent
    | ReferralRenewed
    | ReferralExplained
    | ReferralReminded
    | ReferralUnanswered
    | ReferralWithdrawn
    | ReferralSuperseded
    | ReferralNoted
)
ReceiverMove: TypeAlias = (
    ReferralSeen
    | ReferralQuestioned
    | ReferralAccepted
    | ReferralDeclined
    | ReferralReconsidered
    | ReferralStarted
    | ReferralCompleted
    | ReferralFailed
    | ReferralReopened
)
AnyMove: TypeAlias = SenderMove | ReceiverMove

_DEEDS: Final[Mapping[type[AnyMove], tuple[Deed, str]]] = {
    ReferralSent: ("send", "sent_on"),
    ReferralRenewed: ("renew", "renewed_on"),
    ReferralExplained: ("explain", "told_on"),
    ReferralReminded: ("remind", "reminded_on"),
    ReferralUnanswered: ("give-up-waiting", "passed_on"),
    ReferralWithdrawn: ("withdraw", "withdrawn_on"),
    ReferralSuperseded: ("supersede", "superseded_on"),
    ReferralNoted: ("note-accepted", "answered_on"),
    ReferralSeen: ("see", "seen_on"),
    ReferralQuestioned: ("question", "asked_on"),
    ReferralAccepted: ("accept", "accepted_on"),
    ReferralDeclined: ("decline", "declined_on"),
    ReferralReconsidered: ("reconsider", "reconsidered_on"),
    ReferralStarted: ("start", "started_on"),
    ReferralCompleted: ("complete", "completed_on"),
    ReferralFailed: ("fail", "failed_on"),
    ReferralReopened: ("reopen", "reopened_on"),
}
MOVES: Final[tuple[type[AnyMove], ...]] = tuple(_DEEDS)
"""The event classes that are moves of a referral."""
BY_RECEIVER: Final[tuple[type[ReceiverMove], ...]] = get_args(ReceiverMove)
_BEFORE_STEPS: Final[Mapping[Deed, tuple[int, int]]] = {
    "send": (1, 0),
    "withdraw": (2, 0),
    "accept": (1, 1),
    "decline": (1, 1),
}
"""Step and heard where an event does not say them: a sending, and the only moves there were in 0.1.0."""


def deed_of(event: type[AnyMove]) -> tuple[Deed, str]:
    """What an event of a referral does, and which of its fields is the day."""
    return _DEEDS[event]


def move_of(event: AnyMove) -> Move:
    """An event of a referral as a move."""
    deed, day = deed_of(type(event))
    if isinstance(event, ReferralNoted) and event.answer == "declined":
        deed = "note-declined"
    step, heard = (None, None) if isinstance(event, ReferralSent) else (event.step, event.heard)
    if step is None or heard is None:
        step, heard = _BEFORE_STEPS[deed]
    return Move(RULES[deed].by, step, heard, deed, getattr(event, day), event.payload())


class ReferralMoveCopy(SQLModel, table=True):
    """One move of a referral, ours or the other side's, as its event says; never edited here."""

    __tablename__ = "referral_move_copy"
    __table_args__ = (
        Index("ix_referral_move_copy_referral", "referral"),
        {"info": {"contended": True}},
    )
    sender: str = Field(primary_key=True)
    referral: str = Field(primary_key=True)
    side: str = Field(primary_key=True)
    step: int = Field(primary_key=True)
    heard: int
    deed: str
    day: date
    told: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    event_id: str
    member: str
    recorded_at: datetime

    @property
    def move(self) -> Move:
        """The move itself."""
        return Move(cast(Side, self.side), self.step, self.heard, cast(Deed, self.deed), self.day, self.told)
