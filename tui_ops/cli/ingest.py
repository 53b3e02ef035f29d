"""``tui-ops ingest``: alerts of other programs, from files in place of the webhook door."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.intake import ALERT_INGEST, FORMATS
from tui_ops.cli.asking import act, print_answer
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, say, shown
from tui_ops.cli.failures import exit_code, told
from tui_ops.model.errors import TuiOpsError
from tui_ops.practices.intake.formats import Form, read, recognise
from tui_ops.practices.intake.taken import Around, NotTaken

FILE_LIMIT = 16 * 1024 * 1024
"""Bytes of one file: a hundred thousand lines of passive results."""

PART_LIMIT = 256 * 1024
"""Bytes of one part of them, as it goes over the socket: each is written down in the audit as it is."""

LINES_LIMIT = 1000
"""Lines of one part."""

MESSAGE_LIMIT = 900_000
"""Bytes of a message that can't be parted, as it goes over the socket, whose lines have a limit."""

STDIN = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="messages of Alertmanager, Grafana, PagerDuty or "
                        "Icinga, one a file, or lines of Nagios's passive results; - is standard input")  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, help="what the files hold, where their content does not tell")


def run(options: argparse.Namespace, context: Context) -> int:
    """Bring in each file; one that can't be used is told, and the others go on."""
    worst = int(Exit.OK)
    for name in options.files:
        try:
            for part, form in _parts(name, Form(options.format) if options.format else None):
                print_answer(act(context, ALERT_INGEST.id, (), {"text": part, "format": str(form)}))
        except ActError as error:
            if error.code is Code.AWAY or len(options.files) == 1:
                raise
            worst = _said(name, error, worst)
        except TuiOpsError as error:
            worst = _said(name, error, worst)
    return worst


def _said(name: str, error: TuiOpsError, before: int) -> int:
    """Say what is wrong with a file and return the exit code: that of the first one that can't be used."""
    say(f"{shown(name)}: {told(error)}")
    return before or exit_code(error)


def _parts(name: str, form: Form | None) -> Iterator[tuple[str, Form]]:
    """Give the messages of a file, all of which were looked at before the first is sent."""
    text = _text(name)
    form = form or recognise(text)
    around = Around(time.time())
    if form is not Form.NAGIOS:
        read(text, around, form)
        if len(json.dumps(text)) > MESSAGE_LIMIT:
            raise NotTaken("", "the message is too long to be sent", "bring it in several")
        yield text, form
        return
    parts, line = list(_chunks(text)), 0
    for part in parts:
        try:
            read(part, around, form)
        except NotTaken as error:
            raise _moved(error, line) from error
        line += part.count("\n")
    yield from ((part, form) for part in parts)


def _moved(error: NotTaken, lines: int) -> NotTaken:
    """Return the same refusal with the line of the file in place of that of its part."""
    word, _, number = error.field.partition(" ")
    message = error.message.removeprefix(f"{error.field}: ")
    where = f"line {int(number) + lines}" if word == "line" and number.isdigit() else error.field
    return NotTaken(where, message, error.hint)


def _chunks(text: str) -> Iterator[str]:
    """Give the lines of a text in parts that the socket takes; comments and empty lines count as lines."""
    part: list[str] = []
    size = results = 0
    for line in text.splitlines(keepends=True):
        length = len(json.dumps(line))
        if results and (size + length > PART_LIMIT or len(part) >= LINES_LIMIT):
            yield "".join(part)
            part, size, results = [], 0, 0
        part.append(line)
        size += length
        results += bool(line.strip()) and not line.startswith("#")
    if results or not text.strip():
        yield "".join(part)


def _text(name: str) -> str:
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(FILE_LIMIT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise TuiOpsError(f"it can't be read: {error.strerror or error}", "check path and permissions") from error
    if len(data) > FILE_LIMIT:
        raise TuiOpsError(f"it is larger than {FILE_LIMIT // 1024**2} MiB", "bring it in several")
    return data.decode("utf-8", "replace")
