"""On a bare machine every server says what to install."""

import importlib.util
from pathlib import Path

import pytest

from servers import chromium, fetch, golang, java, postgresql, prefect, seaweedfs


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHONGCHO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java, "installed", lambda: [])
    monkeypatch.setattr(postgresql, "programmes", lambda: None)
    monkeypatch.setattr(seaweedfs, "_programme", lambda: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)


@pytest.mark.usefixtures("bare_machine")
def test_a_bare_machine_learns_what_to_install() -> None:
    said = fetch.missing()
    assert {name: lack.code for name, lack in said.items()} == {
        "postgresql": "SERVERS_NO_POSTGRESQL",
        "elasticsearch": "SERVERS_NO_JAVA",
        "minio": "SERVERS_NO_GO",
        "seaweedfs": "SERVERS_NO_SEAWEEDFS",
        "prefect": "SERVERS_NO_PREFECT",
        "chromium": "SERVERS_NO_CHROMIUM",
        "verapdf": "SERVERS_NO_JAVA",
    }
    assert all("install" in lack.vi and "install" in lack.en for lack in said.values())


@pytest.mark.usefixtures("bare_machine")
def test_setting_up_fails_loudly(capsys: pytest.CaptureFixture[str]) -> None:
    assert fetch.main() == 3
    assert "apt install postgresql" in capsys.readouterr().err


def test_java_is_chosen_by_age(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [java.Java(11, Path("/a")), java.Java(17, Path("/b")), java.Java(25, Path("/c"))]
    monkeypatch.setattr(java, "installed", lambda: here)
    assert java.find(17) == here[1]
    assert java.find(21) == here[2]
    assert java.find(26) is None


def test_a_java_home_is_known_by_its_release_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    (tmp_path / "release").write_text('IMPLEMENTOR="x"\nJAVA_VERSION="99.0.1"\n')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java.Java(99, tmp_path) in java.installed()


def test_an_old_go_on_the_path_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "go"
    old.write_text("#!/bin/sh\necho go version go1.19.8 linux/amd64\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = golang.find()
    assert found != old
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert golang.find() is None


def test_prefect_reports_nothing_to_anybody() -> None:
    assert prefect.QUIET["DO_NOT_TRACK"] == "1"
    assert prefect.QUIET["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_chromium_is_found_under_its_other_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find() is None
    browser = tmp_path / "chromium-browser"
    browser.touch(mode=0o755)
    assert chromium.find() == browser
    assert chromium.missing() is None
