"""Which path the rules propose, and why: a table tried from the top. It never decides. No I/O here."""

from collections.abc import Callable
from dataclasses import dataclass

from trama_evaluation.models.instrument import Band, Index

PATH_LABELS = {
    "observation-lab": "Laboratorio osservativo-valutativo",
    "work-grant-therapeutic": "Borsa lavoro terapeutica",
    "work-grant-observational": "Borsa lavoro osservativa",
    "traineeship": "Tirocinio formativo e di orientamento",
    "traineeship-disadvantaged": "Tirocinio per persone svantaggiate",
    "traineeship-disability": "Tirocinio per persone con disabilità",
    "hiring-support": "Percorso di assunzione in cooperativa",
    "ordinary-job-search": "Ricerca di lavoro con il Centro per l'impiego",
    "social-inclusion": "Percorso di inclusione con il servizio sociale",
}
"""The paths a team can choose: path types of placements, and two that are none."""
REVIEWED_YEARLY = frozenset({"social-inclusion"})
"""The path of who stays with the social service, not passed on to the services for work: nobody is left in it
unseen (area plan 2013-2015, 9.1: «permangono in carico al SSC in quanto non trasferibili»; the year is the
network's choice)."""
RULE_LABELS = {
    "profile-incomplete": "Si sa ancora troppo poco: prima conviene osservare",
    "advised-by-health": "Lo consiglia il servizio sanitario",
    "intense-support": "Serve un sostegno intenso: da rivedere entro sei mesi",
    "observe-first": "Serve una preparazione e nessuno l'ha ancora vista al lavoro",
    "prepare-in-work": "Serve una preparazione, e al lavoro è già stata osservata",
    "little-support": "Può iniziare con poco sostegno",
    "otherwise": "Può iniziare con sostegno, facendo esperienza",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the table looks at. `band` is None when too little was rated."""

    band: Band | None
    observed: bool
    unstable: bool

    @classmethod
    def of(cls, index: Index | None, *, observed: bool, unstable: bool) -> "Known":
        """From an index, if there is one."""
        return cls(index.band if index is not None else None, observed, unstable)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A path the table proposes, and the rule that does."""

    path_type: str
    rule: str


def _is_to_try(known: Known) -> bool:
    """Nobody is sent away from work paths before they were tried."""
    return known.band in (Band.TO_PREPARE, Band.FAR) and not known.observed


_ROWS: tuple[tuple[Callable[[Known], bool], Proposed], ...] = (
    (lambda known: known.band is None, Proposed("observation-lab", "profile-incomplete")),
    (lambda known: known.unstable, Proposed("work-grant-therapeutic", "advised-by-health")),
    (lambda known: known.band is Band.FAR, Proposed("social-inclusion", "intense-support")),
    (_is_to_try, Proposed("work-grant-observational", "observe-first")),
    (
        lambda known: known.band is Band.TO_PREPARE and known.observed,
        Proposed("traineeship-disadvantaged", "prepare-in-work"),
    ),
    (lambda known: known.band is Band.READY, Proposed("ordinary-job-search", "little-support")),
    (lambda known: True, Proposed("traineeship", "otherwise")),
)


def proposals(known: Known) -> tuple[Proposed, ...]:
    """Every row that holds, the first one proposed and the later ones shown beside it; never none."""
    return tuple(proposed for holds, proposed in _ROWS if holds(known))
