"""`trama erasures` and the doctor: who has not answered an order to erase, and whether the list is whole."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from trama_chassis.clock import machine_now
from trama_chassis.database import Database
from trama_chassis.erasure_list import ErasedList
from trama_chassis.erasure_tables import DONE, WAITING, ErasureOrder, ErasureReceived, ErasureRecipient
from trama_chassis.tables import CHASSIS_TABLES
from trama_chassis.testing_databases import create_tables
from trama_deploy.__main__ import app
from trama_deploy.erasures import erasure_findings
from trama_deploy.hosting import database_url
from trama_deploy.network import load
from trama_deploy.state import State
from typer.testing import CliRunner, Result

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"
SIL = "sil.registry"
ORDER = "7c0e0d1a-5f5b-4f0e-9d55-0f6c1d2e3a4b"
TOPIC = "pn.sil.registry.events.v1"


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A network of which only one service has ever started."""
    found = State(tmp_path / "state")
    found.service(SIL).mkdir(parents=True)
    found.network_file.write_text(FIRST.read_text())
    return found


@pytest.fixture
async def database(state: State) -> AsyncIterator[Database]:
    """That service's database."""
    opened = Database(database_url(state, SIL), CHASSIS_TABLES)
    create_tables(opened)
    yield opened
    await opened.dispose()


async def ordered(database: Database, *, before: timedelta, **changed: Any) -> None:
    """An order of one stream, given some time ago, that one of two has answered."""
    then = machine_now() - before
    values: dict[str, Any] = {
        **{
            "order": ORDER,
            "record": ORDER,
            "whole": False,
            "ground": "wrong-person",
            "act": "",
            "reason": "",
        },
        **{"subject": {}, "streams": {TOPIC: ["s"]}, "counts": {}, "ordered_by": "op-test"},
        **{"ordered_on": date(2013, 10, 14), "ordered_at": then, "scrubbed_at": then},
    }
    async with database.write() as session:
        session.add(ErasureOrder(**(values | changed)))
        for recipient, state in (("cpi.registry", DONE), ("ambito-urbano.registry", WAITING)):
            asked = {"state": state, "counts": {}, "times_asked": 3, "asked_at": then}
            session.add(ErasureRecipient(order=ORDER, recipient=recipient, streams={}, **asked))
        await session.commit()


def listed(state: State) -> ErasedList:
    """The list beside the keys, with that order in it."""
    found = ErasedList(state.service(SIL))
    found.append([{"order": ORDER, "record": ORDER, "whole": False, "ordered_by": "", "streams": {}}])
    return found


async def trama(state: State, *words: str) -> Result:
    command = ["erasures", *words, "--state", str(state.root)]
    return await asyncio.to_thread(CliRunner().invoke, app, command)


async def findings(state: State) -> list[tuple[str, str, str]]:
    found = [one async for one in erasure_findings(load(state.network_file), state)]
    return [(one.level, one.what, one.remedy) for one in found]


async def test_where_nothing_was_ordered_there_is_nothing_to_say(state: State, database: Database) -> None:
    answer = await trama(state)
    assert answer.exit_code == 0
    assert "Nessun ordine di cancellazione aperto." in answer.output
    assert await findings(state) == []


async def test_an_open_order_names_who_has_not_answered(state: State, database: Database) -> None:
    await ordered(database, before=timedelta(minutes=5))
    listed(state)
    answer = await trama(state, "--json")
    (found,) = json.loads(answer.output)
    assert (answer.exit_code, found["principal"], found["listed"], found["unlisted"]) == (0, SIL, 1, 0)
    (order,) = found["open"]
    assert (order["order"], order["recipients"], order["streams"]) == (ORDER, 2, 1)
    assert [(one["recipient"], one["times_asked"]) for one in order["waiting"]] == [
        ("ambito-urbano.registry", 3)
    ]
    table = (await trama(state, "--service", SIL)).output
    assert "1 di 2" in table
    assert ORDER[:8] in table
    assert await findings(state) == []


async def test_who_is_silent_for_a_day_is_told_by_command_and_doctor(
    state: State, database: Database
) -> None:
    await ordered(database, before=timedelta(days=2))
    listed(state)
    assert (await trama(state)).exit_code == 4
    ((level, what, remedy),) = await findings(state)
    assert level == "warning"
    assert "ambito-urbano.registry non risponde all'ordine di cancellazione di sil.registry" in what
    assert "trama erasures --service sil.registry" in remedy


async def test_files_that_are_not_rewritten_are_told(state: State, database: Database) -> None:
    await ordered(database, before=timedelta(hours=2), scrubbed_at=None)
    listed(state)
    async with database.write() as session:
        then = machine_now() - timedelta(hours=3)
        other = ErasureReceived(source="cpi.registry", order=ORDER, streams={}, counts={}, received_at=then)
        session.add(other)
        await session.commit()
    ((level, what, _),) = await findings(state)
    assert (level, "non sono riscritti" in what) == ("wrong", True)
    assert (await trama(state)).exit_code == 4


@pytest.mark.parametrize("damage", ["missing", "unreadable"])
async def test_a_list_that_is_not_whole_is_told(state: State, database: Database, damage: str) -> None:
    await ordered(database, before=timedelta(minutes=5))
    if damage == "unreadable":
        path = listed(state).path
        path.write_text("{not a line\n" + path.read_text())
    answer = await trama(state)
    ((level, what, remedy),) = await findings(state)
    assert (answer.exit_code, level) == (4, "wrong")
    said = {"missing": "mancano 1 righe", "unreadable": "non si legge"}[damage]
    assert said in what
    assert remedy


async def test_an_unknown_service_is_refused(state: State) -> None:
    assert (await trama(state, "--service", "sil.nobody")).exit_code == 2
