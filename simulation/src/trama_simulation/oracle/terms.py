"""What time does by itself on the days on which a run stops: reminders, no answer in time, last days gone by.
Pure."""

from collections.abc import Iterator, Sequence
from datetime import date

from trama_simulation.acts import Act, Authorise, Deed, LastDayPasses, ReferralAct, Story, TermPasses, Try
from trama_simulation.members import TODAY
from trama_simulation.oracle.life import Life, Referral
from trama_simulation.oracle.referrals import PATIENCE
from trama_simulation.oracle.told import told_by

WAITING = ("sent", "seen")


def in_time(stories: Sequence[Story]) -> list[Story]:
    """The stories with what the passing of terms does in them, when they are lived together."""
    stops = sorted({act.on for story in stories for act in story.acts} | {TODAY})
    return [Story(story.person, tuple(_lived(story, stops))) for story in stories]


def _lived(story: Story, stops: Sequence[date]) -> Iterator[Act]:
    life, waiting = Life(), list(story.acts)
    ends = _last_days(story)
    if not ends and not any(isinstance(act, ReferralAct) for act in waiting):
        yield from waiting
        return
    for stop in stops:
        while ends and ends[0][0] < stop:
            yield LastDayPasses(stop, *ends.pop(0)[1:])
        for passes in [one for key, referral in life.referrals.items() for one in _due(key, referral, stop)]:
            _live(passes, story, life)
            yield passes
        while waiting and waiting[0].on == stop:
            act = waiting.pop(0)
            if not isinstance(act, Try):
                _live(act, story, life)
            yield act


def _last_days(story: Story) -> list[tuple[date, str, int]]:
    """The last days of authorisations, each with where it was given and its number there, in their order."""
    given: dict[str, int] = {}
    found = []
    for act in story.deeds():
        if isinstance(act, Authorise):
            given[act.at] = given.get(act.at, 0) + 1
            if act.until is not None:
                found.append((act.until, act.at, given[act.at]))
    return sorted(found)


def _live(act: Deed, story: Story, life: Life) -> None:
    list(told_by(act, story, life))


def _due(key: tuple[str, str, int], referral: Referral, stop: date) -> Iterator[TermPasses]:
    """A reminder when the term has passed; in vain, no answer: one of the two each time it is looked at."""
    if referral.state not in WAITING or stop <= referral.due:
        return
    at, to, nth = key
    reminded_on = referral.reminded_on
    if reminded_on is None or reminded_on <= referral.due:
        yield TermPasses(stop, at, to, "reminded", nth)
    elif stop >= reminded_on + PATIENCE:
        yield TermPasses(stop, at, to, "unanswered", nth)
