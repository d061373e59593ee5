"""The register of erasures: each order carried out, and answered by everybody to whom that had gone; what was
proposed since it is kept too long, and what became of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from trama_simulation import oracle
from trama_simulation.acts import AnswerErasure, Erase, EraseRecord, Story, WriteNote
from trama_simulation.comparison.question import Line, Question, unlike
from trama_simulation.desks import Desk, Json
from trama_simulation.living import Lived
from trama_simulation.members import CIRCLES, PROVINCIA, SUPERVISOR

ERASURES, PROPOSALS = "/api/registry/erasures", "/api/registry/erasure-proposals"


def about(lived: Lived, desks: Mapping[str, Desk]) -> Iterator[Question]:
    """Each order, asked of the supervisor who gave it."""
    for number, act in lived.story.numbered():
        if isinstance(act, Erase | EraseRecord | AnswerErasure) and act in lived.erasures:
            desk = desks[act.at].of(SUPERVISOR[act.at])
            truth = _truth(lived, act, number) if isinstance(act, Erase) else _truth_of_record(lived, act)
            yield _question(lived, desk, lived.erasures[act], Counter(set(truth)))


def proposed(lived: Sequence[Lived], desks: Mapping[str, Desk]) -> Iterator[Question]:
    """What each supervisor must find proposed, decided on or not."""
    for member, login in SUPERVISOR.items():
        expected = Counter[Line](
            (one.story.person.name, *_said(proposal))
            for one in lived
            for proposal in oracle.proposals(one.story)
            if proposal.at == member
        )
        names = {one.records[member]: one.story.person.name for one in lived if member in one.records}
        yield _proposed(desks[member].of(login), expected, names)


def _said(one: oracle.Proposal) -> Line:
    until, is_over = str(one.until) if one.until else None, "True" if one.state == "ordered" else None
    return str(one.count), str(one.due_since), one.state, one.reason, until, is_over


def _proposed(desk: Desk, expected: Counter[Line], names: Mapping[str, str]) -> Question:
    async def ask() -> list[str]:
        await desk.post(PROPOSALS, {})
        shown = [*await desk.list(PROPOSALS), *await desk.list(f"{PROPOSALS}/settled")]
        found = Counter(_shown(one, names) for one in shown)
        return list(unlike(expected, found))

    return Question(f"{desk.member.name}, proposte di cancellazione", ask)


def _shown(one: Json, names: Mapping[str, str]) -> Line:
    is_over = None if one["closed"] is None else str(one["closed"])
    said = str(one["count"]), one["due_since"], one["state"], one["reason"], one["until"], is_over
    return names.get(one["record"]), *said


def _truth(lived: Lived, act: Erase, number: int) -> Iterator[Line]:
    """Who had it when it was ordered: our other services, and who could read it since it was written."""
    before = lived.story.up_to(number)
    sharing, written = oracle.sharing_of(before), before.acts.index(act.of)
    circle = "care" if isinstance(act.of, WriteNote) else act.of.circle
    yield "closed", act.ground
    for member in oracle.followers(before):
        if sharing.saw(member, act.at, circle, written):
            yield "done", member


def _truth_of_record(lived: Lived, act: EraseRecord | AnswerErasure) -> Iterator[Line]:
    """Who could ever read what the member wrote; and what those decided that were asked for their own."""
    acts = lived.story.acts
    asked = next(one for one in acts if isinstance(one, EraseRecord))
    before = lived.story.up_to(acts.index(asked))
    sharing, decided = oracle.sharing_of(before), list(_decided(lived.story))
    own_order = act is asked
    is_open = own_order and any(state == "waiting" for state, _ in decided)
    yield "open" if is_open else "closed", asked.ground
    for member in oracle.followers(before):
        if any(sharing.saw(member, act.at, circle, 0) for circle in CIRCLES):
            yield "done", member
    # What was counted of the record is told anew, as of nobody: who counts lets go of what it had.
    yield "done", PROVINCIA
    yield from decided if own_order else ()


def _decided(story: Story) -> Iterator[Line]:
    """What each member that was asked has decided."""
    asked = next(act for act in story.deeds() if isinstance(act, EraseRecord))
    answers = {act.at: act for act in story.deeds() if isinstance(act, AnswerErasure)}
    for member in oracle.followers(story.up_to(story.acts.index(asked))):
        if member != asked.at:
            said = answers.get(member)
            yield ("waiting" if said is None else "kept" if said.law else "done"), member


def _question(lived: Lived, desk: Desk, order: str, expected: Counter[Line]) -> Question:
    async def ask() -> list[str]:
        shown = await desk.get(f"{ERASURES}/{order}")
        found: set[Line] = {(one["state"], one["member"]) for one in shown["recipients"]}
        found.add(("closed" if shown["closed"] else "open", shown["ground"]))
        return list(unlike(expected, Counter(found)))

    return Question(f"{desk.member.name}, cancellazione per {lived.story.person.name}", ask)
