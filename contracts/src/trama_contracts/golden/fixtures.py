"""The imaginary network of the golden files: fixed keys, ids, event classes. No real person or body."""

import hashlib
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trama_contracts.encoding import b64u
from trama_contracts.event import Day, Event, Fact
from trama_contracts.hpke import HpkePrivateKey, SuiteName
from trama_contracts.moments import instant
from trama_contracts.names import Circle
from trama_contracts.signature import kid_of, raw_public

NETWORK: Final = "pn"
ISSUED: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
EXPIRES: Final = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
NOW: Final = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)

DSM: Final = "dsm.registry"
SIL: Final = "sil.registry"
LEGACY: Final = "coop-prova.registry"


def drawn(name: str, length: int = 32) -> bytes:
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_256(f"trama golden {name}".encode()).digest(length)


def uuid_of(name: str) -> str:
    """A UUID version 4 of that name."""
    digits = (
        f"{int.from_bytes(drawn('id ' + name, 16)) & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62:032x}"
    )
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def signing_key(name: str) -> Ed25519PrivateKey:
    """The signing key of that name."""
    return Ed25519PrivateKey.from_private_bytes(drawn("signing " + name))


ROOTS: Final = tuple(signing_key(f"root {number}") for number in (1, 2, 3))
DSM_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""The key of the test vector in the wire format."""
DSM_RETIRED: Final = signing_key("dsm.registry retired")
DSM_REVOKED: Final = signing_key("dsm.registry revoked")
DSM_PLACEMENT: Final = signing_key("dsm.placement")
SIL_KEY: Final = signing_key("sil.registry")
LEGACY_KEY: Final = signing_key("coop-prova.registry")
HEIR_KEY: Final = signing_key("erede.registry")
UNLISTED_KEY: Final = signing_key("fuori.registry")

SIL_HPKE: Final = HpkePrivateKey.from_seed(b"\x22" * 32)
"""The X-Wing key of the test vector in the wire format."""
LEGACY_XWING: Final = HpkePrivateKey.from_seed(drawn("hpke coop-prova xwing"))
LEGACY_X25519: Final = HpkePrivateKey.from_seed(drawn("hpke coop-prova x25519"), "x25519-v1")
SIL_X25519: Final = HpkePrivateKey.from_seed(drawn("hpke sil x25519"), "x25519-v1")
HPKE_SEEDS: Final[tuple[tuple[str, SuiteName, bytes], ...]] = (
    (SIL, "xwing-v1", b"\x22" * 32),
    (SIL, "x25519-v1", drawn("hpke sil x25519")),
    (LEGACY, "xwing-v1", drawn("hpke coop-prova xwing")),
    (LEGACY, "x25519-v1", drawn("hpke coop-prova x25519")),
)
"""Owner, suite and seed of every private key that the readers of the corpus hold."""


class Noted(Event):
    """A note of the corpus, known to its readers; published by nobody else."""

    wire_type: ClassVar[str] = "it.trama.registry.conformance-noted.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    text: str
    on: Day
    count: int
    tags: tuple[str, ...] = ()
    remark: str | None = None


class NotedFact(Fact):
    """A fact of the corpus, known to its readers; published by nobody else."""

    wire_type: ClassVar[str] = "it.trama.registry.conformance-noted-fact.v1"
    scope: ClassVar[str] = "record"

    on: Day


EVENTS: Final[dict[str, type[Event]]] = {Noted.wire_type: Noted, NotedFact.wire_type: NotedFact}
"""All that a reader of the corpus knows."""

PAYLOAD: Final[dict[str, Any]] = {"text": "però", "on": "2013-10-14", "count": 3, "tags": ["a", "b"]}
FACT_PAYLOAD: Final[dict[str, Any]] = {"reporting_id": b64u(drawn("reporting id")), "on": "2013-10-14"}


def inner(payload: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A good inner JSON; a change to None takes the member away."""
    document = {
        "type": Noted.wire_type,
        "circle": "care",
        "record": uuid_of("record"),
        "occurred_at": "2013-10-14T07:30:00.000Z",
        "recorded_at": "2013-10-14T07:31:02.005Z",
        "actor": {"role": "operator", "member": "dsm", "operator": "op-17"},
        "caused_by": [uuid_of("cause")],
        "payload": PAYLOAD if payload is None else payload,
    } | changes
    return {name: value for name, value in document.items() if value is not None}


def fact_inner(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A good inner JSON of a fact: no record."""
    fact = {"type": NotedFact.wire_type, "circle": "accountability", "record": None, "payload": FACT_PAYLOAD}
    return inner(**(fact | changes))


def listed_key(key: Ed25519PrivateKey, state: str = "active") -> dict[str, Any]:
    """A signing key as an entry lists it."""
    public = raw_public(key)
    return {"kid": kid_of(public), "public": b64u(public), "state": state, "from": instant(ISSUED)}
