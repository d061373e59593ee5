"""Who the person is at each member: numbers, certificates, target groups; and what is written of it. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import (
    AssignTaxCode,
    Authorise,
    EndCertificate,
    JoinRecords,
    PartRecords,
    RecordCertificate,
    Register,
    RegisterAgain,
    RegistryAct,
    SetGroups,
)
from trama_simulation.oracle.entries import Told, struck
from trama_simulation.oracle.life import Certificate, Life, Number
from trama_simulation.oracle.relations import name_referente, take_in_charge
from trama_simulation.persons import Person

GROUPS = {"care": "target-groups-set", "clinical": "health-target-groups-set"}


def told_by(act: RegistryAct, person: Person, life: Life) -> Iterator[Told]:
    """What is written about who the person is."""
    match act:
        case Register():
            yield from come(act.at, person.code(act.known_by), life)
            yield from take_in_charge(act.at, act.on, life)
            yield name_referente(act.at, life)
            life.last_at(act.at).district = act.protocol
            life.languages[act.at] = act.language
        case RegisterAgain():
            yield from come(act.at, None, life)
            yield from take_in_charge(act.at, act.on, life)
            yield name_referente(act.at, life)
        case JoinRecords():
            life.joined.join(act.at, act.other)
            yield Told((act.at, "records-linked"))
            yield Told((act.other, "records-linked"))
        case PartRecords():
            yield Told((act.at, "records-unlinked"))
        case AssignTaxCode():
            yield from _known_by(act.at, person.tax_code, life)
        case RecordCertificate():
            life.certificates.setdefault(act.at, []).append(Certificate(act.kind, act.issuer, act.starts_on))
            yield Told((act.at, "certificate-recorded"))
        case EndCertificate():
            held = (one for one in life.certificates[act.at] if one.kind == act.kind and not one.ended)
            next(held).ended = act.reason
            yield Told((act.at, "certificate-ended"))
        case SetGroups():
            life.groups[(act.at, act.circle)] = tuple(sorted(act.groups))
            yield Told((act.at, GROUPS[act.circle]), circle=act.circle)
        case Authorise():
            yield Told((act.at, "authorisation-given"))


def come(member: str, code: str | None, life: Life) -> Iterator[Told]:
    """The person comes to a member; who was there before is recognised, by what is known of them."""
    if member not in life.numbers:
        life.numbers[member] = [] if code is None else [Number(kind_of(code), code)]
        yield Told((member, "person-registered"))


def kind_of(code: str) -> str:
    """Eleven digits are provisional."""
    return "tax-code" if len(code) == 16 else "provisional-tax-code"


def _known_by(member: str, code: str, life: Life) -> Iterator[Told]:
    """A code takes the place of the one in use, and who the person is, is told once more."""
    yield Told((member, "identifier-assigned"))
    for number in life.numbers[member]:
        number.ended = number.ended or "replaced"
        yield Told((member, "identifier-ended"))
    life.numbers[member].append(Number(kind_of(code), code))
    yield struck(member, "person-registered")
    yield Told((member, "person-registered"))
