"""A form that cannot be taken is shown again, with why not on top and with everything that was typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_origin

from fastapi import Request
from jinja2 import Environment
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, Response

from trama_chassis import kept_forms, web
from trama_chassis.accounts import Caller
from trama_chassis.audit import REASON_FIELD
from trama_chassis.errors import Refused, field_of, message_of
from trama_chassis.language import say
from trama_chassis.sessions import KeptForm

_Asked = TypeVar("_Asked", bound=BaseModel)


LONGEST_NUMBER = 10
"""Digits; no field asks for so many."""
Command = Callable[[AsyncSession, str, Any, Caller], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done about a thing: what it asks for, the command that does it, what the API says of it."""

    body: type[BaseModel]
    command: Command
    says: str = ""


def unsigned(command: Callable[[AsyncSession, str, Any], Awaitable[Any]]) -> Command:
    """A command that need not know who asks."""
    return lambda session, thing, asked, _: command(session, thing, asked)


class Uncorrected(Refused):
    """Fields of a form do not hold what they should."""

    status = 422
    code = "invalid"

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        self.errors = [dict(one) for one in errors]
        super().__init__("Ci sono campi da correggere.")


def read(form: type[_Asked], values: Mapping[str, object]) -> _Asked:
    """A form as the command wants it; a field left blank is not said. Raises Uncorrected."""
    said = {name: value for name, value in values.items() if value is not None and not _is_blank(value)}
    try:
        return form.model_validate(said)
    except ValidationError as error:
        found: list[Any] = error.errors()
        raise Uncorrected(
            [{"field": field_of(one["loc"]), "message": message_of(one)} for one in found]
        ) from error


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def number(typed: str) -> int | str:
    """What was typed, as a number where it is one: a command takes nothing else for it."""
    return int(typed) if typed.isdecimal() and len(typed) < LONGEST_NUMBER else typed


def _several(body: type[BaseModel]) -> set[str]:
    """The fields of which more than one may be chosen."""
    return {name for name, field in body.model_fields.items() if get_origin(field.annotation) is list}


async def do(request: Request, act: Act, session: AsyncSession, thing: str, by: Caller) -> Refused | None:
    """Do about a thing what the form that was sent asks; gives the refusal, which the page is to show."""
    sent = await request.form()
    said: dict[str, object] = dict(sent)
    said |= {name: sent.getlist(name) for name in _several(act.body) if name in sent}
    try:
        around = (kept_forms.TOKEN, REASON_FIELD)
        asked = read(act.body, {name: value for name, value in said.items() if name not in around})
        await act.command(session, thing, asked, by)
    except Refused as refused:
        return refused
    return None


async def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    templates: Environment,
    refused: Refused | None = None,
) -> Response:
    """A page with a form; after a refusal `refused` is the list of errors, and the form is as it was sent.

    Who may allow an exception to the rule is asked for the reason instead.
    """
    if refused is None:
        return web.page(request, template, {**values, "refused": []}, templates=templates)
    if (asked := await to_be_allowed(request, refused)) is not None:
        return asked
    errors = refused.errors if isinstance(refused, Uncorrected) else web.errors_of(refused)
    shown = web.page(
        request, template, {**values, "refused": errors}, templates=templates, status=refused.status
    )
    sent = await request.form()
    typed = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
    return filled(shown, request.url.path, typed)


async def to_be_allowed(request: Request, refused: Refused) -> Response | None:
    """The page that asks why it is to be done all the same, with the form as it was sent, or nothing.

    It is for who may allow it; a file cannot be carried over, and is asked for once more.
    """
    sent = (await request.form()).multi_items()
    if refused.allowed_by not in request.state.caller.roles:
        return None
    around = (kept_forms.TOKEN, REASON_FIELD)
    missing = any(name == REASON_FIELD for name, _ in sent)
    values = {
        "refusal": refused,
        "typed": [(name, value) for name, value in sent if isinstance(value, str) and name not in around],
        "files": [(name, one.filename) for name, one in sent if not isinstance(one, str) and one.filename],
        "field_of_reason": REASON_FIELD,
        "unsaid": [{"field": REASON_FIELD, "message": say("Scrivete il motivo.")}] if missing else [],
        "back": kept_forms.page_of(request),
    }
    return web.page(request, "eccezione.html", values, status=refused.status)


def filled(shown: Response, action: str, typed: list[tuple[str, str]]) -> Response:
    """A page whose form to an address is as it was left: refused, or put aside."""
    form = KeptForm(id="", action=action, page="", fields=typed, ends=0.0)
    return HTMLResponse(kept_forms.filled_in(bytes(shown.body).decode(), form), shown.status_code)
