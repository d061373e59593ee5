"""The one JSON reader of the wire: I-JSON without null, fractions or repeated names (wire section 5).

The stdlib parser does the characters; hooks and one walk do the rules it does not have.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from trama_contracts.errors import Malformed
from trama_contracts.names import MAX_TEXT

LARGEST_INTEGER: Final = 2**53 - 1
ENVELOPE_DEPTH: Final = 4
"""Depth of events and messages."""
DOCUMENT_DEPTH: Final = 16
"""Depth of inner JSON, catalogue and directory."""

_LAST_TWO: Final = "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
FORBIDDEN: Final = re.compile(f"[\\x00\\ud800-\\udfff\\ufdd0-\\ufdef{_LAST_TWO}]")
"""Characters no text on the wire may hold: NUL, lone surrogates, noncharacters."""


def _integer(digits: str) -> int:
    """A number of the wire; called by the parser with the text of each integer."""
    if len(digits) > 17 or digits == "-0":
        raise Malformed("a number is out of range or is -0")
    number = int(digits)
    if not -LARGEST_INTEGER <= number <= LARGEST_INTEGER:
        raise Malformed("a number is out of range")
    return number


def _no_such_number(digits: str) -> None:
    raise Malformed("a number is not an integer")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a name is repeated")
    return members


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_no_such_number,
    parse_constant=_no_such_number,
)


def parse(raw: bytes, depth: int, *, exempt: str | None = None) -> dict[str, Any]:
    """Read one JSON object of at most that depth; `exempt` is the outermost member that may be long.

    Raises Malformed for anything that wire section 5 does not allow.
    """
    try:
        text = raw.decode()
        document = _DECODER.decode(text)
    except Malformed:
        raise
    except (ValueError, RecursionError) as fault:
        raise Malformed("not JSON in UTF-8") from fault
    if type(document) is not dict:
        raise Malformed("not a JSON object")
    _walk(document, depth, exempt, strange="\\u" in text or not text.isascii())
    return document


def _walk(document: dict[str, Any], depth: int, exempt: str | None, *, strange: bool) -> None:
    """Check what the parser lets through, level by level: null, depth, long or forbidden text."""
    long_value = document.get(exempt) if exempt is not None else None
    level: list[Any] = [document]
    for _ in range(depth):
        inside: list[Any] = []
        for container in level:
            if type(container) is dict:
                _check_texts(container, None, strange=strange)
                values: Any = container.values()
            else:
                values = container
            _check_texts(values, long_value if container is document else None, strange=strange)
            inside += [value for value in values if type(value) is dict or type(value) is list]
        if not inside:
            return
        level = inside
    raise Malformed("nested too deep")


def _check_texts(values: Iterable[object], long_value: object, *, strange: bool) -> None:
    for value in values:
        if value is None:
            raise Malformed("null")
        if type(value) is str:
            if len(value) > MAX_TEXT and value is not long_value:
                raise Malformed("a text is too long")
            if strange and FORBIDDEN.search(value) is not None:
                raise Malformed("a text holds a character that is not allowed")
