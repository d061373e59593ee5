"""Facts as they are kept, and the periods they are counted in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from trama_reporting.errors import PeriodReversed


class FactCopy(SQLModel, table=True):
    """One accountability fact, as its source derived it."""

    __tablename__ = "fact_copy"
    __table_args__ = (Index("ix_fact_copy_kind_day", "kind", "day"),)

    event_id: str = Field(primary_key=True)
    kind: str
    reporting_id: str
    member: str
    service: str
    stream: str
    seq: int
    day: date
    attributes: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


Facts = Sequence[FactCopy]

REPLACED = "reporting-id-replaced"
"""The kind of fact that counts nothing: it says under which pseudonym a person is counted now."""


def once_each(facts: Facts, replacements: Facts) -> Facts:
    """The facts with the reporting id under which each person is counted now, so that one counts once.

    A code that had been the person's own gave way for all who tell of it. One that was put on the record by
    mistake is, or may be, somebody else's: only what that member told moves. The facts kept stay as told.
    """
    given_way = _given_way(_standing(replacements))

    def present(member: str, reporting_id: str) -> str:
        seen = {reporting_id}
        while following := given_way.get((member, reporting_id)) or given_way.get((None, reporting_id)):
            if following in seen:
                break
            seen.add(following)
            reporting_id = following
        return reporting_id

    return [_under(fact, present(fact.member, fact.reporting_id)) for fact in facts]


def _standing(replacements: Facts) -> Facts:
    """The replacements without those that their own stream took back afterwards."""
    standing: dict[tuple[str, str, str], FactCopy] = {}
    for one in sorted(replacements, key=lambda fact: (fact.member, fact.stream, fact.seq)):
        key = one.member, one.stream, str(one.attributes["replaced"])
        standing.pop(key, None)
        if not one.attributes.get("undone"):
            standing[key] = one
    return list(standing.values())


def _given_way(replacements: Facts) -> dict[tuple[str | None, str], str]:
    """Which reporting id gave way to which, by the member it holds of, or None for all.

    What is told of one record stands in one stream: an id that comes back there has not given way.
    """
    found: dict[tuple[str | None, str], str] = {}
    for one in sorted(replacements, key=lambda fact: (fact.member, fact.stream, fact.seq)):
        of = None if one.attributes["was_theirs"] else one.member
        found[of, str(one.attributes["replaced"])] = one.reporting_id
        before = {str(other.attributes["replaced"]) for other in replacements if other.stream == one.stream}
        if one.reporting_id in before:
            found.pop((None, one.reporting_id), None)
            found.pop((one.member, one.reporting_id), None)
    return found


def _under(fact: FactCopy, reporting_id: str) -> FactCopy:
    """The fact itself, or one like it under another reporting id, which no session knows."""
    if fact.reporting_id == reporting_id:
        return fact
    return FactCopy(**fact.model_dump() | {"reporting_id": reporting_id})


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodReversed

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last
