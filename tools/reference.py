"""Write the pages of commands, settings and notices from the programme itself: ``python -m tools.reference [--check]``.

With ``--check`` nothing is written, and the exit status is 1 where a page differs from what would be written.
"""

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import typer
from typer.core import TyperGroup, TyperOption

from cli.main import app
from forms import LayoutKnowledge, PageShape, editions
from records.codes import RegisterKind, ValueKind
from tools import notices
from wiring.settings import Settings
from wiring.settings_reader import documentation

ROOT = Path(__file__).resolve().parent.parent
_MEANINGS = {"ENTRY": "Id of an entry, as `search` tells it.", "FILE": "A PDF that claims to be an extract."}
"""Of arguments that say nothing of themselves."""
_WORDS = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH"}
MADE = "<!-- Made by `make docs` from the programme itself; change the texts there. -->"


def command_names() -> list[str]:
    """Return the full name of every command ("khongcho ingest book")."""
    return [name for name, _ in _leaves(typer.main.get_command(app), "khongcho")]


def commands() -> str:
    """Return the page of all commands with their arguments and options."""
    lines = [
        "# Commands",
        "",
        MADE,
        "",
        "After set-up the command is `.venv/bin/khongcho`. What the table does not call **required** may be left out.",
        "Reporting commands take `--json` and then print one JSON object on stdout; progress and logs go to stderr.",
        "Exit codes: 0 all well; 1 finished, but something needs a person; 2 wrong use; 3 an outside part is missing",
        "or unreachable; 4 integrity or verification failed; 70 the programme itself failed (its traceback is kept in",
        "`log` of the home folder). Errors are told on stderr in Vietnamese and English; with `--json` also on stdout:",
        '`{"error": {"code": "…", "vi": "…", "en": "…"}}`.',
    ]
    for name, command in _leaves(typer.main.get_command(app), "khongcho"):
        lines += ["", f"## `{name}`", "", _one_line(command.help or ""), ""]
        lines += ["| Argument or option | Default | Meaning |", "|---|---|---|"] if command.params else []
        kinds = get_type_hints(command.callback)
        lines += [
            f"| `{_spelt(p, kinds[p.name])}` | {_default(p)} | {_told(p, kinds[p.name])} |" for p in command.params
        ]
    return "\n".join(lines).rstrip() + "\n"


def settings() -> str:
    """Return the page of all settings."""
    lines = [
        "# Settings",
        "",
        MADE,
        "",
        "Settings come from one TOML file (`KHONGCHO_CONFIG`, or `khongcho.toml` in the home folder) and from the",
        "environment, which wins. A dot in the name is a table in the file: `search.url` is `url` in `[search]`.",
        "A key that is not in this list is an error, and so is a number that is not allowed. An example for an office",
        "stands in [deploy/khongcho.toml](../deploy/khongcho.toml).",
        "",
        "| Setting | In the environment | Default | Allowed | Meaning |",
        "|---|---|---|---|---|",
    ]
    for one in documentation(Settings):
        default = f"`{one.default}`" if one.default else ""
        lines.append(f"| `{one.name}` | `{one.variable}` | {default} | {one.allowed} | {_cell(one.help)} |")
    return "\n".join(lines) + "\n"


_KNOWN = {
    LayoutKnowledge.EXACT: "exact",
    LayoutKnowledge.RECONSTRUCTED: "reconstructed",
    LayoutKnowledge.GUESSED: "guessed",
}
_SHAPES = {PageShape.PAGE: "one case a page", PageShape.HALF: "two cases a page", PageShape.ROWS: "rows, opened book"}


def _columns(kind: RegisterKind) -> str:
    """Return the columns of all editions of *kind*."""
    columns = dict.fromkeys(column for e in editions() if e.kind is kind for column in e.columns)
    return ", ".join(f"`{column}`" for column in columns)


_TEACHING = [
    "",
    "## Teaching another form",
    "",
    "Put three or more pages of the form into a folder, filled in by hand as they are: PNG, JPEG or TIFF, straight and",
    "sharp. Print recurs on all of them and handwriting does not, so the labels can be proposed:",
    "",
    "```console",
    "$ .venv/bin/khongcho forms marks PAGES --kind KS",
    "$ .venv/bin/khongcho forms learn PAGES --id birth-1976-hanoi --kind KS \\",
    "    --name 'Sổ khai sinh Hà Nội 1976' --from 1976-01-01",
    "$ .venv/bin/khongcho ingest book BOOK",
    "```",
    "",
    "The first command writes `PAGES/marks.jsonl`, and the pages with the marks drawn in and numbered into",
    "`PAGES/marked/`. A person puts the proposal right in any editor: takes out what is no label, adds a column to",
    "those that lack one, and adds labels that were missed, on every page, with boxes that touch no handwriting: a",
    "column without a label is never read. The second command learns the form and tells of each page how much of it",
    "is found again. It keeps where labels stand and rules cross, so that further pages of that printing house are",
    "laid over it, says which columns of this register lack, and writes",
    "all to `forms/ID.toml` in the home folder; `--again` learns anew.",
    "Pages that were refused before are read when their book is handed in once more.",
    "",
    "`marks.jsonl` holds one page a row, all pages with the same marks in the same order:",
    "",
    "```json",
    '{"file": "trang-01.jpg", "marks": [',
    '  {"box": [610, 172, 420, 44], "text": "SỔ ĐĂNG KÝ KHAI SINH", "section": "heading"},',
    '  {"box": [212, 301, 60, 30], "text": "Số", "column": "so", "kind": "entry_number", "required": true},',
    '  {"box": [212, 366, 190, 31], "text": "Họ và tên", "column": "nksHoTen", "kind": "name", "required": true},',
    '  {"box": [212, 430, 120, 31], "text": "Nam, nữ", "column": "nksGioiTinh", "kind": "sex"},',
    '  {"box": [212, 1904, 330, 31], "text": "CÁN BỘ HỘ TỊCH", "section": "signatures"}]}',
    "```",
    "",
    "| Key | Meaning |",
    "|---|---|",
    "| `box` | x, y, width, height of the printed label, pixels of the picture |",
    "| `text` | the label as printed; without it the reader of print says what it is |",
    "| `column` | the ministry's column of the value behind the label; without one it only ends the value before it |",
    f"| `kind` | of value: {', '.join(f'`{kind.value}`' for kind in ValueKind)}; needed with a column |",
    "| `section` | `heading`, `signatures`, `code` (of the form) … |",
    "| `floating` | it stands anywhere on the page, outside the order of the others (a page number) |",
    "| `required` | the field must be there on every page |",
    "| `choices` | printed words of check boxes, for the kind `check` |",
    "| `repeats` | the column whose date stands here once more in words |",
    "| `leaf` | `left` or `right`, of a table across an opened book |",
    "| `value` | x, y, width, height of the room for writing, to see whether it is found |",
    "",
    "Columns by register, as the known forms have them:",
    "",
    "| Register | Columns |",
    "|---|---|",
    *(f"| {kind} | {_columns(kind)} |" for kind in dict.fromkeys(e.kind for e in editions())),
]


def forms() -> str:
    """Return the page of all editions of register books."""
    lines = [
        "# Forms of register books",
        "",
        MADE,
        "",
        "An edition is data (`forms/editions/*.toml`): its labels in order, the kind of value after each, the",
        "ministry's column names, validity and legal basis ([why](adr/0006-editions-are-labels.md)). Nothing in it is",
        "in pixels: each page is searched for the labels, so that one edition fits the books of many printing houses.",
        "",
        "**No real book of any edition was seen.** *Layout* says how sure labels and order are; what each was",
        "taken from stands above its picture. The pictures are pages of sample books with the fields as the programme",
        "found them (green: read; amber: with doubts; grey: blank; red: not read). An office teaches the programme",
        "its own books from three pages, see [below](#teaching-another-form).",
        "",
        "Columns beside the ministry's own (occupations, witnesses, guardians, changes) carry names made after its",
        "scheme; so do the codes `GH` and `TD`.",
        "",
        "| Edition | Register | In use | Pages | Columns | Layout |",
        "|---|---|---|---|--:|---|",
    ]
    for e in editions():
        days = f"{e.valid_from:%d/%m/%Y} – {f'{e.valid_to:%d/%m/%Y}' if e.valid_to else ''}".rstrip()
        lines.append(
            f"| [`{e.id}`](#{e.id}) | {e.kind} | {days} | {_SHAPES[e.shape]} | {len(e.columns)} | {_KNOWN[e.layout]} |"
        )
    for e in editions():
        lines += ["", f"## {e.id}", "", f"{e.name}. {e.basis}. Layout {_KNOWN[e.layout]}: {e.drawn_from}", ""]
        lines.append(f"![{e.name}](images/forms/{e.id}.jpg)")
    lines += _TEACHING
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Return what each page should hold."""
    return {
        ROOT / "docs" / "commands.md": commands(),
        ROOT / "docs" / "settings.md": settings(),
        ROOT / "docs" / "forms.md": forms(),
        notices.PAGE: notices.page(),
    }


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` compare them; return the exit status."""
    made = pages()
    stale = [page for page, text in made.items() if not page.is_file() or page.read_text(encoding="utf-8") != text]
    for page in stale:
        if "--check" in arguments:
            print(f"{page.relative_to(ROOT)} is not up to date: make docs", file=sys.stderr)
        else:
            page.write_text(made[page], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


def _leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something with its full name (typer keeps the classes of commands to itself)."""
    if isinstance(command, TyperGroup):
        for part in command.commands.values():
            yield from _leaves(part, f"{name} {part.name}")
    else:
        yield name, command


def _spelt(param: Any, kind: Any) -> str:
    if not isinstance(param, TyperOption):
        return str(param.metavar or param.name).upper()
    if kind is bool:
        return " / ".join(param.opts + param.secondary_opts)
    return f"{', '.join(param.opts)} {param.metavar or _WORDS.get(_inner(kind), 'VALUE')}"


def _default(param: Any) -> str:
    """Return what holds where nothing is given; nothing where the meaning itself tells it, or where that is nothing."""
    if param.required:
        return "**required**"
    value = param.default.value if isinstance(param.default, Enum) else param.default
    told = "default:" in (getattr(param, "help", "") or "").lower()
    return "" if told or value in (None, "", ()) or value is False else f"`{value}`"


def _told(param: Any, kind: Any) -> str:
    text = _cell(getattr(param, "help", "") or _MEANINGS.get(str(param.metavar or param.name).upper(), ""))
    inner = _inner(kind)
    if isinstance(inner, type) and issubclass(inner, Enum):
        text += f" One of {', '.join(f'`{choice.value}`' for choice in inner)}."
    return text


def _inner(kind: Any) -> Any:
    """Return what a value is: the item of a list, the type of something that may be left out."""
    inner = [part for part in get_args(kind) if part is not type(None)]
    return _inner(inner[0]) if inner else kind


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
