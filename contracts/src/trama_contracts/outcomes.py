"""The outcome codes of the wire (section 15) and the position of a stream (section 14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

HELD: Final = 64
"""How many recent hashes a position holds (wire section 14: at least)."""


class Outcome(StrEnum):
    """What became of a record; the first fault wins, in the order written here."""

    OK = "ok"
    OVERSIZE = "oversize"
    MALFORMED = "malformed"
    UNKNOWN_SIGNER = "unknown-signer"
    BAD_SIGNATURE = "bad-signature"
    REVOKED_SIGNER = "revoked-signer"
    WRONG_SOURCE = "wrong-source"
    WRONG_KEY = "wrong-key"
    UNKNOWN_HPKEKEY = "unknown-hpkekey"
    ERASED = "erased"
    NO_GRANT = "no-grant"
    DUPLICATE = "duplicate"
    EQUIVOCATION = "equivocation"
    GAP = "gap"
    BAD_COMMIT = "bad-commit"
    BAD_TAG = "bad-tag"
    BAD_PADDING = "bad-padding"
    INVALID_PAYLOAD = "invalid-payload"
    CIRCLE_NOT_ALLOWED = "circle-not-allowed"
    UNKNOWN_TYPE = "unknown-type"
    STALE = "stale"


DEAD_LETTERS: Final = frozenset(
    {
        Outcome.BAD_COMMIT,
        Outcome.BAD_TAG,
        Outcome.BAD_PADDING,
        Outcome.CIRCLE_NOT_ALLOWED,
        Outcome.INVALID_PAYLOAD,
    }
)
"""Outcomes of an event whose bytes are kept and whose stream waits for an operator (section 15)."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far one stream is applied: the last sequence and hash, recent hashes, and whether it is stopped."""

    seq: int
    hash: str | None
    held: Mapping[int, str] = field(default_factory=dict)
    stopped: bool = False

    @classmethod
    def start(cls, from_seq: int = 1, prevhash: str | None = None) -> Self:
        """The position before a grant's first event: {from.seq - 1, from.prevhash}."""
        return cls(from_seq - 1, prevhash)

    def judge(self, seq: int, hash: str, prevhash: str | None) -> Outcome:
        """Whether the event of that sequence and hash is the next one (wire section 14)."""
        if self.stopped:
            return Outcome.EQUIVOCATION
        if seq > self.seq + 1:
            return Outcome.GAP
        if seq == self.seq + 1:
            return Outcome.OK if prevhash == self.hash else Outcome.EQUIVOCATION
        known = self.hash if seq == self.seq else self.held.get(seq)
        return Outcome.DUPLICATE if known is None or known == hash else Outcome.EQUIVOCATION

    def after(self, seq: int, hash: str) -> "Position":
        """The position once the event of that sequence and hash is applied or dropped by an operator."""
        held = {kept: kept_hash for kept, kept_hash in self.held.items() if kept > seq - HELD}
        held[seq] = hash
        return Position(seq, hash, held, self.stopped)

    def stop(self) -> "Position":
        """The same position, stopped until an operator clears it."""
        return Position(self.seq, self.hash, self.held, stopped=True)
