"""The dated rules as the migrations write them."""

from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy import create_engine
from sqlmodel import Session, select
from trama_chassis.language import speaking
from trama_chassis.migrations import upgrade
from trama_chassis.testing_databases import Tables
from trama_placement.__main__ import service
from trama_placement.models import PathTypeRule

TODAY = date(2013, 10, 14)


@pytest.fixture
def database_tables() -> Tables:
    """What is migrated begins empty."""
    return ()


def test_rules_of_one_path_type_never_overlap_and_every_rule_names_its_source(
    rules: list[PathTypeRule],
) -> None:
    by_type: dict[str, list[PathTypeRule]] = defaultdict(list)
    for rule in rules:
        assert rule.source
        assert rule.conditions_source
        by_type[rule.path_type].append(rule)
    for rows in by_type.values():
        for row in rows:
            assert [other for other in rows if other.in_force(row.valid_from)] == [row]


def test_every_word_of_every_rule_is_in_english_too(rules: list[PathTypeRule]) -> None:
    for rule in rules:
        with speaking("en"):
            english = rule.words()
        assert [name for name, said in english.items() if said == getattr(rule, name)] == []


def test_no_path_type_exists_before_the_act_that_made_it(rules: list[PathTypeRule]) -> None:
    in_2013 = {rule.path_type for rule in rules if rule.in_force(TODAY)}
    assert "traineeship-social-inclusion" not in in_2013
    assert {"work-grant-therapeutic", "work-grant-observational", "observation-lab"} <= in_2013
    assert "traineeship-social-inclusion" in {
        rule.path_type for rule in rules if rule.in_force(date(2015, 1, 22))
    }


def test_therapeutic_and_observational_grants_are_of_one_genus(rules: list[PathTypeRule]) -> None:
    assert len({rule.genus for rule in rules if rule.path_type.startswith("work-grant")}) == 1


def test_grants_and_traineeships_of_the_disadvantaged_need_an_evaluation(rules: list[PathTypeRule]) -> None:
    in_2013 = [rule for rule in rules if rule.in_force(TODAY)]
    assert {rule.path_type for rule in in_2013 if rule.needs_evaluation} == {
        "work-grant-therapeutic",
        "work-grant-observational",
        "traineeship-disadvantaged",
        "traineeship-disability",
    }
    assert all(rule.approvals == ["person", "host", "promoter"] for rule in rules)


def test_a_migrated_database_has_every_rule_with_all_it_asks(
    database_url: str, rules: list[PathTypeRule]
) -> None:
    upgrade(database_url, service)
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with Session(engine) as session:
        found = [rule.model_dump() for rule in session.exec(select(PathTypeRule))]
    engine.dispose()
    expected = sorted((rule.model_dump() for rule in rules), key=lambda rule: rule["path_type"])
    assert sorted(found, key=lambda rule: rule["path_type"]) == expected
