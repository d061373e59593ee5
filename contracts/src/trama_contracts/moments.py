"""Moments as the wire writes them (wire section 9): UTC, milliseconds, Z, and no other spelling."""

import re
from datetime import UTC, datetime
from typing import Final

from trama_contracts.errors import Malformed

INSTANT_PATTERN: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"

_INSTANT: Final = re.compile(INSTANT_PATTERN)


def instant(moment: datetime) -> str:
    """A moment as the wire writes it: UTC, milliseconds, Z. Refuses a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """The moment a text of the wire stands for; raises Malformed for any other spelling or no such day."""
    if _INSTANT.fullmatch(text) is None:
        raise Malformed("a moment is written YYYY-MM-DDThh:mm:ss.sssZ")
    try:
        return datetime.fromisoformat(text)
    except ValueError as fault:
        raise Malformed("no such moment") from fault
