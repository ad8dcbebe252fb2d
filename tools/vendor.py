"""Copy what the product ships from npm packages: fonts, the desk's scripts, icons and typeface, each with its licence.

``python tools/vendor.py [--node-modules DIR] [--wanted FILE]`` after ``npm ci``. What is taken stands in
``vendor.toml``; fonts for training alone in ``training/vendor.toml``. Every font of the samples and the extracts must
draw all Vietnamese letters; the run ends with an error where one cannot.
Running it again gives the same bytes.
"""

import argparse
import itertools
import re
import shutil
import sys
import tempfile
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from fontTools.merge import Merger  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
SIGNS = "0123456789.,:;/-()'"
LICENCE_NAMES = ("LICENSE_FONT", "LICENSE", "LICENSE.txt", "LICENSE.md")


class VendorError(Exception):
    """Something the product needs is not in the packages, or is not what it must be."""


def vietnamese() -> frozenset[str]:
    """Return every letter of Vietnamese in both cases with every tone, Latin f j w z, the digits and common signs."""
    bare = {unicodedata.normalize("NFC", v + t) for v in "aăâeêioôơuưy" for t in TONES} | set("bcdđfghjklmnpqrstvwxz")
    return frozenset(bare | {c.upper() for c in bare} | set(SIGNS))


def expanded(pattern: str) -> list[str]:
    """Return the file names that ``a-{b,c}-d`` stands for."""
    parts = [part[1:-1].split(",") if part.startswith("{") else [part] for part in re.split(r"(\{[^}]*\})", pattern)]
    return ["".join(one) for one in itertools.product(*parts)]


def package_of(path: str) -> str:
    """Return the package a path below node_modules belongs to."""
    head = path.split("/")
    return "/".join(head[:2]) if path.startswith("@") else head[0]


def licence(modules: Path, package: str) -> Path:
    """Return the licence text of *package*; for a font, the font's own. Raises VendorError where there is none."""
    for name in LICENCE_NAMES:
        if (found := modules / package / name).is_file():
            return found
    raise VendorError(f"{package} carries no licence text")


def build_font(sources: list[Path], target: Path) -> None:
    """Write one TrueType font from *sources* (parts of one family), and check that it draws all Vietnamese letters."""
    if len(sources) == 1 and sources[0].suffix == ".ttf":
        shutil.copyfile(sources[0], target)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            parts = []
            for i, source in enumerate(sources):
                part = TTFont(source, recalcTimestamp=False)
                part.flavor = None
                part.save(Path(scratch) / f"{i}.ttf")
                parts.append(str(Path(scratch) / f"{i}.ttf"))
            font = Merger().merge(parts) if len(parts) > 1 else TTFont(parts[0], recalcTimestamp=False)
            font["head"].created = font["head"].modified = 0
            font.recalcTimestamp = False
            font.save(target)
    drawn = {chr(code) for code in TTFont(target).getBestCmap()}
    if missing := sorted(vietnamese() - drawn):
        raise VendorError(f"{target.name} cannot draw: {' '.join(missing)}")


def icons(modules: Path, table: dict[str, Any], target: Path) -> None:
    """Write the chosen icons as one SVG sprite."""
    symbols = []
    for name in table["names"]:
        svg = (modules / table["from"] / f"{name}.svg").read_text(encoding="utf-8")
        inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
        if inner is None:
            raise VendorError(f"icon {name} is not the SVG it should be")
        shapes = re.sub(r"\s*\n\s*", "", inner.group(1))
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    sprite = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    target.write_text("\n".join(sprite), encoding="utf-8")


def take(modules: Path, root: Path, wanted_in: Path = ROOT / "tools" / "vendor.toml") -> list[Path]:
    """Copy everything that *wanted_in* lists from *modules* into *root*; return the files written."""
    wanted = tomllib.loads(wanted_in.read_text(encoding="utf-8"))
    written: list[Path] = []

    def licensed(into: Path, package: str) -> None:
        target = into / f"LICENSE-{package.removeprefix('@').replace('/', '-')}.txt"
        shutil.copyfile(licence(modules, package), target)
        written.append(target)

    def present(pattern: str) -> list[Path]:
        files = [modules / name for name in expanded(pattern)]
        for file in files:
            if not file.is_file():
                raise VendorError(f"not in node_modules: {file.relative_to(modules)}; run npm ci")
        return files

    for part in wanted.values():
        into = root / part["into"]
        into.mkdir(parents=True, exist_ok=True)
        for name, pattern in part.get("fonts", {}).items():
            build_font(present(pattern), into / f"{name}.ttf")
            licensed(into, package_of(pattern))
            written.append(into / f"{name}.ttf")
        for name, source in part.get("files", {}).items():
            shutil.copyfile(present(source)[0], into / name)
            licensed(into, package_of(source))
            written.append(into / name)
        if table := part.get("icons"):
            icons(modules, table, into / "icons.svg")
            licensed(into, package_of(table["from"]))
            written.append(into / "icons.svg")
    return sorted(set(written))


def main() -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--node-modules", type=Path, default=ROOT / "node_modules")
    parser.add_argument("--root", type=Path, default=ROOT, help="where the product stands")
    parser.add_argument("--wanted", type=Path, default=ROOT / "tools" / "vendor.toml", help="what is to be taken")
    given = parser.parse_args()
    try:
        written = take(given.node_modules, given.root, given.wanted)
    except VendorError as problem:
        print(f"vendor: {problem}", file=sys.stderr)
        return 1
    size = sum(file.stat().st_size for file in written)
    print(f"vendor: {len(written)} files, {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
