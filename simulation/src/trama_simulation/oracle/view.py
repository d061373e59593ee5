"""What a member knows of a person: all of its own, and of each other what that let it know. Pure."""

from trama_simulation.acts import Story
from trama_simulation.oracle.life import Episode, Life
from trama_simulation.oracle.paths import Path, paths_of
from trama_simulation.oracle.sharing import Sharing, sharing_of
from trama_simulation.oracle.told import life_of


class View:
    """One member's eyes."""

    def __init__(self, story: Story, member: str, sharing: Sharing | None = None) -> None:
        self.story, self.member = story, member
        self.sharing = sharing or sharing_of(story)
        self._lives: dict[int, Life] = {}

    @property
    def own(self) -> Life:
        """What it all came to; of this, its own part is known here whole."""
        return self._as_of(len(self.story.acts) - 1)

    def of(self, writer: str, circle: str = "care") -> Life:
        """What it had come to when another member let this one know of it last."""
        return self._as_of(self.sharing.last(self.member, writer, circle))

    def paths_of(self, promoter: str) -> list[Path]:
        """A promoter's paths, as far as it let this member know."""
        known = self.story.up_to(self.sharing.last(self.member, promoter, "care") + 1)
        return [path for path in paths_of(known) if path.promoter == promoter]

    def _as_of(self, number: int) -> Life:
        if number not in self._lives:
            self._lives[number] = life_of(self.story.up_to(number + 1))
        return self._lives[number]


def referente(view: View) -> str | None:
    """The member whose operator is the one to speak to, as a member must see it: who was named last, in a
    relation that is not closed, as far as it knows."""
    seen = [
        episode.member
        for number, episode in enumerate(view.own.named)
        if _is_open(view.of(episode.member).named, number)
    ]
    return seen[-1] if seen else None


def _is_open(named: list[Episode], number: int) -> bool:
    return number < len(named) and named[number].state != "closed"
