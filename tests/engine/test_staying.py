"""An engine in the background leaves with the last dashboard, unless somebody relies on it. Real engines."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.waiting import until_sync

from tui_ops.cli.desk import engine_stays
from tui_ops.engine.staying import stays_for
from tui_ops.inventory import load

SOON = """
import sys
from tui_ops.engine import pulse
pulse.BEAT_S, pulse.LINGER_S = 0.1, 0.3
from tui_ops.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""The program with shorter times and nothing else changed."""

PEOPLE = """
operators: {anna: operator}
oncall:
  contacts: {anna: {ways: {phone: "json://127.0.0.1:9/anna"}}}
  policies: {standard: {steps: [anna]}}
"""
UNREACHABLE = """
operators: {anna: operator}
oncall: {policies: {standard: {steps: [anna]}}}
"""
JOB = "\nheartbeats: {dump: {every: 1h}}\n"
DOOR = "\ndoor: {token: !env DOOR_TOKEN}\n"

LEAVES_S = 60.0
"""It takes a second; a busy machine may need many times as long."""


def inventory(folder: Path, more: str) -> Path:
    """Write an inventory that watches nothing but this machine."""
    path = folder / "inventory.yaml"
    path.write_text(f"name: test\nhosts: {{here: local}}{more}\n")
    return path


def begin(path: Path, state: Path) -> "subprocess.Popen[bytes]":
    """Start the engine as a dashboard does."""
    words = ["-i", str(path), "--state-dir", str(state), "engine", "--background"]
    return subprocess.Popen([sys.executable, "-c", SOON, *words], stdin=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("", ""),
        (PEOPLE, "it calls who is on call"),
        (UNREACHABLE, ""),
        (JOB, "jobs report to it"),
        (DOOR, "its door takes alerts"),
        (PEOPLE + JOB, "it calls who is on call, jobs report to it"),
    ],
)
def test_what_keeps_it_is_said_by_the_inventory(tmp_path: Path, more: str, why: str) -> None:
    """A policy that reaches nobody keeps no engine."""
    assert stays_for(load(inventory(tmp_path, more))) == why


def test_it_leaves_where_nobody_relies_on_it(tmp_path: Path) -> None:
    engine = begin(inventory(tmp_path, ""), tmp_path / "state")
    try:
        assert engine.wait(LEAVES_S) == 0
    finally:
        engine.kill()
        engine.wait()
    assert "the last dashboard has gone\n" in (tmp_path / "state" / "engine.log").read_text()


def test_it_stays_to_call_people_and_leaves_when_the_inventory_no_longer_asks_for_it(tmp_path: Path) -> None:
    """It says so once; and a changed inventory counts at once."""
    path, state = inventory(tmp_path, PEOPLE), tmp_path / "state"
    log = state / "engine.log"
    engine = begin(path, state)
    try:
        until_sync(lambda: log.exists() and "the engine stays" in log.read_text(), LEAVES_S, "it says that it stays")
        assert "the engine stays, since it calls who is on call (tui-ops do engine.stop)" in log.read_text()
        assert engine.poll() is None
        assert engine_stays(state / "engine.sock") == "it calls who is on call"
        inventory(tmp_path, "")
        assert engine.wait(LEAVES_S) == 0
    finally:
        engine.kill()
        engine.wait()
    assert log.read_text().count("the engine stays") == 1
