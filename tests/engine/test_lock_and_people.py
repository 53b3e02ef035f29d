"""One engine a state directory, and who asks it."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tui_ops.engine.errors import Held
from tui_ops.engine.lock import Lock
from tui_ops.engine.people import identify, peer_uid
from tui_ops.model.fleet import OperatorSpec
from tui_ops.model.people import Role

HOLDER = """
import sys, time
from pathlib import Path
from tui_ops.engine.lock import Lock
lock = Lock(Path(sys.argv[1]))
lock.take(0.0)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_engine_is_told_who_holds_the_state(tmp_path: Path) -> None:
    """The message names the process that holds it, and its end by kill lets the next one in."""
    path = tmp_path / "engine.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Held, match=f"process {holder.pid} since 1970"):
            Lock(path).take(1.0)
        holder.kill()
        holder.wait()
        with Lock(path) as lock:
            lock.take(2.0)


def test_the_lock_is_private_whatever_the_umask(tmp_path: Path) -> None:
    """Who can open the lock can hold it, so nobody else can."""
    before = os.umask(0)
    try:
        with Lock(tmp_path / "engine.lock") as lock:
            lock.take(0.0)
            assert stat.S_IMODE((tmp_path / "engine.lock").stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_the_kernel_says_who_asks() -> None:
    """The user id comes from the socket, not from anything the client sends."""
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert peer_uid(ours) == os.getuid()


def test_accounts_become_operators() -> None:
    """The inventory names operators; the engine's own account is an admin; anyone else is nobody."""
    alice = OperatorSpec("alice", Role.APPROVER, user="4242")
    assert identify(4242, [alice], own_uid=1).name == "alice"  # type: ignore[union-attr]
    assert identify(1, [alice], own_uid=1).role is Role.ADMIN  # type: ignore[union-attr]
    assert identify(4243, [alice], own_uid=1) is None


def test_the_inventory_can_narrow_the_engines_own_account() -> None:
    """A named operator has the role that is written down, even when the engine runs under the same account."""
    viewer = OperatorSpec("root", Role.VIEWER, user="1")
    who = identify(1, [viewer], own_uid=1)
    assert who is not None
    assert who.role is Role.VIEWER
