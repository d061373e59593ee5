"""What each member is asked about everybody: who is known, who is hosted, paths, evaluations."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeAlias

from trama_simulation import oracle
from trama_simulation.comparison.question import Question, unlike
from trama_simulation.desks import Desk, Json
from trama_simulation.living import Lived
from trama_simulation.members import HOSTS, PROMOTERS, PUBLIC, SPECIALIST, TODAY, home
from trama_simulation.offers import free_places

EVALUATION, PLACEMENT, ACCESSES = "/api/evaluation", "/api/placement", "/api/registry/accesses"
ONE_DAY, ROUTE_WITHIN = timedelta(days=1), timedelta(days=5)
"""A first contact is to be routed within so many days; from the day before it is due."""
Read: TypeAlias = Callable[[Json], object]
"""From one line of a list to what is compared."""


def about(lived: Sequence[Lived], lives: oracle.Lives, desks: Mapping[str, Desk]) -> Iterator[Question]:
    """All there is to ask of each member about everybody."""
    for member in (*PUBLIC, *HOSTS):
        yield _network(desks[member])
    for member in PUBLIC:
        desk, evaluations = desks[member], lives.evaluations
        yield known(lived, desk)
        yield _accesses(lived, desk, specialist=False)
        yield _drafts(lived, desk)
        if member in SPECIALIST:
            yield _accesses(lived, desk.of(SPECIALIST[member]), specialist=True)
        led = [one for one in evaluations if one.lead == member]
        yield _all_of(desk, "valutazioni", "evaluations", map(_truth_of, led), _evaluation)
        projects = [_truth_of_project(one) for one in led if one.agreed]
        yield _all_of(desk, "progetti", "projects", projects, _project)
        yield _listed(desk, "contributi richiesti", "asked", oracle.asked_of(evaluations, member), _asked)
        invited = oracle.invitations(evaluations, member)
        yield _listed(desk, "inviti", "invitations", invited, _invitation)
    for member in PROMOTERS:
        proposed = [_truth_of_path(path) for path in lives.paths if path.promoter == member]
        yield _all_of(desks[member], "inserimenti", "placements", proposed, _path, PLACEMENT)
    for member in HOSTS:
        yield _hosted(desks[member], Counter(oracle.hosted(lives.paths, member)))


def _network(desk: Desk) -> Question:
    """What each member offers, and how many places are free, read at this one."""
    expected = Counter(free_places().items())

    async def ask() -> list[str]:
        shown = await desk.list("/api/registry/network")
        told = [(one["member"], offer["capacity"]) for one in shown for offer in one["offers"]]
        return list(unlike(expected, Counter((name, said["free"]) for name, said in told if said)))

    return Question(f"{desk.member.name}, che cosa offre la rete", ask)


def known(lived: Sequence[Lived], desk: Desk) -> Question:
    """Who is on the books of a member: those whom it follows, and nobody else."""
    member = desk.member.name
    expected = Counter(
        f"{one.story.person.family_name} {one.story.person.given_name}"
        for one in lived
        for _ in range(_lines_at(member, one))
    )

    async def ask() -> list[str]:
        found, after = Counter[str](), None
        while True:
            shown = await desk.get("/api/registry/persons", **({"after": after} if after else {}))
            found.update(one["name"] for one in shown["persons"])
            after = shown["after"]
            if after is None:
                return list(unlike(expected, found))

    return Question(f"{member}, chi è conosciuto", ask)


def _lines_at(member: str, lived: Lived) -> int:
    """How often the person stands in a member's list: once for all records that are joined."""
    places = [place for place in lived.records if home(place) == member]
    if len(places) < 2:
        return len(places)
    sharing = oracle.sharing_of(lived.story)
    return len({sharing.one_story(place) for place in places})


def _accesses(lived: Sequence[Lived], desk: Desk, *, specialist: bool) -> Question:
    """Who asked at the doors; what the listening centre heard is there for its specialists alone."""
    member = desk.member.name
    expected = Counter(
        _truth_of_access(access, one)
        for one in lived
        for access in oracle.life_of(one.story).accesses.values()
        if access.came.at == member and (specialist or not access.came.reserved)
    )

    async def ask() -> list[str]:
        shown = await desk.get(f"{ACCESSES}", concluded="true")
        found = Counter(map(_access, shown["accesses"]))
        many = [f"{shown['total']} in tutto"] * (shown["total"] != expected.total())
        return [*unlike(expected, found), *many]

    return Question(f"{member}, accessi allo sportello" + " e all'ascolto" * specialist, ask)


def _drafts(lived: Sequence[Lived], desk: Desk) -> Question:
    """Referrals that are being written, which nobody else knows of."""
    member = desk.member.name
    expected = Counter(
        (one.story.person.name, draft.to, draft.reason, draft.need)
        for one in lived
        for draft in oracle.life_of(one.story).drafts
        if draft.at == member
    )

    async def ask() -> list[str]:
        shown = await desk.list("/api/registry/referral-drafts")
        found = Counter((one["name"], one["to"], one["reason"], one["need"]) for one in shown)
        return list(unlike(expected, found))

    return Question(f"{member}, segnalazioni in bozza", ask)


def _truth_of_access(access: oracle.Access, lived: Lived) -> tuple[object, ...]:
    came, person = access.came, lived.story.person
    named = {"in-full": person.name, "given-name": person.given_name, "not": ""}
    name = person.name if access.named else named[came.named]
    route_by = came.on + ROUTE_WITHIN
    warned = access.outcome is None and route_by - ONE_DAY <= TODAY
    late = access.outcome is None and route_by < TODAY
    state = "concluded" if access.outcome else "late" if late else "due" if warned else "to-route"
    watched = (warned, late) if access.outcome is None else ()
    return name, came.door, came.need, str(route_by), state, access.outcome, came.reserved, *watched


def _access(shown: Json) -> tuple[object, ...]:
    said = shown["name"], shown["door"], shown["need"], shown["route_by"]
    watched = shown["reminded_on"] is not None, shown["escalated_on"] is not None
    is_open = shown["outcome"] is None
    return *said, shown["state"], shown["outcome"], shown["reserved"], *(watched if is_open else ())


def _all_of(
    desk: Desk,
    about: str,
    name: str,
    expected: Iterable[object],
    read: Read,
    service: str = EVALUATION,
) -> Question:
    """A list that comes in pages and says how many there are in all."""
    truth = Counter(expected)

    async def ask() -> list[str]:
        found, seen = Counter[object](), 0
        while True:
            shown = await desk.get(f"{service}/{name}", offset=str(seen))
            found.update(map(read, shown[name]))
            seen += len(shown[name])
            if seen >= shown["total"] or not shown[name]:
                return list(unlike(truth, found))

    return Question(f"{desk.member.name}, {about}", ask)


def _listed(desk: Desk, about: str, name: str, expected: Iterable[object], read: Read) -> Question:
    truth = Counter(expected)

    async def ask() -> list[str]:
        found = Counter(map(read, await desk.list(f"{EVALUATION}/{name}")))
        return list(unlike(truth, found))

    return Question(f"{desk.member.name}, {about}", ask)


def _hosted(desk: Desk, expected: Counter[oracle.Hosted]) -> Question:
    async def ask() -> list[str]:
        found = Counter(map(_at_work, await desk.list(f"{PLACEMENT}/hosted")))
        return list(unlike(expected, found))

    return Question(f"{desk.member.name}, chi lavora qui", ask)


def _at_work(shown: Json) -> oracle.Hosted:
    return oracle.Hosted(
        promoter=shown["promoter"],
        person=shown["person"],
        task=shown["task"],
        weekly_hours=shown["weekly_hours"],
        planned_from=date.fromisoformat(shown["planned_from"]),
        planned_to=date.fromisoformat(shown["planned_to"]),
        started_on=_day(shown["started_on"]),
        ended_on=_day(shown["ended_on"]),
        state=shown["state"],
    )


def _day(shown: str | None) -> date | None:
    return date.fromisoformat(shown) if shown else None


def _truth_of_path(path: oracle.Path) -> tuple[object, ...]:
    said = tuple(sorted(path.approvals().items()))
    return path.person, path.plan.path_type, path.plan.host, path.state(), said


def _path(shown: Json) -> tuple[object, ...]:
    said = tuple(sorted((one["party"], one["state"]) for one in shown["approvals"]))
    return shown["person"], shown["path_type"], shown["host"], shown["state"], said


def _truth_of(one: oracle.Evaluation) -> tuple[object, ...]:
    chosen = (one.concluded.path_type, bool(one.concluded.override)) if one.concluded else (None, False)
    seats = tuple(sorted(one.session.seats)) if one.session else ()
    missing = tuple(sorted(one.missing())) if one.concluded else ()
    said = tuple(sorted(one.contributors.items()))
    return one.person, one.asked.team, one.state, said, seats, chosen, missing, one.review_due


def _evaluation(shown: Json) -> tuple[object, ...]:
    chosen = shown["path_type"], shown["override_reason"] is not None
    session = shown["session"]
    seats = tuple(sorted((seat["member"], seat["role"]) for seat in session["seats"])) if session else ()
    said = tuple(sorted((one["member"], one["state"]) for one in shown["contributors"]))
    missing = tuple(sorted(shown["missing"])) if shown["state"] == "completed" else ()
    who = shown["person"], shown["team"], shown["state"]
    return *who, said, seats, chosen, missing, shown["review_due"]


def _truth_of_project(one: oracle.Evaluation) -> tuple[object, ...]:
    own_words = one.agreed.own_words if one.agreed else ""
    return one.person, one.project, one.planned(), own_words, one.review_due


def _project(shown: Json) -> tuple[object, ...]:
    return shown["person"], shown["state"], shown["path_type"], shown["own_words"], shown["review_due"]


def _asked(shown: Json) -> oracle.Asked:
    return oracle.Asked(
        lead=shown["member"],
        person=shown["person"],
        team=shown["team"],
        contributions_by=date.fromisoformat(shown["contributions_by"]),
        state=shown["state"],
    )


def _invitation(shown: Json) -> oracle.Invitation:
    held_on = date.fromisoformat(shown["held_on"])
    return oracle.Invitation(shown["lead"], shown["person"], shown["role"], held_on)
