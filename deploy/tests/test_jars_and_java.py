"""Archives come from Maven once and are exactly those pinned; a Java too old is named, not used."""

from pathlib import Path

import pytest
from trama_deploy import jars, java


def _tool(directory: Path, name: str, script: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{script}\n")
    (directory / name).chmod(0o755)


def test_altered_archive_is_refused_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [line.split()[1] for line in (jars.PINNED / "jars.sha256").read_text().splitlines()]
    written = "\n".join(f'echo altered > "$out/{name}"' for name in names)
    _tool(tmp_path / "bin", "mvn", f'for last; do :; done\nout="${{last#-DoutputDirectory=}}"\n{written}')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(jars.JarsAltered):
        jars.ensure_jars()
    assert not jars.fetched()
    assert [path.name for path in (tmp_path / "cache/trama").iterdir()] == ["kafka-4.3.lock"]


def test_failing_maven_is_told_with_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tool(tmp_path / "bin", "mvn", "echo no network today; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(jars.JarsMissing, match="no network today"):
        jars.ensure_jars()


def test_fetched_archives_need_no_maven(monkeypatch: pytest.MonkeyPatch) -> None:
    directory = jars.ensure_jars()
    monkeypatch.setenv("PATH", "/nowhere")
    assert jars.ensure_jars() == directory


def test_java_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tool(tmp_path / "old/bin", "java", "echo 'openjdk version \"11.0.2\"' >&2")
    _tool(tmp_path / "path", "java", "echo 'openjdk version \"21.0.1\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    assert java.find_java() == tmp_path / "path/java"


def test_java_8_version_string_is_understood(tmp_path: Path) -> None:
    _tool(tmp_path, "java", "echo 'java version \"1.8.0_392\"' >&2")
    assert java.java_version(tmp_path / "java") == 8


def test_without_java_the_message_names_what_was_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tool(tmp_path / "old/bin", "java", "echo 'openjdk version \"11.0.2\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(java.JavaMissing, match=r"old/bin/java \(11\)"):
        java.find_java()
