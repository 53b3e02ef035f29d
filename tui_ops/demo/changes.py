"""What becomes different on a few hosts of the demo: a package, a setting, a key, a file, a port, a login."""

import re
from collections.abc import Callable

from tui_ops.demo.arrivals import came_in
from tui_ops.demo.factual import factual_files
from tui_ops.demo.faults import Fault, FaultKind
from tui_ops.demo.keyring import public_key
from tui_ops.demo.services import listeners
from tui_ops.demo.worlds import HostWorld

Files = dict[str, str]
"""Text by path below the root."""


def _upgraded(subject: str, files: Files) -> None:
    """``NAME=VERSION``, of Debian."""
    name, _, version = subject.partition("=")
    row = re.compile(rf"^({re.escape(name)}\t[^\t]+\t)[^\t]+(\t[^\t]+\t[^\t]+\t).+$", re.MULTILINE)
    files["table/packages"] = row.sub(rf"\g<1>{version}\g<2>{version}", files["table/packages"])
    archive = re.compile(rf"^({re.escape(name)}/\S+ )\S+", re.MULTILINE)
    files["table/archives"] = archive.sub(rf"\g<1>{version}", files["table/archives"])


def _set(subject: str, files: Files) -> None:
    """``KEY=VALUE``."""
    key, _, value = subject.partition("=")
    row = re.compile(rf"^{re.escape(key)} = .*$", re.MULTILINE)
    files["table/settings"] = row.sub(f"{key} = {value}", files["table/settings"])


def _key_added(subject: str, files: Files) -> None:
    """``ACCOUNT=COMMENT``."""
    account, _, comment = subject.partition("=")
    files[f"home/{account}/.ssh/authorized_keys"] += f"{public_key(comment)} {comment}\n"


def _edited(subject: str, files: Files) -> None:
    """``PATH=LINE``."""
    path, _, added = subject.partition("=")
    files[path.lstrip("/")] += f"{added}\n"


def _opened(subject: str, files: Files) -> None:
    """``PROGRAM=PORT``, as root."""
    program, _, port = subject.partition("=")
    files["table/listeners"] += (
        f"tcp   LISTEN 0      128  {f'0.0.0.0:{port}':>20} {'0.0.0.0:*':>12} "
        f'users:(("{program}",pid=7130,fd=3)) ino:88031 sk:e1f cgroup:/user.slice\n'
    )


def _came_in(subject: str, files: Files) -> None:
    """``ACCOUNT=ADDRESS``."""
    account, _, source = subject.partition("=")
    files["table/arrivals"] = came_in(files["table/arrivals"], account, source)


CHANGES: dict[FaultKind, Callable[[str, Files], None]] = {
    FaultKind.PACKAGE_UPGRADED: _upgraded,
    FaultKind.SETTING_SET: _set,
    FaultKind.KEY_ADDED: _key_added,
    FaultKind.FILE_EDITED: _edited,
    FaultKind.PORT_OPENED: _opened,
    FaultKind.CAME_IN: _came_in,
}
"""What each kind does to a host's files, by the subject of its fault."""


def changes_of(world: HostWorld) -> tuple[Fault, ...]:
    """Return what is different now from how the host began."""
    return tuple(fault for fault in world.faults if fault.kind in CHANGES)


def changed_files(world: HostWorld) -> Files:
    """Return those of a host's files that are not as they were at the beginning, as they are now."""
    before = {**factual_files(world), "table/listeners": listeners(world)}
    files = dict(before)
    for fault in changes_of(world):
        CHANGES[fault.kind](fault.subject, files)
    changed = {path: text for path, text in files.items() if text != before[path]}
    if "table/packages" in changed:
        # By this the probe sees that packages have changed.
        changed["var/lib/dpkg/status"] = "packages\nand an upgraded one\n"
    return changed
