"""What people do with a referral on its pages: sent in few fields, read, asked about, answered, printed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from trama_chassis.duties import Duties
from trama_chassis.runtime import Runtime
from trama_chassis.testing import published
from trama_contracts.registry import ReferralSeen, ReferralSent
from trama_registry import queries
from trama_registry.schemas import (
    RegisterPerson,
)

from services.registry.tests.conftest import browser

Exchange = Callable[[Runtime, Runtime], Awaitable[None]]
Both = tuple[Runtime, Runtime]
PAGE = {"Accept": "text/html"}


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """Pages are the same on each kind of database: one is enough."""
    return fresh_database("sqlite")


async def sent_state(runtime: Runtime, referral: str) -> Any:
    async with runtime.database.read(runtime=runtime) as session:
        return await queries.sent_referral_view(session, referral)


async def test_ticks_turn_from_sent_to_delivered_to_read(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any
) -> None:
    """INVARIANT: a tick is what the other side told us: delivered by its receipt, read when somebody opens
    the page there, once. Ticking at the moment of sending breaks it."""
    ambito, sil = both
    referral = (await desk.refer(ambito, await desk.register(ambito, anna))).referral
    assert not (await sent_state(ambito, referral)).delivered
    await exchange(ambito, sil)
    assert not (await sent_state(ambito, referral)).delivered
    await Duties(sil).tell_receipts()
    await exchange(ambito, sil)
    told = await sent_state(ambito, referral)
    assert (told.delivered, told.seen_on, told.state) == (True, None, "sent")
    async with browser(sil) as http:
        first = await http.get(f"/segnalazioni/{referral}")
        assert (await http.get(f"/segnalazioni/{referral}")).status_code == first.status_code == 200
    assert "Accetta la segnalazione" in first.text
    assert len(await published(sil, ReferralSeen)) == 1
    await exchange(ambito, sil)
    told = await sent_state(ambito, referral)
    assert (str(told.seen_on), told.state) == ("2013-10-14", "seen")
    async with browser(ambito) as http:
        page = (await http.get(f"/segnalazioni/{referral}")).text
        listed = (await http.get("/segnalazioni?scheda=inviate")).text
    assert "Letta" in page
    assert "mancano 7 giorni" in listed


async def test_a_question_is_answered_and_the_referral_goes_on_to_its_outcome(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any
) -> None:
    ambito, sil = both
    referral = (await desk.refer(ambito, await desk.register(ambito, anna))).referral
    path = f"/segnalazioni/{referral}"
    await exchange(ambito, sil)
    async with browser(sil) as http:
        assert (await http.post(f"{path}/domanda", data={"question": "Ha la patente?"})).status_code == 303
    await exchange(ambito, sil)
    async with browser(ambito) as http:
        assert "Ha la patente?" in (await http.get(path)).text
        assert (await http.post(f"{path}/risposta", data={"answer": "Sì, la B."})).status_code == 303
    await exchange(ambito, sil)
    async with browser(sil) as http:
        assert "Sì, la B." in (await http.get(path)).text
        for act, data in (
            ("accettazione", {"contact": "Livia Demo"}),
            ("avvio", {}),
            ("conclusione", {"outcome": "goals-reached", "note": "Lavora da oggi"}),
            ("protocollo", {"number": "1234/2013"}),
        ):
            assert (await http.post(f"{path}/{act}", data=data)).status_code == 303, act
        letter = (await http.get(f"{path}/lettera")).text
    assert "1234/2013" in letter
    assert "obiettivi raggiunti" in letter
    await exchange(ambito, sil)
    told = await sent_state(ambito, referral)
    assert (told.state, told.outcome, told.outcome_note) == ("completed", "goals-reached", "Lavora da oggi")


async def test_a_letter_says_how_things_stand_to_whom_and_on_what_ground(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any
) -> None:
    """A letter that promises an answer to what was taken back, or asks for one that came, is of no use."""
    ambito, sil = both
    referral = (await desk.refer(ambito, await desk.register(ambito, anna))).referral
    path = f"/segnalazioni/{referral}/lettera"
    door = {"name": "Colloqui", "what": "Ascolto", "for_whom": "Chi cerca lavoro", "phone": "0434 000003"}
    place = {"address": "via Inventata 3", "hours": "9-12", "receives_referrals": True}
    async with browser(sil) as http:
        told = await http.put("/api/registry/offers/colloqui", json=door | place)
        assert told.status_code == 200, told.text
    await exchange(ambito, sil)
    async with browser(ambito) as http, browser(sil) as theirs:
        asks, promises = (await http.get(path)).text, (await theirs.get(path)).text
        for said in ("consenso della persona, dal 14 ottobre 2013", "via Inventata 3", "0434 000003"):
            assert said in asks
        assert "Chiediamo una risposta entro il 21 ottobre 2013" in asks
        assert "risponderemo entro il 21 ottobre 2013" in promises
        sil.clock.move(sil.clock.now() + timedelta(days=9))
        assert "Non abbiamo ancora potuto rispondere" in (await theirs.get(path)).text
        withdrawn = await http.post(path.replace("lettera", "ritiro"), data={"reason": "Si è trasferita"})
        assert withdrawn.status_code == 303
        await exchange(ambito, sil)
        asks, promises = (await http.get(path)).text, (await theirs.get(path)).text
    assert "Oggetto: ritiro della segnalazione" in asks
    assert "Si è trasferita" in asks
    assert "Chiediamo una risposta" not in asks
    assert "il 23 ottobre 2013 avete ritirato la segnalazione" in promises
    assert "risponderemo" not in promises


async def test_what_was_typed_is_kept_when_a_form_is_refused(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any
) -> None:
    ambito, sil = both
    referral = (await desk.refer(ambito, await desk.register(ambito, anna))).referral
    await exchange(ambito, sil)
    async with browser(sil) as http:
        path = f"/segnalazioni/{referral}"
        typed = {"reason": "", "alternative": "Corso di formazione"}
        wrong = await http.post(f"{path}/rifiuto", data=typed)
        changed = await http.post(f"{path}/rifiuto", data=typed | {"reason": "no-capacity", "version": "9"})
        done = await http.post(f"{path}/rifiuto", data=typed | {"reason": "no-capacity"})
    assert (wrong.status_code, changed.status_code, done.status_code) == (422, 409, 303)
    assert "Corso di formazione" in wrong.text
    assert '<a href="#rifiuto-reason">' in wrong.text
    assert "Nel frattempo ambito-urbano ha cambiato questi dati" in changed.text
    await exchange(ambito, sil)
    assert (await sent_state(ambito, referral)).alternative == "Corso di formazione"


async def test_a_referral_is_sent_in_one_form_with_consent_and_may_replace_another(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any
) -> None:
    ambito, sil = both
    record = await desk.register(ambito, anna)
    async with browser(ambito) as http:
        form = (await http.get(f"/persone/{record}/segnala")).text
        asked = {"to": "sil", "reason": "Vuole tornare al lavoro", "need": "Un lavoro", "ground": "consenso"}
        answer = await http.post(f"/persone/{record}/segnala", data=asked)
        assert answer.status_code == 303
        first = answer.headers["location"].rsplit("/", 1)[1]
        again = await http.get(f"/persone/{record}/segnala?sostituisce={first}")
        replaced = await http.post(f"/persone/{record}/segnala", data=asked | {"supersedes": first})
        nowhere = await http.post(f"/persone/{record}/segnala", data=asked | {"to": "ambito-urbano"})
        page = (await http.get(f"/segnalazioni/{first}")).text
    assert "Cerca lavoro dopo una lunga assenza" in form
    assert "Di solito risponde in 7 giorni" in form
    assert "Prende il posto della segnalazione" in again.text
    assert (replaced.status_code, nowhere.status_code) == (303, 409)
    assert "Sostituita" in page
    sent = [one.event for one in await published(ambito, ReferralSent)]
    assert [one.answer_by.isoformat() for one in sent if isinstance(one, ReferralSent)] == ["2013-10-21"] * 2
    await exchange(ambito, sil)
    async with browser(sil) as http:
        listed = (await http.get("/segnalazioni")).text
        assert "Sostituita" in (await http.get(f"/segnalazioni/{first}")).text
    assert "Ricevute (1)" in " ".join(listed.split())
