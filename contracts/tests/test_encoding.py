"""Byte layouts, base64, padding, names and moments: the small forms everything rests on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from trama_contracts.encoding import b64, b64u, from_b64, from_b64u, lengths, lp
from trama_contracts.errors import BadPadding, Malformed, TooLarge
from trama_contracts.moments import instant, parse_instant
from trama_contracts.names import (
    Topic,
    directory_topic,
    is_member,
    is_network,
    is_principal,
    is_service,
    is_uuid4,
    parse_topic,
    source_of,
    topic_of,
)
from trama_contracts.padding import MAX_INNER, SIZES, pad, unpad


def test_each_part_of_a_layout_has_its_length_before_it() -> None:
    assert lp(b"ab") == b"\x00\x00\x00\x02ab"
    assert lengths("è", 12, b"\xff") == b"\x00\x00\x00\x02\xc3\xa8\x00\x00\x00\x0212\x00\x00\x00\x01\xff"
    assert lengths("ab", "c") != lengths("a", "bc")


@pytest.mark.parametrize("length", range(70))
def test_base64_comes_back(length: int) -> None:
    raw = bytes(range(180, 180 + length))
    assert from_b64(b64(raw)) == raw
    assert from_b64u(b64u(raw)) == raw
    assert "=" not in b64u(raw)


@pytest.mark.parametrize(
    "text",
    ["AB==", "AA=", "A", "AA", "AAA", "AA==\n", " AAAA", "A-_A", "====", "AAAA====", "AÀ==", "\ud800AAA"],
)
def test_base64_of_another_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        from_b64(text)


@pytest.mark.parametrize(
    "text", ["AB", "AA==", "A", "AAA=", "AA\n", " AAA", "A+/A", "=", "AÀ", "AAB", "AA A", "\ud800AA"]
)
def test_base64url_of_another_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        from_b64u(text)


@pytest.mark.parametrize("length", [0, 1, 1019, 1020, 1021, 2044, 2045, 65_533, MAX_INNER])
def test_padding_takes_the_smallest_size_and_comes_back(length: int) -> None:
    padded = pad(b"x" * length)
    assert len(padded) == min(size for size in SIZES if size >= length + 4)
    assert unpad(padded) == b"x" * length


def test_what_fits_no_size_must_be_split() -> None:
    with pytest.raises(TooLarge):
        pad(b"x" * (MAX_INNER + 1))


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        b"\x00",
        bytes(1023),
        bytes(2048),
        b"\xff" * 1024,
        (1021).to_bytes(4, "big") + bytes(1020),
        bytes(1023) + b"\x01",
    ],
    ids=["empty", "one", "short", "not-minimal", "too-long", "one-too-long", "dirty"],
)
def test_other_padding_is_refused(padded: bytes) -> None:
    with pytest.raises(BadPadding):
        unpad(padded)


def test_a_topic_is_read_and_written_the_same() -> None:
    topic = parse_topic("pn.ambito-urbano.registry.mailbox.v1")
    assert topic == Topic("pn", "ambito-urbano", "registry", "mailbox")
    assert topic is not None
    assert str(topic) == topic_of("pn", topic.principal, "mailbox")
    assert topic.source == source_of("pn", topic.principal) == "/pn/ambito-urbano/registry"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pn.network.directory.v1",
        "pn.network.registry.events.v1",
        "pn.manifest.registry.events.v1",
        "pn.dsm.registry.events.v2",
        "pn.dsm.registry.events",
        "pn.dsm.registry.events.v1.v1",
        "pn.dsm.registry.grants.v1",
        "PN.dsm.registry.events.v1",
        "p.dsm.registry.events.v1",
        "pn.dsm-.registry.events.v1",
        "pn.1dsm.registry.events.v1",
        "pn.dsm.re.events.v1",
        "pn.dsm.registry.events.v1\n",
    ],
)
def test_what_is_not_a_services_topic_is_none(text: str) -> None:
    assert parse_topic(text) is None


@pytest.mark.parametrize(
    ("judge", "good", "bad"),
    [
        (is_network, ["p0", "p" * 16], ["p", "p" * 17, "P0", "0p", "p-0", "p0\n", ""]),
        (is_member, ["ab1", "a" * 32, "a-b"], ["a", "a" * 33, "ab-", "manifest", "network", "abc\n", "àbc"]),
        (is_service, ["abc", "a" * 16], ["ab", "a" * 17, "ab3", "a-b", "ABC"]),
        (is_principal, ["dsm.registry"], ["dsm", "dsm.registry.x", "dsm.", ".registry", "pn/dsm"]),
        (is_uuid4, ["6f1c9b7e-3a52-4d0e-9a4f-0c2f5d8e7b11"], ["6F1C9B7E-3A52-4D0E-9A4F-0C2F5D8E7B11", ""]),
    ],
    ids=["network", "member", "service", "principal", "uuid4"],
)
def test_names_are_of_their_pattern_whole(
    judge: Callable[[str], bool], good: list[str], bad: list[str]
) -> None:
    assert [text for text in good if not judge(text)] == []
    assert [text for text in bad if judge(text)] == []


def test_the_directory_has_a_topic_of_its_own() -> None:
    assert directory_topic("pn") == "pn.network.directory.v1"


def test_a_member_of_two_letters_is_one_too_short_for_the_pattern() -> None:
    """[a-z][a-z0-9-]{1,30}[a-z0-9] asks for three."""
    assert not is_member("ab")


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    rome = timezone(timedelta(hours=2))
    assert instant(datetime(2013, 10, 14, 9, 30, 1, 999_999, tzinfo=rome)) == "2013-10-14T07:30:01.999Z"
    assert instant(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000Z"
    assert parse_instant("2013-10-14T07:30:01.999Z") == datetime(2013, 10, 14, 7, 30, 1, 999_000, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2013, 10, 14))  # noqa: DTZ001 - this is the fault
