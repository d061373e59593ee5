"""Who holds the referente at a third member learns what becomes of an accepted referral, and only that."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import published, transaction
from trama_contracts.registry import (
    AuthorisationWithdrawalTold,
    PersonRegistered,
    ReferralSent,
    ReferralWithdrawn,
    UrgentAccessTaken,
    WithdrawalTold,
)
from trama_registry import commands, errors
from trama_registry.commands.looking import take_urgent_access
from trama_registry.queries.looking import accesses_view
from trama_registry.queries.today import today_view
from trama_registry.schemas import (
    AcceptReferral,
    CaseManagerAsked,
    FailReferral,
    GiveAuthorisation,
    LinkRecord,
    RegisterPerson,
    SendReferral,
    Withdraw,
    WithdrawReferral,
)
from trama_registry.schemas.looking import TakeUrgentAccess

SARA, LIVIA, IRENE = (
    Caller(f"op-{name.lower()}", f"{name} Demo", member, frozenset({"caseworker"}), "caseworker")
    for name, member in (("Sara", "ambito-urbano"), ("Livia", "sil"), ("Irene", "cpi"))
)
REASON = "Si è trasferita"


@dataclass
class Three:
    """A social service that refers, the SIL that accepts, and an employment centre with the referente."""

    ambito: Runtime
    sil: Runtime
    cpi: Runtime
    exchange: Any
    record: str = ""
    here: str = ""
    """The employment centre's record of the person."""
    referral: str = ""

    async def settle(self) -> None:
        """Carry everything between the three."""
        await self.exchange(self.ambito, self.sil, self.cpi)

    async def do(self, runtime: Runtime, command: Any, *asked: Any) -> Any:
        """One act, carried to all."""
        async with transaction(runtime) as session:
            done = await command(session, *asked)
        await self.settle()
        return done


@pytest.fixture
async def three(
    registry_of: Any,
    fresh_database: Callable[[str], str],
    exchange: Any,
    desk: Any,
    anna: RegisterPerson,
) -> AsyncIterator[Three]:
    """A referral accepted by the SIL, of a person whose referente is at the employment centre."""
    async with AsyncExitStack() as stack:
        sectors = {"ambito-urbano": "social", "sil": "work-integration", "cpi": "employment"}
        started = [
            await stack.enter_async_context(registry_of(member, fresh_database("sqlite"), sector=sector))
            for member, sector in sectors.items()
        ]
        await exchange(*started)
        all_three = Three(*started, exchange=exchange)
        await _begin(all_three, desk, anna)
        yield all_three


async def _begin(three: Three, desk: Any, anna: RegisterPerson) -> None:
    three.record = await desk.register(three.ambito, anna)
    async with transaction(three.cpi) as session:
        three.here = (await commands.register_person(session, anna, IRENE)).record
    for runtime, own, member, other, by in (
        (three.ambito, three.record, "cpi", three.here, SARA),
        (three.cpi, three.here, "ambito-urbano", three.record, IRENE),
    ):
        await three.do(runtime, commands.link_records, own, LinkRecord(member=member, record=other), by)
    terms = {"purpose": "work-integration", "basis": {"kind": "consent"}, "circles": ["care"]}
    terms |= {"recipients": ["sil", "cpi", "ambito-urbano"], "notice_given_on": "2013-10-14"}
    given = await three.do(
        three.ambito, commands.give_authorisation, three.record, GiveAuthorisation.model_validate(terms)
    )
    await three.do(three.cpi, commands.assign_case_manager, three.here, CaseManagerAsked(), IRENE)
    asked = {"to": "sil", "reason": "Vuole lavorare", "need": "Inserimento con sostegno"}
    asked |= {"answer_by": "2013-10-21", "authorisation": given.authorisation}
    sent = await three.do(
        three.ambito, commands.send_referral, three.record, SendReferral.model_validate(asked)
    )
    three.referral = sent.referral
    await three.do(three.sil, commands.accept_referral, three.referral, AcceptReferral(), LIVIA)


async def told(desk: Any, three: Three) -> list[str]:
    return [entry.happened for entry in (await desk.story(three.cpi, three.here)).entries]


async def test_a_withdrawal_after_acceptance_reaches_the_referente_and_the_preview_does_not(
    three: Three, desk: Any
) -> None:
    """INVARIANT: who holds the referente learns that what was accepted is taken back, and nothing of what the
    referral said. Giving them the referral's stream, which holds the preview, breaks it."""
    back = WithdrawReferral(reason=REASON, accepted_too=True)
    await three.do(three.ambito, commands.withdraw_referral, three.referral, back)
    said = await told(desk, three)
    assert said[-1].startswith("Segnalazione al sil, accettata il 14")
    assert REASON in said[-1]
    assert not any("Vuole lavorare" in one for one in said)
    (taken_back,) = await published(three.ambito, WithdrawalTold)
    assert taken_back.granted_to == ("cpi.registry",)
    for one in await published(three.ambito, ReferralSent, ReferralWithdrawn):
        assert one.granted_to == ("sil.registry",)
    assert taken_back.stream not in {one.stream for one in await published(three.ambito, ReferralWithdrawn)}


async def test_a_change_of_mind_of_the_receiver_reaches_the_referente_too(three: Three, desk: Any) -> None:
    given_up = FailReferral(reason="no-capacity", alternative="Unità di progettazione")
    await three.do(three.sil, commands.fail_referral, three.referral, given_up)
    assert any(one.startswith("Segnalazione non riuscita presso il sil") for one in await told(desk, three))


async def test_what_nobody_had_accepted_is_taken_back_between_the_two(
    three: Three,
) -> None:
    with pytest.raises(errors.AlreadyAnswered):
        await three.do(three.ambito, commands.withdraw_referral, three.referral, WithdrawReferral())
    asked = {"to": "sil", "reason": "Un corso", "need": "Un corso", "answer_by": "2013-10-21"}
    (first,) = await published(three.ambito, ReferralSent)
    asked["authorisation"] = first.event.authorisation  # type: ignore[attr-defined]  # a referral's
    second = await three.do(
        three.ambito, commands.send_referral, three.record, SendReferral.model_validate(asked)
    )
    await three.do(three.ambito, commands.withdraw_referral, second.referral, WithdrawReferral())
    assert await published(three.ambito, WithdrawalTold) == []


async def taken_back_at(runtime: Runtime, by: Caller) -> list[tuple[str, str]]:
    """What Oggi says there of consents that were taken back."""
    async with runtime.database.read(runtime=runtime) as session:
        found = (await today_view(session, by)).taken_back
    return [(one.name, one.member_name) for one in found]


async def test_a_consent_taken_back_is_told_to_the_referente_also_where_they_do_not_read(
    three: Three, desk: Any
) -> None:
    """INVARIANT: who holds the referente learns of every withdrawal at a service of the person, and not who
    was to receive. A message only to who reads, or one that names recipients, breaks it."""
    (first,) = await published(three.ambito, ReferralSent)
    given = first.event.authorisation  # type: ignore[attr-defined]  # a referral's
    await three.do(three.ambito, commands.withdraw_authorisation, three.record, given, Withdraw())
    assert await published(three.ambito, AuthorisationWithdrawalTold) == [], "who reads hears it as it is"
    assert await taken_back_at(three.cpi, IRENE) == [("Anna Esempio", "ambito-urbano")]
    terms = {"purpose": "work-integration", "basis": {"kind": "consent"}, "circles": ["care"]}
    terms |= {"recipients": ["sil"], "notice_given_on": "2013-10-14"}
    asked = GiveAuthorisation.model_validate(terms)
    second = await three.do(three.ambito, commands.give_authorisation, three.record, asked)
    before = await told(desk, three)
    await three.do(
        three.ambito,
        commands.withdraw_authorisation,
        three.record,
        second.authorisation,
        Withdraw(reason="Preferisce tenerlo per sé"),
    )
    (message,) = await published(three.ambito, AuthorisationWithdrawalTold)
    assert message.granted_to == ("cpi.registry",)
    assert set(message.event.payload()) == {"authorisation", "withdrawn_on"}
    (said,) = (await told(desk, three))[len(before) :]
    assert said.startswith("La persona ha revocato un'autorizzazione a condividere il 14")
    assert "sil" not in said
    assert await taken_back_at(three.cpi, IRENE) == [("Anna Esempio", "ambito-urbano")] * 2
    colleague = Caller("op-remo", "Remo Demo", "cpi", frozenset({"caseworker"}), "caseworker")
    assert await taken_back_at(three.cpi, colleague) == []
    assert await taken_back_at(three.ambito, SARA) == [], "the referente is not theirs"


async def test_an_urgent_access_elsewhere_is_told_to_the_referente_and_to_nobody_else(three: Three) -> None:
    reason = "Il pronto soccorso chiede chi la segue"
    asked = TakeUrgentAccess(reason=reason)
    await three.do(three.ambito, take_urgent_access, three.record, asked, SARA)
    (one,) = await published(three.ambito, UrgentAccessTaken)
    assert one.granted_to == ("cpi.registry",)
    (registered,) = await published(three.sil, PersonRegistered)
    for runtime, record, heard in ((three.cpi, three.here, [reason]), (three.sil, registered.record, [])):
        async with runtime.database.read(runtime=runtime) as session:
            urgent = (await accesses_view(session, record)).urgent
        assert [one.reason for one in urgent] == heard
