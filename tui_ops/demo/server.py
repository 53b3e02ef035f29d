"""The demo's SSH server: one process that is every host, each on an address of its own.

What a client runs is run for real, in a shell whose root for the probe is the host's generated tree. The tree
is brought up to date before what the client wrote reaches the shell, so a tick reads the present moment.
"""

import asyncio
import logging
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path

import asyncssh

from tui_ops.demo.addresses import listen_on
from tui_ops.demo.confined import Confined
from tui_ops.demo.errors import DemoError
from tui_ops.demo.hosts import DemoHost
from tui_ops.demo.inventory import USER, DemoFiles
from tui_ops.demo.pretend import SHELL, instead_of
from tui_ops.demo.relay import kill, relay
from tui_ops.demo.story import Story
from tui_ops.demo.tree import HostTree

log = logging.getLogger(__name__)

REFRESH_S = 0.2
"""A tree younger than this is not written again: what belongs to one poll arrives closer together."""

CONDUCT_S = 0.2
"""How often the story is asked who vanishes, hangs or comes back: a spectator takes it for at once."""

BESIDE_THE_TREE = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
"""Where commands are looked for that a tree does not bring."""


KEX, MACS = "-*-sha1", "-hmac-sha1*"
"""What the hosts don't offer: the engine asks them from outside as well, and they are well kept."""


class HostServer:
    """One host: its listener, its tree, its connections and what runs on it.

    Args:
        host: which one.
        fleet: the server it is a part of.
        files: the demo's files, for the keys.
        tree: its root folder, built already.
    """

    def __init__(self, host: DemoHost, fleet: "FleetServer", files: DemoFiles, tree: HostTree) -> None:
        self.host = host
        self.fleet = fleet
        self.tree = tree
        self._confined = Confined(tree.root)
        self.refuses = False
        self.awake = asyncio.Event()
        self.awake.set()
        self._keys = [asyncssh.read_private_key(files.host_key(host.name))]
        self._client = asyncssh.read_private_key(files.client_key).public_data
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._running: set[Process] = set()
        self._serving: set[asyncio.Task[object]] = set()
        self._refreshed = -1.0

    @property
    def gone(self) -> bool:
        """Whether its address refuses at present."""
        return self._acceptor is None

    async def appear(self, listener: socket.socket) -> None:
        """Answer connections that reach ``listener``."""
        self._acceptor = await asyncssh.listen(
            sock=listener,
            server_factory=lambda: _Border(self),
            process_factory=self._serve,
            server_host_keys=self._keys,
            config=None,
            encoding=None,
            line_editor=False,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            compression_algs=None,
            kex_algs=KEX,
            mac_algs=MACS,
            gss_host=None,
        )

    async def vanish(self) -> None:
        """Refuse connections from now on, and drop those there are with all that runs on them."""
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None
        for connection in list(self._connections):
            connection.abort()
        for process in self._running:
            kill(process)
        # Who is served at this moment may have a process that is only being started.
        if self._serving:
            await asyncio.wait(self._serving)

    def close(self) -> None:
        """Remove what the host consists of; it has vanished before."""
        self._confined.close()
        self.tree.remove()

    def met(self, connection: asyncssh.SSHServerConnection) -> None:
        """Take note of a connection."""
        self._connections.add(connection)

    def lost(self, connection: asyncssh.SSHServerConnection) -> None:
        """Forget a connection."""
        self._connections.discard(connection)

    def accepts(self, user: str, key: asyncssh.SSHKey) -> bool:
        """Return whether a login is let in."""
        return not self.refuses and user == USER and key.public_data == self._client

    def refresh(self) -> None:
        """Bring the tree up to date."""
        now = self.fleet.clock()
        if now - self._refreshed >= REFRESH_S:
            self._refreshed = now
            self.tree.refresh(self.fleet.story.world(self.host.name, now))

    async def _serve(self, channel: "asyncssh.SSHServerProcess[bytes]") -> None:
        """Run one command for a client."""
        command = channel.command
        if command is None or channel.subsystem is not None:
            channel.stderr.write(b"this account runs commands only\n")
            channel.exit(1)
            return
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        self.refresh()
        words = instead_of(command)
        process = await asyncio.create_subprocess_exec(
            *words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=self._environment(), cwd=self.tree.root / "root",
            start_new_session=True, preexec_fn=self._confined.enter,
        )  # fmt: skip
        self._running.add(process)
        try:
            await relay(channel, process, self._ready)
        finally:
            kill(process)
            status = await process.wait()
            self._running.discard(process)
            channel.exit(status if status >= 0 else 128 - status)

    async def _ready(self) -> None:
        """Wait while the host hangs, then see that its tree is of this moment."""
        await self.awake.wait()
        self.refresh()

    def _environment(self) -> dict[str, str]:
        root = str(self.tree.root)
        return {
            "TUI_OPS_ROOT": root,
            "PATH": f"{root}/bin:{BESIDE_THE_TREE}",
            "HOME": f"{root}/root",
            "USER": USER,
            "LOGNAME": USER,
            "SHELL": SHELL,
        }


class _Border(asyncssh.SSHServer):
    """What one connection may do: log in with the demo's key, and on a gateway reach the demo's hosts."""

    def __init__(self, server: HostServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server.met(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self._connection is not None:
            self._server.lost(self._connection)

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._server.accepts(username, key)

    async def connection_requested(
        self,
        dest_host: str,
        dest_port: int,
        orig_host: str,  # noqa: ARG002
        orig_port: int,  # noqa: ARG002
    ) -> asyncssh.SSHTCPSession[bytes]:
        if self._connection is None or not self._server.fleet.forwards(self._server.host, dest_host, dest_port):
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "not a host of the demo")
        try:
            return await self._connection.forward_connection(dest_host, dest_port)  # type: ignore[return-value]
        except asyncssh.ChannelOpenError as error:
            # As OpenSSH says it.
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection refused") from error


class FleetServer:
    """All hosts of a story.

    Args:
        story: the story.
        files: the demo's files.
        base: folder for the trees, which are removed at the end.
        port: where the hosts listen.
        epoch: epoch seconds at which the story began.
        clock: returns seconds since the story began.
    """

    def __init__(
        self, story: Story, files: DemoFiles, base: Path, port: int, epoch: float, clock: Callable[[], float]
    ) -> None:
        self.story = story
        self.clock = clock
        self.port = port
        self._files = files
        self._base = base
        self._epoch = epoch
        self._addresses = {host.address for host in story.hosts}
        self._gateways = {host.site.gateway for host in story.hosts}
        self.servers: dict[str, HostServer] = {}

    def forwards(self, gateway: DemoHost, address: str, port: int) -> bool:
        """Return whether a host passes connections on to an address: gateways do, and only to our own hosts."""
        return gateway.name in self._gateways and address in self._addresses and port == self.port

    async def start(self, listeners: list[socket.socket]) -> None:
        """Build the trees and answer on the listeners, which are in the order of the story's hosts."""
        for host, listener in zip(self.story.hosts, listeners, strict=True):
            tree = HostTree(self._base / host.name, self._epoch)
            tree.build(self.story.world(host.name, self.clock()))
            server = HostServer(host, self, self._files, tree)
            self.servers[host.name] = server
            await server.appear(listener)
        await self.conduct()

    async def conduct(self) -> None:
        """Let every host meet its clients as the story says at this moment."""
        now = self.clock()
        for name, server in self.servers.items():
            if server.tree.wants_reboot():
                self.story.reboot(name, now)
            conduct = self.story.conduct(name, now)
            server.refuses = conduct.refuses
            if conduct.hangs:
                server.awake.clear()
            else:
                server.awake.set()
            if conduct.gone and not server.gone:
                await server.vanish()
            elif server.gone and not conduct.gone:
                await self._return(server)

    async def _return(self, server: HostServer) -> None:
        try:
            listener = listen_on(server.host.address, self.port)
        except DemoError as error:
            # Somebody has taken the port meanwhile; it is tried again at the next look.
            log.warning("%s does not come back: %s", server.host.name, error)
            return
        await server.appear(listener)

    async def run(self) -> None:
        """Follow the story until cancelled."""
        while True:
            await asyncio.sleep(CONDUCT_S)
            await self.conduct()

    async def stop(self) -> None:
        """End everything: listeners, connections, processes, trees."""
        for server in self.servers.values():
            server.awake.set()
            await server.vanish()
        for server in self.servers.values():
            server.close()
