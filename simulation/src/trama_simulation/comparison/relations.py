"""Who follows a person, as a member must say it and as it does. Pure."""

from collections import Counter
from collections.abc import Iterator

from trama_simulation import oracle
from trama_simulation.comparison.question import Line
from trama_simulation.desks import Json
from trama_simulation.members import home


def truth(view: oracle.View) -> Counter[Line]:
    """What a member must say."""
    return Counter(_told(view))


def _told(view: oracle.View) -> Iterator[Line]:
    referente = oracle.referente(view)
    yield "referente", home(referente) if referente else None
    for member in oracle.followers(view.story):
        for one in view.of(member).episodes:
            if one.member == member:
                yield _episode(one, is_own=member == view.member)
        for access in view.of(member).accesses.values():
            came = access.came
            if came.at == member and access.is_known and not came.reserved:
                yield "access", came.at, came.door, str(came.on), access.outcome
        for path in view.paths_of(member):
            if path.started_on:
                ended_on = str(path.ended.on) if path.ended else None
                yield "host", path.plan.host, str(path.started_on), ended_on


def _episode(one: oracle.Episode, *, is_own: bool) -> Line:
    if not is_own:
        return "other", home(one.member), one.kind, one.state, str(one.since)
    competence, pact = (one.competence, one.competent), str(one.pact_until or "")
    return "own", one.kind, one.state, one.why, *competence, pact, one.district


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
