"""Persons and their story over HTTP."""

from typing import Annotated

from fastapi import Query
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.queries.duplicate import sought_by_form
from trama_registry.schemas import (
    CandidateView,
    GroupCountView,
    PersonList,
    PersonView,
    RegisterPerson,
    SeekDuplicates,
    TargetsView,
)

router = Router()


@router.post("/persons", status_code=201)
async def register_person(request: RegisterPerson, session: Transaction, by: Operator) -> PersonView:
    """Enter a person, and open the taking in charge in the same request if it is given."""
    person = await commands.register_person(session, request, by)
    return await queries.person_view(session, person.record)


@router.get("/persons")
async def persons(
    session: Reading,
    _: Operator,
    name: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[Uuid | None, Query()] = None,
) -> PersonList:
    """Persons in the order of names, 50 at a time; `name` is how the family name begins."""
    return await queries.persons_by_name(session, name, after)


@router.get("/persons/{record}")
async def person(record: Uuid, session: Reading, _: Operator) -> PersonView:
    """A person, and the open taking in charge."""
    return await queries.person_view(session, record)


@router.post("/persons/candidates")
async def candidates(request: SeekDuplicates, session: Reading, _: Operator) -> list[CandidateView]:
    """Records of ours that may be of the person described: certain, probable or possible, and why."""
    return await sought_by_form(session, request)


@router.get("/target-groups")
async def target_groups(session: Reading, by: Operator) -> list[GroupCountView]:
    """How many of the persons we follow are in each target group; judicial ones for who is named for it."""
    return await queries.count_groups(session, by)


@router.get("/targets")
async def targets(session: Reading, _: Operator) -> TargetsView:
    """How many of the persons we follow are of each kind that laws and plans define; overlaps count once."""
    return await queries.count_targets(session)
