"""Documents of a person: filed where they are, asked for by who is told of them. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class FileDocument:
    """A member files a document, for who may know of its circle."""

    on: date
    at: str
    name: str
    kind: str
    circle: str = "care"
    protocol: str = ""
    """The number under which the office registered it, if it has one already."""

    def content(self, person: str) -> bytes:
        """What is written in it: something else for each person, and nothing true."""
        return f"{self.name}\n\n{person}: testo di prova, di fantasia.\n".encode()


@dataclass(frozen=True, slots=True)
class NumberDocument:
    """The office of a member registers what it had filed before."""

    on: date
    at: str
    name: str
    protocol: str


@dataclass(frozen=True, slots=True)
class AskDocument:
    """A member that was told of a document asks for it, and opens it."""

    on: date
    at: str
    filed_by: str
    name: str


DocumentAct: TypeAlias = FileDocument | NumberDocument | AskDocument
