"""The documentation says what the programme does: all commands, all settings, links that lead somewhere."""

import inspect
import re
import subprocess
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from cli.demonstrating import demo
from forms import edition, folded
from samples.cases import draw_cases
from samples.facts import draw_book
from tools import reference
from wiring.settings import read_settings

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"(?:^|^\$ |`|bin/)khongcho((?: [a-z]+){1,2})")


def _pages() -> list[Path]:
    """Every Markdown page of the project."""
    return sorted(
        [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md"), *ROOT.glob("bench/*.md")]
    )


def _headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are formed for links."""
    lines = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", sorted(reference.pages()), ids=lambda page: page.name)
def test_commands_settings_and_notices_are_documented_as_they_are(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == reference.pages()[page], "make docs"


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in _headings(file), f"{page.name}: {target}"


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_are_in_composed_form(page: Path) -> None:
    assert unicodedata.is_normalized("NFC", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_pages_mention_exist(page: Path) -> None:
    known = {name.removeprefix("khongcho ") for name in reference.command_names()}
    groups = {name.split()[0] for name in known}
    for code in re.findall(r"`[^`]+`|^    .+$|^\$ .+$", page.read_text(encoding="utf-8"), re.MULTILINE):
        for said in _COMMAND.findall(code):
            words = said.split()
            assert words[0] in groups, f"{page.name}: khongcho {said.strip()}"
            assert words[0] in known or " ".join(words) in known or len(words) == 1, f"{page.name}: khongcho{said}"


@pytest.mark.parametrize("page", ["README.md", "docs/results.md"])
def test_commands_are_printed_as_they_can_be_run(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert re.findall(r"(?:`|^\$ )(?:khongcho|python) .*", text, re.MULTILINE) == []


def test_the_search_that_is_shown_finds_somebody_in_the_book_of_the_demonstration() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ((asked, year),) = re.findall(
        r'^\$ KHONGCHO_HOME=var/demo .*khongcho search "(.+?)" --year (\d+)', text, re.MULTILINE
    )
    default = {name: given.default for name, given in inspect.signature(demo).parameters.items()}
    rng = np.random.default_rng([default["seed"], 0])
    cases = draw_cases(rng, draw_book(rng, edition("birth-2016")), default["cases"])
    born = {folded(case.fields["nksHoTen"]): case.fields["nksNgaySinh"] for case in cases}
    assert born[asked].endswith(year)


def test_every_picture_is_shown_by_a_page() -> None:
    shown = {(page.parent / target).resolve() for page in _pages() for target in _LINK.findall(page.read_text("utf-8"))}
    pictures = [picture for picture in (ROOT / "docs" / "images").rglob("*") if picture.is_file()]
    assert [picture.name for picture in pictures if picture.resolve() not in shown] == []


def test_the_example_settings_file_is_accepted() -> None:
    settings = read_settings({"KHONGCHO_CONFIG": str(ROOT / "deploy" / "khongcho.toml")})
    assert settings.archive.kind == "s3"
    assert settings.search.engine == "elasticsearch"
    assert settings.register.url.startswith("postgresql")
    assert settings.flows.api_url
    assert settings.desk.secure_cookies


def test_the_settings_file_shows_no_secret() -> None:
    text = (ROOT / "deploy" / "khongcho.toml").read_text(encoding="utf-8")
    assert not re.search(r"^(secret_key|password|passphrase)\s*=", text, re.MULTILINE)


def test_make_lists_its_targets_when_called_alone() -> None:
    told = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    assert [f"make {name} " in told for name in ("demo", "setup", "test", "check", "bench", "clean")] == [True] * 6


def test_the_glossary_has_three_words_in_every_row() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|") and not line.startswith(("|---", "| Vietnamese"))
    ]
    assert len(rows) >= 60
    assert all(len(row) == 3 and all(row) for row in rows)


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert all(f"({file.name})" in listed for file in (ROOT / "docs" / "adr").glob("0*.md"))
