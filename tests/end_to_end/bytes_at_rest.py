"""What lies on disk: names in any form in which they could lie there, ciphertext known by its bytes."""

import json
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, TopicPartition
from trama_deploy.access import Access
from trama_simulation.persons import Person

SURE = 8
"""A word this long does not stand in random base64 by chance."""
GRAM = 8
PIECE = 2 * GRAM


def traces_of(person: Person) -> list[bytes]:
    """Byte strings of which at least one is there wherever the person is named, clear or in plain base64."""
    names = [person.given_name, person.family_name]
    whole = [person.tax_code, person.name, f"{person.family_name} {person.given_name}", person.phone]
    words = [*whole, *(f'"{name}"' for name in names)]
    long = [name for name in names if len(name) >= SURE]
    clear = [word.encode() for word in (*words, *long)]
    return [*clear, *(form for word in words for form in in_base64(word.encode()) if len(form) >= SURE)]


def in_base64(word: bytes) -> Iterator[bytes]:
    """How a word looks inside base64, wherever in a group of three bytes it begins."""
    for before in range(3):
        encoded = b64encode(b"\0" * before + word)
        first, last = (0, 2, 3)[before], (before + len(word)) * 8 // 6
        yield encoded[first:last]
        yield encoded[first:last].replace(b"+", b"-").replace(b"/", b"_")


def found_in(files: Iterable[Path], sought: Iterable[bytes]) -> list[str]:
    """Which of these byte strings are in which files."""
    wanted = list(sought)
    hits = []
    for file in files:
        content = file.read_bytes().rstrip(
            b"\0"
        )  # the broker makes its index files large before it fills them
        hits += [f"{one!r} in {file}" for one in wanted if one in content]
    return hits


def files_of(folder: Path) -> list[Path]:
    """Every file under a folder."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def database_files(database: Path) -> list[Path]:
    """A SQLite file and what has not been written back to it yet."""
    return [path for path in (database, database.with_name(f"{database.name}-wal")) if path.exists()]


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed event on the broker, and pieces of its ciphertext by which to know it."""

    topic: str
    stream: str
    pieces: tuple[bytes, ...]

    @property
    def member(self) -> str:
        """Who wrote it: `<network>.<member>.<service>.<kind>.v1`."""
        return self.topic.split(".")[1]


def sealed_on(access: Access) -> list[Sealed]:
    """All events and facts on the broker, read as its super user."""
    consumer = Consumer(access.confluent() | {"group.id": "end-to-end", "enable.partition.eof": True})
    try:
        topics = consumer.list_topics(timeout=10).topics
        wanted = [t for name, t in topics.items() if name.endswith((".events.v1", ".facts.v1"))]
        places = [TopicPartition(topic.topic, number, 0) for topic in wanted for number in topic.partitions]
        consumer.assign(places)
        return list(_records(consumer, len(places)))
    finally:
        consumer.close()


def _records(consumer: Consumer, open_places: int) -> Iterator[Sealed]:
    while open_places:
        message = consumer.poll(10)
        assert message is not None, "the broker does not answer"
        if (error := message.error()) is not None:
            assert error.code() == KafkaError._PARTITION_EOF, error
            open_places -= 1
            continue
        topic, key, value = message.topic(), message.key(), message.value()
        assert topic is not None
        assert key is not None
        assert value is not None
        # A control event that takes a stream back holds nothing.
        if (data := json.loads(value).get("data_base64")) is not None:
            yield Sealed(topic, key.decode(), tuple(_pieces(data)))


def _pieces(text: str) -> Iterator[bytes]:
    """As it is sent and as plain bytes, from three places: the pages of a database split long values."""
    raw = b64decode(text)
    for whole in (text.encode(), raw):
        for start in (PIECE, len(whole) // 2, len(whole) - 2 * PIECE):
            yield whole[start : start + PIECE]


class Grams:
    """The bytes of files, cut in grams: tells fast whether a piece of random bytes is somewhere in them."""

    def __init__(self, files: Iterable[Path]) -> None:
        contents = [file.read_bytes() for file in files]
        self._grams = {one[at : at + GRAM] for one in contents for at in range(0, len(one), GRAM)}

    def __contains__(self, piece: bytes) -> bool:
        """A piece of two grams holds one whole gram of the file, wherever in the file it lies."""
        return any(piece[shift : shift + GRAM] in self._grams for shift in range(GRAM))


def rows(database: Path, statement: str) -> list[tuple[object, ...]]:
    """What a service's database answers; nothing is changed."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
