"""Saving what a view shows: CSV, JSON or text, into a new file. A file that is there already is never touched."""

import csv
import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui_ops.model.clock import Stamp, local_time
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.readings import VALUES
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe

FORMS = ("csv", "json", "txt")
"""The endings of a file's name, each of which says how it is written."""

FILE_MODE = 0o600
"""What a fleet looks like is nobody else's business."""

NAME_LIMIT = 60
"""Characters of the part of a suggested name that comes from the view."""

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula; a host may have written the cell."""

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class ExportError(TuiOpsError):
    """A view that can't be saved."""


@dataclass(frozen=True, slots=True)
class Export:
    """What a view shows, ready to be saved or copied."""

    name: str
    """What it is, for the file's name: ``hosts``."""
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    lines: Sequence[str]
    """The same as it stands on the screen, for people."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Further forms that it has, by the ending of a file's name: ``md``. The first is the usual one."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The endings that it can be saved by, the usual one first."""
        return (*self.texts, *(form for form in FORMS if form not in self.texts))


HOST_COLUMNS = (
    "host", "state", "severity", "reason", "address", "site", "rack", "groups", "age_s", "os", "kernel", *VALUES,
)  # fmt: skip


def host_rows(rows: Sequence[HostRow]) -> list[tuple[object, ...]]:
    """Return hosts by :data:`HOST_COLUMNS`."""
    return [
        (row.name, str(row.state), str(row.severity), row.reason, row.address, row.site, row.rack, list(row.groups),
         None if row.age_s is None else round(row.age_s, 1), row.os, row.kernel,
         *(row.values.get(name) for name in VALUES))
        for row in rows
    ]  # fmt: skip


def suggested_path(folder: Path, what: str, present: Stamp, form: str = FORMS[0]) -> Path:
    """Return where a view would be saved: named by what it shows and when, and not there yet.

    Args:
        folder: where it would lie.
        what: the address of the view.
        present: the moment that is shown.
        form: the ending of its name.
    """
    stem = _NOT_IN_A_NAME.sub("-", what)[:NAME_LIMIT].strip("-.") or "view"
    stem = f"{stem}-{local_time(present.at):%Y%m%d-%H%M%S}"
    return folder / f"{stem}.{form}"


def another(path: Path) -> Path:
    """Return a name beside one that is taken: ``hosts-2.csv``."""
    for number in range(2, 1000):
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
        if not os.path.lexists(found):
            return found
    return path


def saved_text(what: Export, form: str) -> str:
    """Return a view in one of its forms."""
    if form in what.texts:
        return what.texts[form]
    if form == "json":
        records = [dict(zip(what.columns, row, strict=True)) for row in what.rows]
        return json.dumps(records, indent=2, ensure_ascii=False, default=str) + "\n"
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(what.columns)
        writer.writerows([_csv_cell(cell) for cell in row] for row in what.rows)
        return out.getvalue()
    return "".join(f"{line.rstrip()}\n" for line in what.lines)


def _csv_cell(cell: object) -> object:
    if isinstance(cell, list | tuple):
        cell = " ".join(map(str, cell))
    if isinstance(cell, str):
        text = safe(cell)
        return f"'{text}" if text.startswith(_FORMULA_START) else text
    return "" if cell is None else cell


def save(what: Export, path: Path) -> int:
    """Write a view into a new file; return how many rows it has.

    Args:
        what: the view.
        path: its ending says how it is written.

    Raises:
        FileExistsError: there is something of this name.
        ExportError: the ending is none of its forms, or it can't be written.
    """
    form = path.suffix.removeprefix(".").lower()
    if form not in what.forms:
        *most, last = (f".{one}" for one in what.forms)
        raise ExportError(f"{path.name[:60]!r} does not say how", f"end the name with {', '.join(most)} or {last}")
    text = saved_text(what, form)
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
        with os.fdopen(opened, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ExportError(f"{path} can't be written: {reason}", "name another folder") from error
    if form in what.texts:
        return text.count("\n")
    return len(what.lines) if form == "txt" else len(what.rows)


def export_folder(environ: Mapping[str, str]) -> Path:
    """Return where views are saved unless another place is named, made when it is not there.

    It lies in the operator's own state folder; where that can't be made, it is the folder of now.
    """
    state = environ.get("XDG_STATE_HOME", "")
    root = Path(state) if Path(state).is_absolute() else Path("~/.local/state").expanduser()
    folder = root / "tui-ops" / "saved"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path.cwd()
    return folder
