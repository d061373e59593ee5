"""What the leading team alone looks at: who said what, and the figure behind the proposals. Pages only."""

from dataclasses import dataclass
from datetime import date

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_chassis.entitlement import Authorisation
from trama_chassis.tables import AuthorisationHeld

from trama_evaluation.models import (
    ContributionCopy,
    Evaluation,
    HealthContributionCopy,
    SocialContributionCopy,
    instrument,
)
from trama_evaluation.models.instrument import BAND_LABELS
from trama_evaluation.queries.evaluation import contributed


@dataclass(frozen=True, slots=True)
class Part:
    """What one member contributed: for all, and for health or social services where our circle may see it."""

    name: str
    said: ContributionCopy
    health: HealthContributionCopy | None
    social: SocialContributionCopy | None


@dataclass(frozen=True, slots=True)
class Details:
    """How much was rated, the index if that is enough, and on what members differ by more than a step."""

    rated_share: int
    index: int | None
    band: str | None
    differing: list[str]


@dataclass(frozen=True, slots=True)
class Permit:
    """An authorisation that may be named in an invitation."""

    authorisation: str
    names: str
    starts_on: date
    ends_on: date | None


async def parts(session: AsyncSession, evaluation: Evaluation) -> list[Part]:
    """What has arrived, by member."""
    found = await contributed(session, evaluation)
    health = {one.contributor: one for one in found.health}
    social = {one.contributor: one for one in found.social}
    return [
        Part(
            caseload.member_name(session, said.contributor),
            said,
            health.get(said.contributor),
            social.get(said.contributor),
        )
        for said in found.parts
    ]


async def details(session: AsyncSession, evaluation: Evaluation) -> Details:
    """The arithmetic behind the proposals: of the day it was completed, or as things stand."""
    found = await contributed(session, evaluation)
    is_completed = evaluation.completed_on is not None
    scores = evaluation.scores if is_completed else found.finding().scores
    index = instrument.index_of(scores)
    return Details(
        rated_share=int(instrument.completeness(scores) * 100),
        index=index.value if index is not None else None,
        band=BAND_LABELS[index.band] if index is not None else None,
        differing=_differing(found.parts),
    )


def _differing(found: tuple[ContributionCopy, ...]) -> list[str]:
    """The questions on which two members lie more than one step apart."""
    questions = {one.item: one.question for area in instrument.PROFILE for one in area.items}
    differing = []
    for item, question in questions.items():
        seen = [
            one.ratings[item]
            for one in found
            if one.ratings.get(item, instrument.NOT_SPECIFIED) <= instrument.WORST
        ]
        if seen and max(seen) - min(seen) > 1:
            differing.append(question)
    return differing


async def permits(session: AsyncSession, record: str) -> list[Permit]:
    """The person's authorisations in force today."""
    same_person = await access.component(session, record)
    rows = await session.scalars(
        select(AuthorisationHeld)
        .where(col(AuthorisationHeld.record).in_({edge[1] for edge in same_person}))
        .order_by(col(AuthorisationHeld.authorisation))
    )
    held = [
        Authorisation.from_terms(row.authorisation, row.terms)
        for row in rows
        if (row.member, row.record) in same_person
    ]
    return [
        Permit(
            one.authorisation,
            ", ".join(caseload.member_name(session, member) for member in sorted(one.recipients)),
            one.starts_on,
            one.ends_on,
        )
        for one in held
        if one.in_force(caseload.today(session))
    ]
