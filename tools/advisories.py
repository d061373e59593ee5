"""Whether a known vulnerability concerns what the lock file pins: `python tools/advisories.py`.

Asks pip-audit. A service that does not know a vulnerability that is known for sure knows nothing: then this
says loudly that nothing was checked, and lets the rest go on: not every build machine has a way out. Before a
release there must be one: with `--must-answer` silence is a failure.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
ACCEPTED = ROOT / "tools" / "advisories-accepted.txt"
KNOWN_TO_BE_BAD = "jinja2==2.4.1\n"
PATIENCE = {"probe": 30, "all": 300}
NOT_CHECKED = """
******************************************************************************
*  NOT CHECKED: no service of advisories answers from here ({why}).
*  Whether a known vulnerability concerns the {pins} packages that
*  requirements.lock pins was NOT looked at. Nothing else stands in for it:
*  what holds without a way out is that each is pinned with its hashes and
*  stands in sbom.cdx.json. Before a release, where there is a way out:
*      python tools/advisories.py --must-answer
******************************************************************************
"""
NEVER_ASKED = "Java archives and vendored files (sbom.cdx.json) are not asked about: look at them by hand.\n"


class NoAnswer(Exception):
    """The service of advisories cannot be asked from here."""


def asked(file: Path, seconds: float) -> list[Mapping[str, Any]]:
    """What pip-audit says of each pin of a file. Raises NoAnswer."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--disable-pip", "--no-deps"]
    options = ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and a file of ours
            [*command, *options], capture_output=True, text=True, timeout=seconds, check=False
        )
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired as late:
        raise NoAnswer(f"no answer in {seconds:.0f} seconds") from late
    except json.JSONDecodeError as broken:
        raise NoAnswer((done.stderr.strip().splitlines() or ["no answer"])[-1][:60]) from broken
    dependencies: list[Mapping[str, Any]] = found["dependencies"]
    return dependencies


def refuse_silence() -> None:
    """Ask about a version whose vulnerabilities everybody knows. Raises NoAnswer."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "probe.txt"
        file.write_text(KNOWN_TO_BE_BAD)
        if not any(one.get("vulns") for one in asked(file, PATIENCE["probe"])):
            raise NoAnswer("it knows no vulnerability at all")


def report(found: list[Mapping[str, Any]], accepted: Mapping[str, str]) -> tuple[list[str], int]:
    """A line for each vulnerability that concerns us and is not accepted, and how many pins nobody knew."""
    lines = [
        f"{one['name']} {one['version']}: {bad['id']}, mended in {', '.join(bad['fix_versions']) or 'none'}"
        for one in found
        for bad in one.get("vulns", [])
        if bad["id"] not in accepted
    ]
    return lines, sum("skip_reason" in one for one in found)


def accepted() -> dict[str, str]:
    """Vulnerabilities looked at and found not to concern us: `<id> <why>`, a line each."""
    lines = ACCEPTED.read_text().splitlines() if ACCEPTED.exists() else []
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))


def main(must_answer: bool = False) -> int:
    """Probe, ask, say; 1 for a vulnerability, 2 for silence where an answer is a must."""
    try:
        refuse_silence()
        found = asked(LOCK, PATIENCE["all"])
    except NoAnswer as silent:
        pins = sum(" \\" in line and "==" in line for line in LOCK.read_text().splitlines())
        sys.stderr.write(NOT_CHECKED.format(why=silent, pins=pins))
        return 2 if must_answer else 0
    lines, unknown = report(found, accepted())
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stdout.write(
        f"{len(found)} packages asked about, {len(lines)} vulnerable, {unknown} not known there\n"
        f"{NEVER_ASKED}"
    )
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(must_answer="--must-answer" in sys.argv[1:]))
