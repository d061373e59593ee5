"""The desk of one member: its API, asked as its operator would, with bounded waiting for what must arrive."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx

from trama_simulation.territory import Member, demo_token

LOOK_EVERY = 0.15
LOOK_SELDOM = 2.0
BUSY_AGAIN = 0.5

Json = dict[str, Any]


class Refused(Exception):
    """A member's API said no, and why."""

    def __init__(self, member: str, asked: str, status: int, problem: Json) -> None:
        self.status = status
        self.code = str(problem.get("type", "")).rpartition(":")[2]
        fields = "; ".join(f"{one.get('field')}: {one.get('message')}" for one in problem.get("errors") or ())
        detail = problem.get("detail") or problem.get("title") or "senza motivo"
        super().__init__(
            f"{member} ha rifiutato {asked} ({status}): {detail}" + (f" [{fields}]" * bool(fields))
        )


class Unreachable(Exception):
    """A member does not answer at its address."""


class NotArrived(Exception):
    """What should have arrived at a member did not, within the time given."""


class Desk:
    """One operator at one member."""

    def __init__(self, member: Member, client: httpx.AsyncClient, patience: float) -> None:
        self.member = member
        self._client = client
        self._patience = patience
        self._answered = False
        self._stands_in_for: tuple[str, str] = ("", "")
        """The login and the id of a colleague."""

    def of(self, login: str) -> "Desk":
        """The same desk, with another operator of the member at it; or with who stands in for them."""
        if login == self._stands_in_for[0]:
            return self
        return self._beside(replace(self.member, token=demo_token(login)))

    def standing_in(self, login: str, operator: str) -> "Desk":
        """The same desk, with the same operator, who does it all in the place of a colleague."""
        desk = self._beside(self.member)
        desk._stands_in_for = login, operator
        return desk

    def _beside(self, member: Member) -> "Desk":
        """Another desk of the same member: if this one was answered, that one will be."""
        desk = Desk(member, self._client, self._patience)
        desk._answered = self._answered
        return desk

    async def get(self, path: str, **query: str) -> Json:
        """Ask for something. Raises Refused, Unreachable, NotArrived."""
        answer: Json = (await self._ask("GET", path, params=query)).json()
        return answer

    async def list(self, path: str, **query: str) -> list[Json]:
        """Ask for several things. Raises Refused, Unreachable, NotArrived."""
        answer: list[Json] = (await self._ask("GET", path, params=query)).json()
        return answer

    async def post(self, path: str, body: Json, *, not_yet: Collection[str] = (), what: str = "") -> Json:
        """Do something; while it is refused with one of these codes, `what` is on its way.

        Raises Refused, Unreachable, NotArrived.
        """
        deadline = time.monotonic() + self._patience
        while True:
            try:
                done = await self._ask("POST", path, json=body)
                answer: Json = done.json() if done.content else {}
                return answer
            except Refused as refused:
                if refused.code not in not_yet:
                    raise
                await self._wait(f"{what} ({refused.code})", deadline)

    async def file(self, path: str, name: str, content: bytes, said: Mapping[str, str]) -> Json:
        """Hand in a file, with what is said of it. Raises Refused, Unreachable, NotArrived."""
        form = {"data": dict(said), "files": {"file": (name, content)}}
        answer: Json = (await self._ask("POST", path, **form)).json()
        return answer

    async def opened(self, path: str) -> bytes:
        """Open a file. Raises Refused, Unreachable, NotArrived."""
        return (await self._ask("GET", path)).content

    async def put(self, path: str, body: Json) -> Json:
        """Set something. Raises Refused, Unreachable, NotArrived."""
        answer: Json = (await self._ask("PUT", path, json=body)).json()
        return answer

    async def arrived(self, what: str, path: str, enough: Callable[[Json], bool]) -> Json:
        """Look until there is an answer that is enough; 404 means not yet. Raises NotArrived."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                found = await self.get(path)
                if enough(found):
                    return found
            except Refused as refused:
                if refused.status != httpx.codes.NOT_FOUND:
                    raise
            await self._wait(what, deadline)

    async def _ask(self, method: str, path: str, **told: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        deadline = time.monotonic() + self._patience
        key = str(uuid4())
        while True:
            try:
                answer = await self._send(method, path, told, key)
            except Unreachable:
                # Who never answered is not there; who did will be back; with the same key it is done once.
                if not self._answered or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(BUSY_AGAIN)
                continue
            self._answered = True
            if answer.is_success:
                return answer
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                raise Refused(self.member.name, f"{method} {path}", answer.status_code, _problem(answer))
            # Busy, or not yet told by a sister service: nothing was done, so it may be asked again.
            await self._wait(f"{method} {path}: {_problem(answer).get('detail')}", deadline, BUSY_AGAIN)

    async def _send(self, method: str, path: str, told: Mapping[str, Any], key: str) -> httpx.Response:
        headers = {"Idempotency-Key": key}
        if self.member.token:
            headers["Authorization"] = f"Bearer {self.member.token}"
        if self._stands_in_for[1]:
            headers["Trama-On-Behalf-Of"] = self._stands_in_for[1]
        url = f"{self.member.url}{path}"
        try:
            return await self._client.request(method, url, headers=headers, **told)
        except httpx.TransportError as error:
            raise Unreachable(f"{self.member.name} non risponde a {url} ({type(error).__name__}).") from error

    async def _wait(self, what: str, deadline: float, pause: float = LOOK_EVERY) -> None:
        """Look again soon at first, then less often: who is late is not made later by being asked."""
        left = deadline - time.monotonic()
        if left < 0:
            raise NotArrived(f"Dopo {self._patience:.0f} s non è arrivato a {self.member.name}: {what}")
        await asyncio.sleep(max(pause, min(LOOK_SELDOM, (self._patience - left) / 4)))


def _problem(answer: httpx.Response) -> Json:
    try:
        problem = answer.json()
    except ValueError:
        return {"title": answer.reason_phrase}
    return problem if isinstance(problem, dict) else {"title": answer.reason_phrase}
