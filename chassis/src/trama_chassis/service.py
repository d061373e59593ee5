"""What one service is, as its `__main__` declares it: lists, and nothing that runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fastapi import APIRouter
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlmodel import SQLModel

    from trama_chassis.handlers import EventHandlers
    from trama_chassis.settings import ServiceSettings
    from trama_chassis.timers import Timer


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry of the navigation: its words, where it leads, who sees it (nobody named: who is signed in).

    `more` puts it under "Altro"; `search` names the parameter with which its page searches: the search
    box on top of every page then leads there.
    """

    label: str
    path: str
    roles: tuple[str, ...] = ()
    order: int = 50
    more: bool = False
    search: str = ""
    covers: tuple[str, ...] = ()
    """Other paths of its section: there, too, it is the one that is marked."""
    alone: bool = False
    """The one page of those who need no navigation: not an entry, but where signing in leads them."""
    home: bool = False
    """The page a day begins with: signing in leads there, and so does the name on top of every page."""

    def is_for(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles sees it."""
        return not self.roles or not roles.isdisjoint(self.roles)


@dataclass(frozen=True, slots=True)
class Service:
    """One service: what the chassis needs to know to run it for any member.

    `migrations` is the folder holding `versions/`; `reads` says whether it consumes events or facts.
    `page_prefixes` are the paths of its pages on the member's origin, such as `/persone`.
    """

    name: str
    routers: Sequence[APIRouter]
    handlers: EventHandlers
    tables: Sequence[type[SQLModel]]
    migrations: Path
    settings: type[ServiceSettings]
    reads: Literal["events", "facts"] = "events"
    timers: Sequence[Timer] = ()
    page_prefixes: tuple[str, ...] = ()
    title: str = ""
    navigation: tuple[NavigationEntry, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    """What its roles are called on pages."""
    help: Path | None = None
    """A folder with what it has to explain, `<language>.yaml`."""
    names: Callable[[AsyncSession, Sequence[str]], Awaitable[dict[str, str]]] | None = None
    """What the people of some records are called here, for pages of the chassis that name records."""
    uploads: tuple[str, ...] = ()
    """Endings of the paths that take a file: there alone a request may be long."""
