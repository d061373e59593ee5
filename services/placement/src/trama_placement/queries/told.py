"""What others will read of a proposal before it is sent, in words: who follows the person, who hosts."""

from functools import partial

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.language import say
from trama_contracts.event import Event
from trama_contracts.placement import HostPlacementOpened, PlacementProposed

from trama_placement import queries
from trama_placement.models import Placement


async def preview_of(session: AsyncSession, placement: Placement) -> caseload.DraftPreviewView:
    """Who would read a proposal that this transaction has collected, and what of it; it is undone."""
    rule = await queries.find_rule(session, placement.path_type, placement.planned_from)
    path = say(rule.label) if rule is not None else placement.path_type
    return await caseload.preview(session, placement.record, partial(told, path=path))


def told(event: Event, *, path: str) -> str:
    """An event that somebody is about to send; `path` is what this kind of path is called.

    Raises TypeError for what is sent without a preview.
    """
    match event:
        case PlacementProposed():
            return say(
                "Percorso proposto: %(path)s. Mansione: %(task)s, %(hours)s ore alla settimana, dal "
                "%(first)s al %(last)s.",
                path=path,
                task=event.task,
                hours=event.weekly_hours,
                first=event.planned_from,
                last=event.planned_to,
            )
        case HostPlacementOpened():
            return say(
                "%(person)s, percorso in azienda. Mansione: %(task)s, %(hours)s ore alla settimana, dal "
                "%(first)s al %(last)s.",
                person=" ".join(part for part in (event.given_name, event.family_name) if part),
                task=event.task,
                hours=event.weekly_hours,
                first=event.planned_from,
                last=event.planned_to,
            )
    raise TypeError(f"{event.wire_type} is sent without a preview")
