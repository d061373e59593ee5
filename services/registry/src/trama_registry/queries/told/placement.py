"""Work paths in words: for those who follow, and for the host, which learns no more than it may."""

from trama_contracts.placement import (
    ApprovalGiven,
    ApprovalRefused,
    HostApprovalGiven,
    HostApprovalRefused,
    HostPlacementClosed,
    HostPlacementOpened,
    HostPlacementStarted,
    PlacementAgreed,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
    PlacementWithdrawn,
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import ENDINGS, PARTIES, WITHDRAWALS, because, named, on


@tells(PlacementProposed)
def _proposed(event: PlacementProposed, member: str, names: Names) -> str:
    return (
        f"Inserimento proposto {named(names(event.host), 'presso')}: "
        f"{event.task}, {event.weekly_hours} ore alla settimana, "
        f"{on(event.planned_from, 'dal')} {on(event.planned_to, 'al')}."
    )


@tells(ApprovalGiven)
def _approved(event: ApprovalGiven, member: str, names: Names) -> str:
    how = "firmata" if event.how == "signed" else "data in Trama"
    return f"Adesione {PARTIES[event.party]} {on(event.given_on)}, {how}."


@tells(ApprovalRefused)
def _not_approved(event: ApprovalRefused, member: str, names: Names) -> str:
    said = f"Adesione {PARTIES[event.party]} non data, {on(event.refused_on)}."
    return said + because(event.reason)


@tells(PlacementAgreed)
def _agreed(event: PlacementAgreed, member: str, names: Names) -> str:
    return f"Inserimento concordato {on(event.agreed_on)}: ci sono tutte le adesioni."


@tells(PlacementWithdrawn)
def _withdrawn(event: PlacementWithdrawn, member: str, names: Names) -> str:
    return f"Inserimento ritirato {on(event.withdrawn_on)}: {WITHDRAWALS[event.reason]}."


@tells(PlacementStarted)
def _started(event: PlacementStarted, member: str, names: Names) -> str:
    return f"Inserimento iniziato {on(event.started_on)}: avvio confermato."


@tells(PlacementEnded)
def _ended(event: PlacementEnded, member: str, names: Names) -> str:
    return f"Inserimento concluso {on(event.ended_on)}: {ENDINGS[event.reason]}."


@tells(HostPlacementOpened)
def _hosted(event: HostPlacementOpened, member: str, names: Names) -> str:
    return (
        f"Percorso in azienda: {event.task}, {event.weekly_hours} ore alla settimana, "
        f"{on(event.planned_from, 'dal')} {on(event.planned_to, 'al')}."
    )


@tells(HostApprovalGiven)
def _host_approved(event: HostApprovalGiven, member: str, names: Names) -> str:
    return f"Percorso in azienda accolto {on(event.given_on)}."


@tells(HostApprovalRefused)
def _host_refused(event: HostApprovalRefused, member: str, names: Names) -> str:
    return f"Percorso in azienda non accolto, {on(event.refused_on)}.{because(event.reason)}"


@tells(HostPlacementStarted)
def _host_started(event: HostPlacementStarted, member: str, names: Names) -> str:
    return f"Percorso in azienda iniziato {on(event.started_on)}."


@tells(HostPlacementClosed)
def _host_left(event: HostPlacementClosed, member: str, names: Names) -> str:
    return f"Percorso in azienda concluso {on(event.ended_on)}."
