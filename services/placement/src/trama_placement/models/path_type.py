"""Path types: what applies to each from one day to another, as dated data with its sources."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel
from trama_chassis.clock import months_later
from trama_chassis.language import say
from trama_contracts.directory_entries import Entry
from trama_contracts.placement import ApprovalParty

from trama_placement.errors import (
    EvaluationMissing,
    NotAHost,
    PlanReversed,
    PlanTooLong,
    PlanTooShort,
    ReportMissing,
    TooManyHours,
)

HOST_KINDS = frozenset({"host", "cooperative", "company"})
"""The kinds of member, as the directory names them, at which a person can work."""


def last_day(first: date, months: int) -> date:
    """The last day of a period of whole calendar months: from 1 February, three months end on 30 April.

    Where the month has no such day the period ends with the month (civil code, article 2963).
    """
    last = months_later(first, months)
    return last if last.day < first.day else last - timedelta(days=1)


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
    needs_evaluation: bool
    approvals: list[ApprovalParty] = Field(sa_type=JSON)
    conditions_source: str
    report_source: str | None = None
    """Who says that a path of this type ends with a report of what was observed, if it does."""

    def in_force(self, day: date) -> bool:
        """True from the first to the last day, both included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def words(self) -> dict[str, str]:
        """What of the rule is words, in the language of whoever reads."""
        return {
            "genus": say(self.genus),
            "label": say(self.label),
            "source": say(self.source),
            "conditions_source": say(self.conditions_source),
        } | ({"report_source": say(self.report_source)} if self.report_source else {})

    def judge_plan(
        self,
        planned_from: date,
        planned_to: date,
        weekly_hours: int,
        *,
        allowing: AbstractContextManager[None] | None = None,
    ) -> None:
        """Refuse planned dates and hours outside the rule; what really happens later is not judged by it.

        `allowing` is around what may be set aside: how long it lasts. Raises PlanReversed, PlanTooShort,
        PlanTooLong, TooManyHours.
        """
        if planned_to < planned_from:
            raise PlanReversed
        with allowing or nullcontext():
            self._judge_length(planned_from, planned_to)
        if self.max_weekly_hours and weekly_hours > self.max_weekly_hours:
            raise TooManyHours(
                "%(label)s: al massimo %(max_weekly_hours)s ore alla settimana (%(source)s).",
                label=say(self.label),
                max_weekly_hours=self.max_weekly_hours,
                source=say(self.source),
            )

    def _judge_length(self, planned_from: date, planned_to: date) -> None:
        if self.min_months and planned_to < (earliest := last_day(planned_from, self.min_months)):
            raise PlanTooShort(
                "%(label)s: la durata prevista è di almeno %(months)s mesi di calendario; dal %(first)s "
                "si arriva almeno al %(last)s (%(source)s).",
                **self._bounds(self.min_months, planned_from, earliest),
            )
        if self.max_months and planned_to > (latest := last_day(planned_from, self.max_months)):
            raise PlanTooLong(
                "%(label)s: la durata prevista è di al massimo %(months)s mesi di calendario; dal "
                "%(first)s si arriva al massimo al %(last)s (%(source)s).",
                **self._bounds(self.max_months, planned_from, latest),
            )

    def judge_evaluation(self, *, is_known: bool) -> None:
        """Refuse a path of a type that needs an evaluation (valutazione conclusa) when none is known.

        Raises EvaluationMissing.
        """
        if self.needs_evaluation and not is_known:
            raise EvaluationMissing(
                "%(label)s: serve una valutazione conclusa della persona, nostra o di un servizio che "
                "la segue con noi, e qui non ne risulta nessuna (%(conditions_source)s). Va prima "
                "chiesta e conclusa; se si è conclusa da poco, riprovate tra qualche secondo.",
                label=say(self.label),
                conditions_source=say(self.conditions_source),
            )

    def judge_report(self, report: str | None) -> None:
        """Refuse to end an observation of which nothing is written. Raises ReportMissing."""
        if self.report_source is not None and report is None:
            raise ReportMissing(
                "%(label)s: per concludere serve la relazione, cioè che cosa si è osservato "
                "dell'autonomia e delle potenzialità della persona (%(source)s). "
                "Se non si è potuto osservare, scrivete perché.",
                label=say(self.label),
                source=say(self.report_source),
            )

    def asked_of(self, promoter: str, host: str) -> tuple[ApprovalParty, ...]:
        """Who must approve a path of this type; where we host it ourselves there is no other to ask."""
        return tuple(party for party in self.approvals if party != "host" or host != promoter)

    def _bounds(self, months: int, first: date, last: date) -> dict[str, Any]:
        return {
            "label": say(self.label),
            "months": months,
            "first": first,
            "last": last,
            "source": say(self.source),
        }

    def judge_host(self, promoter: Entry, host: Entry | None) -> None:
        """Refuse a host that is none, that the network does not connect with us, or that is ourselves.

        Raises NotAHost.
        """
        if host is None:
            raise NotAHost("Il luogo di lavoro indicato non è un servizio della rete.")
        if host.member == promoter.member:
            if self.needs_host:
                raise NotAHost(
                    "%(label)s: serve un luogo di lavoro diverso dal nostro servizio.", label=say(self.label)
                )
            return
        if host.kind not in HOST_KINDS or "placement" not in host.services:
            raise NotAHost("%(name)s non è un luogo di lavoro: non ospita inserimenti.", name=host.name)
        if host.member not in promoter.read_by or "host" not in host.circles:
            raise NotAHost("%(name)s non è collegato con noi: non saprebbe chi arriva.", name=host.name)
