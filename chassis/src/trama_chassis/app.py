"""The web face: one application per service, and the one origin per member that holds them together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.datastructures import MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trama_chassis import accounts, errors, web
from trama_chassis.clock import END, ZONE, Clock, ClockGoesForwardOnly
from trama_chassis.database import RetryingRoute
from trama_chassis.logs import AccessLog

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Swagger UI sets style attributes on its elements; nothing else of the policy is loosened for it.
DOCS_POLICY = CONTENT_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class WrongRouter(Exception):
    """A service's router that cannot be placed: mixed paths, or routes that would not run again."""


def build_app(runtime: Runtime) -> FastAPI:
    """The application of one running service: its API, its pages, its documentation, its health."""
    service, settings = runtime.service, runtime.settings
    prefix = f"/api/{service.name}"
    app = FastAPI(
        title=f"{service.title or service.name} · {settings.member}",
        version="1",
        openapi_url=f"{prefix}/openapi.json",
        responses={"4XX": errors.DOCUMENTED},
        docs_url=None,
        redoc_url=None,
    )
    app.state.runtime = runtime
    app.state.member = settings.member
    app.state.accounts = accounts.open_accounts(settings.accounts_file, settings.member, settings.demo)
    for router in service.routers:
        _place(app, router, prefix, service.page_prefixes)
    app.include_router(_own_routes(runtime), prefix=prefix)
    _dress(app, prefix)
    return app


def _dress(app: FastAPI, prefix: str = "") -> None:
    errors.install(app)
    app.add_middleware(SafeHeaders)
    app.add_middleware(AccessLog, prefix=prefix)


def _place(app: FastAPI, router: APIRouter, prefix: str, page_prefixes: tuple[str, ...]) -> None:
    """An API router goes under the service's prefix; a router of declared pages stays where it is."""
    routes = [route for route in router.routes if isinstance(route, RetryingRoute)]
    if len(routes) < len(router.routes):
        raise WrongRouter("use trama_chassis.database.Router, so that a lost race is run again")
    are_pages = [_is_under(route.path, page_prefixes) for route in routes]
    if routes and all(are_pages):
        app.include_router(router, include_in_schema=False)
    elif any(are_pages):
        raise WrongRouter("pages and API routes in one router")
    else:
        app.include_router(router, prefix=prefix)


def _is_under(path: str, prefixes: Sequence[str]) -> bool:
    return any(path == prefix or path.startswith(prefix.rstrip("/") + "/") for prefix in prefixes)


def _own_routes(runtime: Runtime) -> APIRouter:
    """Documentation and health, the same at every service."""
    router = APIRouter(include_in_schema=False)
    openapi = f"/api/{runtime.service.name}/openapi.json"

    @router.get("/docs")
    async def docs(request: Request) -> Response:
        values = {"openapi": openapi, "title": request.app.title}
        headers = {"Content-Security-Policy": DOCS_POLICY}
        return web.page(request, "docs.html", values, headers=headers)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/health/ready")
    async def ready() -> Response:
        stalled = runtime.health.stalled()
        status = {"status": "stalled" if stalled else "ok", "stalled": stalled}
        return JSONResponse(status, 503 if stalled else 200)

    @router.get("/health/lag")
    async def lag() -> Response:
        return JSONResponse(runtime.health.figures)

    return router


class SafeHeaders:
    """Puts the security headers on every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through, dressing the start of the answer."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, dressed if scope["type"] == "http" else send)


class MemberOrigin:
    """One origin per member: the services' paths go to them, the rest is signing in and the index."""

    def __init__(self, apps: Sequence[FastAPI]) -> None:
        self._routes: list[tuple[str, ASGIApp]] = []
        for app in apps:
            service = app.state.runtime.service
            for prefix in (f"/api/{service.name}", *service.page_prefixes):
                if any(prefix == taken for taken, _ in self._routes):
                    raise ValueError(f"two services claim {prefix}")
                self._routes.append((prefix, app))
        self._routes.sort(key=lambda route: -len(route[0]))
        self._front = _front(apps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to whom its path belongs."""
        if scope["type"] == "lifespan":
            return await self._front(scope, receive, send)
        path = scope["path"]
        app = next((app for prefix, app in self._routes if _is_under(path, (prefix,))), self._front)
        await app(scope, receive, send)


front_routes = APIRouter()


@front_routes.get("/")
async def index(request: Request) -> Response:
    """The member's first page: which services there are, and where."""
    request.state.caller = await request.app.state.accounts.identify(request)
    return web.page(request, "origin.html", {"services": request.app.state.services})


@front_routes.get("/accedi")
async def sign_in_page(request: Request, next: str = "/") -> Response:
    """The form to sign in."""
    return _sign_in_form(request, next)


@front_routes.post("/accedi")
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
    response = RedirectResponse(accounts.local_path(next), 303)
    known.set_cookie(request, response, cookie)
    return response


@front_routes.post("/esci")
async def sign_out(request: Request) -> Response:
    """End the session, here and at every service of the member in this process."""
    known: accounts.Accounts = request.app.state.accounts
    await known.identify(request)
    session = known.session(request)
    if session is not None:
        known.end(session)
    response = RedirectResponse("/", 303)
    known.set_cookie(request, response, "")
    return response


class ClockBack(errors.Refused):
    """Business time only goes forward."""

    code = "clock-goes-forward-only"


class BusinessTime(BaseModel):
    """Where business time is to stand."""

    now: Annotated[AwareDatetime, Field(lt=END)]


def _demo_clock(request: Request) -> Clock:
    """The clock of a demonstration; anywhere else there is no such address. Raises NotFound."""
    clock: Clock | None = request.app.state.clock
    if clock is None:
        raise errors.NotFound("L'orologio si sposta solo nella dimostrazione.")
    return clock


DemoClock = Annotated[Clock, Depends(_demo_clock)]
Signed = Annotated[accounts.Caller, Depends(accounts.require())]


@front_routes.get("/api/clock")
async def read_clock(clock: DemoClock, by: Signed) -> dict[str, str | bool]:
    """Business time, for those who live through a demonstration."""
    return {"now": _local(clock.now()), "demo": True}


@front_routes.put("/api/clock")
async def move_clock(clock: DemoClock, by: Signed, wanted: BusinessTime) -> dict[str, str]:
    """Move business time forward in the whole network; every node sees it within 100 ms."""
    try:
        await asyncio.to_thread(clock.move, wanted.now)
    except ClockGoesForwardOnly as back:
        detail = f"Il tempo va solo avanti, e siamo già al {clock.now().astimezone(ZONE):%d/%m/%Y %H:%M:%S}."
        raise ClockBack(detail, field="now") from back
    return {"now": _local(wanted.now)}


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="milliseconds")


def _front(apps: Sequence[FastAPI]) -> FastAPI:
    """The origin's own pages: the index, signing in and out, the style sheet, Swagger UI's files."""
    front = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    front.state.member = apps[0].state.member
    front.state.accounts = apps[0].state.accounts
    settings = apps[0].state.runtime.settings
    front.state.clock = Clock(settings.clock_file) if settings.demo and settings.clock_file else None
    front.state.services = [_listed(app) for app in apps]
    front.include_router(front_routes)
    front.mount("/static/swagger", StaticFiles(packages=[("swagger_ui", "static")]))
    front.mount("/static", StaticFiles(packages=[("trama_chassis", "static")]))
    _dress(front)
    return front


def _sign_in_form(
    request: Request, next: str, *, operator: str = "", refused: errors.Refused | None = None
) -> Response:
    error = refused.detail if refused else ""
    values = {"next": accounts.local_path(next), "operator": operator, "error": error}
    return web.page(request, "accedi.html", values, status=refused.status if refused else 200)


def _listed(app: FastAPI) -> dict[str, Any]:
    service = app.state.runtime.service
    prefix = f"/api/{service.name}"
    return {
        "title": service.title or service.name,
        "pages": service.page_prefixes,
        "docs": f"{prefix}/docs",
        "health": f"{prefix}/health/ready",
    }
