"""Waits until every member that follows a person knows what was done so far, and nothing else: what takes
sharing away is done, and gone on from, when nothing is on its way."""

from collections import Counter
from collections.abc import Iterator, Mapping

from trama_simulation import oracle
from trama_simulation.acts import Story
from trama_simulation.desks import Desk, Json
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import own


def lines(shown: Json) -> Iterator[oracle.Entry]:
    """The lines of a timeline; what was corrected stands there once more, as struck, and once more what was
    written in the place of a colleague."""
    for entry in shown["entries"]:
        kind = entry["type"].split(".")[-2]
        yield entry["member"], kind
        if entry["on_behalf_of"]:
            yield entry["member"], f"{oracle.IN_PLACE} {kind}"
        if entry["corrected_by"]:
            yield entry["member"], f"{oracle.STRUCK} {kind}"


async def everybody_knows(story: Story, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Wait until all timelines are as they must be when the story has come to this. Raises NotArrived."""
    story = oracle.remembered(story)
    sharing = oracle.sharing_of(story)
    for member in oracle.followers(story):
        expected = oracle.timeline(story, member, sharing)

        def enough(shown: Json, expected: Counter[oracle.Entry] = expected) -> bool:
            return Counter(lines(shown)) == expected

        what = f"ciò che si sa di {story.person.name}, né più né meno"
        await desks[member].arrived(what, f"{own(member, lived)}/timeline", enough)


async def referente_is_known(referente: str, at: str, lived: Lived, desk: Desk) -> None:
    """Wait until a member knows whose operator is the one to speak to. Raises NotArrived."""

    def enough(shown: Json) -> bool:
        return bool(shown["referente"] and shown["referente"]["member"] == referente)

    what = f"chi è referente di {lived.story.person.name}"
    await desk.arrived(what, f"{own(at, lived)}/relations", enough)
