"""A playbook on one host, by ``ansible-playbook`` on this machine, with our inventory and our way to the host."""

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.fleet import HostSpec
from tui_ops.model.plans import Step
from tui_ops.practices.changes.steps.kind import SAID_LIMIT, arg, last_line, lines_of, words_of

_RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE | re.ASCII)
NOISE = ("ok:", "skipping:", "changed:", "[WARNING]")
"""How lines of its output begin that say nothing of what differs."""

LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
"""One that is there everywhere: Ansible refuses to begin in one that is not installed, and ours may have come over SSH
from a machine that has others."""

SHARED_S = 15
"""Seconds for which a connection waits for the next task: one login does for a whole playbook."""

SOCKET_MOST = 104 - 58
"""Characters of the folder of such a connection's socket: its name has forty, and ssh's own ending while it is made."""

_PLAIN = re.compile(r"[A-Za-z0-9._:@%/~+-]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AnsiblePlace:
    """What playbooks are run with."""

    spec_of: Callable[[str], HostSpec | None]
    """The host of a name, for itself and for jump hosts."""
    config_files: Sequence[Path] = ()
    """Of ssh, as our own connections read them."""
    known_hosts: Sequence[Path] = ()
    """Files of the host keys that are trusted: no other is taken."""
    program: str = "ansible-playbook"


class CantPlay(TuiOpsError):
    """A playbook can't be run for a host."""


@contextmanager
def playbook(
    place: AnsiblePlace, host: str, step: Step, check: bool
) -> Iterator[tuple[list[str], dict[str, str], Path]]:
    """Give the words, the environment and the folder of a playbook, whose files are gone afterwards.

    Args:
        place: what it is run with.
        host: on which.
        step: of the kind ``ansible``.
        check: whether it only says what it would change.

    Raises:
        CantPlay: the host is not known, or its way can't be written for ssh.
    """
    spec = place.spec_of(host)
    if spec is None:
        raise CantPlay(f"{host} is not in the inventory", "a playbook needs to know how it is reached")
    with tempfile.TemporaryDirectory(prefix="tui-ops-play-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "inventory.json").write_text(json.dumps(_inventory(spec)))
        (folder / "ssh_config").write_text(_ssh_config(place, spec, folder))
        (folder / "ansible.cfg").write_text("[defaults]\nretry_files_enabled = False\n")
        words = [place.program, "-i", str(folder / "inventory.json"), "--limit", host]
        if check:
            words += ["--check", "--diff"]
        if step.become:
            words.append("--become")
        for option, given in (("--tags", "tags"), ("--skip-tags", "skip_tags")):
            if step.args.get(given):
                words += [option, ",".join(words_of(step, given))]
        yield [*words, "--", arg(step, "playbook")], _environment(folder), folder


def _environment(folder: Path) -> dict[str, str]:
    """Return what it takes from us and from nowhere else; its output is the plain one, whose last lines are read."""
    return {
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_STDOUT_CALLBACK": "default",
        "ANSIBLE_SYSTEM_WARNINGS": "0",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_SSH_ARGS": f"-F {folder / 'ssh_config'}",
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
        "PYTHONUNBUFFERED": "1",
        "LC_ALL": LOCALE,
    }


def _inventory(spec: HostSpec) -> dict[str, object]:
    variables: dict[str, object] = {}
    if spec.is_local:
        variables["ansible_connection"] = "local"
    elif spec.user:
        variables["ansible_user"] = spec.user
    groups: dict[str, object] = {group: {"hosts": {spec.name: {}}} for group in spec.groups if group != "all"}
    return {"all": {"hosts": {spec.name: variables}, "children": groups}}


def _ssh_config(place: AnsiblePlace, spec: HostSpec, folder: Path) -> str:
    """Return the settings of ssh by which it reaches the host as we do; the user's own come behind them."""
    lines = []
    seen: set[str] = set()
    waiting = [spec]
    while waiting:
        one = waiting.pop()
        if one.name in seen or one.is_local:
            continue
        seen.add(one.name)
        lines.append(f"Host {_plain(one.name)}")
        lines.append(f"  HostName {_plain(one.address)}")
        if one.port:
            lines.append(f"  Port {one.port}")
        if one.user:
            lines.append(f"  User {_plain(one.user)}")
        if one.identity:
            lines.append(f'  IdentityFile "{_quotable(str(Path(one.identity).expanduser()))}"')
        if one.via:
            lines.append(f"  ProxyJump {','.join(map(_plain, one.via))}")
            waiting += [hop for hop in map(place.spec_of, one.via) if hop is not None]
    lines.append("Host *")
    if len(str(folder)) <= SOCKET_MOST:
        lines += ["  ControlMaster auto", f'  ControlPath "{folder}/%C"', f"  ControlPersist {SHARED_S}s"]
    lines.append("  BatchMode yes")
    lines.append("  StrictHostKeyChecking yes")
    if place.known_hosts:
        files = " ".join(f'"{_quotable(str(path))}"' for path in place.known_hosts)
        lines.append(f"  UserKnownHostsFile {files}")
    lines += [f'  Include "{_quotable(str(path))}"' for path in place.config_files]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise CantPlay(f"{clean(text, 60)} can't be written into the settings of ssh", "give it a plainer name")
    return text


def _quotable(text: str) -> str:
    if '"' in text or "\n" in text or "\\" in text:
        raise CantPlay(f"the path {clean(text, 60)} can't be written into the settings of ssh", "move the file")
    return text


def judge_recap(host: str, code: int | None, output: bytes, check: bool) -> tuple[CellState, str, str]:
    """Return state, what is told, and what differs, by the last lines that ``ansible-playbook`` writes.

    Args:
        host: whose line counts.
        code: its exit code.
        output: the end of what it wrote, foreign.
        check: whether it only said what it would change.
    """
    text = output.decode("utf-8", "replace")
    counts = next((found.groups()[1:] for found in _RECAP.finditer(text) if found[1] == host), None)
    if counts is None:
        said = last_line(output) or "the playbook has nothing for this host"
        return (CellState.SKIPPED if code == 0 else CellState.FAILED), said, ""
    ok, changed, unreachable, failed = map(int, counts)
    if code != 0 or unreachable or failed:
        wrong = [line for line in text.splitlines() if line.startswith(("fatal:", "failed:"))]
        said = wrong[-1] if wrong else f"{failed} tasks failed"
        return CellState.FAILED, clean(said, SAID_LIMIT), ""
    if not changed:
        return CellState.OK, f"{ok} tasks, nothing to change", ""
    said = f"{'would change' if check else 'changed'} {changed} of {ok} tasks"
    body = text.split("PLAY RECAP", 1)[0] if check else ""
    return CellState.CHANGED, said, lines_of(_changes(body).encode())


def _changes(text: str) -> str:
    """Return the tasks of a playbook that change something, with what differs."""
    tasks = re.split(r"(?m)^(?=TASK \[|RUNNING HANDLER \[)", text)
    kept = []
    for task in tasks[1:]:
        if not re.search(r"(?m)^(changed:|--- |\+\+\+ )", task):
            continue
        lines = [line for line in task.splitlines() if line and not line.startswith(NOISE)]
        kept.append("\n".join([lines[0].rstrip(" *"), *lines[1:]]))
    return "\n".join(kept)
