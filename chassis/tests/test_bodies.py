"""Days and lines as callers may write them."""

from datetime import date

import pytest
from pydantic import ValidationError
from trama_chassis.bodies import Body, Date, Line


class Asked(Body):
    """A body with one field of each kind."""

    day: Date | None = None
    line: Line | None = None


def test_a_day_is_written_in_one_way() -> None:
    assert Asked.model_validate({"day": "2013-10-14"}).day == date(2013, 10, 14)
    for wrong in (
        "2013-02-30",
        "14/10/2013",
        "2013-10-14T00:00:00",
        "20131014",
        1381708800,
        "",
        " 2013-10-14",
    ):
        with pytest.raises(ValidationError, match="Data non valida"):
            Asked.model_validate({"day": wrong})


def test_a_line_is_kept_without_stray_blanks_and_in_one_spelling() -> None:
    assert Asked.model_validate({"line": "  Perche\u0301  no "}).line == "Perché no"
    for wrong in ("", "   ", "x" * 201, "a\u0000b", 7):
        with pytest.raises(ValidationError):
            Asked.model_validate({"line": wrong})


def test_a_field_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError):
        Asked.model_validate({"tax_code": "x"})
