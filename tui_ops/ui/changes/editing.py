"""Writing a plan in the operator's own editor: checked before it is sent, and never lost.

What is wrong stands as remarks above the text when the editor opens again. Who leaves it as it is keeps the text in a
file of his own, and finds it there the next time.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from tui_ops.actions.errors import ActError
from tui_ops.plans import PlanWrong, read_plan, sha_of
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.paint import Ink
from tui_ops.ui.work import in_background

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

REMARK = "#! "
"""Begins a line that tells what is wrong; such lines are taken out again."""

EDITORS = ("sensible-editor", "nano", "vim", "vi")
"""What is looked for where neither VISUAL nor EDITOR says which editor it is."""

TEXT_MOST = 256 * 1024
"""Bytes of a plan that are read back: what a plan may have."""

PLACE = re.compile(r"^(\w+:)(\d+)(?=:)")
"""The place of a mistake: ``plan:12:3``."""

BASE_CELLS = 12
"""Digits of the digest by which a text is known again."""

_BASE = re.compile(rf"^#! made of the plan ([0-9a-f]{{{BASE_CELLS}}});", re.MULTILINE)

OTHERS = "somebody has changed the plan since this was kept: what you send takes that back; look at it before"

Send = Callable[[str], Awaitable[str]]
"""Sends a text that has no mistakes; gives what to tell. It may raise ActError."""

Check = Callable[[str], str]
"""Gives what is wrong with a text, a mistake a line; empty where nothing is."""


def edit_plan(app: "DeskApp", page: ChangePage) -> None:
    """Let the operator write the plan of a change; what is sent voids its approvals, which the engine says.

    Args:
        app: whose terminal is given to the editor.
        page: of the change, as it was seen.
    """
    row = page.row

    async def send(text: str) -> str:
        answer = await app.client.act("change.edit", (row.name,), {"plan": text}, {row.name: row.revision})
        return answer.message or f"{row.name}: its plan was written"

    check, plan = partial(mistakes, values=dict(page.written.values)), page.written.plan
    in_background(app, lambda: write(app, row.name, plan, check, send, base=plan), "editor")


def mistakes(text: str, values: Mapping[str, str] | None = None) -> str:
    """Return what is wrong with a plan, a mistake a line; empty where nothing is.

    Args:
        text: YAML.
        values: of its parameters; None for a model, whose parameters stay open.
    """
    try:
        read_plan(text, values)
    except PlanWrong as error:
        return error.report()
    return ""


async def write(app: "DeskApp", name: str, text: str, check: Check, send: Send, base: str = "") -> None:
    """Open the editor until the text is right and sent, or left as it is.

    Args:
        app: whose terminal is given to the editor.
        name: of what is written, ``CHG-7``: of the file that keeps it.
        text: to begin with.
        check: says what is wrong with it.
        send: takes it.
        base: the text that others may change meanwhile: whoever goes on with what was kept is told once.
    """
    file = kept_file(app, name)
    first, wrong = text, ""
    if file.is_file():
        kept = read_text(file)
        first, wrong = without_remarks(kept), OTHERS if is_of_another(kept, base) else ""
        app.tell(f"going on with what was not sent: {file}")
    shown = first
    while True:
        before = with_remarks(shown, wrong)
        if not _open(app, file, of_base(before, base)):
            return
        shown = without_remarks(read_text(file))
        if shown.strip() == text.strip() and not wrong:
            file.unlink(missing_ok=True)
            app.tell("nothing was changed")
            return
        if wrong and shown == without_remarks(before):
            app.tell(f"not sent: {wrong.splitlines()[0]}. The text is kept in {file}: e goes on with it", Ink.WARN)
            return
        wrong = check(shown)
        if not wrong:
            break
    save_text(file, of_base(shown, base))
    try:
        said = await send(shown)
    except ActError as error:
        app.tell(f"not sent: {safe(str(error))}. The text is kept in {file}", Ink.BAD)
        return
    file.unlink(missing_ok=True)
    app.tell(safe(said))


def with_remarks(text: str, wrong: str) -> str:
    """Return a text with what is wrong above it; the lines that are named are those that the editor shows."""
    if not wrong:
        return text
    told = wrong.splitlines()
    below = len(told) + 1
    moved = [PLACE.sub(lambda found: f"{found[1]}{int(found[2]) + below}", one) for one in told]
    head = ["What is wrong. These lines go by themselves; leave the text as it is to give up: nothing is lost.", *moved]
    return "".join(f"{REMARK}{one}\n" for one in head) + text


def without_remarks(text: str) -> str:
    """Return a text without the remarks of :func:`with_remarks`."""
    return "".join(one for one in text.splitlines(keepends=True) if not one.startswith(REMARK.rstrip()))


def of_base(text: str, base: str) -> str:
    """Return a text with a remark below it that says of which text it was made; as it is where that is none."""
    if not base:
        return text
    end = "" if text.endswith("\n") or not text else "\n"
    return f"{text}{end}{REMARK}made of the plan {sha_of(base)[:BASE_CELLS]}; this line goes by itself\n"


def is_of_another(kept: str, base: str) -> bool:
    """Return whether a text that is kept was made of another one than this: somebody has changed that meanwhile."""
    found = _BASE.findall(kept)
    return bool(base and found and not sha_of(base).startswith(found[-1]))


def editor() -> list[str]:
    """Return the words that begin the operator's editor; none where there is none."""
    for name in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(os.environ.get(name, ""))
        except ValueError:
            continue
        if words:
            return words
    return next(([found] for one in EDITORS if (found := shutil.which(one)) is not None), [])


def kept_file(app: "DeskApp", name: str) -> Path:
    """Return the file that keeps what is written, in a folder that only this operator can look into."""
    config = app.desk.options.config
    folder = config / "drafts" if config is not None else Path(tempfile.gettempdir()) / f"tui-ops-drafts-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        folder = Path(tempfile.mkdtemp(prefix="tui-ops-drafts-"))
    folder.chmod(0o700)
    kept = "".join(char if char.isalnum() or char in "-." else "_" for char in f"{app.desk.fleet_name}-{name}")
    return folder / f"{kept}.yaml"


def read_text(file: Path) -> str:
    """Return what a file that keeps a text holds."""
    with file.open("rb") as opened:
        return opened.read(TEXT_MOST).decode("utf-8", "replace")


def save_text(file: Path, text: str) -> None:
    """Keep a text in a file that only this operator can look into."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(text)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let ctrl+c be the editor's alone; it finds the signal as the desk found it, for handlers do not go with it."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _open(app: "DeskApp", file: Path, text: str) -> bool:
    """Give the terminal to the editor with a text in a file; tell whether it came back well."""
    words = editor()
    if not words:
        app.tell("no editor: set EDITOR, such as EDITOR=nano", Ink.WARN)
        return False
    try:
        save_text(file, text)
        with app.suspend(), _deaf():
            status = subprocess.run([*words, str(file)], check=False).returncode
    except SuspendNotSupported:
        app.tell("this terminal can't be handed to an editor", Ink.BAD)
        return False
    except OSError as error:
        app.tell(f"the editor {safe(words[0])} did not start: {error.strerror}", Ink.BAD)
        return False
    if status:
        app.tell(f"the editor ended with status {status}: nothing was sent; the text is kept in {file}", Ink.WARN)
    return status == 0
