"""The origin's own pages, the same at every member: the index, signing in and out, the reader's language."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from trama_chassis import accounts, demo_clock, errors, help_pages, language, node_page, web
from trama_chassis.service import NavigationEntry

YEAR_SECONDS = 365 * 24 * 3600
NAVIGATION = (NavigationEntry("Nodo", "/nodo", (node_page.SUPERVISOR,), order=90, more=True),)
Signed = Annotated[accounts.Caller, Depends(accounts.require())]
routes = APIRouter()


@routes.get("/")
async def index(request: Request) -> Response:
    """The member's first page: where to go, which services there are."""
    caller = request.state.caller = await request.app.state.accounts.identify(request)
    only = request.app.state.shell.only_page(caller)
    if only is not None:
        return RedirectResponse(only, 303)
    return web.page(request, "origin.html", {"services": request.app.state.services})


@routes.get("/accedi")
async def sign_in_page(request: Request, next: str = "/", conservato: str = "") -> Response:
    """The form to sign in."""
    return _sign_in_form(request, next, kept=bool(conservato))


@routes.post("/accedi")
async def sign_in(
    request: Request,
    operator: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=256)],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Check the password, set the cookie, go where one wanted to go."""
    accounts.refuse_other_site(request)
    known: accounts.Accounts = request.app.state.accounts
    try:
        cookie = await known.sign_in(operator, password)
    except (accounts.WrongPassword, accounts.TooManyAttempts) as refused:
        return _sign_in_form(request, next, operator=operator, refused=refused)
    session = known.sessions.held(cookie)
    waiting = session is not None and known.sessions.has_unseen(session.operator)
    response = RedirectResponse("/ripresa" if waiting else accounts.local_path(next), 303)
    known.set_cookie(request, response, cookie)
    return response


@routes.get("/ripresa")
async def kept_forms_page(request: Request, by: Signed) -> Response:
    """What was kept for the caller, to be taken up again."""
    known: accounts.Accounts = request.app.state.accounts
    return web.page(request, "ripresa.html", {"kept": known.sessions.kept(by.operator)})


@routes.post("/ripresa/{number}/scarta")
async def discard_kept_form(request: Request, number: str, by: Signed) -> Response:
    """Throw away something kept for the caller."""
    known: accounts.Accounts = request.app.state.accounts
    known.sessions.discard(by.operator, number)
    return RedirectResponse("/ripresa", 303)


@routes.post("/esci")
async def sign_out(request: Request) -> Response:
    """End the session, here and at every service of the member."""
    known: accounts.Accounts = request.app.state.accounts
    await known.identify(request)
    session = known.session(request)
    if session is not None:
        known.end(session)
    response = RedirectResponse("/", 303)
    known.set_cookie(request, response, "")
    return response


@routes.post("/lingua")
async def choose_language(
    request: Request, lingua: Annotated[Literal["it", "en"], Form()], next: Annotated[str, Form()] = "/"
) -> Response:
    """Remember in which language this browser reads our pages; it is no secret and changes nothing else."""
    accounts.refuse_other_site(request)
    response = RedirectResponse(accounts.local_path(next), 303)
    secure = request.url.scheme == "https"
    response.set_cookie(
        language.COOKIE, lingua, max_age=YEAR_SECONDS, httponly=True, samesite="lax", secure=secure
    )
    return response


def _sign_in_form(
    request: Request,
    next: str,
    *,
    operator: str = "",
    refused: errors.Refused | None = None,
    kept: bool = False,
) -> Response:
    values = {"next": accounts.local_path(next), "operator": operator, "refused": refused, "kept": kept}
    return web.page(request, "accedi.html", values, status=refused.status if refused else 200)


ROUTERS = (routes, help_pages.routes, node_page.routes, demo_clock.routes)
