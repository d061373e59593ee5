"""Which pages there are, from the route tables, and an address of each, from the links people follow."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib.metadata import entry_points
from urllib.parse import urljoin, urlsplit

import httpx
import trama_chassis
from fastapi import APIRouter
from starlette.routing import BaseRoute, Route, compile_path
from trama_chassis.oidc import CALLBACK
from trama_chassis.service import Service
from trama_chassis.shell import is_at

from tests.browser.town import SUPERVISED, SUPERVISOR, Town

LOOKED_AT = 3
"""Of one page, at most so many examples: those that show something the others do not."""
FOLLOWED = 4
"""Of one page, at most so many links that one visitor follows."""


def services() -> Mapping[str, Service]:
    """Every service that an installed package offers."""
    return {entry.name: entry.load() for entry in entry_points(group="trama.services")}


def _pages_of(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for route in routes:
        is_read = isinstance(route, Route) and "GET" in (route.methods or ())
        if isinstance(route, Route) and is_read and not route.path.startswith("/api/"):
            yield route.path


def every_page() -> list[str]:
    """The path of every page: of the services, and of the origin that holds them together."""
    found: set[str] = set()
    for service in services().values():
        for router in service.routers:
            pages = set(_pages_of(router.routes))
            found |= {path for path in pages if any(is_at(path, one) for one in service.page_prefixes)}
    for module in pkgutil.iter_modules(trama_chassis.__path__, "trama_chassis."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, APIRouter):
                found |= set(_pages_of(value.routes))
    return sorted(found - SENT_ON)


SENT_ON = {"/accedi/altrove", CALLBACK}
"""Addresses that show nothing: a browser passes there on its way to a provider of identities and back."""
BEGINNINGS = ("/", "/accedi", "/ripresa")
"""Where one comes without a link: the address of the service, and what signing in again may lead to."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who looks: an operator of the demonstration."""

    member: str
    login: str
    url: str

    @property
    def password(self) -> str:
        """As the demonstration gives it."""
        return f"demo-{self.login}"

    @property
    def token(self) -> str:
        """For reading without a browser."""
        return f"demo-token-{self.login}"


def visitors(town: Town) -> list[Visitor]:
    """The first operator of each member, and one who supervises."""
    logins = {name: one.token or "" for name, one in town.members.items()}
    first = [
        Visitor(name, token.removeprefix("demo-token-"), town.members[name].url)
        for name, token in logins.items()
    ]
    return [*first, Visitor(SUPERVISED, str(SUPERVISOR["login"]), town.members[SUPERVISED].url)]


@dataclass(frozen=True, slots=True)
class Example:
    """One address of a page, as one visitor sees it."""

    visitor: Visitor
    path: str
    shows: frozenset[str]
    """The forms and states in it, by which examples differ."""
    size: int

    @property
    def url(self) -> str:
        """Where it is."""
        return self.visitor.url + self.path


class _Read(HTMLParser):
    """Links of a page, and what tells it from others of the same kind."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.shows: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what counts."""
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        elif tag == "form":
            self.shows.add(_shape(said.get("action", "")))
        elif tag in ("table", "fieldset", "textarea", "blockquote", "svg", "details"):
            self.shows.add(tag)


def _shape(path: str) -> str:
    """An address without what is of one person."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", path.partition("?")[0])


@dataclass
class Found:
    """What links led to."""

    examples: dict[str, list[Example]] = field(default_factory=lambda: defaultdict(list))
    broken: list[str] = field(default_factory=list)
    saved: set[str] = field(default_factory=set)
    """Pages that are files to be saved: a link leads there, and there is nothing to look at."""

    def of(self, page: str) -> list[Example]:
        """The examples of a page that are worth a look: each shows something new."""
        rest = sorted(self.examples[page], key=lambda one: -one.size)
        chosen, shown = list[Example](), set[str]()
        while rest and len(chosen) < LOOKED_AT:
            best = max(rest, key=lambda one: (len(one.shows - shown), one.size))
            if chosen and not best.shows - shown:
                break
            rest.remove(best)
            chosen.append(best)
            shown |= best.shows
        return chosen


def followed(town: Town, pages: Iterable[str]) -> Found:
    """Follow every link from each visitor's first page on."""
    known = [(page, compile_path(page)[0]) for page in sorted(pages, key=lambda page: page.count("{"))]
    found = Found()
    for visitor in visitors(town):
        headers = {"Authorization": f"Bearer {visitor.token}", "Accept": "text/html"}
        with httpx.Client(base_url=visitor.url, headers=headers, timeout=30) as client:
            _follow(client, visitor, known, found)
    return found


def _follow(
    client: httpx.Client, visitor: Visitor, known: list[tuple[str, re.Pattern[str]]], found: Found
) -> None:
    todo, seen = [*BEGINNINGS], defaultdict[str, set[str]](set)
    while todo:
        path = todo.pop(0)
        page = next((name for name, pattern in known if pattern.fullmatch(path.partition("?")[0])), None)
        if page is None or path in seen[page] or len(seen[page]) >= FOLLOWED:
            continue
        seen[page].add(path)
        answer = client.get(path)
        if answer.is_redirect:
            todo.append(_here(visitor, path, answer.headers["location"]))
            continue
        if answer.headers.get("content-disposition", "").startswith("attachment"):
            found.saved.add(page)
        elif not answer.is_success:
            found.broken.append(f"{visitor.login}: {path} answers {answer.status_code}")
        elif answer.headers["content-type"].startswith("text/html"):
            read = _Read()
            read.feed(answer.text)
            found.examples[page].append(Example(visitor, path, frozenset(read.shows), len(answer.text)))
            todo += [_here(visitor, path, link) for link in read.links]


def _here(visitor: Visitor, path: str, link: str) -> str:
    """A link as a path of the visitor's own origin; of others, nothing."""
    parts = urlsplit(urljoin(visitor.url + path, link))
    if f"{parts.scheme}://{parts.netloc}" != visitor.url:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
