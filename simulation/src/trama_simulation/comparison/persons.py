"""What members are asked about one person: timelines, referrals, and those that must not know them."""

from collections import Counter
from collections.abc import Iterator, Mapping

import httpx

from trama_simulation import oracle
from trama_simulation.comparison.question import Question, unlike
from trama_simulation.desks import Desk, Json, Refused
from trama_simulation.living import Lived
from trama_simulation.members import PUBLIC

PERSONS, REFERRALS = "/api/registry/persons", "/api/registry/referrals"
BY_TIME = ("referral-reminded", "referral-unanswered")
"""What a service writes when a term has passed: no act does, and a late answer may come before it looks."""
RECEIVED = {"sent": "received"}
"""How a receiver calls what has not been answered; the rest is called the same."""


def about(lived: Lived, number: int, desks: Mapping[str, Desk]) -> Iterator[Question]:
    """All there is to ask about one person. `number` turns through those who must not know them."""
    story, sharing = lived.story, oracle.sharing_of(lived.story)
    followers = oracle.followers(story)
    for member in followers:
        yield _timeline(lived, desks[member], oracle.timeline(story, member, sharing))
    for (sender, to), state in oracle.referrals_of(story).items():
        path = lived.referrals[(sender, to)]
        yield _referral(lived, desks[sender], f"sent/{path}", state)
        yield _referral(lived, desks[to], f"received/{path}", RECEIVED.get(state, state))
    strangers = [member for member in PUBLIC if member not in followers]
    stranger = strangers[number % len(strangers)]
    yield _unknown(lived, desks[stranger], lived.records[followers[0]])


def _timeline(lived: Lived, desk: Desk, expected: Counter[oracle.Entry]) -> Question:
    member = desk.member.name

    async def ask() -> list[str]:
        shown = await desk.get(f"{PERSONS}/{lived.records[member]}/timeline")
        lines = [(entry["member"], _kind(entry["type"])) for entry in shown["entries"]]
        found = Counter((member, kind) for member, kind in lines if kind not in BY_TIME)
        return list(unlike(expected, found))

    return Question(f"{member}, storia di {lived.story.person.name}", ask)


def _referral(lived: Lived, desk: Desk, path: str, expected: str) -> Question:
    async def ask() -> list[str]:
        shown: Json = await desk.get(f"{REFERRALS}/{path}")
        state = shown["state"]
        return [] if state == expected else [f"{state}, doveva essere {expected}"]

    return Question(f"{desk.member.name}, segnalazione di {lived.story.person.name}", ask)


def _unknown(lived: Lived, desk: Desk, record: str) -> Question:
    """A record of another member opens nothing where the person is not followed."""

    async def ask() -> list[str]:
        try:
            await desk.get(f"{PERSONS}/{record}/timeline")
        except Refused as refused:
            return [] if refused.status == httpx.codes.NOT_FOUND else [str(refused)]
        return ["ha risposto, e non doveva"]

    return Question(f"{desk.member.name}, che non segue {lived.story.person.name}", ask)


def _kind(wire_type: str) -> str:
    """`placement-started` of `it.trama.placement.placement-started.v1`."""
    return wire_type.split(".")[-2]
