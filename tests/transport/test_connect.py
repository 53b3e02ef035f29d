"""A healthy host: connect, run, talk, close."""

import asyncio

from support.sshd import SshdFarm
from support.waiting import until

from tui_ops.transport.ssh import SshTransport


class TestAHealthyHost:
    async def test_runs_a_command(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Output, error output and exit status come back."""
        link = await transport.connect(farm.sshd().spec())
        done = await link.run(["sh", "-c", "cat; echo oh >&2; exit 7"], stdin=b"in\n", timeout_s=5)
        assert (done.exit_status, done.stdout, done.stderr_tail, done.truncated) == (7, b"in\n", "oh", False)
        await link.close()
        assert link.closed.is_set()
        assert link.why is None

    async def test_keeps_a_talk(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A resident command answers line by line on one channel, and ends when it is closed."""
        server = farm.sshd()
        link = await transport.connect(server.spec())
        heard: list[bytes] = []
        ended: list[int | None] = []
        channel = await link.open(["cat"], heard.append, ended.append)
        for line in (b"one\n", b"two\n"):
            channel.write(line)
            await until(lambda line=line: b"".join(heard).endswith(line))
        assert not ended
        channel.close()
        await until(lambda: ended)
        assert ended == [None]
        await until(lambda: not server.running("cat"), what="cat is gone on the host")
        await link.close()
        await asyncio.sleep(0)
