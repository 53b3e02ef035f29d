"""The checks of what sshd offers to whoever asks: ciphers, hashes and key exchanges.

They go by what was offered from outside, since that is what counts; where nobody has asked yet, by what sshd itself
says that it would offer, or by a whole list in its files, such as that of Red Hat's crypto policy. Each sshd of a host
is judged: what a further one offers has it before its name, ``-f FILE ALGORITHM``, or ``port N ALGORITHM``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui_ops.model.facts import Field
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
from tui_ops.practices.security.checks.plain import BY_HAND, besides, listed, names, settled
from tui_ops.practices.security.checks.sshd import sshd_of
from tui_ops.practices.security.checks.sshdothers import OTHER, TOPIC, knows_others, others_of, unread_others
from tui_ops.practices.security.checks.sshdoutside import PORT, Told, told_of, which
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

BY_OFFER = "as offered from outside"
"""Who says what is offered, in words, where an sshd was asked itself."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """What one sshd offers of one kind."""

    who: str
    """``-f FILE`` or ``port N``; empty for the one that reads the usual file."""
    names: list[str]
    how: str
    """Who says so, in words."""

    def seen(self, weak: re.Pattern[str]) -> list[Seen]:
        """Return what is weak of it."""
        found = sorted({one for one in self.names if weak.fullmatch(one)})
        by_hand: Mapping[str, Field] = BY_HAND if self.who else {}
        return [
            Seen(
                f"{self.who} {one}".lstrip(), f"{which(self.who)} offers {one} ({self.how})",
                data={"algorithm": one, **by_hand},
            )
            for one in found
        ]  # fmt: skip


def bare(said: list[str]) -> list[str]:
    """Return the algorithms of a list that was offered or set: a few, in small letters, without marks of extensions."""
    return [one.strip().lower()[:NAME_LIMIT] for one in said[:ALGORITHMS_LIMIT] if one and not one.startswith(_MARKS)]


def _set(settings: Mapping[str, str], setting: str, is_effective: bool) -> list[str] | None:
    """Return a whole list that is set; None where what is offered depends on what this sshd was built with.

    Raises:
        NotJudgeable: it is too long.
    """
    said = settings.get(setting, "")
    # With a sign before it, the list takes from or adds to what this sshd was built with.
    if not is_effective and (not said or said.startswith(("+", "-", "^"))):
        return None
    if said.endswith("…"):
        raise NotJudgeable(f"the list of {setting} is too long to be read whole")
    return bare(said.split(","))


def _usual(scene: Scene, told: Told, outside: str, setting: str) -> list[_Offer]:
    """Return what the sshd offers that reads the usual file; nothing where only others run.

    Raises:
        NotReadable: nobody has asked from outside, sshd itself was not asked, and its files name no list.
        NotForThis: there is no sshd.
    """
    if offered := listed(told.usual, outside):
        return [_Offer("", bare(offered), BY_OFFER)]
    sshd = sshd_of(scene)
    if not sshd.is_there:
        return []
    said = _set(sshd.settings, setting, sshd.is_effective)
    if said is None:
        raise NotReadable("nobody has asked from outside yet, and sshd -T takes privilege", (TOPIC,))
    return [_Offer("", said, f"{sshd.how}; not asked from outside yet")]


def _others(scene: Scene, told: Told, outside: str, setting: str) -> tuple[list[_Offer], list[str], str]:
    """Return what further sshds offer, the beginnings of objects of those of which it is not known, and why not."""
    read = scene.reads.get(TOPIC)
    offers: list[_Offer] = []
    missing: list[str] = []
    need = unread_others(read) if read is not None and not knows_others(read) else ""
    if need:
        missing.append(OTHER)
    left = dict(told.others)
    for other in others_of(read):
        if offered := listed(left.pop(other.criteria, None), outside):
            offers.append(_Offer(other.criteria, bare(offered), BY_OFFER))
            continue
        said = _set(other.settings, setting, other.is_effective) if other.is_read else None
        if said is not None:
            offers.append(_Offer(other.criteria, said, f"{other.how}; not heard from outside"))
            continue
        missing.append(f"{other.criteria} ")
        unasked = f"nobody has asked {which(other.criteria)} from outside, and sshd -T takes privilege"
        need = need or other.missing or unasked
    offers += [_Offer(who, bare(listed(lists, outside)), BY_OFFER) for who, lists in left.items()]
    return offers, missing, need


def _weak(scene: Scene, outside: str, setting: str, weak: re.Pattern[str], what: str) -> tuple[Judgement, list[_Offer]]:
    told = told_of(scene)
    offers, missing, need = _others(scene, told, outside, setting)
    try:
        offers = [*_usual(scene, told, outside, setting), *offers]
    except NotReadable as error:
        if not any(one.seen(weak) for one in offers):
            raise
        # Of the usual one nothing is known: whatever was seen there stays.
        missing, need = ["", *missing], error.message
    if empty := next((one for one in offers if not one.names), None):
        raise NotJudgeable(f"{which(empty.who)} offers no {what} at all")
    seen = [found for one in offers for found in one.seen(weak)]
    well = f"{len(offers)} sshds, none of their {what} weak"
    if len(offers) == 1:
        well = f"{len(offers[0].names)} {what}, none of them weak ({offers[0].how})"
    judged = settled(well, f"sshd offers {names([one.object for one in seen])}", seen, missing, need, (TOPIC,))
    quiet = [*told.silent] if told.is_asked else [PORT]
    quiet += [OTHER] if scene.reads.get(TOPIC) is None else []
    return (besides(judged, quiet) if quiet else judged), offers


def _ciphers(scene: Scene) -> Judgement:
    return _weak(scene, "ciphers", "ciphers", WEAK_CIPHER, "ciphers")[0]


def _macs(scene: Scene) -> Judgement:
    return _weak(scene, "macs", "macs", WEAK_MAC, "codes of messages")[0]


def _exchanges(scene: Scene) -> Judgement:
    judged, offers = _weak(scene, "kex", "kexalgorithms", WEAK_KEX, "key exchanges")
    without = [which(one.who) for one in offers if not any(QUANTUM.fullmatch(name) for name in one.names)]
    if not without:
        return judged
    note = "none of them" if len(offers) == 1 else f"none of {names(without)}"
    return replace(judged, text=f"{judged.text}; {note} holds against a quantum computer")


_OTHER = "that sshd reads a file of its own, which whoever began it has to change"
"""Why what a further sshd offers is left to people: a drop-in is not read by it."""

MEDIUM = FindingSeverity.MEDIUM

CHECKS_OF_SSHD_CRYPTO: tuple[Check, ...] = (
    Check(
        "ssh-cipher", "sshd offers no weak cipher", (TOPIC,), _ciphers, MEDIUM,
        applies="hosts with sshd",
        controls=Controls(("5.1.6",), ("2.2.7",), ("AC-17(2)", "SC-13"), ("8.24",)),
        remedy=Remedy(
            "Take the old ciphers out of what sshd offers, after a look at who still connects by them.",
            drop_in(
                "ssh-cipher", "Ciphers -*-cbc*,3des*,arcfour*,blowfish*,cast128*,des-*", without=WEAK_CIPHER.pattern
            ),
            by_hand=_OTHER,
        ),
        root=True,
    ),
    Check(
        "ssh-mac", "sshd offers no weak code of messages", (TOPIC,), _macs, MEDIUM,
        applies="hosts with sshd",
        controls=Controls(("5.1.15",), ("2.2.7",), ("AC-17(2)",), ("8.24",)),
        remedy=Remedy(
            "Take MD5, SHA-1 and what is cut to 96 bits out of what sshd offers.",
            drop_in("ssh-mac", "MACs -hmac-md5*,hmac-sha1*,*-96*,hmac-ripemd*", without=WEAK_MAC.pattern),
            by_hand=_OTHER,
        ),
        root=True,
    ),
    Check(
        "ssh-kex", "sshd offers no weak key exchange", (TOPIC,), _exchanges, MEDIUM,
        applies="hosts with sshd",
        controls=Controls(("5.1.12",), ("2.2.7",), ("AC-17(2)",), ("8.24",)),
        remedy=Remedy(
            "Take the exchanges that hash with SHA-1 out of what sshd offers.",
            drop_in(
                "ssh-kex",
                "KexAlgorithms -diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,"
                "diffie-hellman-group-exchange-sha1",
                without=WEAK_KEX.pattern,
            ),
            by_hand=_OTHER,
        ),
        root=True,
    ),
)  # fmt: skip
"""In the order of the reference's table."""
