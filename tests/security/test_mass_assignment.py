"""What a writer may not set: ids, members, times and marks sent along are refused by name, or left unread."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.security.everything import LIFE
from tests.security.life import live
from tests.security.origins import Town, town
from tests.security.test_access_matrix import GIVEN, NAME, ROWS, Row, member_of
from tests.security.test_texts import of_each_write

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "Qmassimo"
NEVER = (
    *("id", "event_id", "stream", "created_at", "registered_at", "recorded_at", "changed_by", "saved_by"),
    *(
        "is_deleted",
        "deleted",
        "state",
        "role",
        "roles",
        "operator",
        "by",
        "actor",
        "granted_to",
        "sort_name",
    ),
    *("member", "record", "network", "controller", "sender", "receiver", "audit", "csrf_token", "__class__"),
)
THEIRS = {
    ("/api/registry/accesses", "record"): "the person who asks is one of ours",
    ("/api/registry/accesses/{access}/conclude", "record"): "as it turned out",
    ("/api/registry/persons/{record}/case-manager", "operator"): "who is to be spoken to",
    ("/api/registry/persons/{record}/links", "member"): "whose record is the same person's",
    ("/api/registry/persons/{record}/links", "record"): "which",
    ("/api/registry/referrals/{referral}/accept", "record"): "the person of ours it is about",
    ("/api/registry/referrals/{referral}/note", "by"): "who signed the answer on paper",
    ("/api/evaluation/evaluations", "record"): "whom the team is asked about",
    ("/api/evaluation/evaluations/preview", "record"): "whom the team is asked about",
    ("/api/placement/placements", "record"): "who is to go there",
    ("/api/placement/placements/preview", "record"): "who is to go there",
}
"""Where a command does ask for a field of such a name, and what for. Nowhere else."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Town, Path]]:
    """The members with one life written, and the folder of their databases."""
    folder = tmp_path_factory.mktemp("mass")
    async with town(folder, lambda _: f"sqlite:///{folder}/{uuid4()}.db") as built:
        ids = built["sil"].ids
        ids |= {"offer": "sportello", "stranger": str(uuid4())}
        await live(built, ids, LIFE)
        ids |= {"entry": ids["note"], "one": ids["identifier"]}
        yield built, folder


def writes(*, pages: bool) -> Iterator[Row]:
    """The routes that change something."""
    return (
        row
        for row in ROWS
        if row.method in ("POST", "PUT") and row.is_page is pages and row.service not in ("origin",)
    )


def path_of(row: Row, ids: dict[str, str]) -> str:
    """The path with ids that exist."""
    return NAME.sub(lambda found: {**GIVEN, **ids}.get(found[1], str(uuid4())), row.path)


async def test_no_command_takes_a_field_that_is_not_its_writers(place: tuple[Town, Path]) -> None:
    """INVARIANT: who, whose, when and whether deleted are never the caller's to say.

    A body that ignores what it does not know, or begins to take one of these, breaks this.
    """
    built, folder = place
    asks = {re.sub(r"\{\w+\}", "{}", path) for path, _ in of_each_write(built)}
    wrong, tried = [], 0
    for row in writes(pages=False):
        member, by = member_of(row, built), row.may[0]
        for name in NEVER:
            if (row.path, name) in THEIRS:
                continue
            tried += 1
            answer = await member.ask(row.method, path_of(row, member.ids), by=by, body={name: CANARY})
            if re.sub(r"\{\w+\}", "{}", row.path) not in asks:
                if answer.status >= 500:
                    wrong.append(f"{row.path} {name}: {answer.status}")
                continue
            named = {one["field"]: one["message"] for one in answer.json().get("errors", [])}
            if answer.status != 422 or not ("file" in named or named.get(name) == "Campo sconosciuto"):
                wrong.append(f"{row.path} {name}: {answer.status} {named}")
    assert wrong == []
    assert tried > 1500
    assert stored(folder) == []


async def test_a_form_takes_no_field_that_it_does_not_show(place: tuple[Town, Path]) -> None:
    built, folder = place
    wrong = []
    for row in writes(pages=True):
        member = member_of(row, built)
        shown = THEIRS | {("", "record"): "", ("", "member"): "", ("", "operator"): "", ("", "by"): ""}
        names = [name for name in NEVER if ("", name) not in shown]
        form = "&".join(f"{name}={CANARY}" for name in names).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
        answer = await member.ask(
            row.method, path_of(row, member.ids), by=row.may[0], headers=headers, content=form
        )
        if answer.status >= 500:
            wrong.append(f"{row.path}: {answer.status}")
    assert wrong == []
    assert stored(folder) == []


def stored(folder: Path) -> list[str]:
    """Where in the databases the word stands that was sent along."""
    found = []
    for path in folder.rglob("*.db"):
        with closing(sqlite3.connect(path)) as database:
            database.text_factory = bytes
            tables = [
                name.decode()
                for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            for table in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    if any(
                        CANARY.encode() in (one if isinstance(one, bytes) else str(one).encode())
                        for one in row
                    ):
                        found.append(f"{path.name} {table}")
    return sorted(set(found))


async def test_a_word_that_was_stored_would_be_found(place: tuple[Town, Path]) -> None:
    built, folder = place
    await built["sil"].do("POST", "/api/registry/persons", {"family_name": CANARY})
    assert any(found.endswith(" person") for found in stored(folder))
