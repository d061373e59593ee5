"""What is around every page: navigation by role, the demonstration's day, the language, our files."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from trama_chassis import language, web
from trama_chassis.app import build_app
from trama_chassis.clock import Clock, write_clock
from trama_chassis.service import NavigationEntry
from trama_chassis.shell import Shell, gathered

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PASSWORD = "una password lunga"
START = datetime(2013, 10, 14, 8, 0, tzinfo=UTC)
Clients = Callable[[FastAPI, dict[str, str]], httpx.AsyncClient]
ENTRIES = (
    NavigationEntry("Rete", "/rete", order=60, more=True),
    NavigationEntry("Appunti", "/appunti", ("writer",), 10, search="testo"),
    NavigationEntry("Conteggi", "/conteggi", ("reader",), 20, covers=("/aiuto",)),
    NavigationEntry("Aiuti", "/aiuti", ("writer",), 70, covers=("/aiuto",)),
    NavigationEntry("Altri appunti", "/appunti/altri", ("writer",), 30, more=True),
)

TRANSLATED = """
msgid "Uno"
msgstr "One"

#, fuzzy
msgid "Due"
msgstr "Guess"

msgid "%(num)s giorno"
msgid_plural "%(num)s giorni"
msgstr[0] "%(num)s day"
msgstr[1] "%(num)s days"
"""


@pytest.fixture
def small(runtime: Any) -> Any:
    """A service whose pages are in the navigation."""
    runtime.service = replace(runtime.service, navigation=ENTRIES)
    return runtime


async def sign_in(browser: httpx.AsyncClient) -> None:
    await browser.post("/accedi", data={"operator": "anna", "password": PASSWORD})


def csrf_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)


def navigation(page: httpx.Response) -> list[str]:
    found = re.search(r'<nav class="main-navigation".*?</nav>', page.text, re.DOTALL)
    return re.findall(r'<a href="([^"]+)"', found[0]) if found else []


async def test_the_navigation_is_what_the_role_may_see_in_order(small: Any, client_for: Clients) -> None:
    async with client_for(build_app(small), {"Accept": "text/html"}) as browser:
        assert navigation(await browser.get("/accedi")) == []
        await sign_in(browser)
        page = await browser.get("/appunti")
        assert navigation(page) == ["/appunti", "/aiuti", "/appunti/altri", "/rete"]
        assert '<a href="/aiuti" aria-current="page">' in (await browser.get("/aiuto")).text
        assert '<a href="/appunti" aria-current="page">Appunti</a>' in page.text
        assert page.text.count("aria-current") == 2, "the page, and the language"
        assert '<form class="find" method="get" action="/appunti" role="search">' in page.text
        assert 'name="testo"' in page.text


def test_entries_of_several_services_are_gathered(database_url: str) -> None:
    assert [entry.path for entry in gathered([ENTRIES[:2], ENTRIES[2:]])] == [
        *("/appunti", "/conteggi", "/appunti/altri", "/rete", "/aiuti")
    ]
    assert not ENTRIES[1].is_for(frozenset({"host-tutor"}))


async def test_the_demonstration_says_its_day_and_moves_on_by_one(
    small: Any, client_for: Clients, tmp_path: Path
) -> None:
    path = tmp_path / "clock.json"
    write_clock(path, START)
    small.settings = small.settings.model_copy(update={"demo": True, "clock_file": path})
    async with client_for(build_app(small), {"Accept": "text/html"}) as browser:
        await sign_in(browser)
        page = await browser.get("/appunti")
        today = "Territorio dimostrativo. Oggi è lunedì 14 ottobre 2013. Persone inventate."
        assert today in page.text
        refused = await browser.post("/orologio/avanti", data={"next": "/appunti"})
        assert refused.status_code == 403
        form = {"next": "/appunti", "csrf_token": csrf_of(page)}
        moved = await browser.post("/orologio/avanti", data=form)
        assert (moved.status_code, moved.headers["location"]) == (303, "/appunti")
        assert Clock(path).now() - START - timedelta(days=1) < timedelta(seconds=60)
        assert "Oggi è martedì 15 ottobre 2013" in (await browser.get("/appunti")).text


async def test_elsewhere_no_day_is_told_and_none_is_skipped(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    page = await browser.get("/appunti")
    assert "Territorio dimostrativo" not in page.text
    assert "/orologio/avanti" not in page.text
    assert (await browser.post("/orologio/avanti", data={"csrf_token": csrf_of(page)})).status_code == 404


async def test_the_reader_chooses_the_language_and_the_page_says_which_it_is(
    browser: httpx.AsyncClient,
) -> None:
    assert '<html lang="it">' in (await browser.get("/accedi")).text
    chosen = await browser.post("/lingua", data={"lingua": "en", "next": "//evil.test"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/")
    page = await browser.get("/accedi")
    assert '<html lang="en">' in page.text
    assert ">Sign in</h1>" in page.text
    assert (await browser.post("/lingua", data={"lingua": "xx"})).status_code == 422
    browser.cookies.set("lingua", "../../etc", domain="sil.test")
    assert '<html lang="it">' in (await browser.get("/accedi")).text


def test_words_without_a_translation_stay_italian(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "en.po").write_text(TRANSLATED)
    (tmp_path / "templates").mkdir()
    text = (
        '{{ _("Uno") }} {{ _("Due") }} {{ ngettext("%(num)s giorno", "%(num)s giorni", 2) }} {{ on|weekday }}'
    )
    (tmp_path / "templates" / "one.html").write_text(text)
    template = web.environment(tmp_path / "templates").get_template("one.html")
    on = date(2013, 4, 1)
    assert template.render(on=on) == "Uno Due 2 giorni lunedì 1º aprile 2013"
    with language.speaking("en"):
        assert template.render(on=on) == "One Due 2 days Monday 1 April 2013"


def test_words_of_tables_are_translated_and_typed_ones_are_written_as_they_are(
    database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "en.po").write_text(TRANSLATED)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "one.html").write_text("{{ word | translated }}")
    template = web.environment(tmp_path / "templates").get_template("one.html")
    assert template.render(word="Uno") == "Uno"
    with language.speaking("en"):
        assert template.render(word="Uno") == "One"
        assert template.render(word="<b>100 %s</b>") == "&lt;b&gt;100 %s&lt;/b&gt;"


@pytest.mark.parametrize(
    ("on", "written"),
    [
        (date(2013, 3, 8), "Dall'8 marzo 2013 all'8 marzo 2013"),
        (date(2013, 4, 11), "Dall'11 aprile 2013 all'11 aprile 2013"),
        (date(2013, 4, 18), "Dal 18 aprile 2013 al 18 aprile 2013"),
    ],
)
def test_the_article_before_a_day_is_the_one_it_wants(
    database_url: str, tmp_path: Path, on: date, written: str
) -> None:
    (tmp_path / "templates").mkdir()
    text = "{% trans first=on|day, last=on|day %}Dal {{ first }} al {{ last }}{% endtrans %}"
    (tmp_path / "templates" / "one.html").write_text(text)
    assert web.environment(tmp_path / "templates").get_template("one.html").render(on=on) == written


async def test_our_files_are_kept_by_browsers_until_they_change(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/accedi")
    for address in re.findall(r'href="(/static/[^"]+)"', page.text):
        answer = await browser.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable", address
    assert (await browser.get("/static/trama.css")).headers["cache-control"] == "no-cache"
    assert "unsafe" not in page.headers["content-security-policy"]


def test_a_member_is_called_as_the_network_calls_it(database_url: str) -> None:
    assert Shell(member="sil").name == "sil"
