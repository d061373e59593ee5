"""The origin's own pages, the same at every member: the index, signing in and out, the reader's language."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from trama_chassis import (
    accounts,
    audit,
    audit_page,
    demo_clock,
    errors,
    help_pages,
    language,
    node_page,
    oidc,
    password_page,
    substitutes,
    web,
)
from trama_chassis.service import NavigationEntry
from trama_chassis.sessions import SIGN_IN_SECONDS

YEAR_SECONDS = 365 * 24 * 3600
NAVIGATION = (
    NavigationEntry("Nodo", "/nodo", (node_page.SUPERVISOR,), order=90, more=True),
    NavigationEntry("Registro degli accessi", "/registro-accessi", (node_page.SUPERVISOR,), 85, more=True),
)
Signed = Annotated[accounts.Caller, Depends(accounts.require())]
routes = APIRouter()


@routes.get("/")
async def index(request: Request) -> Response:
    """The member's first page: where to go, which services there are."""
    caller = request.state.caller = await substitutes.signed_in(request)
    first = request.app.state.shell.first_page(caller)
    if first is not None:
        return RedirectResponse(first, 303)
    return web.page(request, "origin.html", {"services": request.app.state.services})


@routes.get("/accedi")
async def sign_in_page(request: Request, next: str = "/", conservato: str = "", uscita: str = "") -> Response:
    """The form to sign in; after signing out, where to sign out elsewhere too."""
    elsewhere = _elsewhere(request) if uscita else None
    out = await elsewhere.end_address() if elsewhere else None
    return _sign_in_form(request, next, kept=bool(conservato), out=out)


@routes.get("/accedi/altrove")
async def sign_in_elsewhere(request: Request, next: str = "/") -> Response:
    """Send the browser to the provider of identities, and remember that it was this one."""
    elsewhere, known = _elsewhere(request), _accounts(request)
    if elsewhere is None:
        raise errors.NotFound("Questo servizio riconosce i suoi operatori soltanto qui.")
    begun = oidc.drawn(accounts.local_path(next))
    try:
        response = RedirectResponse(await elsewhere.address(begun), 303)
    except oidc.ProviderSilent as refused:
        return _sign_in_form(request, next, refused=refused)
    token = known.sessions.begin_elsewhere([begun.state, begun.nonce, begun.verifier, begun.next])
    _set_under_way(request, response, token)
    return response


@routes.get(oidc.CALLBACK)
async def back_from_elsewhere(request: Request) -> Response:
    """The browser is back: who this is, if all that was said holds; our own file says with what roles."""
    elsewhere, known = _elsewhere(request), _accounts(request)
    if elsewhere is None:
        raise errors.NotFound("Questo servizio riconosce i suoi operatori soltanto qui.")
    kept = known.sessions.back_from_elsewhere(request.cookies.get(_under_way(request), ""))
    begun = oidc.Begun(*kept) if kept else None
    try:
        subject = await elsewhere.subject(begun, request.query_params)
        response = _signed_in(request, known.sign_in_as(subject), begun.next if begun else "/")
    except errors.Refused as refused:
        await audit.close(request, refused.status, refused.code)
        response = _sign_in_form(request, begun.next if begun else "/", refused=refused)
    _set_under_way(request, response, "")
    return response


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
        await audit.close(request, refused.status, refused.code)
        return _sign_in_form(request, next, operator=operator, refused=refused)
    return _signed_in(request, cookie, next)


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
    response = RedirectResponse("/accedi?uscita=si" if known.provider else "/", 303)
    known.set_cookie(request, response, "")
    return response


@routes.post("/sostituisco")
async def stand_in(
    request: Request,
    by: Signed,
    operatore: Annotated[str, Form(max_length=64)] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Work from now on for a colleague whom one replaces today, or in one's own name again."""
    if operatore and operatore not in {one.id for one in by.may_replace}:
        raise substitutes.NotASubstitute
    known = _accounts(request)
    session = known.session(request)
    if session is not None:
        known.sessions.stand_in(session, operatore or None)
    return RedirectResponse(accounts.local_path(next), 303)


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


def _accounts(request: Request) -> accounts.Accounts:
    known: accounts.Accounts = request.app.state.accounts
    return known


def _elsewhere(request: Request) -> oidc.Client | None:
    provider = _accounts(request).provider
    return oidc.client_of(provider) if provider else None


def _signed_in(request: Request, cookie: str, next: str) -> Response:
    """Go where one wanted to go, in a new session; the one this browser had before holds no longer."""
    known = _accounts(request)
    before, session = known.session(request), known.sessions.held(cookie)
    if before is not None:
        known.end(before)
    waiting = session is not None and known.sessions.has_unseen(session.operator)
    response = RedirectResponse("/ripresa" if waiting else accounts.local_path(next), 303)
    known.set_cookie(request, response, cookie)
    return response


def _under_way(request: Request) -> str:
    return f"{_accounts(request).cookie}_accesso"


def _set_under_way(request: Request, response: Response, token: str) -> None:
    """Tie a sign-in elsewhere to this browser, so that nobody is signed in as another by a link."""
    response.set_cookie(
        _under_way(request),
        token,
        max_age=SIGN_IN_SECONDS if token else 0,
        path="/accedi",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _sign_in_form(
    request: Request,
    next: str,
    *,
    operator: str = "",
    refused: errors.Refused | None = None,
    kept: bool = False,
    out: str | None = None,
) -> Response:
    values = {
        "next": accounts.local_path(next),
        "operator": operator,
        "refused": refused,
        "kept": kept,
        "provider": _accounts(request).provider,
        "out": out,
    }
    return web.page(request, "accedi.html", values, status=refused.status if refused else 200)


ROUTERS = (
    routes,
    help_pages.routes,
    node_page.routes,
    demo_clock.routes,
    audit_page.routes,
    password_page.routes,
)
