"""Documents of a person, as a member must tell of them and as it does. Pure."""

from collections import Counter
from collections.abc import Iterator

from trama_simulation import oracle
from trama_simulation.comparison.question import Line
from trama_simulation.desks import Json


def truth(view: oracle.View) -> Counter[Line]:
    """What a member must know of, and whether the file is there."""
    return Counter(
        (one.filed.at, one.filed.name, one.filed.kind, one.filed.circle, _where(one, view.member))
        for key, one in view.own.documents.items()
        if key in view.of(one.filed.at, one.filed.circle).documents
    )


def _where(one: oracle.Document, member: str) -> str:
    return "here" if member in (one.filed.at, *one.here) else "elsewhere"


def read(shown: Json) -> Iterator[Line]:
    """What it does know of."""
    for one in shown["documents"]:
        yield one["member"], one["name"], one["kind"], one["circle"], one["state"]
