"""What ends a sharing or lets it rest, what the person was told and takes part in: in words."""

from trama_chassis.language import say
from trama_contracts.registry import (
    AuthorisationWithdrawalTold,
    AuthorisationWithdrawn,
    NoticeGiven,
    OppositionDecided,
    OppositionRaised,
    ParticipationAgreed,
    ParticipationWithdrawn,
    RestrictionLifted,
    RestrictionSet,
)

from trama_registry.queries.told.sharing import restriction_ground
from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import because, sentence


@tells(NoticeGiven)
def _noticed(event: NoticeGiven, member: str, names: Names) -> str:
    if event.text is None:
        return say("Informativa sulla riservatezza consegnata il %(day)s.", day=event.given_on)
    return say(
        "Informativa sulla riservatezza consegnata il %(day)s: %(text)s",
        day=event.given_on,
        text=sentence(event.text),
    )


@tells(ParticipationAgreed)
def _agreed(event: ParticipationAgreed, member: str, names: Names) -> str:
    return say("La persona ha aderito il %(day)s: %(path)s", day=event.agreed_on, path=sentence(event.path))


@tells(ParticipationWithdrawn)
def _left(event: ParticipationWithdrawn, member: str, names: Names) -> str:
    return say("La persona ha ritirato l'adesione il %(day)s.", day=event.withdrawn_on) + because(
        event.reason
    )


@tells(AuthorisationWithdrawn)
def _withdrawn(event: AuthorisationWithdrawn, member: str, names: Names) -> str:
    return say(
        "La persona ha revocato un'autorizzazione a condividere il %(day)s, presso il %(who)s.",
        day=event.withdrawn_on,
        who=names(member),
    ) + because(event.reason)


@tells(AuthorisationWithdrawalTold)
def _withdrawn_elsewhere(event: AuthorisationWithdrawalTold, member: str, names: Names) -> str:
    return say(
        "La persona ha revocato un'autorizzazione a condividere il %(day)s, presso il %(who)s: ne è "
        "informato il referente del percorso.",
        day=event.withdrawn_on,
        who=names(member),
    )


@tells(OppositionRaised)
def _opposed(event: OppositionRaised, member: str, names: Names) -> str:
    return say(
        "La persona si è opposta alla condivisione il %(day)s. Ragioni: %(reasons)s "
        "Finché non si decide, su quella base di legge non si condivide.",
        day=event.raised_on,
        reasons=sentence(event.reasons),
    )


@tells(OppositionDecided)
def _decided(event: OppositionDecided, member: str, names: Names) -> str:
    if event.upheld:
        return say(
            "Opposizione accolta il %(day)s: la condivisione è finita. Ragioni: %(reasons)s",
            day=event.decided_on,
            reasons=sentence(event.reasons),
        )
    return say(
        "Opposizione non accolta il %(day)s: la condivisione riprende. Ragioni: %(reasons)s",
        day=event.decided_on,
        reasons=sentence(event.reasons),
    )


@tells(RestrictionSet)
def _restricted(event: RestrictionSet, member: str, names: Names) -> str:
    return say(
        "Il %(who)s ha limitato l'uso dei dati della persona dal %(day)s: %(ground)s.",
        who=names(member),
        day=event.set_on,
        ground=restriction_ground(event.ground),
    ) + because(event.reason)


@tells(RestrictionLifted)
def _lifted(event: RestrictionLifted, member: str, names: Names) -> str:
    return say(
        "Il %(who)s ha tolto la limitazione ai dati della persona il %(day)s.",
        who=names(member),
        day=event.lifted_on,
    ) + because(event.reason)
