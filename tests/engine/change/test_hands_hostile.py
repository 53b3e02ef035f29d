"""Hosts on which everything goes wrong: a full disk, answers that are lies or rubbish, a boot in the middle of a step.

Real OpenSSH servers; the disk is a real one of a few kilobytes.
"""

import asyncio
import math
import os
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from support.sshd import Sshd, SshdFarm
from support.steps import command, folder_on, hands_on, new_token, script
from support.waiting import until

from tui_ops.model.changes import CellState
from tui_ops.model.orders import Seen

HOST = "web-1"

PAGE = 4096
"""In bytes of these, a disk in memory has room."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_ops.engine.change.handattempt.KILL_S", 0.1)
    monkeypatch.setattr("tui_ops.engine.change.handattempt.SLACK_S", 0.1)
    monkeypatch.setattr("tui_ops.engine.change.handattempt.ORDER_S", 0.5)


class TestFullDisk:
    """The folder of runs lies on a disk of its own, as small as a test wants it."""

    def host(self, farm: SshdFarm, kilobytes: int) -> Sshd:
        server = farm.sshd(start=False)
        disk = server.folder / ".cache"
        disk.mkdir()
        mount = f'mount -t tmpfs -o size={kilobytes}k tmpfs "$0" && exec "$@"'
        server.within = ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, str(disk)]
        return server.start()

    def inside(self, server: Sshd, path: Path) -> Path:
        """Return a path as the server sees it."""
        assert server.process is not None
        return Path(f"/proc/{server.process.pid}/root{path}")

    async def test_without_room_for_the_runner_nothing_is_begun(self, farm: SshdFarm, tmp_path: Path) -> None:
        server = self.host(farm, 4)
        async with hands_on(server, farm, reach_s=0.2) as (hands, _):
            end = await hands.perform(HOST, script(f"echo run >>{tmp_path}/n"), 1)
        assert (end.state, "nothing was sent" in end.said) == (CellState.FAILED, True), end
        assert "no place for the run's folder" in end.said
        assert not (tmp_path / "n").exists()

    async def test_a_step_that_fills_it_is_known_and_the_next_one_is_not_begun(
        self, farm: SshdFarm, tmp_path: Path
    ) -> None:
        """How it ended stands where there was room for it from its beginning. Where there is none, nothing is run, and
        once there is again it is tried again."""
        server, token, counter = self.host(farm, 128), new_token(), tmp_path / "n"
        folder = folder_on(server, token)
        async with hands_on(server, farm, token) as (hands, _):
            fills = f"cat /dev/zero >{folder}/full; echo run >>{counter}; echo told; exit 3"
            end = await hands.perform(HOST, script(fills), 1)
            assert (end.state, end.exit_status) == (CellState.FAILED, 3)
            assert await hands.look(HOST, script(fills), 1) == (Seen.OVER, end)
            full = self.inside(server, folder / "full")
            short = command("sh", "-c", f"echo run >>{counter}", number=2)
            long = script(f"echo run >>{counter}\n" + "# long\n" * 2500, number=3)
            # No room; for its words, and not for its claim; for that, and not for its text.
            for pages, one in ((0, short), (1, short), (3, long)):
                os.truncate(full, full.stat().st_size - pages * PAGE)
                end = await hands.perform(HOST, one, 1)
                assert (end.state, "space" in end.said) == (CellState.FAILED, True), end
                assert (await hands.look(HOST, one, 1))[0] is Seen.NEVER
            assert counter.read_text() == "run\n"
            full.unlink()
            assert (await hands.perform(HOST, long, 1)).state is CellState.CHANGED
            assert (await hands.perform(HOST, command("echo", "well", number=4), 1)).output == b"well\n"
        assert counter.read_text() == "run\n" * 2

    async def test_a_flood_on_a_full_disk_ends_no_step(self, farm: SshdFarm) -> None:
        """What it says beyond the room that there is is lost; how it ended is not."""
        server = self.host(farm, 64)
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, script("yes | head -c 1000000; exit 7"), 1)
        assert (end.state, end.exit_status) == (CellState.FAILED, 7)
        assert len(end.output) < 64 * 1024


LIAR = r"""
import sys
kind = sys.argv[1]
out, inp = sys.stdout.buffer, sys.stdin.buffer
for line in inp:
    if line.startswith(b"tui_ops_begin "):
        marker = line.split()[1]
        break
def frame(word, number, name, body, mark=marker):
    named = word + b" " + number + b" " + name
    out.write(b"\n%s begin %s\n%s\n%s end %s\n" % (mark, named, body, mark, named))
    out.flush()
frame(b"ready", b"1", b"hello", b"folder /tmp/liar\nboot one\nup 100.00\nuid 0\nmeans full yes no\n")
answers = {
    "no such code": b"- one 999 1 2\nx", "a negative code": b"- one -1 1 2\nx",
    "a word for a code": b"- one yes 1 2\nx",
    "over without an end": b"- one \nx", "nothing": b"", "no head": b"0\n", "rubbish": bytes(range(256)) * 8,
    "a long code": b"- one 0000000000000000000000000000000000 1 2\n",
}
for line in inp:
    words = line.split()
    if not words or words[0] not in (b"do", b"look", b"stop", b"read", b"size"):
        continue
    number = words[1]
    if kind in answers:
        frame(b"section", number, b"over", answers[kind])
    elif kind == "another state":
        frame(b"section", number, b"successful", b"- one 0 1 2\n")
    elif kind == "another number":
        frame(b"section", b"77", b"over", b"- one 0 1 2\n")
    elif kind == "another marker":
        frame(b"section", number, b"over", b"- one 0 1 2\n", b"0" * 32)
    elif kind == "a flood":
        out.write(b"\n%s begin section %s over\n- one 0 1 2\n" % (marker, number) + b"x\n" * 4_000_000)
        out.flush()
    elif kind == "silence":
        continue
    elif kind == "escapes":
        frame(b"section", number, b"over", b"- one 1 1 2\n\x1b]0;owned\x07\x1b[2J[red]\xe2\x80\xae" + b"long" * 1000)
    elif kind == "times":
        frame(b"section", number, b"over", b"- one 0 .........9 99999999999999999999\n")
"""

RUBBISH = (
    "no such code", "a negative code", "a word for a code", "over without an end", "nothing", "no head", "rubbish",
    "a long code", "another state", "another number", "another marker", "a flood", "silence",
)  # fmt: skip

SILENT = ("another marker", "silence")
"""To look up what a host never tells takes a minute."""


class TestLies:
    """A program that speaks as the runner does, where it speaks at all, and means no good."""

    def host(self, farm: SshdFarm, tmp_path: Path, kind: str) -> Sshd:
        program = tmp_path / "liar.py"
        program.write_text(LIAR)
        return farm.sshd(f"ForceCommand exec {sys.executable} {program} '{kind}'")

    @pytest.mark.parametrize("kind", RUBBISH)
    async def test_what_is_no_answer_is_never_a_success(
        self, farm: SshdFarm, tmp_path: Path, quick: None, kind: str
    ) -> None:
        """It failed, or nobody knows; and that is said soon."""
        server = self.host(farm, tmp_path, kind)
        async with asyncio.timeout(30), hands_on(server, farm, reach_s=0.3) as (hands, _):
            end = await hands.perform(HOST, command("true", timeout_s=0.3), 1)
            assert end.state in (CellState.FAILED, CellState.UNKNOWN)
            assert end.said
            if kind in SILENT:
                return
            seen, looked = await hands.look(HOST, command("true"), 1)
            assert seen is not Seen.NEVER
            assert looked is None or looked.state in (CellState.FAILED, CellState.UNKNOWN)

    async def test_what_it_says_is_cleaned_and_bounded(self, farm: SshdFarm, tmp_path: Path) -> None:
        server = self.host(farm, tmp_path, "escapes")
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, command("true"), 1)
        assert end.state is CellState.FAILED
        assert "\x1b" not in end.said
        assert "\u202e" not in end.said
        assert len(end.said) <= 300

    async def test_absurd_times_are_no_number_of_ours(self, farm: SshdFarm, tmp_path: Path) -> None:
        """A length is finite and not negative, and what ended in the future ended now."""
        server = self.host(farm, tmp_path, "times")
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, command("true"), 1)
        assert math.isfinite(end.seconds)
        assert end.seconds >= 0
        assert end.ago_s == 0


async def test_a_host_that_boots_in_the_middle_of_a_step_leaves_it_unknown(farm: SshdFarm, tmp_path: Path) -> None:
    """While it is waited for: it goes down with all that runs, and comes up again. Nothing is begun twice."""
    boot_id = tmp_path / "root/proc/sys/kernel/random/boot_id"
    boot_id.parent.mkdir(parents=True)
    boot_id.write_text("boot-one\n")
    server, token, counter = (
        farm.sshd(f"SetEnv TUI_OPS_ROOT={tmp_path}/root HOME={tmp_path}"),
        new_token(),
        tmp_path / "n",
    )
    one = script(f"echo run >>{counter}; while [ ! -e {tmp_path}/go ]; do sleep 0.05; done; exit 0", timeout_s=60)
    async with hands_on(server, farm, token) as (hands, world):
        task = asyncio.create_task(hands.perform(HOST, one, 1))
        await until(lambda: counter.exists() and counter.read_text(), what="it begins")
        of_run = [each for each in psutil.process_iter(["cmdline"]) if token in " ".join(each.info["cmdline"] or [])]
        gone = (*server.processes(), *of_run)
        for each in gone:
            with suppress(psutil.NoSuchProcess):
                each.suspend()
        boot_id.write_text("boot-two\n")
        for each in gone:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        assert server.process is not None
        await asyncio.to_thread(server.process.wait)
        server.start()
        end = await task
        (tmp_path / "go").touch()
        assert end.state is CellState.UNKNOWN
        assert len(world.links) > 1
        assert (await hands.look(HOST, one, 1))[0] is Seen.LOST
        assert (await hands.perform(HOST, one, 2)).state is CellState.CHANGED
    assert counter.read_text() == "run\n" * 2
