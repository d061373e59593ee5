"""A day of work done by hand in the browser: what each task costs in clicks, fields and seconds.

Seconds are estimated by the keystroke-level model (Card, Moran and Newell, 1980), for an average typist.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.sync_api import Error, Locator, Page

from tests.browser.looking import Looker
from tests.browser.pages import Visitor

POINT_AND_CLICK = 1.1 + 0.2
KEY = 0.28
THINK = 1.35
TO_KEYBOARD = 0.4
DATE_KEYS = 8
TURNS, SETTLES_MS = 10, 1_000
SAME_TEXT = 4
"""Texts shorter than this may be the same by chance."""


@dataclass
class Task:
    """One thing somebody gets done, and what it took."""

    name: str
    who: str
    clicks: int = 0
    fields: int = 0
    keys: int = 0
    pages: int = 0
    texts: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> int:
        """About how long it takes somebody who knows what to write."""
        thought = THINK * (self.clicks + self.fields)
        return round(self.clicks * POINT_AND_CLICK + self.keys * KEY + thought + self.fields * TO_KEYBOARD)

    @property
    def row(self) -> str:
        """A row of the table."""
        counted = (self.pages, self.clicks, self.fields, self.keys, self.seconds)
        return f"| {self.name} | {self.who} | " + " | ".join(str(one) for one in counted) + " |"


class Hand:
    """Does a task on a page as a person does, and counts."""

    def __init__(self, page: Page, task: Task) -> None:
        self.page = page
        self.task = task
        self.page.on("framenavigated", lambda _: self._turned())

    def _turned(self) -> None:
        self.task.pages += 1

    def press(self, kind: str, name: str) -> None:
        """Click a link, a button, a choice or a summary by its words."""
        self._click(self.page.locator("main, header, nav").get_by_role(kind, name=name).first)  # type: ignore[arg-type]  # a literal

    def open(self, words: str) -> None:
        """Open a closed part of the page."""
        self._click(self.page.locator("summary", has_text=words).first)

    def tick(self, label: str) -> None:
        """Choose one of several."""
        self._click(self.page.get_by_label(label).first)

    def write(self, label: str, text: str) -> None:
        """Write into a field, by its label."""
        self.page.locator("main").get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(text)
        self.task.fields += 1
        self.task.keys += DATE_KEYS if text[:4].isdecimal() and text.count("-") == 2 else len(text)
        self.task.texts.append(text)

    def choose(self, label: str, words: str) -> None:
        """Choose from a list: two clicks."""
        self.page.get_by_label(label).first.select_option(label=words)
        self.task.clicks += 2

    def find(self, text: str) -> None:
        """Search with the box on top of every page."""
        box = self.page.get_by_label("Cerca una persona")
        box.fill(text)
        self.task.fields, self.task.keys = self.task.fields + 1, self.task.keys + len(text) + 1
        box.press("Enter")

    def _click(self, what: Locator) -> None:
        what.click()
        self.task.clicks += 1


def access(hand: Hand) -> None:
    """Somebody comes to the desk."""
    hand.press("link", "Persone")
    hand.press("link", "Nuovo accesso")
    hand.write("Che cosa chiede", "Cerca un lavoro dopo una lunga malattia.")
    hand.write("Cognome", "Inventati")
    hand.write("Nome", "Hugo")
    hand.tick("Presa in carico da noi, oggi")
    hand.press("button", "Registra l'accesso")


def referral(hand: Hand) -> None:
    """A person of ours is referred to another service."""
    hand.find("Inventati")
    hand.press("link", "Inventati")
    hand.press("link", "Segnala a un servizio")
    hand.tick("Servizio di inserimento lavorativo")
    hand.write("Perché segnalate la persona", "Pronto per un tirocinio con poche ore.")
    hand.tick("La persona acconsente oggi")
    hand.press("button", "Invia la segnalazione")


def acceptance(hand: Hand) -> None:
    """The receiver accepts."""
    hand.press("link", "Inventati")
    hand.press("button", "Accetta la segnalazione")


def next_step(hand: Hand) -> None:
    """What will be done next, and by when."""
    hand.find("Inventati")
    hand.press("link", "Inventati")
    hand.write("Che cosa si farà", "Primo colloquio insieme al SIL")
    hand.write("Entro quando", "2013-10-21")
    hand.press("button", "Indica il prossimo passo")


def places(hand: Hand) -> None:
    """How many places are free today."""
    hand.press("link", "Rete")
    hand.write("Liberi oggi", "11")
    hand.press("button", "Aggiorna i posti")


def welcome(hand: Hand) -> None:
    """A host says that somebody may come."""
    hand.press("button", "Confermo")


DAY: tuple[tuple[str, str, str, Callable[[Hand], None], str], ...] = (
    ("ambito-urbano", "sara", "Registrare chi arriva allo sportello e prenderlo in carico", access, "/"),
    ("ambito-urbano", "sara", "Inviare una segnalazione", referral, "/"),
    ("sil", "livia", "Accettare una segnalazione", acceptance, "/"),
    ("ambito-urbano", "sara", "Indicare il prossimo passo", next_step, "/"),
    ("sil", "livia", "Aggiornare i posti liberi", places, "/"),
    ("mobili-campione", "ugo", "Dire che una persona può venire", welcome, "/ospiti"),
)


def lived(
    looker: Callable[[Visitor], Looker], visitors: Sequence[Visitor], *, complained: list[str]
) -> list[Task]:
    """The whole day: each task by who does it, from their first page on."""
    known = {(one.member, one.login): one for one in visitors}
    tasks = []
    for member, login, name, do, start in DAY:
        visitor = known[member, login]
        task = Task(name, visitor.member)
        with looker(visitor).opened(visitor.url + start) as page:
            do(Hand(page, task))
            complained += _complaints(page)
        tasks.append(task)
    return tasks


def _complaints(page: Page) -> list[str]:
    """What the page complains of that the last press leads to; on a slow machine it is still on its way."""
    for _ in range(TURNS):
        page.wait_for_timeout(SETTLES_MS)
        page.wait_for_load_state()
        with suppress(Error):
            return page.locator(".error-summary").all_inner_texts()
    return [f"{page.url} does not come to rest"]


def typed_twice(tasks: list[Task]) -> list[str]:
    """Texts that somebody had to write although they had been written before."""
    texts = [text.casefold() for task in tasks for text in task.texts if len(text) >= SAME_TEXT]
    return sorted({text for text in texts if texts.count(text) > 1})
