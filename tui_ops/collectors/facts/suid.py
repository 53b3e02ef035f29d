"""The topic ``suid``: files that lend their owner's or group's rights, that everybody may write to, or that belong to
nobody.

Parts: ``file`` (``KIND MODE OWNER:UID GROUP:GID PATH``, for root; ``//DEVICE/INODE`` where a name would break the line)
and ``owned`` (paths that a package brought; of rpm ``all``, then ``not PATH`` for the others).
"""

import re

from tui_ops.collectors.facts.body import Items, Part, read_body, reading, text
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "suid", "files with rights of others"

FILES_LIMIT = 2_000
"""Files of one host that are kept: an ordinary one has forty; where a backup was unpacked, thousands are nobody's."""

OWNED_LIMIT = 300
"""Files whose package the host is asked for."""

_FILE = re.compile(
    r"([fdpscbD]) ([0-7]{1,4}) ([^\s:]{1,64}):([0-9]{1,10}) ([^\s:]{1,64}):([0-9]{1,10}) (/.*)", re.ASCII
)
_NAMELESS = re.compile(r"//([0-9]{1,20})/([0-9]{1,20})", re.ASCII)
_NUMBER = re.compile(r"[0-9]+")


def parse_suid(body: bytes) -> FactReading:
    """Read one run of the topic.

    Returns:
        ``suid PATH``, ``writable PATH`` and ``unowned PATH``; a file may be all three.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(FILES_LIMIT)
    owned, unowned, is_negative = set(), set(), False
    for line in found.of("owned"):
        said = text(line)
        if said == "all":
            is_negative = True
        elif said.startswith("not "):
            unowned.add(said.removeprefix("not "))
        else:
            owned |= {said, f"/usr{said}"}
    asked = 0
    for line in found.of("file"):
        told = _FILE.fullmatch(text(line, 1_000))
        if not told:
            continue
        kind, mode, path = told[1], int(told[2], 8), told[7]
        if nameless := _NAMELESS.fullmatch(path):
            path = f"(inode {nameless[2]} of device {nameless[1]}, whose name has control signs)"
        fields: Fields = {"mode": f"{mode:04o}", "owner": told[3], "group": told[5]}
        if kind == "f" and mode & 0o6000:
            asked += 1
            entry = dict(fields)
            if nameless:
                entry["packaged"] = False  # No package brings such a name.
            elif asked <= OWNED_LIMIT and found.is_whole("owned"):
                entry["packaged"] = path not in unowned if is_negative else path in owned
            items.add(f"suid {path}", entry)
        if mode & 0o002 and kind in ("f", "d") and not (kind == "d" and mode & 0o1000):
            items.add(f"writable {path}", fields | {"kind": "folder" if kind == "d" else "file"})
        # Whom nobody knows is told by the number alone.
        if _NUMBER.fullmatch(told[3]) or _NUMBER.fullmatch(told[5]):
            items.add(f"unowned {path}", fields)
    parts = {"file": Part(need="files with rights of others"), "owned": Part(unread=(), fields=("packaged",))}
    return reading(TOPIC, WHAT, found, items, parts)
