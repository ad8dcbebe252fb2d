from pathlib import Path

import pytest

from samples import BookSample, make_book


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> BookSample:
    """A small book of medium difficulty, every page by another printing house."""
    return make_book(
        tmp_path_factory.mktemp("book"), cases=5, seed=11, setting="mixed", formats=("jpeg", "pdf"), dpi=130
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """Sample data beside the project."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no sample data beside the project: {folder}")
    return folder
