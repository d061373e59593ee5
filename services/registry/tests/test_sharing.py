"""Who sees what of a person: as the keys are in truth, on what ground, and what never left us."""

import html
from typing import Any

import httpx
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published, transaction
from trama_registry import commands, queries
from trama_registry.queries.told import sharing as words
from trama_registry.schemas import RecordInterview, RegisterPerson, SharingView, Unlink

from services.registry.tests.conftest import Followed

Both = tuple[Runtime, Runtime]
PAGE = {"accept": "text/html"}
SEEN_AT_HOME = {"kind": "home", "present": "Anna", "summary": "La casa è fredda"}


async def view(runtime: Runtime, record: str) -> SharingView:
    async with runtime.database.read(runtime=runtime) as session:
        return await queries.sharing_of(session, record)


async def page(runtime: Runtime, record: str) -> httpx.Response:
    async with client(runtime, "caseworker") as http:
        return await http.get(f"/persone/{record}/riservatezza", headers=PAGE)


async def test_before_anything_is_shared_the_page_says_so(
    ambito: Runtime, desk: Any, anna: RegisterPerson
) -> None:
    record = await desk.register(ambito, anna)
    seen = await view(ambito, record)
    assert (seen.readers, seen.sources, seen.authorisations) == ([], [], [])
    assert seen.unshared == [words.CONTENTS["care"]]
    shown = (await page(ambito, record)).text
    assert "Nessun altro servizio legge ciò che scriviamo." in shown
    for said in (
        "Com'è il 14 ottobre 2013.",
        "Nessuna limitazione in vigore.",
        "Nessuna adesione registrata.",
    ):
        assert said in html.unescape(shown), "on paper, too, it is clear that there is none"


async def test_each_circle_is_shown_with_its_ground_and_days(
    both: Both, followed: Followed, sara: Caller
) -> None:
    """INVARIANT: the page names exactly the services of others that have a key, and the ground written on it.
    Reading it from what was agreed, not from the keys that were given, breaks it."""
    ambito, sil = both
    record, theirs = followed.record, followed.theirs
    async with transaction(ambito) as session:
        for circle in ("social", "own"):
            asked = RecordInterview.model_validate(SEEN_AT_HOME | {"circle": circle})
            await commands.record_interview(session, record, asked, sara)
    seen = await view(ambito, record)
    written = [one for one in await published(ambito) if one.circle != "accountability"]
    given = {one for event in written for one in event.granted_to}
    assert {one.member for one in seen.readers} == {one.partition(".")[0] for one in given} - {
        "ambito-urbano"
    }
    (reader,) = seen.readers
    assert [(one.circle, one.ground, str(one.since), one.until) for one in reader.shared] == [
        ("care", "consenso della persona", "2013-10-14", None),
        ("referral", "una segnalazione tra i due servizi", "None", None),
    ]
    assert (seen.unshared, seen.kept_to_ourselves) == ([words.CONTENTS["social"]], 1)
    assert [(one.member, one.shared[0].circle) for one in seen.sources] == [("sil", "care")]
    (source,) = (await view(sil, theirs)).sources
    assert source.member == "ambito-urbano"
    shown = (await page(ambito, record)).text
    for said in (
        "consenso della persona",
        "inserimento lavorativo",
        "senza scadenza",
        "Informativa consegnata",
    ):
        assert said in shown
    assert "1 colloquio che resta al nostro servizio" in shown
    assert SEEN_AT_HOME["summary"] not in shown


async def test_after_a_separation_what_was_read_is_said_to_be_over(
    both: Both, followed: Followed, exchange: Any, sara: Caller
) -> None:
    ambito, _ = both
    record, link = followed.record, followed.referral
    async with transaction(ambito) as session:
        await commands.unlink(session, record, link, Unlink(reason="Sono due persone"), sara)
    await exchange(*both)
    seen = await view(ambito, record)
    (reader,) = seen.readers
    assert words.CONTENTS["care"] in reader.no_longer
    assert words.CONTENTS["care"] not in seen.unshared
    assert seen.sources == []


def test_a_law_is_named_with_its_article() -> None:
    basis = {"kind": "law", "act": "L. 328/2000", "article": "art. 22"}
    assert words.ground(basis, "care", "record:x") == "per legge: L. 328/2000, art. 22"
    assert words.ground({"kind": "law"}, "host", "placement:x") == "l'inserimento presso chi ospita"
