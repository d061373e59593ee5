"""What somebody typed into a form: read by the rules of the API, or kept with what is wrong with it."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from trama_chassis.errors import field_of, message_of

M = TypeVar("M", bound=BaseModel)


def read(model: type[M], typed: Mapping[str, str]) -> tuple[M | None, list[dict[str, str]]]:
    """A request made of a form's fields, empty ones left out; or None and what to correct, by field."""
    try:
        return model.model_validate({name: text for name, text in typed.items() if text.strip()}), []
    except ValidationError as wrong:
        return None, [
            {"field": field_of(one["loc"]), "message": message_of(one)}
            for one in wrong.errors(include_url=False)
        ]
