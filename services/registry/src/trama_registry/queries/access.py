"""First contacts at the doors, as far as who asks may see them: in lists, in counts and in search."""

import trama_caseload as caseload
from sqlalchemy import ColumnElement, case, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.accounts import Caller

from trama_registry.errors import AccessNotHere
from trama_registry.models import AccessRequest, sort_name_of
from trama_registry.models.access import SPECIALIST
from trama_registry.schemas import AccessList, AccessView

PAGE = 200


async def accesses(
    session: AsyncSession, by: Caller, *, open_only: bool = True, name: str = ""
) -> list[AccessView]:
    """First contacts, those to be routed first and by their term; `name` is how either name begins."""
    wanted = (
        select(AccessRequest)
        .where(*_sought(by, open_only=open_only, name=name))
        .order_by(
            col(AccessRequest.concluded_on).is_not(None),
            col(AccessRequest.route_by),
            col(AccessRequest.access),
        )
        .limit(PAGE)
    )
    return [view_of_access(session, found) for found in await session.scalars(wanted)]


def _sought(by: Caller, *, open_only: bool, name: str) -> list[ColumnElement[bool]]:
    """What is looked for; what the listening centre hears is out of it for who is no specialist."""
    asked: list[ColumnElement[bool]] = []
    if SPECIALIST not in by.roles:
        asked.append(col(AccessRequest.reserved) == false())
    if open_only:
        asked.append(col(AccessRequest.concluded_on).is_(None))
    if name:
        sought = f" {sort_name_of(name)}"
        asked.append((" " + col(AccessRequest.sort_name)).contains(sought, autoescape=True))
    return asked


async def access_list(
    session: AsyncSession, by: Caller, *, open_only: bool = True, name: str = ""
) -> AccessList:
    """First contacts with their counts; what may not be seen is not counted."""
    total, late = await count_accesses(session, by, open_only=open_only, name=name)
    found = await accesses(session, by, open_only=open_only, name=name)
    return AccessList(accesses=found, total=total, late=late)


async def count_accesses(
    session: AsyncSession, by: Caller, *, open_only: bool = True, name: str = ""
) -> tuple[int, int]:
    """How many first contacts there are, and how many of them should have been routed before today."""
    today = caseload.today(session)
    is_late = col(AccessRequest.concluded_on).is_(None) & (col(AccessRequest.route_by) < today)
    counted = select(func.count(), func.count(case((is_late, 1)))).select_from(AccessRequest)
    sought = _sought(by, open_only=open_only, name=name)
    total, late = (await session.execute(counted.where(*sought))).one()
    return total, late


async def find_access(session: AsyncSession, access: str, by: Caller, *, lock: bool = False) -> AccessRequest:
    """One first contact. Raises AccessNotHere, also where the operator may not know of it."""
    wanted = select(AccessRequest).where(col(AccessRequest.access) == access)
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None or not found.may_be_seen_by(by.roles):
        raise AccessNotHere
    return found


def view_of_access(session: AsyncSession, found: AccessRequest) -> AccessView:
    """A first contact as it is shown."""
    today = caseload.today(session)
    names = set(AccessView.model_fields) - {"name", "state", "days_left"}
    days_left = (found.route_by - today).days
    return AccessView(
        **found.model_dump(include=names), name=found.name, state=found.state(today), days_left=days_left
    )
