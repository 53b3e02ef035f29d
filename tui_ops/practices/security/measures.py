"""What protects hosts, measure by measure: what it is, and whether it is well. Pure.

Whether it is well is what the checks say; what it is, and whether there is anything at all, is told by the same facts
that they look at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.facts import Fields
from tui_ops.model.security import CheckResult
from tui_ops.practices.security import reach
from tui_ops.practices.security.checks.asking import running
from tui_ops.practices.security.checks.base import CheckEnds, Scene
from tui_ops.practices.security.checks.firewall import keepers, keeping
from tui_ops.practices.security.checks.guards import BANNERS, CLAMAV, OTHERS
from tui_ops.practices.security.checks.logs import KEEPERS_OF_TIME, SHIPPERS
from tui_ops.practices.security.checks.plain import listed, number, starting, word

TOPICS = ("firewall", "protections", "unitfiles", "units", "sockets", "hardware")
"""What measures are told by."""


class Standing(StrEnum):
    """How a measure stands on a host."""

    OK = "ok"
    WARN = "warn"
    """It is there, and something of it is not well."""
    OFF = "off"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not needed"


ORDER = (Standing.OFF, Standing.WARN, Standing.UNKNOWN, Standing.OK, Standing.NOT_NEEDED)
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one host."""

    standing: Standing
    word: str
    """What it is, in a word or two: ``ufw``, ``ClamAV``; empty where that is not known or there is none."""
    texts: tuple[str, ...] = ()
    """What its checks say."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind of protection."""

    id: str
    title: str
    checks: tuple[str, ...]
    """The first decides whether it is on; the others, whether it is well."""
    tell: Callable[[Scene], str]
    """What it is, from facts; empty where there is none.

    Raises:
        CheckEnds: that is not known.
    """

    def word(self, scene: Scene) -> str | None:
        """Return what it is, by the facts of a host; empty where there is none, None where that is not known."""
        try:
            return self.tell(scene)
        except CheckEnds:
            return None


IN_PART = "in part"
"""Of disks of which some are encrypted, and others are not."""


def measured(measure: Measure, what: str | None, said: Mapping[str, tuple[CheckResult, str]]) -> Measured:
    """Return how a measure stands on a host.

    Args:
        measure: which.
        what: what it is, by :meth:`Measure.word`.
        said: check to what it says, and its text.
    """
    results = [said[check] for check in measure.checks if check in said]
    standing, word = _standing(results, what == ""), what or ""
    if measure.id == "disks" and word and standing is Standing.WARN:
        word = IN_PART
    return Measured(standing, word, tuple(text for _, text in results))


def _standing(results: list[tuple[CheckResult, str]], is_off: bool) -> Standing:
    found = [result for result, _ in results]
    if CheckResult.FAIL in found:
        return Standing.OFF if is_off else Standing.WARN
    if not found or found[0] in (CheckResult.UNKNOWN, CheckResult.ERROR, CheckResult.STALE):
        return Standing.UNKNOWN
    if all(result is CheckResult.NOT_APPLICABLE for result in found):
        return Standing.NOT_NEEDED
    # Part of it could not be looked at: what could be is well.
    return Standing.UNKNOWN if CheckResult.UNKNOWN in found else Standing.OK


# --- what each is -----------------------------------------------------------------------------------------------------


def _firewall(scene: Scene) -> str:
    return "+".join(keeping(scene))


def _virus(scene: Scene) -> str:
    if running(scene, CLAMAV):
        return "ClamAV"
    return ", ".join(dict.fromkeys(OTHERS[one] for one in running(scene, OTHERS)))


def _bans(scene: Scene) -> str:
    jails = listed(scene.read("protections").items.get("fail2ban"), "jails")
    if jails:
        return f"fail2ban {len(jails)}"
    return ", ".join(running(scene, ("fail2ban", *BANNERS)))


def _audit(scene: Scene) -> str:
    read = scene.read("protections")
    read.looked("audit")
    fields = read.items.get("audit")
    if fields is None or not fields.get("running"):
        return ""
    rules = number(read.items.get("rules of audit"), "count")
    return f"{rules} rules" if rules is not None else "auditd"


def _integrity(scene: Scene) -> str:
    agents = running(scene, ("wazuh-agent", "ossec-hids", "samhain"))
    if agents:
        return agents[0]
    names = scene.read("protections").items
    for start, what in (("guard /var/lib/aide/aide.db", "AIDE"), ("guard /var/lib/tripwire/", "Tripwire")):
        if any(name.startswith(start) for name in names):
            return what
    scene.read("protections").looked("guard /var/lib/aide/aide.db")
    return ""


def _access(scene: Scene) -> str:
    items = scene.read("protections").items
    mode = word(items.get("selinux"), "mode")
    if mode in ("enforcing", "permissive"):
        return f"SELinux {mode}"
    armor = items.get("apparmor")
    if armor is None or armor.get("enabled") is not True:
        return ""
    enforced = number(armor, "enforced")
    return f"AppArmor {enforced}" if enforced is not None else "AppArmor"


def _disks(scene: Scene) -> str:
    disks = list(starting(scene.read("protections"), "disk "))
    if not disks:
        scene.read("protections").looked("disk ")
    return "encrypted" if any(word(fields, "kind") == "crypt" for _, fields in disks) else ""


def _time(scene: Scene) -> str:
    return ", ".join(name for name, services in KEEPERS_OF_TIME.items() if running(scene, services))


def _logging(scene: Scene) -> str:
    targets = [name for name, _ in starting(scene.read("protections"), "sends ")]
    if targets:
        return f"to {targets[0].rpartition(' ')[2]}" + (f" +{len(targets) - 1}" if len(targets) > 1 else "")
    return ", ".join(running(scene, SHIPPERS))


MEASURES: tuple[Measure, ...] = (
    Measure("firewall", "Firewall", ("fw-active", "fw-deny", "fw-one"), _firewall),
    Measure("antivirus", "Antivirus", ("av-on",), _virus),
    Measure("banning", "Banning", ("ban-on",), _bans),
    Measure("audit", "Audit", ("aud-on", "aud-identity"), _audit),
    Measure("integrity", "Integrity", ("fim-on",), _integrity),
    Measure("access", "Access control", ("mac-on",), _access),
    Measure("disks", "Disks", ("disk-crypt",), _disks),
    Measure("time", "Time", ("time-sync",), _time),
    Measure("logging", "Logs off the host", ("log-remote", "log-local"), _logging),
)
"""In the order in which they are shown."""

CHECKS_OF_MEASURES = frozenset(check for one in MEASURES for check in one.checks)


@dataclass(frozen=True, slots=True)
class Filtering:
    """The packet filter of a host, piece by piece."""

    which: tuple[tuple[str, bool, bool], ...]
    """What keeps rules: its name, whether it starts with the host, whether it runs."""
    default_four: str
    """``denied``, ``let in`` or ``not known``: what no rule is about, of IPv4 …"""
    default_six: str
    """… and of IPv6."""
    rules: int
    """Of chains through which packets for the host go."""
    listeners: tuple[tuple[str, str, bool], ...]
    """Each socket that others may ask, who may reach it, and whether a rule names its port."""


def filtering(scene: Scene) -> Filtering | None:
    """Return the packet filter of a host in its pieces; None where its rules could not be read."""
    firewall, sockets = scene.reads.get("firewall"), scene.reads.get("sockets")
    if firewall is None or firewall.unread:
        return None
    try:
        which = tuple((name, starts, runs) for name, (starts, runs) in keepers(scene).items())
    except CheckEnds:
        which = ()
    reached = reach.verdicts(firewall.items, sockets.items) if sockets is not None else {}
    return Filtering(
        which, _default(firewall.items, False), _default(firewall.items, True),
        sum(len(entry.rules) for entry in reach.filters(firewall.items)),
        tuple((name, one.text(), one.named) for name, one in reached.items()),
    )  # fmt: skip


def _default(items: Mapping[str, Fields], is_six: bool) -> str:
    found = reach.default(items, is_six)
    if not found.is_known:
        return "not known"
    return "let in" if found.everywhere else "denied"
