"""The pages one may read without signing in: short how-tos and words, and what the law asks to be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from trama_chassis import language, substitutes, web

SUPERVISOR = "supervisor"
OWN = Path(__file__).with_name("help")
routes = APIRouter()


class HowTo(BaseModel):
    """How something is done, in a few steps; `roles` says for whom, nobody named: for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    steps: tuple[str, ...]
    roles: tuple[str, ...] = ()


class Help(BaseModel):
    """What one service has to explain: `help/<language>.yaml` of its package."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    howtos: tuple[HowTo, ...] = ()
    words: Mapping[str, str] = {}


@lru_cache
def read(folder: Path, wanted: str) -> Help:
    """The help of one service in a language, or in Italian where it is not translated."""
    path = folder / f"{wanted}.yaml"
    if not path.exists():
        path = folder / f"{language.OWN}.yaml"
    return Help.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@routes.get("/aiuto")
async def help_page(request: Request) -> Response:
    """Short how-tos for one's own roles, the words, whom to ask, the version."""
    caller = request.state.caller = await substitutes.signed_in(request)
    roles = caller.roles if caller else frozenset()
    wanted = request.cookies.get(language.COOKIE, language.OWN)
    known = [
        read(folder, wanted if wanted in language.LANGUAGES else language.OWN) for folder in _folders(request)
    ]
    words = {word: meaning for one in known for word, meaning in one.words.items()}
    values = {
        "howtos": [how for one in known for how in one.howtos if not how.roles or roles & set(how.roles)],
        "words": sorted(words.items(), key=lambda pair: pair[0].casefold()),
        **_whom_to_ask(request),
        "version": version("trama-chassis"),
    }
    return web.page(request, "aiuto.html", values)


@routes.get("/accessibilita")
async def legal_page(request: Request) -> Response:
    """The accessibility statement, how to report a barrier, what is recorded of operators."""
    request.state.caller = await substitutes.signed_in(request)
    return web.page(request, "accessibilita.html", _whom_to_ask(request))


def _folders(request: Request) -> Sequence[Path]:
    told = (runtime.service.help for runtime in request.app.state.runtimes)
    return [OWN, *(folder for folder in told if folder is not None)]


def _whom_to_ask(request: Request) -> dict[str, Any]:
    known = request.app.state.accounts
    # Who works here is nobody's business who does not work here too.
    listed = known.operators() if request.state.caller else ()
    people = [one.name for one in listed if SUPERVISOR in one.roles]
    return {"contact": known.contact, "supervisors": sorted(people)}
