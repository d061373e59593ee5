"""What the reporting service must count, told from the stories alone. Pure. A person is a tax code."""

from collections import Counter
from dataclasses import dataclass

from trama_simulation.acts import Reopen, Story
from trama_simulation.members import SECTOR, TODAY, home
from trama_simulation.oracle.answers import of_referrals
from trama_simulation.oracle.evaluations import Evaluation
from trama_simulation.oracle.figure import Counted, Figure, number, persons
from trama_simulation.oracle.paths import Path
from trama_simulation.oracle.sharing import forgot, sharing_of
from trama_simulation.oracle.told import life_of


@dataclass(frozen=True, slots=True)
class Lives:
    """All that happened, gathered once."""

    stories: tuple[Story, ...]
    paths: tuple[Path, ...]
    evaluations: tuple[Evaluation, ...]


def figures(lives: Lives) -> dict[str, Figure]:
    """Every figure, by its indicator's code."""
    return {
        **of_referrals(lives.stories),
        **_of_taking_in_charge(lives),
        **_of_paths(lives),
        **_of_teams(lives),
    }


def _of_taking_in_charge(lives: Lives) -> dict[str, Figure]:
    opened = [
        {
            "person": _who(story, episode.member),
            "member": home(episode.member),
            "sector": SECTOR[episode.member],
        }
        for story in lives.stories
        for episode in life_of(story).episodes
    ]
    episodes = [episode for story in lives.stories for episode in life_of(story).episodes]
    closed = [one for one in episodes if one.state == "closed"]
    reopened = [act for story in lives.stories for act in story.deeds() if isinstance(act, Reopen)]
    return {
        "persons-taken-in-charge": persons(opened, "member", "sector"),
        "takings-in-charge-closed": number({"member": one.member, "closing": str(one.why)} for one in closed),
        "takings-in-charge-reopened": number({"member": act.at} for act in reopened),
    }


def _who(story: Story, member: str) -> str:
    """As whom a person counts: what was told of an erased record is of somebody, nobody knows of whom; what a
    second record tells is of somebody else, until the two are joined."""
    code = story.person.tax_code
    if member in forgot(story) or (
        member != home(member) and home(member) not in sharing_of(story).linked[member]
    ):
        return f"{code} at {member}"
    return code


def _of_paths(lives: Lives) -> dict[str, Figure]:
    proposed = [_counted(path) for path in lives.paths]
    started = [path for path in lives.paths if path.started_on]
    ended = [(path, path.ended) for path in started if path.ended]
    # On the day on which a path ends it still runs.
    running = [path for path in started if path.ended is None or path.ended.on >= TODAY]
    return {
        "persons-proposed": persons(proposed, "member", "path_type"),
        "persons-placed": persons(map(_counted, started), "member", "path_type"),
        "placements-started": number(map(_divided, started)),
        "placements-active": number(map(_divided, started)),
        "placements-running": number(map(_divided, running)),
        "placements-ended": number({**_divided(path), "ending": end.reason} for path, end in ended),
    }


def _counted(path: Path) -> Counted:
    return {"person": path.tax_code, **_divided(path)}


def _divided(path: Path) -> dict[str, str]:
    return {"member": path.promoter, "path_type": path.plan.path_type}


def _of_teams(lives: Lives) -> dict[str, Figure]:
    concluded = [(one, one.concluded) for one in lives.evaluations if one.concluded]
    chosen = [_by_team(one) | {"path_type": act.path_type} for one, act in concluded]
    own = ["own-choice" if act.override else "first-proposal" for _, act in concluded]
    share = round(100 * own.count("own-choice") / len(own), 1) if own else None
    planned = [
        {"person": one.tax_code, "member": one.lead, "path_type": one.planned()}
        for one in lives.evaluations
        if one.agreed
    ]
    return {
        "evaluations-requested": number(map(_by_team, lives.evaluations)),
        "evaluations-completed": number(chosen),
        "override-share": Figure(
            share, {"choice": Counter(own), "team": Counter(one.asked.team for one, _ in concluded)}
        ),
        "persons-with-project": persons(planned, "member", "path_type"),
    }


def _by_team(one: Evaluation) -> dict[str, str]:
    return {"member": one.lead, "team": one.asked.team}
