"""The checks of sessions: that an idle shell ends, and that new files are not everybody's."""

import re

from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, Read, Remedy, Scene
from tui_ops.practices.security.checks.logindefs import LOGIN_DEFS, login_defs
from tui_ops.practices.security.checks.pam import rules_of
from tui_ops.practices.security.checks.plain import BY_HAND, listed, settled, starting, word

POLICY = "authpolicy"

WANTED_UMASK = 0o027
"""Bits that a umask has to take away: all from others, and writing from the group."""

SESSION_STACKS = ("common-session", "system-auth", "password-auth")

_TMOUT = re.compile(r"(?<![\w$#{])TMOUT=[\"']?(-?[0-9]{1,9})(?![0-9])", re.ASCII)
_UMASK = re.compile(r"(?:^|[;&|({]|\s)umask\s+(?:-S\s+)?([0-7]{1,4}|[ugoa]*=[ugoarwx,=]*)(?![\w=])", re.ASCII)
_PART = re.compile(r"([ugoa]*)=([rwx]*)", re.ASCII)
_RIGHTS = {"r": 4, "w": 2, "x": 1}
_SHIFTS = {"u": 6, "g": 3, "o": 0}


def _code(line: str) -> str:
    """Return a line of a shell's file without what is a comment."""
    return re.sub(r"(?:^|\s)#.*", "", line)


def _timeout(scene: Scene) -> Judgement:
    read = scene.read(POLICY)
    read.looked("profile /etc/profile")
    most = int(scene.number("tmout_s"))
    found, seen = [], []
    for path, fields in starting(read, "profile "):
        for line in listed(fields, "lines"):
            for said in _TMOUT.findall(_code(line)):
                seconds = int(said)
                found.append(seconds)
                if not 0 < seconds <= most:
                    seen.append(Seen(path, f"{path} sets TMOUT to {seconds}, not to 1 to {most} s", data=BY_HAND))
    if not found:
        seen.append(Seen("", "an idle shell stays open for ever: TMOUT is set nowhere", data={"seconds": most}))
    seen = list({one.object: one for one in seen}.values())
    return settled(f"an idle shell ends after {max(found, default=0)} s", seen[0].text if seen else "", seen)


def _umask(scene: Scene) -> Judgement:
    read = scene.read(POLICY)
    read.looked("profile /etc/profile")
    read.looked("defs UMASK")
    said = [*_umasks(read)]
    seen = {}
    for place, spelt in said:
        mask = umask_of(spelt)
        if mask is None or mask & WANTED_UMASK != WANTED_UMASK:
            text = f"{place} sets the umask to {spelt}: others may read, or the group may write, what is made new"
            seen[place] = Seen(place, text, data={} if place == LOGIN_DEFS else BY_HAND)
    if not said:
        seen[""] = Seen("", "no umask is set for logins, so that everybody may read what is made new")
    wrong = next(iter(seen.values())).text if len(seen) == 1 else f"{len(seen)} places set a loose umask"
    places = ", ".join(dict.fromkeys(f"{spelt} in {place}" for place, spelt in said))
    return settled(f"umask {places}", wrong, list(seen.values()))


def _umasks(read: Read) -> list[tuple[str, str]]:
    """Return where a umask is set, and to what."""
    found = []
    written = word(read.items.get("defs UMASK"), "value")
    if written:
        found.append((LOGIN_DEFS, written))
    for stack in SESSION_STACKS:
        for rule in rules_of(read, stack) or ():
            if rule.module == "pam_umask.so" and rule.argument("umask"):
                found.append((f"pam {stack}", rule.argument("umask") or ""))
    for path, fields in starting(read, "profile "):
        for line in listed(fields, "lines"):
            found += [(path, spelt) for spelt in _UMASK.findall(_code(line))]
    return found


def umask_of(spelt: str) -> int | None:
    """Return a umask as a number: ``027``, ``0027`` or ``u=rwx,g=rx,o=``; None where it is neither."""
    if re.fullmatch(r"[0-7]{1,4}", spelt, re.ASCII):
        return int(spelt, 8) & 0o777
    mask = 0
    for part in spelt.split(","):
        said = _PART.fullmatch(part)
        if said is None:
            return None
        bits = 7 & ~sum(_RIGHTS[sign] for sign in set(said[2]))
        for who in "ugo" if not said[1] or "a" in said[1] else set(said[1]):
            mask |= bits << _SHIFTS[who]
    return mask


_TMOUT_PLAN = """\
parameters:
  seconds: {type: number, least: 60, most: 86400}
steps:
  - file:
      path: /etc/profile.d/tui-ops-tmout.sh
      mode: "0644"
      template: yes
      content: |
        TMOUT={{seconds}}
        readonly TMOUT
        export TMOUT
    become: yes
post:
  - check: {file: /etc/profile.d/tui-ops-tmout.sh, contains: "TMOUT={{seconds}}"}
    become: yes
"""

CHECKS_OF_SESSIONS: tuple[Check, ...] = (
    Check(
        "sess-tmout", "an idle shell ends by itself", (POLICY,), _timeout, FindingSeverity.LOW,
        controls=Controls(("5.4.3.2",), ("8.6.1",), ("AC-12", "SC-10"), ("8.5",)),
        remedy=Remedy(
            "Set TMOUT for all shells in a file of /etc/profile.d, and take other settings of it away.",
            _TMOUT_PLAN,
            lambda seen: {"seconds": str(seen.data.get("seconds", ""))},
            by_hand="that file is somebody's, with more in it than this",
        ),
        parameters={"tmout_s": 900},
    ),
    Check(
        "sess-umask", "what is made new is not everybody's", (POLICY,), _umask, FindingSeverity.LOW,
        controls=Controls(("5.4.3.3",), ("8.6.1",), ("AC-6(1)",), ("8.19",)),
        remedy=Remedy(
            "Set UMASK 027 in login.defs, and take looser ones out of the shells' files.", login_defs("UMASK", "027"),
            by_hand="that file is somebody's, with more in it than this",
        ),
    ),
)  # fmt: skip
"""In the order of the reference's table."""
