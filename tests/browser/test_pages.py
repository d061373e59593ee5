"""Every page, as people meet it: axe, 320 pixels, the keyboard, no scripts, no complaints of the browser."""

from collections.abc import Callable

import pytest

from tests.browser.looking import Looker, barriers, controls, too_wide, walked
from tests.browser.pages import Found, Visitor, every_page

# The town lives its year before the first of these; on a machine that does other things it takes minutes.
pytestmark = pytest.mark.timeout(600)
PAGES = every_page()


@pytest.mark.parametrize("path", PAGES)
def test_page_can_be_used_by_everybody(path: str, found: Found, looker: Callable[[Visitor], Looker]) -> None:
    """INVARIANT: axe finds nothing, 320 pixels are enough, Tab reaches every control in reading order and one
    sees where it is, nothing needs a script, and the browser complains of nothing. A page that no link leads
    to breaks it too: nobody could find it."""
    examples = found.of(path)
    assert examples, f"no link leads to {path}"
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
