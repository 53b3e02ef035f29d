"""The terminal, and what becomes of an engine when the session ends."""

import codecs
import locale
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tui_ops.cli.context import shown
from tui_ops.cli.doctoring.remark import Remark, bad, look, ok
from tui_ops.ui.terminal import TRUE, this_terminal

LOGIND_FILES = ("/usr/lib/systemd", "/run/systemd", "/etc/systemd")
"""Folders with ``logind.conf`` and ``logind.conf.d``, the later ones win."""

LINGER = Path("/var/lib/systemd/linger")
"""Has a file for every account whose processes may outlive its sessions."""


def check_terminal(environ: Mapping[str, str]) -> Iterator[Remark]:
    """Look at what the terminal says it can do."""
    term = shown(environ.get("TERM", ""), 40)
    terminal = this_terminal(environ)
    if not terminal.places_cursor:
        yield bad("terminal", f"TERM is {term!r}: no full screen", "TERM=xterm-256color")
    else:
        font = "" if terminal.other_screen else ", signs in ASCII as its font may lack them"
        yield ok("terminal", f"TERM is {term}, {_colours(environ, terminal.colours)}{font}")
    encoding = locale.getencoding()
    if codecs.lookup(encoding).name == "utf-8":
        yield ok("locale", "UTF-8")
    else:
        yield look("locale", f"{encoding}: signs are drawn with ASCII", "LC_ALL=C.UTF-8, as `locale -a` has it")


def _colours(environ: Mapping[str, str], colours: int) -> str:
    if environ.get("NO_COLOR"):
        return "no colours, as NO_COLOR asks"
    if not colours:
        return "no colours"
    return "true colour" if colours >= TRUE else f"{colours} colours"


def check_session(environ: Mapping[str, str], user: str) -> Iterator[Remark]:
    """Look at what an engine in the background loses when its session ends."""
    if agent_is_forwarded(environ):
        yield look(
            "agent",
            "the keys come from a forwarded agent, which goes with this session: afterwards hosts refuse the login",
            "give the engine a key of its own in ~/.ssh, or run it as a service: docs/team.md",
        )
    elif environ.get("SSH_AUTH_SOCK"):
        yield ok("agent", "an agent of this machine")
    else:
        yield ok("agent", "none: keys come from files")
    if kills_processes(logind_texts()) and not (LINGER / user).exists():
        yield look(
            "logout",
            "this machine kills a user's processes at logout, an engine in the background among them",
            f"loginctl enable-linger {user}, or run the engine as a service: docs/team.md",
        )


def agent_is_forwarded(environ: Mapping[str, str]) -> bool:
    """Return whether the agent's socket is one that sshd made for this session."""
    path = environ.get("SSH_AUTH_SOCK", "")
    made_by_sshd = path.startswith("/tmp/ssh-") or "/.ssh/agent/" in path
    return made_by_sshd and bool(environ.get("SSH_CONNECTION"))


def logind_texts(folders: Iterable[str] = LOGIND_FILES) -> list[str]:
    """Return the texts of logind's configuration in the order in which they take effect."""
    found = []
    for name in folders:
        folder = Path(name)
        for path in (folder / "logind.conf", *sorted(folder.glob("logind.conf.d/*.conf"))):
            try:
                found.append(path.read_text(errors="replace"))
            except OSError:
                continue
    return found


def kills_processes(texts: Iterable[str]) -> bool:
    """Return whether logind ends a user's processes at logout; the last word counts."""
    answer = False
    for text in texts:
        for line in text.splitlines():
            name, _, value = line.partition("=")
            if name.strip() == "KillUserProcesses":
                answer = value.strip().lower() in ("yes", "true", "1", "on")
    return answer


def user_name() -> str:
    """Return the account's name; its number where it has none."""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
