"""The table of carried fonts in THIRD_PARTY_NOTICES.md, from what was taken and what the fonts say of themselves."""

import json
import re
import tomllib
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "THIRD_PARTY_NOTICES.md"
_TABLE = re.compile(r"(?<=<!-- fonts: made by `make docs` -->\n).*?(?=\n<!-- end of fonts -->)", re.DOTALL)
_COPYRIGHT = re.compile(
    r"(?:Copyright )?(?:\(c\) )?((?:19|20)\d\d.*?)(?= \(|[,.]? \w+\.ttf|, Copyright|$)", re.IGNORECASE
)


def page() -> str:
    """Return the page of notices with its table of fonts made anew. Needs the assets in their places."""
    lines = ["| Package | Where in the wheel | Copyright |", "|---|---|---|"]
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for package, places in sorted(_fonts().items()):
        folders = ", ".join(f"`{folder}/`" for folder in sorted({file.parent.relative_to(ROOT) for file in places}))
        lines.append(f"| `{package}` {pinned[package]} | {folders} | {_copyright(min(places))} |")
    table = "\n".join(lines)
    return _TABLE.sub(lambda _: table, PAGE.read_text(encoding="utf-8"))


def _fonts() -> dict[str, list[Path]]:
    """Every npm package that a font comes from, with the files made of it."""
    found: dict[str, list[Path]] = {}
    wanted = tomllib.loads((ROOT / "tools" / "vendor.toml").read_text(encoding="utf-8"))
    for part in wanted.values():
        files = {f"{name}.ttf": source for name, source in part.get("fonts", {}).items()}
        files |= {name: source for name, source in part.get("files", {}).items() if name.endswith(".woff2")}
        for name, source in files.items():
            found.setdefault("/".join(source.split("/")[:2]), []).append(ROOT / part["into"] / name)
    return found


def _copyright(font: Path) -> str:
    """Return years and names as the licence beside the font gives them, else as the font does."""
    owner = next(package for package, places in _fonts().items() if font in places)
    licence = font.parent / f"LICENSE-{owner.removeprefix('@').replace('/', '-')}.txt"
    lines = [line for line in licence.read_text(encoding="utf-8").splitlines() if re.search(r"(19|20)\d\d", line)]
    told = lines[0] if lines and lines[0].lower().startswith("copyright") else ""
    if not told and font.suffix == ".ttf":
        told = str(TTFont(font)["name"].getDebugName(0))
    found = _COPYRIGHT.match(told.strip())
    if not found:
        raise ValueError(f"{font.name} does not say whose it is")
    reserved = re.search(r"with Reserved Font Name ['\"]?([\w ]+)", told)
    return found.group(1).rstrip(",.") + (f', with Reserved Font Name "{reserved.group(1)}"' if reserved else "")
