"""How long each kind of entry is kept, by dated rules; and what is proposed to be erased once that is over.

A rule never erases: it proposes. What was decided stays as the proof, with ids and counts alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias
from uuid import uuid4

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field as Stored
from sqlmodel import SQLModel
from trama_chassis.clock import months_later
from trama_contracts.payload_fields import ShortText

from trama_registry.errors import DayTooEarly, ProposalSettled, RetentionUnreadable

WHOLE_RECORD = "record"
FIRST_CONTACT = "first-contact"
"""Who asked at a door and has no record: of whom the proposal is, the first contact itself says."""
EntryKind: TypeAlias = Literal[
    "record",
    "first-contact",
    "note-written",
    "interview-recorded",
    "social-interview-recorded",
    "own-interview",
    "document-filed",
    "health-document-filed",
    "social-document-filed",
    "judicial-document-filed",
]
"""What can be erased by itself: the whole record, and entries that stand alone in their stream."""
CountedFrom: TypeAlias = Literal["relation-closed", "entry"]
ProposalState: TypeAlias = Literal["open", "ordered", "put-off", "fallen"]
_OPEN = text("state = 'open'")


class RetentionRule(BaseModel):
    """For how long one kind of entry is kept, counted from when; by an act or by our choice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: EntryKind
    years: int = Field(default=0, ge=0, le=150)
    months: int = Field(default=0, ge=0, le=11)
    after: CountedFrom
    holds_from: date
    why: ShortText
    act: ShortText | None = None
    article: ShortText | None = None

    @model_validator(mode="after")
    def _hold_together(self) -> "RetentionRule":
        if not (self.years or self.months):
            raise ValueError("for how long: years, months")
        if self.kind == WHOLE_RECORD and self.after != "relation-closed":
            raise ValueError("a record is kept while somebody follows the person: after relation-closed")
        if self.kind == FIRST_CONTACT and self.after != "entry":
            raise ValueError("who has no record has no relation with us: after entry")
        if (self.act is None) != (self.article is None):
            raise ValueError("an act goes with its article")
        return self

    def over_on(self, start: date) -> date:
        """The day on which the time is over that began on another."""
        return months_later(start, 12 * self.years + self.months)

    def began_by(self, today: date) -> date:
        """No time that began after this day is over by now; the last days of months make it a little late."""
        return months_later(today, -12 * self.years - self.months + 1)


class _RuleFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[RetentionRule, ...]


def rules_in(content: str, *, called: str) -> tuple[RetentionRule, ...]:
    """The rules of a file, `called` so in refusals. Raises RetentionUnreadable, naming file and place."""
    try:
        rules = _RuleFile.model_validate(yaml.safe_load(content)).rules
    except (yaml.YAMLError, ValidationError) as error:
        places = error.errors() if isinstance(error, ValidationError) else []
        where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in places) or str(error)
        raise _unreadable(called, where) from error
    begun = [(rule.kind, rule.holds_from) for rule in rules]
    if twice := sorted({one for one in begun if begun.count(one) > 1}):
        raise _unreadable(called, f"{twice[0][0]}, {twice[0][1]}: said twice")
    return rules


def _unreadable(called: str, where: str) -> RetentionUnreadable:
    return RetentionUnreadable(
        "Il file dei tempi di conservazione non si legge (%(file)s): %(where)s. Finché non è corretto non si "
        "propone nessuna cancellazione.",
        file=called,
        where=" ".join(where.split()),
    )


def in_force(rules: Iterable[RetentionRule], on: date) -> dict[EntryKind, RetentionRule]:
    """The rule of each kind on a day: the one that began last."""
    begun = sorted((rule for rule in rules if rule.holds_from <= on), key=lambda rule: rule.holds_from)
    return {rule.kind: rule for rule in begun}


@dataclass(frozen=True, slots=True)
class Due:
    """Entries of one record and kind whose time is over, and since when the first of them is."""

    record: str
    rule: RetentionRule
    since: date
    count: int
    entries: frozenset[str] = frozenset()
    """None of a whole record: all of it is meant."""

    @property
    def name(self) -> tuple[str, str]:
        """By what it is known: the record and the kind."""
        return self.record, self.rule.kind


def _said(due: Due) -> dict[str, Any]:
    rule = due.rule.model_dump(mode="json", exclude_none=True)
    return {"entries": sorted(due.entries), "count": due.count, "due_since": due.since, "rule": rule}


class RetentionProposal(SQLModel, table=True):
    """What was proposed to be erased, and what became of it. Outlives the record, of which it keeps ids."""

    __tablename__ = "retention_proposal"
    __table_args__ = (
        Index(
            "uq_retention_proposal_open",
            "record",
            "kind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_retention_proposal_state", "state", "due_since"),
    )
    proposal: str = Stored(primary_key=True)
    record: str = Stored(index=True)
    kind: str
    entries: list[str] = Stored(sa_column=Column(JSON, nullable=False))
    """Ids, while it is open; how many there were stays."""
    count: int
    due_since: date
    rule: dict[str, Any] = Stored(sa_column=Column(JSON, nullable=False))
    """The rule as it was when it was proposed."""
    proposed_on: date
    state: str = "open"
    settled_on: date | None = None
    settled_by: str | None = None
    reason: str | None = None
    until: date | None = None
    order: str | None = None
    version: int = 0

    @classmethod
    def of(cls, due: Due, today: date) -> "RetentionProposal":
        """A new one."""
        named: dict[str, Any] = {"proposal": str(uuid4()), "record": due.record, "kind": due.rule.kind}
        return cls(**named, **_said(due), proposed_on=today)

    def follow(self, due: Due) -> None:
        """Say what is due by now, where that has changed."""
        said = _said(due)
        if said != self.model_dump(include=set(said)):
            self.sqlmodel_update(said)
            self.version += 1

    def must_be_open(self) -> None:
        """It is decided on once. Raises ProposalSettled."""
        if self.state != "open":
            raise ProposalSettled

    def be_ordered(self, *, on: date, by: str) -> None:
        """Keep that it was accepted. Raises ProposalSettled."""
        self._settle("ordered", on, by)

    def be_put_off(self, reason: str, until: date, *, on: date, by: str) -> None:
        """Keep why it is kept longer, and until when. Raises ProposalSettled, DayTooEarly."""
        self.must_be_open()
        if until <= on:
            raise DayTooEarly("Indicate un giorno dopo oggi: allora sarà proposta di nuovo.", field="until")
        self._settle("put-off", on, by)
        self.reason, self.until = reason, until

    def fall(self, on: date) -> None:
        """It is not to be erased any more. Raises ProposalSettled."""
        self._settle("fallen", on, None)

    def _settle(self, state: ProposalState, on: date, by: str | None) -> None:
        self.must_be_open()
        self.state, self.settled_on, self.settled_by, self.entries = state, on, by, []
        self.version += 1
