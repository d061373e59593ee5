"""Cases of the rest of what is sealed: record, moments, actor, causes, payload (wire section 9)."""

from collections.abc import Iterator
from typing import Any, Final

from trama_contracts.golden.event_draft import SIL_EVENTS, SIL_FACTS, Draft
from trama_contracts.golden.fixtures import PAYLOAD, SIL_KEY, fact_inner, inner, uuid_of
from trama_contracts.golden.wrong_attributes import HASH, NOT_HASHES, NOT_UUIDS
from trama_contracts.golden.wrong_inner import ACTOR, UNKNOWN_TYPE, accepted, refused
from trama_contracts.outcomes import Outcome


def rests() -> Iterator[Draft]:
    """record, causes, corrections and continuations."""
    why = "section 9"
    for name in ("record", "occurred_at", "recorded_at", "actor", "caused_by"):
        yield refused(f"{name}-absent", f"{why}: required", **{name: None})
        yield refused(f"{name}-number", f"{why}: another kind", **{name: 1})
        yield refused(f"{name}-object", f"{why}: another kind", **{name: {}})
    for name in ("capitals", "version-1", "empty"):
        yield refused(f"record-{name}", f"{why}: uuid", record=NOT_UUIDS[name])
        yield refused(f"corrects-{name}", f"{why}: event id", corrects=NOT_UUIDS[name])
        yield refused(f"caused-by-{name}", f"{why}: event ids", caused_by=[uuid_of("c"), NOT_UUIDS[name]])
    yield refused("corrects-array", why, corrects=[uuid_of("c")])
    yield refused("caused-by-17", f"{why}: <= 16", caused_by=[uuid_of(f"c{n}") for n in range(17)])
    yield refused("caused-by-numbers", f"{why}: event ids", caused_by=[1])
    yield refused("caused-by-text", f"{why}: array", caused_by=uuid_of("c"))
    yield accepted("caused-by-16", f"{why}: <= 16", caused_by=[uuid_of(f"c{n}") for n in range(16)])
    yield accepted("caused-by-none", f"{why}: array", caused_by=[])
    yield accepted("corrects", why, corrects=uuid_of("c"))
    for name, text in {
        "bad": "00-xyz",
        "zeros": "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "number": 7,
        "object": {"id": 1},
    }.items():
        yield accepted(f"traceparent-{name}", f"{why}: traceparent ignored if bad", traceparent=text)
    yield accepted("traceparent", why, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def actors() -> Iterator[Draft]:
    """{role, member, operator, on_behalf_of?: member, ground?}."""
    why = "section 9: actor"
    for name in ACTOR:
        yield refused(f"actor-{name}-absent", why, actor={k: v for k, v in ACTOR.items() if k != name})
        yield refused(f"actor-{name}-number", why, actor={**ACTOR, name: 1})
    for name in ("DSM", "d", "manifest", "network", "dsm.registry", "dsm-", ""):
        yield refused(f"actor-member-{name or 'empty'}", f"{why}: member", actor={**ACTOR, "member": name})
    yield refused("actor-text", why, actor="op-17")
    yield refused("actor-array", why, actor=[ACTOR])
    yield refused("actor-on-behalf-of-name", why, actor={**ACTOR, "on_behalf_of": "Prova Persona"})
    yield refused("actor-on-behalf-of-number", why, actor={**ACTOR, "on_behalf_of": 3})
    yield refused("actor-ground-number", why, actor={**ACTOR, "ground": 3})
    yield accepted("actor-whole", why, actor={**ACTOR, "on_behalf_of": "sil", "ground": "sostituzione"})


def continuations() -> Iterator[Draft]:
    """{topic, stream, seq, hash}."""
    why = "section 9: continues"
    good = {"topic": SIL_EVENTS, "stream": uuid_of("old stream"), "seq": 4, "hash": HASH}
    yield accepted("continues", why, continues=good)
    yield accepted("continues-unknown-member", why, continues={**good, "other": 1})
    yield accepted("continues-first", why, continues={**good, "seq": 1})
    yield accepted("continues-largest", why, continues={**good, "seq": 2**31 - 1})
    for name in good:
        yield refused(f"continues-{name}-absent", why, continues={k: v for k, v in good.items() if k != name})
    wrong: dict[str, tuple[str, Any]] = {
        "topic-directory": ("topic", "pn.network.directory.v1"),
        "topic-mailbox": ("topic", "pn.sil.registry.mailbox.v1"),
        "topic-capitals": ("topic", SIL_EVENTS.upper()),
        "topic-member-capitals": ("topic", "pn.SIL.registry.events.v1"),
        "topic-member-reserved": ("topic", "pn.manifest.registry.events.v1"),
        "topic-network-short": ("topic", "p.sil.registry.events.v1"),
        "topic-service-digits": ("topic", "pn.sil.registry2.events.v1"),
        "topic-newline": ("topic", SIL_EVENTS + "\n"),
        "topic-v2": ("topic", SIL_EVENTS[:-1] + "2"),
        "topic-number": ("topic", 1),
        "stream-capitals": ("stream", NOT_UUIDS["capitals"]),
        "seq-zero": ("seq", 0),
        "seq-text": ("seq", "4"),
        "seq-true": ("seq", True),
        "seq-two-to-31": ("seq", 2**31),
        "hash-number": ("hash", 1),
    }
    for name, (member, value) in wrong.items():
        yield refused(f"continues-{name}", why, continues={**good, member: value})
    for name in ("short", "long", "padded", "trailing-bits", "standard-alphabet"):
        yield refused(f"continues-hash-{name}", why, continues={**good, "hash": NOT_HASHES[name]})
    yield refused("continues-text", why, continues="x")


MOMENTS: Final = {
    "no-milliseconds": "2013-10-14T07:30:00Z",
    "two-digits": "2013-10-14T07:30:00.00Z",
    "microseconds": "2013-10-14T07:30:00.000000Z",
    "comma": "2013-10-14T07:30:00,000Z",
    "offset": "2013-10-14T07:30:00.000+00:00",
    "no-zone": "2013-10-14T07:30:00.000",
    "small-z": "2013-10-14T07:30:00.000z",
    "small-t": "2013-10-14t07:30:00.000Z",
    "blank": "2013-10-14 07:30:00.000Z",
    "date": "2013-10-14",
    "week": "2013-W42-1T07:30:00.000Z",
    "year-0000": "0000-10-14T07:30:00.000Z",
    "year-of-five": "12013-10-14T07:30:00.000Z",
    "month-13": "2013-13-14T07:30:00.000Z",
    "month-00": "2013-00-14T07:30:00.000Z",
    "day-32": "2013-10-32T07:30:00.000Z",
    "day-00": "2013-10-00T07:30:00.000Z",
    "30-february": "2013-02-30T07:30:00.000Z",
    "29-february-2013": "2013-02-29T07:30:00.000Z",
    "hour-24": "2013-10-14T24:00:00.000Z",
    "minute-60": "2013-10-14T07:60:00.000Z",
    "second-60": "2013-10-14T23:59:60.000Z",
    "newline-after": "2013-10-14T07:30:00.000Z\n",
    "arabic-digits": "\u0662013-10-14T07:30:00.000Z",
    "empty": "",
}


def moments() -> Iterator[Draft]:
    """YYYY-MM-DDThh:mm:ss.sssZ by pattern, year 0001..9999, second <= 59."""
    for name, text in MOMENTS.items():
        yield refused(f"occurred-at-{name}", "section 9: moments", occurred_at=text)
    yield refused("recorded-at-second-60", "section 9: second <= 59", recorded_at=MOMENTS["second-60"])
    yield accepted("first-moment", "section 9: year 0001", occurred_at="0001-01-01T00:00:00.000Z")
    yield accepted("last-moment", "section 9: year 9999", occurred_at="9999-12-31T23:59:59.999Z")
    yield accepted("29-february-2012", "section 9", occurred_at="2012-02-29T00:00:00.000Z")
    yield accepted(
        "recorded-before-occurred", "section 9 gives no order", recorded_at="2012-02-29T00:00:00.000Z"
    )


def payloads() -> Iterator[Draft]:
    """payload: an object, by type."""
    why = "section 9: payload, by type"
    for name, payload in {"text": "x", "array": [PAYLOAD], "true": True, "empty": {}}.items():
        yield refused(f"payload-{name}", why, payload=payload)
    document = inner()
    del document["payload"]
    yield Draft("inner-payload-absent", Outcome.INVALID_PAYLOAD, why, inner=document)
    wrong: dict[str, tuple[str, Any]] = {
        "text-number": ("text", 1),
        "number-text": ("count", "3"),
        "number-true": ("count", True),
        "date-time": ("on", "2013-10-14T00:00:00.000Z"),
        "date-number": ("on", 1381708800),
        "date-number-text": ("on", "1381708800"),
        "date-short": ("on", "2013-10-1"),
        "date-basic": ("on", "20131014"),
        "date-29-february": ("on", "2013-02-29"),
        "date-year-0000": ("on", "0000-10-14"),
        "date-newline": ("on", "2013-10-14\n"),
        "array-text": ("tags", "a"),
        "array-of-numbers": ("tags", [1]),
        "optional-number": ("remark", 1),
    }
    for name, (member, value) in wrong.items():
        yield refused(f"payload-{name}", why, payload={**PAYLOAD, member: value})
    for member in ("text", "on", "count"):
        rest = {name: value for name, value in PAYLOAD.items() if name != member}
        yield refused(f"payload-{member}-absent", why, payload=rest)
    yield accepted("payload-optional-absent", why, payload={"text": "", "on": "2013-10-14", "count": 0})


def facts() -> Iterator[Draft]:
    """Facts: accountability, no record."""
    for name, expect, content in (
        ("good-fact", Outcome.OK, fact_inner()),
        ("fact-with-record", Outcome.INVALID_PAYLOAD, fact_inner(record=uuid_of("record"))),
        ("fact-without-reporting-id", Outcome.INVALID_PAYLOAD, fact_inner(payload={"on": "2013-10-14"})),
        ("fact-unknown-type", Outcome.UNKNOWN_TYPE, fact_inner(type=UNKNOWN_TYPE)),
    ):
        yield Draft(
            name,
            expect,
            "section 9: record absent iff circle = accountability",
            inner=content,
            circle="accountability",
            topic=SIL_FACTS,
            signer=SIL_KEY,
        )


def drafts() -> Iterator[Draft]:
    """All cases of the rest."""
    for group in (rests, actors, continuations, moments, payloads, facts):
        yield from group()
