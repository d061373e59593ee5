"""What is known of a story while it is lived: under which ids each member knows what."""

from collections import defaultdict
from dataclasses import dataclass, field

from trama_simulation.acts import AnswerErasure, Erasable, Erase, EraseRecord, Story


@dataclass(slots=True)
class Lived:
    """A story, the ids that members gave, and what should have been refused and was not."""

    story: Story
    records: dict[str, str] = field(default_factory=dict)
    """By member, of those that have one."""
    erased: dict[str, str] = field(default_factory=dict)
    """By member, the record that it had and erased."""
    links: dict[tuple[str, str], str] = field(default_factory=dict)
    """Between two records of one member, by where they are."""
    done: int = 0
    """How many of its acts were done, or tried."""
    authorisations: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Those given at each member, the last one last."""
    participations: dict[str, str] = field(default_factory=dict)
    """The last one at each member."""
    oppositions: dict[tuple[str, int], str] = field(default_factory=dict)
    """By member and number of the authorisation opposed."""
    restrictions: dict[str, str] = field(default_factory=dict)
    """The last one at each member."""
    referrals: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """By sender, receiver and number."""
    moves: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))
    """What was done with each referral, at both its ends."""
    unsettled: set[tuple[str, str, int]] = field(default_factory=set)
    """Referrals of which one end may not know yet what the other did."""
    accesses: dict[tuple[str, int], str] = field(default_factory=dict)
    """By member and number."""
    notes: dict[tuple[str, int], str] = field(default_factory=dict)
    """By writer and number."""
    documents: dict[tuple[str, str], str] = field(default_factory=dict)
    """By member and name."""
    erasures: dict[Erase | EraseRecord | AnswerErasure, str] = field(default_factory=dict)
    """The orders, by what was ordered."""
    hidden: dict[Erasable, str] = field(default_factory=dict)
    """The lines that were hidden, by what wrote them."""
    stands_in: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By member, login and id of the colleague in whose place all is done there for the time being."""
    conflicts: dict[tuple[str, str], str] = field(default_factory=dict)
    """By member and operator."""
    certificates: dict[tuple[str, str], str] = field(default_factory=dict)
    """By member and kind, the last one."""
    evaluations: dict[str, str] = field(default_factory=dict)
    """By lead."""
    projects: dict[str, str] = field(default_factory=dict)
    """By lead."""
    placements: dict[tuple[str, int], str] = field(default_factory=dict)
    """By promoter and number."""
    host_answered: set[tuple[str, int]] = field(default_factory=set)
    """Paths of which the host itself has said yes or no."""
    contributed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Who has contributed, by lead."""
    surprises: list[str] = field(default_factory=list)
    expecting: str = ""
    """The refusal that what is tried now must meet."""

    def not_yet(self, *codes: str) -> frozenset[str]:
        """Refusals that only say that something is on its way, unless it is one of those that must come."""
        return frozenset(codes) - {self.expecting}
