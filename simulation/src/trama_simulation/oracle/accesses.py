"""Who asked at the doors of a member, and what came of it; and what is written of it. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import AccessAct, ComeIn, Route
from trama_simulation.oracle.entries import Told
from trama_simulation.oracle.identity import come
from trama_simulation.oracle.life import Access, Life
from trama_simulation.oracle.relations import take_in_charge
from trama_simulation.persons import Person


def told_by(act: AccessAct, person: Person, life: Life) -> Iterator[Told]:
    """What is written about an access, as soon as it is on a record; of the listening centre, nothing."""
    match act:
        case ComeIn():
            is_known = act.door == "planning-unit"
            life.accesses[(act.at, act.nth)] = Access(act, is_known)
            if is_known:
                yield Told((act.at, "access-recorded"))
        case Route():
            access = life.accesses[(act.at, act.nth)]
            yield from _routed(act, access, person, life)


def _routed(act: Route, access: Access, person: Person, life: Life) -> Iterator[Told]:
    access.outcome, is_taken = act.outcome, act.outcome == "taken-in-charge"
    is_open = not access.came.reserved
    if is_taken:
        yield from come(act.at, person.tax_code, life)
        if not access.is_known and is_open:
            yield Told((act.at, "access-recorded"))
        access.is_known = access.named = True
        yield from take_in_charge(act.at, act.on, life)
    if access.is_known and is_open:
        yield Told((act.at, "access-concluded"))
