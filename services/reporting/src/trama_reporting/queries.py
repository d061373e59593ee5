"""What the reporting service can be asked: figures with their facts, in the words people read."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import clock, completeness
from trama_chassis.clock import ZONE, local_day
from trama_chassis.completeness import Source
from trama_chassis.language import say
from trama_chassis.outbox import runtime_of

from trama_reporting.errors import IndicatorNotHere
from trama_reporting.models import (
    BY_CODE,
    INDICATORS,
    REPLACED,
    UNNAMED,
    Breakdown,
    FactCopy,
    Figure,
    Indicator,
    Period,
    Sectors,
    once_each,
)
from trama_reporting.schemas import (
    BreakdownView,
    FactList,
    FactView,
    GivenView,
    IndicatorList,
    IndicatorView,
    PeriodView,
    ShareView,
)

PAGE = 200
PATIENCE = 1.5
"""How many periods of signs of life may pass before a source counts as silent."""

KINDS = {
    "taking-in-charge-opened": "Presa in carico aperta",
    "taking-in-charge-closed": "Presa in carico conclusa",
    "taking-in-charge-reopened": "Presa in carico riaperta",
    "referral-sent": "Segnalazione inviata",
    "referral-accepted": "Segnalazione accettata",
    "referral-declined": "Segnalazione non accolta",
    "referral-noted": "Risposta su carta o per telefono",
    "referral-withdrawn": "Segnalazione ritirata",
    "referral-renewed": "Segnalazione inviata di nuovo",
    "referral-unanswered": "Segnalazione senza risposta nei termini",
    "referral-reconsidered": "Segnalazione di nuovo da valutare",
    "referral-completed": "Segnalazione conclusa",
    "referral-failed": "Segnalazione non riuscita",
    "referral-reopened": "Segnalazione riaperta",
    "evaluation-requested": "Valutazione richiesta",
    "evaluation-completed": "Valutazione conclusa",
    "project-agreed": "Progetto concordato",
    "placement-proposed": "Inserimento proposto",
    "placement-started": "Inserimento avviato",
    "placement-ended": "Inserimento concluso",
    "reporting-id-replaced": "Codice per i conteggi sostituito",
}
DIVISIONS = {
    "path_type": "Per tipo di percorso",
    "member": "Per servizio",
    "ending": "Per esito",
    "closing": "Per motivo",
    "declining": "Per motivo",
    "sector": "Per area",
    "to": "Per servizio che riceve",
    "sender": "Per servizio che invia",
    "team": "Per équipe",
    "choice": "Per scelta dell'équipe",
    "outcome": "Per esito",
    "failing": "Per motivo",
    "term": "Per termine",
    "how": "Per come è arrivata la risposta",
    "answer-days": "Mediana dei giorni, per servizio che risponde",
    "answers-in-term": "Risposte nel termine su 100, per servizio che risponde",
}
GROUPS = {
    "placements": "Inserimenti",
    "takings-in-charge": "Prese in carico",
    "referrals": "Segnalazioni",
    "passages": "Passaggi dal servizio sociale ai servizi per l'impiego",
    "evaluations": "Valutazioni",
}
LABELS = {
    "path_type": {
        "work-grant-therapeutic": "Borsa lavoro socio-occupazionale, terapeutica",
        "work-grant-observational": "Borsa lavoro socio-occupazionale, osservativa",
        "traineeship": "Tirocinio formativo e di orientamento",
        "traineeship-disadvantaged": "Tirocinio per persone svantaggiate",
        "traineeship-disability": "Tirocinio per persone con disabilità",
        "traineeship-social-inclusion": "Tirocinio di inclusione sociale",
        "observation-lab": "Laboratorio osservativo-valutativo",
        "hiring-support": "Percorso di assunzione in cooperativa",
        "ordinary-job-search": "Ricerca di lavoro con il Centro per l'impiego",
        "social-inclusion": "Percorso di inclusione con il servizio sociale",
        UNNAMED: "Da definire",
    },
    "ending": {
        "hired": "Assunzione",
        "moved-on": "Altro percorso",
        "person-choice": "Scelta della persona",
        "health": "Motivi di salute",
        "not-suitable": "Luogo non adatto",
        "completed": "Concluso come previsto",
    },
    "closing": {
        "goals-reached": "Obiettivi raggiunti",
        "moved": "Trasferita altrove",
        "withdrew": "Ha scelto di non proseguire",
        "transferred": "Passata a un altro servizio",
        "deceased": "Deceduta",
        "other": "Altro motivo",
    },
    "declining": {
        "not-competent": "Non di nostra competenza",
        "no-capacity": "Nessun posto disponibile",
        "more-urgent-elsewhere": "Altre situazioni più urgenti",
        "already-followed": "Già seguita",
        "other": "Altro motivo",
        UNNAMED: "Motivo non indicato",
    },
    "outcome": {
        "goals-reached": "Obiettivi raggiunti",
        "partly-reached": "Obiettivi raggiunti in parte",
        "transferred": "Passata a un altro servizio",
        "no-longer-needed": "Non serve più",
        "other": "Altro esito",
    },
    "failing": {
        "no-capacity": "Nessun posto disponibile",
        "not-competent": "Non di nostra competenza",
        "person-choice": "Scelta della persona",
        "unreachable": "La persona non è rintracciabile",
        "other": "Altro motivo",
    },
    "how": {"in-trama": "In Trama", "on-paper": "Su carta o per telefono"},
    "term": {"in-term": "Entro il termine", "late": "Fuori termine"},
    "sector": {
        "social": "Servizio sociale",
        "health": "Servizio sanitario",
        "work-integration": "Servizio di inserimento lavorativo",
        "employment": "Servizi per l'impiego",
    },
    "team": {
        "integrated-planning-unit": "Unità di progettazione integrata",
        "multidimensional-unit": "Unità di valutazione multidimensionale",
        "targeted-placement-committee": "COMIDIS",
        "integrated-team": "Équipe integrata",
    },
    "choice": {
        "first-proposal": "Primo percorso suggerito",
        "own-choice": "Scelta motivata dell'équipe",
    },
}
MEMBERS = frozenset({"member", "to", "sender", "answer-days", "answers-in-term"})
SERVICES = {
    "registry": "prese in carico e segnalazioni",
    "evaluation": "valutazioni",
    "placement": "inserimenti",
}


def period_of(session: AsyncSession, first: date | None, last: date | None) -> Period:
    """The period asked for; without days, this year up to today. Raises PeriodReversed."""
    last = last or runtime_of(session).clock.today()
    return Period(first or date(last.year, 1, 1), last)


def indicator_of(code: str) -> Indicator:
    """The indicator of a code. Raises IndicatorNotHere."""
    if code not in BY_CODE:
        raise IndicatorNotHere
    return BY_CODE[code]


async def indicators(session: AsyncSession, period: Period) -> IndicatorList:
    """Every indicator in a period."""
    facts, sectors = await _facts(session, tuple(KINDS)), _sectors(session)
    known = await completeness.sources(session)
    complete, sentence = _completeness(session, known)
    return IndicatorList(
        period=_period(period),
        complete=complete,
        completeness=sentence,
        indicators=[
            _view(session, indicator, period, indicator.figure(facts, period, sectors))
            for indicator in INDICATORS
        ],
    )


async def indicator(session: AsyncSession, code: str, period: Period) -> IndicatorView:
    """One indicator in a period. Raises IndicatorNotHere."""
    found = indicator_of(code)
    facts = await _facts(session, found.kinds)
    return _view(session, found, period, found.figure(facts, period, _sectors(session)))


async def facts_of(session: AsyncSession, code: str, period: Period, offset: int = 0) -> FactList:
    """The facts that an indicator counts in a period. Raises IndicatorNotHere."""
    found = indicator_of(code)
    counted = found.figure(await _facts(session, found.kinds), period, _sectors(session)).facts
    return FactList(
        code=code,
        period=_period(period),
        total=len(counted),
        facts=[_fact(session, fact) for fact in counted[offset : offset + PAGE]],
    )


async def _facts(session: AsyncSession, kinds: Sequence[str]) -> Sequence[FactCopy]:
    """Facts of some kinds, of all time: what runs today may have started years ago. A person is one."""
    found = await session.scalars(select(FactCopy).where(col(FactCopy.kind).in_((*kinds, REPLACED))))
    facts = found.all()
    replacements = [fact for fact in facts if fact.kind == REPLACED]
    return once_each([fact for fact in facts if fact.kind != REPLACED], replacements)


def _sectors(session: AsyncSession) -> Sectors:
    """What every member works in, as the directory says today."""
    return {name: entry.sector for name, entry in runtime_of(session).directory.current.members.items()}


def _period(period: Period) -> PeriodView:
    return PeriodView(first=period.first, last=period.last)


def _view(session: AsyncSession, found: Indicator, period: Period, figure: Figure) -> IndicatorView:
    return IndicatorView(
        code=found.code,
        group=found.group,
        group_label=GROUPS[found.group],
        title=found.title,
        definition=found.definition,
        to_agree=found.to_agree,
        baseline=found.baseline,
        given=[GivenView(**asdict(one)) for one in found.given],
        unit=found.unit,
        period=_period(period),
        value=figure.value,
        facts=len(figure.facts),
        left_out=figure.left_out,
        breakdowns=[_breakdown(session, one) for one in figure.breakdowns],
    )


def _breakdown(session: AsyncSession, found: Breakdown) -> BreakdownView:
    shares = [
        ShareView(code=share.code, label=label_of(session, found.by, share.code), value=share.value)
        for share in found.shares
    ]
    return BreakdownView(by=found.by, label=DIVISIONS[found.by], shares=shares)


def label_of(session: AsyncSession, by: str, code: str) -> str:
    """How a code is called; one that is not known yet stands for itself."""
    if by in MEMBERS and code != UNNAMED:
        return member_name(session, code)
    return LABELS.get(by, {UNNAMED: "Da definire"}).get(code, code)


def member_name(session: AsyncSession, member: str) -> str:
    """How a member is called, as the directory says."""
    entry = runtime_of(session).directory.current.entry(member)
    return entry.name if entry is not None else member


def _fact(session: AsyncSession, fact: FactCopy) -> FactView:
    return FactView(
        **fact.model_dump(exclude={"service", "seq"}),
        label=KINDS[fact.kind],
        member_name=member_name(session, fact.member),
    )


def expected_sources(session: AsyncSession) -> list[str]:
    """The services that owe facts: those of members in the accountability circle that count people."""
    directory = runtime_of(session).directory.current
    return sorted(
        f"{member}.{service}"
        for member in directory.members
        for service in directory.services(member)
        if service in SERVICES and "accountability" in directory.circles(member)
    )


def _completeness(session: AsyncSession, known: Sequence[Source]) -> tuple[bool, str]:
    """Whether all that was told is here, and in words who is late, silent or unheard."""
    now = clock.machine_now()
    patience = timedelta(seconds=PATIENCE * runtime_of(session).settings.sign_of_life_every)
    told = {source.principal for source in known}
    unheard = [name for name in expected_sources(session) if name not in told]
    silent = [source for source in known if source.heard_at is None or now - source.heard_at > patience]
    late = [source for source in known if not source.complete]
    good = [source.heard_at for source in known if source.complete and source not in silent]
    never = "; ".join(_called(session, name) for name in unheard)
    sentences = (
        (say("Aggiornato alle %(time)s.", time=_moment(min(filter(None, good), default=now), now)), good),
        (say("Mancano dati di %(names)s: sono stati richiesti.", names=_list(session, late)), late),
        (say("Non trasmettono: %(names)s.", names=_list(session, silent, now)), silent),
        (say("Nessun dato ricevuto finora da: %(names)s.", names=never), unheard),
    )
    sentence = " ".join(text for text, reason in sentences if reason)
    return not (unheard or silent or late) and bool(known), sentence or say("Nessun servizio trasmette dati.")


def _list(session: AsyncSession, sources: Sequence[Source], now: datetime | None = None) -> str:
    """The services by name; with `now`, since when each is silent."""
    return "; ".join(
        _called(session, source.principal)
        + (say(", dalle %(time)s", time=_moment(source.heard_at, now)) if now and source.heard_at else "")
        for source in sources
    )


def _called(session: AsyncSession, principal: str) -> str:
    member, _, service = principal.partition(".")
    called = SERVICES.get(service, service)
    return f"{member_name(session, member)} ({say(called)})"


def _moment(moment: datetime, now: datetime) -> str:
    """An hour of machine time, with its day unless it is today."""
    time, on = f"{moment.astimezone(ZONE):%H:%M}", local_day(moment)
    return time if on == local_day(now) else say("%(time)s del %(day)s", time=time, day=on)
