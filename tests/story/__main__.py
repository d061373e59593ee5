"""`make story`: writes `docs/one-person.md` from a network in which the demonstration has been lived."""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from trama_chassis.entitlement import Reason
from trama_contracts.event import Fact
from trama_contracts.events import EVENTS
from trama_contracts.registry import ReportingIdAssigned, ReportingIdReplaced
from trama_deploy.network import Network, load
from trama_deploy.state import State
from trama_registry.queries import told

from tests.story.gathering import Databases, Published, clear

PAGE = Path("docs/one-person.md")
ZONE = ZoneInfo("Europe/Rome")
SHOWN = 60
"""How many characters of sealed data are shown; the rest is counted."""
FIRST_WHOLE = 1
INTRODUCTION = (
    "Written by `make story` from a run of the demonstration (`make run`): these are the bytes of that run.",
    "The person, the tax code, offices and companies are invented. Each step shows what **anybody** can read",
    "who holds the broker's disk; what those read who were given the **key**; and **who** was given it and",
    "why, or was not. The Italian sentence is the one on the timeline of whoever may read the event.",
)


def head(name: str, steps: list[Published]) -> list[str]:
    """What the page is, and what the reader sees in it."""
    writers = {one.principal.partition(".")[0] for one in steps}
    readers = {key.recipient.partition(".")[0] for one in steps for key in one.keys if key.permitted}
    facts = sum(one.kind == "fact" for one in steps)
    return [
        f"# One person's way: {name}, invented; written by {len(writers)} members, read by {len(readers)}",
        "",
        *INTRODUCTION,
        "",
        f"{len(steps) - facts} events, {facts} accountability facts; of sealed data the length is given.",
        "",
    ]


def step(number: int, one: Published, network: Network) -> Iterator[str]:
    """One event: who, when, what is in clear, what is sealed, who has the key."""
    member, _, service = one.principal.partition(".")
    when = one.inner.occurred_at.astimezone(ZONE)
    name = one.inner.type.split(".")[3]
    yield f"## {number}. {told.day(when.date())}, {member}, {service}: {name}"
    yield ""
    yield from _sentence(one, network)
    yield (
        f"On the broker: topic `{one.envelope.topic}`, key `{one.envelope.subject}`, "
        f"partition {one.partition}, offset {one.offset}, {len(one.value):,} bytes, signed by `{_kid(one)}`."
    )
    yield ""
    yield from _json("In clear:", _cut(one, whole=number <= FIRST_WHOLE))
    yield from _json(f"Sealed, {one.inner.circle} circle, {_on(one)}:", _opened(one))
    yield from _keys(one)


def _sentence(one: Published, network: Network) -> Iterator[str]:
    event = EVENTS[one.inner.type]
    if issubclass(event, Fact):
        yield "A pseudonymous fact, derived from the event by `fact_of`, sent later and on another topic:"
    elif event in (ReportingIdAssigned, ReportingIdReplaced):
        yield "For this member's own services alone; on no timeline:"
    else:
        names = {name: member.title for name, member in network.members.items()}
        member = one.principal.partition(".")[0]
        corrected = one.inner.corrects is not None
        said = told.happened(
            one.inner.type, dict(one.inner.payload), member, names.__getitem__, corrected=corrected
        )
        yield f"> {said}"
    yield ""


def _cut(one: Published, *, whole: bool) -> dict[str, object]:
    document = clear(one.value)
    sealed = str(document["data_base64"])
    if not whole:
        document["data_base64"] = f"{sealed[:SHOWN]}… ({len(sealed):,} characters)"
    return document


def _opened(one: Published) -> dict[str, object]:
    shown: dict[str, object] = {"type": one.inner.type}
    if one.inner.record:
        shown["record"] = one.inner.record
    shown["actor"] = {"role": one.inner.actor.role, "member": one.inner.actor.member}
    if one.inner.caused_by:
        shown["causedby"] = list(one.inner.caused_by)
    return shown | {"payload": one.inner.payload}


def _on(one: Published) -> str:
    at: datetime = one.inner.recorded_at.astimezone(ZONE)
    return f"recorded {at:%d/%m/%Y %H:%M} business time"


def _kid(one: Published) -> str:
    return one.signature.decode().split(".")[1]


def _json(title: str, document: dict[str, object]) -> Iterator[str]:
    lines = (
        f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in document.items()
    )
    yield from (title, "", "```json", "{\n" + ",\n".join(lines) + "\n}", "```", "")


def _keys(one: Published) -> Iterator[str]:
    yield f"Key given to: {_together(one, permitted=True) or 'nobody yet'}."
    yield f"Judged and not given: {_together(one, permitted=False) or 'nobody'}."
    yield ""


def _together(one: Published, *, permitted: bool) -> str:
    """Who was judged alike, by reason in plain words, and by member the services."""
    alike: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key in one.keys:
        if key.permitted is permitted:
            member, _, service = key.recipient.partition(".")
            alike[_why(key.reason)][member].append(service)
    return "; ".join(
        ", ".join(f"{member} ({', '.join(services)})" for member, services in members.items()) + f": «{why}»"
        for why, members in alike.items()
    )


def _why(reason: str) -> str:
    """As the page of who sees what says it; which service is said beside it."""
    return told.reasons.in_words(Reason.read(reason), lambda _: "servizio").rstrip(".")


def main() -> None:
    """Write the page."""
    arguments = argparse.ArgumentParser(prog="make story")
    arguments.add_argument("--state", type=Path, default=Path(".var/pordenone"))
    arguments.add_argument("--person", default="Anna Esempio")
    arguments.add_argument("--member", default="ambito-urbano", help="who took the person in charge first")
    arguments.add_argument("--page", type=Path, default=PAGE)
    chosen = arguments.parse_args()
    state = State(chosen.state)
    network = load(state.network_file)
    databases = Databases(state)
    steps = databases.published(databases.records_of(chosen.person.split()[-1], chosen.member))
    lines = head(chosen.person, steps)
    for number, one in enumerate(steps, 1):
        lines += step(number, one, network)
    chosen.page.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
