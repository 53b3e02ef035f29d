"""The checks of updates: that none for security wait, that they come by themselves, from sources that sign, and that
what was mended is what runs.
"""

import re

from tui_ops.model.facts import Fields
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.asking import host_age_s, installed, is_enabled, span
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotReadable,
    Read,
    Remedy,
    Scene,
    failed,
    passed,
)
from tui_ops.practices.security.checks.kernel import is_container
from tui_ops.practices.security.checks.plain import besides, flag, listed, names, number, settled, starting, takes, word
from tui_ops.practices.security.checks.serviceplans import restart
from tui_ops.practices.security.checks.upkeepplans import REBOOT, SECURITY, UNATTENDED, signed

HOUR_S, DAY_S = 3_600.0, 86_400.0

DNF_TIMERS = ("dnf-automatic.timer", "dnf-automatic-install.timer", "dnf5-automatic.timer", "yum-cron")
OTHER_TIMERS = ("transactional-update.timer", "os-update.timer")

APT_STAMPS = ("upgrade-stamp", "unattended-upgrades-stamp")
"""What is written anew when updates were installed by themselves; others tell that they were only fetched."""

UNSAFE_SETTINGS = ("allowunauthenticated", "allowinsecurerepositories", "allowdowngradetoinsecurerepositories",
                   "allowweakrepositories")  # fmt: skip
"""Settings of apt by which it takes what nobody signed, or signed with what is broken."""

NEEDRESTART = "install needrestart there, and take its line for root: tui-ops doctor HOST --drop-in has it then"
"""What makes it known: no line of root reads the memory maps of others, and a program that is not there has none."""

_BUILT = re.compile(r"\b(?:Debian|Ubuntu) ([0-9][0-9A-Za-z.+~-]*)")


def _manager(read: Read) -> str:
    fields = read.items.get("manager")
    if fields is None:
        read.looked("manager")
        raise NotForThis("no package manager that is known")
    return word(fields, "name")


def _security(scene: Scene) -> Judgement:
    read = scene.read("patches")
    manager = _manager(read)
    if manager == "apk":
        raise NotReadable("apk does not tell which updates mend a vulnerability: a feed does")
    index = read.items.get("index")
    if index is None:
        raise NotReadable("nothing tells how old the index of packages is")
    age_s = host_age_s(scene, read, number(index, "at"))
    waiting = [name for name, fields in starting(read, "update ") if flag(fields, "security")]
    if waiting:
        text = f"{len(waiting)} updates for security wait: {names(waiting)}"
        data: Fields = {"count": len(waiting), "packages": waiting[:400]}
        return failed(text, Seen("", text, data=data))
    read.looked("update ")
    if age_s > scene.number("patch_index_hours") * HOUR_S:
        raise NotReadable(f"the index of packages is {span(age_s)} old: what is new is not known until it is renewed")
    return passed(f"no update for security waits, by an index of {span(age_s)} ago")


def _automatic(scene: Scene) -> Judgement:
    read = scene.read("patches")
    manager = _manager(read)
    if manager == "apt":
        return _automatic_apt(scene, read)
    if manager == "dnf":
        return _automatic_dnf(scene, read)
    if any(is_enabled(scene, one) for one in OTHER_TIMERS):
        return passed("updates come by themselves")
    return failed("updates do not come by themselves")


def _automatic_apt(scene: Scene, read: Read) -> Judgement:
    read.looked("automatic apt")
    said = read.items.get("automatic apt")
    wrong = []
    if not installed(scene, ("unattended-upgrades",)):
        wrong.append("unattended-upgrades is not installed")
    if word(said, "upgrade") in ("", "0") or word(said, "enabled") == "0":
        wrong.append("apt is not set to install by itself")
    if word(said, "lists") in ("", "0"):
        wrong.append("apt is not set to renew its index by itself")
    if not any("security" in one.lower() or "esm" in one.lower() for one in listed(said, "origins")):
        wrong.append("no archive of security updates is among those that it takes")
    if not is_enabled(scene, "apt-daily-upgrade.timer"):
        wrong.append("the timer apt-daily-upgrade does not start with the host")
    if wrong:
        return failed("; ".join(wrong))
    at = max((number(read.items.get(f"ran {name}"), "ran_at") or 0 for name in APT_STAMPS), default=0)
    if not at:
        return failed("updates are set to come by themselves, and never did")
    age_s = host_age_s(scene, read, at)
    if age_s > scene.number("patch_auto_days") * DAY_S:
        return failed(f"updates last came by themselves {span(age_s)} ago")
    return passed(f"updates for security come by themselves, last {span(age_s)} ago")


def _automatic_dnf(scene: Scene, read: Read) -> Judgement:
    timers = [name for name in DNF_TIMERS if is_enabled(scene, name)]
    if not timers:
        return failed("dnf-automatic is not set to start")
    if "dnf-automatic-install.timer" in timers:
        return passed("dnf-automatic installs by itself")
    read.looked("automatic dnf")
    if word(read.items.get("automatic dnf"), "apply_updates") not in ("yes", "true", "1"):
        return failed("dnf-automatic looks, and does not install: apply_updates is no")
    return passed("dnf-automatic installs by itself")


def _sources(scene: Scene) -> Judgement:
    read = scene.read("repositories")
    seen = []
    for name, fields in read.items.items():
        if fields.get("enabled") is True and fields.get("checked") is False:
            text = f"nothing checks who signed what comes from {word(fields, 'address') or name}"
            seen.append(Seen(name, text, data={"source": name}))
    patches = scene.reads.get("patches")
    for key, fields in starting(patches, "setting ") if patches else ():
        if key.rpartition("::")[2].lower() in UNSAFE_SETTINGS and word(fields, "value").lower() in ("1", "true", "yes"):
            seen.append(Seen(key, f"apt is set to take what nobody signed: {key}", data={"source": key}))
    unread = ("",) if read.unread or read.cut else ()
    judged = settled(
        f"{len(read.items)} sources, all of them signed", names([one.text for one in seen]), seen, unread, takes(read)
    )
    is_told = patches is not None and patches.knows("setting ")
    return judged if is_told else besides(judged, ["APT::", "Acquire::"])


def _reboot(scene: Scene) -> Judgement:
    read = scene.read("patches")
    most_s = scene.number("patch_reboot_days") * DAY_S
    seen = []
    asked = _asked_for(scene, read, most_s)
    if asked:
        seen.append(Seen("reboot", asked, data={"reboot": "yes"}))
    stale = [name for name, _ in starting(read, "stale ")] + listed(read.items.get("needrestart"), "services")
    for name in dict.fromkeys(stale):
        text = f"{name} runs with libraries that were replaced"
        seen.append(Seen(f"service {name}", text, FindingSeverity.LOW, data={"unit": name}))
    unread = [] if read.knows("needrestart") and read.knows("stale ") else ["service "]
    if not read.knows("kernel") or not read.knows("reboot"):
        unread.append("reboot")
    need = takes(read)
    if not read.knows("stale "):
        need += f"; {NEEDRESTART}"
    wrong = names([one.text for one in seen])
    return settled("what was mended is what runs", wrong, seen, unread, need, ("patches",))


def _asked_for(scene: Scene, read: Read, most_s: float) -> str:
    """Return why the host has to be started anew; empty where it has not, or has had less time than is allowed."""
    fields = read.items.get("reboot")
    if flag(fields, "required"):
        age_s = host_age_s(scene, read, number(fields, "since"))
        who = listed(fields, "packages")
        if age_s > most_s:
            return f"a reboot has been asked for since {span(age_s)}" + (f" by {names(who)}" if who else "")
        return ""
    if is_container(scene):
        return ""
    kernel = read.items.get("kernel")
    return _newer_kernel(scene, read, kernel, most_s) if kernel is not None else ""


def _newer_kernel(scene: Scene, read: Read, kernel: Fields, most_s: float) -> str:
    runs, newest = word(kernel, "running"), word(kernel, "newest")
    if newest and newest != runs:
        at = number(kernel, "since")
        if at and host_age_s(scene, read, at) <= most_s:
            return ""
        return f"the kernel {newest} is installed, and {runs} runs"
    built = _BUILT.search(word(kernel, "built"))
    packages = scene.reads.get("packages")
    fields = packages.items.get(f"linux-image-{runs}") if packages else None
    version = word(fields, "version")
    if built and version and built[1] != version:
        return f"the kernel {runs} was mended to {version}, and {built[1]} runs"
    return ""


CHECKS_OF_UPKEEP: tuple[Check, ...] = (
    Check(
        "patch-sec",
        "no updates for security wait",
        ("patches",),
        _security,
        FindingSeverity.HIGH,
        FindingKind.VULNERABILITY,
        Controls(("1.2.2.1",), ("6.3.3",), ("SI-2(c)", "SI-2(5)"), ("8.8",)),
        Remedy("Install them, on one host first.", SECURITY),
        applies="hosts with a package manager",
        parameters={"patch_index_hours": 48},
    ),
    Check(
        "patch-auto",
        "updates for security come by themselves",
        ("patches", "packages", "unitfiles"),
        _automatic,
        FindingSeverity.MEDIUM,
        applies="hosts with a package manager",
        controls=Controls((), ("6.3.3",), ("SI-2(5)",), ("8.8",)),
        remedy=Remedy("Set up unattended-upgrades or dnf-automatic for security; or waive it where you patch yourself.",
                      UNATTENDED),
        parameters={"patch_auto_days": 7},
    ),
    Check(
        "repo-trust",
        "packages come from sources that are signed",
        ("repositories", "patches"),
        _sources,
        FindingSeverity.MEDIUM,
        controls=Controls(("1.2.1.1", "1.2.1.2"), ("6.3.3",), ("CM-14",), ("8.19",)),
        remedy=Remedy("Take trusted=yes or gpgcheck=0 away, and give the source its key with signed-by or gpgkey.",
                      by_hand="whose key is to be trusted people have to find out, not from that source itself",
                      choose=signed),
    ),
    Check(
        "patch-reboot",
        "what was mended is what runs",
        ("patches", "packages", "hardware"),
        _reboot,
        FindingSeverity.MEDIUM,
        controls=Controls((), ("6.3.3",), ("SI-2",), ("8.8",)),
        remedy=Remedy("Restart the services that are named, or the host.", REBOOT, choose=restart),
        parameters={"patch_reboot_days": 7},
        root=True,
    ),
)  # fmt: skip
"""An index of two days has missed two of the daily runs that renew it; a week is what a window each weekend allows."""
