"""Where a host is and who logs in there: the inventory's word first, ssh_config's second, defaults last."""

import getpass
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import asyncssh
from asyncssh.config import SSHClientConfig

from tui_ops.model.clean import clean
from tui_ops.model.fleet import HostSpec, SecretRef
from tui_ops.transport.errors import SettingsWrong

SSH_PORT = 22
"""The port of SSH where nobody says another."""

USER_CONFIG = Path("~/.ssh/config")
SYSTEM_CONFIG = Path("/etc/ssh/ssh_config")
"""What OpenSSH reads, in its order: the first file that sets a keyword wins."""

_HOP = re.compile(
    r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?"
    r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<address>[^\s:@\[\]]+)|(?P<bare>[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*))"
    r"(?::(?P<port>\d{1,5}))?/?"
)


@dataclass(frozen=True, slots=True)
class Route:
    """How one host is reached, everything resolved but its name."""

    name: str
    """What people call it."""
    key: str
    """Its identity, under which trusted host keys are kept."""
    matched: str
    """The address as the inventory has it: what ssh_config's Host lines are held against."""
    address: str
    port: int
    user: str
    alias: str | None
    """``HostKeyAlias``: the name its host key goes by."""
    via: tuple[HostSpec, ...]
    """Jump hosts in order."""
    proxy_command: bool
    """Whether ssh_config gives a ``ProxyCommand`` and no jump host comes before it."""
    host_key_algorithms: bool
    """Whether ssh_config says which host key algorithms are wanted."""
    user_known_hosts: tuple[Path, ...] | None
    """``UserKnownHostsFile``; None where ssh_config is silent."""
    system_known_hosts: tuple[Path, ...] | None
    identity_files: tuple[str, ...] | None = None
    """The inventory's key, then those of ``IdentityFile`` that are there; None where neither names one."""
    certificate_files: tuple[str, ...] | None = None
    """The same of ``CertificateFile``."""
    password: SecretRef | None = None
    """Where the inventory keeps the login's password, for hosts that take no key."""

    @property
    def where(self) -> str:
        """Address and port for people."""
        address = clean(self.address, 120)
        return f"[{address}]:{self.port}" if ":" in address else f"{address}:{self.port}"

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names its host key stands under in known_hosts: with the port first where it is not 22."""
        if self.alias:
            return (self.alias,)
        host = self.address.lower()
        return (host,) if self.port == SSH_PORT else (f"[{host}]:{self.port}", host)


def default_config_files() -> tuple[Path, ...]:
    """Return the ssh_config files that are there and readable."""
    found = []
    for path in (USER_CONFIG.expanduser(), SYSTEM_CONFIG):
        try:
            with path.open("rb"):
                found.append(path)
        except OSError:
            continue
    return tuple(found)


def parse_hop(text: str) -> HostSpec:
    """Read one jump host as ssh_config and the inventory write it: ``[user@]address[:port]``.

    Raises:
        SettingsWrong: it is not one.
    """
    found = _HOP.fullmatch(text.strip())
    port = int(found["port"]) if found and found["port"] else None
    address = (found["six"] or found["bare"] or found["address"]) if found else ""
    if found is None or port == 0 or (port or 0) > 65535 or address.startswith("-"):
        raise SettingsWrong(
            f"{clean(text, 80)!r} is not a jump host", "write a host of the inventory or user@address:port"
        )
    return HostSpec(name=text.strip(), key=text.strip(), address=address, port=port, user=found["user"])


class Settings:
    """Reads ssh_config for each host anew, so that a change there counts from the next connection on."""

    def __init__(self, config_files: Sequence[Path] | None = None) -> None:
        self._given = None if config_files is None else tuple(config_files)

    @property
    def files(self) -> tuple[Path, ...]:
        """The ssh_config files, in the order in which they count."""
        return default_config_files() if self._given is None else self._given

    def route(self, host: HostSpec, via: tuple[HostSpec, ...]) -> Route:
        """Resolve how ``host`` is reached. Reads files and may run ``Match exec``: not for the event loop.

        Args:
            host: what the inventory says.
            via: its jump hosts by the inventory, already looked up; they win over ``ProxyJump``.

        Raises:
            SettingsWrong: ssh_config can't be used, or gives a jump host that is none.
        """
        config = self._load(host)
        jump = config.get("ProxyJump")
        if not via and isinstance(jump, str):
            via = tuple(parse_hop(hop) for hop in jump.split(","))
        return Route(
            name=host.name,
            key=host.key,
            matched=host.address,
            address=str(config.get("Hostname") or host.address),
            port=host.port or _number(config.get("Port")) or SSH_PORT,
            user=host.user or str(config.get("User") or getpass.getuser()),
            alias=_text(config.get("HostKeyAlias")),
            via=via,
            proxy_command=not via and bool(config.get("ProxyCommand")),
            host_key_algorithms=bool(config.get("HostKeyAlgorithms")),
            user_known_hosts=_paths(config.get("UserKnownHostsFile")),
            system_known_hosts=_paths(config.get("GlobalKnownHostsFile")),
            identity_files=_identities(host, config),
            certificate_files=_those_there(config.get("CertificateFile")),
            password=host.password,
        )

    def _load(self, host: HostSpec) -> SSHClientConfig:
        files = [str(path) for path in self.files]
        try:
            about = (getpass.getuser(), host.user or (), host.address, host.port or ())
            config = SSHClientConfig.load(None, files, False, False, False, *about)
            if config.has_match_final():
                config = SSHClientConfig.load(config, files, True, False, True, *about)
        except (ValueError, OSError, LookupError, RuntimeError, asyncssh.Error) as error:
            raise SettingsWrong(f"ssh_config can't be used: {clean(str(error), 200)}", "correct the line") from error
        return config  # type: ignore[return-value]  # load is declared for the base class


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _those_there(value: object, also_public: bool = False) -> tuple[str, ...] | None:
    """Return the files of a list that exist: OpenSSH passes over the others, the SSH library would give up.

    Args:
        value: what ssh_config says.
        also_public: whether a key whose public half alone is there counts, since the agent holds the other.
    """
    if not isinstance(value, list):
        return None
    # Not Path.expanduser, which gives up over a user that is not there.
    paths = [os.path.expanduser(str(each)) for each in value]  # noqa: PTH111
    endings = ("", ".pub") if also_public else ("",)
    return tuple(path for path in paths if any(Path(path + end).is_file() for end in endings))


def _identities(host: HostSpec, config: SSHClientConfig) -> tuple[str, ...] | None:
    """Return the key files to try: the inventory's first, then those of ssh_config; None for the usual ones.

    Raises:
        SettingsWrong: the inventory names a key that is not there.
    """
    also_public = bool(config.get("IdentitiesOnly"))
    from_config = _those_there(config.get("IdentityFile"), also_public)
    if host.identity is None:
        return from_config
    given = _those_there([host.identity], also_public=True)
    if not given:
        raise SettingsWrong(f"there is no key {clean(host.identity, 200)}", "correct identity in the inventory")
    return (*given, *(from_config or ()))


def _paths(value: object) -> tuple[Path, ...] | None:
    if not isinstance(value, list):
        return None
    return _as_paths(tuple(os.path.expanduser(str(each)) for each in value))  # noqa: PTH111


@lru_cache(maxsize=64)
def _as_paths(names: tuple[str, ...]) -> tuple[Path, ...]:
    """Return paths; hosts of one ssh_config share theirs, and each keeps them as long as its connection."""
    return tuple(Path(name) for name in names)
