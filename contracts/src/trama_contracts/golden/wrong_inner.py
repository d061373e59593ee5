"""Cases of what is sealed: inner JSON, type, circle, and all the rest (wire section 9)."""

from collections.abc import Iterator
from typing import Any, Final

from trama_contracts.golden.event_draft import DSM_FACTS, SIL_EVENTS, SIL_FACTS, Draft, swap
from trama_contracts.golden.fixtures import PAYLOAD, SIL_KEY, Noted, NotedFact, fact_inner, inner
from trama_contracts.outcomes import Outcome
from trama_contracts.sealing import compact

GOOD: Final = compact(inner())
UNKNOWN_TYPE: Final = "it.trama.registry.not-yet-invented.v1"


ACTOR: Final = {"role": "operator", "member": "dsm", "operator": "op-17"}


def _raw(name: str, why: str, raw: bytes) -> Draft:
    return Draft(f"inner-{name}", Outcome.INVALID_PAYLOAD, why, inner=raw)


def refused(name: str, why: str, **changes: Any) -> Draft:  # noqa: ANN401 - any JSON
    return Draft(f"inner-{name}", Outcome.INVALID_PAYLOAD, why, inner=inner(**changes))


def accepted(name: str, why: str, **changes: Any) -> Draft:  # noqa: ANN401 - any JSON
    return Draft(f"good-inner-{name}", Outcome.OK, why, inner=inner(**changes))


def _nested(depth: int) -> Any:  # noqa: ANN401 - any JSON
    return 1 if depth == 0 else [_nested(depth - 1)]


def json_faults() -> Iterator[Draft]:
    """The inner JSON is of section 5 as well, at most 16 deep."""
    why = "section 5, in the inner JSON"
    for name, raw in {
        "empty": b"",
        "array": b"[]",
        "null": b"null",
        "text": b'"x"',
        "cut": GOOD[:-1],
        "trailing-data": GOOD + b"{}",
        "trailing-nul": GOOD + b"\x00",
        "bom": b"\xef\xbb\xbf" + GOOD,
        "latin-1": GOOD.decode().encode("latin-1"),
    }.items():
        yield _raw(f"json-{name}", why, raw)
    replaced = {
        "repeated": ('"circle":', '"circle":"care","circle":'),
        "repeated-deep": ('"count":3', '"count":3,"count":3'),
        "fraction": ('"count":3', '"count":3.0'),
        "exponent": ('"count":3', '"count":3e0'),
        "minus-zero": ('"count":3', '"count":-0'),
        "two-to-53": ('"count":3', '"count":9007199254740992'),
        "nan": ('"count":3', '"count":NaN'),
        "null-optional": ('"count":3', '"count":3,"remark":null'),
        "null-in-array": ('"tags":["a"', '"tags":[null,"a"'),
        "null-unknown": ('{"type"', '{"other":null,"type"'),
        "null-traceparent": ('{"type"', '{"traceparent":null,"type"'),
        "null-corrects": ('{"type"', '{"corrects":null,"type"'),
        "lone-surrogate": ("però", "per\\ud83d"),
        "noncharacter": ("però", "per\uffff"),
        "noncharacter-fffe": ("però", "per\ufffe"),
        "noncharacter-1fffe": ("però", "per\\ud83f\\udffe"),
        "noncharacter-10ffff": ("però", "per\U0010ffff"),
        "noncharacter-fdef": ("però", "per\\ufdef"),
        "noncharacter-in-a-name": ('"count":3', '"count":3,"\\ufdd0":1'),
        "nul": ("però", "per\\u0000"),
        "newline-bare": ("però", "per\n"),
    }
    for name, (old, new) in replaced.items():
        yield _raw(f"json-{name}", why, swap(old, new)(GOOD))
    yield refused("json-depth-17", "section 5: depth <= 16", other=_nested(16))
    yield refused("json-long-text", "section 5: strings <= 16384", payload={**PAYLOAD, "text": "x" * 16_385})
    yield refused("json-long-unknown", "section 5: strings <= 16384", other="x" * 16_385)
    yield refused("json-long-name", "section 5: names <= 16384", payload={**PAYLOAD, "x" * 16_385: 1})
    yield refused(
        "json-long-data-base64",
        "section 5: the exception is the attribute of an event, not a member of its content",
        data_base64="A" * 16_388,
    )


def json_edges() -> Iterator[Draft]:
    """What section 5 just allows."""
    yield accepted("depth-16", "section 5: depth <= 16", other=_nested(15))
    yield accepted("text-of-16384", "section 5: code points", payload={**PAYLOAD, "text": "x" * 16_384})
    yield accepted(
        "text-of-16384-astral",
        "section 5: code points, not UTF-16 units nor bytes",
        payload={**PAYLOAD, "text": "\U0001d11e" * 16_384},
    )
    yield accepted("largest-number", "section 5", payload={**PAYLOAD, "count": 2**53 - 1})
    yield accepted("smallest-number", "section 5", payload={**PAYLOAD, "count": -(2**53 - 1)})
    yield accepted(
        "decomposed-text", "section 1: never normalised", payload={**PAYLOAD, "text": "pero\u0300"}
    )
    yield accepted(
        "controls-escaped", "section 5: only U+0000", payload={**PAYLOAD, "text": "a\tb\nc\x01\x7f"}
    )
    yield accepted("bom-inside", "section 5: U+FEFF is a character", payload={**PAYLOAD, "text": "\ufeffx"})
    escaped = swap("però", "per\\u00f2 \\ud834\\udd1e\\/")(GOOD)
    yield Draft("good-inner-escapes", Outcome.OK, "section 5: an escape is the character", inner=escaped)
    yield Draft("good-inner-whitespace", Outcome.OK, "section 5", inner=b" \r\n\t" + GOOD + b"\n")
    yield accepted("unknown-member", "section 9: ignored by readers", other={"x": [1, True, "y"]})
    yield accepted("unknown-in-payload", "section 9: ignored by readers", payload={**PAYLOAD, "other": [{}]})
    yield accepted("unknown-in-actor", "section 9: ignored by readers", actor={**ACTOR, "shift": 2})


def types() -> Iterator[Draft]:
    """it.trama.<service>.<name>.v<N>, of the service that writes."""
    why = "section 9: type"
    for name, wire_type in {
        "number": 1,
        "array": [Noted.wire_type],
        "empty": "",
        "no-version": "it.trama.registry.conformance-noted",
        "version-0": "it.trama.registry.conformance-noted.v0",
        "version-01": "it.trama.registry.conformance-noted.v01",
        "version-1000": "it.trama.registry.conformance-noted.v1000",
        "version-capital": "it.trama.registry.conformance-noted.V1",
        "name-capital": "it.trama.registry.Conformance-noted.v1",
        "name-one-letter": "it.trama.registry.c.v1",
        "name-65": f"it.trama.registry.{'c' * 65}.v1",
        "name-digit-first": "it.trama.registry.1st.v1",
        "name-underscore": "it.trama.registry.conformance_noted.v1",
        "no-service": "it.trama.conformance-noted.v1",
        "service-digits": "it.trama.registry2.conformance-noted.v1",
        "other-root": "eu.trama.registry.conformance-noted.v1",
        "sealed": "it.trama.sealed.v1",
        "newline-after": Noted.wire_type + "\n",
        "blank-before": " " + Noted.wire_type,
        "other-service": "it.trama.placement.conformance-noted.v1",
        "fullwidth": "it.trama.registry.conformance-noted.v\uff11",
    }.items():
        yield refused(f"type-{name}", why, type=wire_type)
    yield refused("type-absent", why, type=None)
    yield refused("type-unknown-of-another-service", "section 9: <service>", type="it.trama.placement.xy.v1")
    yield refused(
        "type-wrong-and-circle-not-allowed",
        "section 14: invalid-payload (type) before circle-not-allowed",
        type="it.trama.placement.xy.v1",
        circle="clinical",
    )


def circles() -> Iterator[Draft]:
    """One of the seven names, else the payload is invalid."""
    why = "section 9: circle"
    yield refused("circle-absent", why, circle=None)
    for name, circle in {
        "own": "own",
        "capital": "Care",
        "empty": "",
        "blank": "care ",
        "number": 1,
        "array": ["care"],
        "object": {"care": 1},
    }.items():
        yield refused(f"circle-{name}", why, circle=circle)
    yield refused(
        "circle-unknown-of-unknown-type",
        "section 9: type and circle are checked",
        type=UNKNOWN_TYPE,
        circle="x",
    )


def _refused(name: str, why: str, **settings: Any) -> Draft:  # noqa: ANN401 - settings of a Draft
    return Draft(f"circle-{name}", Outcome.CIRCLE_NOT_ALLOWED, f"section 9: {why}", **settings)


def circles_not_allowed() -> Iterator[Draft]:
    """The four rules of a circle, before unknown-type and all the rest."""
    grant, listed = "must equal the grant's", "among the member's circles in the directory"
    clinical, social = inner(circle="clinical"), inner(type=UNKNOWN_TYPE, circle="social")
    yield _refused("not-the-grants", grant, inner=inner(), circle="clinical")
    yield _refused("unknown-type-not-the-grants", grant, inner=inner(type=UNKNOWN_TYPE), circle="clinical")
    yield _refused("forbidden-by-the-class", "one the class allows", inner=clinical, circle="clinical")
    yield _refused("not-in-the-directory", listed, inner=social, circle="social")
    yield _refused("known-type-not-in-the-directory", listed, inner=inner(circle="justice"), circle="justice")
    yield _refused("not-the-grants-and-odd-rest", "before the rest", inner=inner(circle="clinical", actor=7))
    yield _refused(
        "accountability-on-events",
        "accountability iff the topic is facts",
        inner=fact_inner(type=UNKNOWN_TYPE),
        circle="accountability",
        topic=SIL_EVENTS,
        signer=SIL_KEY,
    )
    yield _refused(
        "fact-on-events",
        "accountability iff the topic is facts",
        inner=fact_inner(),
        circle="accountability",
        topic=SIL_EVENTS,
        signer=SIL_KEY,
    )
    yield _refused(
        "care-on-facts", "facts: accountability and only it", topic=SIL_FACTS, signer=SIL_KEY, inner=inner()
    )
    yield _refused(
        "unknown-care-on-facts",
        "facts: accountability and only it",
        topic=SIL_FACTS,
        signer=SIL_KEY,
        inner=inner(type=UNKNOWN_TYPE),
    )
    yield _refused(
        "accountability-not-in-the-directory",
        listed,
        inner=fact_inner(),
        circle="accountability",
        topic=DSM_FACTS,
    )
    yield _refused(
        "fact-type-in-care", "one the class allows", inner=inner(type=NotedFact.wire_type), circle="care"
    )


def unknown_types() -> Iterator[Draft]:
    """Only type and circle are checked; the position advances."""
    odd: dict[str, dict[str, Any]] = {
        "plain": {},
        "next-version": {"type": "it.trama.registry.conformance-noted.v2"},
        "no-rest": dict.fromkeys(("record", "occurred_at", "recorded_at", "actor", "caused_by", "payload")),
        "odd-record": {"record": 7},
        "odd-actor": {"actor": []},
        "odd-times": {"occurred_at": "yesterday", "recorded_at": 0},
        "odd-causes": {"caused_by": {}},
        "odd-payload": {"payload": "text"},
        "odd-corrects": {"corrects": "x", "continues": 1},
    }
    for name, changes in odd.items():
        content = inner(**({"type": UNKNOWN_TYPE} | changes))
        why = "section 9: unknown type, only type and circle are checked"
        yield Draft(f"unknown-type-{name}", Outcome.UNKNOWN_TYPE, why, inner=content)
    yield Draft(
        "unknown-type-with-a-record-in-accountability",
        Outcome.UNKNOWN_TYPE,
        "section 9: only type and circle are checked",
        inner=inner(type=UNKNOWN_TYPE, circle="accountability"),
        circle="accountability",
        topic=SIL_FACTS,
        signer=SIL_KEY,
    )
    yield refused(
        "unknown-type-with-null", "section 5 holds for every inner JSON", type=UNKNOWN_TYPE, other=[None]
    )


def drafts() -> Iterator[Draft]:
    """All cases of inner JSON."""
    for group in (
        json_faults,
        json_edges,
        types,
        circles,
        circles_not_allowed,
        unknown_types,
    ):
        yield from group()
