"""Refusals, and how every error leaves a service: problem+json (RFC 9457), naming the field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from trama_contracts.strict_json import FORBIDDEN

from trama_chassis import kept_forms, web
from trama_chassis.contention import is_busy
from trama_chassis.language import OWN, say, spoken

MAX_BODY = 1024 * 1024
MAX_UPLOAD = 11 * MAX_BODY
"""A file of 10 MiB with what is said of it."""
RETRY_AFTER_SECONDS = 2
OUTSIDE = ("body", "query", "path", "header", "cookie")
"""Where a field lies, which its caller does not call part of its name."""
log = structlog.get_logger("trama.errors")

KINDS = {
    400: ("malformed", "Richiesta non leggibile"),
    401: ("not-signed-in", "Accesso richiesto"),
    403: ("not-allowed", "Non consentito"),
    404: ("not-found", "Non trovato"),
    405: ("method-not-allowed", "Metodo non ammesso"),
    409: ("conflict", "Operazione non possibile"),
    413: ("too-large", "Richiesta troppo grande"),
    415: ("wrong-format", "Formato non ammesso"),
    422: ("invalid", "Dati da correggere"),
    429: ("too-many-attempts", "Troppi tentativi"),
    500: ("unexpected", "Errore interno"),
    503: ("busy", "Servizio momentaneamente occupato"),
}
MESSAGES = {
    "missing": "Campo obbligatorio",
    "string_too_short": "Testo troppo corto (minimo %(min_length)s caratteri)",
    "string_too_long": "Testo troppo lungo (massimo %(max_length)s caratteri)",
    "string_type": "Deve essere un testo",
    "string_unicode": "Contiene caratteri non ammessi",
    "string_pattern_mismatch": "Formato non valido",
    "unwritable": "Contiene caratteri non ammessi",
    "date_from_datetime_parsing": "Data non valida (aaaa-mm-gg)",
    "date_parsing": "Data non valida (aaaa-mm-gg)",
    "datetime_from_date_parsing": "Data e ora non valide (aaaa-mm-ggThh:mm:ss+01:00)",
    "datetime_parsing": "Data e ora non valide (aaaa-mm-ggThh:mm:ss+01:00)",
    "timezone_aware": "Serve anche il fuso orario",
    "date_type": "Data non valida (aaaa-mm-gg)",
    "uuid_parsing": "Identificativo non valido",
    "uuid_version": "Identificativo non valido",
    "literal_error": "Valore non ammesso; ammessi: %(expected)s",
    "enum": "Valore non ammesso; ammessi: %(expected)s",
    "int_parsing": "Deve essere un numero intero",
    "int_type": "Deve essere un numero intero",
    "bool_parsing": "Deve essere vero o falso",
    "greater_than_equal": "Deve essere almeno %(ge)s",
    "less_than_equal": "Deve essere al massimo %(le)s",
    "greater_than": "Deve essere maggiore di %(gt)s",
    "less_than": "Deve essere minore di %(lt)s",
    "extra_forbidden": "Campo sconosciuto",
    "too_short": "Troppo pochi elementi (minimo %(min_length)s)",
    "too_long": "Troppi elementi (massimo %(max_length)s)",
}


_TEXT = {"type": "string"}
_ERROR = {"type": "object", "properties": {"field": _TEXT, "message": _TEXT}}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": dict.fromkeys(("type", "title", "detail", "instance", "allowed_by"), _TEXT)
    | {"status": {"type": "integer"}, "errors": {"type": "array", "items": _ERROR}},
}
DOCUMENTED: dict[str, Any] = {
    "description": "Rifiuto, con la regola o i campi da correggere (RFC 9457)",
    "content": {"application/problem+json": {"schema": _PROBLEM}},
}


class Refused(Exception):
    """A rule says no. Subclasses are named after the condition; `detail` names the rule in plain words.

    It is written in Italian, the values of its places beside it, and said in the language of whoever asked.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refused"
    detail: str = "Operazione non possibile."
    field: str | None = None
    rule: ClassVar[str] = ""
    """What the rule is called where exceptions to it are counted."""
    allowed_by: ClassVar[str | None] = None
    """The role that may let it be done all the same, with a reason (`audit.allowing`)."""

    def __init__(self, detail: str | None = None, /, *, field: str | None = None, **values: object) -> None:
        self.detail = say(detail or self.detail, **values)
        if self.allowed_by is not None:
            self.detail += " " + say("Può consentirlo, indicando un motivo, chi è responsabile del servizio.")
        self.field = field or self.field
        super().__init__(self.code)


class NotFound(Refused):
    """What was asked for is not here. It says nothing about other members."""

    status = 404
    code = "not-found"
    detail = "Non risulta nel nostro servizio."


class NotSignedIn(Refused):
    """The caller has not said who they are."""

    status = 401
    code = "not-signed-in"
    detail = "Serve l'accesso: indicate un token valido o entrate dalla pagina di accesso."


class NotAllowed(Refused):
    """The caller is known, and this is not for them."""

    status = 403
    code = "not-allowed"
    detail = "Il vostro ruolo non consente questa operazione."


class ChangedMeanwhile(Refused):
    """What a form was to change is no longer what its writer saw: another has changed it since."""

    code = "changed-meanwhile"
    detail = "Nel frattempo un'altra persona ha cambiato questi dati: ecco come sono ora."


def refuse_changed(seen: int | None, present: int, *, who: str = "") -> None:
    """Hold a command to the version its writer saw, where it names one. Raises ChangedMeanwhile."""
    if seen is not None and seen != present:
        raise changed_by(who)


def changed_by(who: str) -> ChangedMeanwhile:
    """The refusal that names who was faster, where that is known."""
    if not who:
        return ChangedMeanwhile()
    return ChangedMeanwhile("Nel frattempo %(who)s ha cambiato questi dati: ecco come sono ora.", who=who)


class FormNotOurs(Refused):
    """A form or request that did not come from a page of this session."""

    status = 403
    code = "form-not-ours"
    detail = "La pagina è scaduta o non proviene da questo servizio: ricaricatela e riprovate."


class Busy(Refused):
    """The service cannot answer now; the same request may succeed in a moment."""

    status = 503
    code = "busy"
    detail = "Il servizio è occupato: controllate e riprovate tra qualche secondo."


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    code: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    instance: str | None = None,
    allowed_by: str | None = None,
) -> Response:
    """One error as a problem document, or as a page for a browser that asked for a page."""
    kind, title = KINDS.get(status, ("error", "Errore"))
    names = {"type": f"urn:trama:problem:{code or kind}", "title": say(title)}
    body: dict[str, Any] = names | {"status": status, "detail": detail}
    body |= {"errors": list(errors)} if errors else {}
    body |= {"instance": instance} if instance else {}
    body |= {"allowed_by": allowed_by} if allowed_by else {}
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {}
    headers |= {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if web.wants_page(request):
        return web.page(request, "problem.html", {"problem": body}, status=status, headers=headers)
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status, headers, media_type="application/problem+json")


def install(app: FastAPI, uploads: tuple[str, ...] = ()) -> None:
    """Make every error of this application leave as a problem document."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _database)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_middleware(BodyLimit, uploads=uploads)
    app.add_middleware(LastResort)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - narrows the type for Starlette's loose signature
    if isinstance(error, NotSignedIn | FormNotOurs) and web.wants_page(request):
        answer = await _offered_again(request, error)
        if answer is not None:
            return answer
    alone = [{"field": error.field, "message": error.detail}] if error.field else []
    errors = getattr(error, "errors", alone)
    return problem(
        request, error.status, error.detail, code=error.code, errors=errors, allowed_by=error.allowed_by
    )


async def _offered_again(request: Request, error: Refused) -> Response | None:
    """The way back to what one was doing: a page after signing in, or a form that was kept meanwhile."""
    writer = await kept_forms.keep(request)
    if isinstance(error, NotSignedIn):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        after = here if request.method == "GET" else "/"
        return RedirectResponse(f"/accedi?next={quote(after)}{'&conservato=si' if writer else ''}", 303)
    known = request.app.state.accounts
    session = known.session(request)
    return RedirectResponse("/ripresa", 303) if session and session.operator == writer else None


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(request, 400, say("Il contenuto non è JSON valido."))
    errors = [{"field": field_of(one["loc"]), "message": message_of(one)} for one in found]
    fields = ", ".join(dict.fromkeys(one["field"] for one in errors))
    return problem(request, 422, say("Da correggere: %(fields)s.", fields=fields), errors=errors)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    _, title = KINDS.get(error.status_code, ("error", "Errore"))
    return problem(request, error.status_code, f"{say(title)}.")


async def _database(request: Request, error: Exception) -> Response:
    if is_busy(error):
        return await _refused(request, Busy())
    if isinstance(error, IntegrityError):
        log.warning("integrity error", exc_info=error)
        detail = say("Il dato esiste già o è cambiato nel frattempo. Nulla è stato registrato.")
        return problem(request, 409, detail)
    return unexpected(request, error)


async def _gone(request: Request, error: Exception) -> Response:
    return problem(request, 400, say("La richiesta si è interrotta."))


def unexpected(request: Request, error: Exception) -> Response:
    """A defect: the caller gets a number to quote, the log gets the place; neither gets the message."""
    error_id = uuid4().hex[:12]
    log.error("unexpected error", error_id=error_id, exc_info=error)
    detail = say(
        "Errore inatteso, annotato con il numero %(number)s: riferirlo a chi gestisce il servizio.",
        number=error_id,
    )
    return problem(request, 500, detail, instance=f"urn:trama:error:{error_id}")


def field_of(location: Sequence[int | str]) -> str:
    """The name of a field as the caller wrote it: `preview.family_name`, `circles.0`."""
    inside = location[1:] if location and location[0] in OUTSIDE else location
    return ".".join(str(part) for part in inside) or "contenuto"


def message_of(error: Mapping[str, Any]) -> str:
    """What is wrong with a field, without repeating what was typed."""
    context = error.get("ctx") or {}
    if error["type"] == "value_error":
        return str(context.get("error", "")) or say("Valore non valido")
    joined = "o" if spoken() == OWN else "or"
    expected = str(context.get("expected", "")).replace(" or ", f" {joined} ").replace("'", "")
    said = MESSAGES.get(error["type"], "Valore non valido")
    return say(said, **{**context, "expected": expected})


async def refuse_unwritable(request: Request) -> None:
    """Refuse characters that the wire cannot carry (section 5) anywhere in a request: NUL, noncharacters.

    Raises RequestValidationError naming the field.
    """
    found = [
        *_unwritable(dict(request.path_params), ("path",)),
        *_unwritable(dict(request.query_params), ("query",)),
    ]
    content = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind.endswith("json") and (b"\\u" in content or FORBIDDEN.search(content.decode(errors="replace"))):
        try:
            found += _unwritable(await request.json(), ("body",))
        except ValueError:
            return
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        found += _unwritable(dict(await request.form()), ("body",))
    if found:
        raise RequestValidationError([{"type": "unwritable", "loc": place, "msg": ""} for place in found])


def _unwritable(value: object, place: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, str):
        if FORBIDDEN.search(value):
            yield place
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _unwritable(name, place)
            yield from _unwritable(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unwritable(inner, (*place, index))


class BodyLimit:
    """Refuses a body longer than a service ever needs, before it is kept in memory.

    Only paths with one of the endings `uploads` take a file.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY, uploads: tuple[str, ...] = ()) -> None:
        self._app = app
        self._limit = limit
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what arrives; a declared length is not believed but saves the counting."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        takes_file = bool(self._uploads) and scope["path"].endswith(self._uploads)
        limit = MAX_UPLOAD if takes_file else self._limit
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            detail = say("La richiesta supera il limite di 1 MiB.")
            if takes_file:
                detail = say("Il file è troppo grande: al massimo 10 MB.")
            return await problem(Request(scope), 413, detail)(scope, receive, send)
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


class LastResort:
    """Turns what nobody caught into an answer without internals; no server prints the exception's text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 500 if nothing was sent yet; cut the connection otherwise."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            response = unexpected(Request(scope), error)
            if started:
                raise ConnectionError("broken off after an unexpected error") from None
            await response(scope, receive, send)
