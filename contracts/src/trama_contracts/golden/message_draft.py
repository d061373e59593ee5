"""Builds mailbox records with exactly the fault asked for, all else being right and signed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trama_contracts.encoding import b64
from trama_contracts.golden.case import Case
from trama_contracts.golden.drawn_seals import DrawnSeals
from trama_contracts.golden.event_draft import ABSENT, Edit, Headers, same
from trama_contracts.golden.fixtures import DSM, DSM_KEY, NOW, SIL_HPKE, drawn, uuid_of
from trama_contracts.hpke import ENC_LENGTH, HpkePrivateKey, message_info
from trama_contracts.moments import instant
from trama_contracts.names import MESSAGE, parse_topic, source_of
from trama_contracts.outcomes import Outcome
from trama_contracts.padding import pad
from trama_contracts.record import Record
from trama_contracts.sealing import compact
from trama_contracts.signature import headers_of, kid_of, raw_public, signature_header

SIL_MAILBOX: Final = "pn.sil.registry.mailbox.v1"
LEGACY_MAILBOX: Final = "pn.coop-prova.registry.mailbox.v1"
SENT_AT: Final = instant(NOW)


def message(wire_type: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A message's inner JSON; a member that is None is left out."""
    document = {"type": wire_type, "sent_at": SENT_AT} | members
    return {name: value for name, value in document.items() if value is not None}


HEADS: Final = message("it.trama.heads.v1", heads={})


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message to be written with the faults that are set; `expect` and `why` stand beside them.

    `filled` puts bytes of the right length where a seal would be: for faults found before opening.
    """

    name: str
    expect: Outcome
    why: str
    topic: str = SIL_MAILBOX
    sender: str = DSM
    signer: Ed25519PrivateKey = DSM_KEY
    content: dict[str, Any] | bytes = field(default_factory=lambda: HEADS)
    padded: bytes | None = None
    sealed_to: HpkePrivateKey = SIL_HPKE
    named_key: str | None = None
    seal_as: dict[str, str] = field(default_factory=dict)
    filled: bool = False
    edit_data: Edit = same
    clear: dict[str, Any] = field(default_factory=dict)
    edit_json: Edit = same
    kafka_key: bytes | None = b"\xff the sender"
    signed_topic: str | None = None
    edit_headers: Callable[[Headers], Headers] | None = None
    null_value: bool = False
    now: datetime = NOW

    def told(self) -> dict[str, str]:
        """What is in clear and goes into info."""
        topic = parse_topic(self.topic)
        if topic is None:
            raise ValueError(self.topic)
        return {
            "topic": self.topic,
            "source": source_of("pn", self.sender),
            "id": uuid_of("message " + self.name),
            "recipient": topic.principal,
            "hpkekey": self.named_key or self.sealed_to.hpkekey,
        }

    def plain(self) -> bytes:
        """The padded plaintext."""
        content = self.content if isinstance(self.content, bytes) else compact(self.content)
        return pad(content) if self.padded is None else self.padded

    def data(self, seals: DrawnSeals) -> bytes:
        """enc || ct, or bytes of that length."""
        if self.filled:
            return drawn("filled " + self.name, ENC_LENGTH[self.sealed_to.suite] + 16 + 1024)
        info = message_info(**{**self.told(), **self.seal_as})
        return seals.seal(self.sealed_to.public, self.sealed_to.suite, self.plain(), info)

    def record(self, seals: DrawnSeals) -> Record:
        """The record, faults included."""
        told = self.told()
        attributes = {
            "specversion": "1.0",
            "id": told["id"],
            "source": told["source"],
            "type": MESSAGE,
            "recipient": told["recipient"],
            "hpkekey": told["hpkekey"],
            "data_base64": b64(self.edit_data(self.data(seals))),
        } | self.clear
        value = self.edit_json(compact({n: v for n, v in attributes.items() if v is not ABSENT}))
        key = self.sender.encode() if self.kafka_key == b"\xff the sender" else self.kafka_key
        kid = kid_of(raw_public(self.signer))
        signature = signature_header(self.signer, self.signed_topic or self.topic, key or b"", kid, value)
        headers: Headers = headers_of(signature)
        if self.edit_headers is not None:
            headers = self.edit_headers(headers)
        return Record(self.topic, key, None if self.null_value else value, headers)

    def case(self, seals: DrawnSeals) -> Case:
        """The case."""
        return Case(
            name=self.name,
            kind="message",
            why=self.why,
            record=self.record(seals),
            expect=self.expect,
            now=self.now,
        )
