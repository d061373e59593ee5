"""What Trama is made of besides itself: writes `sbom.cdx.json` (CycloneDX 1.6) from what is pinned.

`python tools/sbom.py [--check]`: Python packages from the lock files, the Java archives of the broker, the
look of the pages. Licences, and what is needed to run and not only to test, are what installed packages say
of themselves; `--check` compares the rest, so that another machine does not matter.
"""

import json
import re
import sys
import tomllib
import warnings
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

sys.path.insert(0, str(Path(__file__).parent))

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from vendor_ui import PACKAGES, SUMS

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "sbom.cdx.json"
LOCKS = ("requirements.lock", "requirements-java.lock")
JARS = ROOT / "deploy/src/trama_deploy/kafka/jars.sha256"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
OURS = ("contracts", "chassis", "caseload", "services/*", "deploy", "simulation")


def needed_to_run() -> set[str]:
    """The packages that a running service loads, and all that those ask for."""
    files = [file for folder in OURS for file in sorted(ROOT.glob(f"{folder}/pyproject.toml"))]
    asked = [one for file in files for one in tomllib.loads(file.read_text())["project"]["dependencies"]]
    found: set[str] = set()
    while asked:
        requirement = Requirement(asked.pop())
        name = canonicalize_name(requirement.name)
        extras = {"", *requirement.extras}
        if name in found and not requirement.extras:
            continue
        found.add(name)
        asked += [text for text in _requires(name) if _applies(Requirement(text), extras)]
    return found


def _requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


def python_packages() -> Iterator[Component]:
    """Every package of the lock files with the hashes of its files."""
    running = needed_to_run()
    for lock in LOCKS:
        for name, version, rest in PINNED.findall((ROOT / lock).read_text()):
            hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)
            purl = PackageURL("pypi", name=canonicalize_name(name), version=version)
            yield Component(
                name=name,
                version=version,
                purl=purl,
                bom_ref=purl.to_string(),
                scope=_scope(canonicalize_name(name) in running),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in hashes],
                licenses=[DisjunctiveLicense(name=one) for one in _licences(name, version)],
            )


def _scope(runs: bool) -> ComponentScope:
    return ComponentScope.REQUIRED if runs else ComponentScope.OPTIONAL


def _licences(name: str, version: str) -> list[str]:
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if found["Version"] != version:
        return []
    if found["License-Expression"]:
        return [found["License-Expression"]]
    named = [
        one.rpartition(" :: ")[2] for one in found.get_all("Classifier", []) if one.startswith("License")
    ]
    short = (found["License"] or "").strip()
    return sorted(set(named)) or ([short] if short and "\n" not in short and len(short) < 80 else [])


def java_archives() -> Iterator[Component]:
    """The broker of demonstration and tests, archive by archive."""
    for line in JARS.read_text().splitlines():
        digest, file = line.split()
        name, _, version = re.sub(r"\.jar$", "", file).rpartition("-")
        yield Component(
            name=name or version,
            version=version if name else "",
            bom_ref=f"jar:{file}",
            scope=ComponentScope.OPTIONAL,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        )


def look_of_the_pages() -> Iterator[Component]:
    """Style sheet, fonts, icons and the one script; the hashes are those of the files we keep."""
    sums = dict(reversed(line.split(maxsplit=1)) for line in SUMS.read_text().splitlines())
    for package, files in PACKAGES.items():
        name, _, version = package.rpartition("@")
        purl = PackageURL("npm", name=name, version=version)
        yield Component(
            name=name,
            version=version,
            purl=purl,
            bom_ref=purl.to_string(),
            scope=ComponentScope.REQUIRED,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sums[ours]) for ours in files.values()],
        )


def bill() -> str:
    """The whole document, the same for the same pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = "".join((ROOT / name).read_text() for name in LOCKS) + JARS.read_text() + SUMS.read_text()
    whole = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref="trama",
        licenses=[DisjunctiveLicense(id="EUPL-1.2")],
    )
    found = Bom(
        components=[*python_packages(), *java_archives(), *look_of_the_pages()],
        serial_number=uuid5(NAMESPACE_URL, pins),
        metadata=BomMetaData(component=whole),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it lists the parts and not who asks for whom
        document = json.loads(JsonV1Dot6(found).output_as_string())
    del document["metadata"]["timestamp"]  # when it was written says nothing that the history does not
    document.pop("dependencies", None)
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def pinned(text: str) -> Any:  # noqa: ANN401 - a JSON document
    """What the pins alone say of a bill."""
    document = json.loads(text)
    for component in document["components"]:
        component.pop("licenses", None)
        component.pop("scope", None)
    return document


def main() -> int:
    """Write it, or only compare."""
    if "--check" not in sys.argv:
        OUTPUT.write_text(bill())
    elif not OUTPUT.exists() or pinned(OUTPUT.read_text()) != pinned(bill()):
        sys.stderr.write("sbom.cdx.json does not say what is pinned: run `make sbom`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
