"""What is kept longer than the rules say, over HTTP: proposed by the clock, decided by a supervisor."""

import trama_caseload as caseload
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Supervisor
from trama_registry.schemas import AcceptProposal, ProposalView, PutOffProposal, RetentionRuleView

router = Router()


@router.get("/retention-rules")
async def retention_rules(session: Reading, _: Supervisor) -> list[RetentionRuleView]:
    """For how long each kind of entry is kept here."""
    return queries.rule_views(session)


@router.get("/erasure-proposals")
async def erasure_proposals(session: Reading, _: Supervisor) -> list[ProposalView]:
    """What is kept longer than that and waits for a decision, the longest due first."""
    return await queries.open_proposals(session)


@router.post("/erasure-proposals")
async def look_for_proposals(session: Transaction, _: Supervisor) -> list[ProposalView]:
    """Look now for what is kept too long, as the clock does twice a day; what waits then."""
    await commands.propose_erasures(session, caseload.today(session))
    await session.flush()
    return await queries.open_proposals(session)


@router.get("/erasure-proposals/settled")
async def settled_proposals(session: Reading, _: Supervisor) -> list[ProposalView]:
    """The proof: what was proposed, who decided what, what was ordered and done; the last first."""
    return await queries.settled_proposals(session)


@router.get("/erasure-proposals/{proposal}")
async def erasure_proposal(proposal: Uuid, session: Reading, _: Supervisor) -> ProposalView:
    """One of them."""
    return await queries.proposal_view(session, proposal)


@router.post("/erasure-proposals/{proposal}/accept")
async def accept_proposal(
    proposal: Uuid, request: AcceptProposal, session: Transaction, by: Supervisor
) -> ProposalView:
    """Order the erasure of what is proposed, here and wherever it was read. It cannot be undone."""
    await commands.accept_proposal(session, proposal, request, by)
    return await queries.proposal_view(session, proposal)


@router.post("/erasure-proposals/{proposal}/put-off")
async def put_off_proposal(
    proposal: Uuid, request: PutOffProposal, session: Transaction, by: Supervisor
) -> ProposalView:
    """Keep it until another day, and say why; then it is proposed anew."""
    await commands.put_off_proposal(session, proposal, request, by)
    return await queries.proposal_view(session, proposal)
