"""The demo's processes: how each is started, and how it ends with the demo whatever happens to it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tui_ops.demo.orders import Orders

STOP_S = 6.0
"""What a process has to end by itself; the engine promises five seconds."""

_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: a signal for a child when its parent dies."""


def start_server(orders: Orders, errors: Path, ending: ExitStack) -> "subprocess.Popen[bytes]":
    """Start the server's process on sockets that listen already, so nobody is refused while it starts.

    Args:
        orders: what it serves; it inherits the descriptors named there.
        errors: the file for what it says.
        ending: closes its standard input, which ends it. A demo that is killed closes it too.
    """
    with errors.open("wb") as talk:
        server = subprocess.Popen(
            [sys.executable, "-m", "tui_ops.demo.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=talk,
            pass_fds=orders.listeners,
            start_new_session=True,
        )
    ending.callback(_end_server, server)
    if server.stdin is not None:
        server.stdin.write(orders.line())
        server.stdin.flush()
    return server


def _end_server(server: "subprocess.Popen[bytes]") -> None:
    if server.stdin is not None:
        with contextlib.suppress(OSError):
            server.stdin.close()
    _wait_or_kill(server)


def start_engine(
    words: Sequence[str], environment: dict[str, str], errors: Path | None, ending: ExitStack
) -> "subprocess.Popen[bytes]":
    """Start an engine in the foreground of a session of its own; it gets SIGTERM when the demo ends or dies.

    Args:
        words: the command line.
        environment: of the process.
        errors: the file for what it says; None leaves it on standard error.
        ending: ends it.
    """
    parent = os.getpid()
    libc = ctypes.CDLL(None)

    def end_with_parent() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    with ExitStack() as files:
        talk = files.enter_context(errors.open("wb")) if errors else None
        engine = subprocess.Popen(
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=talk,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
    ending.callback(terminate, engine)
    return engine


def terminate(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and kill it if it does not."""
    if process.poll() is None:
        process.terminate()
    _wait_or_kill(process)


def _wait_or_kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
