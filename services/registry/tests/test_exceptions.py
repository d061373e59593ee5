"""Rules that whoever answers for the service may set aside: the reason is asked, kept and counted."""

from typing import Any

import pytest
from sqlalchemy import select
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published, transaction
from trama_contracts.registry import ReferralSent, TakingInChargeOpened
from trama_registry import commands
from trama_registry.schemas import EnterProtocol, RegisterPerson

from services.registry.tests.conftest import Followed

HTML = {"accept": "text/html"}
REASON = {"Trama-Reason": "Lo impone il giudice"}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def exceptions(runtime: Runtime) -> list[tuple[str | None, str | None]]:
    async with runtime.database.read() as session:
        found = await session.scalars(select(AuditEntry).where(AuditEntry.kind == "exception"))
        return [(one.code, one.reason) for one in found]


async def test_a_referral_while_data_are_restricted_goes_out_for_a_reason_of_who_may_allow_it(
    both: tuple[Runtime, Runtime], followed: Followed
) -> None:
    """INVARIANT: what is restricted is sent on only by who may allow it, with a reason (GDPR 18(2))."""
    asked = {
        "to": "sil",
        "reason": "Udienza",
        "need": "Una relazione",
        "authorisation": followed.authorisation,
    }
    path = f"/api/registry/persons/{followed.record}/"
    sent = len(await published(both[0], ReferralSent))
    async with client(both[0], "caseworker") as http:
        assert (await http.post(path + "restrictions", json={"ground": "claims"})).status_code == 201
        refused = await http.post(path + "referrals", json=asked, headers=REASON)
    assert (refused.status_code, refused.json()["allowed_by"]) == (409, "supervisor")
    assert refused.json()["type"].endswith("sharing-restricted")
    async with client(both[0], "supervisor") as http:
        assert (await http.post(path + "referrals", json=asked)).status_code == 409
        shown = await http.post(path + "referrals/preview", json=asked, headers=REASON)
        assert (shown.status_code, await exceptions(both[0])) == (200, []), "a look is no exception"
        done = await http.post(path + "referrals", json=asked, headers=REASON)
    assert done.status_code == 201, done.text
    assert len(await published(both[0], ReferralSent)) == sent + 1
    assert await exceptions(both[0]) == [("sharing-restricted", REASON["Trama-Reason"])]


async def test_a_protocol_that_is_over_is_set_aside_on_the_page_with_all_that_was_typed(
    ambito: Runtime, desk: Any, anna: RegisterPerson
) -> None:
    alone = anna.model_copy(update={"taking_in_charge": None})
    record = await desk.register(ambito, alone)
    terms = {"district": "urbano", "act": "Protocollo 7", "members": ["ambito-urbano", "sil"]}
    terms |= {"valid_from": "2013-01-01", "valid_to": "2013-09-30"}
    async with transaction(ambito) as session:
        protocol = commands.enter_protocol(session, EnterProtocol.model_validate(terms)).protocol
    path = f"/persone/{record}/relazioni/apri"
    typed = {"need": "Casa «e» lavoro", "protocol": protocol}
    async with client(ambito, "caseworker") as http:
        refused = await http.post(path, data=typed, headers=HTML)
        assert refused.status_code == 409
        assert "exception_reason" not in refused.text
    async with client(ambito, "supervisor") as http:
        page = await http.post(path, data=typed, headers=HTML)
        assert page.status_code == 409
        assert "Presa in carico integrata solo con un protocollo in vigore" in page.text
        assert 'name="need" value="Casa «e» lavoro"' in page.text
        done = await http.post(
            path, data=typed | {"exception_reason": "Il rinnovo è alla firma"}, headers=HTML
        )
    assert done.status_code == 303, done.text
    (opened,) = await published(ambito, TakingInChargeOpened)
    assert opened.event.integration.act == "Protocollo 7"  # type: ignore[attr-defined]  # of an opening
    assert await exceptions(ambito) == [("protocol-not-in-force", "Il rinnovo è alla firma")]
