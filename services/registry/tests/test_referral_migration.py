"""A database of the first release keeps its referrals: what was sent and answered are moves afterwards."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection, create_engine
from trama_chassis import migrations
from trama_chassis.database import Database
from trama_registry import queries
from trama_registry.__main__ import service
from trama_registry.models import Course, Referral

ACCEPTED, WITHDRAWN, WAITING = (str(uuid4()) for _ in range(3))
RECORD, THEIRS, AUTHORISATION = (str(uuid4()) for _ in range(3))
AT = "2013-02-11 09:00:00.000000"


def sent(referral: str) -> dict[str, Any]:
    return {
        "referral": referral,
        "to": "sil",
        "sent_on": "2013-02-11",
        "reason": "Vuole tornare al lavoro",
        "preview": {"family_name": "Esempio", "need": "Un lavoro"},
        "answer_by": "2013-02-18",
        "authorisation": AUTHORISATION,
    }


EVENTS = [
    *(("ambito-urbano", "referral-sent", sent(one)) for one in (ACCEPTED, WITHDRAWN, WAITING)),
    ("ambito-urbano", "referral-withdrawn", {"referral": WITHDRAWN, "withdrawn_on": "2013-02-12"}),
    (
        "sil",
        "referral-accepted",
        {
            "referral": ACCEPTED,
            "sender": {"member": "ambito-urbano", "record": RECORD},
            "receiver": {"member": "sil", "record": THEIRS},
            "accepted_on": "2013-02-14",
            "contact": "Livia Demo",
        },
    ),
]


def lived(connection: Connection) -> None:
    """The story of three referrals, as the first release kept it."""
    insert = sa.text(
        "INSERT INTO entry_copy (event_id, member, service, record, type, circle, scope, occurred_at,"
        " recorded_at, role, actor_member, payload, caused_by) VALUES (:id, :member, 'registry', :record,"
        " :type, 'referral', :scope, :at, :at, 'caseworker', :member, :payload, '[]')"
    )
    for member, name, payload in EVENTS:
        connection.execute(
            insert,
            {
                "id": str(uuid4()),
                "member": member,
                "record": RECORD,
                "type": f"it.trama.registry.{name}.v1",
                "scope": f"referral:{payload['referral']}",
                "at": AT,
                "payload": json.dumps(payload),
            },
        )


async def test_what_was_answered_before_is_part_of_the_course(fresh_database: Callable[[str], str]) -> None:
    url = fresh_database("sqlite")
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection, service), "0003_relations")
        lived(connection)
    engine.dispose()
    migrations.upgrade(url, service)
    database = Database(url, [Referral])
    async with database.read() as session:
        keys = [("ambito-urbano", one) for one in (ACCEPTED, WITHDRAWN, WAITING)]
        found = await queries.courses_of(session, keys)
    await database.dispose()
    assert [found[key].state for key in keys] == ["accepted", "withdrawn", "sent"]
    assert found[keys[0]].record == THEIRS
    assert Course.of(one.move for one in found[keys[0]].placed).version == 2
