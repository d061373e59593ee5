"""The searches that other tests rely on to find nothing: here there is something, and they find it."""

from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from random import Random

import pytest
from trama_simulation.persons import invented

from tests.end_to_end.bytes_at_rest import PIECE, Grams, found_in, traces_of

RANDOM = Random(1)  # noqa: S311 - bytes to search in, not a secret
BRUNO = invented(2, 1)[1]
CLEAR = f'{{"family_name":"{BRUNO.family_name}","given_name":"{BRUNO.given_name}"}}'.encode()


@pytest.mark.parametrize("before", range(3))
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode, bytes])
def test_a_name_is_found_clear_and_in_base64_wherever_it_begins(
    before: int, encode: object, tmp_path: Path
) -> None:
    assert callable(encode)
    file = tmp_path / "segment"
    file.write_bytes(RANDOM.randbytes(1000) + encode(b"x" * before + CLEAR) + b"\0" * 1000)
    assert found_in([file], traces_of(BRUNO))


def test_nobody_is_found_in_random_bytes(tmp_path: Path) -> None:
    file = tmp_path / "segment"
    file.write_bytes(b64encode(RANDOM.randbytes(1_000_000)) + RANDOM.randbytes(1_000_000))
    assert found_in([file], [trace for person in invented(20, 1) for trace in traces_of(person)]) == []


@pytest.mark.parametrize("offset", range(9))
def test_a_piece_is_found_wherever_in_a_file_it_lies(offset: int, tmp_path: Path) -> None:
    piece, file = RANDOM.randbytes(PIECE), tmp_path / "service.db"
    file.write_bytes(RANDOM.randbytes(4000 + offset) + piece + RANDOM.randbytes(4000))
    assert piece in Grams([file])
    assert RANDOM.randbytes(PIECE) not in Grams([file])
