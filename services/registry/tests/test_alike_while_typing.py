"""Who it may be, told while the form of a first contact is still being written."""

from typing import Any

from trama_chassis.runtime import Runtime
from trama_chassis.testing import client
from trama_registry.schemas import RegisterPerson

PATH = "/persone/nuova/simili"
PAGE = {"Accept": "text/html"}


async def test_what_is_typed_so_far_is_enough_and_what_is_half_typed_counts_for_nothing(
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    record = await desk.register(ambito, anna)
    half = {"tax_code": "SMPN", "birth_date": "1972-0", "csrf_token": "any", "risk_factors": ["debts"]}
    name = {"family_name": anna.family_name, "given_name": anna.given_name}
    async with client(ambito, "caseworker") as http:
        found = await http.post(PATH, data=name | half, headers=PAGE)
        nothing = await http.post(PATH, data=half, headers=PAGE)
        nobody = await http.post(PATH, data=half | {"family_name": "Sconosciuta"}, headers=PAGE)
    assert f'href="/persone/{record}"' in found.text
    assert "<input" not in found.text
    assert (found.status_code, nothing.text.strip(), nobody.text.strip()) == (200, "", "")
    async with client(ambito, "host-tutor") as http:
        assert (await http.post(PATH, data=name, headers=PAGE)).status_code == 403
