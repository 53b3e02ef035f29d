"""The topic ``modes``: mode, owner and group of the files that logins rest on.

Parts: ``state`` and ``boot`` (``stat`` of files of the system), ``homes`` (the same of files in homes, as root sees
them) and ``public`` (the public halves of sshd's keys, ``PATH:LINE``).

Items are named by their paths. Those of a host's keys have ``type`` and ``bits`` as well, those in homes the ``home``.
"""

import re

from tui_ops.collectors.facts.authkeys import parse_key
from tui_ops.collectors.facts.body import Items, Part, read_body, reading, split_path, text
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "modes", "modes of files"

FILES_LIMIT = 2_000
"""Files of one host that are kept: a server has thirty, and two more for each person."""

STAT = re.compile(rb"([0-7]{1,5}) ([0-9]{1,10}) ([0-9]{1,10}) ([a-z ]{1,40})/([^/]{1,64})/([^/]{1,64})(/.{1,1000})")
"""A line of ``stat`` as the sections ask for it: mode, numbers of owner and group, kind, their names, and the path."""

_IN_HOME = re.compile(r"(/root|/(?:home|var/lib)/[^/]+)/(?:\.(?:rhosts|shosts|netrc)|\.ssh/authorized_keys[^/]*)")


def parse_modes(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(FILES_LIMIT)
    for part in ("state", "boot", "homes"):
        for line in found.of(part):
            said = STAT.fullmatch(line)
            if said is None:
                continue
            path = text(said[7])
            in_home = _IN_HOME.fullmatch(path)
            if (part == "homes") is (in_home is not None):
                items.add(path, fields_of(said) | ({"home": in_home[1]} if in_home else {}))
    for line in found.of("public"):
        path, rest = split_path(line)
        key = parse_key(rest) if path else None
        private = items.found.get(path.removesuffix(".pub"))
        if key is not None and private is not None:
            private |= {"type": key["type"], "bits": key["bits"], "fingerprint": key["fingerprint"]}
    parts = {
        "state": Part(("/etc/", "/usr/", "/boot/")),
        "boot": Part(("/boot/",), "mode of the boot loader's file"),
        "public": Part((), fields=("type", "bits", "fingerprint")),
        "homes": Part(("/home/", "/root/", "/var/lib/"), "modes of files in homes"),
    }
    return reading(TOPIC, WHAT, found, items, parts)


def fields_of(said: re.Match[bytes]) -> Fields:
    """Return what :data:`STAT` has found."""
    return {
        "kind": text(said[4]).removeprefix("regular ").replace("empty file", "file"),
        "mode": f"{int(said[1], 8):04o}",
        "uid": int(said[2]),
        "gid": int(said[3]),
        "owner": text(said[5]),
        "group": text(said[6]),
    }
