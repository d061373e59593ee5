"""The web face: one application per service, and the one origin per member that holds them together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trama_chassis import accounts, audit, errors, front, hiding, web
from trama_chassis.assets import FOLDER, Assets
from trama_chassis.clock import Clock
from trama_chassis.database import RetryingRoute
from trama_chassis.language import Speaking
from trama_chassis.logs import AccessLog
from trama_chassis.shell import Shell, gathered, is_at

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
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


# What is sent in may tell of a person: parsing a form writes nothing to a disk.
MultiPartParser.spool_max_size = errors.MAX_UPLOAD


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
    app.state.shell = _shell(runtime)
    app.state.accounts = accounts.open_accounts(settings.accounts_file, settings.member, settings.demo)
    audit.watch(service.tables)
    hiding.watch(service.tables)
    app.state.audit = audit.Book(
        runtime.database,
        runtime.clock,
        keyed=partial(app.state.accounts.sessions.keyed, "sought"),
        signing=runtime.keystore.signing if runtime.keystore else None,
    )
    for router in service.routers:
        _place(app, router, prefix, service.page_prefixes)
    app.include_router(_own_routes(runtime), prefix=prefix)
    _dress(app, prefix, service.uploads)
    return app


def _dress(app: FastAPI, prefix: str = "", uploads: tuple[str, ...] = ()) -> None:
    errors.install(app, uploads)
    app.add_middleware(Speaking)
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
    return any(is_at(path, prefix) for prefix in prefixes)


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
        for app in apps:
            app.state.runtime.sisters = tuple(one.state.runtime for one in apps)
        shell = apps[0].state.shell
        shell.navigation = gathered(
            [*(app.state.runtime.service.navigation for app in apps), front.NAVIGATION]
        )
        shell.roles = {code: words for app in apps for code, words in app.state.runtime.service.roles.items()}
        for app in apps:
            app.state.shell = shell
        self._front = _front(apps, shell)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to whom its path belongs."""
        if scope["type"] == "lifespan":
            return await self._front(scope, receive, send)
        path = scope["path"]
        app = next((app for prefix, app in self._routes if _is_under(path, (prefix,))), self._front)
        await app(scope, receive, send)


def _shell(runtime: Runtime) -> Shell:
    settings = runtime.settings
    demo = settings.demo and settings.clock_file is not None
    return Shell(
        member=settings.member,
        clock=Clock(settings.clock_file) if demo else None,
        directory=runtime.directory,
        navigation=gathered([runtime.service.navigation, front.NAVIGATION]),
        roles=runtime.service.roles,
    )


def _front(apps: Sequence[FastAPI], shell: Shell) -> FastAPI:
    """The origin's own pages: the index, signing in and out, the style sheet, Swagger UI's files."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.shell = shell
    app.state.accounts = apps[0].state.accounts
    app.state.audit = apps[0].state.audit
    app.state.runtimes = [one.state.runtime for one in apps]
    app.state.services = [_listed(one) for one in apps]
    for router in front.ROUTERS:
        app.include_router(router)
    app.mount("/static/swagger", StaticFiles(packages=[("swagger_ui", "static")]))
    app.mount("/static", GZipMiddleware(Assets(directory=FOLDER)))
    _dress(app)
    return app


def _listed(app: FastAPI) -> dict[str, Any]:
    service = app.state.runtime.service
    prefix = f"/api/{service.name}"
    return {
        "title": service.title or service.name,
        "pages": service.page_prefixes,
        "docs": f"{prefix}/docs",
        "health": f"{prefix}/health/ready",
    }
