"""An operator's own password, changed on a page by who types the present one; all their sessions end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from trama_chassis import audit, web
from trama_chassis.accounts import Accounts, Caller, WrongPassword, require
from trama_chassis.errors import Refused
from trama_chassis.safekeeping import SHORTEST_PASSWORD, WeakPassword

Signed = Annotated[Caller, Depends(require())]
Typed = Annotated[str, Form(max_length=256)]
routes = APIRouter()


class PresentPasswordWrong(Refused):
    """Who asks does not know the password that is to be changed."""

    status = 403
    code = "present-password-wrong"
    detail = "La password attuale non è giusta: la password non è cambiata."
    field = "password"


class TypedDifferently(Refused):
    """The new password was not typed alike twice."""

    status = 422
    code = "typed-differently"
    detail = "Le due volte la nuova password è scritta in modo diverso: scrivetela di nuovo."
    field = "new_password_again"


@routes.get("/password")
async def password_page(request: Request, by: Signed, cambiata: str = "") -> Response:
    """The form; or where the password is changed instead, for who signs in elsewhere."""
    return _form(request, by, done=bool(cambiata))


@routes.post("/password")
async def change_password(
    request: Request,
    by: Signed,
    *,
    password: Typed,
    new_password: Typed,
    new_password_again: Typed,
) -> Response:
    """Change it, end all sessions of the operator, go on in a new one; done or refused, it is noted."""
    known: Accounts = request.app.state.accounts
    look = audit.begin(request)
    look.kind = "change"
    try:
        if new_password != new_password_again:
            raise TypedDifferently
        if new_password == password:
            raise WeakPassword("È la stessa di adesso: sceglietene un'altra.")
        cookie = await known.change_password(by.operator, password, new_password)
    except Refused as error:
        refused = PresentPasswordWrong() if isinstance(error, WrongPassword) else error
        await audit.close(request, refused.status, refused.code)
        return _form(request, by, refused=refused)
    await audit.close(request, 303)
    response = RedirectResponse("/password?cambiata=si", 303)
    known.set_cookie(request, response, cookie)
    return response


def _form(request: Request, by: Caller, *, refused: Refused | None = None, done: bool = False) -> Response:
    known: Accounts = request.app.state.accounts
    own = next((one for one in known.operators() if one.id == by.operator), None)
    values = {
        "has_one": own is not None and own.password_hash is not None,
        "provider": known.provider,
        "shortest": SHORTEST_PASSWORD,
        "refused": refused,
        "done": done,
    }
    return web.page(request, "password.html", values, status=refused.status if refused else 200)
