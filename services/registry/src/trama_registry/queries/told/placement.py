"""Work paths in words: for those who follow, and for the host, which learns no more than it may."""

from trama_chassis.language import say
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
from trama_registry.queries.told.words import ENDINGS, PARTIES, WITHDRAWALS, because, sentence


@tells(PlacementProposed)
def _proposed(event: PlacementProposed, member: str, names: Names) -> str:
    return say(
        "Inserimento proposto presso il %(host)s: %(task)s, %(hours)s ore alla settimana, "
        "dal %(first)s al %(last)s.",
        host=names(event.host),
        task=event.task,
        hours=event.weekly_hours,
        first=event.planned_from,
        last=event.planned_to,
    )


@tells(ApprovalGiven)
def _approved(event: ApprovalGiven, member: str, names: Names) -> str:
    return say(
        "Adesione %(party)s il %(day)s, %(how)s.",
        party=say(PARTIES[event.party]),
        day=event.given_on,
        how=say("firmata") if event.how == "signed" else say("data in Trama"),
    )


@tells(ApprovalRefused)
def _not_approved(event: ApprovalRefused, member: str, names: Names) -> str:
    party = say(PARTIES[event.party])
    said = say("Adesione %(party)s non data, il %(day)s.", party=party, day=event.refused_on)
    return said + because(event.reason)


@tells(PlacementAgreed)
def _agreed(event: PlacementAgreed, member: str, names: Names) -> str:
    return say("Inserimento concordato il %(day)s: ci sono tutte le adesioni.", day=event.agreed_on)


@tells(PlacementWithdrawn)
def _withdrawn(event: PlacementWithdrawn, member: str, names: Names) -> str:
    return say(
        "Inserimento ritirato il %(day)s: %(reason)s.",
        day=event.withdrawn_on,
        reason=say(WITHDRAWALS[event.reason]),
    )


@tells(PlacementStarted)
def _started(event: PlacementStarted, member: str, names: Names) -> str:
    return say("Inserimento iniziato il %(day)s: avvio confermato.", day=event.started_on)


@tells(PlacementEnded)
def _ended(event: PlacementEnded, member: str, names: Names) -> str:
    said = say(
        "Inserimento concluso il %(day)s: %(reason)s.",
        day=event.ended_on,
        reason=say(ENDINGS[event.reason]),
    )
    if event.report is not None:
        said += say(" Che cosa si è osservato: %(report)s", report=sentence(event.report))
    return said


@tells(HostPlacementOpened)
def _hosted(event: HostPlacementOpened, member: str, names: Names) -> str:
    return say(
        "Percorso in azienda: %(task)s, %(hours)s ore alla settimana, dal %(first)s al %(last)s.",
        task=event.task,
        hours=event.weekly_hours,
        first=event.planned_from,
        last=event.planned_to,
    )


@tells(HostApprovalGiven)
def _host_approved(event: HostApprovalGiven, member: str, names: Names) -> str:
    return say("Percorso in azienda accolto il %(day)s.", day=event.given_on)


@tells(HostApprovalRefused)
def _host_refused(event: HostApprovalRefused, member: str, names: Names) -> str:
    return say("Percorso in azienda non accolto, il %(day)s.", day=event.refused_on) + because(event.reason)


@tells(HostPlacementStarted)
def _host_started(event: HostPlacementStarted, member: str, names: Names) -> str:
    return say("Percorso in azienda iniziato il %(day)s.", day=event.started_on)


@tells(HostPlacementClosed)
def _host_left(event: HostPlacementClosed, member: str, names: Names) -> str:
    return say("Percorso in azienda concluso il %(day)s.", day=event.ended_on)
