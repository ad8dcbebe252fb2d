"""Turns a TOML file and the environment into a frozen settings value, and refuses what it does not know."""

import dataclasses
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from records.errors import WrongUse

PREFIX = "KHONGCHO_"
CONFIG = "KHONGCHO_CONFIG"
HOME = "KHONGCHO_HOME"
CONFIG_NAME = "khongcho.toml"

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SettingDoc:
    """One setting as the documentation shows it."""

    name: str
    """Dotted name in the TOML file."""
    variable: str
    """Name in the environment."""
    default: str
    allowed: str
    """Least and most, where it is a number; else empty."""
    help: str


def read(kind: type[T], environ: Mapping[str, str]) -> T:
    """Read *kind* from the file that *environ* names and from *environ* itself, which wins."""
    home = Path(environ.get(HOME) or "var").expanduser().absolute()
    config = Path(environ[CONFIG]).expanduser().absolute() if environ.get(CONFIG) else home / CONFIG_NAME
    given = _file(config, required=bool(environ.get(CONFIG)))
    _known(kind, given, "", str(config))
    # The home folder holds the file, so the environment decides on it before the file is read.
    merged = given if environ.get(HOME) is None and "home" in given else {**given, "home": str(home)}
    sources: dict[str, str] = {}
    unknown = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in {CONFIG, HOME}:
            continue
        path = variable[len(PREFIX) :].lower().split("__")
        if _put(kind, merged, path, environ[variable]):
            sources[".".join(path)] = variable
        else:
            unknown.append(variable)
    if unknown:
        raise WrongUse("SETTING_UNKNOWN", keys=", ".join(unknown), where="biến môi trường / the environment")
    base = Path(str(merged["home"])).expanduser().absolute()
    built: T = _build(kind, merged, "", base, lambda name: sources.get(name, str(config)))
    return built


def documentation(kind: type, prefix: str = "") -> Iterator[SettingDoc]:
    """Yield every setting of *kind* in order, with its names, default and meaning."""
    hints = get_type_hints(kind)
    for f in dataclasses.fields(kind):
        name = f"{prefix}{f.name}"
        if dataclasses.is_dataclass(hints[f.name]):
            yield from documentation(hints[f.name], f"{name}.")
        else:
            default = "" if f.default in (None, "", ()) else str(f.default)
            variable = PREFIX + name.upper().replace(".", "__")
            yield SettingDoc(name, variable, default, _span(f.metadata["allowed"]), str(f.metadata["help"]))


def _file(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not required:
            return {}
        raise WrongUse("SETTING_INVALID", detail="không thấy tệp / no such file", where=str(path)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise WrongUse("SETTING_INVALID", detail=str(e), where=str(path)) from e


def _known(kind: type, given: Mapping[str, Any], prefix: str, where: str) -> None:
    """Raise for keys of *given* that *kind* does not have; all of them at once."""
    unknown = list(_unknown(kind, given, prefix))
    if unknown:
        raise WrongUse("SETTING_UNKNOWN", keys=", ".join(unknown), where=where)


def _unknown(kind: type, given: Mapping[str, Any], prefix: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    names = {f.name for f in dataclasses.fields(kind)}
    for name, value in given.items():
        if name not in names:
            yield f"{prefix}{name}"
        elif dataclasses.is_dataclass(hints[name]) and isinstance(value, Mapping):
            yield from _unknown(hints[name], value, f"{prefix}{name}.")


def _put(kind: type, into: dict[str, Any], path: list[str], value: str) -> bool:
    """Set *value* at *path*; False where *kind* has no such setting."""
    hints = get_type_hints(kind)
    name, *rest = path
    if name not in hints:
        return False
    nested = dataclasses.is_dataclass(hints[name])
    if nested != bool(rest):
        return False
    if not nested:
        into[name] = value
        return True
    inner = into.setdefault(name, {})
    return isinstance(inner, dict) and _put(hints[name], inner, rest, value)


def _build(kind: Any, given: Mapping[str, Any], prefix: str, home: Path, where: Any) -> Any:
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for f in dataclasses.fields(kind):
        name, hint = f"{prefix}{f.name}", hints[f.name]
        if dataclasses.is_dataclass(hint):
            inner = given.get(f.name, {})
            if not isinstance(inner, Mapping):
                raise WrongUse("SETTING_INVALID", detail=f"{name}: cần một bảng / needs a table", where=where(name))
            values[f.name] = _build(hint, inner, f"{name}.", home, where)
        elif f.name in given:
            try:
                values[f.name] = _allowed(_value(hint, given[f.name], home), f.metadata["allowed"])
            except ValueError as e:
                raise WrongUse("SETTING_INVALID", detail=f"{name}: {e}", where=where(name)) from e
    return kind(**values)


def _value(hint: Any, raw: Any, home: Path) -> Any:
    """Return *raw* (from TOML or, as text, from the environment) as the type that *hint* names."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (a for a in get_args(hint) if a is not type(None))
        return None if raw in ("", None) else _value(inner, raw, home)
    if origin is Literal:
        if raw not in get_args(hint):
            raise ValueError(f"{raw!r} ≠ {' | '.join(map(str, get_args(hint)))}")
        return raw
    if origin is tuple:
        items = [part for part in raw.split(",") if part.strip()] if isinstance(raw, str) else raw
        if not isinstance(items, list):
            raise ValueError(f"{raw!r}: cần danh sách / needs a list")
        return tuple(_value(get_args(hint)[0], item, home) for item in items)
    return _scalar(hint, raw, home)


def _allowed(value: Any, allowed: range | None) -> Any:
    """Return *value*. Raises ValueError naming it and the range where it lies outside."""
    if allowed is not None and value not in allowed:
        raise ValueError(f"{value}: phải nằm trong khoảng / must lie in {_span(allowed)}")
    return value


def _span(allowed: range | None) -> str:
    return f"{allowed[0]}–{allowed[-1]}" if allowed is not None else ""


def _scalar(hint: Any, raw: Any, home: Path) -> Any:
    if hint is bool:
        word = str(raw).strip().lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
    elif hint is int and not isinstance(raw, bool):
        try:
            return int(str(raw))
        except ValueError:
            pass
    elif hint is str and isinstance(raw, str):
        return raw
    elif hint is Path and isinstance(raw, str):
        try:
            path = Path(raw.strip()).expanduser()
        except RuntimeError as e:  # ~somebody whom this machine does not know
            raise ValueError(f"{raw!r}: {e}") from e
        return path if path.is_absolute() else (home / path).absolute()
    raise ValueError(f"{raw!r}: cần / needs {hint.__name__}")
