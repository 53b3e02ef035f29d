"""What the desk keeps of an operator from one day to the next: theme, order, columns, the view of last time.

One small YAML file in the operator's own configuration folder. It is replaced in one piece; one that can't be read
is told and kept aside, and never keeps the desk from opening.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError

FILE = "desk.yaml"
"""Its name in the configuration folder."""

FILE_LIMIT = 64 * 1024
"""Bytes: many times what is ever written; more is not a file of ours."""

FLEETS_MOST = 20
"""Fleets whose last view is kept."""

TEXT_MOST = 1000
"""Characters of one value: an address is no longer."""

_HEAD = "# Written by tui-ops when the desk is left. Values may be edited; comments are not kept.\n"


class PreferencesError(TuiOpsError):
    """The file can't be read or written."""


@dataclass(slots=True)
class Preferences:
    """What is kept."""

    theme: str = ""
    order: str = ""
    """The sort column of the hosts, with a minus where it falls."""
    trouble_only: bool = False
    columns: dict[str, list[str]] = field(default_factory=dict)
    """Columns chosen, by view."""
    last: dict[str, str] = field(default_factory=dict)
    """The address that was looked at last, by fleet; the newest at the end."""
    looked: dict[str, float] = field(default_factory=dict)
    """When the screen Now was left last, epoch seconds, by fleet."""
    bell: bool = False
    """Whether the terminal rings when an incident asks for somebody."""
    title: bool = False
    """Whether the terminal's title counts what needs the operator."""

    def remember(self, fleet: str, address: str) -> None:
        """Keep the view of a fleet."""
        self.last.pop(fleet, None)
        self.last[fleet] = address
        while len(self.last) > FLEETS_MOST:
            del self.last[next(iter(self.last))]


def config_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the operator's own folder of the program; None where the environment does not tell a home."""
    named = environ.get("XDG_CONFIG_HOME", "")
    if Path(named).is_absolute():
        return Path(named, "tui-ops")
    home = environ.get("HOME", "")
    return Path(home, ".config", "tui-ops") if Path(home).is_absolute() else None


def read_preferences(folder: Path) -> Preferences:
    """Return what is kept; a file that is not there is an empty one.

    Raises:
        PreferencesError: it can't be read, with the place of the mistake. It is kept aside as ``desk.yaml.broken``.
    """
    path = folder / FILE
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        return Preferences()
    except OSError as error:
        raise PreferencesError(f"{path} can't be read: {error.strerror}", "this session keeps the usual") from error
    try:
        return _understood(raw, path)
    except PreferencesError as error:
        raise PreferencesError(error.message, _put_aside(path)) from error


def _put_aside(path: Path) -> str:
    aside = path.with_name(path.name + ".broken")
    try:
        path.replace(aside)
    except OSError:
        return "this session keeps the usual"
    return f"it is kept as {aside.name}; this session begins with the usual"


def _understood(raw: bytes, path: Path) -> Preferences:
    import yaml

    if len(raw) > FILE_LIMIT:
        raise PreferencesError(f"{path} is larger than {FILE_LIMIT // 1024} KiB")
    try:
        data = yaml.load(raw.decode("utf-8"), yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark is not None else ""
        what = clean(str(getattr(error, "problem", None) or "it is not YAML in UTF-8"), 100)
        raise PreferencesError(f"{path}{place}: {what}") from error
    if data is None:
        return Preferences()
    if not isinstance(data, dict):
        raise PreferencesError(f"{path}: names and values are expected")
    hosts = _table(data.get("hosts"), "hosts", path)
    columns = _table(data.get("columns"), "columns", path)
    return Preferences(
        theme=_text(data.get("theme", ""), "theme", path),
        order=_text(hosts.get("order", ""), "order", path),
        trouble_only=hosts.get("trouble_only") is True,
        bell=data.get("bell") is True,
        title=data.get("title") is True,
        columns={_text(view, "columns", path): _texts(names, "columns", path) for view, names in columns.items()},
        last={
            _text(fleet, "last", path): _text(address, "last", path)
            for fleet, address in list(_table(data.get("last"), "last", path).items())[-FLEETS_MOST:]
        },
        looked={
            _text(fleet, "looked", path): _moment(at, path)
            for fleet, at in list(_table(data.get("looked"), "looked", path).items())[-FLEETS_MOST:]
        },
    )


def _moment(value: object, path: Path) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise PreferencesError(f"{path}: looked: a time in seconds is expected")
    return float(value)


def _table(value: object, name: str, path: Path) -> dict[object, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise PreferencesError(f"{path}: {name}: names and values are expected")
    return value


def _text(value: object, name: str, path: Path) -> str:
    if not isinstance(value, str) or len(value) > TEXT_MOST:
        raise PreferencesError(f"{path}: {name}: a short text is expected")
    return clean(value, TEXT_MOST)


def _texts(value: object, name: str, path: Path) -> list[str]:
    if not isinstance(value, list):
        raise PreferencesError(f"{path}: {name}: a list of names is expected")
    return [_text(one, name, path) for one in value[:100]]


def as_text(kept: Preferences) -> str:
    """Return the file's text."""
    import yaml

    data: dict[str, object] = {
        "theme": kept.theme,
        "bell": kept.bell,
        "title": kept.title,
        "hosts": {"order": kept.order, "trouble_only": kept.trouble_only},
        "columns": kept.columns,
        "last": kept.last,
        "looked": {fleet: round(at) for fleet, at in list(kept.looked.items())[-FLEETS_MOST:]},
    }
    return _HEAD + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def write_preferences(folder: Path, text: str) -> None:
    """Replace the file in one piece: whoever reads it finds the old one or the new one.

    Raises:
        PreferencesError: it can't be written.
    """
    path = folder / FILE
    fresh = path.with_name(f".{FILE}.{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.unlink(missing_ok=True)
        opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise PreferencesError(f"{path} can't be written: {error.strerror}", "what you chose is not kept") from error
