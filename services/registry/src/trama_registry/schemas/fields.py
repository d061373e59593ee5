"""Fields that several requests share, tidied and checked."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from trama_chassis.bodies import tidied
from trama_contracts.event import Member
from trama_contracts.payload_fields import LongText, PersonName, ShareableCircle, TaxCode, Text

from trama_registry.models import checked_tax_code

_Value = TypeVar("_Value", bound=str)


def _checked(value: object) -> object:
    return checked_tax_code(value) if isinstance(value, str) else value


def _once(values: list[_Value]) -> list[_Value]:
    return sorted(set(values))


Name = Annotated[PersonName, BeforeValidator(tidied)]


TypedTaxCode = Annotated[TaxCode, BeforeValidator(_checked)]


Sentences = Annotated[Text, StringConstraints(strip_whitespace=True)]


PageOfText = Annotated[LongText, StringConstraints(strip_whitespace=True)]


Members = Annotated[list[Member], Field(min_length=1, max_length=200), AfterValidator(_once)]


Circles = Annotated[list[ShareableCircle], Field(min_length=1, max_length=6), AfterValidator(_once)]
