"""The test vector of the wire format, copied from its text: nothing here is computed by who is tested."""

import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from trama_contracts.hpke import HpkePrivateKey
from trama_contracts.sealing import additional_bytes, derive, seal_event, value_hash
from trama_contracts.signature import kid_of, raw_public, sign

TOPIC = "pn.dsm.registry.events.v1"
SOURCE = "/pn/dsm/registry"
ID = "0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10"
STREAM = "6f1c9b7e-3a52-4d0e-9a4f-0c2f5d8e7b11"
STREAM_KEY = b"\x11" * 32
SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
K_EVENT = "436cfa1ec61b096fc1e54dc4b17def3d3e6b5c8bffd0ae91ab303d992bc874a1"
COMMIT = "2d065d6804100c0e8f9f3f22816365e618d3614b84612cef662fe8aed07c378f"
AAD_HASH = "5b2b82ee2c514657d0b201f1528fb63f97ead67a1d265ed82ec8d91c9a2ea457"
VALUE_HASH = "dwj9HwsyLyQgfKHFnOR8hx40nQ-EuKrPUGwJDuIlRcw"
HEADER = (
    b"v1.Vkdap1RjR0wChd9dvyvKtw."
    b"2TlnzP_ux0FmxZymZfUm8Y-8qdTATvOw68LV5Z615z3CdWtMJfG2spqrCzM3uTC-Oy6FeoxO8HgWkZCQY_a-AQ"
)
GOLDEN = Path(__file__).parents[1] / "golden" / "wire" / "test-vector.json"


def vector_value() -> bytes:
    return seal_event(
        key=STREAM_KEY,
        topic=TOPIC,
        source=SOURCE,
        id=ID,
        subject=STREAM,
        streamseq=1,
        prevhash=None,
        inner=b"{}",
        nonce=bytes(12),
    )


def test_the_vector_of_the_wire_text_is_reproduced_byte_for_byte() -> None:
    """INVARIANT: wire format v1. Any change of layout, derivation, aad, JSON form or signature breaks it."""
    k_event, commit = derive(STREAM_KEY, ID, STREAM)
    aad = additional_bytes(topic=TOPIC, source=SOURCE, id=ID, subject=STREAM, streamseq=1, prevhash=None)
    value = vector_value()
    assert kid_of(raw_public(SIGNING_KEY)) == "Vkdap1RjR0wChd9dvyvKtw"
    assert (k_event.hex(), commit.hex()) == (K_EVENT, COMMIT)
    assert (len(aad), hashlib.sha256(aad).hexdigest()) == (176, AAD_HASH)
    assert (len(value), value_hash(value)) == (1649, VALUE_HASH)
    assert sign(SIGNING_KEY, TOPIC, STREAM.encode(), value) == HEADER


def test_the_x_wing_key_of_the_wire_text_has_its_name() -> None:
    assert HpkePrivateKey.from_seed(b"\x22" * 32).hpkekey == "76QpJzbcRVDp5zySs3Nvvg"


def test_the_golden_vector_says_what_the_wire_text_says() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden["value"].encode() == vector_value()
    assert golden["value_hash"] == VALUE_HASH
    assert golden["aad_sha256_hex"] == AAD_HASH
    assert golden["headers"]["trama-signature"].encode() == HEADER
