"""With which keys the sshds of a host show who they are to whoever asks from outside.

DSA is a finding wherever it is offered. RSA with SHA-1 is one where an sshd offers nothing better: beside a better one
only who knows none takes it, and nobody between the two can take the better one out of what both sign.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.base import Scene
from tui_ops.practices.security.checks.plain import BY_HAND, listed, names
from tui_ops.practices.security.checks.sshdcrypto import BY_OFFER, bare
from tui_ops.practices.security.checks.sshdothers import OTHER, TOPIC, knows_others, others_of
from tui_ops.practices.security.checks.sshdoutside import PORT, Told, told_of, which

LIST = "host_keys"
"""The name of the list among what was said from outside."""

DSA = re.compile(r"(ssh|x509v3-ssh|x509v3-sign|spki-sign|pgp-sign)-dss(-.*)?")
"""Keys of DSA, which have 1,024 bits and sign with SHA-1."""

RSA_SHA1 = re.compile(r"ssh-rsa(-cert-v0[01]@openssh\.com)?|(x509v3-ssh|x509v3-sign|spki-sign|pgp-sign)-rsa(-sha1)?")
"""RSA that signs with SHA-1; with SHA-2 the same keys are offered as ``rsa-sha2-256`` and ``rsa-sha2-512``."""

OF_USUAL = ("ssh-", "x509v3-", "spki-", "pgp-")
"""How the objects begin of what the sshd offers that reads the usual file: its algorithms are all that is in them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was offered, as far as it was heard."""

    answers: bool
    """Whether anybody was asked who answered, or was silent: then there is an sshd, wherever its keys lie."""
    well: str
    """One line where none of it is weak; empty where nobody was heard."""
    wrong: str
    """One line where something is; empty where nothing is."""
    seen: tuple[Seen, ...]
    quiet: tuple[str, ...]
    """Beginnings of objects of those who were not heard: what was seen of them stays."""


def shown_keys(scene: Scene) -> Shown:
    """Return with which keys the sshds of a host show who they are."""
    told = told_of(scene)
    offers = {who: offered for who, offered in _lists(told).items() if offered}
    seen = [found for who, offered in offers.items() for found in _weak(who, offered)]
    kinds = len({one for offered in offers.values() for one in offered})
    well = f"{kinds} kinds of keys offered, none of them weak" if offers else ""
    wrong = f"sshd offers {names([one.object for one in seen])}" if seen else ""
    return Shown(told.is_asked, well, wrong, tuple(seen), tuple(_quiet(scene, told, offers)))


def _lists(told: Told) -> dict[str, list[str]]:
    asked = {"": told.usual, **told.others}
    return {who: bare(listed(lists, LIST)) for who, lists in asked.items()}


def _weak(who: str, offered: Sequence[str]) -> list[Seen]:
    old = sorted({one for one in offered if DSA.fullmatch(one)})
    found = [_seen(who, one, "a key of DSA, which nobody should trust any more", None) for one in old]
    hashed = sorted({one for one in offered if RSA_SHA1.fullmatch(one)})
    if len(old) + len(hashed) == len(set(offered)):
        text = "which signs with SHA-1, and nothing better"
        found += [_seen(who, one, text, FindingSeverity.MEDIUM) for one in hashed]
    return found


def _seen(who: str, algorithm: str, text: str, severity: FindingSeverity | None) -> Seen:
    return Seen(
        f"{who} {algorithm}".lstrip(), f"{which(who)} offers {algorithm}, {text} ({BY_OFFER})", severity,
        data={"algorithm": algorithm, "parts": ["strength"], **BY_HAND},
    )  # fmt: skip


def _quiet(scene: Scene, told: Told, offers: dict[str, list[str]]) -> list[str]:
    read = scene.reads.get(TOPIC)
    found = [*told.silent] if told.is_asked else [PORT]
    found += [] if "" in offers else OF_USUAL
    found += [f"{who} " for who in told.others if who not in offers]
    found += [f"{other.criteria} " for other in others_of(read) if other.criteria not in offers]
    return [*found, OTHER] if read is None or not knows_others(read) else found
