"""What opening a house must not cost."""

import subprocess
import sys
from pathlib import Path

HEAVY = {"prefect", "onnxruntime", "cv2", "elasticsearch", "minio", "pyhanko", "typst", "fastapi", "tesserocr"}


def loaded(code: str, home: Path) -> set[str]:
    listing = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", listing],
        capture_output=True,
        text=True,
        check=True,
        env={"KHONGCHO_HOME": str(home), "PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).resolve().parents[2],
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_opening_a_house_loads_no_heavy_part(tmp_path: Path) -> None:
    modules = loaded("from wiring import open_house, read_settings; open_house(read_settings())", tmp_path)
    assert "wiring" in modules
    assert not modules & HEAVY


def test_the_help_of_the_terminal_loads_no_part(tmp_path: Path) -> None:
    modules = loaded("import cli.main", tmp_path)
    assert not modules & (HEAVY | {"sqlalchemy", "tantivy"})


def test_a_search_loads_only_register_and_index(tmp_path: Path) -> None:
    code = (
        "from wiring import open_house, read_settings\n"
        "from records.finding import Question\n"
        "assert open_house(read_settings()).find(Question('nguyen van a')).total == 0"
    )
    modules = loaded(code, tmp_path)
    assert "tantivy" in modules
    assert not modules & HEAVY
