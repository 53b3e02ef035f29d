"""The check of homes: who may look into them, and that no file in them lets others in."""

import re
from collections.abc import Mapping

from tui_ops.model.facts import Field
from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.accountsread import (
    ACCOUNTS,
    DIRECTORIES,
    NO_DIRECTORIES,
    PASSWD,
    accounts_of,
    directories,
    why_directories,
)
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, NotReadable, Remedy, Scene
from tui_ops.practices.security.checks.fileplans import EQUIV_FILES, HOME, PLAIN_HOME, equiv
from tui_ops.practices.security.checks.plain import BY_HAND, mode_of, names, number, settled, takes

MODES = "modes"

HOME_OPEN = 0o027
"""Bits that a home must not have: anything for others, writing for the group."""

TRUST_FILES = (".rhosts", ".shosts", ".netrc")
"""Files in a home that let somebody in from elsewhere, or hold passwords for elsewhere."""


def _is_looked_at(home: str) -> bool:
    """Return whether a home would have been looked at if it were there: root's, and what lies right in /home."""
    return not home.startswith("/") or home == "/root" or home.rpartition("/")[0] == "/home"


def _homes(scene: Scene) -> Judgement:
    read, modes = scene.read(ACCOUNTS), scene.read(MODES)
    if "home_mode" in read.unread_fields:
        raise NotReadable("the homes were not looked at")
    seen, homes, elsewhere = [], 0, []
    for one in accounts_of(read):
        mode, owner = mode_of(one.fields, "home_mode"), number(one.fields, "home_uid")
        if one.may_log_in and mode is None and not _is_looked_at(str(one.fields.get("home") or "")):
            elsewhere.append(str(one.fields.get("home")))
        if not one.may_log_in or mode is None:
            continue
        homes += 1
        home = str(one.fields.get("home") or "")
        data = {"path": home, "account": one.name}
        if owner != one.uid:
            text = f"the home of {one.item} belongs to the number {owner}, not to {one.uid}"
            seen.append(Seen(home, text, FindingSeverity.HIGH, data={**data, **BY_HAND}))
        elif mode & HOME_OPEN:
            severity = FindingSeverity.HIGH if mode & 0o002 else None
            text = f"others may look into the home of {one.item}, or write to it: mode {mode:04o}"
            by_hand: Mapping[str, Field] = {} if re.fullmatch(PLAIN_HOME, home) else BY_HAND
            seen.append(Seen(home, text, severity, data={**data, "was": f"{mode:04o}", **by_hand}))
    for path in sorted(modes.items):
        if path in EQUIV_FILES or path.rpartition("/")[2] in TRUST_FILES:
            is_trust = not path.endswith("/.netrc")
            what = "lets in whom it names, without a key" if is_trust else "holds passwords for other hosts"
            severity = FindingSeverity.HIGH if is_trust else None
            seen.append(Seen(path, f"{path} {what}", severity, data={"path": path, **BY_HAND}))
    # The same home of two accounts is one finding.
    seen = list({one.object: one for one in seen}.values())
    unread = [one for one in modes.unread if one == "" or one.startswith(("/home", "/root", "/var"))]
    strangers = directories(read, scene, PASSWD)
    need = takes(modes) if unread else f"homes that are not looked at: {names(sorted(set(elsewhere)))}"
    need = need if unread or elsewhere else why_directories(strangers)
    unread += [*elsewhere, *strangers]
    wrong = f"{len(seen)} homes or files in them are open"
    return settled(f"{homes} homes, closed, and no file of trust", wrong, seen, unread, need, (MODES,))


CHECKS_OF_HOMES: tuple[Check, ...] = (
    Check(
        "home-perm", "homes are closed, and hold no file that lets others in", (ACCOUNTS, MODES), _homes,
        FindingSeverity.MEDIUM,
        controls=Controls(("7.2.9", "7.2.10"), (), ("IA-5(h)", "CM-7"), ("5.17",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy(
            "Close a home with chmod 0750; ask the owner of a .rhosts or .netrc what it is for, then remove it.",
            HOME,
            lambda seen: {"path": str(seen.data.get("path", ""))},
            by_hand="what lies in a home is its owner's: ask him, who may need it",
            choose=equiv,
        ),
        root=True,
    ),
)  # fmt: skip
