"""Logging that cannot print personal data: allowed keys and value forms; exceptions as type and place."""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict

from trama_chassis.clock import machine_now

_KEYS = """
    level logger timestamp event exception where dropped suppressed
    network member service principal node pid host port version
    topic topics partition offset stream seq event_id events kind circle wire_type source recipient outcome
    code error errors error_id attempt reason method route status ms seconds rows count batch lag waiting
    pending age state task timer revision manifest signal
"""
ALLOWED = frozenset(_KEYS.split())
SAFE_TEXT = re.compile(r"[A-Za-z0-9._:/{}<>=,+-]{0,200}")
TAX_CODE = re.compile(r"[A-Z]{6}[0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]")
# Loggers whose messages are made of topics, hosts and numbers. Of others only name and level are shown.
TRUSTED = ("uvicorn", "aiokafka", "alembic", "trama")
QUIET_SECONDS = 10.0
WITHHELD = "(withheld)"

dropped: Counter[str] = Counter()
"""How often each unknown key was dropped since the start; the keys themselves are code, not data."""


def configure(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Send everything, ours and libraries', through one handler on stderr; JSON unless a person watches."""
    as_json = not sys.stderr.isatty() if as_json is None else as_json
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_NAMED, withhold_foreign, keep_place_of_exception, keep_allowed],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, stamp, last],
        )
    )
    handler.addFilter(SayOnce())
    logging.raiseExceptions = False  # it would print the arguments of a line that cannot be written
    logging.captureWarnings(True)
    sys.excepthook = _crashed
    threading.excepthook = lambda crash: _crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "aiokafka"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"


def _crashed(kind: type[BaseException], error: BaseException | None, _: object) -> None:
    """What the interpreter would print when nothing catches an exception, without the exception's text."""
    if not issubclass(kind, KeyboardInterrupt):
        structlog.get_logger("trama.crash").critical("stopped by an exception", exc_info=error)


def withhold_foreign(_: Any, __: str, values: EventDict) -> EventDict:  # noqa: ANN401 - structlog's processor form
    """Of a library that may print what it was given (drivers, asyncio), keep only that it spoke."""
    name = str(values.get("logger", ""))
    if name.partition(".")[0] not in TRUSTED:
        values["event"] = WITHHELD
    return values


def keep_place_of_exception(_: Any, __: str, values: EventDict) -> EventDict:  # noqa: ANN401
    """An exception's text may quote what a person typed: keep its type and where it was raised."""
    error = values.pop("exc_info", None)
    record = values.get("_record")
    if record is not None and record.exc_info:
        error, record.exc_info, record.exc_text = record.exc_info, None, None
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        leaves = list(_leaves(error))
        values["exception"] = "+".join(type(leaf).__name__ for leaf in leaves)
        values["where"] = _place(leaves[0])
    return values


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """What was really raised: a group of tasks only says that one of them failed."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return "<".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames[-6:]))


def _short(path: str) -> str:
    return "/".join(path.split("/")[-2:])


def keep_allowed(_: Any, __: str, values: EventDict) -> EventDict:  # noqa: ANN401
    """Drop every key that is not on the list, and every text that could be a name; count what was dropped."""
    meta = {key: values.pop(key) for key in ("_record", "_from_structlog") if key in values}
    unknown = [key for key in values if key not in ALLOWED]
    dropped.update(unknown)
    kept = {key: _safe(value) for key, value in values.items() if key in ALLOWED and key != "event"}
    if unknown:
        kept["dropped"] = len(unknown)
    said = values.get("event")
    return {"event": said if meta or _is_phrase(said) else WITHHELD, **kept, **meta}


def _is_phrase(text: object) -> bool:
    """Our own messages are constant lower-case phrases; what varies goes into keys."""
    return isinstance(text, str) and re.fullmatch(r"[a-z0-9 ,.:;'()/-]{1,120}", text) is not None


def _safe(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, MutableMapping):
        return {_safe(key): _safe(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(inner) for inner in value]
    text = str(value)
    return text if SAFE_TEXT.fullmatch(text) and not TAX_CODE.search(text) else WITHHELD


def stamp(_: Any, __: str, values: EventDict) -> EventDict:  # noqa: ANN401
    """When it was said, in machine time."""
    return {"timestamp": machine_now().isoformat(timespec="milliseconds"), **values}


class SayOnce(logging.Filter):
    """Lets a library's line through once in ten seconds: aiokafka repeats itself while a broker is away."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}
        self._kept_back: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to print; a line that ends a silence says how many it stands for."""
        if not record.name.startswith(("aiokafka", "kafka")):
            return True
        line, now = (record.name, str(record.msg)), time.monotonic()
        if now - self._said.get(line, -QUIET_SECONDS) < QUIET_SECONDS:
            self._kept_back[line] += 1
            return False
        self._said[line] = now
        suppressed = self._kept_back.pop(line, 0)
        if suppressed:
            record.msg, record.args = f"{record.getMessage()} (and {suppressed} more)", ()
        return True


class AccessLog:
    """One line per request: method, route template (never the path: it holds ids), status, milliseconds."""

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self._app = app
        self._prefix = prefix
        self._log = structlog.get_logger("trama.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through, watching the status."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        status = 0
        began = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            template = getattr(scope.get("route"), "path", "none")
            if scope["path"].startswith(self._prefix + template.partition("{")[0]):
                template = self._prefix + template
            ms = round((time.perf_counter() - began) * 1000, 1)
            self._log.info("request", method=scope["method"], route=template, status=status, ms=ms)


_NAMED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
]
# On import, not in `configure`: structlog's own default prints tracebacks with the values of local variables.
structlog.configure(
    processors=[
        *_NAMED,
        keep_place_of_exception,
        keep_allowed,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=False,
)
