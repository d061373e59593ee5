"""Authorisations to share: consent or a law, for what, of whose data, with whom."""

from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.outbox import runtime_of
from trama_chassis.runtime import Runtime
from trama_contracts.payload_fields import Basis
from trama_contracts.registry import AuthorisationGiven

from trama_registry.commands.taking_in_charge import in_charge
from trama_registry.errors import NotInDirectory, NotTheirCircle, NotTheirPurpose
from trama_registry.models import Authorisation, noticed
from trama_registry.schemas import GiveAuthorisation


async def give_authorisation(session: AsyncSession, record: str, request: GiveAuthorisation) -> Authorisation:
    """Record that sharing is authorised; from its first day on, keys go to whom it names.

    Raises PersonNotHere, NotInCharge, NoticeNotGiven, LawNotNamed, NotInDirectory and what else is wrong.
    """
    runtime = runtime_of(session)
    await in_charge(session, record)
    today = caseload.today(session)
    recipients = sorted({*request.recipients, caseload.own_member(session)})
    _must_reach(runtime, request, recipients)
    given = AuthorisationGiven(
        authorisation=str(uuid4()),
        purpose=request.purpose,
        basis=Basis(**request.basis.model_dump()),
        circles=tuple(request.circles),
        recipients=tuple(recipients),
        controllers=tuple(request.controllers or _controllers_of(runtime, recipients)),
        starts_on=request.starts_on or today,
        ends_on=request.ends_on,
        notice_given_on=noticed(request.notice_given_on),
        after_closing=_after_closing(request, recipients),
    )
    authorisation = Authorisation.give(record, given, today=today)
    session.add(authorisation)
    outbox.add(session, given, record=record, scope=record)
    await access.learn_authorisation(
        session,
        authorisation=given.authorisation,
        member=caseload.own_member(session),
        record=record,
        terms=given.payload(),
    )
    return authorisation


def _after_closing(request: GiveAuthorisation, recipients: list[str]) -> tuple[str, ...] | None:
    """Who goes on reading after it has closed. Raises NotInDirectory for who is no recipient."""
    if strangers := set(request.after_closing or ()) - set(recipients):
        raise NotInDirectory(
            "«%(member)s» non è tra chi riceve: scegliete tra i servizi dell'autorizzazione.",
            field="after_closing",
            member=min(strangers),
        )
    return tuple(request.after_closing) if request.after_closing else None


def _must_reach(runtime: Runtime, request: GiveAuthorisation, recipients: list[str]) -> None:
    """Refuse terms that would look agreed and tell some recipient nothing."""
    directory = runtime.directory.current
    for recipient in recipients:
        entry = directory.members.get(recipient)
        if entry is None:
            raise NotInDirectory(
                "«%(member)s» non fa parte della rete.", field="recipients", member=recipient
            )
        if request.purpose not in entry.purposes:
            raise NotTheirPurpose(
                "%(name)s non opera per la finalità «%(purpose)s»: finalità possibili: %(purposes)s.",
                name=entry.name,
                purpose=request.purpose,
                purposes=", ".join(sorted(entry.purposes)),
            )
        if recipient != runtime.settings.member and not set(request.circles) & set(entry.circles):
            raise NotTheirCircle("%(name)s non fa parte di nessuna delle cerchie scelte.", name=entry.name)
    known = {entry.controller for entry in directory.members.values()}
    for controller in request.controllers or ():
        if controller not in known:
            raise NotInDirectory(
                "«%(controller)s» non è titolare dei dati di nessun servizio della rete.",
                field="controllers",
                controller=controller,
            )


def _controllers_of(runtime: Runtime, members: list[str]) -> list[str]:
    return sorted({runtime.directory.current.members[member].controller for member in members})
