"""Who a person is and what comes next for them, as a member must say it and as it does. Pure."""

from collections import Counter
from collections.abc import Iterator

from trama_simulation import oracle
from trama_simulation.comparison.question import Line
from trama_simulation.desks import Json


def truth(view: oracle.View) -> Counter[Line]:
    """Who a member must say that the person is: numbers, also those that only others know, certificates,
    target groups."""
    life, member = view.own, view.member
    told: list[Line] = [("tax code", life.code_at(member))]
    told += [("interpreter", one) for at, one in life.languages.items() if at == member and one]
    told += [("number", one.kind, one.value, one.ended) for one in life.numbers[member]]
    own = {one.value for one in life.numbers[member]}
    others = [one for at in life.numbers for one in view.of(at).numbers.get(at, ())]
    told += {("told by others", one.kind, one.value) for one in others if one.value not in own}
    held = life.certificates.get(member, [])
    told += [("certificate", one.kind, one.issuer, str(one.starts_on), one.ended) for one in held]
    for (at, circle), groups in life.groups.items():
        told += [("group", circle, group) for group in groups if at == member]
    return Counter(told)


def read(shown: Json) -> Iterator[Line]:
    """Who it does say that they are."""
    yield "tax code", shown["tax_code"]
    if shown["needs_interpreter"]:
        yield "interpreter", shown["language"]
    for one in shown["identifiers"]:
        yield "number", one["kind"], one["value"], one["ending"]
    for one in shown["told_by_others"]:
        yield "told by others", one["kind"], one["value"]
    for one in shown["certificates"]:
        yield "certificate", one["kind"], one["issuer"], one["starts_on"], one["ending"]
    for of in shown["groups"]:
        for group in of["chosen"]:
            yield "group", of["circle"], group


def truth_of_step(step: oracle.Step | None) -> Counter[Line]:
    """What a member must say comes next."""
    if step is None:
        return Counter()
    return Counter([(step.set.what, str(step.set.due_on), step.outcome)])


def read_step(shown: Json | None) -> Iterator[Line]:
    """What it does say."""
    if shown is not None:
        yield shown["what"], shown["due_on"], shown["outcome"]
