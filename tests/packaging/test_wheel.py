"""The wheel holds all it needs: installed into an empty environment, it walks the whole road."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.xdist_group("wheel")]


def _run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with everything it said as the reason when it failed."""
    words = [str(part) for part in command]
    done = subprocess.run(
        words, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it, built elsewhere."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=ROOT)
    (built,) = folder.glob("khongcho-*.whl")
    return built


def test_the_wheel_carries_data_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = _run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout.splitlines()
    rooms = {door.parent.name for door in ROOT.glob("*/__init__.py")} - {"bench"}
    of_rooms = {name for name in tracked if name.split("/")[0] in rooms and (ROOT / name).is_file()}
    assert of_rooms <= names
    for folder, pattern in (("counter/static/vendor", "*.js"), ("forms/fonts", "*.ttf"), ("samples/fonts", "*.ttf")):
        carried = {str(file.relative_to(ROOT)) for file in (ROOT / folder).glob(pattern)}
        assert carried, f"{folder} is empty: run make setup"
        assert carried <= names
    assert "ocr/data/vie.traineddata" in names
    for model in ("khongcho", "khongcho-clean"):
        assert {f"ocr/models/{model}.onnx", f"ocr/models/{model}.letters.npz"} <= names
    info = next(name.split("/")[0] for name in names if name.split("/")[0].endswith(".dist-info"))
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/THIRD_PARTY_NOTICES.md"} <= names
    assert {name.split("/")[0] for name in names} == rooms | {info}
    assert not [name for name in names if "__pycache__" in name]


def test_installed_into_an_empty_environment_it_walks_the_road(wheel: Path, tmp_path: Path) -> None:
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("KHONGCHO_", "PYTHON", "PREFECT_"))
    }
    env |= {"KHONGCHO_HOME": str(tmp_path / "home"), "TERM": "dumb", "COLUMNS": "160"}
    _run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path, env=env)
    pip: list[str | Path] = [
        tmp_path / "venv" / "bin" / "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-deps",
        "--no-compile",
    ]
    _run(*pip, "--require-hashes", "-r", ROOT / "requirements" / "run.txt", cwd=tmp_path, env=env)
    _run(*pip, "--no-index", wheel, cwd=tmp_path, env=env)
    _run(tmp_path / "venv" / "bin" / "pip", "check", cwd=tmp_path, env=env)

    told = _run(tmp_path / "venv" / "bin" / "khongcho", "demo", "--cases", "3", cwd=tmp_path, env=env)

    (paper,) = (path for path in (tmp_path / "home" / "demo" / "extracts").glob("*.pdf") if "bi-sua" not in path.name)
    assert paper.read_bytes().startswith(b"%PDF-")
    assert "Đã phát hiện tệp bị sửa" in told.stdout + told.stderr
