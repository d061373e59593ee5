"""Writes a story down act by act, on the days on which something happens. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from trama_simulation.acts import (
    Accept,
    Act,
    Approve,
    Authorise,
    Close,
    Code,
    ConfirmStart,
    Decline,
    Deed,
    HostApproves,
    Propose,
    ReceiverDeed,
    ReceiverSays,
    Refer,
    Register,
    SenderDeed,
    SenderSays,
    TakeBack,
    Try,
    Withdraw,
)
from trama_simulation.members import TODAY
from trama_simulation.stories.words import NEEDS, REASONS


class TodayReached(Exception):
    """What comes next lies after the day that it is: the story is not over yet."""


class Plot:
    """A story being written: what was done until now, and which day it is."""

    def __init__(self, day: date, *, days: Sequence[date] = (), draw: Random | None = None) -> None:
        self.acts: list[Act] = []
        self.day = day
        self.draw = draw or Random(0)  # noqa: S311 - a story to repeat, not a secret
        self._days = days

    def on(self, month: int, day: int) -> "Plot":
        """Go on at a day of 2013."""
        self.day = date(2013, month, day)
        return self

    def later(self, least: int, most: int) -> "Plot":
        """Go on some days later, on one of the days on which something happens. Raises TodayReached."""
        self.reach(self.some_day(least, most))
        return self

    def reach(self, day: date) -> None:
        """Go on at a day. Raises TodayReached."""
        if day > TODAY:
            raise TodayReached
        self.day = day

    def some_day(self, least: int, most: int) -> date:
        """A day so many days later, as well as the days on which something happens allow; a plan may lie
        after today."""
        wanted = self.day + timedelta(days=self.draw.randint(least, most))
        later = wanted + timedelta(days=(7 - wanted.weekday()) % 7)
        return next((day for day in self._days if day >= wanted), max(later, TODAY + timedelta(days=1)))

    def day_from(self, day: date) -> date:
        """The first day on which something happens that is not before this one."""
        return next((one for one in self._days if one >= day), day)

    def do(self, *deeds: Deed) -> "Plot":
        """Add what is done."""
        self.acts += deeds
        return self

    def in_vain(self, deed: Deed, code: str) -> "Plot":
        """Add what is tried and must be refused."""
        self.acts.append(Try(deed, code))
        return self

    def register(
        self, at: str, need: str = "", *, known_by: Code = "tax-code", protocol: str = "", language: str = ""
    ) -> "Plot":
        """A member takes the person in charge."""
        need = need or self.draw.choice(NEEDS)
        return self.do(Register(self.day, at, need, known_by, protocol, language))

    def authorise(self, at: str, *among: str, circles: tuple[str, ...] = ("care",)) -> "Plot":
        """The person lets members share."""
        return self.do(Authorise(self.day, at, among, circles))

    def withdraw(self, at: str, given_at: str, reason: str) -> "Plot":
        """The person takes back what they had let members share last, at some member."""
        given = [act for act in self.acts if isinstance(act, Authorise) and act.at == given_at]
        return self.do(Withdraw(self.day, at, given_at, len(given), reason))

    def refer(
        self,
        at: str,
        to: str,
        *,
        within: int = 0,
        reason: str = "",
        need: str = "",
        instead: str = "",
        documents: tuple[str, ...] = (),
    ) -> "Plot":
        """One member refers to another, also `instead` of what it had sent last to a third."""
        reason, need = reason or self.draw.choice(REASONS), need or self.draw.choice(NEEDS)
        # Drawn stories live on some days alone: a week would hold one or two of them.
        within = within or (14 if self._days else 7)
        term, nth = self.day + timedelta(days=within), self._sent(at, to) + 1
        replaced = (instead, self._sent(at, instead)) if instead else None
        return self.do(Refer(self.day, at, to, reason, need, term, nth, replaced, documents))

    def accept(self, at: str, sender: str) -> "Plot":
        """The receiver accepts what was sent last."""
        return self.do(Accept(self.day, at, sender, self._sent(sender, at)))

    def decline(self, at: str, sender: str, reason: str, alternative: str) -> "Plot":
        """The receiver does not."""
        return self.do(Decline(self.day, at, sender, reason, alternative, self._sent(sender, at)))

    def take_back(
        self, at: str, to: str, reason: str, *, accepted_too: bool = False, referente: str = ""
    ) -> "Plot":
        """The sender takes back what it sent last."""
        return self.do(TakeBack(self.day, at, to, reason, self._sent(at, to), accepted_too, referente))

    def sender_says(self, at: str, to: str, deed: SenderDeed, **said: str) -> "Plot":
        """What else the sender does with what it sent last."""
        return self.do(SenderSays(self.day, at, to, deed, tuple(said.items()), self._sent(at, to)))

    def receiver_says(
        self, at: str, sender: str, deed: ReceiverDeed, *, referente: str = "", **said: str
    ) -> "Plot":
        """What else the receiver does with what was sent last."""
        nth = self._sent(sender, at)
        return self.do(ReceiverSays(self.day, at, sender, deed, tuple(said.items()), nth, referente))

    def _sent(self, at: str, to: str) -> int:
        """How many referrals were sent from one to the other."""
        sent = [act for act in self.acts if isinstance(act, Refer) and (act.at, act.to) == (at, to)]
        return len(sent)

    def close(self, at: str, reason: str) -> "Plot":
        """A member ends its taking in charge."""
        return self.do(Close(self.day, at, reason))

    def approved(self, plan: Propose) -> "Plot":
        """All whose word is asked for give it: on paper, the host on line."""
        self.do(
            Approve(self.day, plan.at, "person", plan.nth), Approve(self.day, plan.at, "promoter", plan.nth)
        )
        return self.host_approves(plan)

    def host_approves(self, plan: Propose) -> "Plot":
        """The host says yes, if there is one to ask."""
        if plan.host != plan.at:
            self.do(HostApproves(self.day, plan.host, plan.at, plan.nth))
        return self

    def start(self, plan: Propose) -> "Plot":
        """The path begins as planned, or as soon as all have agreed."""
        self.reach(max(plan.planned_from, self.day))
        return self.do(ConfirmStart(self.day, plan.at, plan.nth))
