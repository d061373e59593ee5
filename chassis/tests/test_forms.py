"""What every form is made of: labels, errors beside their field and above, what was typed is kept."""

from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms, web
from trama_chassis.accounts import Caller
from trama_chassis.errors import ChangedMeanwhile, Refused, refuse_changed

FORM = """
{% from "forms.html" import field, textarea, select, radios, checkboxes %}
{% from "forms.html" import hidden, errors_summary, submit, state_chip %}
{{ errors_summary(refused) }}
{{ hidden("token", version) }}
{% set error = error_of(refused, "family_name") %}
{{ field("family_name", _("Cognome"), "D'Àlto <b>", error=error, hint="h", required=true) }}
{{ textarea("reason", _("Motivo"), "one\\n two", maxlength=20) }}
{{ select("channel", _("Canale"), {"desk": "Sportello", "1": "Uno"}, 1) }}
{{ radios("need", _("Bisogno"), [("a", "A"), ("b", "B")], "b", error="scegliere") }}
{{ checkboxes("circles", _("Chi"), [("care", "Percorso")], ["care"]) }}
{{ submit(_("Invia la segnalazione"), "secondary") }}{{ state_chip("Inviata", "waiting") }}
"""


def rendered(tmp_path: Path, refused: object = None, version: int | None = 3) -> str:
    (tmp_path / "form.html").write_text(FORM)
    return web.environment(tmp_path).get_template("form.html").render(refused=refused, version=version)


def test_a_form_keeps_what_was_typed_and_escapes_it(tmp_path: Path) -> None:
    form = rendered(tmp_path)
    assert 'value="D&#39;Àlto &lt;b&gt;"' in form
    assert ">\none\n two</textarea>" in form
    assert '<option value="1" selected>Uno</option>' in form
    assert 'value="b" checked' in form
    assert 'value="care" checked' in form
    assert '<input type="hidden" name="csrf_token" value="token">' in form
    assert '<input type="hidden" name="version" value="3">' in form
    assert "error-summary" not in form
    assert 'name="version"' not in rendered(tmp_path, version=None)


@pytest.mark.parametrize(
    "refused",
    [
        Refused("Manca il cognome", field="family_name"),
        [{"field": "family_name", "message": "Manca il cognome"}],
    ],
)
def test_an_error_is_beside_its_field_and_linked_from_the_top(tmp_path: Path, refused: object) -> None:
    form = rendered(tmp_path, refused)
    assert '<a href="#family_name">Manca il cognome</a>' in form
    assert 'aria-describedby="family_name-hint family_name-error" aria-invalid="true"' in form
    assert 'id="family_name-error"' in form


def test_a_command_holds_to_the_version_its_writer_saw() -> None:
    refuse_changed(None, 4)
    refuse_changed(4, 4)
    with pytest.raises(ChangedMeanwhile) as refused:
        refuse_changed(3, 4, who="Sara Demo")
    assert (refused.value.status, refused.value.code) == (409, "changed-meanwhile")
    assert refused.value.detail == ("Nel frattempo Sara Demo ha cambiato questi dati: ecco come sono ora.")


class Note(BaseModel):
    """What the form of a note asks for."""

    model_config = ConfigDict(extra="forbid")

    day: date
    version: int | None = None
    members: list[str] = []


def sent(fields: str) -> Request:
    """A form on its way in."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": fields.encode(), "more_body": False}

    kind = (b"content-type", b"application/x-www-form-urlencoded")
    return Request({"type": "http", "method": "POST", "headers": [kind]}, receive)


async def test_a_form_is_done_about_its_thing_or_gives_why_not() -> None:
    done: list[tuple[str, Any]] = []

    async def write(_: object, thing: str, asked: Note) -> None:
        if asked.version is not None:
            raise Refused("Troppo tardi")
        done.append((thing, (asked.day, asked.members)))

    act = forms.Act(Note, forms.unsigned(write))

    async def answer(fields: str) -> Refused | None:
        return await forms.do(sent(fields), act, cast(AsyncSession, None), "a-thing", cast(Caller, None))

    assert await answer("csrf_token=x&day=2013-10-14&version=") is None
    late = await answer("csrf_token=x&day=2013-10-14&version=3")
    assert late is not None
    assert late.detail == "Troppo tardi"
    wrong = await answer("csrf_token=x&day=domani")
    assert isinstance(wrong, forms.Uncorrected)
    assert [one["field"] for one in wrong.errors] == ["day"]
    assert await answer("csrf_token=x&day=2013-10-15&members=sil&members=dsm") is None
    assert done == [
        ("a-thing", (date(2013, 10, 14), [])),
        ("a-thing", (date(2013, 10, 15), ["sil", "dsm"])),
    ]
