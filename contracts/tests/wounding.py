"""Bytes wounded by chance: what a reader is given that was never written by any writer of ours."""

import random

TOKENS = (
    b"null",
    b"-0",
    b"1e0",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b" ",
)


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """One to three small wounds: a byte changed, a piece cut, doubled or moved, a token put in."""
    for _ in range(chance.randint(1, 3)):
        at, length = chance.randrange(len(raw) + 1), chance.randint(0, 12)
        piece = raw[at : at + length]
        wound = chance.randrange(5)
        if wound == 0:
            raw = raw[:at] + chance.randbytes(1) + raw[at + 1 :]
        elif wound == 1:
            raw = raw[:at] + raw[at + length :]
        elif wound == 2:
            raw = raw[:at] + piece + raw[at:]
        elif wound == 3:
            raw = raw[:at] + chance.choice(TOKENS) + raw[at:]
        else:
            elsewhere = chance.randrange(len(raw) + 1)
            raw = raw[:elsewhere] + piece + raw[elsewhere:]
    return raw
