"""Kills nodes and the broker of a supervised network, one after another, for as long as it is let."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import psutil
from trama_deploy.processes import node_process
from trama_deploy.state import State

BROKER = "broker"


@dataclass
class Reaper:
    """Who was killed how often. A victim that is still down is passed over."""

    state: State
    nodes: tuple[str, ...]
    seed: int = 1
    pause: tuple[float, float] = (8.0, 14.0)
    kills: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        """Kill until cancelled: every node in turn, in an order drawn anew each round, then the broker."""
        drawn = Random(f"reaper {self.seed}")  # noqa: S311 - a fault to repeat, not a secret
        for victim in self._victims(drawn):
            await asyncio.sleep(drawn.uniform(*self.pause))
            if (process := self._process(victim)) is not None:
                os.kill(process.pid, signal.SIGKILL)
                self.kills[victim] += 1

    def _victims(self, drawn: Random) -> Iterator[str]:
        while True:
            yield from drawn.sample(self.nodes, len(self.nodes))
            yield BROKER

    def _process(self, victim: str) -> psutil.Process | None:
        if victim != BROKER:
            return node_process(self.state, victim)
        directory = str(self.state.broker)
        for process in psutil.process_iter(["name", "cmdline"]):
            words = process.info["cmdline"] or ()
            if "java" in (process.info["name"] or "") and any(directory in word for word in words):
                return process
        return None
