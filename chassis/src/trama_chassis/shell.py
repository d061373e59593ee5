"""What every page shows around its own content: who, where, when, and where else one may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from trama_chassis import language

if TYPE_CHECKING:
    from fastapi import Request

    from trama_chassis.accounts import Caller
    from trama_chassis.clock import Clock
    from trama_chassis.directory import DirectoryCopy
    from trama_chassis.service import NavigationEntry


@dataclass(slots=True)
class Shell:
    """The frame of one member's pages, the same at every service of its origin."""

    member: str = ""
    clock: Clock | None = None
    """Only in a demonstration, where the banner says which day it is."""
    directory: DirectoryCopy | None = None
    navigation: Sequence[NavigationEntry] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    """What roles are called on pages."""

    @property
    def name(self) -> str:
        """What the member is called, as far as the network has said it."""
        known = self.directory.current.members.get(self.member) if self.directory else None
        return known.name if known else self.member

    def around(self, request: Request, caller: Caller | None) -> dict[str, Any]:
        """The values with which `shell.html` is rendered."""
        path = request.url.path
        entries = [entry for entry in self._open_to(caller) if not entry.alone]
        places = [(place, entry.path) for entry in entries for place in (entry.path, *entry.covers)]
        here = (place for place in places if is_at(path, place[0]))
        _, current = max(here, key=lambda place: len(place[0]), default=("", ""))
        return {
            "member": self.member,
            "name": self.name,
            "today": _today(self.clock),
            "entries": [entry for entry in entries if not entry.more],
            "more": [entry for entry in entries if entry.more],
            "current": current,
            "search": next((entry for entry in entries if entry.search), None),
            "language": language.spoken(),
            "languages": language.LANGUAGES,
            "here": quote(path) + (f"?{request.url.query}" if request.url.query else ""),
        }

    def _open_to(self, caller: Caller | None) -> list[NavigationEntry]:
        return [entry for entry in self.navigation if caller and entry.is_for(caller.roles)]

    def first_page(self, caller: Caller | None) -> str | None:
        """Where somebody is led who signs in: to the page a day begins with, or to the only one they have."""
        entries = self._open_to(caller)
        if entries and all(entry.alone for entry in entries):
            return entries[0].path
        return next((entry.path for entry in entries if entry.home), None)


def is_at(path: str, place: str) -> bool:
    """Whether a path is a place or lies under it."""
    return path == place or path.startswith(place.rstrip("/") + "/")


def gathered(services: Sequence[Sequence[NavigationEntry]]) -> tuple[NavigationEntry, ...]:
    """The entries of all services of a member, in their order."""
    return tuple(sorted((entry for own in services for entry in own), key=lambda entry: entry.order))


def _today(clock: Clock | None) -> date | None:
    return clock.today() if clock else None
