"""Who follows a person, as a member must say it and as it does. Pure."""

from collections import Counter
from collections.abc import Iterator

from trama_simulation import oracle
from trama_simulation.acts import Story
from trama_simulation.comparison.question import Line
from trama_simulation.desks import Json


def truth(story: Story, life: oracle.Life, member: str, sharing: oracle.Sharing) -> Counter[Line]:
    """What a member must say."""
    return Counter(_told(story, life, member, sharing))


def _told(story: Story, life: oracle.Life, member: str, sharing: oracle.Sharing) -> Iterator[Line]:
    yield "referente", oracle.referente(life, member, sharing)
    for one in life.episodes:
        if one.member == member:
            competence, pact = (one.competence, one.competent), str(one.pact_until or "")
            yield "own", one.kind, one.state, one.why, *competence, pact, one.district
        elif sharing.sees(member, one.member, "care"):
            yield "other", one.member, one.kind, one.state, str(one.since)
    for access in life.accesses.values():
        came = access.came
        if access.is_known and not came.reserved and sharing.sees(member, came.at, "care"):
            yield "access", came.at, came.door, str(came.on), access.outcome
    for path in oracle.paths_of(story):
        if path.started_on and sharing.sees(member, path.promoter, "care"):
            ended_on = str(path.ended.on) if path.ended else None
            yield "host", path.plan.host, str(path.started_on), ended_on


def read(shown: Json) -> Iterator[Line]:
    """What it does say."""
    yield "referente", (shown["referente"] or {}).get("member")
    for one in shown["own"]:
        why = one["closing_reason"] or one["suspension_reason"]
        competence = one["competence"], one["competence_member"]
        district = (one["integration"] or {}).get("district", "")
        yield "own", one["kind"], one["state"], why, *competence, one["pact_valid_until"] or "", district
    for one in shown["others"]:
        yield "other", one["member"], one["kind"], one["state"], one["since"]
    for one in shown["first_contacts"]:
        yield "access", one["member"], one["door"], one["received_on"], one["outcome"]
    for one in shown["hosts"]:
        yield "host", one["host"], one["started_on"], one["ended_on"]
