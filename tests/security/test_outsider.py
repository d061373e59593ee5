"""Who is not signed in learns nothing: of no person, no operator, no relation."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.security.origins import NO_ROLE, ROLES, Answer, Member, routes_of, town
from tests.security.test_access_matrix import ROWS, Row

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSON = "Qforestiera"
OPEN = [row for row in ROWS if row.may == ("anyone",) and row.service in ("origin", "registry", "placement")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def places(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Member]]:
    """A member that has registered somebody, and one that has not, alike in everything else."""
    built = {}
    for name in ("full", "empty"):
        folder = tmp_path_factory.mktemp(name)
        context = town(
            folder,
            lambda _, here=folder: f"sqlite:///{here}/{uuid4()}.db",
            {"sil": ("registry", "placement")},
        )
        built[name] = (await context.__aenter__(), context)
    sil = built["full"][0]["sil"]
    person = {"family_name": PERSON, "taking_in_charge": {"need": PERSON}}
    sil.ids["record"] = (await sil.do("POST", "/api/registry/persons", person))["record"]
    yield {name: one["sil"] for name, (one, _) in built.items()}
    for _, context in built.values():
        await context.__aexit__(None, None, None)


async def ask(member: Member, row: Row) -> Answer:
    """Ask for an open route as a stranger, with a form that is filled in badly where there is one."""
    form = b"operator=op-supervisor&password=wrong&lingua=it&next=/" if row.method == "POST" else b""
    headers = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
    return await member.ask(row.method, row.path, by=None, headers=headers, content=form)


async def test_open_pages_name_no_person_no_operator_and_differ_in_nothing(places: dict[str, Member]) -> None:
    """INVARIANT: what anybody may open is the same where nobody is registered and where somebody is.

    A page that counts, lists or greets before one has signed in breaks this.
    """
    names = [f"Operatrice {role}" for role in (*ROLES, NO_ROLE)]
    told = []
    for row in OPEN:
        full, empty = await ask(places["full"], row), await ask(places["empty"], row)
        assert full.status < 500, row
        if full.status != empty.status or full.body != empty.body:
            told.append(f"{row.method} {row.path} tells who is here")
        told += [f"{row.path} names {name}" for name in (PERSON, *names) if name in full.text]
    assert told == []
    assert len(OPEN) > 15


async def test_no_open_page_leaves_a_cookie_with_who_only_looks(places: dict[str, Member]) -> None:
    """INVARIANT: a browser that comes for the first time goes as it came: a cookie is set when one signs in
    or chooses a language. One for counting visits, or a session before the log-in, breaks this."""
    looked = [row for row in OPEN if row.method == "GET"]
    answers = [await ask(places["full"], row) for row in looked]
    left = [row.path for row, answer in zip(looked, answers, strict=True) if "set-cookie" in answer.headers]
    assert left == []
    assert len(looked) > 8
    chosen = next(row for row in OPEN if row.path == "/lingua")
    assert "set-cookie" in (await ask(places["full"], chosen)).headers, "a cookie would be seen"


async def test_a_wrong_name_and_a_wrong_password_are_refused_alike(places: dict[str, Member]) -> None:
    answers = set()
    for login in ("op-supervisor", "nobody-of-this-name"):
        form = f"operator={login}&password=wrong&next=/".encode()
        answer = await places["full"].ask(
            "POST",
            "/accedi",
            by=None,
            headers={"accept": "text/html", "content-type": "application/x-www-form-urlencoded"},
            content=form,
        )
        answers.add((answer.status, answer.text.replace(login, "")))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401


async def test_an_address_that_exists_answers_a_stranger_as_one_that_does_not(
    places: dict[str, Member],
) -> None:
    sil = places["full"]
    for pattern in ("/api/registry/persons/{}", "/persone/{}", "/persone/{}/storia"):
        answers = {
            (answer.status, answer.text, answer.headers.get("location", "").replace(record, ""))
            for record in (sil.ids["record"], str(uuid4()))
            if (
                answer := await sil.ask(
                    "GET", pattern.format(record), by=None, headers={"accept": "text/html"}
                )
            )
        }
        assert len(answers) == 1


async def test_nothing_is_served_beside_what_the_table_lists(places: dict[str, Member]) -> None:
    """Files of the member, its settings and its keys have no address, however the path is written."""
    sil = places["full"]
    listed = {route.path for app in sil.apps.values() for route in routes_of(app)}
    for path in (
        *("/.env", "/accounts.yaml", "/service.db", "/api/registry/../../secrets/kek", "/sessions.db"),
        *("/static/../../accounts.yaml", "/static/%2e%2e/%2e%2e/pyproject.toml", "/static//etc/passwd"),
        *("/static/swagger/../../../../../etc/passwd", "/debug", "/metrics", "/docs", "/openapi.json"),
    ):
        assert path not in listed
        answer = await sil.ask("GET", path, by="supervisor")
        assert answer.status in (404, 405), path
