"""Who a person is and who may know it, through the registries' API."""

from collections.abc import Mapping
from typing import Any

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
from trama_simulation.desks import Desk
from trama_simulation.living.lived import Lived

PURPOSE = "work-integration"
ARCHIVE = "Agenzia delle Entrate"
PERSONS = "/api/registry/persons"


async def do(act: RegistryAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would."""
    desk = desks[act.at]
    match act:
        case Register():
            await _register(act, lived, desk)
        case RegisterAgain():
            person = lived.story.person
            said = {"given_name": person.given_name, "family_name": person.family_name}
            taken = {"need": act.need, "case_manager": {}}
            lived.records[act.at] = (await desk.post(PERSONS, said | {"taking_in_charge": taken}))["record"]
        case JoinRecords():
            other = {"member": desk.member.name, "record": lived.records[act.other]}
            shown = await desk.post(f"{own(act.at, lived)}/links", other)
            lived.links[(act.at, act.other)] = shown["link"]
        case PartRecords():
            link = lived.links[(act.at, act.other)]
            await desk.post(f"{own(act.at, lived)}/links/{link}/remove", {"reason": act.reason})
        case AssignTaxCode():
            body: dict[str, Any] = {"kind": "tax-code", "value": lived.story.person.tax_code}
            await desk.post(f"{own(act.at, lived)}/identifiers", body | {"attested_by": ARCHIVE})
        case RecordCertificate():
            body = {"kind": act.kind, "issuer": act.issuer, "starts_on": act.starts_on.isoformat()}
            shown = await desk.post(f"{own(act.at, lived)}/certificates", body)
            held = [one for one in shown["certificates"] if one["kind"] == act.kind and not one["ended_on"]]
            lived.certificates[(act.at, act.kind)] = held[0]["certificate"]
        case EndCertificate():
            certificate = lived.certificates[(act.at, act.kind)]
            path = f"{own(act.at, lived)}/certificates/{certificate}/end"
            await desk.post(path, {"reason": act.reason})
        case SetGroups():
            body = {"circle": act.circle, "groups": list(act.groups)}
            await desk.put(f"{own(act.at, lived)}/target-groups", body)
        case Authorise():
            await _authorise(act, lived, desk)


def own(member: str, lived: Lived) -> str:
    """Where the person's record is at a member."""
    return f"{PERSONS}/{lived.records[member]}"


def identity(lived: Lived, code: str | None) -> dict[str, Any]:
    """Who the person is, as they say it, with the number that they have."""
    person = lived.story.person
    said: dict[str, Any] = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "birth_date": person.birth_date.isoformat(),
        "town": person.town,
        "phone": person.phone,
    }
    return said | ({"tax_code": code} if code else {})


async def _register(act: Register, lived: Lived, desk: Desk) -> None:
    taken: dict[str, Any] = {"need": act.need, "case_manager": {}}
    if act.protocol:
        taken["protocol"] = await _protocol(act, desk)
    body = identity(lived, lived.story.person.code(act.known_by)) | {"taking_in_charge": taken}
    if act.language:
        body |= {"language": act.language, "needs_interpreter": True}
    lived.records[act.at] = (await desk.post(PERSONS, body))["record"]


async def _protocol(act: Register, desk: Desk) -> str:
    """The protocol of the district that is in force."""
    shown = await desk.list("/api/registry/protocols", on=act.on.isoformat())
    return str(next(one["protocol"] for one in shown if one["district"] == act.protocol))


async def _authorise(act: Authorise, lived: Lived, desk: Desk) -> None:
    law = act.law and {"kind": "law", "act": act.law[0], "article": act.law[1]}
    body: dict[str, Any] = {
        "purpose": PURPOSE,
        "basis": law or {"kind": "consent"},
        "circles": list(act.circles),
        "recipients": list(act.among),
        "notice_given_on": act.on.isoformat(),
    }
    if act.after_closing:
        body["after_closing"] = list(act.among)
    if act.until is not None:
        body["ends_on"] = act.until.isoformat()
    given = await desk.post(f"{own(act.at, lived)}/authorisations", body)
    lived.authorisations[act.at].append(given["authorisation"])
