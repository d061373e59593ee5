"""Every route, every caller, every kind of id: who gets in is a reviewed table, `access.csv`, a line each."""

import asyncio
import csv
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlmodel import col
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.tables import OutboxRow

from tests.security.desk import DOORS, IDENTITY, RELATION
from tests.security.everything import LIFE
from tests.security.life import Free, Step, live
from tests.security.origins import NO_ROLE, ROLES, Answer, Member, Town, routes_of, token_of, town

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABLE = Path(__file__).with_name("access.csv")
NOBODY, STRANGER = "nobody", "operator of another member"
SECRET, THEIR_SECRET, RESERVED = "Qanonsaperla", "Qdaltrui", "Qriservatissima"
NAME = re.compile(r"\{(\w+)(?::\w+)?\}")
GIVEN = {
    "member": "sil",
    "promoter": "sil",
    "act": "chiudi",
    "code": "placements-started",
    "offer": "sportello",
}
"""Parts of paths that name no person, nor anything of one."""
ELSEWHERE = {
    "/api/registry/referrals/received/{referral}": "this member has sent it",
    "/api/placement/hosted/{promoter}/{placement}": "this member hosts nobody",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One route and who may ask it: roles, `signed-in` or `anyone`."""

    service: str
    method: str
    path: str
    may: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """What the path names that is of a person."""
        return [name for name in NAME.findall(self.path) if name not in GIVEN]

    @property
    def is_page(self) -> bool:
        """Whether a browser asks for it."""
        return not self.path.startswith("/api/")

    def lets_in(self, caller: str) -> bool:
        """Whether this caller may ask."""
        if self.may == ("anyone",):
            return True
        if caller in (NOBODY, STRANGER):
            return False
        return self.may == ("signed-in",) or caller in self.may


def reviewed() -> list[Row]:
    """The table."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        return [
            Row(one["service"], one["method"], one["path"], tuple(one["may"].split()))
            for one in csv.DictReader(file)
        ]


ROWS = reviewed()
CALLERS = (NOBODY, STRANGER, NO_ROLE, *ROLES)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Town]:
    """Four members with a whole life written at two of them, each with words of its own."""
    folder = tmp_path_factory.mktemp("matrix")

    def database(_: str) -> str:
        return f"sqlite:///{folder}/{uuid4()}.db"

    async with town(folder, database) as built:
        sil, ambito = built["sil"], built["ambito-urbano"]
        sil.ids |= {"offer": "sportello", "stranger": str(uuid4())}
        ambito.ids |= {"offer": "segretariato", "stranger": str(uuid4())}
        await live(
            built,
            ambito.ids,
            tuple(_at_ambito(step) for step in (*DOORS, *IDENTITY, *RELATION) if _alone(step)),
        )
        await live(built, sil.ids, tuple(_marked(step, SECRET) for step in LIFE))
        sil.ids |= {"entry": sil.ids["note"], "one": sil.ids["identifier"], "number": str(uuid4())}
        yield built


def _alone(step: Step) -> bool:
    return not step.path.endswith(
        ("/links", "/remove", "/authorisations", "/dispute", "/settle", "/protocols")
    )


def _at_ambito(step: Step) -> Step:
    # What a member offers is told to the whole network: no word of it is to be kept.
    marked = step if "/offers/" in step.path else _marked(step, THEIR_SECRET)
    return replace(marked, at="ambito-urbano")


def _marked(step: Step, word: str) -> Step:
    """The same command with a word of its own in each free text."""
    said = RESERVED if step.by == "listening-specialist" else word

    def marked(body: object) -> object:
        if isinstance(body, Free):
            return Free(f"{body} {said}")
        if isinstance(body, dict):
            return {name: marked(one) for name, one in body.items()}
        return [marked(one) for one in body] if isinstance(body, list) else body

    return replace(step, body=marked(step.body))


def served(member: Member) -> Iterator[tuple[str, str, str]]:
    """What a member's origin answers to, as (service, method, path)."""
    apps = [(name, app) for name, app in member.apps.items()] + [("origin", member.origin._front)]
    for service, app in apps:
        for route in routes_of(app):
            for method in (route.methods or set()) - {"HEAD"}:
                yield service, method, route.path


async def test_each_route_stands_in_the_reviewed_table_once(place: Town) -> None:
    """INVARIANT: nothing is served of which nobody has said who may have it; a new route breaks this."""
    found = {one for member in place.members.values() for one in served(member)}
    listed = [(row.service, row.method, row.path) for row in ROWS]
    assert sorted(found - set(listed)) == []
    assert sorted(set(listed) - found) == []
    assert [one for one, times in Counter(listed).items() if times > 1] == []


def member_of(row: Row, place: Town) -> Member:
    """Who serves a route."""
    return place["provincia" if row.service == "reporting" else "sil"]


async def ask(member: Member, row: Row, caller: str, ids: dict[str, str]) -> Answer:
    """Ask for a route as a caller, with these ids, and nothing in the body."""
    known = {**GIVEN, **ids}
    path = NAME.sub(lambda found: known[found[1]], row.path)
    by = {NOBODY: None, STRANGER: "token:" + token_of("another-member", "supervisor")}.get(caller, caller)
    headers = {"accept": "text/html"} if row.is_page else {}
    if row.method != "GET":
        kind = "application/x-www-form-urlencoded" if row.is_page else "application/json"
        headers["content-type"] = kind
    content = b"" if row.method in ("GET", "DELETE") or row.is_page else b"{}"
    return await member.ask(row.method, path, by=by, headers=headers, content=content)


def kinds_of_ids(row: Row, member: Member, place: Town) -> dict[str, dict[str, str]]:
    """The ids to try, by kind: own, of another member, of something else, of nothing, and no id at all."""
    theirs = place["ambito-urbano"].ids
    found = {
        "own": {name: member.ids.get(name, str(uuid4())) for name in row.names},
        "random": {name: str(uuid4()) for name in row.names},
        "malformed": dict.fromkeys(row.names, "..%2f..%2fetc"),
    }
    if row.names:
        found["another kind"] = dict.fromkeys(row.names, member.ids.get("protocol", str(uuid4())))
    if any(name in theirs for name in row.names):
        found["another member's"] = {name: theirs.get(name, str(uuid4())) for name in row.names}
    return found if row.names else {"own": {}}


async def everything_at_once(asked: list[tuple[str, Callable[[], object]]]) -> list[tuple[str, Answer]]:
    """Ask many things side by side; what was asked, with its answer."""
    answered: list[tuple[str, Answer]] = []
    for first in range(0, len(asked), 40):
        wave = asked[first : first + 40]
        answers = await asyncio.gather(*(one() for _, one in wave))  # type: ignore[call-overload]  # coroutines
        answered += [(said, answer) for (said, _), answer in zip(wave, answers, strict=True)]
    return answered


async def written(place: Town) -> list[int]:
    """How much every service has written for the others."""
    counts = []
    for runtime in place.runtimes:
        async with runtime.database.read() as session:
            counts.append(await session.scalar(select(func.count()).select_from(OutboxRow)) or 0)
    return counts


async def refusals(place: Town) -> int:
    """How many entries the services' audits have of what was refused."""
    found = 0
    for runtime in place.runtimes:
        async with runtime.database.read() as session:
            wanted = select(func.count()).select_from(AuditEntry).where(col(AuditEntry.kind) == "refused")
            found += await session.scalar(wanted) or 0
    return found


async def test_who_may_not_is_refused_alike_whatever_the_id_and_it_is_written_down(place: Town) -> None:
    """INVARIANT: a caller the table does not name learns nothing from any id, changes nothing, and is noted.

    A route that looks before it asks who is there breaks this.
    """
    asked = [
        (f"{row.method} {row.path} by {caller} with {kind}", _asking(place, row, caller, ids))
        for row in ROWS
        for caller in CALLERS
        if not row.lets_in(caller)
        for kind, ids in kinds_of_ids(row, member_of(row, place), place).items()
    ]
    at_services = sum(" /api/clock" not in said and not _at_origin(said) for said, _ in asked)
    before, noted = await written(place), await refusals(place)
    answered = await everything_at_once(asked)
    wrong = [f"{said}: {answer.status}" for said, answer in answered if not _refused(said, answer)]
    assert wrong == []
    assert [said for said, answer in answered if _tells(answer)] == []
    told: dict[str, set[str]] = {}
    for said, answer in answered:
        told.setdefault(said.partition(" with ")[0], set()).add(_without_address(answer))
    assert [said for said, bodies in told.items() if len(bodies) > 1] == []
    assert await written(place) == before
    assert await refusals(place) - noted == at_services
    assert len(asked) > 3000


def _asking(place: Town, row: Row, caller: str, ids: dict[str, str]) -> Callable[[], object]:
    return lambda: ask(member_of(row, place), row, caller, ids)


def _at_origin(said: str) -> bool:
    """Whether the origin itself answers, which keeps no register but that of who reads the register."""
    path = said.split()[1]
    return path != "/registro-accessi" and any(row.path == path and row.service == "origin" for row in ROWS)


def _refused(said: str, answer: Answer) -> bool:
    known = NOBODY not in said.partition(" by ")[2] and STRANGER not in said
    if known:
        return answer.status == 403
    if " /api/" in said:
        return answer.status == 401
    return answer.status == 303 and answer.headers["location"].startswith("/accedi")


def _without_address(answer: Answer) -> str:
    """What was answered, but for the address that was asked for: pages lead back to where one was."""
    return re.sub(r'"/[^"]*"', '""', answer.text)


def _tells(answer: Answer) -> list[str]:
    return [word for word in (SECRET, THEIR_SECRET, RESERVED) if word in answer.body.decode(errors="replace")]


async def test_what_is_of_others_is_as_if_it_were_not(place: Town) -> None:
    """INVARIANT: to who may ask, an id of another member, or of something else, is an id of nothing.

    An answer that tells them apart breaks this.
    """
    wrong = []
    for row in (row for row in ROWS if row.names):
        member = member_of(row, place)
        kinds = kinds_of_ids(row, member, place)
        caller = next((role for role in row.may if role in ROLES), "caseworker")
        if not row.lets_in(caller) or row.service == "origin":
            continue
        answers = {kind: await ask(member, row, caller, ids) for kind, ids in kinds.items() if kind != "own"}
        for kind, answer in answers.items():
            said = f"{row.method} {row.path} with {kind}: {answer.status}"
            expected = (404, 422) if kind == "malformed" else (404, 409, 422)
            if answer.status not in expected or set(_tells(answer)) - {SECRET}:
                wrong.append(said)
            if row.method == "GET" and kind != "malformed" and answer.status == 422:
                wrong.append(said)
            if kind != "malformed" and _without_ids(answer, kinds[kind]) != _without_ids(
                answers["random"], kinds["random"]
            ):
                wrong.append(f"{said} is told apart from an id of nothing")
    assert wrong == []


def _without_ids(answer: Answer, ids: dict[str, str]) -> tuple[int, str]:
    text = answer.text
    for one in sorted(set(ids.values()), key=len, reverse=True):
        text = text.replace(one, "")
    return answer.status, text


async def test_who_may_is_let_in_and_sees_no_more_than_the_rules_allow(place: Town) -> None:
    unreached, seen, shown = [], [], 0
    for row in ROWS:
        if row.method != "GET" or row.service in ("origin",) or row.path.endswith(("/docs", "/openapi.json")):
            continue
        member = member_of(row, place)
        for caller in row.may if row.may[0] in ROLES else ():
            ids = {name: member.ids.get(name, str(uuid4())) for name in row.names}
            answer = await ask(member, row, caller, ids)
            if answer.status != 200 and not any(row.path.startswith(path) for path in ELSEWHERE):
                unreached.append(f"{row.path} by {caller}: {answer.status}")
            told = _tells(answer)
            shown += SECRET in told
            if THEIR_SECRET in told or (RESERVED in told and caller != "listening-specialist"):
                seen.append(f"{row.path} by {caller}")
    assert unreached == []
    assert seen == []
    assert shown > 40, "the words that are looked for would be found if they were shown"


async def test_what_was_kept_for_the_listening_centre_is_found_by_its_specialist_alone(place: Town) -> None:
    sil = place["sil"]
    path = f"/api/registry/accesses/{sil.ids['reserved']}"
    nothing = f"/api/registry/accesses/{uuid4()}"
    assert RESERVED in (await sil.ask("GET", path, by="listening-specialist")).text
    for role in ("caseworker", "supervisor"):
        hidden, absent = await sil.ask("GET", path, by=role), await sil.ask("GET", nothing, by=role)
        assert (hidden.status, hidden.body) == (absent.status, absent.body)
