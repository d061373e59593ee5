"""What was proposed to be erased, what became of it, and by which rules: as it is shown."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

import trama_caseload as caseload
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.erasure_tables import ErasureOrder
from trama_chassis.language import say
from trama_chassis.outbox import runtime_of

from trama_registry.errors import ProposalNotHere
from trama_registry.models import AccessRequest, EntryCopy, ObscuredEntry, OwnInterview, RetentionProposal
from trama_registry.models.retention import FIRST_CONTACT, RetentionRule, in_force
from trama_registry.queries import told
from trama_registry.queries.erasure import subject_of
from trama_registry.queries.person import names_of_persons
from trama_registry.queries.retention import retention_rules
from trama_registry.schemas import ProposalView, RetentionRuleView

MOST = 200
Whose: TypeAlias = tuple[str | None, str | None]
"""A name, and the page of whose it is."""
NOBODYS: Whose = (None, None)


async def find_proposal(session: AsyncSession, proposal: str, *, lock: bool = False) -> RetentionProposal:
    """One of them; locked, nobody else decides meanwhile. Raises ProposalNotHere."""
    found = await session.get(RetentionProposal, proposal, with_for_update=lock or None)
    if found is None:
        raise ProposalNotHere
    return found


async def open_proposals(session: AsyncSession) -> list[ProposalView]:
    """What waits for a decision, what is due the longest first."""
    wanted = select(RetentionProposal).where(col(RetentionProposal.state) == "open")
    order = (col(RetentionProposal.due_since), col(RetentionProposal.record), col(RetentionProposal.kind))
    return await _views(session, (await session.scalars(wanted.order_by(*order).limit(MOST))).all())


async def count_open_proposals(session: AsyncSession) -> int:
    """How many wait for a decision."""
    wanted = select(func.count(col(RetentionProposal.proposal)))
    return await session.scalar(wanted.where(col(RetentionProposal.state) == "open")) or 0


async def settled_proposals(session: AsyncSession) -> list[ProposalView]:
    """The proof: what was proposed before, decided by whom, ordered and done; the last first."""
    wanted = select(RetentionProposal).where(col(RetentionProposal.state) != "open")
    order = (col(RetentionProposal.settled_on).desc(), col(RetentionProposal.proposal))
    return await _views(session, (await session.scalars(wanted.order_by(*order).limit(MOST))).all())


async def proposal_view(session: AsyncSession, proposal: str) -> ProposalView:
    """One of them. Raises ProposalNotHere."""
    (view,) = await _views(session, [await find_proposal(session, proposal)])
    return view


async def days_of(session: AsyncSession, proposal: str) -> list[date]:
    """The days of the entries that an open one names, oldest first. Raises ProposalNotHere."""
    entries = (await find_proposal(session, proposal)).entries
    days: list[date] = []
    for table in (EntryCopy, ObscuredEntry):
        moments = select(col(table.occurred_at)).where(col(table.event_id).in_(entries))
        days += [told.local_day(moment) for moment in await session.scalars(moments)]
    held = select(col(OwnInterview.held_on)).where(col(OwnInterview.interview).in_(entries))
    days += await session.scalars(held)
    concluded = select(col(AccessRequest.concluded_on)).where(col(AccessRequest.access).in_(entries))
    return sorted([*days, *(day for day in await session.scalars(concluded) if day is not None)])


def rule_views(session: AsyncSession) -> list[RetentionRuleView]:
    """The rules of this member, in the order of its file. Raises RetentionUnreadable."""
    runtime = runtime_of(session)
    rules = retention_rules(runtime.settings)
    holding = in_force(rules, caseload.today(session))
    return [
        RetentionRuleView(
            **rule.model_dump(include={"kind", "years", "months", "after", "holds_from"}),
            **words_of(rule),
            in_force=holding.get(rule.kind) == rule,
        )
        for rule in rules
    ]


def words_of(rule: RetentionRule) -> dict[str, str]:
    """What a rule says: of what, how long, by which act, why."""
    length = [_years(rule.years)] if rule.years else []
    length += [_months(rule.months)] if rule.months else []
    start = say("dal giorno della voce")
    if rule.kind == FIRST_CONTACT:
        start = say("dal giorno dell'esito")
    elif rule.after == "relation-closed":
        start = say("da quando è chiusa l'ultima relazione con la persona")
    basis = f"{rule.act}, {rule.article}" if rule.act else say("scelta del titolare")
    return {
        "what": subject_of({"type": rule.kind}),
        "kept": f"{say(' e ').join(length)} {start}",
        "basis": basis,
        "why": rule.why,
    }


def _years(number: int) -> str:
    return say("1 anno") if number == 1 else say("%(number)s anni", number=number)


def _months(number: int) -> str:
    return say("1 mese") if number == 1 else say("%(number)s mesi", number=number)


async def _views(session: AsyncSession, proposals: Sequence[RetentionProposal]) -> list[ProposalView]:
    named = {one.record for one in proposals if one.state in ("open", "put-off")}
    whose = await _of_whom(session, sorted(named))
    orders = select(ErasureOrder).where(col(ErasureOrder.order).in_([one.order for one in proposals]))
    ordered = {one.order: one for one in await session.scalars(orders)}
    return [_view(one, whose, ordered.get(one.order or "")) for one in proposals]


async def _of_whom(session: AsyncSession, records: Sequence[str]) -> dict[str, Whose]:
    """Whose each is and where that is read: of a record, or of a first contact without one. What the
    listening centre heard is named to nobody here."""
    names = await names_of_persons(session, records)
    whose: dict[str, Whose] = {record: (name, f"/persone/{record}") for record, name in names.items()}
    contacts = select(AccessRequest).where(col(AccessRequest.access).in_(records))
    for one in await session.scalars(contacts):
        named = one.name or say("Nome non detto"), f"/accessi/{one.access}"
        whose[one.access] = (say("Ascolto riservato"), None) if one.reserved else named
    return whose


def _view(one: RetentionProposal, whose: dict[str, Whose], ordered: ErasureOrder | None) -> ProposalView:
    name, href = whose.get(one.record, NOBODYS) if one.state in ("open", "put-off") else NOBODYS
    done: dict[str, Any] = {}
    if ordered is not None:
        done = {"closed": ordered.closed_at is not None, "counts": ordered.counts}
    return ProposalView(
        **one.model_dump(exclude={"entries", "rule"}),
        **words_of(RetentionRule.model_validate(one.rule)),
        name=name,
        href=href,
        **done,
    )
