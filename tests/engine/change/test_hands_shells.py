"""The runner, the keeper and our scripts in every shell that a host may have for ``sh``."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.probes import SHELLS
from support.steps import command, new_token, script, step
from support.waiting import until

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.orders import Seen
from tui_ops.model.plans import StepKind
from tui_ops.transport.base import Channel, Link, OnClose, OnData
from tui_ops.transport.local import LocalLink


class ShellLink(LocalLink):
    """This machine, with another shell in the place of ``/bin/sh``."""

    def __init__(self, shell: Sequence[str]) -> None:
        super().__init__()
        self._shell = shell

    @property
    def running(self) -> bool:
        """Whether a runner of it is left."""
        return bool(self._channels)

    async def open(self, argv: Sequence[str], on_data: OnData, on_close: OnClose) -> Channel:
        return await super().open(self._shell if tuple(argv) == ("/bin/sh",) else argv, on_data, on_close)


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    words = SHELLS[request.param]
    found = shutil.which(words[0])
    assert found is not None
    stand_in = tmp_path / "root/bin/sh"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text(f'#!/bin/sh\nexec {found} {" ".join(words[1:])} "$@"\n')
    stand_in.chmod(0o755)
    boot = tmp_path / "root/proc/sys/kernel/random/boot_id"
    boot.parent.mkdir(parents=True)
    boot.write_text("boot-one\n")
    monkeypatch.setenv("TUI_OPS_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return [found, *words[1:]]


@asynccontextmanager
async def hands_in(shell: list[str], token: str = "") -> AsyncIterator[SshHands]:
    links: list[ShellLink] = []

    async def link_to(_name: str) -> Link:
        links.append(ShellLink(shell))
        return links[-1]

    hands = SshHands(link_to, token or new_token())
    try:
        yield hands
    finally:
        await hands.close()
        await until(lambda: not any(link.running for link in links), what="the runners end")


async def test_the_whole_way(shell: list[str], tmp_path: Path) -> None:
    """Claim, words, output, code, another look, a stop, and nothing left at the end."""
    token, counter = new_token(), tmp_path / "n"
    async with hands_in(shell, token) as hands:
        assert await hands.look("a", command("true"), 1) == (Seen.NEVER, None)
        end = await hands.perform("a", command("printf", "%s|", "a b", "", "$(id)\\", "x\ny\n"), 1)
        assert (end.state, end.output) == (CellState.CHANGED, b"a b||$(id)\\|x\ny\n|")
        assert await hands.look("a", command("true"), 1) == (Seen.OVER, end)
        end = await hands.perform("a", script(f"echo run >>{counter}; echo no >&2; exit 6", number=2), 1)
        assert (end.state, end.exit_status, end.said) == (CellState.FAILED, 6, "no")
        await hands.perform("a", script("exit 1", number=2), 1)
        assert counter.read_text() == "run\n"
        task = asyncio.create_task(hands.perform("a", script(f"echo {token}; sleep 45", number=3), 1))
        while not await hands.read("a", script("", number=3), 1, 0):
            assert not task.done()
        await hands.stop("a", script("", number=3), 1)
        assert ((await task).state, (await task).said) == (CellState.FAILED, "it was stopped")
        end = await hands.perform("a", script("yes | head -c 30000000; echo end; exit 5", number=4), 1)
        assert (end.exit_status, end.said) == (5, "end")
        assert 16_000_000 < end.output_bytes < 22_000_000
        end = await hands.perform("a", script("setsid sleep 1.5 & exit 9", number=5), 1)
        assert end.exit_status == 9
        await hands.forget("a")
    assert list((tmp_path / "home/.cache").iterdir()) == []


async def test_a_file_comes_and_goes_back(shell: list[str], tmp_path: Path) -> None:
    """Byte for byte, with mode and time; what was not there is gone again."""
    old, new = tmp_path / "old file", tmp_path / "new"
    old.write_bytes(b"a\0b\r\n\xff")
    old.chmod(0o4750)
    before = old.stat()
    async with hands_in(shell) as hands:
        for at, path in enumerate((old, new), 1):
            one = step(StepKind.FILE, at, path=str(path), content="ü\n\n", mode="0640")
            end = await hands.perform("a", one, 1)
            assert (end.state, path.read_bytes()) == (CellState.CHANGED, "ü\n\n".encode())
            assert path.stat().st_mode & 0o7777 == 0o640
            assert (await hands.perform("a", one, 2)).state is CellState.OK
        end = await hands.perform("a", step(StepKind.RESTORE, 3, what="files"), 1)
        assert (end.state, end.said) == (CellState.CHANGED, "2 restored")
        assert (await hands.perform("a", step(StepKind.RESTORE, 3, what="files"), 2)).state is CellState.OK
    assert old.read_bytes() == b"a\0b\r\n\xff"
    after = old.stat()
    assert (after.st_mode, after.st_uid, after.st_mtime) == (before.st_mode, before.st_uid, before.st_mtime)
    assert not new.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "old file", "root"]


ANY_WORD = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40) | st.sampled_from(
    [
        "$(touch /tmp/x)",
        "`id`",
        "'\"",
        "\\",
        "-n",
        "--",
        "*",
        "~",
        "!!",
        "a\n",
        "\n\n",
        "\x01\x81\x82\x7f",
        " ",
        "\t",
        "%s",
        "#",
    ]
)


async def test_words_arrive_byte_for_byte(shell: list[str]) -> None:
    async with hands_in(shell) as hands:
        number = 0

        @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(ANY_WORD, min_size=1, max_size=12))
        def arrive(words: list[str]) -> None:
            nonlocal number
            number += 1
            found.append((words, command("printf", "%s\\0", *words, number=number)))

        found: list[tuple[list[str], object]] = []
        arrive()
        for words, one in found:
            end = await hands.perform("a", one, 1)  # type: ignore[arg-type]
            assert end.output == b"".join(word.encode() + b"\0" for word in words), words
