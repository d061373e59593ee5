"""The kinds of field that payloads are made of, and the parts several owners share.

Limits are part of the contract: nothing is tightened or widened within a version. No event lives here.
"""

from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from trama_contracts.event import Member, Part, Uuid

OPERATOR_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
CODE_PATTERN: Final = r"[a-z][a-z0-9-]{1,63}"
PHONE_PATTERN: Final = r"\+?[0-9][0-9 ./-]{3,29}"
_VISIBLE: Final = r"[^\x00-\x20\x7f]"
NAME_PATTERN: Final = rf"{_VISIBLE}(?:[^\x00-\x1f\x7f]*{_VISIBLE})?"
LANGUAGE_PATTERN: Final = r"[a-z]{2,3}"
LINE_PATTERN: Final = r"[^\x00-\x1f\x7f]+"
LINES_PATTERN: Final = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+"
_OMOCODIA_DIGIT: Final = "[0-9LMNPQRSTUV]"
TAX_CODE_PATTERN: Final = (
    rf"(?:[A-Z]{{6}}{_OMOCODIA_DIGIT}{{2}}[ABCDEHLMPRST]{_OMOCODIA_DIGIT}{{2}}"
    rf"[A-Z]{_OMOCODIA_DIGIT}{{3}}[A-Z]|[0-9]{{11}})"
)

Operator = Annotated[str, StringConstraints(pattern=f"^{OPERATOR_PATTERN}$")]
"""An operator's opaque id, meaningful only inside the member that gave it; never a name."""
Controller = Member
"""A legal body that answers for members (titolare del trattamento); named as members are."""
Code = Annotated[str, StringConstraints(pattern=f"^{CODE_PATTERN}$")]
"""An entry of a list that is kept as dated data, such as a path type or a purpose."""
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=f"^{NAME_PATTERN}$")]
"""A name as it is written: no control characters, no blank at either end."""
Phone = Annotated[str, StringConstraints(pattern=f"^{PHONE_PATTERN}$")]
"""A telephone number as people write it."""
TaxCode = Annotated[str, StringConstraints(pattern=f"^{TAX_CODE_PATTERN}$")]
"""Codice fiscale: the 16 characters, omocodia allowed, or the provisional 11 digits. The form only: the
check character and the match with the person are rules of the registry."""
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=f"^{LINE_PATTERN}$")]
"""One line."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=f"^{LINES_PATTERN}$")]
"""A few sentences; lines may break, other control characters are refused."""
LongText = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=f"^{LINES_PATTERN}$")]
"""Half a page; lines may break, other control characters are refused."""
Language = Annotated[str, StringConstraints(pattern=f"^{LANGUAGE_PATTERN}$")]
"""A language a person speaks: its code of ISO 639, two or three letters."""
WeeklyHours = Annotated[int, Field(strict=True, ge=1, le=168)]
"""Hours a week. What the law allows is dated data of the placement service, not a limit of the wire."""

ShareableCircle: TypeAlias = Literal["care", "clinical", "social", "justice", "host", "referral"]
"""The circles an authorisation can open. Accountability rests on the law alone."""
Sector: TypeAlias = Literal["social", "health", "work-integration", "employment"]
"""The kind of service that takes a person in charge; the relation proper to it differs by sector."""

_Member = TypeVar("_Member", bound=str)


def _sorted_set(values: tuple[_Member, ...]) -> tuple[_Member, ...]:
    """A set on the wire is a sorted list, so that equal events have equal payloads."""
    ordered = tuple(sorted(values))
    if len(set(ordered)) != len(ordered):
        raise ValueError("the same value twice")
    return ordered


_UNIQUE: Final = {"uniqueItems": True}
Members = Annotated[
    tuple[Member, ...],
    Field(min_length=1, max_length=200, json_schema_extra=_UNIQUE),
    AfterValidator(_sorted_set),
]
"""A set of members, at least one."""
Controllers = Members
"""A set of controllers, at least one."""
ShareableCircles = Annotated[
    tuple[ShareableCircle, ...],
    Field(min_length=1, max_length=6, json_schema_extra=_UNIQUE),
    AfterValidator(_sorted_set),
]
"""A set of circles an authorisation opens, at least one."""


class Party(Part):
    """One member's record of a person. The record id means nothing without its member."""

    member: Member
    record: Uuid


class Basis(Part):
    """What an authorisation rests on: consent, or a law named by act and article (wire section 11)."""

    kind: Literal["consent", "law"]
    act: ShortText | None = None
    article: ShortText | None = None
