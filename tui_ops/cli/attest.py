"""``tui-ops attest``: somebody's word on a control, with the digest of its proof.

The file is read here, with the rights of who attests, and stays where it is: the engine gets its name, its digest and
its date.
"""

import argparse
import hashlib
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from tui_ops.actions.compliance import ATTEST, SAYS
from tui_ops.cli.asking import act, print_answer
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, shown
from tui_ops.cli.failures import UsageError
from tui_ops.model.errors import TuiOpsError

FILE_LIMIT = 1 << 30
"""Bytes of a proof: a scanned binder, not a disk image."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add = parser.add_argument
    add("framework", metavar="FRAMEWORK", help="its name or its short one, as tui-ops show frameworks has it")
    add("control", metavar="CONTROL", help="its number, such as 12.10.1")
    add("--text", required=True, metavar="WORDS", help="what it rests on: where the proof is found, and what it shows")
    add("--evidence", metavar="FILE", help="the proof; its name, digest and date are kept, not the file")
    add("--dated", metavar="DAY", help="of which day the proof is: 2026-11-29 (else when the file was changed last)")
    add("--owner", metavar="WHO", help="who answers for it (else you)")
    add("--scope", metavar="SCOPE", default="", help="group:NAME, site:NAME or host:NAME (else everything)")
    add("--says", choices=SAYS, default=SAYS[0], help=f"what is said of it (else {SAYS[0]})")
    until = parser.add_mutually_exclusive_group(required=True)
    until.add_argument("--until", metavar="DAY", help="on which day it is looked at again: 2027-03-31")
    until.add_argument("--for", dest="lasts", metavar="TIME", help="after which time: 180d, a year at most")


def run(options: argparse.Namespace, context: Context) -> int:
    """Read the proof and ask the engine to write it down."""
    params: dict[str, object] = {
        "framework": options.framework, "control": options.control, "text": options.text, "says": options.says,
    }  # fmt: skip
    given = {"owner": options.owner, "scope": options.scope, "until": options.until, "for": options.lasts}
    params |= {name: value for name, value in given.items() if value}
    if options.evidence:
        params |= proof(Path(options.evidence))
    elif options.dated:
        raise UsageError("--dated is the day of a proof", "name it with --evidence FILE")
    if options.dated:
        params["dated"] = options.dated
    print_answer(act(context, ATTEST.id, (), params))
    return Exit.OK


def proof(path: Path) -> dict[str, object]:
    """Return what is kept of a file: its name, the digest of its content, and when it was changed last.

    Raises:
        TuiOpsError: it can't be read, is no file, or is larger than a proof may be.
    """
    try:
        # A pipe that nobody writes would hold this up for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise TuiOpsError(f"{shown(path)} is no file", "name the file itself")
            if found.st_size > FILE_LIMIT:
                raise TuiOpsError(f"{shown(path)} is larger than 1 GiB", "name the document, not an image of a disk")
            sha = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TuiOpsError(f"{shown(path)} can't be read: {error.strerror or error}", "check its path") from error
    return {
        "file": path.name[:200],
        "sha256": sha,
        "dated": datetime.fromtimestamp(found.st_mtime, UTC).date().isoformat(),
    }
