"""One record as it was read from Kafka: bytes, never interpreted here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """What a consumer read. Partition, offset and timestamp are absent on purpose: nothing may rely on
    them (wire section 3)."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
