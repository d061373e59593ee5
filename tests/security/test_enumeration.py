"""Who tries to find out who is followed here: whole numbers only, few misses, what is hidden is as absent."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import event, select
from sqlmodel import col
from stdnum.it import codicefiscale
from trama_chassis import guessing
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.guessing import MOST

from tests.security.origins import Answer, Member, town

pytestmark = pytest.mark.asyncio(loop_scope="module")


def tax_code_of(number: int) -> str:
    """A code that can belong to nobody: no register has its birthplace."""
    letters = "".join("BCDFGLMNPR"[int(digit)] for digit in f"{number:06d}")
    return (code := f"{letters}72B44Z999") + codicefiscale.calc_check_digit(code)


ANNA = tax_code_of(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sil(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Member]:
    """A registry with one person who has a number."""
    folder = tmp_path_factory.mktemp("guesses")
    database = f"sqlite:///{folder}/registry.db"
    async with town(folder, lambda _: database, {"sil": ("registry",)}) as built:
        member = built["sil"]
        said = {"family_name": "Esempio", "given_name": "Anna", "tax_code": ANNA}
        member.ids["record"] = (await member.do("POST", "/api/registry/persons", said))["record"]
        reserved = {"channel": "phone", "need": "Vuole parlare", "reserved": True}
        member.ids["reserved"] = (
            await member.do("POST", "/api/registry/accesses", reserved, by="listening-specialist")
        )["access"]
        yield member


@pytest.fixture(autouse=True)
def _some_time_has_gone_by() -> None:
    """What was missed in the test before is as old as if it had been missed an hour ago."""
    guessing._OF.clear()


async def found(sil: Member, sought: str, by: str = "caseworker") -> list[str]:
    """The records that a search finds."""
    listed = await sil.ask("GET", f"/api/registry/persons?name={sought}", by=by)
    return [one["record"] for one in listed.json()["persons"]]


async def test_a_number_is_found_whole_or_not_at_all(sil: Member) -> None:
    assert await found(sil, ANNA) == [sil.ids["record"]]
    assert await found(sil, ANNA.lower()) == [sil.ids["record"]]
    for part in (ANNA[:-1], ANNA[1:], ANNA[:11], f"{ANNA[:-1]}%25", f"{ANNA[:-1]}_", f"{ANNA[:-2]}%3F%3F"):
        assert await found(sil, part) == []


@pytest.mark.parametrize(("way", "by"), [("search", "caseworker"), ("form", "supervisor")])
async def test_who_tries_one_number_after_the_other_is_held_back_and_it_is_written_down(
    sil: Member, way: str, by: str
) -> None:
    """INVARIANT: numbers cannot be tried out: after some misses none is answered, right or wrong.

    A way to seek a number that does not count its misses breaks this.
    """

    async def seek(code: str) -> Answer:
        if way == "search":
            return await sil.ask("GET", f"/api/registry/persons?name={code}", by=by)
        return await sil.ask("POST", "/api/registry/persons/candidates", by=by, body={"tax_code": code})

    before = len(await entries(sil))
    answers = [await seek(tax_code_of(1000 + number)) for number in range(MOST)]
    assert {answer.status for answer in answers} == {200}
    guessed, known = await seek(tax_code_of(5000)), await seek(ANNA)
    assert (guessed.status, guessed.body) == (known.status, known.body)
    assert guessed.status == 429
    assert await found(sil, "Esempio", by) == [sil.ids["record"]]
    written = (await entries(sil))[before:]
    assert [one.status for one in written if one.kind == "refused"] == [429, 429]
    assert sum(one.kind == "search" for one in written) == MOST + 1
    assert "CBBB" not in "".join(str(one.model_dump()) for one in written)


async def test_another_operator_does_not_pay_for_it(sil: Member) -> None:
    for number in range(MOST):
        await sil.ask("GET", f"/api/registry/persons?name={tax_code_of(2000 + number)}", by="caseworker")
    held_back = await sil.ask("GET", f"/api/registry/persons?name={ANNA}", by="caseworker")
    assert held_back.status == 429
    path, body = "/persone/nuova/simili", f"tax_code={ANNA}".encode()
    form = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    free = await sil.ask("POST", path, by="listening-specialist", headers=form, content=body)
    assert free.status == 200
    assert "Esempio" in free.text
    assert (await sil.ask("POST", path, by="caseworker", headers=form, content=body)).status == 429


async def test_what_one_may_not_see_takes_the_work_of_what_is_not_there(sil: Member) -> None:
    """The same answer after as many statements: a clock tells them apart no better than words do."""
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    engine = sil.runtimes["registry"].database._reading.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    work = {}
    for kind, access in (("hidden", sil.ids["reserved"]), ("absent", str(uuid4()))):
        counted = 0
        answer = await sil.ask("GET", f"/api/registry/accesses/{access}")
        work[kind] = (answer.status, answer.body, counted)
    event.remove(engine, "before_cursor_execute", count)
    assert work["hidden"] == work["absent"]
    assert work["hidden"][0] == 404
    assert work["hidden"][2] > 0


async def test_numbers_of_other_kinds_are_counted_too(sil: Member) -> None:
    """Who has no tax code has another number; who types names, or few figures, is never held back."""
    by = "caseworker"
    for number in range(MOST):
        for words in (f"Nessuno {number}", f"AB{number:04d}"):
            assert (await sil.ask("GET", f"/api/registry/persons?name={words}", by=by)).status == 200
    answers = [
        await sil.ask("GET", f"/api/registry/persons?name=STP{number:013d}", by=by)
        for number in range(MOST + 1)
    ]
    assert [answer.status for answer in answers] == [*[200] * MOST, 429]
    assert await found(sil, "Esempio", by) == [sil.ids["record"]]


async def entries(sil: Member) -> list[AuditEntry]:
    """What is written down."""
    async with sil.runtimes["registry"].database.read() as session:
        return list(await session.scalars(select(AuditEntry).order_by(col(AuditEntry.number))))
