"""What the pages of the evaluation service have in common: templates, who may, how a form is read."""

from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from trama_chassis import web
from trama_chassis.accounts import Caller, require

templates = web.environment(Path(__file__).parents[1] / "templates")

Operator = Annotated[Caller, Depends(require("caseworker", "team-lead", "supervisor"))]
Deciding = Annotated[Caller, Depends(require("team-lead", "supervisor"))]
_Asked = TypeVar("_Asked", bound=BaseModel)


def read_form(form: type[_Asked], values: dict[str, object]) -> _Asked:
    """A form as the command wants it; a field left blank is not said. Raises RequestValidationError."""
    said = {name: value for name, value in values.items() if value not in ("", None)}
    try:
        return form.model_validate(said)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
