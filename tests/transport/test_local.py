"""The machine itself: the same talk as with a host, over pipes."""

import asyncio
from pathlib import Path

import pytest
from support.waiting import until

from tui_ops.model.fleet import HostSpec
from tui_ops.transport.errors import ChannelRefused, Gone, Overdue
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.local import LocalLink
from tui_ops.transport.ssh import SshTransport


class TestLocalLink:
    async def test_is_what_a_local_host_gets(self) -> None:
        """A host whose address is ``local`` is reached without SSH."""
        link = await SshTransport(KeyBook()).connect(HostSpec(name="me", key="me", address="local"))
        assert isinstance(link, LocalLink)

    async def test_runs_a_command(self) -> None:
        """Output, error output and exit status come back."""
        done = await LocalLink().run(["sh", "-c", "cat; echo oh >&2; exit 7"], stdin=b"in\n", timeout_s=5)
        assert (done.exit_status, done.stdout, done.stderr_tail, done.truncated) == (7, b"in\n", "oh", False)

    async def test_all_output_arrives(self) -> None:
        """A command that ends right after writing much loses nothing."""
        done = await LocalLink().run(["seq", "1", "100000"], timeout_s=5)
        assert done.stdout.endswith(b"99999\n100000\n")
        assert len(done.stdout) == 588895

    async def test_kills_the_whole_group(self) -> None:
        """Children of a command that is overdue do not stay behind."""
        script = "sleep 60 & echo $!; wait"
        heard: list[bytes] = []
        ended: list[int | None] = []
        channel = await LocalLink().open(["sh", "-c", script], heard.append, ended.append)
        await until(lambda: b"".join(heard).endswith(b"\n"))
        child = int(b"".join(heard))
        channel.close()
        await until(lambda: ended)
        assert ended == [None]
        await until(lambda: _is_gone(child))

    async def test_does_not_wait_for_a_child_that_left(self) -> None:
        """A daemon that kept the pipe open does not keep the command open."""
        async with asyncio.timeout(4):
            done = await LocalLink().run(["sh", "-c", "setsid sleep 5 & echo done"], timeout_s=4)
        assert done.stdout == b"done\n"

    async def test_overdue_flooding_missing(self) -> None:
        """Deadline, size and a missing program each have their end."""
        link = LocalLink()
        with pytest.raises(Overdue):
            await link.run(["sleep", "9"], timeout_s=0.1)
        assert (await link.run(["cat", "/dev/zero"], timeout_s=5, limit=10)).truncated
        with pytest.raises(ChannelRefused):
            await link.run(["no-such-program"], timeout_s=1)

    async def test_closing_ends_everything(self) -> None:
        """Every command ends with the link, and no further one starts."""
        link = LocalLink()
        ended: list[int | None] = []
        for _ in range(3):
            await link.open(["cat"], lambda _data: None, ended.append)
        await link.close()
        await until(lambda: len(ended) == 3)
        with pytest.raises(Gone):
            await link.open(["cat"], lambda _data: None, ended.append)


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True
