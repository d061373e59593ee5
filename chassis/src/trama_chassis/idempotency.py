"""Commands that may be sent again: who heard no answer asks once more with the same key, and it is done once.

The answer is kept in the transaction of what it answers (draft-ietf-httpapi-idempotency-key-header). What is
asked again is run again and rolled back, so that rights are judged anew; then the first answer is given.
"""

import hashlib
import json
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from python_multipart.multipart import parse_options_header
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from trama_chassis import clock
from trama_chassis.errors import Refused

HEADER: Final = "Idempotency-Key"
KEY: Final = re.compile(r"[\x21-\x7e]{8,64}")
REMEMBER: Final = timedelta(days=2)
GONE: Final = b'{"type":"urn:trama:problem:answer-erased","title":"Gone","status":410}'
"""What stands in the place of an answer that told of what was erased since."""


class AnswerGiven(SQLModel, table=True):
    """What was answered to a command that carried a key."""

    __tablename__ = "answer_given"
    __table_args__ = ({"info": {"contended": True}},)
    operator: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request: str
    status: int
    media_type: str
    body: bytes
    at: datetime = Field(index=True)


class KeyMalformed(Refused):
    """The key is too short to be one's own, too long, or not printable."""

    status = 400
    code = "idempotency-key-malformed"
    detail = (
        "L'intestazione Idempotency-Key deve avere da 8 a 64 caratteri ASCII visibili, per esempio un UUID."
    )
    field = HEADER


class KeyReused(Refused):
    """The key was used for something else."""

    status = 422
    code = "idempotency-key-reused"
    detail = "Questa Idempotency-Key è già servita per un'altra richiesta: usarne una nuova."
    field = HEADER


def key_of(request: Request) -> str | None:
    """The key of a command, if its caller sent one. Raises KeyMalformed."""
    key = request.headers.get(HEADER)
    if key is None or request.method in ("GET", "HEAD"):
        return None
    if KEY.fullmatch(key) is None:
        raise KeyMalformed
    return key


async def answer_before(session: AsyncSession, request: Request, key: str) -> Response | None:
    """What was answered when this was asked before, by the same operator. Raises KeyReused."""
    caller = getattr(request.state, "caller", None)
    given = await session.get(AnswerGiven, (caller.operator, key)) if caller else None
    if given is None:
        return None
    if given.request != await _digest(request):
        raise KeyReused
    return Response(given.body, given.status, {"Idempotency-Replayed": "true"}, given.media_type)


async def keep_answer(session: AsyncSession, request: Request, key: str, response: Response) -> None:
    """Keep an answer with what it answers; of a refusal nothing is kept."""
    session.add(
        AnswerGiven(
            operator=request.state.caller.operator,
            key=key,
            request=await _digest(request),
            status=response.status_code,
            media_type=response.media_type or "application/json",
            body=bytes(response.body),
            at=clock.machine_now(),
        )
    )


async def forget_old(session: AsyncSession) -> None:
    """Drop answers older than any caller still waits for."""
    limit = clock.machine_now() - REMEMBER
    await session.execute(delete(AnswerGiven).where(col(AnswerGiven.at) < limit))


async def forget_answers(session: AsyncSession, words: Collection[str]) -> None:
    """Erase answers in which one of these words stands; who asks again hears that the answer is gone."""
    sought = [json.dumps(word, ensure_ascii=False)[1:-1].encode() for word in words]
    for given in await session.scalars(select(AnswerGiven)):
        if any(word in given.body for word in sought):
            given.status, given.media_type, given.body = 410, "application/problem+json", GONE


async def _digest(request: Request) -> str:
    """What is asked, the same when it is asked again: what parts a form's fields is drawn anew each time."""
    body = await request.body()
    _, options = parse_options_header(request.headers.get("content-type"))
    if boundary := options.get(b"boundary"):
        body = body.replace(boundary, b"")
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    return hashlib.sha256(asked).hexdigest()
