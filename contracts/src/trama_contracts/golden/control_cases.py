"""Cases of the control event that erases a stream (wire section 10)."""

from collections.abc import Iterator
from typing import Any

from trama_contracts.golden.case import Erased
from trama_contracts.golden.event_draft import ABSENT, DSM_EVENTS, SIL_FACTS, Draft, last_header
from trama_contracts.golden.fixtures import DSM_RETIRED, DSM_REVOKED, SIL_KEY, signing_key, uuid_of
from trama_contracts.golden.wrong_attributes import HASH
from trama_contracts.golden.wrong_carriage import FORGED
from trama_contracts.golden.wrong_places import OTHER
from trama_contracts.outcomes import Outcome, Position
from trama_contracts.sealing import value_hash


def _control(name: str, expect: Outcome, why: str, **settings: Any) -> Draft:  # noqa: ANN401 - settings of a Draft
    return Draft(f"control-{name}", expect, f"section 10: {why}", control=True, **settings)


def applied() -> Iterator[Draft]:
    """Erase at once, whatever the key and the position."""
    ok = Outcome.OK
    yield _control("first", ok, "signature, form, then erase at once")
    yield _control("next", ok, "erase at once", seq=2, prevhash=HASH, position=Position(1, HASH, {1: HASH}))
    yield _control("never-granted", ok, "recorded for ever even if never granted", circle=None)
    yield _control(
        "gap", ok, "a gap raises an alarm, not a refusal", seq=9, prevhash=HASH, position=Position(1, OTHER)
    )
    yield _control(
        "other-prevhash", ok, "an alarm, not a refusal", seq=2, prevhash=HASH, position=Position(1, OTHER)
    )
    yield _control("behind", ok, "whatever the position", position=Position(7, HASH, {7: HASH}))
    yield _control("stopped", ok, "whatever the position", position=Position(0, None, stopped=True))
    yield _control(
        "on-facts", ok, "facts have streams too", topic=SIL_FACTS, signer=SIL_KEY, circle="accountability"
    )
    yield _control("retired-signer", ok, "section 12: verifies for ever", signer=DSM_RETIRED)


def already_erased() -> Iterator[Draft]:
    """The same bytes again: duplicate; any other record: erased."""
    name = "same-bytes"
    draft = _control(name, Outcome.DUPLICATE, "")
    yield _control(
        name,
        Outcome.DUPLICATE,
        "the same bytes again",
        erased=(Erased(DSM_EVENTS, draft.stream, value_hash(draft.value())),),
    )
    yield _control(
        "same-bytes-not-granted",
        Outcome.DUPLICATE,
        "the same bytes again",
        circle=None,
        erased=_same("same-bytes-not-granted"),
    )
    for name in ("other-bytes", "other-bytes-not-granted"):
        yield _control(
            name,
            Outcome.ERASED,
            "any other record of that stream",
            circle="care" if name == "other-bytes" else None,
            erased=(Erased(DSM_EVENTS, uuid_of(f"stream control-{name}"), HASH),),
        )


def _same(name: str) -> tuple[Erased, ...]:
    draft = _control(name, Outcome.DUPLICATE, "")
    return (Erased(DSM_EVENTS, draft.stream, value_hash(draft.value())),)


def forms() -> Iterator[Draft]:
    """data = {"stream": <subject>} instead of data_base64, all else as in section 6."""
    bad, why = Outcome.MALFORMED, 'data = {"stream": <subject>}'
    for name, stated in {
        "absent": ABSENT,
        "empty": {},
        "text": "x",
        "array": [],
        "null": None,
        "other-stream": {"stream": uuid_of("another stream")},
        "stream-null": {"stream": None},
        "stream-array": {"stream": []},
        "other-name": {"subject": uuid_of("stream control-data-other-name")},
        "capitals": {"stream": uuid_of("stream control-data-capitals").upper()},
        "more": {"stream": uuid_of("stream control-data-more"), "reason": "x"},
    }.items():
        yield _control(f"data-{name}", bad, why, clear={"data": stated})
    yield _control("both", bad, "instead of data_base64", clear={"data_base64": "AA=="})
    yield _control("sealed-type", bad, "the type of section 10", clear={"type": "it.trama.sealed.v1"})
    yield _control("type-v2", bad, "the type of section 10", clear={"type": "it.trama.stream-erased.v2"})
    yield _control("unknown-attribute", bad, "as section 6", clear={"time": "2013-10-14T00:00:00Z"})
    for name in ("specversion", "id", "source", "subject", "streamseq"):
        yield _control(f"absent-{name}", bad, "as section 6", clear={name: ABSENT})
    yield _control("seq-zero", bad, "as section 6", clear={"streamseq": 0})
    yield _control("prevhash-in-the-first", bad, "as section 6", clear={"prevhash": HASH})
    yield _control("prevhash-absent", bad, "as section 6", clear={"streamseq": 2})
    yield _control("broken-json", bad, "form", edit_json=lambda _: b"{")


def carriage() -> Iterator[Draft]:
    """Signature, source and key are judged as for any event."""
    yield _control("source", Outcome.WRONG_SOURCE, "as section 6", clear={"source": "/pn/sil/registry"})
    yield _control("key", Outcome.WRONG_KEY, "as section 6", kafka_key=uuid_of("another").encode())
    yield _control("key-null", Outcome.MALFORMED, "section 3", kafka_key=None)
    yield _control("unknown-signer", Outcome.UNKNOWN_SIGNER, "signature first", signer=signing_key("nobody"))
    yield _control("other-members-key", Outcome.UNKNOWN_SIGNER, "signature first", signer=SIL_KEY)
    yield _control("revoked-signer", Outcome.REVOKED_SIGNER, "section 12", signer=DSM_REVOKED)
    yield _control(
        "bad-signature", Outcome.BAD_SIGNATURE, "signature first", edit_headers=last_header(FORGED)
    )
    yield _control(
        "erased-and-bad-signature",
        Outcome.BAD_SIGNATURE,
        "signature first",
        edit_headers=last_header(FORGED),
        erased=(Erased(DSM_EVENTS, uuid_of("stream control-erased-and-bad-signature"), HASH),),
    )


def drafts() -> Iterator[Draft]:
    """All cases of control events."""
    for group in (applied, already_erased, forms, carriage):
        yield from group()
