"""One town, lived in once, and one browser, for all tests of pages.

They end with their file: while Playwright lives, its event loop counts as running in this process, and no
asynchronous test of another file could begin."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.looking import Looker, signed_in, started
from tests.browser.pages import Found, Visitor, every_page, followed
from tests.browser.people import Peopled, peopled
from tests.browser.town import alive


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peopled]:
    """The demonstration on Monday 14 October 2013."""
    with alive(tmp_path_factory.mktemp("town")) as living:
        yield peopled(living)


@pytest.fixture(scope="module")
def found(town: Peopled) -> Found:
    """Where links lead."""
    return followed(town.town, every_page())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    with sync_playwright() as playwright:
        browser = started(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def looker(browser: Browser) -> Callable[[Visitor], Looker]:
    """A visitor's browser, signed in once."""
    known: dict[Visitor, Looker] = {}

    def of(visitor: Visitor) -> Looker:
        if visitor not in known:
            known[visitor] = signed_in(browser, visitor)
        return known[visitor]

    return of
