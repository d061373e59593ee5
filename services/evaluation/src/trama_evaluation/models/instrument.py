"""The instrument, version 1.0: a profile by areas from ratings, and an index for the team alone.

Questions are our own; an ICF code beside an item is a reference to what it is about (WHO, 2001). Not
clinically validated. No I/O here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

from trama_evaluation.errors import UnknownItem, UnknownSupport

INSTRUMENT = "sop-icf-1-0"
VERSION = "SOP-ICF 1.0"
WORST = 4
NOT_SPECIFIED, NOT_APPLICABLE = 8, 9
ENOUGH = Fraction(4, 5)
"""The least completeness at which the index means anything."""

Scores = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Item:
    """One question of the instrument."""

    item: str
    question: str
    reference: str


@dataclass(frozen=True, slots=True)
class ProfileArea:
    """A group of items; a weight of 0 is shown and never summed."""

    area: str
    label: str
    weight: Fraction
    items: tuple[Item, ...]


def _area(area: str, label: str, weight: str, questions: Mapping[str, str]) -> ProfileArea:
    items = tuple(Item(item, question, item) for item, question in questions.items())
    return ProfileArea(area, label, Fraction(weight), items)


OBSERVED = ProfileArea(
    "observed",
    "Comportamento osservato al lavoro",
    Fraction(3, 2),
    (
        Item("f-punctuality", "Nel luogo osservato: arriva in orario e avvisa se manca?", "osservazione"),
        Item("f-pace", "Nel luogo osservato: tiene il ritmo e la qualità richiesti?", "d850"),
    ),
)
"""Rated only after a lab, a work grant or a traineeship; until then it does not apply."""
AREAS = (
    _area(
        *("learning", "Imparare e stare attenti", "1"),
        {
            "d155": "Quanta fatica fa a imparare un compito nuovo che gli viene mostrato?",
            "d160": "Quanta fatica fa a restare concentrato mentre intorno succede altro?",
            "d175": "Quando qualcosa non va come previsto, quanta fatica fa a trovare una via d'uscita?",
        },
    ),
    _area(
        *("tasks", "Compiti e richieste", "1.5"),
        {
            "d210": "Quanta fatica fa a portare a termine da solo un compito semplice?",
            "d220": "Quanta fatica fa a tenere insieme più compiti nella stessa giornata?",
            "d230": "Quanta fatica fa a rispettare orari e abitudini della giornata?",
            "d240": "Quanta fatica fa a reggere fretta, responsabilità e imprevisti?",
            "d250": "Quanta fatica fa a regolare le proprie reazioni quando è contrariato?",
        },
    ),
    _area(
        *("relations", "Relazioni sul lavoro", "1.5"),
        {
            "d710": "Quanta fatica fa a trattare gli altri con rispetto e a capire i loro segnali?",
            "d720": "Quanta fatica fa a mantenere buoni rapporti anche quando c'è un disaccordo?",
            "d740": "Quanta fatica fa a ricevere indicazioni da un responsabile e a farsi capire da lui?",
        },
    ),
    _area(
        *("autonomy", "Autonomia", "1"),
        {
            "d470": "Quanta fatica fa a raggiungere da solo il posto di lavoro?",
            "d570": "Quanta fatica fa a badare alla propria salute: cure, visite, riposo?",
            "d860": "Quanta fatica fa a gestire il denaro delle spese di ogni giorno?",
        },
    ),
    _area(
        *("work-history", "Formazione ed esperienza di lavoro", "1"),
        {
            "d825": "Quanta fatica ha fatto a seguire corsi che preparano a un mestiere?",
            "d845": "Quanta fatica ha fatto a trovare un lavoro, a tenerlo o a lasciarlo bene?",
            "d850": "Quanta fatica ha fatto a svolgere un lavoro retribuito?",
            "d855": "Quanta fatica ha fatto a svolgere un'attività non retribuita, come il volontariato?",
        },
    ),
    OBSERVED,
)
"""What the index is summed over: twenty items."""
ENVIRONMENT = _area(
    *("environment", "Intorno alla persona", "0"),
    {
        "e310": "Quanto la situazione in famiglia rende più difficile lavorare?",
        "e330": "Quanto è difficile avere accanto un responsabile o un tutor che sostenga la persona?",
        "e540": "Quanto la mancanza di trasporti rende più difficile lavorare?",
        "e590": "Quanto è difficile trovare dai servizi per il lavoro l'aiuto che serve?",
    },
)
HEALTH = _area(
    *("health", "Parte sanitaria", "0"),
    {
        "b130": "Quanto la mancanza di energia o di motivazione limita la giornata di lavoro?",
        "b152": "Quanto le emozioni, per intensità o durata, limitano la giornata di lavoro?",
        "b164": "Quanta fatica fa a organizzarsi, pianificare e cambiare strategia?",
        "b455": "Quanto lo sforzo fisico prolungato limita la giornata di lavoro?",
    },
)
"""For health services alone; never summed, never in the profile."""
PROFILE = (*AREAS, ENVIRONMENT)
SCORE_LABELS = {
    0: "Nessuna difficoltà",
    1: "Poca",
    2: "Media",
    3: "Molta",
    4: "Non riesce",
    NOT_SPECIFIED: "Non rilevato",
    NOT_APPLICABLE: "Non riguarda la persona",
}
SUPPORTS = {
    "tutor-at-work": "Un tutor accanto sul lavoro",
    "adapted-hours": "Orario ridotto o adattato",
    "adapted-tasks": "Mansioni semplificate o ordinate passo per passo",
    "transport": "Aiuto per gli spostamenti",
    "assistive-devices": "Ausili o adattamenti del posto",
    "training": "Formazione prima o durante",
    "health-appointments": "Permessi per visite e cure",
    "family-involvement": "Coinvolgimento della famiglia",
    "income-support": "Sostegno economico durante il percorso",
}
_ITEMS = {one.item: area for area in PROFILE for one in area.items}
_HEALTH_ITEMS = {one.item for one in HEALTH.items}
_SUMMED = [one.item for area in AREAS for one in area.items]
_WEIGHTS = {one.item: area.weight for area in AREAS for one in area.items}
_OBSERVED_ITEMS = {one.item for one in OBSERVED.items}


class Band(StrEnum):
    """How much support is needed to begin; for the team, never shown as a figure."""

    READY = "ready"
    NEAR = "near"
    TO_PREPARE = "to-prepare"
    FAR = "far"


BAND_LABELS = {
    Band.READY: "Può iniziare con poco sostegno",
    Band.NEAR: "Può iniziare con sostegno",
    Band.TO_PREPARE: "Può iniziare dopo una preparazione",
    Band.FAR: "Può iniziare con sostegno intenso",
}


@dataclass(frozen=True, slots=True)
class Level:
    """An area of a profile: how much was rated, and the level of support, if anything was."""

    area: str
    rated: int
    items: int
    level: int | None


@dataclass(frozen=True, slots=True)
class Index:
    """The index with what it was computed from, for the team that wants to check it."""

    value: int
    weighted: Fraction
    weights: Fraction

    @property
    def band(self) -> Band:
        """75 and more, 50, 25, less."""
        limits = ((75, Band.READY), (50, Band.NEAR), (25, Band.TO_PREPARE))
        return next((band for limit, band in limits if self.value >= limit), Band.FAR)


def half_up(value: Fraction) -> int:
    """The nearest whole number, a half upwards."""
    return floor(value + Fraction(1, 2))


def judge_ratings(items: Iterable[str], *, health: bool = False) -> None:
    """Refuse ratings of what is not asked in this part. Raises UnknownItem, naming them."""
    known = _HEALTH_ITEMS if health else _ITEMS
    unknown = [item for item in items if item not in known]
    if unknown:
        items, version = ", ".join(unknown), VERSION
        if health:
            raise UnknownItem(
                "%(items)s: non è nella parte sanitaria di %(version)s.",
                field="health",
                items=items,
                version=version,
            )
        raise UnknownItem(
            "%(items)s: non è tra le voci che vedono tutti i servizi di %(version)s.",
            items=items,
            version=version,
        )


def judge_supports(supports: Iterable[str]) -> None:
    """Refuse supports that are not on the list. Raises UnknownSupport."""
    unknown = [code for code in supports if code not in SUPPORTS]
    if unknown:
        raise UnknownSupport("%(codes)s: non è nell'elenco dei sostegni.", codes=", ".join(unknown))


def merged(ratings: Iterable[tuple[str, int]]) -> dict[str, int]:
    """One score per item from what several members saw, in whatever order they said it.

    Where they differ the greater difficulty stands, since support is planned for where it is harder; a 0 to 4
    stands against 8 and 9, and "not seen" against "does not apply".
    """
    said: dict[str, list[int]] = {}
    for item, score in ratings:
        said.setdefault(item, []).append(score)
    return {item: _agreed(scores) for item, scores in said.items()}


def _agreed(scores: list[int]) -> int:
    counted = [score for score in scores if score <= WORST]
    return max(counted) if counted else min(scores)


def profile(scores: Scores) -> tuple[Level, ...]:
    """The level of support of every area: the mean of its rated items, a half upwards."""
    return tuple(_level(area, scores) for area in PROFILE)


def _level(area: ProfileArea, scores: Scores) -> Level:
    counted = _counted(scores, (one.item for one in area.items))
    level = half_up(Fraction(sum(counted), len(counted))) if counted else None
    return Level(area.area, len(counted), len(area.items), level)


def _counted(scores: Scores, items: Iterable[str]) -> list[int]:
    """What was rated 0 to 4: 8 and 9 are no difficulty of 0."""
    return [scores[item] for item in items if scores.get(item, NOT_SPECIFIED) <= WORST]


def completeness(scores: Scores) -> Fraction:
    """The share of the twenty items that was rated, without those that do not apply to the person."""
    applicable = [item for item in _SUMMED if _score(scores, item) != NOT_APPLICABLE]
    return Fraction(len(_counted(scores, applicable)), len(applicable)) if applicable else Fraction(0)


def _score(scores: Scores, item: str) -> int:
    """What nobody rated was not seen; what can only be observed does not apply before it is."""
    return scores.get(item, NOT_APPLICABLE if item in _OBSERVED_ITEMS else NOT_SPECIFIED)


def is_observed(scores: Scores) -> bool:
    """Whether the person was seen at work, in a lab, a work grant or a traineeship."""
    return bool(_counted(scores, _OBSERVED_ITEMS))


def index_of(scores: Scores) -> Index | None:
    """100 for no difficulty anywhere, 0 for complete difficulty everywhere; None on too little.

    It is shown to the team and goes nowhere else.
    """
    if completeness(scores) < ENOUGH:
        return None
    rated = [(_WEIGHTS[item], scores[item]) for item in _SUMMED if scores.get(item, NOT_SPECIFIED) <= WORST]
    weighted = sum((weight * score for weight, score in rated), Fraction(0))
    weights = sum((weight for weight, _ in rated), Fraction(0))
    return Index(half_up(100 * (1 - weighted / (WORST * weights))), weighted, weights)
