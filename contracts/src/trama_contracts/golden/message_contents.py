"""Cases of what messages say, type by type, in good form and in wrong (wire section 11)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from trama_contracts.encoding import b64, b64u
from trama_contracts.golden.event_draft import DSM_EVENTS, DSM_FACTS, SIL_EVENTS, swap
from trama_contracts.golden.fixtures import HEIR_KEY, NOW, SIL_HPKE, drawn, uuid_of
from trama_contracts.golden.message_cases import NOBODYS
from trama_contracts.golden.message_draft import MessageDraft, message
from trama_contracts.golden.wrong_attributes import HASH, NOT_HASHES, NOT_UUIDS
from trama_contracts.golden.wrong_places import OTHER
from trama_contracts.golden.wrong_rest import MOMENTS
from trama_contracts.moments import instant
from trama_contracts.outcomes import Outcome
from trama_contracts.sealing import compact

STREAM: Final = uuid_of("granted stream")
GRANT: Final[dict[str, Any]] = {
    "topic": DSM_EVENTS,
    "stream": STREAM,
    "key": b64u(drawn("granted key")),
    "circle": "care",
    "scope": f"referral:{uuid_of('referral')}",
    "record": uuid_of("record"),
    "authorisation": uuid_of("authorisation"),
    "purpose": "care",
    "basis": {"kind": "consent"},
    "from": {"seq": 1},
}
WHOLE_GRANT: Final[dict[str, Any]] = GRANT | {
    "basis": {"kind": "law", "act": "L. 68/1999", "article": "2"},
    "valid_until": "2014-10-14T00:00:00.000Z",
    "continues": {"topic": DSM_EVENTS, "stream": uuid_of("old stream"), "seq": 9, "hash": HASH},
    "from": {"seq": 5, "prevhash": OTHER},
}
STREAMS: Final = {DSM_EVENTS: [STREAM]}
TRIPLES: Final = {DSM_EVENTS: [[STREAM, 7, HASH]]}
EMPTY: Final[dict[str, Any]] = {}
RECEIPT: Final[dict[str, Any]] = {
    "applied": {SIL_EVENTS: [[STREAM, 3, HASH]]},
    "rejected": {SIL_EVENTS: [[uuid_of("rejected"), "bad-commit"]]},
    "granted": {SIL_EVENTS: [uuid_of("granted only")]},
}
FILE: Final[dict[str, Any]] = {
    "file": uuid_of("file"),
    "sha256": HASH,
    "part": 1,
    "of": 2,
    "data": [b64(drawn("file", 300)), ""],
}
ERASURE: Final[dict[str, Any]] = {"order": uuid_of("order"), "streams": STREAMS, "action": "ordered"}


def _good(name: str, wire_type: str, members: dict[str, Any]) -> MessageDraft:
    content = message(f"it.trama.{wire_type}.v1", **members)
    return MessageDraft(f"good-{name}", Outcome.OK, "section 11", content=content)


def _bad(name: str, why: str, wire_type: str, members: dict[str, Any]) -> MessageDraft:
    content = message(f"it.trama.{wire_type}.v1", **members)
    return MessageDraft(f"content-{name}", Outcome.INVALID_PAYLOAD, f"section 11: {why}", content=content)


def _without(members: dict[str, Any], name: str) -> dict[str, Any]:
    return {kept: value for kept, value in members.items() if kept != name}


def good() -> Iterator[MessageDraft]:
    """Each type, least and whole."""
    yield _good("grant", "grant", {"grants": [GRANT]})
    yield _good("grant-whole", "grant", {"grants": [WHOLE_GRANT]})
    many = [GRANT | {"stream": uuid_of(f"granted stream {n}")} for n in range(64)]
    yield _good("grant-of-64", "grant", {"grants": many})
    yield _good(
        "grant-of-facts", "grant", {"grants": [GRANT | {"topic": DSM_FACTS, "circle": "accountability"}]}
    )
    yield _good("grant-of-both-topics", "grant", {"grants": [GRANT, GRANT | {"topic": DSM_FACTS}]})
    yield _good(
        "grant-twice-another-key", "grant", {"grants": [GRANT, GRANT | {"key": b64u(drawn("other"))}]}
    )
    yield _good("grant-unknown-members", "grant", {"grants": [GRANT | {"note": [1]}], "other": True})
    yield MessageDraft(
        "good-grant-of-a-predecessors-stream",
        Outcome.OK,
        "section 12: streams pass to the successor",
        sender="erede.registry",
        signer=HEIR_KEY,
        content=message("it.trama.grant.v1", grants=[GRANT | {"topic": "pn.estinto.registry.events.v1"}]),
    )
    yield _good("grant-end", "grant-end", {"streams": STREAMS, "reason": "fine"})
    yield _good("grant-end-of-nothing", "grant-end", {"streams": {}, "reason": ""})
    yield _good("receipt", "receipt", RECEIPT)
    yield _good("receipt-empty", "receipt", {"applied": {}, "rejected": {}, "granted": {}})
    yield _good("heads", "heads", {"heads": TRIPLES})
    yield _good("heads-empty", "heads", {"heads": EMPTY})
    yield _good("request-all-keys", "request", {"keys": EMPTY})
    yield _good("request-nothing", "request", {})
    whole = {"keys": STREAMS, "resend": {DSM_EVENTS: [[STREAM, 4]]}, "files": [uuid_of("file")]}
    yield _good("request-whole", "request", whole)
    yield _good("file", "file", FILE)
    yield _good("file-last-part", "file", FILE | {"part": 2, "data": []})
    yield _good("erasure-ordered", "erasure", ERASURE)
    yield _good("erasure-confirmed", "erasure", ERASURE | {"action": "confirmed", "counts": {"rows": 12}})
    yield _good("erasure-of-nothing", "erasure", ERASURE | {"action": "confirmed", "counts": {"rows": 0}})
    basis = {"kind": "law", "act": "D.P.R. 445/2000"}
    yield _good("erasure-refused", "erasure", ERASURE | {"action": "refused", "basis": basis})


def json_faults() -> Iterator[MessageDraft]:
    """Inner JSON, type and sent_at."""
    heads = message("it.trama.heads.v1", heads=TRIPLES)
    raw = compact(heads)
    for name, wrong in {
        "empty": b"",
        "array": b"[]",
        "trailing-data": raw + b"x",
        "bom": b"\xef\xbb\xbf" + raw,
        "repeated": swap("{", '{"heads":{},')(raw),
        "repeated-topic": raw.replace(b'{"pn.', b'{"pn.dsm.registry.events.v1":[],"pn.', 1),
        "null": swap("{", '{"keys":null,')(raw),
        "fraction": swap(",7,", ",7.0,")(raw),
        "minus-zero": swap(",7,", ",-0,")(raw),
        "lone-surrogate": swap("{", '{"a":"\\udc00",')(raw),
        "depth-17": swap("{", '{"a":' + "[" * 16 + "]" * 16 + ",")(raw),
    }.items():
        why = "section 5, in the inner JSON"
        yield MessageDraft(f"content-json-{name}", Outcome.INVALID_PAYLOAD, why, content=wrong)
    for name, wire_type in {
        "unknown": "it.trama.greeting.v1",
        "v2": "it.trama.heads.v2",
        "an-events": "it.trama.registry.conformance-noted.v1",
        "capitals": "it.trama.Heads.v1",
        "number": 1,
        "array": ["it.trama.heads.v1"],
        "object": {},
    }.items():
        yield MessageDraft(
            f"content-type-{name}",
            Outcome.INVALID_PAYLOAD,
            "section 11: the types",
            content=heads | {"type": wire_type},
        )
    for name in ("type", "sent_at"):
        yield MessageDraft(
            f"content-{name}-absent",
            Outcome.INVALID_PAYLOAD,
            "section 11: {type, sent_at, ...}",
            content=_without(heads, name),
        )
    for name in ("no-milliseconds", "offset", "30-february", "second-60", "date", "empty"):
        yield _bad(f"sent-at-{name}", "sent_at", "heads", {"heads": {}, "sent_at": MOMENTS[name]})
    yield _bad("sent-at-number", "sent_at", "heads", {"heads": {}, "sent_at": 1381708800})
    yield _bad(
        "wrong-and-stale", "invalid-payload before stale", "heads", {"sent_at": "2001-01-01T00:00:00.000Z"}
    )


def _grant(name: str, why: str, **changes: Any) -> MessageDraft:  # noqa: ANN401 - any JSON
    return _bad(f"grant-{name}", why, "grant", {"grants": [GRANT | changes]})


def grant_forms() -> Iterator[MessageDraft]:
    """A fault of form refuses the whole message."""
    for name in GRANT:
        yield _bad(f"grant-{name}-absent", "required", "grant", {"grants": [_without(GRANT, name)]})
    for name in ("topic", "stream", "key", "circle", "record", "basis", "from", "purpose", "scope"):
        yield _grant(f"{name}-number", "another kind", **{name: 1})
    yield _bad("grant-none", "grants: 1..64", "grant", {"grants": []})
    many = [GRANT | {"stream": uuid_of(f"granted stream {n}")} for n in range(65)]
    yield _bad("grant-of-65", "grants: 1..64", "grant", {"grants": many})
    yield _bad("grant-not-an-array", "grants", "grant", {"grants": GRANT})
    yield _bad("grant-absent", "grants", "grant", {})
    yield _bad(
        "grant-second-wrong", "refuses the whole message", "grant", {"grants": [GRANT, GRANT | {"key": ""}]}
    )
    for name in ("short", "long", "padded", "trailing-bits", "standard-alphabet"):
        yield _grant(f"key-{name}", "b64u of 32 bytes", key=NOT_HASHES[name])
    yield _grant("stream-capitals", "uuid", stream=NOT_UUIDS["capitals"])
    yield _grant("record-version-1", "uuid", record=NOT_UUIDS["version-1"])
    yield _grant("authorisation-nil", "uuid", authorisation=NOT_UUIDS["nil"])
    yield _grant("circle-own", "a circle", circle="own")
    yield _grant("topic-mailbox", "a topic of streams", topic="pn.dsm.registry.mailbox.v1")
    yield _grant("topic-catalogue", "a topic of streams", topic="pn.dsm.registry.catalogue.v1")
    yield _grant("topic-directory", "a topic of streams", topic="pn.network.directory.v1")
    yield _grant("topic-member-reserved", "a topic of streams", topic="pn.network.registry.events.v1")
    yield _grant("topic-member-capitals", "a topic of streams", topic="pn.DSM.registry.events.v1")
    yield _grant("topic-service-short", "a topic of streams", topic="pn.dsm.re.events.v1")
    yield _grant("topic-network-capitals", "a topic of streams", topic="PN.dsm.registry.events.v1")
    yield _grant("topic-v2", "a topic of streams", topic="pn.dsm.registry.events.v2")
    yield _grant("basis-kind", "consent|law", basis={"kind": "contract"})
    yield _grant("basis-kind-absent", "consent|law", basis={})
    yield _grant("basis-act-number", "act?", basis={"kind": "law", "act": 68})
    yield _grant("valid-until-date", "valid_until is a moment", valid_until="2014-10-14")
    yield _grant("valid-until-number", "valid_until is a moment", valid_until=1)
    yield _grant("continues-text", "continues?", continues="x")
    yield _grant("continues-seq-zero", "continues?", continues=WHOLE_GRANT["continues"] | {"seq": 0})
    yield _grant(
        "continues-hash-short", "continues?", continues=WHOLE_GRANT["continues"] | {"hash": HASH[:-1]}
    )
    yield _grant("from-zero", "from.seq from 1", **{"from": {"seq": 0}})
    yield _grant("from-text", "from.seq", **{"from": {"seq": "1"}})
    yield _grant("from-true", "from.seq", **{"from": {"seq": True}})
    yield _grant("from-too-large", "from.seq", **{"from": {"seq": 2**31}})
    yield _grant("from-prevhash-missing", "prevhash absent iff seq = 1", **{"from": {"seq": 2}})
    yield _grant(
        "from-prevhash-in-the-first", "prevhash absent iff seq = 1", **{"from": {"seq": 1, "prevhash": HASH}}
    )
    yield _grant("from-prevhash-short", "a hash", **{"from": {"seq": 2, "prevhash": HASH[:-1]}})


def grant_sources() -> Iterator[MessageDraft]:
    """A grant of a topic that is not the sender's refuses the whole message."""
    wrong, why = Outcome.WRONG_SOURCE, "section 11: a grant of a topic that is not the sender's"
    for name, topics in {
        "recipients": [SIL_EVENTS],
        "sisters": ["pn.dsm.placement.events.v1"],
        "sisters-facts": ["pn.dsm.placement.facts.v1"],
        "other-members": ["pn.coop-prova.registry.events.v1"],
        "other-networks": ["ud.dsm.registry.events.v1"],
        "predecessors-of-another": ["pn.estinto.registry.events.v1"],
        "second": [DSM_EVENTS, SIL_EVENTS],
    }.items():
        grants = [GRANT | {"topic": topic} for topic in topics]
        content = message("it.trama.grant.v1", grants=grants)
        yield MessageDraft(f"grant-topic-{name}", wrong, why, content=content)
    foreign = [GRANT | {"topic": SIL_EVENTS}]
    yield MessageDraft(
        "grant-topic-recipients-and-stale",
        wrong,
        "section 11: refused whole, before stale",
        content=message("it.trama.grant.v1", grants=foreign, sent_at=instant(NOW - timedelta(days=99))),
    )
    yield _bad(
        "grant-topic-recipients-and-form",
        "form before the topic",
        "grant",
        {"grants": [*foreign, GRANT | {"key": ""}]},
    )
    yield MessageDraft(
        "grant-stale",
        Outcome.STALE,
        "section 11: older than 60 days",
        content=message("it.trama.grant.v1", grants=[GRANT], sent_at=instant(NOW - timedelta(days=61))),
    )
    yield MessageDraft("grant-to-an-unknown-key", Outcome.UNKNOWN_HPKEKEY, "section 14", sealed_to=NOBODYS)
    yield MessageDraft(
        "grant-under-anothers-name",
        Outcome.BAD_TAG,
        "section 11",
        sealed_to=NOBODYS,
        named_key=SIL_HPKE.hpkekey,
    )


def stream_lists() -> Iterator[MessageDraft]:
    """T = {topic: [..]}, in every type that has one."""
    lists: dict[str, Any] = {
        "array": [STREAM],
        "of-text": {DSM_EVENTS: STREAM},
        "of-numbers": {DSM_EVENTS: [1]},
        "not-uuid": {DSM_EVENTS: [NOT_UUIDS["capitals"]]},
        "topic-mailbox": {"pn.dsm.registry.mailbox.v1": [STREAM]},
        "topic-principal": {"dsm.registry": [STREAM]},
        "topic-empty": {"": []},
    }
    for name, wrong in lists.items():
        yield _bad(f"grant-end-{name}", "T", "grant-end", {"streams": wrong, "reason": "x"})
    yield _bad("request-keys-array", "T", "request", {"keys": [STREAM]})
    yield _bad("request-keys-topic", "T", "request", {"keys": {"x": []}})
    yield _bad("receipt-granted-not-uuid", "T", "receipt", RECEIPT | {"granted": {DSM_EVENTS: ["x"]}})
    yield _bad("erasure-streams-array", "T", "erasure", ERASURE | {"streams": [STREAM]})
    yield _bad("grant-end-streams-absent", "required", "grant-end", {"reason": "x"})
    yield _bad("grant-end-reason-absent", "required", "grant-end", {"streams": STREAMS})
    yield _bad("grant-end-reason-number", "text", "grant-end", {"streams": STREAMS, "reason": 1})


def triples() -> Iterator[MessageDraft]:
    """[stream, seq, hash]."""
    for name, triple in {
        "pair": [STREAM, 1],
        "four": [STREAM, 1, HASH, HASH],
        "object": {"stream": STREAM, "seq": 1, "hash": HASH},
        "seq-zero": [STREAM, 0, HASH],
        "seq-text": [STREAM, "1", HASH],
        "seq-two-to-31": [STREAM, 2**31, HASH],
        "hash-short": [STREAM, 1, HASH[:-1]],
        "stream-capitals": [NOT_UUIDS["capitals"], 1, HASH],
        "exchanged": [1, STREAM, HASH],
    }.items():
        yield _bad(f"heads-{name}", "[stream, seq, hash]", "heads", {"heads": {DSM_EVENTS: [triple]}})
    yield _bad("heads-absent", "required", "heads", {})
    yield _bad("heads-array", "T", "heads", {"heads": [[STREAM, 1, HASH]]})
    for name in RECEIPT:
        yield _bad(f"receipt-{name}-absent", "required", "receipt", _without(RECEIPT, name))
    yield _bad(
        "receipt-applied-pair",
        "[stream, seq, hash]",
        "receipt",
        RECEIPT | {"applied": {SIL_EVENTS: [[STREAM, 1]]}},
    )
    for name, pair in {"alone": [STREAM], "code-number": [STREAM, 1], "event-text": ["x", "gap"]}.items():
        yield _bad(
            f"receipt-rejected-{name}",
            "[event, code]",
            "receipt",
            RECEIPT | {"rejected": {SIL_EVENTS: [pair]}},
        )
    for name, resend in {"alone": [STREAM], "zero": [STREAM, 0], "text": [STREAM, "1"]}.items():
        yield _bad(f"request-resend-{name}", "[stream, from]", "request", {"resend": {DSM_EVENTS: [resend]}})
    yield _bad("request-files-not-uuid", "files?: [uuid]", "request", {"files": ["x"]})
    yield _bad("request-files-object", "files?: [uuid]", "request", {"files": {}})


def files_and_erasures() -> Iterator[MessageDraft]:
    """Documents in parts, orders to erase and their answers."""
    for name in FILE:
        yield _bad(f"file-{name}-absent", "required", "file", _without(FILE, name))
    wrong: dict[str, dict[str, Any]] = {
        "part-zero": {"part": 0},
        "part-beyond": {"part": 3},
        "of-zero": {"of": 0},
        "part-text": {"part": "1"},
        "sha256-hex": {"sha256": "0" * 64},
        "not-uuid": {"file": "x"},
        "data-text": {"data": "AAAA"},
        "data-no-padding": {"data": ["AA"]},
        "data-trailing-bits": {"data": ["AB=="]},
        "data-newline": {"data": ["AAAA\n"]},
        "data-url-alphabet": {"data": ["-_AA"]},
        "data-number": {"data": [1]},
    }
    for name, changes in wrong.items():
        yield _bad(f"file-{name}", "file", "file", FILE | changes)
    for name in ERASURE:
        yield _bad(f"erasure-{name}-absent", "required", "erasure", _without(ERASURE, name))
    odd: dict[str, dict[str, Any]] = {
        "action": {"action": "done"},
        "order-not-uuid": {"order": "x"},
        "counts-negative": {"counts": {"rows": -1}},
        "counts-text": {"counts": {"rows": "1"}},
        "counts-array": {"counts": [1]},
        "basis-text": {"basis": "law"},
        "basis-kind": {"basis": {"kind": "x"}},
    }
    for name, change in odd.items():
        yield _bad(f"erasure-{name}", "erasure", "erasure", ERASURE | change)


def drafts() -> Iterator[MessageDraft]:
    """All cases of what messages say."""
    groups = (good, json_faults, grant_forms, grant_sources, stream_lists, triples, files_and_erasures)
    for group in groups:
        yield from group()
