"""``evaluate pages`` as it is called at the terminal."""

from pathlib import Path

import cv2

from tests.cli.conftest import Command
from tests.pipeline.test_spreads import row_page


def test_a_folder_is_measured_and_drawn(khongcho: Command, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), row_page())
    (folder / "pages.tsv").write_text(
        "file\twidth\theight\tgutter_x_min\tgutter_x_max\na.png\t1684\t1190\t\t\n", encoding="utf-8"
    )
    (folder / "lines.tsv").write_text("file\tx\ty\tw\th\na.png\t155\t135\t95\t70\n", encoding="utf-8")
    said = khongcho("evaluate", "pages", folder, "--json", "--plot", tmp_path / "plots")
    assert said.code == 0
    told = said.json()
    assert {"n", "fold_hit", "line_recall", "line_precision", "seconds_per_page"} <= set(told)
    assert (told["n"], told["fold_hit"], told["n_lines"]) == (1, 1.0, 1)
    assert (tmp_path / "plots" / "a-lines.jpg").is_file()
    shown = khongcho("evaluate", "pages", folder)
    assert shown.code == 0
    assert "a.png" in shown.out and "nếp gấp đúng 100.0%" in shown.out


def test_a_folder_without_a_truth_is_wrong_use(khongcho: Command, tmp_path: Path) -> None:
    said = khongcho("evaluate", "pages", tmp_path, "--json")
    assert said.code == 2
    assert said.json()["error"]["code"] == "LAYOUT_TRUTH_MISSING"
    for told in (said.json()["error"]["vi"], said.json()["error"]["en"]):
        assert "lines.tsv" in told and str(tmp_path) in told
