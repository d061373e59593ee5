"""What every service asks for over HTTP in one way: bodies without unknown fields, days, lines of text."""

import re
import unicodedata
from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict
from trama_contracts.payload_fields import ShortText

from trama_chassis.language import say

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Body(BaseModel):
    """What is sent to us; a field we do not know is refused, and named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def tidied(value: object) -> object:
    """Kept as written, in one spelling of accents and without stray blanks."""
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(say("Data non valida (aaaa-mm-gg)"))


Date = Annotated[date, BeforeValidator(_day)]
"""`YYYY-MM-DD` and nothing that could pass for a day: no moment, no number."""
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
"""How many of a list are passed over; a number no database counts to would be a defect of ours."""
Line = Annotated[ShortText, BeforeValidator(tidied)]
"""One line of text."""


def attached(content: bytes, name: str, media_type: str) -> Response:
    """A file to be saved: no browser shows it, guesses what it is, or runs anything in it (RFC 6266)."""
    plain = "".join(one if (one.isascii() and one.isalnum()) or one in " ._-" else "_" for one in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, 200, headers, media_type)
