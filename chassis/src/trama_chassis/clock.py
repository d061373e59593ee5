"""The only module that reads the time of day: business time, which a demo may move, and machine time."""

import fcntl
import json
import os
import time
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from zoneinfo import ZoneInfo

import structlog

ZONE = ZoneInfo("Europe/Rome")
POLL_SECONDS = 0.05
END = datetime(2100, 1, 1, tzinfo=UTC)
"""Business time is not moved beyond this: dates computed from it must stay dates."""
log = structlog.get_logger("trama.clock")


def machine_now() -> datetime:
    """The machine's own time in UTC: manifests, HPKE periods, leases, retention, sent_at."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The day on which a moment falls in Italy: at half past midnight in Rome it is already the next day."""
    return moment.astimezone(ZONE).date()


def last_moment(day: date) -> datetime:
    """The end of a day in Italy, as the wire writes instants: what holds up to a day holds until then."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999_000, ZONE)


def months_later(day: date, months: int) -> date:
    """The same day some calendar months later, or the last of a shorter month."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class ClockGoesForwardOnly(Exception):
    """Business time was to be moved back: what was recorded since would lie in its own future."""


class Clock:
    """Business time: terms, authorisations, worklists, laws in force, occurred_at and recorded_at.

    With a clock file it runs on from the instant written there; without one it is machine time.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._shift = timedelta(0)
        self._stamp: tuple[int, int, int] | None = None
        self._look_again_at = 0.0

    def now(self) -> datetime:
        """Business time, aware, in UTC."""
        self._follow_file()
        return machine_now() + self._shift

    def moment(self) -> datetime:
        """Business time cut to milliseconds, as the wire writes instants (wire section 9)."""
        now = self.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def today(self) -> date:
        """The date in Italy."""
        return local_day(self.now())

    def move(self, to: datetime) -> None:
        """Move business time forward for every process that polls the file; when it returns, it is written.

        Raises ClockGoesForwardOnly. Two that move it at once come one after the other.
        """
        if self._path is None:
            raise ValueError("without a clock file, business time is the machine's and nobody moves it")
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._look_again_at = 0.0
            if to < self.now():
                raise ClockGoesForwardOnly
            write_clock(self._path, to)
            self._look_again_at = 0.0

    def _follow_file(self) -> None:
        if self._path is None or time.monotonic() < self._look_again_at:
            return
        self._look_again_at = time.monotonic() + POLL_SECONDS
        try:
            seen = os.stat(self._path)
            stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
            if stamp == self._stamp:
                return
            self._shift = _shift_of(self._path.read_text())
            self._stamp = stamp
        except FileNotFoundError:
            self._shift, self._stamp = timedelta(0), None
        except (ValueError, KeyError, TypeError, OSError):
            # A file being edited by hand: stay on the last readable time rather than jump.
            log.warning("clock file cannot be read")


def _shift_of(text: str) -> timedelta:
    values = json.loads(text)
    business, machine = (datetime.fromisoformat(values[name]) for name in ("business", "machine"))
    if business.tzinfo is None or machine.tzinfo is None:
        raise ValueError("clock file without time zone")
    return business - machine


def write_clock(path: Path, business: datetime) -> None:
    """Set business time for every process that polls this file; no reader ever sees half of it."""
    if business.tzinfo is None:
        raise ValueError("business time needs a time zone")
    with NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump({"business": business.isoformat(), "machine": machine_now().isoformat()}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)
