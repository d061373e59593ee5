"""Open facts: golden contents read as they were written, told in the AsyncAPI document, about nobody."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from trama_contracts.offers import OPEN_FACTS, Capacity, ServiceOffered

CONTRACTS = Path(__file__).parents[1]
FILES = sorted((CONTRACTS / "golden" / "catalogue").glob("*/*.json"))
OF_PERSONS = {"record", "person", "given_name", "family_name", "tax_code", "birth_date", "reporting_id"}


def content(wire_type: str, name: str = "full") -> dict[str, Any]:
    path = CONTRACTS / "golden" / "catalogue" / wire_type / f"{name}.json"
    said: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return said


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_golden_contents_are_given_back_as_they_were(path: Path) -> None:
    said = json.loads(path.read_text("utf-8"))
    assert OPEN_FACTS[path.parent.name].from_payload(said).payload() == said


@pytest.mark.parametrize("wire_type", OPEN_FACTS)
def test_an_open_fact_has_a_golden_example_of_every_field_and_says_who_tells_it(wire_type: str) -> None:
    fact = OPEN_FACTS[wire_type]
    assert set(content(wire_type)) == set(fact.model_fields)
    assert (fact.__doc__ or "").startswith(f"Told by the {wire_type.split('.')[2]} of a member")


def test_no_open_fact_has_a_field_for_a_person() -> None:
    """INVARIANT: what everybody reads is about nobody. A field that names a person or a record breaks it."""
    assert {name for fact in OPEN_FACTS.values() for name in fact.model_fields} & OF_PERSONS == set()


@pytest.mark.parametrize(
    "wrong",
    [{"free": 6}, {"free": -1}, {"places": True}, {"places": "5"}, {"as_of": "oggi"}, {"offer": "A b"}],
)
def test_a_capacity_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Capacity.from_payload(content(Capacity.wire_type) | wrong)


def test_an_entity_is_named_by_kind_and_code() -> None:
    offered = ServiceOffered.from_payload(content(ServiceOffered.wire_type))
    assert offered.entity_id == "offer:sportello-lavoro"
    assert Capacity.from_payload(content(Capacity.wire_type)).entity_id == "capacity:laboratorio"


def test_the_document_tells_of_open_facts_in_the_catalogue_channel() -> None:
    document = json.loads((CONTRACTS / "schemas" / "asyncapi.json").read_text("utf-8"))
    channel = document["channels"]["catalogue"]["messages"]
    for wire_type, fact in OPEN_FACTS.items():
        message = document["components"]["messages"][fact.__name__]
        assert (message["name"], message["x-owner"]) == (wire_type, "registry")
        assert fact.__name__ in channel
        schema = document["components"]["schemas"][f"Catalogue{fact.__name__}"]
        assert set(schema["properties"]) == set(fact.model_fields)
