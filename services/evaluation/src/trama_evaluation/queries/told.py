"""What others will read of what is about to be sent, in words: each part by itself."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.language import say
from trama_contracts.evaluation import (
    Area,
    ContributionSubmitted,
    EvaluationCompleted,
    EvaluationRequested,
    HealthContributionSubmitted,
    InvitationSent,
    ProjectAgreed,
    SessionConvened,
    SocialContributionSubmitted,
)
from trama_contracts.event import Event

from trama_evaluation.models import DISCIPLINE_LABELS, PATH_LABELS, STABILITY_LABELS, instrument

Names = Callable[[str], str]
"""What a member is called."""


async def preview(session: AsyncSession, record: str) -> caseload.DraftPreviewView:
    """Who would read what this transaction has collected, and what of it; it is undone."""
    return await caseload.preview(
        session, record, partial(told, names=partial(caseload.member_name, session))
    )


def told(event: Event, *, names: Names) -> str:
    """An event that somebody is about to send. Raises TypeError for what is sent without a preview."""
    match event:
        case EvaluationRequested():
            return say(
                "Valutazione richiesta: «%(question)s» Contributi entro il %(day)s: %(awaited)s.",
                question=event.question,
                day=event.contributions_by,
                awaited="; ".join(names(one) for one in event.contributors),
            )
        case ContributionSubmitted():
            return _contribution(event)
        case HealthContributionSubmitted():
            return say(
                "Parte sanitaria: %(diagnosis)s Situazione: %(stability)s. Voci valutate: %(items)s.",
                diagnosis=event.diagnosis,
                stability=say(STABILITY_LABELS[event.stability]),
                items=len(event.ratings),
            )
        case SocialContributionSubmitted():
            said = (event.family, event.housing, event.economy)
            return say("Parte sociale: %(said)s", said=" ".join(one for one in said if one))
        case SessionConvened():
            return _session(event, names)
        case InvitationSent():
            return _invitation(event)
        case EvaluationCompleted():
            return _completed(event, names)
        case ProjectAgreed():
            return _project(event)
    raise TypeError(f"{event.wire_type} is sent without a preview")


def _contribution(event: ContributionSubmitted) -> str:
    discipline = DISCIPLINE_LABELS.get(event.discipline, event.discipline)
    said = say(
        "Contributo (%(discipline)s). Voci valutate: %(items)s. Sostegni indicati: %(supports)s.",
        discipline=say(discipline),
        items=len(event.ratings),
        supports=len(event.supports),
    )
    return f"{said} {say('Nota: %(note)s', note=event.note)}" if event.note else said


def _session(event: SessionConvened, names: Names) -> str:
    seated = (f"{names(one.member)} ({_role(one.role)})" for one in event.seats)
    return say(
        "Incontro il %(day)s, %(place)s. Partecipano: %(seated)s.",
        day=event.held_on,
        place=event.place,
        seated="; ".join(seated),
    )


def _named(labels: Mapping[str, str], code: str) -> str:
    """What a code is called; a code of a later version stands for itself."""
    label = labels.get(code, code)
    return say(label)


def _role(role: str) -> str:
    return _named(DISCIPLINE_LABELS, role)


def _invitation(event: InvitationSent) -> str:
    return say(
        "Invito all'incontro del %(day)s, %(place)s, su %(person)s. In che veste: %(role)s.",
        day=event.held_on,
        place=event.place,
        person=" ".join(part for part in (event.given_name, event.family_name) if part),
        role=_role(event.role),
    )


def _completed(event: EvaluationCompleted, names: Names) -> str:
    said = [
        say(
            "Valutazione conclusa il %(day)s. Percorso scelto: %(path)s.",
            day=event.completed_on,
            path=_named(PATH_LABELS, event.path_type),
        )
    ]
    if event.override_reason:
        said.append(say("Scelta motivata dell'équipe: %(reason)s", reason=event.override_reason))
    said.append(say("Profilo: %(levels)s.", levels="; ".join(_levels(event.profile))))
    if event.supports:
        supports = (_named(instrument.SUPPORTS, one) for one in event.supports)
        said.append(say("Sostegni utili: %(supports)s.", supports="; ".join(supports)))
    if event.missing:
        missing = "; ".join(names(one) for one in event.missing)
        said.append(say("Contributi non arrivati: %(missing)s.", missing=missing))
    return " ".join(said)


def _levels(profile: Iterable[Area]) -> list[str]:
    labels = {one.area: one.label for one in instrument.PROFILE}
    return [
        f"{_named(labels, one.area)}: "
        + (say(instrument.SCORE_LABELS[one.level]) if one.level is not None else say("Non rilevata"))
        for one in profile
    ]


def _project(event: ProjectAgreed) -> str:
    said = say(
        "Progetto, con le parole della persona: «%(words)s» Obiettivi: %(goals)s. Verifica il %(day)s.",
        words=event.own_words,
        goals="; ".join(goal.what for goal in event.goals),
        day=event.review_on,
    )
    if event.path_type is None:
        return said
    path = _named(PATH_LABELS, event.path_type)
    return f"{said} {say('Percorso: %(path)s.', path=path)}"
