"""What a team asks, finds and agrees, in words.

A story is read over a shoulder: no figure of a profile, nothing of what health and social services wrote.
"""

from trama_contracts.evaluation import (
    ContributionSubmitted,
    EvaluationCompleted,
    EvaluationRequested,
    HealthContributionSubmitted,
    InvitationSent,
    ProjectAgreed,
    ProjectRefused,
    ProjectSigned,
    ReviewSet,
    SessionConvened,
    Signatory,
    SocialContributionSubmitted,
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import (
    CIRCLES,
    PATHS,
    REVIEWS,
    TEAMS,
    because,
    listed,
    named,
    on,
    sentence,
)


@tells(EvaluationRequested)
def _requested(event: EvaluationRequested, member: str, names: Names) -> str:
    return (
        f"Valutazione richiesta{_team(event.team)}. Domanda: {sentence(event.question)} "
        f"Contributi attesi entro {on(event.contributions_by)}: {listed(event.contributors, names)}."
    )


@tells(ContributionSubmitted)
def _contributed(event: ContributionSubmitted, member: str, names: Names) -> str:
    return f"Contributo alla valutazione{_led_by(event.evaluation.member, member, names)} arrivato."


@tells(HealthContributionSubmitted)
def _contributed_health(event: HealthContributionSubmitted, member: str, names: Names) -> str:
    return f"Contributo sanitario alla valutazione. Chi può vedere: {CIRCLES['clinical']}."


@tells(SocialContributionSubmitted)
def _contributed_social(event: SocialContributionSubmitted, member: str, names: Names) -> str:
    return f"Contributo sociale alla valutazione. Chi può vedere: {CIRCLES['social']}."


@tells(SessionConvened)
def _convened(event: SessionConvened, member: str, names: Names) -> str:
    return f"Incontro {on(event.held_on)}, {event.place}. Partecipano: {_seated(event, names)}."


@tells(InvitationSent)
def _invited(event: InvitationSent, member: str, names: Names) -> str:
    to = named(names(event.to), "a")
    return f"Invito {to} all'incontro {on(event.held_on, 'del')}, {event.place}."


@tells(EvaluationCompleted)
def _completed(event: EvaluationCompleted, member: str, names: Names) -> str:
    chosen = f" Percorso scelto: {PATHS[event.path_type]}." if event.path_type in PATHS else ""
    reason = (
        f" Scelta motivata dell'équipe: {sentence(event.override_reason)}" if event.override_reason else ""
    )
    missing = f" Contributi non arrivati: {listed(event.missing, names)}." if event.missing else ""
    seated = _seated(event, names)
    return f"Valutazione conclusa {on(event.completed_on)} da: {seated}.{chosen}{reason}{missing}"


@tells(ProjectAgreed)
def _agreed(event: ProjectAgreed, member: str, names: Names) -> str:
    path = f" Percorso previsto: {PATHS[event.path_type]}." if event.path_type in PATHS else ""
    return (
        f"Progetto personalizzato concordato {on(event.agreed_on)}. "
        f"Con le parole della persona: «{sentence(event.own_words)}»{path} Verifica {on(event.review_on)}."
    )


@tells(ProjectSigned)
def _signed(event: ProjectSigned, member: str, names: Names) -> str:
    by = "; ".join(_signatory(one, names) for one in event.signatories)
    return f"Progetto firmato {on(event.signed_on)} da: {by}."


@tells(ProjectRefused)
def _refused(event: ProjectRefused, member: str, names: Names) -> str:
    return f"Progetto non firmato, {on(event.refused_on)}.{because(event.reason)}"


@tells(ReviewSet)
def _to_review(event: ReviewSet, member: str, names: Names) -> str:
    return f"Verifica del progetto {on(event.review_on)}: {REVIEWS[event.because]}."


def _team(code: str) -> str:
    return f": {TEAMS[code]}" if code in TEAMS else ""


def _led_by(lead: str, member: str, names: Names) -> str:
    return "" if lead == member else f" richiesta {named(names(lead), 'da')}"


def _seated(event: SessionConvened | EvaluationCompleted, names: Names) -> str:
    return listed(dict.fromkeys(seat.member for seat in event.seats), names)


def _signatory(one: Signatory, names: Names) -> str:
    if one.role == "service" and one.member is not None:
        return names(one.member)
    return "la persona" if one.role == "person" else "chi la rappresenta"
