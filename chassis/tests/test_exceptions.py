"""Who may allow an exception is asked why, on a page that keeps what was typed; nobody else is."""

import re
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Form, Request, UploadFile
from fastapi.responses import Response
from sqlalchemy import select
from trama_chassis import audit, forms
from trama_chassis.accounts import Caller, require
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.database import Router, Transaction
from trama_chassis.errors import Refused

from chassis.tests.conftest import PASSWORD, Note

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TYPED = {"text": 'Una nota con "virgolette" & segni', "who": ["a", "b"]}
pages = Router()


class OnlyShort(Refused):
    """A rule to which who writes may allow an exception."""

    code = "only-short"
    rule = "Solo note brevi"
    detail = "La nota è troppo lunga."
    allowed_by = "writer"


class OnlyOnMondays(OnlyShort):
    """Another."""

    code = "only-on-mondays"
    rule = "Solo di lunedì"


@pages.post("/appunti/regole")
async def ruled(
    request: Request,
    session: Transaction,
    _: Annotated[Caller, Depends(require())],
    text: Annotated[str, Form()],
    who: Annotated[list[str], Form()],
    paper: UploadFile | None = None,
) -> Response:
    """A form that two rules refuse."""
    try:
        for rule in (OnlyShort, OnlyOnMondays):
            with audit.allowing(session):
                raise rule
    except Refused as refused:
        values = {"problem": {"title": "Appunti", "detail": refused.detail}}
        return await forms.page(
            request, "problem.html", values, templates=forms.web.environment(), refused=refused
        )
    read = await paper.read() if paper is not None else b""
    session.add(Note(text=f"{text} {who} {read.decode()}".rstrip()))
    return Response("fatto")


@pytest.fixture
def app(app_of: Any) -> FastAPI:
    application: FastAPI = app_of(pages)
    return application


async def sent(browser: httpx.AsyncClient, files: Any = None, **more: str) -> httpx.Response:
    await browser.post("/accedi", data={"operator": "anna", "password": PASSWORD})
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await browser.get("/")).text)
    assert token is not None
    return await browser.post(
        "/appunti/regole", data={"csrf_token": token.group(1), **TYPED, **more}, files=files
    )


async def written(runtime: Any) -> tuple[list[tuple[str, str | None, str | None]], list[str]]:
    async with runtime.database.read() as session:
        entries = list(await session.scalars(select(AuditEntry).order_by("number")))
        notes = [one.text for one in await session.scalars(select(Note))]
    return [(one.kind, one.code, one.reason) for one in entries], notes


async def test_the_form_comes_back_whole_with_a_place_for_the_reason(
    browser: httpx.AsyncClient, runtime: Any
) -> None:
    page = await sent(browser)
    assert page.status_code == 409
    for shown in ("Solo note brevi", "La nota è troppo lunga", 'name="exception_reason"'):
        assert shown in page.text
    assert 'value="Una nota con &#34;virgolette&#34; &amp; segni"' in page.text
    assert len(re.findall(r'type="hidden" name="who" value="[ab]"', page.text)) == 2
    blank = await sent(browser, exception_reason="  ")
    assert (blank.status_code, "Scrivete il motivo." in blank.text) == (409, True)
    entries, notes = await written(runtime)
    assert notes == []
    assert entries == []


async def test_with_the_reason_it_is_done_and_each_rule_set_aside_is_counted(
    browser: httpx.AsyncClient, runtime: Any
) -> None:
    done = await sent(browser, exception_reason="La persona parte domani")
    assert (done.status_code, done.text) == (200, "fatto")
    entries, notes = await written(runtime)
    assert notes == [f"{TYPED['text']} {TYPED['who']}"]
    assert entries == [("exception", "only-short only-on-mondays", "La persona parte domani")]


async def test_a_file_is_asked_for_once_more_and_goes_with_the_reason(
    browser: httpx.AsyncClient, runtime: Any
) -> None:
    paper = {"paper": ("relazione <1>.txt", b"Il testo", "text/plain")}
    page = await sent(browser, paper)
    assert page.status_code == 409
    assert '<form method="post" enctype="multipart/form-data">' in page.text
    assert "Scegliete di nuovo «relazione &lt;1&gt;.txt»" in page.text
    assert re.search(r'<input [^>]*name="paper" type="file"', page.text)
    assert len(re.findall(r'type="hidden" name="who" value="[ab]"', page.text)) == 2
    done = await sent(browser, paper, exception_reason="La persona parte domani")
    assert (done.status_code, done.text) == (200, "fatto")
    assert (await written(runtime))[1] == [f"{TYPED['text']} {TYPED['who']} Il testo"]


async def test_a_field_for_a_file_that_was_left_empty_is_no_obstacle(browser: httpx.AsyncClient) -> None:
    page = await sent(browser, {"paper": ("", b"", "application/octet-stream")})
    assert ('name="exception_reason"' in page.text, 'type="file"' in page.text) == (True, False)


async def test_who_may_not_allow_it_sees_whom_to_ask_and_no_form(
    browser: httpx.AsyncClient, runtime: Any
) -> None:
    accounts = runtime.settings.accounts_file
    accounts.write_text(accounts.read_text().replace("roles: [writer]", "roles: [clerk]"))
    page = await sent(browser, exception_reason="Lo voglio io")
    assert page.status_code == 409
    assert "Può consentirlo, indicando un motivo, chi è responsabile del servizio" in page.text
    assert "exception_reason" not in page.text
    assert (await written(runtime))[1] == []
