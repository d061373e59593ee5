"""Pictures of every page, as on a desk and as on a phone, for people who look: `make pictures`."""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.looking import PHONE, WIDE, signed_in, started
from tests.browser.pages import Found, every_page, followed
from tests.browser.people import peopled
from tests.browser.town import alive


def taken(browser: Browser, found: Found, folder: Path) -> int:
    """Take them all; gives how many."""
    folder.mkdir(parents=True, exist_ok=True)
    lookers: dict[Any, Any] = {}
    for path in sorted(found.examples):
        for number, one in enumerate(found.of(path), 1):
            looker = lookers.get(one.visitor) or lookers.setdefault(
                one.visitor, signed_in(browser, one.visitor)
            )
            name = re.sub(r"\W+", "-", path).strip("-") or "first"
            with looker.opened(one.url) as page:
                for kind, size in (("desk", WIDE), ("phone", PHONE)):
                    page.set_viewport_size(size)
                    file = folder / f"{name}-{number}-{one.visitor.login}-{kind}.png"
                    page.screenshot(path=file, full_page=True)
    return len(list(folder.glob("*.png")))


def main() -> None:
    """Have a town live, follow all links, and take pictures."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".var/pictures")
    with tempfile.TemporaryDirectory() as place, alive(Path(place)) as town:
        peopled(town)  # before the browser, which has a loop of its own in this thread
        with sync_playwright() as playwright:
            browser = started(playwright)
            sys.stdout.write(f"{taken(browser, followed(town, every_page()), folder)} immagini in {folder}\n")
            browser.close()


if __name__ == "__main__":
    main()
