"""Words put into fields that tell of health, family or justice, and looked for where they must not be."""

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url
from trama_chassis import logs
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import client
from trama_registry.schemas import RegisterPerson

from tests.delivery.test_confidentiality import found

API = "/api/registry"
CANARIES = {
    "note": "Canarina Smeralda",
    "care interview": "Canarina Rubinia",
    "social interview": "Canarina Zaffira",
    "own interview": "Canarina Opalia",
    "health document": "canarina-ambrata",
    "judicial document": "canarina-perlacea",
    "content": "Canarina Turchina",
    "refused": "Canarina Corallina",
}
ROLES = ("caseworker", "supervisor", "justice-officer")


@pytest.fixture
def logging_as_in_production(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything logged, as a node logs it; as it was afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for owner, name in ((sys, "excepthook"), (threading, "excepthook"), (logging, "raiseExceptions")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    logs.configure("DEBUG")
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """Files are looked into: an embedded database has them here."""
    return fresh_database("sqlite")


async def test_what_is_told_of_health_family_and_justice_is_nowhere_else(
    both: tuple[Runtime, Runtime],
    exchange: Any,
    desk: Any,
    anna: RegisterPerson,
    logging_as_in_production: None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """INVARIANT: canary words in special-category fields are in no byte that goes to the broker, in no file
    of a member that has no key, in no log line and in no error. A field in clear, a copy of what was not
    granted, an exception that quotes breaks it."""
    ambito, sil = both
    record = await desk.register(ambito, anna)
    errors = await written(ambito, record)
    await exchange(*both)
    said = capfd.readouterr()
    logged = [("log", (said.out + said.err).encode()), ("errors", "\n".join(errors).encode())]
    assert found(CANARIES.values(), logged) == set()
    assert found(CANARIES.values(), await sent(ambito)) == set()
    assert found(CANARIES.values(), files_of(sil)) == set()
    kept = found(CANARIES.values(), files_of(ambito))  # the scan finds what is there
    unsealed = set(CANARIES) - {"refused", "content", "judicial document"}  # never taken, or sealed here too
    assert {one.partition(" in ")[0] for one in kept} == {CANARIES[name] for name in unsealed}


async def written(ambito: Runtime, record: str) -> list[str]:
    """Write all canaries, and some of them wrongly; the errors that came back."""
    person, refused = f"{API}/persons/{record}", []
    async with client(ambito, *ROLES) as http:
        for circle in ("care", "social", "own"):
            held = {"kind": "home", "present": CANARIES[f"{circle} interview"], "circle": circle}
            answer = await http.post(f"{person}/interviews", json=held | {"summary": held["present"]})
            assert answer.status_code == 201, answer.text
        step = {"what": CANARIES["note"], "due_on": "2013-11-14"}
        assert (await http.put(f"{person}/next-step", json=step)).status_code < 300
        for circle, name in (("clinical", "health document"), ("justice", "judicial document")):
            files = {"file": (f"{CANARIES[name]}.txt", CANARIES["content"].encode(), "text/plain")}
            filed = await http.post(
                f"{person}/documents", data={"kind": "report", "circle": circle}, files=files
            )
            assert filed.status_code == (201 if circle == "clinical" else 409), filed.text
            refused += [filed.text] if circle == "justice" else []
        word = CANARIES["refused"]
        wrong: list[tuple[str, object]] = [
            ("interviews", {"kind": word, "present": word, "summary": word * 300, "circle": word}),
            ("notes", {"text": {"words": word}, "needs_answer": word}),
            (
                "authorisations",
                {"purpose": word, "basis": {"kind": word}, "circles": [word], "recipients": word},
            ),
            ("referrals", {"to": word, "reason": word * 200, "need": [word], "authorisation": word}),
            ("certificates", {"kind": word, "issuer": word * 99}),
        ]
        for path, body in wrong:
            answer = await http.post(f"{person}/{path}", json=body)
            assert answer.status_code in (404, 409, 422), answer.text
            refused.append(answer.text)
        broken = await http.post(f"{person}/notes", content=json.dumps({"text": word})[:-1])
        assert broken.status_code in (400, 422)
        refused.append(broken.text)
    return refused


async def sent(runtime: Runtime) -> list[tuple[str, bytes]]:
    """All that the broker is given: topic, key, value, signature."""
    async with runtime.database.read() as session:
        rows = await session.scalars(select(OutboxRow))
        return [(row.topic, b"\n".join((row.key.encode(), row.value, row.signature))) for row in rows]


def files_of(runtime: Runtime) -> list[tuple[str, bytes]]:
    """The bytes of a member's database, with its log of changes beside it."""
    database = Path(make_url(runtime.database.url).database or "")
    return [(path.name, path.read_bytes()) for path in database.parent.glob(f"{database.name}*")]
