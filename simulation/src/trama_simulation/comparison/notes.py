"""Notes to those that follow a person and interviews, as a member must tell them and as it does. Pure."""

from collections import Counter
from collections.abc import Iterator

from trama_simulation import oracle
from trama_simulation.acts import HoldInterview
from trama_simulation.comparison.question import Line
from trama_simulation.desks import Json
from trama_simulation.members import home


def truth(view: oracle.View) -> Counter[Line]:
    """The notes that a member must show."""
    return Counter(_told(view))


def _told(view: oracle.View) -> Iterator[Line]:
    member = view.member
    for key, note in view.own.notes.items():
        writer = note.written.at
        if key not in view.of(writer).notes:
            continue
        is_to_be_read = oracle.is_to_be_read(note, member, view.own)
        yield "note", writer, note.written.text, "to read" if is_to_be_read else ""
        for reader, answer in note.read.items():
            if member in (writer, reader):
                yield "read", note.written.text, reader, answer
        if member == writer:
            yield from (("not read", note.written.text, one) for one in oracle.not_read_by(view.story, note))


def read(shown: list[Json]) -> Iterator[Line]:
    """The notes that it does show."""
    for one in shown:
        yield "note", one["member"], one["text"], "to read" if one["to_read"] else ""
        for reading in one["readings"]:
            yield "read", one["text"], reading["member"], reading["answer"]
        for reader in one["not_read_by"]:
            yield "not read", one["text"], reader


def truth_of_interviews(view: oracle.View) -> Counter[Line]:
    """The interviews that a member must tell of: what another keeps to itself it does not know."""
    return Counter(
        (home(one.at), one.circle, one.kind, one.summary, str(one.day), _struck(one, view))
        for one in view.own.interviews
        if one.at == view.member or (one.circle != "own" and one in view.of(one.at, one.circle).interviews)
    )


def _struck(one: HoldInterview, view: oracle.View) -> str:
    circle = "care" if one.circle == "own" else one.circle
    return "corrected" if one in view.of(one.at, circle).struck else ""


def read_interviews(shown: list[Json]) -> Iterator[Line]:
    """Those that it does tell of."""
    for one in shown:
        yield (
            one["member"],
            one["circle"],
            one["kind"],
            one["summary"],
            one["held_on"],
            "corrected" if one["corrected"] else "",
        )
