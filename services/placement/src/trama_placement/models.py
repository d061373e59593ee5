"""The tables of the placement service, and the rules of proposing, starting and ending. No I/O here."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import String
from sqlmodel import Field, SQLModel
from trama_contracts.directory_entries import Entry
from trama_contracts.facts import EndingReason

from trama_placement.errors import (
    AlreadyEnded,
    AlreadyStarted,
    EndBeforeStart,
    EndNotYetReached,
    NotAHost,
    NotStarted,
    PlanReversed,
    PlanTooLong,
    PlanTooShort,
    StartNotYetReached,
    StartOutsidePlan,
    TooManyHours,
)

HOST_KINDS = frozenset({"host", "cooperative", "company"})
"""The kinds of member, as the directory names them, at which a person can work."""


class State(StrEnum):
    """Where a placement stands on a day, told from its dates; only `ended` and `running` were confirmed."""

    PROPOSED = "proposed"
    TO_CONFIRM = "start-to-confirm"
    RUNNING = "running"
    ENDED = "ended"


STATE_LABELS = {
    State.PROPOSED: "Proposto",
    State.TO_CONFIRM: "Avvio da confermare",
    State.RUNNING: "In corso",
    State.ENDED: "Concluso",
}
ENDING_LABELS: dict[EndingReason, str] = {
    "hired": "Assunzione",
    "moved-on": "Altro percorso",
    "person-choice": "Scelta della persona",
    "health": "Motivi di salute",
    "not-suitable": "Luogo non adatto",
    "completed": "Concluso come previsto",
}


def last_day(first: date, months: int) -> date:
    """The last day of a period of whole calendar months: from 1 February, three months end on 30 April.

    Where the month has no such day the period ends with the month (civil code, article 2963).
    """
    month = first.month - 1 + months
    year, month = first.year + month // 12, month % 12 + 1
    days = calendar.monthrange(year, month)[1]
    if first.day > days:
        return date(year, month, days)
    return date(year, month, first.day) - timedelta(days=1)


class PathTypeRule(SQLModel, table=True):
    """What applies to one path type from one day to another: dated data with its source, never a constant."""

    __tablename__ = "path_type_rule"

    path_type: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    label: str
    genus: str
    needs_host: bool
    min_months: int | None = None
    max_months: int | None = None
    max_weekly_hours: int | None = None
    source: str

    def in_force(self, day: date) -> bool:
        """True from the first to the last day, both included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def judge_plan(self, planned_from: date, planned_to: date, weekly_hours: int) -> None:
        """Refuse planned dates and hours outside the rule; what really happens later is not judged by it.

        Raises PlanReversed, PlanTooShort, PlanTooLong, TooManyHours.
        """
        if planned_to < planned_from:
            raise PlanReversed
        if self.min_months and planned_to < (earliest := last_day(planned_from, self.min_months)):
            raise PlanTooShort(self._duration("almeno", self.min_months, planned_from, earliest))
        if self.max_months and planned_to > (latest := last_day(planned_from, self.max_months)):
            raise PlanTooLong(self._duration("al massimo", self.max_months, planned_from, latest))
        if self.max_weekly_hours and weekly_hours > self.max_weekly_hours:
            raise TooManyHours(
                f"{self.label}: al massimo {self.max_weekly_hours} ore alla settimana ({self.source})."
            )

    def _duration(self, bound: str, months: int, planned_from: date, end: date) -> str:
        return (
            f"{self.label}: la durata prevista è di {bound} {months} mesi di calendario; "
            f"dal {planned_from:%d/%m/%Y} si arriva {bound} al {end:%d/%m/%Y} ({self.source})."
        )

    def judge_host(self, promoter: Entry, host: Entry | None) -> None:
        """Refuse a host that is none, that the network does not connect with us, or that is ourselves.

        Raises NotAHost.
        """
        if host is None:
            raise NotAHost("Il luogo di lavoro indicato non è un servizio della rete.")
        if host.member == promoter.member:
            if self.needs_host:
                raise NotAHost(f"{self.label}: serve un luogo di lavoro diverso dal nostro servizio.")
            return
        if host.kind not in HOST_KINDS or "placement" not in host.services:
            raise NotAHost(f"{host.name} non è un luogo di lavoro: non ospita inserimenti.")
        if host.member not in promoter.read_by or "host" not in host.circles:
            raise NotAHost(f"{host.name} non è collegato con noi: non saprebbe chi arriva.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is proposed: for whom, where, to do what, how much and when."""

    record: str
    path_type: str
    host: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date


class Placement(SQLModel, table=True):
    """A work path of one person at one host, promoted by this member."""

    __tablename__ = "placement"

    placement: str = Field(primary_key=True)
    record: str = Field(index=True)
    path_type: str
    host: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date
    proposed_on: date
    started_on: date | None = None
    confirmed_by: str | None = None
    ended_on: date | None = None
    ending: EndingReason | None = Field(default=None, sa_type=String)

    @classmethod
    def propose(cls, plan: Plan, rule: PathTypeRule, today: date) -> "Placement":
        """A new placement within the rule of its first planned day.

        Raises what `PathTypeRule.judge_plan` raises.
        """
        rule.judge_plan(plan.planned_from, plan.planned_to, plan.weekly_hours)
        return cls(
            placement=str(uuid4()),
            record=plan.record,
            path_type=plan.path_type,
            host=plan.host,
            task=plan.task,
            weekly_hours=plan.weekly_hours,
            planned_from=plan.planned_from,
            planned_to=plan.planned_to,
            proposed_on=today,
        )

    def state(self, today: date) -> State:
        """Where it stands; reaching the planned dates starts nothing and ends nothing."""
        if self.ended_on is not None:
            return State.ENDED
        if self.started_on is not None:
            return State.RUNNING
        return State.TO_CONFIRM if today >= self.planned_from else State.PROPOSED

    def confirm_start(self, started_on: date, today: date, confirmed_by: str) -> None:
        """Take somebody's word that the person really began (avvio confermato).

        Raises AlreadyStarted, StartNotYetReached, StartOutsidePlan.
        """
        if self.started_on is not None:
            raise AlreadyStarted(f"L'avvio è già stato confermato: dal {self.started_on:%d/%m/%Y}.")
        if started_on > today:
            raise StartNotYetReached
        if not self.planned_from <= started_on <= self.planned_to:
            raise StartOutsidePlan(
                f"L'inserimento è previsto dal {self.planned_from:%d/%m/%Y} "
                f"al {self.planned_to:%d/%m/%Y}: fuori da queste date serve una nuova proposta."
            )
        self.started_on, self.confirmed_by = started_on, confirmed_by

    def end(self, ended_on: date, reason: EndingReason, today: date) -> None:
        """Conclude it, as planned or early: an early end is always possible, at once.

        Raises NotStarted, AlreadyEnded, EndNotYetReached, EndBeforeStart.
        """
        if self.started_on is None:
            raise NotStarted
        if self.ended_on is not None:
            raise AlreadyEnded(f"L'inserimento si è già concluso il {self.ended_on:%d/%m/%Y}.")
        if ended_on > today:
            raise EndNotYetReached
        if ended_on < self.started_on:
            raise EndBeforeStart(f"L'avvio è stato confermato dal {self.started_on:%d/%m/%Y}.")
        self.ended_on, self.ending = ended_on, reason


class PersonCopy(SQLModel, table=True):
    """Who the person is, from this member's own registry."""

    __tablename__ = "person_copy"

    record: str = Field(primary_key=True)
    given_name: str | None = None
    family_name: str


class EpisodeCopy(SQLModel, table=True):
    """A taking in charge (presa in carico) by this member, from its own registry."""

    __tablename__ = "episode_copy"

    episode: str = Field(primary_key=True)
    record: str = Field(index=True)
    opened_on: date | None = None
    closed_on: date | None = None


class HostPlacementCopy(SQLModel, table=True):
    """Who works here, as the promoter told us, the host: no path type, no service of origin."""

    __tablename__ = "host_placement_copy"

    promoter: str = Field(primary_key=True)
    placement: str = Field(primary_key=True)
    given_name: str | None = None
    family_name: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date
    ended_on: date | None = None
