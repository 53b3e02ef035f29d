"""A host of the demo as a small root folder: what the probe reads, and the few commands it runs."""

import os
import shutil
from pathlib import Path

from tui_ops.demo.proc import changing_files, standing_files
from tui_ops.demo.worlds import HostWorld

_DF = """\
#!/bin/sh
# Prints the rows of the mountpoints asked for, as df -Pk and df -Pi do.
root=${0%/bin/df}
table=blocks head='Filesystem 1024-blocks Used Available Capacity Mounted on'
options=yes asked=''
for word do
    case $options$word in
    yes--) options=no ;;
    yes-*i*) table=inodes head='Filesystem Inodes IUsed IFree IUse% Mounted on' ;;
    yes-*) ;;
    *) asked="$asked $word " ;;
    esac
done
echo "$head"
while read -r device size used left percent mount; do
    case $asked in
    '' | *" $mount "*) echo "$device $size $used $left $percent $mount" ;;
    esac
done <"$root/table/$table"
"""

_UNAME = """\
#!/bin/sh
# Prints what is asked for in the order of uname: name, node, release, machine.
said=''
case ${1:--s} in *[sa]*) said="$said @KIND@" ;; esac
case ${1-} in *[na]*) said="$said @NODE@" ;; esac
case ${1-} in *[ra]*) said="$said @RELEASE@" ;; esac
case ${1-} in *[ma]*) said="$said @MACHINE@" ;; esac
echo "${said# }"
"""

_HOSTNAME = "#!/bin/sh\necho @NODE@\n"

MACHINE = "x86_64"
"""What every host of the demo is."""


class HostTree:
    """The root folder of one host.

    Args:
        root: where it is made; it must not exist yet.
        epoch: epoch seconds at which the story began.
    """

    def __init__(self, root: Path, epoch: float) -> None:
        self.root = root
        self._epoch = epoch
        self._written: dict[str, str] = {}

    def build(self, world: HostWorld) -> None:
        """Make the folder with everything in it."""
        self.root.mkdir(parents=True, mode=0o700)
        for path, text in standing_files(world).items():
            self._write(path, text)
        words = {"KIND": "Linux", "NODE": world.host.name, "RELEASE": world.host.role.system.kernel, "MACHINE": MACHINE}
        for name, text in (("df", _DF), ("uname", _UNAME), ("hostname", _HOSTNAME)):
            for word, value in words.items():
                text = text.replace(f"@{word}@", value)
            self._write(f"bin/{name}", text, 0o700)
        (self.root / "root").mkdir()
        self.refresh(world)

    def refresh(self, world: HostWorld) -> None:
        """Write what has changed. A reader sees each file as it was or as it is, never half of it."""
        for path, text in changing_files(world, self._epoch).items():
            if self._written.get(path) != text:
                self._write(path, text)
                self._written[path] = text

    def _write(self, path: str, text: str, mode: int = 0o600) -> None:
        target = self.root / path
        fresh = target.with_name(f".{target.name}.new")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        try:
            opened = os.open(fresh, flags, mode)
        except FileNotFoundError:
            target.parent.mkdir(parents=True)
            opened = os.open(fresh, flags, mode)
        with os.fdopen(opened, "w") as file:
            file.write(text)
        fresh.replace(target)

    def remove(self) -> None:
        """Remove the folder; a file that appears meanwhile does not matter."""
        shutil.rmtree(self.root, ignore_errors=True)
