"""``tui-ops demo --no-dashboard`` as it is, with the real engine."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from support.waiting import until_sync

from tui_ops.demo import run
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.hosts import hosts
from tui_ops.store.views.rows import HostRow

READY_S = 90.0
"""It takes three seconds; a busy machine may need many times as long."""


def rows(state: Path) -> dict[str, HostRow]:
    """The fleet table of the demo."""
    try:
        return {row.name: row for row in hosts(open_reader(StatePaths(state))) if not row.is_engine}
    except TuiOpsError:
        return {}


@contextmanager
def demo_of(hosts: int, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run ``tui-ops demo --no-dashboard``; what it says is in the file ``said``."""
    words = [sys.executable, "-m", "tui_ops", "--state-dir", str(folder / "state"), "demo", "--no-dashboard"]
    with (folder / "said").open("wb") as said:
        demo = subprocess.Popen([*words, "--hosts", str(hosts)], stdout=said, stderr=said)
    try:
        yield demo
    finally:
        demo.kill()
        demo.wait()


def nothing_left(processes: list[psutil.Process]) -> bool:
    """Whether all of them have ended."""
    return not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_a_demo_without_a_desk_runs_until_it_is_interrupted(tmp_path: Path) -> None:
    """Its hosts are read, the one behind the jump host too; ctrl+c is its proper end and leaves nothing."""
    with demo_of(7, tmp_path) as demo:

        def all_read() -> bool:
            found = rows(tmp_path / "state").values()
            return len(found) == 7 and all("memory" in row.values for row in found)

        until_sync(all_read, READY_S, "all hosts are read")
        until_sync(lambda: "--state-dir" in (tmp_path / "said").read_text(), READY_S, "it says how to look at them")
        left = psutil.Process(demo.pid).children(recursive=True)
        assert len(left) >= 2
        demo.send_signal(signal.SIGINT)
        assert demo.wait(READY_S) == 0
        assert nothing_left(left)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_demo_that_only_starts(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """A terminal that is closed, or a kill, at any time: the exit code names the signal and nothing is left."""
    with demo_of(2, tmp_path) as demo:
        until_sync(lambda: psutil.Process(demo.pid).children(), READY_S, "it has started its server")
        left = psutil.Process(demo.pid).children(recursive=True)
        demo.send_signal(number)
        assert demo.wait(READY_S) == code
        # What the demo told to end may do so a moment after it.
        until_sync(lambda: nothing_left(left), READY_S, "nothing is left")


def test_a_signal_that_is_lost_in_a_clean_up_ends_it_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a handler raises while an object is cleaned up nobody hears: the demo would ignore every further signal."""

    class Cleaned:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGHUP)

    monkeypatch.setattr(run, "SWALLOWED_S", 0.2)
    monkeypatch.setattr(sys, "unraisablehook", lambda _lost: None)

    def goes_on() -> None:
        with run._signals_end_it():
            Cleaned()
            threading.Event().wait(READY_S)

    with pytest.raises(run._Signalled) as ended:
        goes_on()
    assert ended.value.number == signal.SIGHUP
