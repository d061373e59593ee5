"""What is shown before it is sent, and what stays beside what is found later."""

from typing import Any

import httpx
from trama_chassis.testing import client, published

from services.evaluation.tests.test_api import AGREED, API


async def test_who_is_evaluated_again_keeps_what_was_found_before(stage: Any) -> None:
    """INVARIANT: needs change in time, and what was found stays beside what is found later. Writing a new
    evaluation over the old one breaks it."""
    record = await stage.in_charge()
    await stage.follows("sil", record)
    first = await stage.completed(record)
    async with client(stage.runtime, "caseworker") as http:
        before = (await http.get(f"{API}/evaluations/{first.evaluation}")).json()
        again = await stage.request(record)
        await stage.contribute(again, ratings=[{"item": "d710", "score": 4}])
        found = (await http.get(f"{API}/evaluations", params={"record": record})).json()["evaluations"]
        now = (await http.get(f"{API}/evaluations/{again.evaluation}")).json()
        assert {one["evaluation"]: one["state"] for one in found} == {
            first.evaluation: "completed",
            again.evaluation: "requested",
        }
        assert now["profile"] != before["profile"]
        assert (await http.get(f"{API}/evaluations/{first.evaluation}")).json() == before


def lines(answer: httpx.Response) -> dict[str, list[str]]:
    """What each member would read."""
    assert answer.status_code == 200, answer.text
    return {one["member"]: one["sees"] for one in answer.json()["readers"]}


async def test_each_reads_of_a_part_what_the_preview_showed_and_the_preview_leaves_nothing(
    stage: Any,
) -> None:
    """INVARIANT: what a preview names for a member is told to that member, and nothing else is; and what was
    only looked at is nowhere. A preview that reckons by rules of its own, or commits, breaks it."""
    record = await stage.in_charge()
    await stage.authorise(record, "sil")
    for member in ("sil", "cpi"):
        await stage.follows(member, record)
    evaluation = await stage.request(record)
    path = f"{API}/asked/ambito-urbano/{evaluation.evaluation}/contribution"
    social = {"family": "Due figli a scuola."}
    part = {"discipline": "social-work", "note": "È puntuale.", "social": social}
    before = len(await published(stage.runtime))
    async with client(stage.runtime, "caseworker") as http:
        shown = lines(await http.post(f"{path}/preview", json=part))
        assert len(await published(stage.runtime)) == before
        assert (await http.post(path, json=part)).status_code == 201
    assert sorted(shown) == ["cpi", "sil"]
    assert shown["cpi"] == []
    assert [line.partition(" (")[0] for line in shown["sil"]] == ["Contributo"]
    assert "È puntuale." in shown["sil"][0]
    told = {type(one.event).__name__: one.granted_to for one in (await published(stage.runtime))[before:]}
    members = {name: {one.partition(".")[0] for one in to} - {"ambito-urbano"} for name, to in told.items()}
    assert members == {"ContributionSubmitted": {"sil"}, "SocialContributionSubmitted": set()}


async def test_a_project_is_shown_as_others_will_read_it_and_refused_as_agreeing_it_would_be(
    stage: Any,
) -> None:
    record = await stage.in_charge()
    await stage.authorise(record, "sil")
    await stage.follows("sil", record)
    evaluation = await stage.completed(record)
    path = f"{API}/evaluations/{evaluation.evaluation}/project"
    async with client(stage.runtime, "team-lead") as http:
        shown = lines(await http.post(f"{path}/preview", json=AGREED))
        past = await http.post(f"{path}/preview", json=AGREED | {"review_on": "2013-01-15"})
        projects = (await http.get(f"{API}/projects")).json()["total"]
    assert (past.status_code, projects) == (409, 0)
    assert list(shown) == ["sil"]
    assert all(said in shown["sil"][0] for said in ("al mattino", "Cercare un tirocinio", "2014"))
