"""Somebody who reads every topic and holds no key: which streams can they tell to be of one person?

All that the broker shows is here: topic, key, value, headers, place in the log, time. Nothing else is.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One record as it stands in a log."""

    topic: str
    offset: int
    at: datetime
    key: bytes
    value: bytes
    headers: Headers


Stream = tuple[Seen, ...]
Streams = Mapping[str, Stream]
"""By stream id: what everybody can put together, for each stream says whose it is."""


def streams_of(log: Sequence[Seen]) -> dict[str, Stream]:
    """The records of each stream, in the order of the log."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for one in log:
        found[one.key.decode()].append(one)
    return {stream: tuple(seen) for stream, seen in found.items()}


def tokens(stream: Stream) -> set[str]:
    """Every word of the clear part and of the headers; of the sealed part every piece of 16 characters."""
    found: set[str] = set()
    for one in stream:
        clear = json.loads(one.value)
        sealed = str(clear.pop("data_base64", ""))
        found |= {f"{name}={value}" for name, value in clear.items()} | {
            str(value) for value in clear.values()
        }
        found |= {sealed[at : at + 16] for at in range(0, len(sealed) - 15, 16)}
        for name, value in one.headers:
            found |= {value.decode("latin-1"), *value.decode("latin-1").split("."), name}
    return found


Score = Callable[[Stream, Stream], float]
"""How much two streams look like one person's; of all candidates the one with the highest is guessed."""


def by_tokens(left: Streams, right: Streams) -> Score:
    """Identifiers, trace ids, hashes: rare words that both have."""
    words = {id(stream): tokens(stream) for side in (left, right) for stream in side.values()}
    common = Counter(word for found in words.values() for word in found)
    rare = {word for word, times in common.items() if times <= 4}
    return lambda a, b: float(len(words[id(a)] & words[id(b)] & rare))


def by_time(left: Streams, right: Streams) -> Score:
    """The moments at which they began."""
    return lambda a, b: -abs((a[0].at - b[0].at).total_seconds())


def by_size(left: Streams, right: Streams) -> Score:
    """How long the records are."""
    sizes = {
        id(stream): [len(one.value) for one in stream] for side in (left, right) for stream in side.values()
    }

    def score(a: Stream, b: Stream) -> float:
        pairs = zip(sizes[id(a)], sizes[id(b)], strict=False)
        return -float(sum(abs(one - other) for one, other in pairs))

    return score


def by_adjacency(left: Streams, right: Streams) -> Score:
    """Their places in one log, beside each other; in two logs places tell nothing but the order."""
    one_log = {stream[0].topic for side in (left, right) for stream in side.values()}
    return lambda a, b: -abs(a[0].offset - b[0].offset) if len(one_log) == 1 else 0.0


def by_order(left: Streams, right: Streams) -> Score:
    """The order in which they began: the first with the first, the second with the second."""
    rank = {
        id(stream): place
        for side in (left, right)
        for place, stream in enumerate(sorted(side.values(), key=lambda stream: stream[0].offset))
    }
    return lambda a, b: -abs(rank[id(a)] - rank[id(b)])


CLUES: Mapping[str, Callable[[Streams, Streams], Score]] = {
    "identifiers and traces": by_tokens,
    "time": by_time,
    "size": by_size,
    "adjacency": by_adjacency,
    "order": by_order,
}


def guesses(left: Streams, right: Streams, clue: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """For each stream on the right the one on the left that fits best; among equals any."""
    score = CLUES[clue](left, right)
    for name, stream in right.items():
        scores = {other: score(candidate, stream) for other, candidate in left.items()}
        best = max(scores.values())
        yield chance.choice([other for other, found in scores.items() if found == best]), name


def right_guesses(
    left: Streams, right: Streams, truth: Mapping[str, str], clue: str, chance: random.Random
) -> int:
    """How many of the guesses are right. `truth` names the person of each stream."""
    return sum(truth[one] == truth[other] for one, other in guesses(left, right, clue, chance))
