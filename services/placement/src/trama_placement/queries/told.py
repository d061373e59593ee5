"""What others will read of a proposal before it is sent, in words: who follows the person, who hosts."""

from trama_chassis.language import say
from trama_contracts.event import Event
from trama_contracts.placement import HostPlacementOpened, PlacementProposed


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
