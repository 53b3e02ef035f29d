"""Real OpenSSH servers on loopback addresses, one address a host, with every fault a test wants."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psutil

from tui_ops.model.fleet import HostSpec

SSHD = "/usr/sbin/sshd"

READY_S = 10.0
"""Seconds for one sshd to listen; it takes 20 ms on an idle machine."""

_addresses = count(1)


def next_address() -> str:
    """Return a loopback address that no other host of this test run has (each pytest-xdist worker has its own net)."""
    number = next(_addresses)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:] or 0)
    return f"127.{1 + worker}.{number // 250}.{number % 250 + 1}"


def free_port() -> int:
    """Return a port that is free on every loopback address right now."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def keygen(path: Path, kind: str = "ed25519", comment: str = "test") -> Path:
    """Make a key pair without a passphrase and return the private key's path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bits = ["-b", "2048"] if kind == "rsa" else []
    _run(["ssh-keygen", "-q", "-t", kind, *bits, "-N", "", "-C", comment, "-f", str(path)])
    return path


def lock(key: Path) -> None:
    """Give a private key a passphrase that nobody knows."""
    _run(["ssh-keygen", "-q", "-p", "-N", "secret", "-f", str(key)])


def hash_names(known_hosts: Path) -> None:
    """Hash the names in a known_hosts file, as ``HashKnownHosts`` does."""
    _run(["ssh-keygen", "-H", "-f", str(known_hosts)])


def sign(authority: Path, key: Path, principals: str, *, host: bool = False, validity: str = "+1d") -> Path:
    """Sign a public key; return the certificate's path."""
    public = key.with_name(key.name + ".pub")
    flags = ["-h"] if host else []
    _run(["ssh-keygen", "-q", "-s", str(authority), *flags, "-I", "t", "-n", principals, "-V", validity, str(public)])
    return key.with_name(key.name + "-cert.pub")


def public_text(key: Path) -> str:
    """Return kind and base64 of a public key."""
    return " ".join(key.with_name(key.name + ".pub").read_text().split()[:2])


def fingerprint(key: Path) -> str:
    """Return a key's fingerprint as ssh-keygen prints it."""
    return _run(["ssh-keygen", "-lf", str(key.with_name(key.name + ".pub"))]).split()[1]


def _run(argv: list[str]) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout


@dataclass
class Sshd:
    """One OpenSSH server: one address, one port, one set of host keys, its own process."""

    folder: Path
    address: str
    port: int
    host_keys: list[Path]
    authorized_keys: Path
    extra: list[str] = field(default_factory=list)
    """Further lines of its sshd_config; they come first, so they win."""
    shell: str = ""
    """Login shell of its account, ``fish``; a real one in a passwd file of its own. Empty keeps the machine's."""
    within: list[str] = field(default_factory=list)
    """Words that start a command in a place of its own, such as another root; empty starts it on this machine."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What the server has logged, at level VERBOSE."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def logins(self) -> int:
        """How many logins it has accepted."""
        return self.log.count("Accepted publickey")

    @property
    def known_hosts_line(self) -> str:
        """The line that makes its first key known."""
        return f"[{self.address}]:{self.port} {public_text(self.host_keys[0])}\n"

    def spec(self, name: str = "", **more: object) -> HostSpec:
        """Describe it as the inventory does."""
        name = name or self.address
        values: dict[str, object] = {"key": name, "address": self.address, "port": self.port, "user": "root", **more}
        return HostSpec(name=name, **values)  # type: ignore[arg-type]

    def start(self) -> "Sshd":
        """Start it and wait until it listens."""
        Path("/run/sshd").mkdir(exist_ok=True)
        config = self.folder / "sshd_config"
        config.write_text("\n".join(self._lines()) + "\n")
        log = self.folder / "log"
        self.process = subprocess.Popen(
            [*self.within, *self._account(), SSHD, "-D", "-f", str(config), "-E", str(log)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + READY_S
        listening = f"Server listening on {self.address} port {self.port}"
        offset = self.log.count(listening)
        while self.log.count(listening) <= offset and not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"sshd did not start: {self.log}")
            time.sleep(0.005)
        return self

    def _account(self) -> list[str]:
        """Return the words before sshd that give root another shell and home, in a mount namespace of its own."""
        if not self.shell:
            return []
        home = self.folder / "home"
        passwd = self.folder / "passwd"
        others = [line for line in Path("/etc/passwd").read_text().splitlines() if not line.startswith("root:")]
        passwd.write_text("\n".join([f"root:x:0:0:root:{home}:{shutil.which(self.shell)}", *others]) + "\n")
        mount = 'mount --bind "$0" /etc/passwd && exec "$@"'
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, str(passwd)]

    def rc_file(self, name: str, text: str) -> None:
        """Put a start-up file of a login shell into the account's home."""
        path = self.folder / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def _listens(self) -> bool:
        assert self.process is not None
        wanted = f"{_hex(self.address)}:{self.port:04X}"
        rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
        return any(row.split()[1] == wanted and row.split()[3] == "0A" for row in rows)

    def _lines(self) -> list[str]:
        return [
            *self.extra,
            f"ListenAddress {self.address}",
            f"Port {self.port}",
            *(f"HostKey {key}" for key in self.host_keys),
            f"AuthorizedKeysFile {self.authorized_keys}",
            f"PidFile {self.folder / 'pid'}",
            "StrictModes no",
            "UsePAM no",
            "UseDNS no",
            "PermitRootLogin yes",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PrintMotd no",
            "MaxStartups 200:30:400",
            "LogLevel VERBOSE",
            # An empty home: the account's own rc files belong to the machine, and a session that is
            # killed in the middle of them may leave locks behind there.
            *([] if self.shell else [f"SetEnv HOME={self.folder}"]),
        ]

    def processes(self) -> list[psutil.Process]:
        """Return the server and every session and command of it that lives."""
        if self.process is None or self.process.poll() is not None:
            return []
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def running(self, name: str) -> list[psutil.Process]:
        """Return the commands called ``name`` that run in its sessions."""
        found = []
        for process in self.processes():
            try:
                if process.name() == name:
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    def signal_all(self, number: int) -> None:
        """Send a signal to the server and all its sessions."""
        for process in self.processes():
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue

    def freeze(self) -> None:
        """SIGSTOP: the kernel still accepts connections, nobody answers."""
        self.signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.signal_all(signal.SIGCONT)

    def stop(self) -> None:
        """Kill it with every session; the port refuses from then on."""
        self.signal_all(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
            self.process = None

    def restart(self) -> None:
        """Stop and start; sessions end."""
        self.stop()
        self.start()

    def change_host_key(self, kind: str = "ed25519") -> Path:
        """Give it one new host key of ``kind`` instead of all it had, restart it, and return the key."""
        self.host_keys = [keygen(self.folder / f"changed_{kind}_{time.monotonic_ns()}", kind)]
        self.restart()
        return self.host_keys[0]


def _hex(address: str) -> str:
    return "".join(f"{int(part):02X}" for part in reversed(address.split(".")))


class BlackHole:
    """An address that takes TCP connections and never says a word.

    Args:
        port: a free one otherwise.
        address: a new one otherwise.
        dropped: its queue is full from the start, so the kernel drops every further SYN, as a firewall does.
    """

    def __init__(self, port: int = 0, address: str = "", dropped: bool = False) -> None:
        self.address = address or next_address()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((self.address, port))
        self._socket.listen(0 if dropped else 64)
        self.port = int(self._socket.getsockname()[1])
        self._fillers = [socket.socket() for _ in range(4 if dropped else 0)]
        for filler in self._fillers:
            filler.setblocking(False)
            filler.connect_ex((self.address, self.port))

    def spec(self, name: str = "hole") -> HostSpec:
        """Describe it as the inventory does."""
        return HostSpec(name=name, key=name, address=self.address, port=self.port, user="root")

    def close(self) -> None:
        """Refuse from now on."""
        for filler in self._fillers:
            filler.close()
        self._socket.close()


class SshdFarm:
    """Starts servers and ends them all; keys are made once.

    Args:
        folder: an own, empty folder; user key, known_hosts and every server's files stand in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.user_key = keygen(folder / "user" / "id_ed25519")
        self.host_key = keygen(folder / "host" / "ed25519")
        self.authorized_keys = folder / "authorized_keys"
        self.authorized_keys.write_text(public_text(self.user_key) + "\n")
        self.known_hosts = folder / "known_hosts"
        self.known_hosts.write_text("")
        self.ssh_config = folder / "ssh_config"
        self.ssh_config.write_text(f"IdentityFile {self.user_key}\nIdentitiesOnly yes\n")
        self.servers: list[Sshd] = []
        self.holes: list[BlackHole] = []

    def sshd(
        self,
        *extra: str,
        host_keys: list[Path] | None = None,
        known: bool = True,
        authorized: bool = True,
        address: str = "",
        shell: str = "",
        start: bool = True,
    ) -> Sshd:
        """Start one more server.

        Args:
            extra: further sshd_config lines.
            host_keys: its host keys; all servers share one otherwise, which saves time.
            known: whether its key is put into ``known_hosts``.
            authorized: whether the farm's user key may log in.
            address: where it listens; a new address otherwise.
            shell: login shell of the account, by a passwd file of its own.
            start: whether it is started at once.
        """
        address = address or next_address()
        folder = self.folder / f"sshd-{len(self.servers)}"
        folder.mkdir()
        nobody = folder / "nobody"
        nobody.write_text("")
        server = Sshd(
            folder,
            address,
            self.port,
            host_keys or [self.host_key],
            self.authorized_keys if authorized else nobody,
            list(extra),
            shell,
        )
        self.servers.append(server)
        if known:
            with self.known_hosts.open("a") as file:
                file.write(server.known_hosts_line)
        return server.start() if start else server

    def login_shell(self, shell: str) -> str:
        """Return the line that makes ``shell`` the login shell: sshd gives a command to it exactly so."""
        return f'ForceCommand exec {shutil.which(shell)} -c "$SSH_ORIGINAL_COMMAND"'

    def noisy(self, text: str = "Welcome! Today is a good day.") -> list[str]:
        """Return lines for a banner before the login and an rc file that prints before the command."""
        banner = self.folder / "banner"
        banner.write_text("*** authorised use only ***\n")
        return [f"Banner {banner}", f"ForceCommand echo '{text}'; echo noise >&2; exec sh -c \"$SSH_ORIGINAL_COMMAND\""]

    def black_hole(self, dropped: bool = False) -> BlackHole:
        """Open one more address that takes connections and says nothing, or answers no packet at all."""
        self.holes.append(BlackHole(self.port, dropped=dropped))
        return self.holes[-1]

    def closed_port(self, name: str = "closed") -> HostSpec:
        """Describe an address where nothing listens."""
        return HostSpec(name=name, key=name, address=next_address(), port=self.port, user="root")

    def close(self) -> None:
        """End everything."""
        for server in self.servers:
            server.thaw()
            server.stop()
        for hole in self.holes:
            hole.close()
