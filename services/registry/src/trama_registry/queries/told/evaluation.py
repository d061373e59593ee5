"""What a team asks, finds and agrees, in words.

A story is read over a shoulder: no figure of a profile, nothing of what health and social services wrote.
"""

from trama_chassis.language import say
from trama_contracts.evaluation import (
    ContributionSubmitted,
    EvaluationCompleted,
    EvaluationRequested,
    HealthContributionSubmitted,
    InvitationSent,
    ProjectAgreed,
    ProjectRefused,
    ProjectReviewed,
    ProjectSigned,
    ReviewOverdue,
    ReviewSet,
    SessionConvened,
    Signatory,
    SocialContributionSubmitted,
)

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import (
    CIRCLES,
    PATHS,
    REVIEW_OUTCOMES,
    REVIEWS,
    TEAMS,
    because,
    listed,
    sentence,
)


@tells(EvaluationRequested)
def _requested(event: EvaluationRequested, member: str, names: Names) -> str:
    return say(
        "Valutazione richiesta%(team)s. Domanda: %(question)s "
        "Contributi attesi entro il %(day)s: %(awaited)s.",
        team=f": {say(TEAMS[event.team])}" if event.team in TEAMS else "",
        question=sentence(event.question),
        day=event.contributions_by,
        awaited=listed(event.contributors, names),
    )


@tells(ContributionSubmitted)
def _contributed(event: ContributionSubmitted, member: str, names: Names) -> str:
    lead = event.evaluation.member
    if lead == member:
        return say("Contributo alla valutazione arrivato.")
    return say("Contributo alla valutazione richiesta dal %(lead)s arrivato.", lead=names(lead))


@tells(HealthContributionSubmitted)
def _contributed_health(event: HealthContributionSubmitted, member: str, names: Names) -> str:
    circle = say(CIRCLES["clinical"])
    return say("Contributo sanitario alla valutazione. Chi può vedere: %(circle)s.", circle=circle)


@tells(SocialContributionSubmitted)
def _contributed_social(event: SocialContributionSubmitted, member: str, names: Names) -> str:
    circle = say(CIRCLES["social"])
    return say("Contributo sociale alla valutazione. Chi può vedere: %(circle)s.", circle=circle)


@tells(SessionConvened)
def _convened(event: SessionConvened, member: str, names: Names) -> str:
    return say(
        "Incontro il %(day)s, %(place)s. Partecipano: %(seated)s.",
        day=event.held_on,
        place=event.place,
        seated=_seated(event, names),
    )


@tells(InvitationSent)
def _invited(event: InvitationSent, member: str, names: Names) -> str:
    return say(
        "Invito al %(to)s all'incontro del %(day)s, %(place)s.",
        to=names(event.to),
        day=event.held_on,
        place=event.place,
    )


@tells(EvaluationCompleted)
def _completed(event: EvaluationCompleted, member: str, names: Names) -> str:
    said = say(
        "Valutazione conclusa il %(day)s da: %(seated)s.",
        day=event.completed_on,
        seated=_seated(event, names),
    )
    if event.path_type in PATHS:
        said += say(" Percorso scelto: %(path)s.", path=say(PATHS[event.path_type]))
    if event.override_reason:
        said += say(" Scelta motivata dell'équipe: %(reason)s", reason=sentence(event.override_reason))
    if event.missing:
        said += say(" Contributi non arrivati: %(missing)s.", missing=listed(event.missing, names))
    return said


@tells(ProjectAgreed)
def _agreed(event: ProjectAgreed, member: str, names: Names) -> str:
    path = ""
    if event.path_type in PATHS:
        path = say(" Percorso previsto: %(path)s.", path=say(PATHS[event.path_type]))
    return say(
        "Progetto personalizzato concordato il %(day)s. Con le parole della persona: «%(words)s»%(path)s "
        "Verifica il %(review)s.",
        day=event.agreed_on,
        words=sentence(event.own_words),
        path=path,
        review=event.review_on,
    )


@tells(ProjectSigned)
def _signed(event: ProjectSigned, member: str, names: Names) -> str:
    by = "; ".join(_signatory(one, names) for one in event.signatories)
    return say("Progetto firmato il %(day)s da: %(by)s.", day=event.signed_on, by=by)


@tells(ProjectRefused)
def _refused(event: ProjectRefused, member: str, names: Names) -> str:
    return say("Progetto non firmato, il %(day)s.", day=event.refused_on) + because(event.reason)


@tells(ReviewSet)
def _to_review(event: ReviewSet, member: str, names: Names) -> str:
    said = say(
        "Verifica del progetto il %(day)s: %(reason)s.",
        day=event.review_on,
        reason=say(REVIEWS[event.because]),
    )
    if event.members is not None:
        said += say(" Con la persona: %(members)s.", members=listed(event.members, names))
    return said


@tells(ProjectReviewed)
def _reviewed(event: ProjectReviewed, member: str, names: Names) -> str:
    said = say(
        "Verifica congiunta del progetto il %(day)s, con la persona: %(members)s. "
        "Con le parole della persona: «%(words)s»",
        day=event.held_on,
        members=listed(event.members, names),
        words=sentence(event.person_words),
    )
    if event.host_words is not None:
        said += say(" Chi la ospita: «%(words)s»", words=sentence(event.host_words))
    return f"{said} {say(REVIEW_OUTCOMES[event.outcome])}."


@tells(ReviewOverdue)
def _overdue(event: ReviewOverdue, member: str, names: Names) -> str:
    return say(
        "Verifica congiunta del progetto non ancora fatta: era prevista il %(day)s, con la persona: "
        "%(members)s.",
        day=event.review_on,
        members=listed(event.members, names),
    )


def _seated(event: SessionConvened | EvaluationCompleted, names: Names) -> str:
    return listed(dict.fromkeys(seat.member for seat in event.seats), names)


def _signatory(one: Signatory, names: Names) -> str:
    if one.role == "service" and one.member is not None:
        return names(one.member)
    return say("la persona") if one.role == "person" else say("chi la rappresenta")
