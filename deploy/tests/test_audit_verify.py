"""`trama audit verify` says that the record of looks is whole, or which line of it was touched or is gone."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from trama_chassis.audit import Book
from trama_chassis.clock import Clock
from trama_chassis.database import Database
from trama_chassis.keystore import Keystore
from trama_chassis.tables import CHASSIS_TABLES
from trama_chassis.testing_databases import create_tables
from trama_deploy.audit_cli import app
from trama_deploy.hosting import database_url
from trama_deploy.network import load
from trama_deploy.secrets import ensure_secrets
from trama_deploy.state import State
from trama_deploy.terminal import Exit
from typer.testing import CliRunner, Result

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"
SIL = "sil.registry"
ENTRY = {
    **{"operator": "op-1", "role": "caseworker", "on_behalf_of": None, "method": "GET", "route": "/persone"},
    **{"kind": "read", "status": 200, "code": None, "records": ["r"], "compared": None, "terms": None},
    **{"found": None, "reason": None},
}


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A network's folder, with three waves of two entries in the record of one service."""
    found = State(tmp_path / "state")
    ensure_secrets(load(FIRST), found)
    found.network_file.write_bytes(FIRST.read_bytes())
    asyncio.run(_kept(found))
    return found


async def _kept(state: State) -> None:
    signing = Keystore(state.service(SIL)).signing
    database = Database(database_url(state, SIL), CHASSIS_TABLES)
    create_tables(database)
    book = Book(database, Clock(), keyed=str, signing=signing)
    for _ in range(3):
        await asyncio.gather(book.write(dict(ENTRY)), book.write(dict(ENTRY)))
    await database.dispose()


def verify(state: State, *options: str) -> Result:
    return CliRunner().invoke(app, ["verify", "--state", str(state.root), *options])


def touch(state: State, statement: str) -> None:
    """Do by hand, in the database, what no program of ours does."""
    with sqlite3.connect(state.service(SIL) / "service.db") as database:
        assert database.execute(statement).rowcount >= 1
    database.close()


def test_a_record_that_nobody_touched_is_whole(state: State) -> None:
    whole = verify(state, "--json")
    assert whole.exit_code == 0, whole.output
    (one,) = json.loads(whole.stdout)
    assert (one["service"], one["entries"], one["broken"]) == (SIL, 6, None)
    assert "integro" in verify(state).stdout


@pytest.mark.parametrize(
    ("statement", "number", "said"),
    [
        ("UPDATE audit_entry SET operator = 'op-2' WHERE number = 3", 3, "è stata cambiata"),
        ("UPDATE audit_entry SET on_behalf_of = 'op-2' WHERE number = 4", 4, "è stata cambiata"),
        ("DELETE FROM audit_entry WHERE number = 2", 2, "manca"),
        ("DELETE FROM audit_entry WHERE number = 1", 1, "manca"),
        ("DELETE FROM audit_entry WHERE number = 6", 5, "non porta la firma"),
        ("UPDATE audit_entry SET signature = NULL WHERE number = 6", 6, "non porta la firma"),
    ],
)
def test_the_first_line_that_was_changed_cut_or_is_not_signed_is_named(
    state: State, statement: str, number: int, said: str
) -> None:
    """INVARIANT: no line of the record is changed or taken out unnoticed, but for an end that the service
    itself had signed. A hash that does not cover a field, or a head nobody signs, breaks it."""
    touch(state, statement)
    found = verify(state, "--json")
    assert found.exit_code == Exit.SOMETHING_WRONG
    (one,) = json.loads(found.stdout)
    assert one["broken"]["number"] == number
    shown = " ".join(verify(state).stdout.split())
    assert "NON integro" in shown
    assert f"riga {number} {said}" in shown
