"""Where signing out at the provider leads: an address of the provider's that is safe to show, or none."""

import time
from urllib.parse import parse_qs

import pytest
from trama_chassis.oidc import Client, Provider

ORIGIN = "https://sil.test"


def client(way_out: str | None) -> Client:
    """A member at a provider that has published this of itself just now."""
    provider = Provider(issuer="https://accounts.test", client_id="trama", origin=ORIGIN, title="Prova")
    found = Client(provider)
    found._metadata = {"end_session_endpoint": way_out} if way_out else {}
    found._asked = time.monotonic()
    return found


@pytest.mark.parametrize(
    "way_out",
    [None, "javascript:alert(1)", "http://elsewhere.test/out", "/out", "https://a:b@accounts.test/out"],
)
async def test_a_way_out_that_is_no_safe_address_is_not_shown(way_out: str | None) -> None:
    assert await client(way_out).end_address() is None


@pytest.mark.parametrize("asked", ["", "?realm=territory"])
async def test_a_way_out_says_who_asks_and_where_to_come_back_to(asked: str) -> None:
    """RP-initiated logout; what the address asks already stays in it."""
    shown = await client(f"https://accounts.test/out{asked}").end_address()
    assert shown is not None
    address, _, query = shown.partition("?")
    assert address == "https://accounts.test/out"
    assert parse_qs(query) == {
        **({"realm": ["territory"]} if asked else {}),
        "client_id": ["trama"],
        "post_logout_redirect_uri": [f"{ORIGIN}/"],
    }
