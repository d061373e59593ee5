"""What a person meets on a page: barriers, width, keyboard, scripts, and what the browser complains of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.browser.pages import Visitor

CHROMIUM = Path("/usr/bin/chromium")
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 740}
NARROW = {"width": 320, "height": 640}
"""WCAG 1.4.10: 1280 pixels at 400%."""
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
}

_CONTROLS = Path(__file__).with_name("controls.js").read_text(encoding="utf-8")


class NoBrowser(Exception):
    """Chromium is not where Debian puts it."""


def started(playwright: Playwright) -> Browser:
    """The browser of the machine. Raises NoBrowser."""
    if not CHROMIUM.exists():
        raise NoBrowser(f"{CHROMIUM} is not there: apt-get install chromium")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


@dataclass
class Looker:
    """One visitor's browser, signed in, with scripts and without."""

    scripted: BrowserContext
    scriptless: BrowserContext
    complaints: list[str] = field(default_factory=list)

    @contextmanager
    def opened(self, url: str, *, scripts: bool = True) -> Iterator[Page]:
        """A page, opened; what the browser complains of is kept."""
        page = (self.scripted if scripts else self.scriptless).new_page()
        page.on("console", lambda said: self._keep(said.type, said.text))
        page.on("pageerror", lambda error: self._keep("error", str(error)))
        page.on("response", lambda answer: self._keep_answer(url, answer.url, answer.status))
        try:
            page.goto(url, wait_until="load")
            yield page
        finally:
            page.close()

    def _keep(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _keep_answer(self, asked: str, url: str, status: int) -> None:
        if status >= 400 and url != asked:
            self.complaints.append(f"{url} answers {status}")


def signed_in(browser: Browser, visitor: Visitor) -> Looker:
    """A visitor who has signed in through the form."""
    settings: dict[str, Any] = {"viewport": WIDE, "locale": "it-IT", "reduced_motion": "reduce"}
    scripted = browser.new_context(**settings)
    page = scripted.new_page()
    page.goto(f"{visitor.url}/accedi")
    page.locator("#operator").fill(visitor.login)
    page.locator("#password").fill(visitor.password)
    page.locator("#password").press("Enter")
    page.wait_for_url(lambda url: "/accedi" not in url)
    page.close()
    kept: Any = scripted.storage_state()
    return Looker(scripted, browser.new_context(**settings, storage_state=kept, java_script_enabled=False))


def barriers(page: Page) -> list[str]:
    """What axe finds, each with the element it was found at."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def too_wide(page: Page) -> list[str]:
    """What sticks out of a window of 320 pixels."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a TypedDict of the library
    found: list[str] = page.evaluate("() => {" + _CONTROLS + "return tooWide() }")
    return found


def controls(page: Page) -> list[str]:
    """Every control that can be seen, by its kind and words."""
    found: list[str] = page.evaluate("() => {" + _CONTROLS + "return controls().map(named) }")
    return found


@dataclass
class Walk:
    """What pressing Tab again and again came to."""

    reached: list[int] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def walked(page: Page) -> Walk:
    """Go through a page with the Tab key alone."""
    expected: list[dict[str, Any]] = page.evaluate("() => {" + _CONTROLS + "return prepare() }")
    walk, last = Walk(), None
    for _ in range(4 * len(expected) + 8):
        page.keyboard.press("Tab")
        at: dict[str, Any] | None = page.evaluate("() => window.whereIsFocus()")
        if at is None or (
            walk.reached and at["index"] == walk.reached[0] and at["index"] != walk.reached[-1]
        ):
            break
        if walk.reached and at["index"] == walk.reached[-1]:
            continue
        walk.reached.append(at["index"])
        if not at["seen"]:
            walk.unseen.append(at["name"])
        if last is not None and (at["index"] < last["index"] or _goes_up(last, at)):
            walk.backwards.append(f"{last['name']} > {at['name']}")
        last = at
    reached = {expected[index]["group"] for index in walk.reached if index >= 0}
    walk.missed = [one["name"] for one in expected if one["group"] not in reached]
    return walk


def _goes_up(last: dict[str, Any], at: dict[str, Any]) -> bool:
    """Whether the next control lies above the last one and not to the right of it."""
    return bool(at["bottom"] <= last["top"] and at["left"] < last["right"])
