"""How members are called on pages."""

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.language import Named

from trama_registry.queries import told


def names_of(session: AsyncSession) -> told.Names:
    """How members are called: as the directory says, or by their short name if they are gone from it."""
    return lambda member: Named(caseload.member_name(session, member))
