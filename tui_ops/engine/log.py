"""The engine's log: a file that rotates, since nobody watches the disk of a jump host for us."""

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_BYTES = 5 * 1024 * 1024
"""One file: some weeks of an ordinary fleet."""

LOG_FILES = 4
"""Older files kept: enough to look back over an incident."""


class _PrivateHandler(RotatingFileHandler):
    """A rotating file that keeps the mode of the state directory's files."""

    def __init__(self, path: Path, mode: int) -> None:
        self._mode = mode
        super().__init__(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")

    def _open(self):  # type: ignore[no-untyped-def]
        stream = super()._open()
        os.fchmod(stream.fileno(), self._mode)
        return stream


def start_log(path: Path, mode: int, verbose: bool, to_stderr: bool) -> None:
    """Send what the engine says to its file, and to stderr where a person or a journal reads it."""
    # A line that can't be written, since the disk is full, is lost; Python would tell so at length for each.
    logging.raiseExceptions = False
    handlers: list[logging.Handler] = [_PrivateHandler(path, mode)]
    if to_stderr:
        handlers.append(logging.StreamHandler(sys.stderr))
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=handlers,
        force=True,
    )
    # asyncssh reports each connection and channel at INFO: several lines a host that say nothing of trouble.
    logging.getLogger("asyncssh").setLevel(logging.DEBUG if verbose else logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
