"""Hands on real OpenSSH servers on loopback, and steps for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from support.sshd import Sshd, SshdFarm
from tui_ops.engine.change.handhere import HereHands
from tui_ops.engine.change.hands import Place, SshHands
from tui_ops.model.fleet import HostSpec
from tui_ops.model.plans import Part, Step, StepKind, Value
from tui_ops.transport.base import Link
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.limits import Limits
from tui_ops.transport.ssh import SshTransport

QUICK = Limits(connect_s=4.0, login_s=3.0, keepalive_s=1.0, keepalive_count=2, open_s=4.0)
"""Bounds that end a fault within seconds and are still far above what a busy machine needs."""

_tokens = count(1)


def new_token() -> str:
    """Return a token that no other run of these tests has."""
    return f"testrun{next(_tokens):05d}"


def step(kind: StepKind, number: int = 1, part: Part = Part.STEP, timeout_s: float = 20.0, **args: Value) -> Step:
    """Return a step; ``become`` and ``when`` are its terms, everything else its arguments."""
    become, when = bool(args.pop("become", False)), str(args.pop("when", ""))
    given = {name.rstrip("_"): value for name, value in args.items()}
    return Step(kind, part, number, "", given, timeout_s=timeout_s, become=become, when=when)


def command(*words: str, number: int = 1, part: Part = Part.STEP, timeout_s: float = 20.0, **terms: Value) -> Step:
    """Return a step that runs words."""
    return step(StepKind.COMMAND, number, part, timeout_s, words=words, **terms)


def script(text: str, number: int = 1, part: Part = Part.STEP, timeout_s: float = 20.0, **terms: Value) -> Step:
    """Return a step that runs a script."""
    return step(StepKind.SCRIPT, number, part, timeout_s, text=text, **terms)


class World:
    """Hosts by name, each a server of the farm.

    Args:
        farm: of servers.
        hosts: by name.
    """

    def __init__(self, farm: SshdFarm, hosts: dict[str, Sshd], user: str = "root") -> None:
        self.farm = farm
        self.hosts = hosts
        self.transport = SshTransport(KeyBook([farm.known_hosts], []), [farm.ssh_config], QUICK, self.spec_of)
        self.links: list[Link] = []
        self.user = user

    def spec_of(self, name: str) -> HostSpec | None:
        """Return the host of a name."""
        return self.hosts[name].spec(name, user=self.user) if name in self.hosts else None

    async def link_to(self, name: str) -> Link:
        """Open a connection, and remember it so that a test can cut it."""
        spec = self.spec_of(name)
        assert spec is not None
        self.links.append(await self.transport.connect(spec))
        return self.links[-1]

    def hands(self, token: str = "", reach_s: float = 20.0, place: Place | None = None) -> SshHands:
        """Return hands for a run."""
        return SshHands(self.link_to, token or new_token(), place, HereHands(), reach_s)


@asynccontextmanager
async def hands_on(
    server: Sshd, farm: SshdFarm, token: str = "", **more: object
) -> AsyncIterator[tuple[SshHands, World]]:
    """Give hands that reach ``web-1``, and close them afterwards."""
    world = World(farm, {"web-1": server})
    hands = world.hands(token, **more)  # type: ignore[arg-type]
    try:
        yield hands, world
    finally:
        await hands.close()
        await world.transport.close()


def folder_on(server: Sshd, token: str) -> Path:
    """Return where a run's folder lies for the account of a server."""
    return server.folder / ".cache/tui-ops/run" / token
