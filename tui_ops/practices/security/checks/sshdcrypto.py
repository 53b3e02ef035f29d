"""The checks of what sshd offers to whoever asks: ciphers, hashes and key exchanges.

They go by what was offered from outside, since that is what counts; where nobody has asked yet, by what sshd itself
says that it would offer, or by a whole list in its files, such as that of Red Hat's crypto policy.
"""

import re

from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotJudgeable,
    NotReadable,
    Remedy,
    Scene,
)
from tui_ops.practices.security.checks.plain import known_mapping, listed, names, settled
from tui_ops.practices.security.checks.sshd import TOPIC, sshd_of
from tui_ops.practices.security.checks.sshdplans import drop_in

ALGORITHMS_LIMIT = 200
"""Algorithms of one list that are looked at: OpenSSH knows some twenty of each."""

NAME_LIMIT = 80
"""Characters of one's name: the longest of OpenSSH has 44."""

WEAK_CIPHER = re.compile(r".*-cbc(@.*)?|3des.*|arcfour.*|blowfish.*|cast128.*|des-.*|none")
"""Chained blocks, and what is older still."""

WEAK_MAC = re.compile(r"hmac-md5.*|hmac-sha1.*|.*-96(-.*|@.*)?|hmac-ripemd.*|none")
"""MD5, SHA-1, and what is cut to 96 bits."""

WEAK_KEX = re.compile(r"diffie-hellman-group1-sha1|diffie-hellman-group14-sha1|diffie-hellman-group-exchange-sha1"
                      r"|rsa1024-sha1|gss-.*-sha1-.*")  # fmt: skip
"""What hashes with SHA-1, or is of 1,024 bits."""

QUANTUM = re.compile(r"sntrup761x25519.*|mlkem768x25519.*|mlkem768nistp256.*|mlkem1024nistp384.*")
"""Exchanges that a quantum computer could not undo later."""

_MARKS = ("ext-info-", "kex-strict-")
"""What stands in a list of key exchanges and is none."""


def _offered(scene: Scene, outside: str, setting: str) -> tuple[list[str], str]:
    """Return what is offered, and who says so.

    Raises:
        NotReadable: nobody has asked from outside, sshd itself was not asked, and its files name no list.
        NotForThis: there is no sshd.
    """
    told = listed(known_mapping(scene, "outside.ssh"), outside)
    how = "as offered from outside"
    if not told:
        sshd = sshd_of(scene)
        said = sshd.settings.get(setting, "")
        # With a sign before it, the list takes from or adds to what this sshd was built with.
        if not sshd.is_effective and (not said or said.startswith(("+", "-", "^"))):
            raise NotReadable("nobody has asked from outside yet, and sshd -T takes privilege", (TOPIC,))
        if said.endswith("…"):
            raise NotJudgeable(f"the list of {setting} is too long to be read whole")
        told, how = said.split(","), f"{sshd.how}; not asked from outside yet"
    return [
        one.strip().lower()[:NAME_LIMIT] for one in told[:ALGORITHMS_LIMIT] if one and not one.startswith(_MARKS)
    ], how


def _weak(scene: Scene, outside: str, setting: str, weak: re.Pattern[str], what: str) -> tuple[Judgement, list[str]]:
    offered, how = _offered(scene, outside, setting)
    if not offered:
        raise NotJudgeable(f"sshd offers no {what} at all")
    found = sorted({one for one in offered if weak.fullmatch(one)})
    seen = [Seen(one, f"sshd offers {one} ({how})", data={"algorithm": one}) for one in found]
    well = f"{len(offered)} {what}, none of them weak ({how})"
    return settled(well, f"sshd offers {names(found)}", seen), offered


def _ciphers(scene: Scene) -> Judgement:
    return _weak(scene, "ciphers", "ciphers", WEAK_CIPHER, "ciphers")[0]


def _macs(scene: Scene) -> Judgement:
    return _weak(scene, "macs", "macs", WEAK_MAC, "codes of messages")[0]


def _exchanges(scene: Scene) -> Judgement:
    judged, offered = _weak(scene, "kex", "kexalgorithms", WEAK_KEX, "key exchanges")
    if any(QUANTUM.fullmatch(one) for one in offered):
        return judged
    note = "; none of them holds against a quantum computer"
    return Judgement(judged.result, judged.text + note, judged.seen, judged.unread, judged.needs)


MEDIUM = FindingSeverity.MEDIUM

CHECKS_OF_SSHD_CRYPTO: tuple[Check, ...] = (
    Check(
        "ssh-cipher", "sshd offers no weak cipher", (TOPIC,), _ciphers, MEDIUM,
        controls=Controls(("5.1.6",), ("2.2.7",), ("AC-17(2)", "SC-13"), ("8.24",)),
        remedy=Remedy(
            "Take the old ciphers out of what sshd offers, after a look at who still connects by them.",
            drop_in("ssh-cipher", "Ciphers -*-cbc,3des-cbc,arcfour*,blowfish-cbc,cast128-cbc"),
        ),
        root=True,
    ),
    Check(
        "ssh-mac", "sshd offers no weak code of messages", (TOPIC,), _macs, MEDIUM,
        controls=Controls(("5.1.15",), ("2.2.7",), ("AC-17(2)",), ("8.24",)),
        remedy=Remedy(
            "Take MD5, SHA-1 and what is cut to 96 bits out of what sshd offers.",
            drop_in("ssh-mac", "MACs -hmac-md5*,hmac-sha1*,*-96*,hmac-ripemd160*"),
        ),
        root=True,
    ),
    Check(
        "ssh-kex", "sshd offers no weak key exchange", (TOPIC,), _exchanges, MEDIUM,
        controls=Controls(("5.1.12",), ("2.2.7",), ("AC-17(2)",), ("8.24",)),
        remedy=Remedy(
            "Take the exchanges that hash with SHA-1 out of what sshd offers.",
            drop_in(
                "ssh-kex",
                "KexAlgorithms -diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,"
                "diffie-hellman-group-exchange-sha1",
            ),
        ),
        root=True,
    ),
)  # fmt: skip
"""In the order of the reference's table."""
