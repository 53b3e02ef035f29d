"""The topic ``mounts``: what is mounted where, and what fstab says of it.

Parts: ``mount`` (lines of /proc/self/mountinfo; the probe leaves out the kernel's own filesystems and the layers of
containers) and ``fstab`` (``PATH:LINE``).
"""

import re

from tui_ops.collectors.commands import without_secrets
from tui_ops.collectors.facts.body import Items, Part, read_body, reading, split_path, text, texts
from tui_ops.model.facts import FactReading

TOPIC, WHAT = "mounts", "mounts"

MOUNTS_LIMIT = 500
"""Mounts of one host that are kept: a node of Kubernetes has some hundred beside those that are noise."""

NOISE_PLACES = ("/run/", "/var/lib/docker/", "/var/lib/containers/", "/var/lib/kubelet/", "/var/snap/", "/snap/",
                "/proc/", "/sys/", "/dev/")  # fmt: skip
"""Below these, mounts come and go with logins, containers and packages: declared noise."""

SHARED_MEMORY = "/dev/shm"
"""The one place below ``/dev`` where everybody may write: how it is mounted is a matter of security."""

_ESCAPE = re.compile(rb"\\([0-7]{3})")
_VOLATILE = re.compile(r"(?:size|nr_inodes|inode64|mountaddr|clientaddr|addr|fd|pipe_ino)(?:=.*)?", re.ASCII)
"""Options that the kernel or the network chooses anew each time."""


def parse_mounts(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(MOUNTS_LIMIT)
    for line in found.of("mount"):
        _note_mount(line, items)
    for line in found.of("fstab"):
        _note_fstab(split_path(line)[1].split(None, 5), items)
    return reading(TOPIC, WHAT, found, items, {"mount": Part(("/",)), "fstab": Part(("fstab ",), "fstab")})


def _note_mount(line: bytes, items: Items) -> None:
    before, dash, after = line.partition(b" - ")
    place, device = before.split(b" "), after.split(b" ")
    if not dash or len(place) < 6 or len(device) < 3:
        return
    target = text(_plain(place[4]))
    if (target != SHARED_MEMORY and f"{target}/".startswith(NOISE_PLACES)) or not items.has_room(target):
        return
    options = f"{text(place[5])},{text(device[2])}".split(",")
    if "ro" in options:
        # One of the two says so, the mount or its filesystem.
        options = [option for option in options if option != "rw"]
    part = text(_plain(place[3]))
    items.add_another(
        target,
        {
            "source": text(_plain(device[1])),
            "fstype": text(device[0]),
            # Of a bind mount: which folder of its source.
            "root": "" if part == "/" else part,
            "options": _options(options),
        },
    )


def _note_fstab(fields: list[bytes], items: Items) -> None:
    if len(fields) < 4 or fields[0].startswith(b"#"):
        return
    source, target = text(_plain(fields[0])), text(_plain(fields[1]))
    name = f"fstab {source if target in ('none', 'swap') else target}"
    if items.has_room(name):
        options = _options(text(fields[3]).split(","))
        items.add_another(name, {"source": source, "fstype": text(fields[2]), "options": options})


def _plain(word: bytes) -> bytes:
    """Undo the kernel's spelling of blanks: ``\\040``."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 8) % 256]), word)


def _options(options: list[str]) -> list[str]:
    return texts([without_secrets(option) for option in options if option and not _VOLATILE.fullmatch(option)])
