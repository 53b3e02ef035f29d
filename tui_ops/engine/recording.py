"""What a shell showed, kept as asciicast v2: one JSON line for what came when.

Keys are not kept, since they hold passwords.
"""

import codecs
import json
import os
import time
from pathlib import Path

from tui_ops.engine.errors import EngineError
from tui_ops.transport.base import TerminalShape

RECORDING_MOST = 256 * 1024 * 1024
"""Bytes of one recording: weeks of typing, two minutes of a flood. A shell ends there, since nothing is unrecorded."""

FOLDER_MODE, FILE_MODE = 0o700, 0o600
"""Whatever the state directory's group may read: a screen can show secrets."""


class RecordingFailed(EngineError):
    """A recording can't be begun or can't go on."""


class Recording:
    """One recording.

    Args:
        folder: of all recordings; it is made when missing.
        number: of the audit entry of the shell.
        shape: the terminal.
        title: shown by a player.
        most: bytes that it may have.

    Raises:
        RecordingFailed: it can't be made.
    """

    def __init__(self, folder: Path, number: int, shape: TerminalShape, title: str, most: int = RECORDING_MOST) -> None:
        self.path = folder / f"{number}.cast"
        self._most = most
        self._began = time.monotonic()
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        try:
            folder.mkdir(exist_ok=True, mode=FOLDER_MODE)
            self._fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
        except OSError as error:
            raise RecordingFailed(f"{self.path} can't be made: {error.strerror}", "without it no shell") from error
        self._size = 0
        try:
            self._line({
                "version": 2, "width": shape.columns, "height": shape.rows, "timestamp": int(time.time()),
                "title": title, "env": {"TERM": shape.term},
            })  # fmt: skip
        except RecordingFailed:
            self.close()
            raise

    @property
    def name(self) -> str:
        """As people call it."""
        return self.path.name

    def output(self, data: bytes) -> None:
        """Keep what was shown.

        Raises:
            RecordingFailed: it can't be written, or is full.
        """
        if text := self._text.decode(data):
            self._event("o", text)

    def resized(self, columns: int, rows: int) -> None:
        """Keep a change of size.

        Raises:
            RecordingFailed: as :meth:`output`.
        """
        self._event("r", f"{columns}x{rows}")

    def _event(self, kind: str, text: str) -> None:
        self._line([round(time.monotonic() - self._began, 6), kind, text])

    def _line(self, found: object) -> None:
        data = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        if self._size + len(data) > self._most:
            raise RecordingFailed(f"the recording has reached its {self._most // 2**20} MB", "open another shell")
        self._size += len(data)
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            raise RecordingFailed(f"the recording can't be written: {error.strerror}", "look at the disk") from error

    def close(self) -> None:
        """End it; nothing happens the second time."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
