"""Placements: proposing, agreeing, starting, ending, withdrawing."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import uuid4

from sqlalchemy import String
from sqlmodel import Field, SQLModel
from trama_contracts.facts import EndingReason
from trama_contracts.placement import ApprovalParty

from trama_placement.errors import (
    AlreadyEnded,
    AlreadyStarted,
    AlreadyWithdrawn,
    EndBeforeStart,
    EndNotYetReached,
    NotAgreed,
    NotStarted,
    StartNotYetReached,
    StartOutsidePlan,
)
from trama_placement.models.approval import Approval, Approvals, named
from trama_placement.models.path_type import PathTypeRule

Withdrawal: TypeAlias = Literal["person-choice", "host-refused", "promoter-choice", "not-started"]
"""Why a placement that never began was given up."""


class State(StrEnum):
    """Where a placement stands on a day, told from its dates; only `ended` and `running` were confirmed."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    TO_CONFIRM = "start-to-confirm"
    RUNNING = "running"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


STATE_LABELS = {
    State.PROPOSED: "In attesa di adesioni",
    State.AGREED: "Concordato",
    State.TO_CONFIRM: "Avvio da confermare",
    State.RUNNING: "In corso",
    State.ENDED: "Concluso",
    State.WITHDRAWN: "Ritirato",
}
ENDING_LABELS: dict[EndingReason, str] = {
    "hired": "Assunzione",
    "moved-on": "Altro percorso",
    "person-choice": "Scelta della persona",
    "health": "Motivi di salute",
    "not-suitable": "Luogo non adatto",
    "completed": "Concluso come previsto",
}
WITHDRAWAL_LABELS: dict[Withdrawal, str] = {
    "person-choice": "Scelta della persona",
    "host-refused": "Il luogo di lavoro non può accogliere",
    "promoter-choice": "Scelta del nostro servizio",
    "not-started": "Mai iniziato",
}
REFUSED_BY: dict[ApprovalParty, Withdrawal] = {
    "person": "person-choice",
    "host": "host-refused",
    "promoter": "promoter-choice",
}
"""Why a placement is withdrawn when one of those who must approve it does not."""


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
    evaluation_member: str | None = None
    evaluation: str | None = None
    agreed_on: date | None = None
    started_on: date | None = None
    confirmed_by: str | None = None
    ended_on: date | None = None
    ending: EndingReason | None = Field(default=None, sa_type=String)
    report: str | None = None
    withdrawn_on: date | None = None
    withdrawal: Withdrawal | None = Field(default=None, sa_type=String)

    @classmethod
    def propose(
        cls,
        plan: Plan,
        rule: PathTypeRule,
        today: date,
        *,
        allowing: AbstractContextManager[None] | None = None,
    ) -> "Placement":
        """A new placement within the rule of its first planned day.

        Raises what `PathTypeRule.judge_plan` raises.
        """
        rule.judge_plan(plan.planned_from, plan.planned_to, plan.weekly_hours, allowing=allowing)
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
        if self.withdrawn_on is not None:
            return State.WITHDRAWN
        if self.ended_on is not None:
            return State.ENDED
        if self.started_on is not None:
            return State.RUNNING
        if self.agreed_on is None:
            return State.PROPOSED
        return State.TO_CONFIRM if today >= self.planned_from else State.AGREED

    def approve(self, party: ApprovalParty, given_on: date, approvals: Approvals) -> Approval:
        """Take the approval (adesione) of one party; the last one that was missing makes it agreed.

        Raises AlreadyWithdrawn, ApprovalNotAsked, AlreadyApproved, AlreadyStarted.
        """
        self._judge_word(party, approvals)
        if approvals.missing == [party]:
            self.agreed_on = max(given_on, *(word.decided_on for word in approvals.said.values()))
        return Approval(placement=self.placement, party=party, given=True, decided_on=given_on)

    def refuse(self, party: ApprovalParty, refused_on: date, approvals: Approvals) -> Approval:
        """Take it that one party does not approve: the placement is withdrawn with it.

        Raises AlreadyWithdrawn, ApprovalNotAsked, AlreadyApproved, AlreadyStarted.
        """
        self._judge_word(party, approvals)
        self.withdraw(refused_on, REFUSED_BY[party])
        return Approval(placement=self.placement, party=party, given=False, decided_on=refused_on)

    def withdraw(self, withdrawn_on: date, reason: Withdrawal) -> None:
        """Give up a placement that never began.

        Raises AlreadyWithdrawn, AlreadyStarted.
        """
        self._judge_unstarted()
        self.withdrawn_on, self.withdrawal = withdrawn_on, reason

    def _judge_word(self, party: ApprovalParty, approvals: Approvals) -> None:
        self._judge_not_withdrawn()
        approvals.judge(party)
        self._judge_unstarted()

    def _judge_not_withdrawn(self) -> None:
        if self.withdrawn_on is not None:
            raise AlreadyWithdrawn(
                "L'inserimento è stato ritirato il %(day)s: per riprendere il percorso serve una "
                "nuova proposta.",
                day=self.withdrawn_on,
            )

    def _judge_unstarted(self) -> None:
        self._judge_not_withdrawn()
        if self.started_on is not None:
            raise AlreadyStarted(
                "L'avvio è stato confermato dal %(day)s: un inserimento avviato non si ritira, se ne "
                "registra la conclusione.",
                day=self.started_on,
            )

    def confirm_start(
        self,
        started_on: date,
        today: date,
        confirmed_by: str,
        missing: Sequence[ApprovalParty],
        *,
        allowing: AbstractContextManager[None] | None = None,
    ) -> None:
        """Take somebody's word that the person really began (avvio confermato), once all have agreed.

        `allowing` is around what may be set aside: the planned dates.
        Raises AlreadyWithdrawn, AlreadyStarted, NotAgreed, StartNotYetReached, StartOutsidePlan.
        """
        self._judge_not_withdrawn()
        if self.started_on is not None:
            raise AlreadyStarted("L'avvio è già stato confermato: dal %(day)s.", day=self.started_on)
        if self.agreed_on is None:
            raise NotAgreed(
                "L'avvio non si può ancora confermare: manca l'adesione %(missing)s. "
                "Quando tutte le adesioni sono registrate, l'avvio si può confermare.",
                missing=named(missing),
            )
        if started_on > today:
            raise StartNotYetReached
        with allowing or nullcontext():
            self._judge_within_plan(started_on)
        self.started_on, self.confirmed_by = started_on, confirmed_by

    def _judge_within_plan(self, started_on: date) -> None:
        if not self.planned_from <= started_on <= self.planned_to:
            raise StartOutsidePlan(
                "L'inserimento è previsto dal %(planned_from)s al %(planned_to)s: fuori da queste "
                "date serve una nuova proposta.",
                planned_from=self.planned_from,
                planned_to=self.planned_to,
            )

    def must_be_running(self, ended_on: date, today: date) -> None:
        """Refuse an end of what does not run, or on a day on which it cannot have ended.

        Raises AlreadyWithdrawn, NotStarted, AlreadyEnded, EndNotYetReached, EndBeforeStart.
        """
        self._judge_not_withdrawn()
        if self.started_on is None:
            raise NotStarted
        if self.ended_on is not None:
            raise AlreadyEnded("L'inserimento si è già concluso il %(day)s.", day=self.ended_on)
        if ended_on > today:
            raise EndNotYetReached
        if ended_on < self.started_on:
            raise EndBeforeStart("L'avvio è stato confermato dal %(day)s.", day=self.started_on)

    def end(self, ended_on: date, reason: EndingReason, today: date, *, report: str | None = None) -> None:
        """Conclude it, as planned or early: an early end is always possible, at once.

        Raises what `must_be_running` raises.
        """
        self.must_be_running(ended_on, today)
        self.ended_on, self.ending, self.report = ended_on, reason, report
