"""The event classes as a reviewer wants them: named by owner, explained, closed to what must not be told."""

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from trama_contracts import facts, placement, registry
from trama_contracts.event import Event, Fact
from trama_contracts.events import EVENTS
from trama_contracts.names import CIRCLES, is_wire_type
from trama_contracts.schemas import reader_schema, writer_schema

GOLDEN = Path(__file__).parents[1] / "golden" / "events"
SCOPES = {
    *("record", "taking-in-charge", "referral", "placement", "sister"),
    *("evaluation", "invitation", "project", "access", "link", "note", "withdrawal"),
    *("interview", "document", "correction", "erasure", "accesses", "urgent-access"),
}
COMMON_KEYWORDS = {
    *("$schema", "$id", "$defs", "$ref", "x-circle", "x-scope", "title", "description", "type", "format"),
    *("properties", "required", "additionalProperties", "items", "uniqueItems", "minItems", "maxItems"),
    *("enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "const"),
}
ANY_EVENT = pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)


def golden(event: type[Event], name: str = "full") -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((GOLDEN / event.wire_type / f"{name}.json").read_text("utf-8"))
    return payload


def schema_nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema in a schema; names of fields are not taken for keywords."""
    yield node
    for group in ("properties", "$defs"):
        for inner in node.get(group, {}).values():
            yield from schema_nodes(inner)
    if "items" in node:
        yield from schema_nodes(node["items"])


def test_every_event_has_its_golden_folder_and_no_folder_is_left_over() -> None:
    assert {folder.name for folder in GOLDEN.iterdir()} == set(EVENTS)


@ANY_EVENT
def test_an_event_is_named_by_its_owner(event: type[Event]) -> None:
    _, _, owner, name, _ = event.wire_type.split(".")
    assert is_wire_type(event.wire_type)
    home = "trama_contracts.facts" if issubclass(event, Fact) else f"trama_contracts.{owner}"
    assert event.__module__ == home or event.__module__.startswith(f"{home}.")
    assert name == re.sub(r"(?<=[a-z])(?=[A-Z])", "-", event.__name__).lower()


@ANY_EVENT
def test_an_event_says_when_it_is_published_and_by_whom(event: type[Event]) -> None:
    assert re.match(
        r"(Published|Derived) by (a|the) [a-z' ]*(registry|evaluation service|placement service)",
        event.__doc__ or "",
    )


@ANY_EVENT
def test_circle_and_kind_of_scope_are_legal_and_written_in_the_class(event: type[Event]) -> None:
    assert event.circle in CIRCLES
    assert event.scope in SCOPES
    assert "scope" in vars(event)
    assert (event.circle == "accountability") == issubclass(event, Fact)
    assert issubclass(event, Fact) or "circle" in vars(event)


@ANY_EVENT
def test_schemas_allow_no_null_and_keep_to_what_every_generator_knows(event: type[Event]) -> None:
    for schema in (reader_schema(event), writer_schema(event)):
        for node in schema_nodes(schema):
            assert set(node) <= COMMON_KEYWORDS
            assert node.get("type") != "null"
            assert "default" not in node


@ANY_EVENT
def test_the_writers_schema_is_closed_at_every_level_and_the_readers_open(event: type[Event]) -> None:
    closed = [
        node["additionalProperties"] for node in schema_nodes(writer_schema(event)) if "properties" in node
    ]
    assert closed
    assert not any(closed)
    assert not any("additionalProperties" in node for node in schema_nodes(reader_schema(event)))


@ANY_EVENT
def test_the_golden_payload_is_given_back_as_it_was_and_shows_every_field(event: type[Event]) -> None:
    payload = golden(event)
    assert event.from_payload(payload).payload() == payload
    assert missing_fields(event, payload) == []


def missing_fields(model: type[BaseModel], payload: dict[str, Any]) -> list[str]:
    missing = [name for name in model.model_fields if name not in payload]
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel) and name in payload:
            missing += missing_fields(field.annotation, payload[name])
    return missing


@pytest.mark.parametrize(
    "event", [event for event in EVENTS.values() if (GOLDEN / event.wire_type / "least.json").exists()]
)
def test_what_is_absent_is_not_written(event: type[Event]) -> None:
    least = golden(event, "least")
    read = event.from_payload(least)
    assert any(getattr(read, name) is None for name in event.model_fields if name not in least) or any(
        missing_fields(event, least)
    )
    assert read.payload() == least
    assert "null" not in json.dumps(read.payload())


def test_every_event_with_an_optional_field_has_a_golden_payload_without_it() -> None:
    optional = {
        event.wire_type
        for event in EVENTS.values()
        if any(not field.is_required() for field in event.model_fields.values())
    }
    assert optional <= {path.parent.name for path in GOLDEN.glob("*/least.json")}


@ANY_EVENT
def test_a_reader_ignores_what_a_later_writer_added(event: type[Event]) -> None:
    payload = golden(event)
    assert event.from_payload(payload | {"added_later": {"by": "somebody"}}).payload() == payload


@ANY_EVENT
def test_a_field_that_is_not_optional_cannot_be_left_out(event: type[Event]) -> None:
    payload = golden(event)
    for name, field in event.model_fields.items():
        if field.is_required():
            with pytest.raises(ValidationError):
                event.from_payload({key: value for key, value in payload.items() if key != name})


def test_a_host_learns_neither_why_nor_from_whom() -> None:
    """INVARIANT: an event of the host circle has no field that could tell a diagnosis, the path type or the
    service of origin. Broken by adding a field to a HostPlacement class, or a host event of another name.
    """
    told = {
        "HostPlacementOpened": {
            *("placement", "given_name", "family_name", "task"),
            *("weekly_hours", "planned_from", "planned_to"),
        },
        "HostPlacementStarted": {"placement", "started_on"},
        "HostPlacementClosed": {"placement", "ended_on"},
    }
    said_by_hosts = {
        "HostApprovalGiven": {"placement", "promoter", "given_on"},
        "HostApprovalRefused": {"placement", "promoter", "refused_on", "reason"},
    }
    hosts = {event.__name__: set(event.model_fields) for event in EVENTS.values() if event.circle == "host"}
    assert hosts == told | said_by_hosts
    hint = re.compile(
        "path|type|need|sector|sender|origin|refer|reason|certif|disab|diagnos|health|clinic|therap|social|icf"
        "|tax|birth|phone|town|service|promoter|circle",
    )
    for name in told:
        event: type[Event] = getattr(placement, name)
        said = json.dumps(writer_schema(event)["properties"])
        assert not [word for word in hint.findall(said) if word != "type"]


def test_sets_are_written_sorted_however_they_were_given() -> None:
    given = golden(registry.AuthorisationGiven)
    members = ["cpi", "dsm", "sil"]
    for order in itertools.permutations(members):
        event = registry.AuthorisationGiven.from_payload(given | {"recipients": list(order)})
        assert event.payload()["recipients"] == members
    kept = registry.AuthorisationGiven.model_validate(given | {"recipients": {"sil", "cpi"}})
    assert kept.recipients == ("cpi", "sil")


@pytest.mark.parametrize("field", ["circles", "recipients", "controllers"])
def test_a_set_is_neither_empty_nor_repetitive(field: str) -> None:
    given = golden(registry.AuthorisationGiven)
    for wrong in ([], [given[field][0]] * 2):
        with pytest.raises(ValidationError):
            registry.AuthorisationGiven.from_payload(given | {field: wrong})


def test_an_authorisation_never_opens_the_accountability_circle() -> None:
    given = golden(registry.AuthorisationGiven)
    with pytest.raises(ValidationError):
        registry.AuthorisationGiven.from_payload(given | {"circles": ["accountability"]})


@pytest.mark.parametrize(
    ("event", "field", "wrong"),
    [
        (registry.PersonRegistered, "birth_date", "1972-1-15"),
        (registry.PersonRegistered, "birth_date", "1972-02-30"),
        (registry.PersonRegistered, "birth_date", "1972-01-15T00:00:00"),
        (registry.PersonRegistered, "birth_date", 64281600),
        (registry.PersonRegistered, "family_name", ""),
        (registry.PersonRegistered, "family_name", " Esempio"),
        (registry.PersonRegistered, "family_name", "Esempio\n"),
        (registry.PersonRegistered, "family_name", "E" * 101),
        (registry.PersonRegistered, "family_name", 7),
        (registry.PersonRegistered, "tax_code", "smpnna72a55z999s"),
        (registry.PersonRegistered, "tax_code", "SMPNNA72A55Z999"),
        (registry.PersonRegistered, "tax_code", "SMPNNA72A55Z999S\n"),
        (registry.PersonRegistered, "tax_code", "1234567890"),
        (registry.PersonRegistered, "phone", "call me"),
        (registry.PersonRegistered, "town", "Borgo\tInventato"),
        (registry.TakingInChargeOpened, "episode", "00000001-51A4-4C39-8F0E-2A6B7C8D9E10"),
        (registry.TakingInChargeOpened, "episode", "00000001-51a4-1c39-8f0e-2a6b7c8d9e10"),
        (registry.TakingInChargeOpened, "need", "a\x00b"),
        (registry.TakingInChargeOpened, "need", "n" * 1001),
        (registry.TakingInChargeOpened, "sector", "sociale"),
        (registry.ReportingIdAssigned, "reporting_id", "a" * 43),
        (registry.ReferralSent, "to", "SIL"),
        (registry.CaseManagerAssigned, "operator", "Sara Demo"),
        (placement.PlacementProposed, "weekly_hours", "16"),
        (placement.PlacementProposed, "weekly_hours", True),
        (placement.PlacementProposed, "weekly_hours", 0),
        (placement.PlacementProposed, "weekly_hours", 169),
        (placement.PlacementProposed, "path_type", "Work grant"),
    ],
)
def test_a_field_that_breaks_its_form_is_refused_and_named(
    event: type[Event], field: str, wrong: object
) -> None:
    with pytest.raises(ValidationError) as refusal:
        event.from_payload(golden(event) | {field: wrong})
    assert refusal.value.errors()[0]["loc"] == (field,)


@pytest.mark.parametrize("tax_code", ["SMPNNA72A55Z999S", "SMPNNATNALRZVVVA", "12345678903"])
def test_omocodia_and_provisional_tax_codes_have_the_right_form(tax_code: str) -> None:
    payload = golden(registry.PersonRegistered) | {"tax_code": tax_code}
    assert registry.PersonRegistered.from_payload(payload).tax_code == tax_code


def test_a_time_is_not_taken_for_a_day() -> None:
    given = golden(registry.PersonRegistered)
    assert (
        registry.PersonRegistered.model_validate(given | {"birth_date": date(1972, 1, 15)}).payload() == given
    )
    with pytest.raises(ValidationError):
        registry.PersonRegistered.model_validate(given | {"birth_date": datetime(1972, 1, 15, 8, 30)})  # noqa: DTZ001 - that it has no zone is not the point


def test_an_event_cannot_be_changed_once_made() -> None:
    event = placement.HostPlacementClosed.from_payload(golden(placement.HostPlacementClosed))
    with pytest.raises(ValidationError):
        event.ended_on = date(2013, 10, 1)  # type: ignore[misc]  # that it is refused is the claim


def test_facts_can_be_derived_without_knowing_any_owner() -> None:
    """INVARIANT: the module of facts imports no owner, or the chassis, which derives facts, would know
    events. Broken by importing registry or placement in facts, payload_fields or event.
    """
    say = "import sys, trama_contracts.facts; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", say], capture_output=True, text=True, check=True).stdout
    assert facts.__name__ in said
    assert registry.__name__ not in said
    assert placement.__name__ not in said
