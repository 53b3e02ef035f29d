"""Real OpenSSH servers for a benchmark: every loopback address one host, all on this machine."""

import getpass
import os
import socket
import subprocess
import time
from pathlib import Path

from kit.account import Group, end_members

SSHD = "/usr/sbin/sshd"
ADDRESSES_EACH = 16
"""OpenSSH's own limit of listening sockets (``MAX_LISTEN_SOCKS``)."""

KERNEL_FILES = (
    "uptime",
    "stat",
    "loadavg",
    "meminfo",
    "vmstat",
    "diskstats",
    "net",
    "sys",
    "pressure",
    "self",
    "cpuinfo",
)
"""What stands below /proc of a lean host."""

LISTEN_S = 20.0
"""Seconds until all listen; a few tenths on an idle machine."""


def free_port() -> int:
    """Return a port that is free on every loopback address right now."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def keygen(path: Path) -> str:
    """Make a key pair; return the public half, kind and base64."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


class Hosts:
    """The servers, and the ssh configuration that reaches them.

    Args:
        folder: an own, empty folder with a short name: sockets are made in it.
        count: how many addresses.
        group: where the servers' CPU is counted.
        lean: the probe finds what the kernel tells of itself and nothing else: no packages, units or accounts, which
            a thousand hosts on one machine would take turns at for half an hour, and not each other's processes.
    """

    def __init__(self, folder: Path, count: int, group: Group, lean: bool = False) -> None:
        self.folder = folder
        self.group = group
        self.user = getpass.getuser()
        self.port = free_port()
        self.addresses = [f"127.77.{number // 250}.{number % 250 + 1}" for number in range(count)]
        self.key = folder / "id"
        self.config = folder / "ssh_config"
        self.list = folder / "hosts"
        self.home = folder / "home"
        self.root = folder / "root" if lean else None
        self._servers: list[subprocess.Popen[bytes]] = []
        self._write()
        self._start()

    def _write(self) -> None:
        self.home.mkdir()
        if self.root is not None:
            (self.root / "proc").mkdir(parents=True)
            for name in KERNEL_FILES:
                (self.root / "proc" / name).symlink_to(f"/proc/{name}")
        (self.folder / "authorized_keys").write_text(keygen(self.key) + "\n")
        public = keygen(self.folder / "host_key")
        known = self.folder / "known_hosts"
        known.write_text("".join(f"[{address}]:{self.port} {public}\n" for address in self.addresses))
        self.list.write_text("".join(f"{address}\n" for address in self.addresses))
        settings = {
            "User": self.user,
            "Port": self.port,
            "IdentityFile": self.key,
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": known,
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "LogLevel": "ERROR",
        }
        self.config.write_text("Host *\n" + "".join(f"  {key} {value}\n" for key, value in settings.items()))

    def _server_lines(self, addresses: list[str]) -> list[str]:
        return [
            f"Port {self.port}",
            *(f"ListenAddress {address}" for address in addresses),
            f"HostKey {self.folder / 'host_key'}",
            f"AuthorizedKeysFile {self.folder / 'authorized_keys'}",
            "PidFile none",
            "StrictModes no",
            "UsePAM no",
            "UseDNS no",
            "PermitRootLogin yes",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PrintMotd no",
            "MaxStartups 400",
            "LogLevel ERROR",
            # The account's own start-up files belong to the machine and would be counted.
            f"SetEnv HOME={self.home}" + (f" TUI_OPS_ROOT={self.root}" if self.root is not None else ""),
        ]

    def _start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        for start in range(0, len(self.addresses), ADDRESSES_EACH):
            config = self.folder / f"sshd_config_{start}"
            config.write_text("\n".join(self._server_lines(self.addresses[start : start + ADDRESSES_EACH])) + "\n")
            argv = [SSHD, "-D", "-f", str(config), "-E", str(self.folder / "sshd.log")]
            self._servers.append(
                subprocess.Popen(
                    self.group.command(argv),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
            self.group.adopt(self._servers[-1].pid)
        deadline = time.monotonic() + LISTEN_S
        for address in self.addresses[::ADDRESSES_EACH]:
            while not self._answers(address):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"sshd does not listen: {(self.folder / 'sshd.log').read_text()}")
                time.sleep(0.01)

    def _answers(self, address: str) -> bool:
        try:
            socket.create_connection((address, self.port), 1.0).close()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """End the servers and every session."""
        end_members(self.group)
        for server in self._servers:
            server.wait()
