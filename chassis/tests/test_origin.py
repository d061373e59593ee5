"""One origin per member: paths go to their services, pages are safe and plain, documents work offline."""

from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from trama_chassis.app import MemberOrigin

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Page(HTMLParser):
    """The parts of a page that decide whether everybody can use it."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


async def test_the_first_page_lists_services_and_documentation(browser: httpx.AsyncClient) -> None:
    page = Page(await browser.get("/"))
    links = {link["href"] for link in page.every("a")}
    assert {"/api/notes/docs", "/api/notes/health/ready", "/accedi"} <= links


async def test_the_sign_in_form_works_without_scripts_and_has_labels(browser: httpx.AsyncClient) -> None:
    page = Page(await browser.get("/accedi"))
    assert page.every("html") == [{"lang": "it"}]
    assert page.every("script") == []
    labelled = {label["for"] for label in page.every("label")}
    visible = {field["id"] for field in page.every("input") if field.get("type") != "hidden"}
    assert visible == labelled
    assert page.every("form")[0] == {"method": "post", "action": "/accedi"}
    failed = Page(await browser.post("/accedi", data={"operator": "a", "password": "b"}))
    assert {"href": "#operator"} in failed.every("a")


async def test_nothing_is_loaded_from_elsewhere(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/accedi", "/api/notes/docs", "/nowhere"):
        page = Page(await browser.get(path))
        loaded = [
            attributes.get("src") or attributes.get("href") or ""
            for tag in ("script", "link", "img")
            for attributes in page.every(tag)
        ]
        for address in loaded:
            assert address.startswith(("/static/", "data:")), (path, address)
            if address.startswith("/static/"):
                assert (await browser.get(address)).status_code == 200


async def test_every_answer_has_the_security_headers_and_no_inline_script(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/accedi", "/api/notes/docs", "/api/notes/notes", "/nowhere", "/static/trama.css"):
        answer = await browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        kept = "no-cache" if path.startswith("/static/") else "no-store"
        assert answer.headers["cache-control"] == kept
        assert all("src" in script for script in Page(answer).every("script"))


async def test_the_openapi_document_is_complete_and_says_how_to_call(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/notes/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert list(document["paths"]) == ["/api/notes/notes"]
    operation = document["paths"]["/api/notes/notes"]["post"]
    assert operation["security"] == [{"HTTPBearer": []}]
    assert "application/problem+json" in operation["responses"]["4XX"]["content"]


async def test_ready_says_which_part_is_stalled(client: httpx.AsyncClient, runtime: Any) -> None:
    assert (await client.get("/api/notes/health/live")).status_code == 200
    assert (await client.get("/api/notes/health/ready")).json() == {"status": "ok", "stalled": []}
    runtime.health.expect("relay", within=-1)
    runtime.health.expect("consumer", within=60)
    runtime.health.figure("outbox_unsent", 3)
    stalled = await client.get("/api/notes/health/ready")
    assert (stalled.status_code, stalled.json()["stalled"]) == (503, ["relay"])
    assert (await client.get("/api/notes/health/live")).status_code == 200
    assert (await client.get("/api/notes/health/lag")).json() == {"outbox_unsent": 3}
    runtime.health.forget("relay")
    assert (await client.get("/api/notes/health/ready")).status_code == 200


async def test_a_prefix_belongs_to_one_service_and_to_whole_words(
    app: FastAPI, browser: httpx.AsyncClient
) -> None:
    with pytest.raises(ValueError, match="two services claim /api/notes"):
        MemberOrigin([app, app])
    assert (await browser.get("/appuntino")).status_code == 404
    assert (await browser.get("/api/notesbook/notes")).status_code == 404
