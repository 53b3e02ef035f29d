"""Where a runner keeps its state, and by what a step is kept alive: what hosts have differs."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.steps import command, new_token, script
from support.waiting import until

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.orders import Seen
from tui_ops.transport.base import Link
from tui_ops.transport.local import LocalLink

NOBODY = 65534


@asynccontextmanager
async def hands_here(token: str) -> AsyncIterator[SshHands]:
    links: list[LocalLink] = []

    async def link_to(_name: str) -> Link:
        links.append(LocalLink())
        return links[-1]

    hands = SshHands(link_to, token, reach_s=0.1)
    try:
        yield hands
    finally:
        await hands.forget("a")
        await hands.close()
        await until(lambda: not any(link._channels for link in links), what="the runners end")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    monkeypatch.setenv("HOME", str(made))
    return made


async def test_it_lies_in_the_home_for_nobody_else(home: Path) -> None:
    token = new_token()
    async with hands_here(token) as hands:
        assert (await hands.perform("a", command("true"), 1)).state is CellState.CHANGED
        folder = home / ".cache/tui-ops/run" / token
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}


async def test_without_a_home_it_lies_in_var_tmp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/no/such/home")
    token = new_token()
    folder = Path("/var/tmp") / f"tui-ops-{token}"
    async with hands_here(token) as hands:
        assert (await hands.perform("a", command("true"), 1)).state is CellState.CHANGED
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


@pytest.mark.parametrize("trap", ["folder of another", "link"])
async def test_a_trap_in_var_tmp_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trap: str) -> None:
    """Whoever guessed the name gains nothing by it."""
    monkeypatch.setenv("HOME", "/no/such/home")
    token = new_token()
    folder = Path("/var/tmp") / f"tui-ops-{token}"
    aim = tmp_path / "aim"
    aim.mkdir()
    if trap == "link":
        folder.symlink_to(aim)
    else:
        folder.mkdir()
        os.chown(folder, NOBODY, NOBODY)
    try:
        async with hands_here(token) as hands:
            end = await hands.perform("a", command("true"), 1)
            assert (end.state, "no place" in end.said) == (CellState.FAILED, True)
        assert list(aim.iterdir()) == []
        assert list(folder.iterdir()) == []
    finally:
        folder.unlink() if trap == "link" else folder.rmdir()


async def test_runners_that_begin_together_find_the_same_folder(home: Path) -> None:
    token = new_token()
    async with hands_here(token) as first, hands_here(token) as second:
        one = script(f"echo run >>{home}/n")
        ends = await asyncio.gather(first.perform("a", one, 1), second.perform("a", one, 1))
        assert {end.state for end in ends} == {CellState.CHANGED}
    assert (home / "n").read_text() == "run\n"


async def test_a_runner_that_is_killed_with_its_whole_group_ends_no_step(home: Path) -> None:
    """As a server does with what a channel has left: the step is in a session of its own."""
    token, one = new_token(), script(f"echo begun; while [ ! -e {home}/go ]; do sleep 0.02; done; echo ended")
    async with hands_here(token) as hands:
        task = asyncio.create_task(hands.perform("a", one, 1))
        await until(lambda: hands.read("a", one, 1, 0), what="it begins")
        await hands.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        (home / "go").touch()
        end = await hands.perform("a", one, 1)
    assert (end.state, end.output) == (CellState.CHANGED, b"begun\nended\n")


def systemd(root: Path, does: str) -> None:
    """Make a tree in which a program stands in for ``systemd-run``."""
    for folder in ("run/systemd/system", "bin", "proc/sys/kernel/random"):
        (root / folder).mkdir(parents=True)
    (root / "proc/sys/kernel/random/boot_id").write_text("boot-one\n")
    program = root / "bin/systemd-run"
    program.write_text(f'#!/bin/sh\necho "$*" >>{root}/asked\n{does}\n')
    program.chmod(0o755)


STARTS = 'while :; do case $1 in --*) shift ;; *) break ;; esac; done\nsetsid "$@" &\nwait $!'


async def test_where_systemd_works_it_keeps_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked by a unit of its own, whose end does not end what the step has left behind."""
    root, token = tmp_path / "root", new_token()
    systemd(root, STARTS)
    monkeypatch.setenv("TUI_OPS_ROOT", str(root))
    async with hands_here(token) as hands:
        end = await hands.perform("a", script("echo done; exit 3"), 1)
    assert (end.exit_status, end.output) == (3, b"done\n")
    asked = (root / "asked").read_text().splitlines()
    assert asked[0] == "--quiet --collect --wait true"
    assert f"--property=KillMode=process --unit=tui-ops-{token}-steps-1-1 " in asked[1]


BEGINS_LATE = """case $* in *" true") exit 0 ;; esac
while :; do case $1 in --*) shift ;; *) break ;; esac; done
(while [ ! -e {go} ]; do sleep 0.02; done; setsid "$@"; echo $? >{late}) >/dev/null 2>&1 &
exit 1"""


async def test_what_systemd_begins_after_it_was_given_up_is_not_begun(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its manager is too busy to answer in time, and comes to it later: nobody waits for that any more, and the next
    attempt may be under way by then.
    """
    root, token, late = tmp_path / "root", new_token(), tmp_path / "late"
    systemd(root, BEGINS_LATE.format(go=tmp_path / "go", late=late))
    monkeypatch.setenv("TUI_OPS_ROOT", str(root))
    one = script(f"echo run >>{home}/n")
    async with hands_here(token) as hands:
        end = await hands.perform("a", one, 1)
        assert (end.state, "could not begin it" in end.said) == (CellState.FAILED, True)
        assert await hands.look("a", one, 1) == (Seen.NEVER, None)
        (tmp_path / "go").touch()
        await until(late.exists, what="the manager comes to it")
        assert not (home / "n").exists()
        assert (await hands.perform("a", one, 1)).state is CellState.FAILED
    assert not (home / "n").exists()


async def test_where_it_does_not_work_the_step_is_parted_by_ourselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    systemd(root, "exit 1")
    monkeypatch.setenv("TUI_OPS_ROOT", str(root))
    async with hands_here(new_token()) as hands:
        assert (await hands.perform("a", script("echo done"), 1)).output == b"done\n"
    assert (root / "asked").read_text() == "--quiet --collect --wait true\n"


async def test_without_setsid_and_timeout_it_is_done_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small host: nothing parts the step from its runner but that it ignores the hang-up; we alone can kill it."""
    root = tmp_path / "root"
    systemd(root, "exit 1")
    for name in ("setsid", "timeout"):
        (root / "bin" / name).write_text("#!/bin/sh\nexit 127\n")
        (root / "bin" / name).chmod(0o755)
    monkeypatch.setenv("TUI_OPS_ROOT", str(root))
    async with hands_here(new_token()) as hands:
        one = script("echo done; exit 2")
        assert (await hands.perform("a", one, 1)).exit_status == 2
        slow = script("trap '' TERM; echo begun; while :; do sleep 0.1; done", number=2)
        task = asyncio.create_task(hands.perform("a", slow, 1))
        await until(lambda: hands.read("a", slow, 1, 0), what="it begins")
        await hands.stop("a", slow, 1)
        end = await task
        assert (end.said, end.exit_status) == ("it was stopped", 137)
