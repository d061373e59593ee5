"""Whatever the four documents of the APIs allow, and what they do not: no request makes a service stumble.

Schemathesis makes the requests from each service's own OpenAPI document, as wrong ones as right ones.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from tests.security.everything import LIFE
from tests.security.life import live
from tests.security.origins import SERVICES, Answer, Town, town

EXAMPLES = 4
"""Requests an operation, right ones and wrong ones each; `make test` has little time."""
CALLERS = {
    "registry": ("supervisor", "caseworker"),
    "evaluation": ("supervisor", "team-lead"),
    "placement": ("supervisor", "placement-officer"),
    "reporting": ("supervisor", "reporting-reader"),
}
"""Who may do nearly all there is, and who may do less: what is refused must not stumble either."""


@dataclass
class Place:
    """The town, kept alive between requests that are made one at a time."""

    town: Town
    runner: asyncio.Runner
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    stumbled: list[str] = field(default_factory=list)

    def ask(self, service: str, case: Case, ids: dict[str, str], by: str) -> Answer:
        """Send a request that was made."""
        case.path_parameters = {**(case.path_parameters or {}), **ids}
        made: Any = case.as_transport_kwargs(base_url="http://member.test")
        sent = requests.Request(**{name: made[name] for name in made if name in _TAKEN}).prepare()
        content = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
        member = self.town["provincia" if service == "reporting" else "sil"]
        by = "host-tutor" if "/hosted/" in str(sent.path_url) else by
        headers = {
            name: value if isinstance(value, str) else value.decode("latin-1")
            for name, value in (sent.headers or {}).items()
            if name.lower() != "content-length"
        }
        asked = member.ask(str(sent.method), str(sent.path_url), by=by, headers=headers, content=content)
        return self.runner.run(asked)


_TAKEN = frozenset({"method", "url", "headers", "files", "data", "json", "params", "cookies"})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The members with one life written, so that many requests meet something."""
    folder = tmp_path_factory.mktemp("requests")
    with asyncio.Runner() as runner:
        context = town(folder, lambda _: f"sqlite:///{folder}/{uuid4()}.db")
        built = runner.run(context.__aenter__())
        ids = built["sil"].ids
        ids |= {"offer": "sportello", "stranger": str(uuid4())}
        runner.run(live(built, ids, LIFE))
        ids |= {"entry": ids["note"], "member": "sil", "promoter": "sil", "code": "placements-started"}
        yield Place(built, runner)
        runner.run(context.__aexit__(None, None, None))


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_makes_a_service_stumble(service: str, place: Place) -> None:
    """INVARIANT: no request is answered with a defect of ours; an error nobody caught breaks this."""
    member = place.town["provincia" if service == "reporting" else "sil"]
    schema = schemathesis.openapi.from_dict(member.apps[service].openapi())
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _try(place, service, operation, mode)
    assert place.stumbled == []
    assert len(operations) > (2 if service == "reporting" else 10)
    for by in CALLERS[service]:
        asked = {status: count for (who, status), count in place.answered.items() if who == by}
        assert sum(asked.values()) >= len(operations)
        assert asked.keys() - {401, 403, 429}, "nobody was let in to ask"


def _try(place: Place, service: str, operation: Any, mode: GenerationMode) -> None:
    ids = place.town["sil"].ids

    @hypothesis.seed(20131014)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        of_ours=st.booleans(),
        by=st.sampled_from(CALLERS[service]),
    )
    def request(case: Case, of_ours: bool, by: str) -> None:
        known = {name: ids[name] for name in case.path_parameters or {} if of_ours and name in ids}
        answer = place.ask(service, case, known, by)
        place.answered[by, answer.status] += 1
        if answer.status >= 500 and "audit-not-kept" not in answer.text:
            place.stumbled.append(
                f"{operation.label}: {answer.status} {case.body!r:.200} {case.query!r:.100}"
            )

    try:
        request()
    except hypothesis.errors.Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, f"{operation.label}: nothing can be asked of it"
