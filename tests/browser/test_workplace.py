"""Every page, as people meet it: axe, 320 pixels, the keyboard, no scripts, no complaints of the browser; and
a day of work on them. One file, so that one town is enough for all."""

from collections.abc import Callable

import pytest

from tests.browser.day import DAY, lived, typed_twice
from tests.browser.looking import Looker, barriers, controls, too_wide, walked
from tests.browser.pages import Found, Visitor, every_page, visitors
from tests.browser.people import Peopled

# The town lives its year before the first of these; on a machine that does other things it takes minutes.
pytestmark = pytest.mark.timeout(1200)
PAGES = every_page()


@pytest.mark.parametrize("path", PAGES)
def test_page_can_be_used_by_everybody(path: str, found: Found, looker: Callable[[Visitor], Looker]) -> None:
    """INVARIANT: axe finds nothing, 320 pixels are enough, Tab reaches every control in reading order and one
    sees where it is, nothing needs a script, and the browser complains of nothing. A page that no link leads
    to breaks it too: nobody could find it."""
    examples = found.of(path)
    assert examples or path in found.saved, f"no link leads to {path}"
    for number, one in enumerate(examples):
        visitor = looker(one.visitor)
        visitor.complaints.clear()
        with visitor.opened(one.url) as page:
            with_scripts = controls(page)
            assert barriers(page) == [], one.url
            if number == 0:
                walk = walked(page)
                assert walk.missed == [], one.url
                assert walk.unseen == [], one.url
                assert walk.backwards == [], one.url
            assert too_wide(page) == [], one.url
        assert visitor.complaints == [], one.url
        if number == 0:
            with visitor.opened(one.url, scripts=False) as page:
                assert [name for name in with_scripts if name not in controls(page)] == [], one.url


def test_no_link_leads_nowhere(found: Found) -> None:
    assert found.broken == []


def test_a_refused_form_says_why_leads_to_the_field_and_keeps_what_was_typed(
    found: Found, looker: Callable[[Visitor], Looker]
) -> None:
    one = found.of("/persone/{record}/segnala")[0]
    with looker(one.visitor).opened(one.url) as page:
        page.locator("#reason").fill("Orario <corto>, l'unico possibile.")
        page.evaluate("() => document.querySelectorAll('form').forEach((one) => { one.noValidate = true })")
        page.get_by_role("button", name="Invia la segnalazione").click()
        page.wait_for_load_state()
        assert page.title().startswith("Errore")
        assert page.locator("#reason").input_value() == "Orario <corto>, l'unico possibile."
        assert barriers(page) == []
        page.locator(".error-summary a").first.click()
        assert page.url.endswith("#to")
        assert page.locator("#to").is_visible()


def test_people_are_found_while_one_types_and_by_the_button_without_scripts(
    found: Found, looker: Callable[[Visitor], Looker]
) -> None:
    one = found.of("/persone")[0]
    visitor, url = looker(one.visitor), f"{one.visitor.url}/persone"
    visitor.complaints.clear()
    with visitor.opened(url) as page:
        sought = page.locator("#trovate th a").last.inner_text().split()[0]
        page.locator("#nome").press_sequentially(sought)
        page.wait_for_url(f"{url}?nome=*")
        page.wait_for_function("() => document.querySelector('#quante').textContent !== ''")
        by_typing = page.locator("#trovate").inner_text()
        assert page.evaluate("() => document.activeElement.id") == "nome"
        assert page.locator("#nome").input_value() == sought
        assert barriers(page) == []
    with visitor.opened(url, scripts=False) as page:
        page.locator("#nome").fill(sought)
        page.locator("main").get_by_role("button", name="Cerca").click()
        assert page.locator("#trovate").inner_text() == by_typing
    assert sought in by_typing
    assert visitor.complaints == []


def test_who_it_may_be_is_shown_while_an_access_is_written_and_asked_when_it_is_sent(
    found: Found, looker: Callable[[Visitor], Looker]
) -> None:
    one = found.of("/persone/nuova")[0]
    visitor, url = looker(one.visitor), f"{one.visitor.url}/persone/nuova"
    with visitor.opened(f"{one.visitor.url}/persone") as page:
        family, _, given = page.locator("#trovate th a").first.inner_text().partition(" ")
    name = f"{given} {family}"
    visitor.complaints.clear()
    for scripts in (True, False):
        with visitor.opened(url, scripts=scripts) as page:
            page.locator("#family_name").press_sequentially(family)
            page.locator("#given_name").press_sequentially(given)
            if scripts:
                page.locator("#forse").get_by_role("link", name=name).first.wait_for()
                assert page.evaluate("() => document.activeElement.id") == "given_name"
                assert page.locator("#forse input").count() == 0
                assert barriers(page) == []
                assert too_wide(page) == []
            page.locator("#need").fill("Un lavoro.")
            page.get_by_label("Da indirizzare nei prossimi giorni").check()
            page.get_by_role("button", name="Registra l'accesso").click()
            assert page.get_by_label(f"È {name}").first.is_visible()
    assert [said for said in visitor.complaints if "409" not in said] == []


def test_a_day_of_work_takes_few_fields_and_nothing_is_typed_twice(
    town: Peopled, looker: Callable[[Visitor], Looker]
) -> None:
    """INVARIANT: a referral is sent in 90 seconds, and what one has written nobody has to write again. A
    field more for what the system knows breaks it. docs/usability.md has the counts."""
    complained: list[str] = []
    tasks = lived(looker, visitors(town.town), complained=complained)
    assert complained == []
    assert len(tasks) == len(DAY)
    took = {task.name: task.seconds for task in tasks}
    assert took["Inviare una segnalazione"] <= 90
    assert took["Accettare una segnalazione"] <= 20
    assert typed_twice(tasks) == []
