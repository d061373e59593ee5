"""What the generator writes is whole: the house rules hold, its own tests pass, it starts and is healthy."""

import importlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from trama_chassis.app import build_app
from trama_chassis.service import Service
from trama_chassis.testing import FIRST_PLACES, Territory, running
from trama_deploy.new_service import NameTaken, NameUnfit, write_service

from tests.architecture.test_service_shape import (
    FILES,
    HEADINGS,
    WIRE_TYPE,
    consumed,
    sections,
    strangers,
)

ROOT = Path(__file__).parents[2]
NAME = "referrals"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the same settings and one generated service."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    write_service(NAME, folder / "services")
    return folder


@pytest.fixture
def generated(project: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The generated service, installed by the path alone."""
    monkeypatch.syspath_prepend(str(project / "services" / NAME / "src"))
    service: Service = importlib.import_module(f"trama_{NAME}.__main__").service
    return service


def _run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words]
    source = str(project / "services" / NAME / "src")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": source, "HOME": str(project)}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=240)


def test_its_own_tests_pass(project: Path) -> None:
    plugins = ["-p", "trama_chassis.testing_databases", "-p", "no:cacheprovider"]
    answer = _run(project, "pytest", "-q", *plugins, "-k", "not postgresql", f"services/{NAME}/tests")
    assert answer.returncode == 0, answer.stdout
    assert "7 passed" in answer.stdout


@pytest.mark.parametrize("name", [NAME, "aid", "supervision"])
def test_the_house_rules_hold_for_any_name(project: Path, tmp_path: Path, name: str) -> None:
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    write_service(name, tmp_path / "services")
    for words in (("check", "--fix"), ("format",), ("check",), ("format", "--check")):
        answer = _run(project, "ruff", *words, "--no-cache", str(tmp_path / "services"))
        assert answer.returncode == 0, answer.stdout
    package = tmp_path / "services" / name / "src" / f"trama_{name}"
    assert strangers(list(package.iterdir())) == []
    assert {path.stem for path in package.glob("*.py")} == FILES - {"pages"}


def test_its_readme_says_what_it_hears(project: Path, generated: Service) -> None:
    said = sections((project / "services" / NAME / "README.md").read_text())
    assert list(said) == HEADINGS
    assert set(WIRE_TYPE.findall(said["Consumes"])) == consumed(generated)


async def test_it_starts_and_says_that_it_is_well(generated: Service, tmp_path: Path) -> None:
    sil = FIRST_PLACES["sil"]
    territory = Territory(places={**FIRST_PLACES, "sil": replace(sil, services=(*sil.services, NAME))})
    url = f"sqlite:///{tmp_path / 'service.db'}"
    async with running(generated, url, tmp_path, member="sil", territory=territory) as runtime:
        transport = httpx.ASGITransport(build_app(runtime))
        async with httpx.AsyncClient(transport=transport, base_url="http://member.test") as http:
            assert (await http.get(f"/api/{NAME}/health/live")).json() == {"status": "ok"}
            assert (await http.get(f"/api/{NAME}/health/ready")).status_code == 200
            paths = (await http.get(f"/api/{NAME}/openapi.json")).json()["paths"]
    assert list(paths) == [f"/api/{NAME}/entries"]


def test_nothing_is_overwritten_and_no_name_is_bent(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*.py")}
    with pytest.raises(NameTaken):
        write_service(NAME, project / "services")
    for unfit in ("", "Mentoring", "job-coaching", "a.b", "../escape", "deploy", "z" * 40):
        with pytest.raises(NameUnfit):
            write_service(unfit, project / "services")
    assert {path: path.read_bytes() for path in project.rglob("*.py")} == before


def test_the_command_says_what_to_edit(project: Path, tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    command = [sys.executable, "-m", "trama_deploy.new_service", "mentoring"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0
    for edited in ("PACKAGES", "mypy_path", "import-linter", "deploy/networks", "make lock"):
        assert edited in answer.stdout
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert again.returncode == 1
    assert "nothing was written" in again.stderr
