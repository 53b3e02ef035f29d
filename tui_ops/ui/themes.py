"""Themes: YAML files of a few named colours, shipped or in the operator's own folder."""

import re
from pathlib import Path
from typing import Any

from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.ui.look import Palette

FOLDER = Path(__file__).resolve().parent.parent / "themes"
"""The themes that are shipped."""

NAMES = ("dark", "light", "high-contrast", "colour-blind", "mono")
"""The shipped ones, in the order in which ``T`` offers them."""

COLOURS = ("ground", "raised", "cursor", "text", "dim", "faint", "title", "accent", "good", "warn", "bad", "held")
"""What every theme names."""

OWN_MOST = 50
"""Themes of the operator's own that are offered."""

FILE_LIMIT = 32 * 1024
"""Bytes of a theme: many times what twelve colours need."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_KEYS = ("dark", "bold", "colours")


class ThemeError(TuiOpsError):
    """A theme that does not exist, or a mistake in one, with file, line and column."""


def theme_names(own: Path | None) -> tuple[str, ...]:
    """Return every theme there is: the shipped ones, then those of the operator's own folder.

    Args:
        own: the operator's own folder; None where there is none.
    """
    try:
        found = sorted(path.stem for path in own.glob("*.yaml")) if own is not None else []
    except OSError:
        found = []
    return (*NAMES, *[name for name in found if _NAME.fullmatch(name) and name not in NAMES][:OWN_MOST])


def load_palette(name: str, own: Path | None = None) -> Palette:
    """Return the theme of this name; one of the operator's own stands in for a shipped one.

    Args:
        name: without the ending.
        own: the operator's own folder of themes.

    Raises:
        ThemeError: no such theme, or a mistake in it.
    """
    if _NAME.fullmatch(name):
        for folder in filter(None, (own, FOLDER)):
            path = folder / f"{name}.yaml"
            try:
                with path.open("rb") as file:
                    raw = file.read(FILE_LIMIT + 1)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise ThemeError(f"{path} can't be read: {error.strerror}", "check its owner and mode") from error
            return _palette(name, raw, path)
    raise ThemeError(f"there is no theme {clean(name, 40)!r}", f"choose one of {', '.join(theme_names(own))}")


def _palette(name: str, raw: bytes, path: Path) -> Palette:
    found = _Reading(path).table(raw)
    return Palette(name, bool(found.dark), found.colours, frozenset(found.bold))


class _Reading:
    """Reads one theme, knowing where every mistake is.

    Args:
        path: of the theme, for what is said.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.dark = True
        self.bold: tuple[str, ...] = ()
        self.colours: dict[str, str] = {}

    def table(self, raw: bytes) -> "_Reading":
        """Take in a file."""
        import yaml

        if len(raw) > FILE_LIMIT:
            raise ThemeError(f"{self._path} is larger than {FILE_LIMIT // 1024} KiB", "a theme names twelve colours")
        try:
            root = yaml.compose(raw.decode("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            what = clean(str(getattr(error, "problem", None) or "it is not YAML in UTF-8"), 100)
            raise self._wrong(mark, what) from error
        for key, key_node, value in self._pairs(root, "the theme"):
            if key == "colours":
                self._colours(value)
            elif key == "bold":
                self.bold = tuple(self._known(one, "bold") for one in getattr(value, "value", ()))
            elif key == "dark":
                self.dark = str(getattr(value, "value", "")).lower() in ("true", "yes", "on")
            else:
                raise self._wrong(key_node.start_mark, f"there is no key {key!r}, only {', '.join(_KEYS)}")
        missing = [colour for colour in COLOURS if colour not in self.colours]
        if missing:
            raise ThemeError(f"{self._path} lacks {', '.join(missing)}", "copy a shipped theme and change it")
        return self

    def _colours(self, node: object) -> None:
        for key, key_node, value in self._pairs(node, "colours"):
            self._known(key_node, "colours")
            text = getattr(value, "value", None)
            if not isinstance(text, str) or not _COLOUR.fullmatch(text):
                shown = clean(str(text), 30)
                raise self._wrong(value.start_mark, f'{key}: {shown!r} is no colour; write it as "#87afd7"')
            self.colours[key] = text

    def _known(self, node: object, where: str) -> str:
        name = getattr(node, "value", None)
        if not isinstance(name, str) or name not in COLOURS:
            raise self._wrong(
                getattr(node, "start_mark", None), f"{where}: there is no colour {clean(str(name), 30)!r}"
            )
        return name

    def _pairs(self, node: object, what: str) -> list[tuple[str, Any, Any]]:
        from yaml import MappingNode

        if not isinstance(node, MappingNode):
            raise self._wrong(getattr(node, "start_mark", None), f"{what}: names and values are expected")
        return [(clean(str(key.value), 40), key, value) for key, value in node.value]

    def _wrong(self, mark: object, what: str) -> ThemeError:
        line, column = getattr(mark, "line", None), getattr(mark, "column", None)
        place = f":{line + 1}:{column + 1}" if line is not None and column is not None else ""
        return ThemeError(f"{self._path}{place}: {what}", "mend it and choose it again")
