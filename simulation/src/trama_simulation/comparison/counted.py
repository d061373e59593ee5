"""What the reporting service is asked: every figure with every share, and none that nobody knows of."""

from collections.abc import Iterator, Mapping
from datetime import date

from trama_simulation.comparison.question import Question
from trama_simulation.desks import Desk, Json
from trama_simulation.members import TODAY
from trama_simulation.oracle import Figure

SINCE = date(2012, 1, 1)
"""Before anything that a story dates."""


def about(expected: Mapping[str, Figure], desk: Desk) -> Question:
    """All figures at once."""
    period = {"from": SINCE.isoformat(), "to": TODAY.isoformat()}

    async def ask() -> list[str]:
        shown = (await desk.get("/api/reporting/indicators", **period))["indicators"]
        found = {one["code"]: one for one in shown}
        unknown = [f"{code}: un conteggio che nessuno ha previsto" for code in found.keys() - expected.keys()]
        judged = (_judge(code, figure, found.get(code)) for code, figure in expected.items())
        return [sentence for sentences in judged for sentence in sentences] + unknown

    return Question(f"{desk.member.name}, conteggi", ask)


def _judge(code: str, expected: Figure, shown: Json | None) -> Iterator[str]:
    if shown is None:
        yield f"{code}: non c'è"
        return
    if shown["value"] != expected.value:
        yield f"{code}: {shown['value']}, doveva essere {expected.value}"
    divided = {
        one["by"]: {share["code"]: share["value"] for share in one["shares"]} for one in shown["breakdowns"]
    }
    for by in divided.keys() | expected.shares.keys():
        found, wanted = divided.get(by) or {}, dict(expected.shares.get(by) or {})
        if found != wanted:
            yield f"{code} per {by}: {found}, doveva essere {wanted}"
