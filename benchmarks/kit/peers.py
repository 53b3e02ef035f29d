"""The peers: other ways to ask many hosts over SSH, each as its users run it at its quickest."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.account import Group, end_members
from kit.hosts import Hosts
from kit.row import Row, measure

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv-bench"
FROM_PYPI = ("ansible-core", "parallel-ssh", "pyinfra")
INSTALL_PYPI = f"python3 -m venv .venv-bench && .venv-bench/bin/pip install {' '.join(FROM_PYPI)}"

CHECK = Path("/usr/lib/nagios/plugins/check_by_ssh")
APT = ("apt-get", "install", "-y", "--no-install-recommends", "monitoring-plugins-basic")

FORKS = 50
"""Ansible's at the same time; its own number is 5."""

AT_ONCE = 16
"""ssh and check_by_ssh at the same time: eight for each core of the machine of the figures."""

INSTALL_S = 300.0
PASS_S = 300.0
"""Ansible's pass over 200 hosts takes 70 s."""

FILES = ("/proc/stat", "/proc/meminfo", "/proc/loadavg")
THREE = "3 files as text"


def install() -> None:
    """Install the peers where that is possible without asking; a row says what is missing otherwise."""
    if not all((VENV / "bin" / name).exists() for name in ("ansible", "python")):
        print(f"installing: {INSTALL_PYPI}", file=sys.stderr, flush=True)
        _try([sys.executable, "-m", "venv", str(VENV)])
        if VENV.is_dir():
            (VENV / ".gitignore").write_text("*\n")
            _try([str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", *FROM_PYPI])
    if not CHECK.exists() and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing: {' '.join(APT)}", file=sys.stderr, flush=True)
        _try(list(APT))


def _try(argv: list[str]) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(argv, capture_output=True, timeout=INSTALL_S, check=False, env=environ)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"that did not work: {error}", file=sys.stderr)


class Peers:
    """The ways of others on the same hosts.

    Args:
        hosts: what is read.
        client: where their CPU is counted.
    """

    def __init__(self, hosts: Hosts, client: Group) -> None:
        self._hosts, self._client, self._count = hosts, client, len(hosts.addresses)
        self._own: subprocess.Popen[str] | None = None

    def _run(self, argv: list[str], environ: dict[str, str] | None = None) -> None:
        with (self._hosts.folder / "peer.log").open("ab") as log, self._hosts.list.open() as given:
            done = subprocess.run(self._client.command(argv), stdin=given, stdout=subprocess.DEVNULL, stderr=log,
                                  env={**os.environ, **(environ or {})}, timeout=PASS_S, check=False)  # fmt: skip
        if done.returncode:
            said = (self._hosts.folder / "peer.log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{argv[0]} ended with {done.returncode}: {said}")

    def _each(self, *argv: str) -> None:
        """Run a command for each host, some at once."""
        self._run(["xargs", f"-P{AT_ONCE}", "-I{}", *argv])

    @contextmanager
    def _ended(self) -> Iterator[None]:
        """Leave no process behind."""
        try:
            yield
        finally:
            if self._own is not None:
                self._own.kill()
                self._own.wait()
                self._own = None
            end_members(self._client)

    def ansible(self, raw: bool = False) -> Row:
        """Measure ``setup``, or the reading of three files, over connections that an earlier call opened."""
        row = Row(f"Ansible `setup`, warm, {FORKS} forks", "minimal facts as JSON", self._count)
        if raw:
            row = Row(f"Ansible `raw`, warm, {FORKS} forks", THREE, self._count)
        program = VENV / "bin" / "ansible"
        if not program.exists():
            row.missing = INSTALL_PYPI
            return row
        folder = self._hosts.folder
        python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
        (folder / "ansible.cfg").write_text(
            f"[defaults]\nhost_key_checking = True\ninterpreter_python = {python}\nhome = {folder}/ansible\n"
            f"[ssh_connection]\npipelining = True\ncontrol_path_dir = {folder}/cp\n"
            f"ssh_args = -F {self._hosts.config} -o ControlMaster=auto -o ControlPersist=300s\n"
        )
        environ = {"ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "LC_ALL": "C.UTF-8"}
        call = [str(program), "all", "-i", str(self._hosts.list), "-f", str(FORKS), "-m"]
        with self._ended():
            self._run([*call, "raw", "-a", "true"], environ)
            words = ["raw", "-a", f"cat {' '.join(FILES)}"] if raw else ["setup", "-a", "gather_subset=!all"]
            return measure(row, 1, self._client, self._hosts.group, lambda: self._run([*call, *words], environ))

    def pyinfra(self) -> Row:
        """Measure one fact of pyinfra, which logs in at each run."""
        row = Row(f"pyinfra, one fact, {FORKS} at once", "1 file as text", self._count)
        program = VENV / "bin" / "pyinfra"
        if not program.exists():
            row.missing = INSTALL_PYPI
            return row
        folder = self._hosts.folder
        listed = ", ".join(f'"{address}"' for address in self._hosts.addresses)
        data = {
            "ssh_port": self._hosts.port, "ssh_user": self._hosts.user, "ssh_key": str(self._hosts.key),
            "ssh_known_hosts_file": str(folder / "known_hosts"), "ssh_config_file": str(self._hosts.config),
        }  # fmt: skip
        inventory = folder / "pyinfra_hosts.py"
        inventory.write_text(f"hosts = ([{listed}], {data!r})\n")
        argv = [str(program), "-y", "--parallel", str(FORKS), str(inventory), "fact", "server.Command",
                "command=cat /proc/loadavg"]  # fmt: skip
        with self._ended():
            return measure(row, 1, self._client, self._hosts.group, lambda: self._run(argv))

    def check_by_ssh(self) -> Row:
        """Measure a monitoring plugin that logs in for each check."""
        row = Row(f"`check_by_ssh`, {AT_ONCE} at once", "1 file as text", self._count)
        if not CHECK.exists():
            row.missing = f"sudo {' '.join(APT)}"
            return row
        argv = [str(CHECK), "-H", "{}", "-t", "60", "-F", str(self._hosts.config), "-C", "cat /proc/loadavg"]
        with self._ended():
            return measure(row, 1, self._client, self._hosts.group, lambda: self._each(*argv))

    def control_master(self, passes: int) -> Row:
        """Measure the ssh program over masters that stand."""
        row = Row(f"ssh ControlMaster, warm, {AT_ONCE} at once", THREE, self._count)
        masters = self._hosts.folder / "cm"
        masters.mkdir()
        ssh = ["ssh", "-F", str(self._hosts.config), "-S", f"{masters}/{{}}"]
        with self._ended():
            self._each(*ssh, "-fNM", "{}")
            ask = [*ssh, "{}", "cat", *FILES]
            return measure(row, passes, self._client, self._hosts.group, lambda: self._each(*ask))

    def parallel_ssh(self, passes: int) -> Row:
        """Measure parallel-ssh over connections that it keeps."""
        row = Row(f"parallel-ssh, warm, {FORKS} at once", THREE, self._count)
        python = VENV / "bin" / "python"
        if not list(VENV.glob("lib/python3*/site-packages/pssh")):
            row.missing = INSTALL_PYPI
            return row
        script = Path(__file__).with_name("pssh_passes.py")
        argv = [str(python), str(script), str(self._hosts.list), str(self._hosts.port), self._hosts.user,
                str(self._hosts.key), f"cat {' '.join(FILES)}"]  # fmt: skip
        with self._ended():
            self._own = subprocess.Popen(
                self._client.command(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            self._pssh_pass()
            return measure(row, passes, self._client, self._hosts.group, self._pssh_pass)

    def _pssh_pass(self) -> None:
        assert self._own is not None
        assert self._own.stdin is not None
        assert self._own.stdout is not None
        self._own.stdin.write("\n")
        self._own.stdin.flush()
        got = self._own.stdout.readline().strip()
        if got != str(self._count):
            raise RuntimeError(f"parallel-ssh read {got or 'nothing'} of {self._count} hosts")


def versions() -> list[str]:
    """Return name and version of every peer that is here."""
    found = [_first_line(["ssh", "-V"])]
    if CHECK.exists():
        found.append(_first_line([str(CHECK), "--version"]))
    if (VENV / "bin" / "python").exists():
        listing = [str(VENV / "bin" / "python"), "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"]
        frozen = subprocess.run(listing, capture_output=True, text=True, check=False)
        found += [line.replace("==", " ") for line in frozen.stdout.splitlines() if line.split("==")[0] in FROM_PYPI]
    return found


def _first_line(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()[0].strip()
