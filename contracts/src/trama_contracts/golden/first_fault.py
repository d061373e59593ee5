"""Cases with two faults: the first in the order of wire section 14 wins."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

from trama_contracts.golden.case import Erased
from trama_contracts.golden.event_draft import DSM_EVENTS, Draft, Edit, flip, last_header
from trama_contracts.golden.fixtures import DSM_REVOKED, inner, uuid_of
from trama_contracts.golden.wrong_attributes import HASH
from trama_contracts.golden.wrong_carriage import FORGED, STRANGER
from trama_contracts.golden.wrong_inner import UNKNOWN_TYPE
from trama_contracts.golden.wrong_places import OTHER
from trama_contracts.names import MAX_VALUE
from trama_contracts.outcomes import Outcome, Position
from trama_contracts.padding import pad
from trama_contracts.sealing import compact


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: settings of a draft, members of the inner JSON, edits of what is sealed."""

    name: str
    outcome: Outcome
    settings: dict[str, Any] = field(default_factory=dict)
    inner: dict[str, Any] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    dirty: bool = False
    gone: bool = False


IN_ORDER: Final = (
    Fault("oversize", Outcome.OVERSIZE, {"edit_json": lambda raw: raw.ljust(MAX_VALUE + 1)}),
    Fault("headers", Outcome.MALFORMED, {"edit_headers": lambda headers: headers[:1]}),
    Fault("unknown-signer", Outcome.UNKNOWN_SIGNER, {"signer": STRANGER}),
    Fault("bad-signature", Outcome.BAD_SIGNATURE, {"edit_headers": last_header(FORGED)}),
    Fault("revoked-signer", Outcome.REVOKED_SIGNER, {"signer": DSM_REVOKED}),
    Fault("attributes", Outcome.MALFORMED, {"clear": {"specversion": "2.0"}}),
    Fault("wrong-source", Outcome.WRONG_SOURCE, {"clear": {"source": "/pn/sil/registry"}}),
    Fault("wrong-key", Outcome.WRONG_KEY, {"kafka_key": b"x"}),
    Fault("erased", Outcome.ERASED, gone=True),
    Fault("no-grant", Outcome.NO_GRANT, {"circle": None}),
    Fault("duplicate", Outcome.DUPLICATE, {"position": Position(5, HASH)}),
    Fault("equivocation", Outcome.EQUIVOCATION, {"position": Position(0, None, stopped=True)}),
    Fault("gap", Outcome.GAP, {"seq": 3, "prevhash": HASH, "position": Position(1, OTHER)}),
    Fault("bad-commit", Outcome.BAD_COMMIT, edits=(flip(1),)),
    Fault("bad-tag", Outcome.BAD_TAG, edits=(flip(-1),)),
    Fault("bad-padding", Outcome.BAD_PADDING, dirty=True),
    Fault("type", Outcome.INVALID_PAYLOAD, inner={"type": "it.trama.placement.noted.v1"}),
    Fault("circle", Outcome.CIRCLE_NOT_ALLOWED, inner={"circle": "clinical"}),
    Fault("unknown-type", Outcome.UNKNOWN_TYPE, inner={"type": UNKNOWN_TYPE}),
    Fault("rest", Outcome.INVALID_PAYLOAD, inner={"actor": "op-17"}),
)


def _both(first: Fault, second: Fault) -> Draft | None:
    """A draft with both faults; None where one leaves no room for the other."""
    clear = first.settings.get("clear", {}) | second.settings.get("clear", {})
    shared = (first.settings.keys() & second.settings.keys()) - {"clear"}
    if shared or first.inner.keys() & second.inner.keys():
        return None
    name = f"first-fault-{first.name}-before-{second.name}"
    content = inner(**(first.inner | second.inner))
    settings: dict[str, Any] = first.settings | second.settings | {"clear": clear, "inner": content}
    if first.dirty or second.dirty:
        settings["padded"] = pad(compact(content))[:-1] + b"\x01"
    if first.gone or second.gone:
        settings["erased"] = (Erased(DSM_EVENTS, uuid_of("stream " + name), HASH),)
    edits = first.edits + second.edits
    if edits:
        settings["edit_data"] = _all_of(edits)
    return Draft(name, first.outcome, "section 14: the first fault wins", **settings)


def _all_of(edits: tuple[Edit, ...]) -> Edit:
    def edit(raw: bytes) -> bytes:
        for one in edits:
            raw = one(raw)
        return raw

    return edit


def drafts() -> Iterator[Draft]:
    """Every pair of faults that can be in one record."""
    for first, second in combinations(IN_ORDER, 2):
        draft = _both(first, second)
        if draft is not None:
            yield draft
