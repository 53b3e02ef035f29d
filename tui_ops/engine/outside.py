"""What the engine tells those who watch over it: the service manager of its machine, and someone far away."""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tui_ops.model.checks import HttpWish
from tui_ops.model.clean import clean
from tui_ops.model.fleet import EngineSpec, SecretRef
from tui_ops.transport.ends.http import ask_http
from tui_ops.transport.ends.seen import EndError
from tui_ops.transport.errors import TransportError
from tui_ops.transport.secrets import Secrets

log = logging.getLogger(__name__)

CALL_S = 10.0
"""Seconds for one call: the next comes a minute later."""

WATCHDOG_LEAST_S, WATCHDOG_DIGITS = 0.1, 18
"""A shorter watchdog is spoken to as if it were this long: the engine would do nothing else. Digits beyond these
mean no other time that anybody lives to see."""

STATUS_LIMIT = 200
"""Characters of the line that ``systemctl status`` shows."""


class ServiceManager:
    """Speaks to systemd as sd_notify(3) describes it; does nothing where the engine is not its service.

    Args:
        environ: where the manager says how it is reached.
        pid: of this process.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ, pid: int | None = None) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        mine = environ.get("WATCHDOG_PID", "") in ("", str(pid or os.getpid()))
        micros = environ.get("WATCHDOG_USEC", "")
        watched = bool(mine and micros.isdecimal() and int(micros[:WATCHDOG_DIGITS]) and self._address)
        self.watchdog_s = max(WATCHDOG_LEAST_S, int(micros[:WATCHDOG_DIGITS]) / 1e6) if watched else 0.0
        """Seconds after which the manager kills an engine that says nothing; 0 where it does not watch."""

    def _tell(self, *lines: str) -> None:
        if not self._address.startswith(("/", "@")):
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.warning("the service manager can't be told: %s", error.strerror or error)

    def ready(self, status: str) -> None:
        """Say that the engine listens.

        Args:
            status: one line for ``systemctl status``.
        """
        self._tell("READY=1", f"STATUS={clean(status, STATUS_LIMIT)}")

    def alive(self, status: str) -> None:
        """Say that it works: to be called twice within :attr:`watchdog_s`."""
        self._tell("WATCHDOG=1", f"STATUS={clean(status, STATUS_LIMIT)}")

    def stopping(self) -> None:
        """Say that it ends."""
        self._tell("STOPPING=1")


class DeadMan:
    """Calls an address outside as long as the engine works; who misses the call raises the alarm.

    Args:
        works: tells whether the engine does its work at this moment.
    """

    def __init__(self, works: Callable[[], bool]) -> None:
        self._works = works
        self._secrets = Secrets()
        self.spec = EngineSpec()
        self.trouble = ""
        """Why the last call brought nothing; empty where it was good or none is wanted."""

    async def call(self) -> None:
        """Call once, unless there is no address or the engine does not work."""
        if self.spec.dead_man is None:
            self.trouble = ""
            return
        if not self._works():
            log.warning("the dead man's address is not called: the engine does not keep up")
            return
        try:
            said = await self._call(self.spec.dead_man)
        except (EndError, TransportError) as error:
            said = error.message
        if said and said != self.trouble:
            log.warning("the dead man's address: %s", said)
        self.trouble = said

    async def _call(self, address: str | SecretRef) -> str:
        """Return why the call brought nothing. The address is a secret: only its host is ever said."""
        url = await self._secrets.fetch(address, "engine: dead_man") if isinstance(address, SecretRef) else address
        try:
            # A secret may hold anything, and its text stays out of every message.
            host = clean(urlsplit(url or "").hostname or "nothing", 80)
        except ValueError:
            return "the secret holds no address that can be called: write http://HOST/PATH or https://…"
        try:
            seen = await ask_http(url or "", HttpWish(), {}, CALL_S)
        except EndError as error:
            raise type(error)(f"{host} can't be called", "look whether this machine reaches it") from error
        return "" if 200 <= seen.status < 300 else f"{host} answered with status {seen.status}"
