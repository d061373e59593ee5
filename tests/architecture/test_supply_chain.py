"""What Trama is made of is written down; a vulnerability that is known stops a change; silence is loud."""

import json
import os
import subprocess
import sys

from tools import advisories, sbom

VULNERABLE = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [{"id": "CVE-2014-0012", "fix_versions": ["2.7.2"]}],
}


def test_the_bill_of_materials_says_what_is_pinned() -> None:
    written = sbom.OUTPUT.read_text()
    assert sbom.pinned(written) == sbom.pinned(sbom.bill()), "run `make sbom`"
    changed = json.loads(written)
    changed["components"][-1]["version"] += "1"
    assert sbom.pinned(json.dumps(changed)) != sbom.pinned(written)


def test_every_pin_is_in_it_with_its_hashes_and_no_place_it_came_from() -> None:
    components = {one["bom-ref"]: one for one in json.loads(sbom.OUTPUT.read_text())["components"]}
    pins = [pin for lock in sbom.LOCKS for pin in sbom.PINNED.findall((sbom.ROOT / lock).read_text())]
    assert len(pins) > 100
    for name, version, rest in pins:
        found = components[f"pkg:pypi/{sbom.canonicalize_name(name)}@{version}"]
        assert len(found["hashes"]) == rest.count("--hash=sha256:") > 0
    assert all(one["hashes"] for one in components.values())
    assert not any("externalReferences" in one for one in components.values())
    scopes = {name: one["scope"] for name, one in components.items()}
    assert [scopes[one] for one in scopes if one.startswith("pkg:pypi/fastapi@")] == ["required"]
    assert [scopes[one] for one in scopes if one.startswith("pkg:pypi/pytest@")] == ["optional"]


def test_a_vulnerability_that_was_not_looked_at_stops_a_change() -> None:
    lines, unknown = advisories.report([VULNERABLE, {"name": "x", "skip_reason": "not found"}], {})
    assert lines == ["jinja2 2.4.1: CVE-2014-0012, mended in 2.7.2"]
    assert unknown == 1
    assert advisories.report([VULNERABLE], {"CVE-2014-0012": "not reached"}) == ([], 0)


def test_silence_of_the_advisories_is_said_loudly_and_stops_nothing_but_a_release() -> None:
    """Asked through a proxy that is not there: nothing was looked at, and nobody may think that it was."""
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    command = [sys.executable, str(sbom.ROOT / "tools" / "advisories.py")]
    pins = len(sbom.PINNED.findall(advisories.LOCK.read_text()))
    for options, code in (([], 0), (["--must-answer"], 2)):
        done = subprocess.run(
            [*command, *options], env=os.environ | nowhere, capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert "NOT CHECKED" in done.stderr
        assert f"the {pins} packages" in done.stderr
        assert "asked about" not in done.stdout
