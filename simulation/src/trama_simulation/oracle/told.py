"""What the acts of a story make members write, and whose timelines show it. Pure."""

from collections import Counter
from collections.abc import Iterator

from trama_simulation.acts import (
    AccessAct,
    AgreeProject,
    AskEvaluation,
    Conclude,
    Contribute,
    Convene,
    Deed,
    DocumentAct,
    ErasureAct,
    EvaluationAct,
    GroundAct,
    InsideAct,
    LastDayPasses,
    NoteAct,
    PlacementAct,
    ReferralAct,
    RefuseProject,
    RegistryAct,
    RelationAct,
    SetReview,
    SignProject,
    Story,
    StoryAct,
    TermPasses,
)
from trama_simulation.members import home
from trama_simulation.oracle import (
    accesses,
    documents,
    grounds,
    identity,
    inside,
    notes,
    paths,
    referrals,
    relations,
    steps,
)
from trama_simulation.oracle.entries import STRUCK, Entry, Told, in_place
from trama_simulation.oracle.life import Life
from trama_simulation.oracle.sharing import Sharing

EVALUATED = {
    AskEvaluation: "evaluation-requested",
    Conclude: "evaluation-completed",
    AgreeProject: "project-agreed",
    SignProject: "project-signed",
    RefuseProject: "project-refused",
    SetReview: "review-set",
}
"""Acts of teams that make the member write one thing, for all who follow the person with it."""


def timeline(story: Story, member: str, sharing: Sharing) -> Counter[Entry]:
    """What a member's timeline of the person must show, each line as often as it happened."""
    told = lived(story)[0]
    shown = (one.entry for number, one in told if _sees(member, one, number, sharing))
    return Counter((home(writer), kind) for writer, kind in shown)


def _sees(member: str, told: Told, number: int, sharing: Sharing) -> bool:
    writer = told.entry[0]
    if writer in sharing.forgot:
        return False
    one_story = sharing.one_story(member)
    if told.of:
        # Who has not accepted writes on nobody's record: it is found by the referral, where that is known.
        return told.of in one_story or (member == writer and told.of in sharing.linked[member])
    if writer in one_story:
        return True
    if told.to is None:
        return sharing.saw(member, writer, told.circle, number - told.parting)
    return not told.to.isdisjoint(one_story) and writer in sharing.linked[member]


def lived(story: Story) -> tuple[list[tuple[int, Told]], Life]:
    """What the acts of a story make members write, with the number of the act; and what they come to."""
    life, told = Life(), list[tuple[int, Told]]()
    in_place_of_others: dict[int, str] = {}
    for number, act in story.numbered():
        if act.at in life.stood_in and not isinstance(act, TermPasses | LastDayPasses):
            in_place_of_others[number] = act.at
        told += [(number, one) for one in told_by(act, story, life)]
    told += [
        (number, Told((promoter, kind), to=frozenset() if kind.startswith("host-") else None))
        for number, promoter, kind in paths.told_in(story)
    ]
    told += [
        (number, in_place(one))
        for number, one in told
        if one.entry[0] == in_place_of_others.get(number) and not one.entry[1].startswith(STRUCK)
    ]
    return told, life


def life_of(story: Story) -> Life:
    """What the acts of a story come to at the members."""
    return lived(story)[1]


def told_by(act: Deed, story: Story, life: Life) -> Iterator[Told]:
    """What an act makes members write, when the story has come to this; it goes on by it."""
    if isinstance(act, RegistryAct):
        return identity.told_by(act, story.person, life)
    if isinstance(act, GroundAct):
        return grounds.told_by(act, life)
    if isinstance(act, AccessAct):
        return accesses.told_by(act, story.person, life)
    if isinstance(act, RelationAct):
        return relations.told_by(act, life)
    if isinstance(act, ReferralAct):
        return referrals.told_by(act, life)
    if isinstance(act, NoteAct):
        return notes.told_by(act, life)
    if isinstance(act, DocumentAct):
        return documents.told_by(act, life)
    if isinstance(act, StoryAct):
        return steps.told_by(act, life)
    if isinstance(act, InsideAct):
        return inside.told_by(act, life)
    if isinstance(act, ErasureAct):
        return iter(())
    return iter(()) if isinstance(act, PlacementAct) else _in_team(act, life)


def _in_team(act: EvaluationAct, life: Life) -> Iterator[Told]:
    if kind := EVALUATED.get(type(act)):
        yield Told((act.at, kind))
    match act:
        case Convene():
            yield Told((act.at, "session-convened"))
            for member, _ in act.seats:
                if member not in life.joined.with_(act.at):
                    yield Told((act.at, "invitation-sent"), to=frozenset())
        case Contribute():
            yield Told((act.at, "contribution-submitted"))
            if act.diagnosis:
                yield Told((act.at, "health-contribution-submitted"), circle="clinical")
            if act.family:
                yield Told((act.at, "social-contribution-submitted"), circle="social")
