"""A million wounded records and what becomes of them: counted, on all processors, without a network."""

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.security.wounds import Ground, mutated_record, one_bit

WOUNDED, FLIPPED, PART = 1_000_000, 100_000, 10_000
Counted = tuple[int, int, int, Counter[str]]


def part(seed: int, count: int, *, flips: bool) -> Counted:
    """How many of one part were judged, accepted, crashed; and by which code they were refused."""
    judged = Ground().judged(count, one_bit if flips else mutated_record, f"bench {seed}")
    codes = Counter({outcome.value: times for outcome, times in judged.outcomes.items()})
    return judged.count, len(judged.accepted), len(judged.crashes), codes


def measured(scale: float = 1.0) -> list[str]:
    """The table; raises AssertionError if a flipped bit was taken for good, or anything crashed."""
    lines = ["| what | records | accepted | crashes | refused as |", "|---|---|---|---|---|"]
    for what, count, flips in (("one bit changed", FLIPPED, True), ("wounded by pieces", WOUNDED, False)):
        parts = max(1, int(count * scale) // PART)
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
            found = list(pool.map(_of_kind, [(seed, flips) for seed in range(parts)]))
        records, accepted, crashes = (sum(one[place] for one in found) for place in range(3))  # type: ignore[misc]
        codes: Counter[str] = sum((one[3] for one in found), Counter())
        assert crashes == 0, f"{crashes} crashes"
        assert not flips or accepted == 0, f"{accepted} accepted"
        shown = ", ".join(f"`{code}` {times:,}" for code, times in codes.most_common() if code != "ok")
        lines.append(f"| {what} | {records:,} | {accepted:,} | {crashes} | {shown} |")
    return lines


def _of_kind(of: tuple[int, bool]) -> Counted:
    seed, flips = of
    return part(seed, PART, flips=flips)
