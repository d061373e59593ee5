"""What every event class is: a frozen payload with its wire type, circle and kind of scope.

Owner modules subclass `Event`; nothing here knows an owner.
"""

import json
import re
from datetime import date
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

from trama_contracts.names import MEMBER_PATTERN, UUID4_PATTERN, Circle

DATE_PATTERN: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE: Final = re.compile(DATE_PATTERN)


def _only_a_day(value: object) -> object:
    """Refuse what pydantic would kindly turn into a date: times, numbers, other spellings."""
    if not isinstance(value, str):
        return value
    if _DATE.fullmatch(value) is None:
        raise ValueError("a date is written YYYY-MM-DD")
    return date.fromisoformat(value)


Day = Annotated[
    date,
    BeforeValidator(_only_a_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{DATE_PATTERN}$"}),
]
"""A date on the wire: `YYYY-MM-DD` and nothing else (wire section 9)."""
Uuid = Annotated[str, StringConstraints(pattern=f"^{UUID4_PATTERN}$")]
"""An identifier on the wire (wire section 2)."""
Member = Annotated[str, StringConstraints(pattern=f"^{MEMBER_PATTERN}$")]
"""The name of a member (wire section 2)."""
ReportingId = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
"""HMAC-SHA-256 of the tax code under the reporting key, as b64u: 43 characters."""


class Part(BaseModel):
    """An object inside a payload. Readers ignore the fields they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Payload(BaseModel):
    """What an owner writes under a wire type of its own.

    Readers ignore unknown fields; absent is `None` in Python and no field at all on the wire.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    wire_type: ClassVar[str]
    """The type on the wire, written out: `it.trama.<service>.<name>.v<N>`."""

    def payload(self) -> dict[str, Any]:
        """The payload as it goes on the wire: what is None is left out."""
        return self.model_dump(mode="json", exclude_none=True)

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Read a payload as strictly as another language would: "7" is not a number, 1 is not true.

        Raises pydantic's ValidationError.
        """
        return cls.model_validate_json(json.dumps(payload), strict=True)


class Event(Payload):
    """One fact in one stream. Subclasses write out their three class variables, never derive them."""

    circle: ClassVar[Circle]
    """The one circle in which the event may be published."""
    scope: ClassVar[str]
    """The kind in a grant's scope, `<kind>:<uuid>`."""


class OpenFact(Payload):
    """What a service tells everybody of one entity in its catalogue (wire section 13); about no person."""

    entity: ClassVar[str]
    """The kind in the entity's id, `<kind>:<code>`."""


class Fact(Event):
    """A pseudonymous accountability fact, on the facts topic only; derived, never written by hand."""

    circle: ClassVar[Circle] = "accountability"

    reporting_id: ReportingId
    """HMAC of the tax code under the reporting key; the one link between facts of a person."""
