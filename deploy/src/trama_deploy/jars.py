"""The broker's Java archives: fetched once per user by Maven and checked against pinned hashes."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trama_deploy.java import find_java

KAFKA_VERSION = "4.3.1"
PINNED = Path(__file__).parent / "kafka"
"""pom.xml, log4j2.xml and jars.sha256."""


class JarsMissing(Exception):
    """The broker's archives are not in the cache and could not be fetched."""


class JarsAltered(Exception):
    """A fetched archive is not, byte for byte, the one that was pinned."""


def cache_directory() -> Path:
    """Where this user's copy of the archives lives (XDG base directory specification)."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "trama" / f"kafka-{KAFKA_VERSION}"


def fetched() -> bool:
    """Whether the cache holds every pinned archive."""
    directory = cache_directory()
    return all((directory / name).is_file() for name in _pinned_hashes())


def ensure_jars() -> Path:
    """The directory of the archives, fetched if need be. Raises JarsMissing, JarsAltered, JavaMissing."""
    directory = cache_directory()
    if fetched():
        return directory
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _alone(directory.with_suffix(".lock")):
        if not fetched():
            _fetch_into(directory)
    return directory


def _fetch_into(directory: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise JarsMissing("Serve Maven (comando «mvn») per scaricare Kafka la prima volta.")
    incoming = Path(tempfile.mkdtemp(prefix="kafka-", dir=directory.parent))
    try:
        _copy_dependencies(maven, incoming)
        _check(incoming)
        shutil.rmtree(directory, ignore_errors=True)
        incoming.rename(directory)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _copy_dependencies(maven: str, incoming: Path) -> None:
    # The pom is copied out because Maven writes beside it and the package may be read-only.
    pom = Path(shutil.copy(PINNED / "pom.xml", incoming / "pom.xml"))
    command = [maven, "--quiet", "--batch-mode", "--no-transfer-progress", "--file", str(pom)]
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={incoming}"]
    answer = subprocess.run(  # noqa: S603 - Maven with our own pom, no shell
        [*command, *goal], capture_output=True, text=True, env=_with_java()
    )
    pom.unlink()
    if answer.returncode != 0:
        raise JarsMissing(f"Maven non ha scaricato Kafka {KAFKA_VERSION}:\n{answer.stdout[-2000:]}")


def _with_java() -> dict[str, str]:
    """Maven looks for Java itself; the one inside a Python wheel it would not find."""
    environment = dict(os.environ)
    if not environment.get("JAVA_HOME") and shutil.which("java") is None:
        environment["JAVA_HOME"] = str(find_java().parent.parent)
    return environment


def _check(directory: Path) -> None:
    for name, pinned in _pinned_hashes().items():
        archive = directory / name
        if not archive.is_file():
            raise JarsMissing(f"Maven non ha portato {name}.")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != pinned:
            raise JarsAltered(f"{name} non è l'archivio fissato in jars.sha256.")
    for stranger in {path.name for path in directory.iterdir()} - set(_pinned_hashes()):
        raise JarsAltered(f"{stranger} non è tra gli archivi fissati in jars.sha256.")


def _pinned_hashes() -> dict[str, str]:
    lines = (PINNED / "jars.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
