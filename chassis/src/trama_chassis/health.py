"""Whether a running service makes progress: marks its loops leave, how long each may be silent, lag."""

from __future__ import annotations

import time
from collections.abc import Mapping


class Health:
    """Every loop marks its progress; one that stays silent longer than it may is stalled."""

    def __init__(self) -> None:
        self._limits: dict[str, float] = {}
        self._marks: dict[str, float] = {}
        self._figures: dict[str, int | float | str] = {}

    def expect(self, part: str, *, within: float) -> None:
        """From now on this part must show progress at least every so many seconds."""
        self._limits[part] = within
        self.mark(part)

    def forget(self, part: str) -> None:
        """This part has ended on purpose."""
        self._limits.pop(part, None)

    def mark(self, part: str) -> None:
        """This part made progress, or looked and found nothing to do."""
        self._marks[part] = time.monotonic()

    def stalled(self, now: float | None = None) -> list[str]:
        """The parts that have been silent for too long."""
        now = time.monotonic() if now is None else now
        return sorted(
            part for part, limit in self._limits.items() if now - self._marks.get(part, now) > limit
        )

    def silence(self, part: str) -> float | None:
        """Seconds since a part's last mark, for alarms and `doctor`."""
        mark = self._marks.get(part)
        return None if mark is None else time.monotonic() - mark

    def figure(self, name: str, value: float | str) -> None:
        """Publish a figure under /health/lag: counts and ages, never anything about one person."""
        self._figures[name] = value

    @property
    def figures(self) -> Mapping[str, int | float | str]:
        """What was published last."""
        return dict(self._figures)
