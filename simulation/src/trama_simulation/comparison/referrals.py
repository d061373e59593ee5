"""A referral at both its ends, as it must stand and as each says that it does."""

from collections.abc import Iterator, Mapping

import httpx

from trama_simulation import oracle
from trama_simulation.comparison.question import Question
from trama_simulation.desks import Desk, Json, Refused
from trama_simulation.living import Lived

REFERRALS = "/api/registry/referrals"
RECEIVED = {"sent": "received"}
"""How a receiver calls what has not been answered; the rest is called the same."""


def about(
    lived: Lived, referral: str, expected: oracle.Referral, desks: Mapping[str, Desk]
) -> Iterator[Question]:
    """What is asked of who sent it and of who received it; of what went with a record, nothing is there."""
    if expected.sent.at in oracle.forgot(lived.story):
        for member, path in ((expected.sent.at, "sent"), (expected.sent.to, "received")):
            yield _nothing(lived, desks[member], f"{path}/{referral}")
        return
    truth = _truth(expected)
    received = truth | {"state": RECEIVED.get(expected.state, expected.state)}
    sender, receiver = desks[expected.sent.at], desks[expected.sent.to]
    yield _question(lived, sender, f"sent/{referral}", truth | {"delivered": True})
    yield _question(lived, receiver, f"received/{referral}", received)


REASONS = {"declined": "declining_reason", "completed": "outcome", "failed": "failing_reason"}
"""Why it was not accepted, came to nothing, or what came of it: in these states, not in those that follow."""


def _truth(one: oracle.Referral) -> dict[str, object]:
    return {
        "state": one.state,
        "version": one.moves,
        "answer_by": one.answer_by.isoformat(),
        "is_seen": one.seen,
        "reminded_on": one.reminded_on.isoformat() if one.reminded_on else None,
        "question": one.question,
        "explanation": one.explanation,
        "because": one.because if one.state in REASONS else None,
        "documents": sorted(one.sent.documents),
    }


def _question(lived: Lived, desk: Desk, path: str, expected: Mapping[str, object]) -> Question:
    async def ask() -> list[str]:
        shown = await desk.get(f"{REFERRALS}/{path}")
        named = sorted(one["name"] for one in shown["documents"])
        found = shown | {"is_seen": shown["seen_on"] is not None, "because": _because(shown)}
        found |= {"documents": named}
        return [
            f"{name} {found[name]}, doveva essere {value}"
            for name, value in expected.items()
            if found[name] != value
        ]

    return Question(f"{desk.member.name}, segnalazione di {lived.story.person.name}", ask)


def _nothing(lived: Lived, desk: Desk, path: str) -> Question:
    """That a referral is not there any more."""

    async def ask() -> list[str]:
        try:
            shown = await desk.get(f"{REFERRALS}/{path}")
        except Refused as refused:
            return [] if refused.status == httpx.codes.NOT_FOUND else [str(refused)]
        return [f"state {shown['state']}, doveva essere cancellata"]

    return Question(f"{desk.member.name}, segnalazione di {lived.story.person.name}", ask)


def _because(shown: Json) -> str | None:
    name = REASONS.get(shown["state"])
    return shown[name] if name else None
