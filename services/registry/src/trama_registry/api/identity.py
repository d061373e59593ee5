"""Who a person is, over HTTP: data, numbers, certificates, target groups, links."""

from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.queries import looking
from trama_registry.schemas import (
    AssignIdentifier,
    AttestIdentifier,
    CorrectPerson,
    EndCertificate,
    EndIdentifier,
    IdentityView,
    LinkRecord,
    LinkView,
    RecordCertificate,
    SetTargetGroups,
    TellApart,
    Unlink,
    UnlinkedView,
)

router = Router(prefix="/persons/{record}")


@router.get("/identity")
async def identity(record: Uuid, session: Reading, by: Operator) -> IdentityView:
    """All that says who a person is, as this operator may see it."""
    return await queries.identity_view(session, record, await looking.in_urgency(session, record, by))


@router.post("/correct")
async def correct_person(
    record: Uuid, request: CorrectPerson, session: Transaction, by: Operator
) -> IdentityView:
    """Put right names, birth date, town and telephone."""
    await commands.correct_person(session, record, request, by)
    return await queries.identity_view(session, record, by)


@router.post("/identifiers", status_code=201)
async def assign_identifier(
    record: Uuid, request: AssignIdentifier, session: Transaction, by: Operator
) -> IdentityView:
    """Put a number on a record, in place of the one it replaces."""
    await commands.assign_identifier(session, record, request, by)
    return await queries.identity_view(session, record, by)


@router.post("/identifiers/{identifier}/attest")
async def attest_identifier(
    record: Uuid, identifier: Uuid, request: AttestIdentifier, session: Transaction, by: Operator
) -> IdentityView:
    """Note who verified a number, or that it was renewed."""
    await commands.attest_identifier(session, record, identifier, request, by)
    return await queries.identity_view(session, record, by)


@router.post("/identifiers/{identifier}/end")
async def end_identifier(
    record: Uuid, identifier: Uuid, request: EndIdentifier, session: Transaction, by: Operator
) -> IdentityView:
    """Use a number no longer; it stays in the history."""
    await commands.end_identifier(session, record, identifier, request, by)
    return await queries.identity_view(session, record, by)


@router.post("/certificates", status_code=201)
async def record_certificate(
    record: Uuid, request: RecordCertificate, session: Transaction, by: Operator
) -> IdentityView:
    """Note a certificate that was seen."""
    await commands.record_certificate(session, record, request, by)
    return await queries.identity_view(session, record, by)


@router.post("/certificates/{certificate}/end")
async def end_certificate(
    record: Uuid, certificate: Uuid, request: EndCertificate, session: Transaction, by: Operator
) -> IdentityView:
    """Note that a certificate holds no longer."""
    await commands.end_certificate(session, record, certificate, request, by)
    return await queries.identity_view(session, record, by)


@router.put("/target-groups")
async def set_target_groups(
    record: Uuid, request: SetTargetGroups, session: Transaction, by: Operator
) -> IdentityView:
    """Set the target groups of one circle."""
    await commands.set_target_groups(session, record, request, by)
    return await queries.identity_view(session, record, by)


@router.post("/links", status_code=201)
async def link_records(record: Uuid, request: LinkRecord, session: Transaction, by: Operator) -> LinkView:
    """Join another member's record with ours: a person decided so."""
    return await commands.link_records(session, record, request, by)


@router.post("/links/{link}/remove")
async def unlink(
    record: Uuid, link: Uuid, request: Unlink, session: Transaction, by: Operator
) -> UnlinkedView:
    """Separate another member's record from ours."""
    return await commands.unlink(session, record, link, request, by)


@router.post("/told-apart")
async def tell_apart(record: Uuid, request: TellApart, session: Transaction, by: Operator) -> IdentityView:
    """Say that a record of ours that looks alike is of somebody else."""
    await commands.tell_apart(session, record, request, by)
    return await queries.identity_view(session, record, by)
