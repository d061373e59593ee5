"""Business time from one small file; settings from the environment, without placeholders or open secrets."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from trama_chassis import clock, failpoints
from trama_chassis.clock import Clock, ClockGoesForwardOnly, machine_now, months_later, write_clock
from trama_chassis.settings import KafkaSettings, SecretUnsafe, ServiceSettings, read_secret

MONDAY = datetime(2013, 10, 14, 8, 0, tzinfo=UTC)
SOON = timedelta(seconds=5)


@pytest.fixture
def polled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "POLL_SECONDS", 0.0)


@pytest.mark.usefixtures("polled_at_once")
def test_business_time_runs_on_from_the_file_and_follows_its_changes(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    business = Clock(path)
    assert abs(business.now() - machine_now()) < SOON
    write_clock(path, MONDAY)
    first = business.now()
    assert MONDAY <= first < MONDAY + SOON
    assert business.now() > first
    write_clock(path, MONDAY + timedelta(days=30))
    assert business.today() == date(2013, 11, 13)
    path.unlink()
    assert abs(business.now() - machine_now()) < SOON


@pytest.mark.usefixtures("polled_at_once")
@pytest.mark.parametrize("content", ["", "{", "[]", '{"business": "2013"}', '{"business": 1, "machine": 2}'])
def test_a_broken_clock_file_leaves_time_where_it_was(tmp_path: Path, content: str) -> None:
    path = tmp_path / "clock.json"
    write_clock(path, MONDAY)
    business = Clock(path)
    business.now()
    path.write_text(content)
    assert MONDAY <= business.now() < MONDAY + SOON


def test_the_file_is_looked_at_every_fifty_milliseconds_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monotonic = iter([0.0, 0.0, 0.049, 0.051, 0.051])
    monkeypatch.setattr("trama_chassis.clock.time.monotonic", lambda: next(monotonic))
    path = tmp_path / "clock.json"
    write_clock(path, MONDAY)
    business = Clock(path)
    business.now()
    write_clock(path, MONDAY + timedelta(days=1))
    assert business.now() < MONDAY + SOON
    assert business.now() >= MONDAY + timedelta(days=1)


@pytest.mark.usefixtures("polled_at_once")
def test_today_is_the_day_in_italy_and_moments_are_milliseconds(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    write_clock(path, datetime(2013, 10, 14, 22, 30, tzinfo=UTC))
    assert Clock(path).today() == date(2013, 10, 15)
    assert Clock(path).moment().microsecond % 1000 == 0
    with pytest.raises(ValueError, match="time zone"):
        write_clock(path, datetime(2013, 10, 14))  # noqa: DTZ001 - the naive time is the point


def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month() -> None:
    assert months_later(date(2013, 1, 31), 1) == date(2013, 2, 28)
    assert months_later(date(2012, 2, 29), 12) == date(2013, 2, 28)
    assert months_later(date(2013, 12, 15), 1) == date(2014, 1, 15)
    assert months_later(date(2013, 1, 15), -1) == date(2012, 12, 15)


def test_two_that_move_it_at_once_never_move_it_back(tmp_path: Path) -> None:
    """INVARIANT: business time never goes back. Breaks if looking and writing are not one step."""
    clock_file = tmp_path / "clock.json"
    write_clock(clock_file, MONDAY)
    days = [MONDAY + timedelta(days=day) for day in range(1, 41)]

    def move(day: datetime) -> datetime:
        try:
            Clock(clock_file).move(day)
        except ClockGoesForwardOnly:
            assert Clock(clock_file).now() > day
        return Clock(clock_file).now()

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(move, days))
    assert all(day <= now for day, now in zip(days, seen, strict=True))
    assert days[-1] <= Clock(clock_file).now() < days[-1] + SOON


ENVIRONMENT = {
    "TRAMA_NETWORK": "pn",
    "TRAMA_MEMBER": "ambito-urbano",
    "TRAMA_SERVICE": "registry",
    "TRAMA_DATABASE_URL": "sqlite:////var/lib/trama/service.db",
    "TRAMA_KAFKA__BOOTSTRAP": "127.0.0.1:9092",
    "TRAMA_KAFKA__USERNAME": "ambito-urbano.registry",
    "TRAMA_KAFKA__PASSWORD": "nQ3-a-real-one",
    "TRAMA_SECRETS_DIR": "/run/secrets",
    "TRAMA_ACCOUNTS_FILE": "/etc/trama/accounts.yaml",
    "TRAMA_ROOTS": '["cm9vdA"]',
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_all(**changes: str) -> None:
        for name, value in (ENVIRONMENT | changes).items():
            monkeypatch.setenv(name, value)

    return set_all


def test_settings_come_from_the_environment(environment: Callable[..., None]) -> None:
    environment(TRAMA_FACTS_DELAY="[0.1, 0.2]")
    settings = ServiceSettings()
    assert settings.principal == "ambito-urbano.registry"
    assert settings.source == "/pn/ambito-urbano/registry"
    assert settings.topic("events") == "pn.ambito-urbano.registry.events.v1"
    assert settings.facts_delay == (0.1, 0.2)
    assert "nQ3" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRAMA_KAFKA__PASSWORD", "changeme"),
        ("TRAMA_KAFKA__PASSWORD", "demo-sil"),
        ("TRAMA_MEMBER", "manifest"),
        ("TRAMA_MEMBER", "Ambito"),
        ("TRAMA_NETWORK", "p"),
        ("TRAMA_DATABASE_URL", "sqlite://"),
        ("TRAMA_DATABASE_URL", "mysql://x"),
        ("TRAMA_ROOTS", "[]"),
        ("TRAMA_LOG_LEVEL", "LOUD"),
    ],
)
def test_wrong_settings_and_placeholder_secrets_stop_the_start(
    environment: Callable[..., None], name: str, value: str
) -> None:
    environment(**{name: value})
    with pytest.raises(ValidationError) as refused:
        ServiceSettings()
    assert "nQ3" not in str(refused.value)


def test_placeholders_are_accepted_in_the_demo(environment: Callable[..., None]) -> None:
    environment(TRAMA_KAFKA__PASSWORD="demo-sil", TRAMA_DEMO="true")
    assert ServiceSettings().demo


def test_settings_cannot_be_changed_later(environment: Callable[..., None]) -> None:
    environment()
    settings: Any = ServiceSettings()
    with pytest.raises(ValidationError):
        settings.demo = True
    with pytest.raises(ValidationError):
        settings.kafka.password = KafkaSettings(bootstrap="", username="", password="x").password


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    with pytest.raises(SecretUnsafe, match="no such"):
        read_secret(path)
    path.write_bytes(b"k" * 32)
    path.chmod(0o640)
    with pytest.raises(SecretUnsafe, match="chmod 600"):
        read_secret(path)
    path.chmod(0o600)
    assert read_secret(path) == b"k" * 32
    path.write_bytes(b"")
    with pytest.raises(SecretUnsafe, match="empty"):
        read_secret(path)


def test_a_failpoint_kills_at_the_nth_time_and_only_when_named() -> None:
    program = (
        "from trama_chassis.failpoints import reach\nfor n in range(5): print(n, flush=True), reach('a.b')"
    )
    run = [sys.executable, "-c", program]
    killed = subprocess.run(
        run, env=os.environ | {"TRAMA_FAILPOINT": "a.b:3"}, capture_output=True, check=False
    )
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, b"0\n1\n2\n")
    other = subprocess.run(run, env=os.environ | {"TRAMA_FAILPOINT": "a.c"}, capture_output=True, check=True)
    assert other.stdout == b"0\n1\n2\n3\n4\n"
    failpoints.reach("a.b")
