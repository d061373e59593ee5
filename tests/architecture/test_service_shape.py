"""Every service has the same flat files and a README that is true. Every rule is shown to bite."""

import ast
import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_contracts.event import Event, Fact
from trama_contracts.events import EVENTS

ROOT = Path(__file__).parents[2]
FILES = frozenset(
    {
        *(
            [
                "__init__",
                "__main__",
                "settings",
                "models",
                "schemas",
                "api",
                "pages",
                "commands",
                "event_handlers",
                "queries",
                "errors",
            ]
        )
    }
)
FOLDERS = frozenset({"templates", "static", "migrations", "locale", "help"})
HEADINGS = ["Owns", "Publishes", "Consumes", "API", "Runbook"]
WIRE_TYPE = re.compile(r"it\.trama\.[a-z]+\.[a-z-]+\.v\d+")
SETTING = re.compile(r"TRAMA_[A-Z_]+")
ENTRIES = {entry.name: entry for entry in entry_points(group="trama.services")}
NAMES = sorted(ENTRIES)


def package(name: str) -> Path:
    return ROOT / "services" / name / "src" / f"trama_{name}"


def service_named(name: str) -> Service:
    service: Service = ENTRIES[name].load()
    return service


def strangers(paths: list[Path]) -> list[str]:
    """Files and folders that no service has; a file may be a package of the same name."""
    allowed = {path for path in paths if path.suffix in ("", ".py") and path.stem in FILES}
    allowed |= {path for path in paths if path.name in FOLDERS or path.name in ("py.typed", "__pycache__")}
    return sorted(path.name for path in paths if path not in allowed)


def sections(readme: str) -> dict[str, str]:
    """The text under each second-level heading, in order."""
    parts = re.split(r"^## (.+)$", readme, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def published(source: str) -> set[str]:
    """The wire types of the events a module makes."""
    by_name = {event.__name__: wire_type for wire_type, event in EVENTS.items()}
    made = {node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}
    names = {func.id for func in made if isinstance(func, ast.Name)}
    names |= {func.attr for func in made if isinstance(func, ast.Attribute)}
    return {by_name[name] for name in names if name in by_name}


def tabled(source: str) -> set[str]:
    """The wire types of the events that a module of commands names in a table, from which it makes them."""
    by_name = {event.__name__: wire_type for wire_type, event in EVENTS.items()}
    tables = [node.value for node in ast.parse(source).body if isinstance(node, ast.Assign | ast.AnnAssign)]
    names = {one.id for table in tables if table for one in ast.walk(table) if isinstance(one, ast.Name)}
    return {by_name[name] for name in names if name in by_name}


def consumed(service: Service) -> set[str]:
    """The wire types a service's handlers hear."""
    heard: set[type[Event]] = {*service.handlers.copies, *service.handlers.reactions}
    return {event.wire_type for event in heard}


def own_fields(settings: type[ServiceSettings]) -> set[str]:
    """The environment variables a class of settings adds to the chassis' own."""
    inherited = set() if settings is ServiceSettings else set(ServiceSettings.model_fields)
    return {f"TRAMA_{field.upper()}" for field in settings.model_fields if field not in inherited}


def undocumented(settings: set[str], text: str) -> set[str]:
    return settings ^ {name.partition("__")[0] for name in SETTING.findall(text)}


def test_every_service_is_found_by_its_entry_point() -> None:
    assert sorted(path.name for path in (ROOT / "services").iterdir() if path.is_dir()) == NAMES
    assert [service_named(name).name for name in NAMES] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_service_has_the_allowed_flat_files_only(name: str) -> None:
    assert strangers(list(package(name).iterdir())) == []
    assert (package(name) / "__main__.py").exists()
    assert service_named(name).migrations == package(name) / "migrations"


@pytest.mark.parametrize("name", NAMES)
def test_a_readme_has_the_five_headings_in_order(name: str) -> None:
    assert list(sections((ROOT / "services" / name / "README.md").read_text())) == HEADINGS


@pytest.mark.parametrize("name", NAMES)
def test_a_readme_names_what_the_service_publishes_and_hears(name: str) -> None:
    said = sections((ROOT / "services" / name / "README.md").read_text())
    facts = {wire_type for wire_type, event in EVENTS.items() if issubclass(event, Fact)}
    made = {made for path in package(name).rglob("*.py") for made in published(path.read_text())}
    commands = [path for path in package(name).rglob("*.py") if "commands" in (path.stem, path.parent.name)]
    made |= {made for path in commands for made in tabled(path.read_text())}
    own = {wire_type for wire_type in made if wire_type.split(".")[2] == name}
    assert set(WIRE_TYPE.findall(said["Publishes"])) - facts == own
    assert set(WIRE_TYPE.findall(said["Consumes"])) == consumed(service_named(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_of_a_service_is_documented(name: str) -> None:
    readme = (ROOT / "services" / name / "README.md").read_text()
    assert undocumented(own_fields(service_named(name).settings), readme) == set()


def test_every_setting_of_the_chassis_is_documented() -> None:
    assert undocumented(own_fields(ServiceSettings), (ROOT / "chassis" / "README.md").read_text()) == set()


def test_the_rules_bite(tmp_path: Path) -> None:
    assert strangers([tmp_path / "api.py", tmp_path / "commands", tmp_path / "templates"]) == []
    assert strangers([tmp_path / "utils.py", tmp_path / "domain", tmp_path / "api.txt"]) == [
        *("api.txt", "domain", "utils.py")
    ]
    assert list(sections("# x\n## Owns\na\n## API\nb\n")) == ["Owns", "API"]
    assert published("from x import PersonRegistered\noutbox.add(s, PersonRegistered(a=1))") == {
        "it.trama.registry.person-registered.v1"
    }
    assert published("handlers.copy(PersonRegistered)") == set()
    assert tabled("TOLD = {'care': PersonRegistered}\nisinstance(x, PersonRegistered)") == {
        "it.trama.registry.person-registered.v1"
    }
    assert undocumented({"TRAMA_A"}, "nothing") == {"TRAMA_A"}
    assert undocumented({"TRAMA_A"}, "TRAMA_A__B and TRAMA_GONE") == {"TRAMA_GONE"}
    assert own_fields(ServiceSettings) > {"TRAMA_NETWORK", "TRAMA_KAFKA"}
