"""Who follows the person, and how: what becomes of takings in charge, and what is written of it. Pure."""

from collections.abc import Iterator
from datetime import date

from trama_simulation.acts import (
    Close,
    DisputeCompetence,
    MoveCompetence,
    NameReferente,
    RelationAct,
    Reopen,
    Resume,
    SettleCompetence,
    SignPact,
    Suspend,
)
from trama_simulation.oracle.entries import Told
from trama_simulation.oracle.life import Episode, Life

OPENED, REOPENED = "taking-in-charge-opened", "taking-in-charge-reopened"
WRITTEN = {
    Suspend: "taking-in-charge-suspended",
    Resume: "taking-in-charge-resumed",
    Close: "taking-in-charge-closed",
    Reopen: REOPENED,
    MoveCompetence: "competence-moved",
    DisputeCompetence: "competence-disputed",
    SettleCompetence: "competence-settled",
    SignPact: "service-pact-signed",
}


def told_by(act: RelationAct, life: Life) -> Iterator[Told]:
    """What is written about who follows the person."""
    match act:
        case NameReferente():
            yield name_referente(act.at, life)
        case Reopen():
            _goes_on(life.last_at(act.at), act)
            yield Told((act.at, REOPENED))
        case _:
            episode = life.followed_at(act.at)
            if episode is not None:
                _goes_on(episode, act)
            yield Told((act.at, WRITTEN[type(act)]))


def take_in_charge(member: str, on: date, life: Life) -> Iterator[Told]:
    """Open the relation proper to a member, if it has none open."""
    if life.followed_at(member) is None:
        life.episodes.append(Episode(member, on, since=on))
        yield Told((member, OPENED))


def name_referente(member: str, life: Life) -> Told:
    """The operator there becomes the one to speak to."""
    life.named.append(life.last_at(member))
    return Told((member, "case-manager-assigned"))


def _goes_on(episode: Episode, act: RelationAct) -> None:
    match act:
        case Suspend():
            episode.state, episode.why, episode.since = "suspended", act.reason, act.on
        case Resume() | Reopen():
            episode.state, episode.why, episode.since = "open", None, act.on
        case Close():
            episode.state, episode.why, episode.since = "closed", act.reason, act.on
        case MoveCompetence():
            episode.competence, episode.competent = "moved", act.to
        case DisputeCompetence():
            episode.competence, episode.competent = "disputed", act.other
        case SettleCompetence():
            ours = act.competent == episode.member
            episode.competence, episode.competent = "ours" if ours else "moved", act.competent
        case SignPact():
            episode.pact_until = act.valid_until
