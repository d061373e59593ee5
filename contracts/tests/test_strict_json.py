"""The JSON reader: what it refuses that others let through, and what it costs."""

import json
import timeit
from typing import Any

import pytest
from trama_contracts.errors import Malformed
from trama_contracts.golden.__main__ import ROOT
from trama_contracts.strict_json import ENVELOPE_DEPTH, parse

GOOD = [
    b"{}",
    b' {"a" : [ ] } \r\n\t',
    b'{"a":-1,"b":0,"c":9007199254740991,"d":-9007199254740991}',
    b'{"a":true,"b":false,"c":"","":{}}',
    '{"è":"\U0001d11e","b":"\\ud834\\udd1e\\n\\/"}'.encode(),
    b'{"a":{"b":{"c":{}}}}',
    b'{"a":[[[1]]]}',
    '{"a":"\ufeff\ufffd\ue000"}'.encode(),
]
BAD = [
    b'{"a":1,"a":1}',
    b'{"a":{"b":1,"\\u0062":2}}',
    b'{"a":null}',
    b'{"a":[1,[null]]}',
    b'{"a":1.0}',
    b'{"a":1E2}',
    b'{"a":-0}',
    b'{"a":01}',
    b'{"a":9007199254740992}',
    b'{"a":' + b"9" * 10_000 + b"}",
    b'{"a":NaN}',
    b'{"a":-Infinity}',
    b'{"a":"\\ud800"}',
    b'{"\\udfff":1}',
    b'{"a":"\\uffff"}',
    '{"a":"\ufdd0"}'.encode(),
    '{"a":["\U000afffe"]}'.encode(),
    b'{"a":"\\u0000"}',
    b'{"a":"\x01"}',
    b'{"a":{"b":{"c":{"d":{}}}}}',
    b'{"a":[[[[]]]]}',
    b"\xef\xbb\xbf{}",
    b"{}{}",
    b"[]",
    b"1",
    b'"a"',
    b"null",
    b"",
    b"{" * 100_000,
    b"[" * 100_000,
    b'{"a":"\xff"}',
    b'{"a":"\xed\xa0\x80"}',
]


@pytest.mark.parametrize("raw", GOOD)
def test_good_json_is_what_the_stdlib_says(raw: bytes) -> None:
    assert parse(raw, ENVELOPE_DEPTH) == json.loads(raw)


@pytest.mark.parametrize("raw", BAD, ids=lambda raw: repr(raw[:24]))
def test_what_the_wire_does_not_allow_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(raw, ENVELOPE_DEPTH)


@pytest.mark.parametrize("letter", ["x", "\u00e8", "\U0001d11e"])
def test_texts_are_measured_in_code_points(letter: str) -> None:
    for length, good in ((16_384, True), (16_385, False)):
        for document in ({"a": letter * length}, {letter * length: 1}):
            for escaped in (True, False):
                raw = json.dumps(document, ensure_ascii=escaped).encode()
                assert _passes(raw) is good


def _passes(raw: bytes, **settings: Any) -> bool:
    try:
        parse(raw, ENVELOPE_DEPTH, **settings)
    except Malformed:
        return False
    return True


def test_only_the_outermost_member_named_may_be_long() -> None:
    long = "A" * 20_000
    assert _passes(json.dumps({"data_base64": long}).encode(), exempt="data_base64")
    assert not _passes(json.dumps({"data_base64": long}).encode())
    assert not _passes(json.dumps({"x": {"data_base64": long}}).encode(), exempt="data_base64")
    assert not _passes(json.dumps({"data_base64": [long]}).encode(), exempt="data_base64")
    assert not _passes(json.dumps({"data_base64": "A", "x": long}).encode(), exempt="data_base64")


def test_depth_is_counted_from_the_outermost_object() -> None:
    for depth in range(1, 20):
        raw = b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)
        parse(raw, depth)
        with pytest.raises(Malformed):
            parse(raw, depth - 1)


def test_an_envelope_is_read_in_less_than_60_microseconds() -> None:
    value = json.loads((ROOT / "wire" / "test-vector.json").read_text())["value"].encode()
    best = min(timeit.repeat(lambda: parse(value, 4, exempt="data_base64"), number=20, repeat=50)) / 20
    assert best < 60e-6
