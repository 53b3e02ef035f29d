"""The resident probe on a channel, with a real shell on this machine."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.engine.conversation import Ended, Silent
from tui_ops.engine.lane import ProbeLane
from tui_ops.transport.local import LocalLink


@pytest.fixture
async def link() -> AsyncIterator[LocalLink]:
    made = LocalLink()
    yield made
    await made.close()


def shells() -> list[psutil.Process]:
    """Return the shells that this process started."""
    return [one for one in psutil.Process(os.getpid()).children() if one.name() in {"sh", "dash"}]


async def test_it_says_who_the_host_is_and_answers_each_tick(link: LocalLink) -> None:
    """Started once, it is asked again and again by the same process."""
    lane = ProbeLane(link)
    await lane.start()
    assert lane.hello is not None
    assert lane.hello.kernel == os.uname().release
    (before,) = shells()
    for _ in range(3):
        assert parse_vitals(await lane.tick(10), 0.0).uptime_s > 0
    assert shells() == [before]
    lane.close()


async def test_questions_asked_at_once_are_answered_one_after_the_other(link: LocalLink) -> None:
    """A section and a tick on the same channel never mix: how a server with one session is read."""
    lane = ProbeLane(link)
    await lane.start()
    section, tick = await asyncio.gather(lane.section("filesystems", 5, 10), lane.tick(10))
    assert b"mountinfo" in section or b"/" in section
    assert b"/proc/uptime" in tick
    lane.close()


async def test_silence_is_told_and_ends_the_lane(link: LocalLink) -> None:
    """A stopped shell does not answer: the lane says so after its time and is not used again."""
    lane = ProbeLane(link)
    await lane.start()
    (shell,) = shells()
    shell.send_signal(signal.SIGSTOP)
    with pytest.raises(Silent, match="silent"):
        await lane.tick(0.2)
    assert not lane.alive
    with pytest.raises(ProbeError):
        await lane.tick(1)


async def test_a_killed_shell_is_told_at_once(link: LocalLink) -> None:
    """Nobody waits for the end of a deadline when the probe is gone."""
    lane = ProbeLane(link)
    await lane.start()
    (shell,) = shells()
    shell.send_signal(signal.SIGSTOP)
    asking = asyncio.create_task(lane.tick(60))
    shell.kill()
    with pytest.raises(Ended):
        await asyncio.wait_for(asking, 10)


async def test_a_shell_that_floods_is_cut_off(link: LocalLink, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What prints without end instead of answering is an error, not a full memory."""
    flood = tmp_path / "flood"
    flood.write_text("#!/bin/sh\nexec cat /dev/zero\n")
    flood.chmod(0o755)
    monkeypatch.setattr("tui_ops.engine.conversation.SHELL", (str(flood),))
    lane = ProbeLane(link)
    with pytest.raises(ProbeError, match="no answer"):
        await lane.start()
    assert not lane.alive


FRAMES_FOR_EVER = """#!/bin/sh
read -r first
marker=$(sed -n 's/^tui_ops_probe \\([0-9a-f]*\\) go$/\\1/p;/^tui_ops_probe /q')
printf '\\n%s begin ready 1 hello\\n\\n%s end ready 1 hello\\n' "$marker" "$marker"
while :; do printf '\\n%s begin tick 0 vitals\\n\\n%s end tick 0 vitals\\n' "$marker" "$marker"; sleep 0.1; done
"""


async def test_answers_that_nobody_asked_for_end_the_lane(
    link: LocalLink, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Frames with a wrong number must not keep a question open for ever: the lane ends at the first."""
    fake = tmp_path / "fake"
    fake.write_text(FRAMES_FOR_EVER)
    fake.chmod(0o755)
    monkeypatch.setattr("tui_ops.engine.conversation.SHELL", (str(fake),))
    lane = ProbeLane(link)

    async def ask() -> None:
        await lane.start()
        await lane.tick(5)

    with pytest.raises(ProbeError):
        await asyncio.wait_for(ask(), 15)
    assert not lane.alive
