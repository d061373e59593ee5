"""Notes to the services that follow a person: whom ours were written to, and who may say to have read one."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Field, SQLModel
from trama_contracts.registry import NoteRead

from trama_registry.errors import NobodyToWriteTo, NoteOfOurs, NoteReadAlready


class NoteAddressee(SQLModel, table=True):
    """A service that could read a note of ours when it was written: who comes later was not written to."""

    __tablename__ = "note_addressee"
    note: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    written_on: date

    @classmethod
    def of(cls, note: str, record: str, members: Iterable[str], *, today: date) -> "list[NoteAddressee]":
        """Whom a note goes to. Raises NobodyToWriteTo."""
        found = [
            cls(note=note, member=member, record=record, written_on=today) for member in sorted(set(members))
        ]
        if not found:
            raise NobodyToWriteTo
        return found


def must_be_readable(read: Iterable[NoteRead], *, is_ours: bool, answer: str | None) -> None:
    """A service says once that it read a note, and answers it once, then or later.

    `read` is what it said before. Raises NoteOfOurs, NoteReadAlready.
    """
    if is_ours:
        raise NoteOfOurs
    before = list(read)
    answered = any(one.answer is not None for one in before)
    if before and (answer is None or answered):
        raise NoteReadAlready
