"""A form sent after its session had ended is not lost: kept for its writer, and filled in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData

if TYPE_CHECKING:
    from fastapi import Request

    from trama_chassis.sessions import KeptForm

TOKEN = "csrf_token"  # noqa: S105 - the name of a field
FORM_KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")
PARAMETER = "ripresa"


async def keep(request: Request) -> str | None:
    """Keep the form of a request for the operator it had been given to; returns who that is, if known."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return None
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(FORM_KINDS):
        return None
    form: FormData = await request.form()
    token = form.get(TOKEN)
    fields = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name != TOKEN and "password" not in name
    ]
    if not isinstance(token, str) or not fields:
        return None
    sessions = request.app.state.accounts.sessions
    operator: str | None = sessions.keep(token, request.url.path, page_of(request), fields)
    return operator


def page_of(request: Request) -> str:
    """The page of ours from which a form was sent, or at least where it was sent to."""
    page = urlsplit(request.headers.get("referer", ""))
    from_here = page.netloc == request.headers.get("host") and page.path not in ("", "/accedi")
    return page._replace(scheme="", netloc="", fragment="").geturl() if from_here else request.url.path


def asked_for(request: Request) -> KeptForm | None:
    """The kept form with which this page is to be filled in, if it is the caller's own."""
    caller = getattr(request.state, "caller", None)
    number = request.query_params.get(PARAMETER)
    if caller is None or not number:
        return None
    form: KeptForm | None = request.app.state.accounts.sessions.seen(caller.operator, number)
    return form


def filled_in(page: str, form: KeptForm) -> str:
    """The page with what was typed back in its form: the one that is sent to the same address."""
    filler = _Filler(form.action, form.fields)
    filler.feed(page)
    filler.close()
    return "".join(filler.written)


class _Filler(HTMLParser):
    """Copies a page as it is, except the values of one form."""

    def __init__(self, action: str, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._action = action
        self._left = list(fields)
        self._inside = False
        self._choosing: frozenset[str] | None = None
        self._silent = False

    def _values(self, name: str) -> frozenset[str]:
        return frozenset(value for field, value in self._left if field == name)

    def _next(self, name: str) -> str | None:
        """What was typed in the next field of this name."""
        place = next((place for place, (field, _) in enumerate(self._left) if field == name), None)
        return None if place is None else self._left.pop(place)[1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag, or write it anew with the value that was typed."""
        held = dict(attrs)
        if tag == "form":
            self._inside = (held.get("action") or self._action) == self._action
        if not self._inside or not self._fill(tag, held):
            self.written.append(self.get_starttag_text() or "")

    def _fill(self, tag: str, held: dict[str, str | None]) -> bool:
        name, kind = held.get("name") or "", held.get("type") or "text"
        if tag == "select":
            self._choosing = self._values(name)
        elif tag == "option" and self._choosing is not None:
            return self._write(tag, _marked(held, "selected", (held.get("value") or "") in self._choosing))
        elif tag == "textarea" and (typed := self._next(name)) is not None:
            self.written.append(f"{self.get_starttag_text()}\n{escape(typed, quote=False)}")
            self._silent = True
            return True
        elif tag == "input" and kind in ("checkbox", "radio"):
            return self._write(
                tag, _marked(held, "checked", (held.get("value") or "on") in self._values(name))
            )
        elif tag == "input" and kind not in ("hidden", "password", "submit", "file"):
            typed = self._next(name)
            return typed is not None and self._write(tag, {**held, "value": typed})
        return False

    def _write(self, tag: str, held: Mapping[str, str | None]) -> bool:
        marks = (name if value is None else f'{name}="{escape(value)}"' for name, value in held.items())
        self.written.append(f"<{' '.join((tag, *marks))}>")
        return True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As an opening tag: nothing follows either."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Copy the end of an element."""
        self._inside = self._inside and tag != "form"
        self._choosing = None if tag == "select" else self._choosing
        self._silent = self._silent and tag != "textarea"
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy text, except what stood in a field that was filled in."""
        if not self._silent:
            self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        """Copy a named character."""
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy a numbered character."""
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        """Copy a comment."""
        self.written.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        """Copy the document type."""
        self.written.append(f"<!{decl}>")


def _marked(held: Mapping[str, str | None], mark: str, on: bool) -> dict[str, Any]:
    others = {name: value for name, value in held.items() if name != mark}
    return {**others, mark: None} if on else others
