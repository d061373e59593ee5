"""How an inner JSON is padded before it is sealed (P of wire section 8): sizes tell as little as they can."""

from typing import Final

from trama_contracts.errors import BadPadding, TooLarge

SIZES: Final = tuple(1024 << k for k in range(8))
MAX_INNER: Final = SIZES[-1] - 4
"""Longest inner JSON, in bytes, that fits into one event or message."""


def pad(inner: bytes) -> bytes:
    """Length, inner JSON, zeros up to the smallest size; raises TooLarge."""
    needed = len(inner) + 4
    for size in SIZES:
        if needed <= size:
            return len(inner).to_bytes(4, "big") + inner + bytes(size - needed)
    raise TooLarge(f"an inner JSON of {len(inner)} bytes does not fit")


def unpad(padded: bytes) -> bytes:
    """The inner JSON; raises BadPadding unless length, size and every zero are right."""
    length = int.from_bytes(padded[:4], "big")
    needed = length + 4
    if next((size for size in SIZES if needed <= size), 0) != len(padded):
        raise BadPadding("not the smallest size for that length")
    if padded.count(0, needed) != len(padded) - needed:
        raise BadPadding("padding that is not zero")
    return padded[4:needed]
