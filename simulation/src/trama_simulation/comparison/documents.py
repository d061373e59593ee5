"""Documents of a person, as a member must tell of them and as it does. Pure."""

from collections import Counter
from collections.abc import Iterator

from trama_simulation import oracle
from trama_simulation.comparison.question import Line
from trama_simulation.desks import Json


def truth(view: oracle.View) -> Counter[Line]:
    """What a member must know of, and whether the file is there."""
    return Counter(_told(view))


def _told(view: oracle.View) -> Iterator[Line]:
    for key, one in view.own.documents.items():
        filed = one.filed
        known = view.of(filed.at, filed.circle).documents.get(key)
        if known is not None and not known.struck:
            number, where = known.protocol or None, _where(one, view.member)
            yield filed.at, filed.name, filed.kind, filed.circle, number, where


def _where(one: oracle.Document, member: str) -> str:
    return "here" if member in (one.filed.at, *one.here) else "elsewhere"


def read(shown: Json) -> Iterator[Line]:
    """What it does know of."""
    for one in shown["documents"]:
        yield one["member"], one["name"], one["kind"], one["circle"], one["number"], one["state"]
