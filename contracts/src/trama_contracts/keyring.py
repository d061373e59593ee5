"""What a reader must hold to open: stream keys, its own HPKE keys, and what is erased (wire section 14)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from trama_contracts.hpke import HpkePrivateKey
from trama_contracts.messages import Grant
from trama_contracts.names import Circle


@dataclass(frozen=True, slots=True)
class StreamKey:
    """What a grant left in the keyring for one stream."""

    key: bytes = field(repr=False)
    circle: Circle
    record: str


class StreamKeys(Protocol):
    """What opens events, and what is erased, by (topic, stream): an id alone identifies nothing."""

    def stream_key(self, topic: str, stream: str) -> StreamKey | None:
        """The key granted for a stream."""

    def is_erased(self, topic: str, stream: str) -> bool:
        """Whether the stream was erased, by whatever way the order came."""

    def erased_hash(self, topic: str, stream: str) -> str | None:
        """The hash of the control event that erased the stream, if one was read."""


class MailKeys(Protocol):
    """What opens messages."""

    def hpke_key(self, hpkekey: str) -> HpkePrivateKey | None:
        """One of the service's own private keys."""


class KeysInMemory:
    """A keyring for tests, tools and small readers: nothing of it outlives the process."""

    def __init__(self, own: Iterable[HpkePrivateKey] = ()) -> None:
        self._own = {key.hpkekey: key for key in own}
        self._streams: dict[tuple[str, str], StreamKey] = {}
        self._erased: dict[tuple[str, str], str | None] = {}

    def hold(self, topic: str, stream: str, key: StreamKey) -> None:
        """Keep a stream's key."""
        self._streams[topic, stream] = key

    def take(self, grant: Grant) -> None:
        """Keep the key of a grant that was judged ok."""
        self.hold(grant.topic, grant.stream, StreamKey(grant.raw_key, grant.circle, grant.record))

    def erase(self, topic: str, stream: str, hash: str | None = None) -> None:
        """Destroy a stream's key and remember the hash of the control event, for ever."""
        self._streams.pop((topic, stream), None)
        self._erased[topic, stream] = hash

    def stream_key(self, topic: str, stream: str) -> StreamKey | None:
        """The key granted for a stream."""
        return self._streams.get((topic, stream))

    def hpke_key(self, hpkekey: str) -> HpkePrivateKey | None:
        """One of the service's own private keys."""
        return self._own.get(hpkekey)

    def is_erased(self, topic: str, stream: str) -> bool:
        """Whether the stream was erased."""
        return (topic, stream) in self._erased

    def erased_hash(self, topic: str, stream: str) -> str | None:
        """The hash of the control event that erased the stream, if one was read."""
        return self._erased.get((topic, stream))
