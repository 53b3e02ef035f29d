"""A root of its own for a host on this machine: the files that are here, and over them what it alone has written."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from support.sshd import Sshd, SshdFarm

COPIED = "etc var/lib/dpkg usr/lib/systemd var/lib/systemd"
"""What a root has copies of where the kernel lays no files over others."""

EMPTY = "opt root home usr/local var/cache var/log var/lib/apt var/lib/dnf var/lib/rpm var/lib/zypp"
"""What is empty there; what these tests do writes to these places and to the copies alone."""

OVERLAY = not os.environ.get("TUI_OPS_TEST_COPIES")
"""Whether roots lie over the files of this machine; the variable makes them copies, to try that everywhere."""

MOUNT = f"""
set -e
own=$1 shared=$2 overlay=$3
shift 3
exec 2>>"$shared/roots.log"
mount -t tmpfs -o mode=755 tui-own "$own"
root=$own/root
mkdir "$own/over" "$own/work" "$root"
if [ "$overlay" = no ] || ! mount -t overlay tui-own -o "lowerdir=/,upperdir=$own/over,workdir=$own/work" "$root"; then
    # Whatever is done in there, this machine's own files can't be written.
    mount --bind "$root" "$root"
    for place in /*; do
        if [ -h "$place" ]; then cp -P "$place" "$root/"; continue; fi
        [ -d "$place" ] || continue
        mkdir "$root$place"
        mount --bind "$place" "$root$place"
        mount -o remount,bind,ro "$root$place"
    done
    for place in {COPIED} {EMPTY}; do
        [ -d "/$place" ] || continue
        mkdir -p "$own/over/$place"
        case " {COPIED} " in *" $place "*) cp -a "/$place/." "$own/over/$place/" ;; esac
        mount --bind "$own/over/$place" "$root/$place"
    done
    mkdir -p "$root/var/lib/apt/lists/partial" "$root/var/cache/apt/archives/partial" "$root/var/log/apt"
fi
for place in run tmp; do mount -t tmpfs -o mode=755 tui-own "$root/$place"; done
chmod 1777 "$root/tmp"
mkdir -p "$root/run/sshd" "$root$shared"
mount --bind "$shared" "$root$shared"
"""
"""Makes the root below the folder OWN, with the folder SHARED at its own path: OWN SHARED OVERLAY WORDS…

What goes wrong in there stands in ``roots.log`` of the shared folder.
"""

ENTER = """
cd "$root"
mount --move . /
chroot . /bin/sh -ec "$prepared"
exec chroot . "$@"
"""

_DEVICES = 'for place in proc sys dev; do mount --rbind "/$place" "$root/$place"; done\n'

PRIVATE = ("unshare", "--mount", "--propagation", "private")
"""Before a command whose mounts nobody else sees, and which end with the last process in there."""


class Roots:
    """Roots of hosts.

    Args:
        shared: a folder of this machine that all of them see at its own path: keys, homes, logs.
        prepared: sh that makes ready what is in each root before its host begins.
        overlay: whether files may be laid over those of this machine. Where not, or where the kernel refuses it,
            the places in :data:`COPIED` are copies, and everything else is this machine's own.
    """

    def __init__(self, shared: Path, prepared: str = ":", overlay: bool = OVERLAY) -> None:
        self.shared = shared
        self.prepared = prepared
        self.overlay = overlay
        self._made = 0

    def place(self) -> Path:
        """Return a new, empty folder for a root."""
        self._made += 1
        own = self.shared / f"root-{self._made}"
        own.mkdir()
        return own

    def words(self) -> list[str]:
        """Return what stands before a command that is to run in a new root."""
        text = f"prepared={_quoted(self.prepared)}\n{MOUNT}{_DEVICES}{ENTER}"
        return [*PRIVATE, "sh", "-c", text, "sh", *self.given(self.place())]

    def given(self, own: Path) -> list[str]:
        """Return the arguments of :data:`MOUNT` for a root below a folder."""
        return [str(own), str(self.shared), "yes" if self.overlay else "no"]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


class RootedHost:
    """A server in a root of its own, and what this machine sees of that.

    Args:
        server: which runs in there.
    """

    def __init__(self, server: Sshd) -> None:
        self.server = server

    @property
    def root(self) -> Path:
        """Its root as this machine sees it, while it runs."""
        assert self.server.process is not None
        return Path(f"/proc/{self.server.process.pid}/root")

    def path(self, name: str) -> Path:
        """Return a file of its by the path that it has there."""
        return self.root / name.lstrip("/")

    def run(self, *words: str, check: bool = True) -> str:
        """Run a command there, past SSH, and return what it writes."""
        clean = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
        done = subprocess.run(
            ["chroot", str(self.root), *words], check=check, capture_output=True, text=True, stdin=subprocess.DEVNULL,
            env={**clean, "HOME": "/root"},
        )  # fmt: skip
        return done.stdout

    def version(self, package: str) -> str:
        """Return the version in which dpkg has a package there, empty where it is not installed."""
        form = "${db:Status-Status} ${Version}"
        status, _, version = self.run("dpkg-query", "-W", "-f", form, package, check=False).partition(" ")
        return version if status == "installed" else ""


def rooted(farm: SshdFarm, roots: Roots, names: list[str]) -> Mapping[str, RootedHost]:
    """Start one server a name, each in a root of its own; the farm ends them."""
    made = {}
    for name in names:
        server = farm.sshd(start=False)
        server.within = roots.words()
        try:
            server.start()
        except AssertionError as error:
            error.add_note((roots.shared / "roots.log").read_text()[-2000:])
            raise
        made[name] = RootedHost(server)
    return made
