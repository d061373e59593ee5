"""Writes docs/usability.md from a day of work in the browser: `make usability`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.day import Task, lived, typed_twice
from tests.browser.looking import Looker, signed_in, started
from tests.browser.pages import Visitor, visitors
from tests.browser.people import peopled
from tests.browser.town import alive

DOCUMENT = Path(__file__).parents[2] / "docs" / "usability.md"
BEGINS = "| what is done | at | pages | clicks | fields | keys | seconds |"
TEXT = """# What work costs by hand

`tests/browser/day.py` does a day of work in a real browser, with the pages and the invented people of the
demonstration, and counts what each task takes from the first page on: pages turned, clicks (an entry of a
list is two), fields written, keys pressed. `make usability` writes this page; the test in
`tests/browser/test_workplace.py` holds the limits: a referral in 90 seconds, its answer in 20, and
**nothing typed twice**.

Seconds are those of the keystroke-level model (Card, Moran and Newell, 1980) for an average typist who
knows what to write: 1.3 s for each click, 0.28 s for each key, 0.4 s to move to the keyboard for each
field, 1.35 s of thought for each click and field. They are an estimate to compare tasks with, not a measure
of people.

{table}

Typed although it had been typed before, by whomever (a name sought is not counted): **{twice}**.

## What every page is held to

`tests/browser` finds all pages in the route tables and goes to each by the links people follow, from the
first page of every member of the demonstration; a page that no link leads to fails the test, so a new page
is visited without anybody adding it. On each: axe finds nothing (WCAG 2.1 A and AA, and its best practice);
a window of 320 pixels shows all without scrolling sideways; Tab reaches every control in reading order and
one sees where it is; the same controls are there with scripts off; the browser complains of nothing, the
content security policy included. axe finds a part of the barriers only: nobody who uses a screen reader
every day has tried these pages yet.
"""


def document(tasks: list[Task]) -> str:
    """The page."""
    table = "\n".join([BEGINS, "|---|---|---|---|---|---|---|", *(task.row for task in tasks)])
    return TEXT.format(table=table, twice=", ".join(typed_twice(tasks)) or "nothing")


def main() -> None:
    """Have a town live, work a day in it, write."""
    known: dict[Visitor, Looker] = {}
    complained: list[str] = []
    with tempfile.TemporaryDirectory() as place, alive(Path(place)) as town:
        peopled(town)  # before the browser, which has a loop of its own in this thread
        with sync_playwright() as playwright:
            browser = started(playwright)

            def looker(visitor: Visitor) -> Looker:
                return known.get(visitor) or known.setdefault(visitor, signed_in(browser, visitor))

            tasks = lived(looker, visitors(town), complained=complained)
            browser.close()
    if complained:
        sys.exit("\n".join(complained))
    DOCUMENT.write_text(document(tasks), encoding="utf-8")


if __name__ == "__main__":
    main()
