"""The command: where it reads the territory, and how it ends."""

import sys
from pathlib import Path

import pytest
from trama_simulation.__main__ import main
from trama_simulation.members import EVERYBODY
from trama_simulation.territory import NotATerritory, read_territory

NETWORKS = Path(__file__).parents[2] / "deploy" / "networks"
PORDENONE, FIRST = NETWORKS / "pordenone.yaml", NETWORKS / "first.yaml"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["trama_simulation", *words])
    return main()


def test_the_territory_has_an_operator_at_every_desk_of_the_stories() -> None:
    territory = read_territory(PORDENONE)
    for name in EVERYBODY:
        assert territory.member(name).url.startswith("http://127.0.0.1:81")
    assert territory.member("sil").token == "demo-token-livia"
    with pytest.raises(NotATerritory, match="dsm"):
        read_territory(FIRST).member("dsm")


@pytest.mark.parametrize("content", ["", "[]", "demo: true\ntitle: x\nmembers: {sil: {}}", ":"])
def test_what_is_no_network_file_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(content)
    with pytest.raises(NotATerritory, match="non è un file di rete"):
        read_territory(tmp_path / "network.yaml")


def test_people_are_invented_in_demonstrations_only(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(PORDENONE.read_text().replace("demo: true", "demo: false"))
    with pytest.raises(NotATerritory, match="dimostrativa"):
        read_territory(tmp_path / "network.yaml")


def test_without_a_territory_the_use_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch)
    assert ended.value.code == 2


def test_a_state_that_is_not_there_is_said_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "--state", str(tmp_path)) == 1
    assert "network.yaml: non si può leggere" in capsys.readouterr().err


def test_a_network_that_is_down_is_said_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "down.yaml"
    file.write_text(PORDENONE.read_text().replace("port: 81", "port: 12"))
    assert run(monkeypatch, "--network", str(file)) == 1
    assert "ambito-urbano non risponde a http://127.0.0.1:1201" in capsys.readouterr().err
