"""A room has its place everywhere: in the wheel, in the layers, in the architecture; a library, in the dependencies."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WORKSHOP = {"bench", "tests", "tools"}
ROOMS = sorted(door.parent.name for door in ROOT.glob("*/__init__.py") if door.parent.name not in WORKSHOP)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _owners() -> dict[str, set[str]]:
    """Who provides each importable name, by normalised name of the distribution."""
    return {name: {_normal(one) for one in owners} for name, owners in packages_distributions().items()}


@cache
def _imported(room: str) -> set[str]:
    """Top-level names that the modules of *room* import, wherever in the module the import stands."""
    names: set[str] = set()
    for file in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names


def test_the_wheel_carries_every_room() -> None:
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ROOMS


def test_every_room_has_a_place_in_the_layers() -> None:
    linter = PROJECT["tool"]["importlinter"]
    layers = next(one["layers"] for one in linter["contracts"] if one["id"] == "layers")
    workshop = next(one["source_modules"] for one in linter["contracts"] if one["id"] == "workshop")
    assert linter["root_packages"] == workshop == ROOMS
    assert sorted(re.split(r" \| ", " | ".join(layers))) == ROOMS


def test_the_architecture_shows_every_room() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = (ROOT / "docs" / "images" / "rooms.svg").read_text(encoding="utf-8")
    assert [room for room in ROOMS if f"| `{room}/` |" not in page] == []
    assert [room for room in ROOMS if f">{room}</text>" not in picture] == []


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_imports_is_declared(room: str) -> None:
    declared = {_normal(re.split(r"[\s\[<>=!~;]", line)[0]) for line in PROJECT["project"]["dependencies"]}
    # parts of an extra are imported by the names they are declared with
    wanted = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
    extras = {_normal(re.split(r"[\s\[<>=!~;]", line)[0]) for line in wanted}
    outside = _imported(room) - sys.stdlib_module_names - set(ROOMS) - extras
    undeclared = {name for name in outside if not declared & _owners().get(name, set())}
    assert undeclared == set(), f"add to the dependencies in pyproject.toml: {sorted(undeclared)}"


def test_dependencies_that_nobody_imports_are_few_and_known() -> None:
    used = {owner for room in ROOMS for name in _imported(room) for owner in _owners().get(name, set())}
    declared = {_normal(re.split(r"[\s\[<>=!~;]", line)[0]) for line in PROJECT["project"]["dependencies"]}
    # psycopg is named in the database's address, python-multipart is used by FastAPI
    assert declared - used <= {"psycopg", "python-multipart"}


def test_the_installed_project_is_this_one() -> None:
    assert requires("khongcho")
