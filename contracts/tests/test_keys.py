"""Keys and seals: which public keys are sound, what signatures and HPKE refuse."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from trama_contracts.encoding import b64u, from_b64
from trama_contracts.errors import BadCommit, BadTag, Malformed, TooLarge, UnusableKey
from trama_contracts.golden.entry_cases import UNSOUND_KEYS
from trama_contracts.golden.fixtures import drawn, signing_key, uuid_of
from trama_contracts.hpke import (
    ENC_LENGTH,
    PUBLIC_LENGTH,
    HpkePrivateKey,
    SuiteName,
    new_seed,
    seal_message,
    seal_to,
)
from trama_contracts.sealing import (
    additional_bytes,
    erased_event,
    new_stream_key,
    open_sealed,
    seal_event,
)
from trama_contracts.signature import (
    is_sound,
    kid_of,
    parse_signature,
    parse_signatures,
    raw_public,
    signature_header,
    signed_bytes,
    verify,
)
from trama_contracts.strict_json import parse

SUITES: tuple[SuiteName, ...] = ("xwing-v1", "x25519-v1")
PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME


def doubled(point: tuple[int, int]) -> tuple[int, int]:
    """Twisted Edwards doubling, written out here so that the list of small orders is not trusted."""
    x, y = point
    product = D * x * x % PRIME * y % PRIME * y % PRIME
    return (
        2 * x * y * pow(1 + product, -1, PRIME) % PRIME,
        (y * y + x * x) * pow(1 - product, -1, PRIME) % PRIME,
    )


def point_of(raw: bytes) -> tuple[int, int]:
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    assert x * x % PRIME == square
    return x, y


@pytest.mark.parametrize("name", ["identity", "order-2", "order-4", "order-8", "order-8-other"])
def test_the_keys_called_of_small_order_are(name: str) -> None:
    point = point_of(UNSOUND_KEYS[name])
    assert doubled(doubled(doubled(point))) == (0, 1)


@pytest.mark.parametrize("name", UNSOUND_KEYS)
def test_an_unsound_public_key_is_refused(name: str) -> None:
    assert not is_sound(UNSOUND_KEYS[name])


def test_keys_drawn_by_a_library_are_sound() -> None:
    assert all(is_sound(raw_public(Ed25519PrivateKey.generate())) for _ in range(20))
    assert not is_sound(b"\x03" * 31)


def test_a_signature_is_of_topic_key_kid_and_value() -> None:
    private = signing_key("x")
    kid = kid_of(raw_public(private))
    found, signature = parse_signature(signature_header(private, "t", b"k", kid, b"v"))
    public = private.public_key()
    assert found == kid
    assert verify(public, signature, signed_bytes("t", b"k", kid, b"v"))
    for other in (
        ("u", b"k", kid, b"v"),
        ("t", b"l", kid, b"v"),
        ("t", b"k", "x", b"v"),
        ("t", b"k", kid, b"w"),
    ):
        assert not verify(public, signature, signed_bytes(*other))


def test_several_signatures_are_for_the_directory_and_one_is_not() -> None:
    one = signature_header(signing_key("x"), "t", b"k", "A" * 22, b"v")
    assert len(parse_signatures(one + b"," + one)) == 2
    with pytest.raises(Malformed):
        parse_signatures(one)
    with pytest.raises(Malformed):
        parse_signature(one + b"," + one)


@pytest.mark.parametrize("suite", SUITES)
def test_hpke_opens_what_was_sealed_under_the_same_info_only(suite: SuiteName) -> None:
    private = HpkePrivateKey.from_seed(new_seed(), suite)
    sealed = seal_to(private.public, suite, b"plain", b"info")
    assert len(private.public) == PUBLIC_LENGTH[suite]
    assert len(sealed) == ENC_LENGTH[suite] + len(b"plain") + 16
    assert private.open(sealed, b"info") == b"plain"
    for changed, info in (
        (sealed, b"other"),
        (sealed[:-1], b"info"),
        (b"", b"info"),
        (bytes(len(sealed)), b"info"),
    ):
        with pytest.raises(BadTag):
            private.open(changed, info)


@pytest.mark.parametrize("suite", SUITES)
def test_a_key_to_which_nothing_can_be_sealed_is_named(suite: SuiteName) -> None:
    for public in (bytes(PUBLIC_LENGTH["x25519-v1"]), b"\xff" * PUBLIC_LENGTH["xwing-v1"], b"short"):
        with pytest.raises(UnusableKey):
            seal_to(public, suite, b"plain", b"info")


def test_a_private_key_is_not_printed() -> None:
    private = HpkePrivateKey.from_seed(b"\x22" * 32)
    assert repr(private) == "HpkePrivateKey(xwing-v1, 76QpJzbcRVDp5zySs3Nvvg)"
    with pytest.raises(ValueError, match="32"):
        HpkePrivateKey.from_seed(b"short")


def test_what_is_too_long_is_not_sealed() -> None:
    private = HpkePrivateKey.from_seed(b"\x22" * 32)
    with pytest.raises(TooLarge):
        seal_message(
            recipient_public=private.public,
            suite="xwing-v1",
            topic="pn.sil.registry.mailbox.v1",
            source="/pn/dsm/registry",
            id=uuid_of("x"),
            recipient="sil.registry",
            inner=b"x" * 140_000,
        )


def sealed(**changes: object) -> tuple[bytes, dict[str, object]]:
    clear: dict[str, object] = {
        "topic": "pn.dsm.registry.events.v1",
        "source": "/pn/dsm/registry",
        "id": uuid_of("x"),
        "subject": uuid_of("y"),
        "streamseq": 1,
        "prevhash": None,
    } | changes
    value = seal_event(key=drawn("key"), inner=b"{}", **clear)  # type: ignore[arg-type] # one mapping for both
    return from_b64(parse(value, 4)["data_base64"]), clear


def opened(data: bytes, key: bytes, clear: dict[str, object]) -> bytes:
    aad = additional_bytes(**clear)  # type: ignore[arg-type] # one mapping for both
    return open_sealed(data, key, aad, id=str(clear["id"]), subject=str(clear["subject"]))


def test_a_stream_key_opens_and_another_does_not() -> None:
    data, clear = sealed()
    assert opened(data, drawn("key"), clear) == b"{}"
    with pytest.raises(BadCommit):
        opened(data, new_stream_key(), clear)
    with pytest.raises(BadTag):
        opened(data, drawn("key"), clear | {"source": "/pn/sil/registry"})


def test_two_seals_of_the_same_are_different() -> None:
    assert sealed()[0] != sealed()[0]


def test_the_chain_cannot_be_written_wrongly() -> None:
    with pytest.raises(ValueError, match="prevhash"):
        sealed(prevhash=b64u(bytes(32)))
    with pytest.raises(ValueError, match="prevhash"):
        erased_event(
            source="/pn/dsm/registry", id=uuid_of("x"), subject=uuid_of("y"), streamseq=2, prevhash=None
        )
