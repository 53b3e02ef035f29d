"""Following a reference to a secret.

The secret is returned and nothing else: it is in no message, no log and no attribute. What a
command prints besides is thrown away, since tools put secrets into their complaints as well.
"""

import os
import selectors
import signal
import stat
import subprocess
import time
from contextlib import suppress

from tui_ops.inventory.errors import InventoryError, Mistake, quoted
from tui_ops.model.clean import clean
from tui_ops.model.fleet import SecretRef

COMMAND_TIMEOUT_S = 10.0
"""A password manager answers at once, or it waits for somebody who is not there."""

SECRET_LIMIT = 64 * 1024
"""Bytes of a secret: a large private key takes some thousand."""


def resolve_secret(reference: SecretRef) -> str:
    """Return the secret that ``reference`` leads to, without the line end after it.

    This waits for files and commands, up to 10 s: call it in a thread where an event loop runs.

    Raises:
        InventoryError: where nothing can be had; it names the reference's place.
    """
    if reference.kind == "env":
        data = os.environb.get(os.fsencode(reference.argument[0]))
        if data is None:
            hint = "set it for the engine, not only for this shell"
            raise _failure(reference, f"the variable {quoted(reference.argument[0])} is not set", hint)
    elif reference.kind == "file":
        data = _from_file(reference)
    else:
        data = _from_command(reference)
    if len(data) > SECRET_LIMIT:
        raise _failure(reference, f"the secret is longer than {SECRET_LIMIT // 1024} KiB")
    try:
        text = data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        # The error holds the bytes, so it is not chained.
        raise _failure(reference, "the secret is not text in UTF-8") from None
    if not text or "\0" in text:
        raise _failure(reference, "the secret is empty" if not text else "the secret holds a NUL byte")
    return text


def _failure(reference: SecretRef, message: str, hint: str = "") -> InventoryError:
    return InventoryError([Mistake(reference.place, f"!{reference.kind}: {message}", hint, shows_line=False)])


def _from_file(reference: SecretRef) -> bytes:
    path = reference.argument[0]
    try:
        # Without O_NONBLOCK the opening of a FIFO that nobody writes to would never return.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return file.read(SECRET_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = clean(getattr(error, "strerror", None) or str(error))
        raise _failure(reference, f"{quoted(path)} can't be read: {reason}", "check path and permissions") from error
    raise _failure(reference, f"{quoted(path)} is not a regular file", "name the file itself")


def _from_command(reference: SecretRef) -> bytes:
    program = quoted(reference.argument[0])
    try:
        process = subprocess.Popen(
            reference.argument,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = clean(getattr(error, "strerror", None) or "it can't be started")
        raise _failure(reference, f"{program} can't be run: {reason}", "give the program's full path") from None
    deadline = time.monotonic() + COMMAND_TIMEOUT_S
    try:
        data = _read_until(process, deadline)
        if data is not None and len(data) <= SECRET_LIMIT:
            code = process.wait(max(0.0, deadline - time.monotonic()))
            if code != 0:
                raise _failure(reference, f"{program} ended with code {code}", "run it by hand to see what it says")
    except subprocess.TimeoutExpired:
        data = None
    finally:
        _end(process)
    if data is None:
        hint = "it has no terminal to ask a person"
        raise _failure(reference, f"{program} gave no answer within {COMMAND_TIMEOUT_S:.0f} s", hint)
    return data


def _read_until(process: "subprocess.Popen[bytes]", deadline: float) -> bytes | None:
    """Return what the process prints, one byte more than allowed at most; None where it does not end in time."""
    assert process.stdout is not None
    data = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while len(data) <= SECRET_LIMIT:
            if not waiting.select(max(0.0, deadline - time.monotonic())):
                return None
            chunk = os.read(process.stdout.fileno(), SECRET_LIMIT + 1)
            if not chunk:
                return data
            data += chunk
    return data


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and what it started, unless it ended by itself; what it left running then is meant to."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    if process.stdout is not None:
        process.stdout.close()
    process.wait()
