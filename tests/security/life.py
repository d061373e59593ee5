"""How a life is lived over HTTP: one command after the other, each needing ids that others gave.

A text that whoever writes is free to choose stands in a body as `Free`: tests put other texts in its place.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.security.origins import Answer, Member, Town

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Free(str):
    """A text that its writer chooses; this one is harmless."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command: where, by whom, with what; `keeps` names the ids of its answer that later steps need."""

    method: str
    path: str
    body: Any = None
    by: str = "caseworker"
    at: str = "sil"
    keeps: Mapping[str, str] = field(default_factory=dict)
    """Name of an id -> where in the answer it stands."""
    carried: bool = False
    """Whether what was written so far is first carried to the other members."""
    file: str | None = None
    """The name of a file that goes with it."""


def free_texts(body: Any, place: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Where free texts stand in a body, as a refusal names them: `goals.0.what`."""
    if isinstance(body, Free):
        yield ".".join(map(str, place))
    elif isinstance(body, dict):
        for name, inner in body.items():
            yield from free_texts(inner, (*place, name))
    elif isinstance(body, list):
        for index, inner in enumerate(body):
            yield from free_texts(inner, (*place, index))


def filled(body: Any, ids: Mapping[str, str], text: Callable[[str, str], str], at: str = "") -> Any:
    """A body with the ids of this life, each free text as `text(place, harmless)` gives it."""
    if isinstance(body, Free):
        return text(at, str(body))
    if isinstance(body, str):
        return body.format_map(ids) if "{" in body else body
    if isinstance(body, dict):
        return {name: filled(one, ids, text, f"{at}.{name}".lstrip(".")) for name, one in body.items()}
    if isinstance(body, list):
        return [filled(one, ids, text, f"{at}.{index}".lstrip(".")) for index, one in enumerate(body)]
    return body


def harmless(_: str, text: str) -> str:
    """A free text as it stands."""
    return text


def kept(answer: Answer, where: str) -> str:
    """What stands somewhere in an answer: `entries.-1.event_id`."""
    found = answer.json()
    for part in where.split("."):
        found = found[int(part)] if part.lstrip("-").isdecimal() else found[part]
    return str(found)


def multipart(body: Mapping[str, str], name: str, content: bytes = PNG) -> tuple[str, bytes]:
    """The media type and the bytes of a form with a file."""
    parts = [
        f'--trama\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in body.items()
    ]
    # A browser writes what would end the name otherwise (HTML, multipart/form-data encoding algorithm).
    safe = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--trama\r\nContent-Disposition: form-data; name="file"; filename="{safe}"\r\n'
    parts.append(head.encode() + b"Content-Type: image/png\r\n\r\n" + content + b"\r\n--trama--\r\n")
    return "multipart/form-data; boundary=trama", b"".join(parts)


MEMBERS = {"member": "sil", "promoter": "sil", "dsm": "dsm", "ambito": "ambito-urbano"}
"""Members that paths name."""


async def take(member: Member, step: Step, body: Any, ids: Mapping[str, str], content: bytes = b"") -> Answer:
    """Send one command."""
    path = step.path.format_map({**MEMBERS, **ids})
    if step.file is None:
        return await member.ask(step.method, path, by=step.by, body=body)
    kind, sent = multipart(body, step.file, content or PNG + step.file.encode())
    return await member.ask(step.method, path, by=step.by, headers={"content-type": kind}, content=sent)


async def live(town: Town, ids: dict[str, str], steps: tuple[Step, ...]) -> None:
    """Steps with harmless texts; the ids of what came of them are put in `ids`."""
    for step in steps:
        if step.carried:
            await town.carry()
        answer = await take(town[step.at], step, filled(step.body, ids, harmless), ids)
        assert answer.status < 300, f"{step.method} {step.path}: {answer.status} {answer.text[:600]}"
        ids.update({name: kept(answer, where) for name, where in step.keeps.items()})
    await town.carry()
