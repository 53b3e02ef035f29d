"""The fleet's name out of the parser's events, up to the line where it stands."""

from pathlib import Path

import yaml

from tui_ops.inventory.errors import InventoryError, Mistake, ordinary
from tui_ops.inventory.syntax import explain
from tui_ops.inventory.tree import DEPTH_MAX, NODES_MAX
from tui_ops.model.fleet import Place


def top_level_name(path: Path, text: str) -> tuple[Place, str] | None:
    """Return what ``name`` of the outermost mapping says and where; None where there is none.

    Raises:
        InventoryError: where the file breaks, or grows beyond its bounds, before the name.
    """
    try:
        found = _Search().run(path, text)
    except yaml.YAMLError as error:
        message, hint, line, column = explain(error, text)
        raise InventoryError([Mistake(Place(str(path), line, column), message, hint)], text) from error
    if found is None:
        return None
    mark = found.start_mark
    return Place(str(path), mark.line + 1 if mark else 1, mark.column + 1 if mark else 1), found.value


class _Search:
    """Follows the events of the first document, keys and values of its outermost mapping in turns."""

    def __init__(self) -> None:
        self._anchors: dict[str, yaml.ScalarEvent] = {}
        self._depth = 0
        self._key: str | None = None
        self._at_key = True

    def run(self, path: Path, text: str) -> yaml.ScalarEvent | None:
        """Return the scalar below ``name``, an alias followed."""
        for seen, event in enumerate(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
            if self._depth > DEPTH_MAX or seen > 2 * NODES_MAX:
                raise ordinary(path, "the file is too large or too deep to find the fleet's name", "put 'name:' first")
            if isinstance(event, yaml.CollectionStartEvent):
                if self._depth == 0 and not isinstance(event, yaml.MappingStartEvent):
                    return None
                self._depth += 1
                continue
            if isinstance(event, yaml.CollectionEndEvent):
                self._depth -= 1
                if self._depth == 0:
                    return None
            scalar = self._scalar(event)
            if self._depth != 1 or not isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                continue
            if self._at_key:
                self._key = scalar.value if scalar is not None else None
            elif self._key == "name" and scalar is not None:
                return scalar
            self._at_key = not self._at_key
        return None

    def _scalar(self, event: yaml.Event) -> yaml.ScalarEvent | None:
        """Return the scalar that the event is or names."""
        if isinstance(event, yaml.AliasEvent):
            return self._anchors.get(str(event.anchor))
        if not isinstance(event, yaml.ScalarEvent):
            return None
        if event.anchor:
            self._anchors[event.anchor] = event
        return event
