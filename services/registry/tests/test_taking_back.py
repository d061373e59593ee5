"""What a person takes back, opposes, or wants left alone: what then reaches the other service, both ways."""

from dataclasses import dataclass
from typing import Any

import pytest
from trama_chassis.accounts import Caller
from trama_chassis.testing import transaction
from trama_registry import commands
from trama_registry.schemas import CloseTakingInCharge, Reopen

from services.registry.tests import conftest
from services.registry.tests.conftest import Followed

API = "/api/registry"
LAW = {"kind": "law", "act": "L. 328/2000", "article": "14"}


class Side(conftest.Side):
    """One of two services that follow Anna: its supervisor, who decides on oppositions, and its record."""

    role = "supervisor"

    async def says(self, text: str) -> None:
        """Write something that everybody may read who may read the care circle."""
        body = {"path": text}
        assert (await self.do("participations", body)).status_code == 201

    async def story(self) -> str:
        """What Anna's timeline tells here."""
        entries = (await self.ask("timeline?size=200"))["entries"]
        return "\n".join(entry["happened"] for entry in entries)

    async def why(self) -> dict[str, str]:
        """Why each other service reads what we write in the care circle, or may not."""
        found = (await self.ask("sharing"))["decisions"]
        return {one["member"]: one["reason"] for one in found if one["content"].startswith("Percorso")}


@dataclass
class Two:
    """The social service and the SIL, which both follow Anna by her consent."""

    social: Side
    sil: Side
    consent: str
    exchange: Any

    async def carry(self) -> None:
        """Let everything arrive."""
        await self.exchange(self.social.runtime, self.sil.runtime)


@pytest.fixture
def side() -> type[Side]:
    """Operators who ask why, too."""
    return Side


@pytest.fixture
def two(sides: tuple[Side, Side], followed: Followed, exchange: Any) -> Two:
    return Two(*sides, followed.authorisation, exchange)


async def test_what_is_taken_back_ends_both_ways_and_who_falls_away_hears_why(two: Two) -> None:
    social, sil = two.social, two.sil
    await social.says("prima")
    await two.carry()
    assert "prima" in await sil.story()
    done = await social.do(f"authorisations/{two.consent}/withdraw", {"reason": "ha cambiato idea"})
    assert done.status_code == 200, done.text
    await social.says("scritto in seguito")
    await two.carry()
    await sil.says("del sil")
    await two.carry()
    told = await sil.story()
    assert "ha revocato un'autorizzazione" in told
    assert "ha cambiato idea" in told
    assert "scritto in seguito" not in told
    assert "del sil" not in await social.story()
    assert (await social.why())["sil"] == "La persona ha revocato l'autorizzazione il 14 ottobre 2013."
    again = await social.do(f"authorisations/{two.consent}/withdraw")
    assert again.json()["type"].endswith("authorisation-withdrawn-already")


async def test_a_consent_is_taken_back_at_any_desk_and_the_one_that_received_it_retells_it(two: Two) -> None:
    social, sil = two.social, two.sil
    (given,) = (await sil.ask("sharing"))["others_authorisations"]
    assert (given["authorisation"], given["by_consent"], given["stopped"]) == (two.consent, True, None)
    assert (await sil.do(f"authorisations/{two.consent}/withdraw")).status_code == 200
    await two.carry()
    assert (await social.ask("authorisations"))[0]["withdrawn_on"] == "2013-10-14"
    await social.says("scritto in seguito")
    await two.carry()
    assert "scritto in seguito" not in await sil.story()


async def test_an_opposition_lets_the_sharing_rest_until_it_is_decided_with_reasons(two: Two) -> None:
    social, sil = two.social, two.sil
    await social.do(f"authorisations/{two.consent}/withdraw")
    terms = {"purpose": "work-integration", "circles": ["care"], "recipients": ["sil"], "basis": LAW}
    by_law = await social.do("authorisations", {**terms, "notice_given_on": "2013-10-14"})
    law = by_law.json()["authorisation"]
    await two.carry()
    refused = await social.do(f"authorisations/{law}/withdraw")
    assert refused.json()["type"].endswith("law-is-opposed")
    raised = await social.do(f"authorisations/{law}/oppose", {"reasons": "Non serve più"})
    assert raised.status_code == 201, raised.text
    await social.says("mentre si decide")
    await two.carry()
    assert "Non serve più" in await sil.story()
    assert "mentre si decide" not in await sil.story()
    decision = {"upheld": False, "reasons": "Il servizio segue ancora la persona"}
    path = f"oppositions/{raised.json()['opposition']}/decide"
    assert (await social.do(path, decision)).json()["decision"] == decision["reasons"]
    await two.carry()
    assert "mentre si decide" in await sil.story(), "what rested is resent"
    assert (await social.do(path, decision)).json()["type"].endswith("opposition-decided-already")


async def test_what_is_restricted_is_shared_no_further_and_comes_when_it_is_lifted(two: Two) -> None:
    social, sil = two.social, two.sil
    asked = await social.do("restrictions", {"ground": "accuracy", "reason": "Contesta il titolo di studio"})
    assert asked.status_code == 201, asked.text
    await social.says("limitato")
    await sil.says("del sil")
    await two.carry()
    assert "ha limitato l'uso dei dati" in await sil.story()
    assert "limitato." not in await sil.story()
    assert "del sil" in await social.story(), "only what we hold is restricted"
    assert (
        (await social.do("restrictions", {"ground": "claims"})).json()["type"].endswith("restricted-already")
    )
    asking = {"to": "sil", "reason": "Ancora", "need": "Lavoro", "authorisation": two.consent}
    assert (await social.do("referrals", asking)).json()["type"].endswith("sharing-restricted")
    path = f"restrictions/{asked.json()['restriction']}/lift"
    assert (await social.do(path)).status_code == 200
    await two.carry()
    assert "limitato." in await sil.story()


async def test_who_closes_reads_no_more_of_what_comes_and_reads_it_all_if_it_reopens(
    two: Two, livia: Caller
) -> None:
    social, sil = two.social, two.sil
    async with transaction(sil.runtime) as session:
        closing = CloseTakingInCharge.model_validate({"reason": "goals-reached"})
        await commands.close_taking_in_charge(session, sil.record, closing, livia)
    await two.carry()
    await social.says("dopo la chiusura")
    await two.carry()
    assert "dopo la chiusura" not in await sil.story()
    assert "non segue più la persona" in (await social.why())["sil"]
    async with transaction(sil.runtime) as session:
        reopening = Reopen.model_validate({"reason": "La persona è tornata"})
        await commands.reopen(session, sil.record, reopening, livia)
    await two.carry()
    assert "dopo la chiusura" in await sil.story()
