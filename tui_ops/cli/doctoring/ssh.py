"""SSH: the client's version, known hosts, and lines of ssh_config that mean something else here."""

import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui_ops.cli.context import shown
from tui_ops.cli.doctoring.remark import Remark, look, ok
from tui_ops.model.clean import clean
from tui_ops.model.states import sign_of
from tui_ops.store.views.rows import HostRow

CONFIG_FILES = (Path("~/.ssh/config"), Path("/etc/ssh/ssh_config"))
"""What is honoured, the user's first."""

CONFIG_LIMIT = 1024 * 1024
"""Bytes of one such file that are looked at: far more than a person writes."""

ANSWER_S = 5.0
"""How long ``ssh`` may take to print its version or its configuration; it asks nobody."""

TOLD_KEYWORDS = ("hostname", "user", "port", "proxyjump", "identityfile", "userknownhostsfile")
"""What of ``ssh -G`` decides whether a login works."""


def check_client() -> Iterator[Remark]:
    """Look for OpenSSH's client. The engine does not need it; a person who looks for a fault does."""
    if shutil.which("ssh") is None:
        yield look("ssh", "there is no OpenSSH client to compare with", "apt-get install openssh-client")
        return
    yield ok("ssh", _said(["ssh", "-V"]))


def check_config(files: Sequence[Path] = CONFIG_FILES) -> Iterator[Remark]:
    """Look for keywords in ssh_config that asyncssh skips."""
    from tui_ops.transport.config_lint import lint_ssh_config

    for path in (file.expanduser() for file in files):
        try:
            with path.open("rb") as file:
                text = file.read(CONFIG_LIMIT).decode("utf-8", "replace")
        except FileNotFoundError:
            continue
        except OSError as error:
            yield look("ssh config", f"{shown(path)}: {error.strerror}", "let the engine's account read it")
            continue
        remarks = lint_ssh_config(text, str(path))
        for remark in remarks:
            where = f"{shown(remark.path)}:{remark.line}: {shown(remark.keyword, 60)}"
            said = f"{where}: {shown(remark.message)}"
            # What is skipped without any effect on a watched host is no reason to look.
            yield look("ssh config", said, shown(remark.advice)) if remark.advice else ok("ssh config", said)
        if not remarks:
            yield ok("ssh config", f"{shown(path)}: everything in it is honoured")


def check_known_hosts(
    files: Sequence[Path] = (Path("~/.ssh/known_hosts"), Path("/etc/ssh/ssh_known_hosts")),
) -> Iterator[Remark]:
    """Say which files of known keys there are."""
    there = [str(path) for path in (file.expanduser() for file in files) if path.is_file()]
    if there:
        yield ok("known hosts", shown(", ".join(there)))
    else:
        yield ok("known hosts", "no file yet: every host's key is decided with tui-ops trust")


def check_host(row: HostRow) -> Iterator[Remark]:
    """Look at one host: what the engine found, what its name means, and how OpenSSH would go there."""
    sign = sign_of(row.state, row.severity)
    said = f"{row.state}: {shown(row.reason)}" if row.reason else str(row.state)
    yield look(row.name, said, sign.advice) if sign.advice else ok(row.name, said)
    if row.address == "local":
        return
    if not row.via:
        yield _resolve(row)
    target = f"{row.user}@{row.address}" if row.user else row.address
    port = ["-p", str(row.port)] if row.port is not None else []
    jump = ["-J", ",".join(row.via)] if row.via else []
    for line in _said(["ssh", "-G", *port, *jump, "--", target], lines=500).splitlines():
        if line.partition(" ")[0] in TOLD_KEYWORDS:
            yield ok("ssh -G", line)
    yield ok("by hand", clean(" ".join(["ssh", *port, *jump, "-o", "BatchMode=yes", target, "true"])))


def _resolve(row: HostRow) -> Remark:
    try:
        found = socket.getaddrinfo(row.address, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return look("name", f"{shown(row.address)}: {shown(error)}", "give the host an address in the inventory")
    return ok("name", f"{shown(row.address)} is {', '.join(dict.fromkeys(str(one[4][0]) for one in found))}")


def _said(command: list[str], lines: int = 1) -> str:
    """Return what a command of OpenSSH prints, harmless; its error where it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=ANSWER_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return shown(error)
    return "\n".join(clean(line) for line in done.stdout.decode("utf-8", "replace").splitlines()[:lines])
