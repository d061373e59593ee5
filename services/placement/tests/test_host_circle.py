"""What an employer gets: the work, the person's name, the days. Never why, and never from whom."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantGiven
from trama_chassis.testing import Peer, Territory, deliver, event_classes, published
from trama_contracts.event import Event
from trama_contracts.facts import EndingReason
from trama_contracts.placement import HostPlacementOpened
from trama_deploy.network import contradictions, load
from trama_placement.errors import HostWouldKnow
from trama_placement.models import HostPlacementCopy, PathTypeRule, last_day, must_not_tell, telling_words

NETWORK = Path(__file__).parents[3] / "deploy" / "networks" / "pordenone.yaml"
HOST = "coop-filo.placement"
TELLING = [
    *(
        "paziente psichiatrico",
        "borsa lavoro",
        "invalido civile",
        "L. 68/99",
        "Ser.T.",
        "SerD",
        "ＤＳＭ",
        "D.S.M.",
    ),
    *(
        "ex detenuto",
        "utente dei servizi sociali",
        "tossicodipendente",
        "DIAGNOSI",
        "disabilità",
        "alcolista",
    ),
    *("misura alternativa", "assistente sociale", "percorso terapeutico", "salute  mentale", "handicap"),
]
HARMLESS = [
    *("assemblaggio", "cura del verde", "magazzino", "autista", "imballo di oggetti fragili", "drogheria"),
    *("dipendente al banco", "prodotti tossici, con guanti", "ricovero attrezzi", "pulizie in farmacia"),
]
READ_BY_HOSTS: dict[str, set[str]] = {
    "HostPlacementOpened": {
        *("placement", "given_name", "family_name", "task", "weekly_hours", "planned_from", "planned_to"),
    },
    "HostPlacementStarted": {"placement", "started_on"},
    "HostPlacementClosed": {"placement", "ended_on"},
    # What a host itself tells the promoter.
    "HostApprovalGiven": {"placement", "promoter", "given_on"},
    "HostApprovalRefused": {"placement", "promoter", "refused_on", "reason"},
}
"""Reviewed: every field of every class of the host circle. A new one is to be thought about here first."""


def host_classes() -> list[type[Event]]:
    ours = [one for one in event_classes().values() if one.__module__.startswith("trama_contracts.")]
    return [one for one in ours if one.circle == "host"]


def test_every_field_that_a_host_reads_was_thought_about() -> None:
    found = {one.__name__: set(one.model_fields) for one in host_classes() if "golden" not in one.__module__}
    assert found == READ_BY_HOSTS


@settings(deadline=None, max_examples=200, database=None)
@given(st.sampled_from(HARMLESS), st.sampled_from(TELLING), st.integers(0, 60), st.booleans())
@example("magazzino", "Ser.T.", 0, True)
def test_a_task_with_a_telling_word_in_it_is_refused(work: str, telling: str, at: int, upper: bool) -> None:
    """INVARIANT: no task that names health, social care, justice or who follows the person reaches a host,
    however it is spelled. A word compared letter by letter breaks it."""
    words = work.split()
    task = " ".join([*words[: at % 4], telling, *words[at % 4 :]])
    with pytest.raises(HostWouldKnow):
        must_not_tell(task.upper() if upper else task)


@pytest.mark.parametrize("work", HARMLESS)
def test_work_is_no_telling_word(work: str) -> None:
    assert telling_words(work) == []
    must_not_tell(work.upper(), ["Dipartimento di salute mentale", "dsm"])


def test_who_else_follows_people_is_named_to_no_host() -> None:
    names = ["Centro per l'impiego", "cpi"]
    assert telling_words("inviato dal Centro per l’Impiego", names) == ["Centro per l'impiego"]


async def test_all_that_a_host_gets_is_free_of_why_and_from_whom(
    stage: Any, terms: Callable[..., dict[str, Any]], rules: list[PathTypeRule]
) -> None:
    """INVARIANT: in no field, actor, cause, topic, source or grant that a host gets stands the kind of path,
    who evaluated, why it ended or was refused, or another record. A class shared with care breaks it."""
    first, endings = date(2013, 10, 1), get_args(EndingReason)
    lawful = [rule for rule in rules if rule.in_force(first) and rule.needs_host]
    secrets = {*endings, "ambito-urbano", "dsm", *(rule.path_type for rule in lawful)}
    for number, rule in enumerate(lawful):
        record = await stage.in_charge("Cognome", f"Nome{number}")
        secrets |= {await stage.followed(record), await stage.evaluated(record)}
        until = last_day(first, rule.min_months or 3).isoformat()
        placement = await stage.propose(record, path_type=rule.path_type, planned_to=until)
        await stage.agree(placement.placement)
        await stage.start(placement.placement)
        await stage.end(placement.placement, reason=endings[number % len(endings)])
    assert len(lawful) > 3
    got = [one for one in await published(stage.runtime) if HOST in one.granted_to]
    assert {type(one.event).__name__ for one in got} == {
        *("HostPlacementOpened", "HostPlacementStarted", "HostPlacementClosed"),
    }
    assert {one.inner.actor.on_behalf_of for one in got} == {None}
    causes = {cause for one in got for cause in one.inner.caused_by}
    assert causes <= {one.event_id for one in got}
    async with stage.runtime.database.read() as session:
        grants = await session.scalars(select(GrantGiven))
        written = [json.dumps(one.grant) for one in grants if one.recipient == HOST]
    written += [json.dumps([one.event.payload(), one.scope, one.circle, vars_of(one.inner)]) for one in got]
    text = "\n".join(written)
    assert "Cognome" in text
    assert [word for word in sorted(filter(None, secrets)) if f'"{word}"' in text] == []
    assert telling_words(" ".join(one.event.payload().get("task", "") for one in got)) == []


def vars_of(inner: Any) -> dict[str, str]:
    """Everything that is sealed beside the payload, as text."""
    return {name: str(getattr(inner, name)) for name in inner.__slots__ if name != "payload"}


async def test_a_telling_task_publishes_nothing(stage: Any, refused: Callable[..., Any]) -> None:
    record = await stage.in_charge()
    before = len(await published(stage.runtime))
    told = await refused(HostWouldKnow, stage.propose(record, task="Magazzino (borsa lavoro terapeutica)"))
    assert (told.code, told.field) == ("host-would-know", "task")
    assert "«borsa lavoro», «terapeutica»" in told.detail
    named = await refused(HostWouldKnow, stage.propose(record, task="Mandata da ambito urbano"))
    assert "ambito-urbano" in named.detail
    assert len(await published(stage.runtime)) == before


@pytest.mark.parametrize(
    ("author", "believed"), [("sil.placement", True), ("mobili-campione.placement", False)]
)
async def test_only_who_follows_people_tells_a_host_who_comes(
    placement_of: Callable[[str], Any], territory: Territory, author: str, believed: bool
) -> None:
    """INVARIANT: the author of what a host reads is the promoter, never another employer. A copy made of
    whoever may write in the circle breaks it."""
    async with placement_of("coop-filo") as runtime:
        opened = HostPlacementOpened(
            placement=str(uuid4()),
            family_name="Dimostri",
            task="Assemblaggio",
            weekly_hours=16,
            planned_from=date(2013, 10, 21),
            planned_to=date(2014, 3, 31),
        )
        peer = Peer(territory, author)
        await deliver(runtime, peer, opened, record=str(uuid4()), scope=opened.placement)
        assert await hosted(runtime) == ([author.partition(".")[0]] if believed else [])


async def hosted(runtime: Runtime) -> list[str]:
    async with runtime.database.read() as session:
        return [one.promoter for one in await session.scalars(select(HostPlacementCopy))]


def test_a_network_in_which_a_health_service_writes_to_hosts_is_refused() -> None:
    network = load(NETWORK)
    assert list(contradictions(network)) == []
    for member, wrong in (("dsm", "clinical"), ("ambito-urbano", "social")):
        entry = network.members[member]
        assert wrong in entry.circles
        told = entry.model_copy(update={"circles": (*entry.circles, "host")})
        changed = network.model_copy(update={"members": {**network.members, member: told}})
        assert [path for path, _ in contradictions(changed)] == [f"members.{member}.circles"]
