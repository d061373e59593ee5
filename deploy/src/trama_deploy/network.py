"""The network file: who is in the territory, on which node, who answers for whom, who reads whom.

Pure: reads one YAML file and refuses what does not hold together, naming the path inside the file.
"""

from collections import Counter
from collections.abc import Hashable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import yaml
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)
from pydantic_core import ErrorDetails
from trama_contracts.names import Circle, is_member, is_network, is_service

LOOPBACK = "127.0.0.1"
"""Where everything of a network on one machine listens."""
REPORTING = "reporting"
"""The service that reads facts and asks nobody for cases."""
COORDINATOR = "network.coordinator"
"""The one principal that writes the directory; no member can be called `network`."""

Kind: TypeAlias = Literal[
    "public-body",
    "cooperative",
    "company",
    "association",
    "employers-association",
    "trade-union",
    "informal-group",
]
"""What an organisation is. Nothing more is asked of it, no tax code either: informal groups have none."""
Sector: TypeAlias = Literal[
    "social", "health", "work-integration", "employment", "orientation", "host", "coordination"
]


class NetworkFileWrong(Exception):
    """The network file does not hold together. `problems` are (path in the file, sentence)."""

    def __init__(self, file: Path, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        lines = [f"{path or '(file)'}: {sentence}" for path, sentence in problems]
        super().__init__("\n  ".join([f"{file}:", *lines]))


def _named(test: Any, what: str) -> Any:  # noqa: ANN401 - a pydantic annotation
    def check(text: str) -> str:
        if not test(text):
            raise ValueError(f"«{text}» non può essere il nome di {what}")
        return text

    return AfterValidator(check)


NetworkName = Annotated[str, _named(is_network, "una rete")]
MemberName = Annotated[str, _named(is_member, "un membro")]
ServiceName = Annotated[str, _named(is_service, "un servizio")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
Title = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Roots(_Part):
    """How many root keys there are; the wire says that two signatures make the directory valid."""

    keys: Annotated[int, Field(ge=2, le=9)] = 3
    threshold: Literal[2] = 2


class Timings(_Part):
    """Seconds, unless the name says days."""

    receipts_every: PositiveFloat = 5.0
    heads_every: PositiveFloat = 60.0
    sign_of_life_every: PositiveFloat = 3600.0
    facts_delay: tuple[NonNegativeFloat, NonNegativeFloat] = (60.0, 3600.0)
    manifest_days: PositiveInt = 7


class Topics(_Part):
    """Partitions, replicas and how long the broker keeps what (wire section 3)."""

    event_partitions: PositiveInt = 1
    retention_days: Annotated[int, Field(ge=-1)] = 400
    mailbox_days: Annotated[int, Field(ge=35)] = 35
    replication: PositiveInt = 1


class Quotas(_Part):
    """What each principal may ask of the broker."""

    produce_bytes_per_second: PositiveInt = 1_048_576
    consume_bytes_per_second: PositiveInt = 10_485_760
    request_percentage: PositiveInt = 25


class Node(_Part):
    """A process that hosts one or more members."""

    title: Title


class Delegation(_Part):
    """The act by which a body does something on behalf of others."""

    act: Title
    since: date = Field(alias="from")


class Controller(_Part):
    """The legal body that answers for its members (GDPR art. 4(7))."""

    title: Title
    delegations: tuple[Delegation, ...] = ()


class Substitution(_Part):
    """Which colleague stands in for an operator, from the first to the last day."""

    login: Slug
    first: date
    last: date


class Operator(_Part):
    """Someone who works at a member; demonstration networks only."""

    login: Slug
    name: Title
    roles: Annotated[tuple[Slug, ...], Field(min_length=1)]
    substitutes: tuple[Substitution, ...] = ()


class Look(_Part):
    """What a visitor of the demonstration opens first at a member."""

    path: Annotated[str, Field(pattern=r"^/")]
    what: Title


class Stop(_Part):
    """One stop of the visitor's tour of the demonstration: who to be, where to go, what there is to see."""

    login: Slug
    path: Annotated[str, Field(pattern=r"^/")]
    what: Title


class Member(_Part):
    """A unit with a need to know, with its own services, databases, topics and keys."""

    title: Title
    kind: Kind
    sector: Sector
    controller: Slug
    node: Slug
    port: Annotated[int, Field(ge=1024, le=65535)]
    services: Annotated[tuple[ServiceName, ...], Field(min_length=1)]
    circles: Annotated[tuple[Circle, ...], Field(min_length=1)]
    purposes: Annotated[tuple[Slug, ...], Field(min_length=1)]
    read_by: tuple[MemberName, ...]
    operators: tuple[Operator, ...] = ()
    look: Look | None = None


class Network(_Part):
    """The whole file."""

    network: NetworkName
    title: Title
    demo: bool = False
    clock: AwareDatetime | None = None
    coordinator: Slug
    custodian: Slug
    roots: Roots = Roots()
    timings: Timings = Timings()
    topics: Topics = Topics()
    quotas: Quotas = Quotas()
    nodes: Annotated[dict[Slug, Node], Field(min_length=1)]
    controllers: Annotated[dict[Slug, Controller], Field(min_length=1)]
    members: Annotated[dict[MemberName, Member], Field(min_length=1)]
    tour: tuple[Stop, ...] = ()

    @property
    def principals(self) -> tuple[str, ...]:
        """Every service of every member, as `<member>.<service>`, in the order of the file."""
        return tuple(f"{name}.{s}" for name, member in self.members.items() for s in member.services)

    def hosted_on(self, node: str) -> dict[str, Member]:
        """The members a node hosts."""
        return {name: member for name, member in self.members.items() if member.node == node}

    def know_each_other(self, one: str, other: str) -> bool:
        """Whether one of two members reads the other."""
        return one in self.members[other].read_by or other in self.members[one].read_by


def load(file: Path) -> Network:
    """Read and check a network file. Raises NetworkFileWrong."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise NetworkFileWrong(file, [("", f"non si può leggere ({error.strerror})")]) from error
    except yaml.YAMLError as error:
        raise NetworkFileWrong(file, [("", f"non è YAML: {error}")]) from error
    try:
        network = Network.model_validate(content)
    except ValidationError as error:
        problems = [(".".join(map(str, one["loc"])), _in_words(one)) for one in error.errors()]
        raise NetworkFileWrong(file, problems) from error
    if problems := list(contradictions(network)):
        raise NetworkFileWrong(file, problems)
    return network


def _in_words(problem: ErrorDetails) -> str:
    """A sentence for what pydantic found, in Italian where people meet it."""
    sentence = _SENTENCES.get(problem["type"], problem["msg"])
    return sentence.format(**problem.get("ctx", {}))


_SENTENCES = {
    "missing": "manca",
    "extra_forbidden": "nome sconosciuto",
    "int_parsing": "deve essere un numero intero",
    "int_type": "deve essere un numero intero",
    "bool_parsing": "deve essere true o false",
    "float_parsing": "deve essere un numero",
    "string_type": "deve essere un testo",
    "string_too_short": "non può essere vuoto",
    "too_short": "ne serve almeno {min_length}",
    "literal_error": "deve essere {expected}",
    "greater_than": "deve essere maggiore di {gt}",
    "greater_than_equal": "deve essere almeno {ge}",
    "less_than_equal": "deve essere al massimo {le}",
    "string_pattern_mismatch": "ha una forma non ammessa ({pattern})",
    "timezone_aware": "serve anche il fuso orario",
    "value_error": "{error}",
}


def contradictions(network: Network) -> Iterator[tuple[str, str]]:
    """What no single field shows: (path, sentence) for each thing that does not hold together."""
    for field in ("coordinator", "custodian"):
        if getattr(network, field) not in network.controllers:
            yield field, f"«{getattr(network, field)}» non è tra i controllers"
    if network.timings.facts_delay[0] > network.timings.facts_delay[1]:
        yield "timings.facts_delay", "il minimo supera il massimo"
    for name, member in network.members.items():
        for path, sentence in _member_contradictions(network, name, member):
            yield f"members.{name}.{path}", sentence
    logins = {one.login for member in network.members.values() for one in member.operators}
    for place, stop in enumerate(network.tour):
        if stop.login not in logins:
            yield f"tour.{place}.login", f"«{stop.login}» non è un operatore di nessun membro"
    yield from _shared(network)
    for node in network.nodes:
        if not network.hosted_on(node):
            yield f"nodes.{node}", "non ospita nessun membro"


def _member_contradictions(network: Network, name: str, member: Member) -> Iterator[tuple[str, str]]:
    if member.controller not in network.controllers:
        yield "controller", f"«{member.controller}» non è tra i controllers"
    if member.node not in network.nodes:
        yield "node", f"«{member.node}» non è tra i nodes"
    for index, reader in enumerate(member.read_by):
        if reader == name:
            yield f"read_by.{index}", "un membro non si nomina da solo"
        elif reader not in network.members:
            yield f"read_by.{index}", f"«{reader}» non è tra i members"
    for field in ("services", "circles", "purposes", "read_by"):
        for repeated, times in Counter(getattr(member, field)).items():
            if times > 1:
                yield field, f"«{repeated}» è ripetuto"
    yield from _reporting_contradictions(network, member)
    if "host" in member.circles and {"clinical", "social"} & set(member.circles):
        yield (
            "circles",
            "chi scrive a un ospitante deve essere neutrale: né sanità (clinical) né sociale (social)",
        )
    if member.operators and not network.demo:
        yield "operators", "gli operatori dimostrativi esistono solo con demo: true"
    logins = {one.login for one in member.operators}
    for index, operator in enumerate(member.operators):
        for place, one in enumerate(operator.substitutes):
            path = f"operators.{index}.substitutes.{place}"
            if one.login not in logins - {operator.login}:
                yield f"{path}.login", f"«{one.login}» non è un altro operatore di questo membro"
            if one.first > one.last:
                yield f"{path}.last", "l'ultimo giorno viene prima del primo"


def _reporting_contradictions(network: Network, member: Member) -> Iterator[tuple[str, str]]:
    """The key of pseudonyms never sits with a body that counts (GDPR art. 4(5))."""
    if REPORTING not in member.services:
        return
    if member.controller == network.custodian:
        yield "services", "il custode della chiave di rendicontazione non può rendicontare"
    if "accountability" not in member.circles:
        yield "circles", "chi rendiconta deve essere nella cerchia accountability"


def _shared(network: Network) -> Iterator[tuple[str, str]]:
    """A port is one origin's; a log-in is one person's: its password and token are made from it alone."""
    first: dict[int | str, str] = {}
    for name, member in network.members.items():
        if member.port in first:
            yield f"members.{name}.port", f"{member.port} è già di {first[member.port]}"
        first.setdefault(member.port, name)
        for index, operator in enumerate(member.operators):
            if operator.login in first:
                path = f"members.{name}.operators.{index}.login"
                yield path, f"«{operator.login}» lavora già per {first[operator.login]}"
            first.setdefault(operator.login, name)


class _StrictLoader(yaml.SafeLoader):
    """Refuses a name written twice, which YAML parsers otherwise let the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"«{key}» è scritto due volte", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)
