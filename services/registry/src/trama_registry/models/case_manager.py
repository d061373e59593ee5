"""Who is the one person to speak to (referente del percorso), from what all services have said. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

What = Literal["assigned", "closed", "reopened"]


@dataclass(frozen=True, slots=True)
class Word:
    """What a member said about who follows, in an episode of its own."""

    what: What
    member: str
    episode: str
    day: date
    recorded_at: datetime
    event_id: str

    @property
    def place(self) -> tuple[date, datetime, str]:
        """Its place in the one order that every reader makes: by day, then as recorded, then by id."""
        return self.day, self.recorded_at, self.event_id


def case_manager_at(words: Iterable[Word], day: date) -> Word | None:
    """The one assignment that holds on a day: the last one said, of an episode still open that day.

    It depends on what was said alone, never on the order it arrived in: two services that know the same
    words name the same person. When an episode is closed, who was it before in another one is so again.
    """
    said = sorted((word for word in words if word.day <= day), key=lambda word: word.place)
    closed = _closed(said)
    held = [word for word in said if word.what == "assigned" and (word.member, word.episode) not in closed]
    return held[-1] if held else None


def _closed(said: Sequence[Word]) -> set[tuple[str, str]]:
    last = {(word.member, word.episode): word.what for word in said if word.what != "assigned"}
    return {episode for episode, what in last.items() if what == "closed"}
