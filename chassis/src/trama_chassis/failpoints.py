"""Named places where a test kills or pauses this process. Inert unless TRAMA_FAILPOINT names one."""

import os
import signal
from collections import Counter

_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """Die by SIGKILL here if TRAMA_FAILPOINT is `<name>:<n>` and this is the n-th time.

    `<name>:<n>:stop` pauses by SIGSTOP instead; after SIGCONT the process goes on from here.
    """
    wanted = os.environ.get("TRAMA_FAILPOINT")
    if wanted is None:
        return
    wanted_name, _, rest = wanted.partition(":")
    if name != wanted_name:
        return
    times, _, kind = rest.partition(":")
    _reached[name] += 1
    if _reached[name] == int(times or "1"):
        os.kill(os.getpid(), signal.SIGSTOP if kind == "stop" else signal.SIGKILL)
