"""The checks of the packet filter: one that is in force, that is there again after a boot, and that denies by default.

An empty set of rules lets everything in, and says nothing of it: so what has to be there is looked for, never what may
not be there.
"""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from tui_ops.model.facts import Field
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security import reach
from tui_ops.practices.security.checks.asking import is_active, is_enabled, no_reading, running, setting
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotReadable,
    Remedy,
    Scene,
    failed,
    passed,
)
from tui_ops.practices.security.checks.filterplans import RULES, active, bare
from tui_ops.practices.security.checks.plain import known_words, listed, names, roles_of, settled, word
from tui_ops.practices.security.checks.serviceplans import mail

KEEPERS: Mapping[str, tuple[str, ...]] = {
    "ufw": ("ufw",),
    "nftables": ("nftables",),
    "firewalld": ("firewalld",),
    "iptables-persistent": ("netfilter-persistent", "iptables", "ip6tables"),
    "ferm": ("ferm",),
    "shorewall": ("shorewall", "shorewall6"),
}
"""What puts rules into the kernel at a boot, to its services."""

BY_IPTABLES = ("iptables-persistent", "ferm", "shorewall")
"""Keepers that write rules of iptables: whoever asks for those asks these."""

_SIX_OF_LINK = re.compile(r"net\.ipv6\.conf\.(?!(?:all|default|lo)\.)[^.]+\.disable_ipv6", re.ASCII)

SIX_OFF = ("net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.default.disable_ipv6")


def keepers(scene: Scene) -> dict[str, tuple[bool, bool]]:
    """Return which keepers of rules are set to start or run, each with whether it starts and whether it runs."""
    found = {}
    for name, services in KEEPERS.items():
        starts = any(is_enabled(scene, one) for one in services)
        runs = bool(running(scene, services))
        if starts or runs:
            found[name] = (starts, runs)
    return found


def keeping(scene: Scene) -> dict[str, tuple[bool, bool]]:
    """Return the keepers of rules without ufw where it is switched off: Ubuntu starts it all the same, to no effect."""
    found = keepers(scene)
    read = scene.reads.get("firewall")
    if read is None or not read.knows("ufw enabled"):
        return found
    is_off = word(read.items.get("ufw enabled"), "value").lower() in ("", "no")
    return {name: how for name, how in found.items() if name != "ufw" or not is_off}


def in_use(scene: Scene) -> tuple[str, ...]:
    """Return which firewalls the host uses: what keeps its rules, or else by what rules that are in force were written.

    Raises:
        NotReadable: it is not known what keeps them, or which rules are in force where nothing does. Rules of iptables
            may be those of a ufw whose settings nobody could read.
    """
    found: dict[str, None] = {}
    for name in keeping(scene):
        found |= dict.fromkeys(["iptables"] if name == "iptables-persistent" else [name])
        found |= dict.fromkeys(["iptables"] if name in BY_IPTABLES else [])
    if not found:
        rules_known(scene)
        entries = reach.filters(scene.read("firewall").items)
        found |= {
            "nftables" if one.is_nft else "iptables": None for one in entries if one.rules or one.policy == "drop"
        }
    return tuple(found)


def has_six(scene: Scene) -> bool:
    """Return whether the host speaks IPv6, as far as the kernel's settings tell; where they do not, it does."""
    read = scene.reads.get("sysctl")
    if read is None or not read.knows(SIX_OFF[0]):
        return True
    # Off for all is off for those that were there then; a link may have it on again.
    links = [fields for name, fields in read.items.items() if _SIX_OF_LINK.fullmatch(name)]
    return setting(scene, SIX_OFF[0]) not in (None, "1") or any(word(fields, "value") == "0" for fields in links)


def rules_known(scene: Scene) -> None:
    """Go on only if the rules of every filter were read.

    Raises:
        NotReadable: they were not.
    """
    read = scene.read("firewall")
    if not all(read.knows(f"{part} ") for part in ("nft", "ip4", "ip6")):
        raise no_reading(", ".join(read.needs) or "rules of the packet filter", "firewall")
    if read.cut:
        raise NotReadable("the packet filter has more rules than are read")


NO_FILTER: Mapping[str, Field] = {"lacks": "filter"}
"""Among the data of what was seen: there is no filter at all, to whose rules a plan would add."""


def _bare(text: str) -> Judgement:
    return failed(text, Seen("", text, data=NO_FILTER))


def _one(scene: Scene) -> Judgement:
    found = keeping(scene)
    if len(found) == 1:
        return passed(f"{next(iter(found))} alone keeps the packet filter")
    if not found:
        return _bare(f"none of {', '.join(KEEPERS)} keeps the packet filter")
    said = [f"{name} ({'runs' if runs else 'does not run'})" for name, (_, runs) in found.items()]
    return failed(f"more than one service writes rules: {', '.join(said)}")


def _active(scene: Scene) -> Judgement:
    found = keepers(scene)
    if not found:
        return _bare("no service puts rules of a packet filter in force when the host starts")
    switch = word(scene.read("firewall").items.get("ufw enabled"), "value").lower()
    seen = []
    for name, (starts, runs) in found.items():
        if name == "ufw" and switch in ("", "no") and scene.read("firewall").knows("ufw enabled"):
            if len(found) == 1:
                seen.append(
                    Seen("ufw", "ufw is installed and not switched on", data={"unit": "ufw", "lacks": "switch"})
                )
            continue
        if not starts:
            unit = next((one for one in KEEPERS[name] if is_active(scene, one)), KEEPERS[name][0])
            seen.append(
                Seen(name, f"{name} runs and does not start with the host", data={"unit": unit, "lacks": "start"})
            )
        elif not runs:
            unit = next((one for one in KEEPERS[name] if is_enabled(scene, one)), KEEPERS[name][0])
            seen.append(
                Seen(name, f"{name} starts with the host and does not run", data={"unit": unit, "lacks": "run"})
            )
    if seen:
        return failed(names([one.text for one in seen]), *seen)
    rules_known(scene)
    if not any(entry.rules or entry.policy == "drop" for entry in reach.filters(scene.read("firewall").items)):
        return failed(f"{', '.join(found)} runs, and there is no rule for what comes in")
    return passed(f"{', '.join(found)} runs and starts with the host")


def _deny(scene: Scene) -> Judgement:
    rules_known(scene)
    items = scene.read("firewall").items
    entries = reach.filters(items)
    seen, unsure = [], []
    for family, is_six in (("IPv4", False), ("IPv6", True)):
        if is_six and not has_six(scene):
            continue
        mine = [one for one in entries if one.family in ("inet", "ip6" if is_six else "ip")]
        if not mine:
            seen.append(Seen(family, f"{family}: no chain looks at what comes in", data=NO_FILTER))
            continue
        way = reach.default(items, is_six)
        outer = _open_links(scene, way.sources, is_six)
        if not way.is_known and not way.everywhere:
            unsure.append(family)
        elif way.everywhere:
            seen.append(Seen(family, f"{family}: what no rule is about is let in"))
        elif outer:
            text = f"{family}: what no rule is about is let in by {names(outer)}, which leads to everywhere"
            seen.append(Seen(family, text))
    if unsure and not seen:
        raise NotReadable(f"{' and '.join(unsure)}: the rules say more than this check understands")
    return settled("what no rule is about is refused", "; ".join(one.text for one in seen), seen, unsure)


def _open_links(scene: Scene, sources: Iterable[str], is_six: bool) -> list[str]:
    """Return those of the sources that are links by which the default route goes: everybody comes in there."""
    read = scene.reads.get("routes")
    start = "inet6 default" if is_six else "inet default"
    found = [fields for name, fields in (read.items.items() if read else ()) if name.startswith(start)]
    links = {word(fields, "dev") for fields in found}
    links |= {words[words.index("dev") + 1] for fields in found for way in listed(fields, "ways")
              if "dev" in (words := way.split(" "))[:-1]}  # fmt: skip
    patterns = [
        pattern.replace("+", "*")
        for source in sources
        if source.startswith("interface ")
        for pattern in source.removeprefix("interface ").split(", ")
    ]
    return sorted(link for link in links if link and any(fnmatchcase(link, one) for one in patterns))


def _open(scene: Scene) -> Judgement:
    sockets = scene.read("sockets")
    sockets.whole()
    outer = reach.verdicts({}, sockets.items)
    if not outer:
        return passed("nothing listens for others than the host itself")
    rules_known(scene)
    found = reach.verdicts(scene.read("firewall").items, sockets.items, has_six(scene))
    seen, unsure = [], []
    for name, reached in found.items():
        if reached.reach is reach.Reach.NOT_KNOWN:
            unsure.append(name)
        elif reached.reach is reach.Reach.EVERYWHERE and not reached.named:
            process = word(sockets.items[name], "process")
            said = f"{process}: {name}" if process else name
            seen.append(
                Seen(
                    name, f"{said} is let in by no rule of its own", data={"port": name, "exposed": reached.reach.value}
                )
            )
    return settled(
        f"{len(found)} sockets: each that others reach has a rule",
        f"no rule is about {names([one.object for one in seen])}",
        seen,
        unsure,
        f"the rules say more than is understood of {names(unsure)}",
    )


def _listen(scene: Scene) -> Judgement:
    sockets = scene.read("sockets")
    sockets.whole()
    allowed, baseline = known_words(scene, "listeners"), known_words(scene, "baseline.listeners")
    if allowed is None and baseline is None:
        raise NotReadable("no baseline of listeners yet: take one, or name them in the inventory")
    by_list = allowed is not None
    fine = set(allowed if allowed is not None else baseline or ())
    found = [name for name in sockets.items if (told := reach.parse_socket(name)) and reach.is_outer(told[1])]
    seen = []
    for name in found:
        told = reach.parse_socket(name)
        assert told is not None
        if name in fine or f"{told[0]}/{told[2]}" in fine:
            continue
        process = word(sockets.items[name], "process")
        text = f"{process or 'something'} listens at {name}, which is not {'listed' if by_list else 'in the baseline'}"
        seen.append(Seen(name, text, data={"port": name, "process": process}))
    return settled(
        f"{len(found)} sockets listen for others, all of them known",
        f"new: {names([one.object for one in seen])}",
        seen,
    )


def _mail(scene: Scene) -> Judgement:
    sockets = scene.read("sockets")
    ports = {str(port) for port in listed(scene.parameters, "mail_ports")}
    mail = [name for name in sockets.items if (told := reach.parse_socket(name)) and str(told[2]) in ports]
    outer = [name for name in mail if reach.is_outer((reach.parse_socket(name) or ("", "", 0))[1])]
    roles = {one.lower() for one in scene.words("mail_roles")}
    if outer and roles & roles_of(scene):
        raise NotForThis("the host's role is to take mail")
    if not outer:
        sockets.whole()
    seen = [
        Seen(
            name,
            f"{word(sockets.items[name], 'process') or 'a mail server'} takes mail at {name}",
            data={"port": name, "process": word(sockets.items[name], "process")},
        )
        for name in outer
    ]
    if not mail:
        return passed("no mail server listens")
    return settled("mail is taken from the host itself alone", f"mail is taken at {names(outer)}", seen)


_FACTS = ("unitfiles", "units", "firewall", "sysctl")

CHECKS_OF_FIREWALL: tuple[Check, ...] = (
    Check(
        "fw-one",
        "one service alone keeps the packet filter",
        ("unitfiles", "units", "firewall"),
        _one,
        FindingSeverity.MEDIUM,
        controls=Controls(("4.1.1",), ("1.2.1",), ("SC-7(21)", "CM-7(b)"), ("8.20",)),
        remedy=Remedy(
            "Keep one of them and disable the others, so that no rules are undone behind your back.",
            by_hand="which of them is meant only you know, and rules of another may be what lets you in",
            choose=bare,
        ),
    ),
    Check(
        "fw-active",
        "the packet filter is in force, and again after a boot",
        _FACTS,
        _active,
        FindingSeverity.HIGH,
        controls=Controls(("4.2.3", "4.3.9"), ("1.2.1",), ("SC-7",), ("8.20",)),
        remedy=Remedy(
            "See that the rules let your own SSH in, then enable and start the service.", by_hand=RULES, choose=active
        ),
        root=True,
        in_use=in_use,
    ),
    Check(
        "fw-deny",
        "what no rule is about is refused",
        ("firewall", "sysctl", "routes", "unitfiles", "units"),
        _deny,
        FindingSeverity.HIGH,
        controls=Controls(("4.2.7", "4.3.8", "4.4.2.1"), ("1.3.1",), ("CA-3(5)", "SC-7(23)"), ("8.20",)),
        remedy=Remedy(
            "Write rules for what has to be reached, SSH first, then set the policy of input to drop.",
            by_hand=RULES,
            choose=bare,
        ),
        root=True,
        in_use=in_use,
    ),
    Check(
        "fw-open",
        "each socket that others reach has a rule of its own",
        ("firewall", "sockets", "sysctl", "unitfiles", "units"),
        _open,
        FindingSeverity.MEDIUM,
        FindingKind.EXPOSURE,
        Controls(("4.2.6", "4.4.2.4"), ("1.2.5",), ("CM-7",), ("8.20",)),
        Remedy("Stop what need not listen; for the rest write a rule that says from where.", by_hand=RULES),
        root=True,
        in_use=in_use,
    ),
    Check(
        "net-listen",
        "nothing listens that was not meant to",
        ("sockets",),
        _listen,
        FindingSeverity.HIGH,
        FindingKind.EXPOSURE,
        Controls(("2.1.22",), ("2.2.4",), ("CM-7(b)",), ("8.21",)),
        Remedy(
            "Stop the service, bind it to 127.0.0.1, or take it into the baseline.",
            by_hand="it may be an intruder's or the business's, which people have to find out",
        ),
    ),
    Check(
        "svc-mta",
        "mail is taken from the host itself alone",
        ("sockets",),
        _mail,
        FindingSeverity.MEDIUM,
        FindingKind.EXPOSURE,
        Controls(("2.1.21",), ("1.4.2",), ("CM-7",), ("8.19",)),
        Remedy(
            "Bind the mail server to loopback: inet_interfaces = loopback-only for Postfix.",
            by_hand="this mail server is none whose settings are known here",
            choose=mail,
        ),
        applies="every host, but for a role in mail_roles",
        parameters={"mail_ports": ["25", "465", "587"], "mail_roles": ["mail", "mx", "mta"]},
    ),
)
"""``mail_ports``: those of SMTP and of submission, which the benchmark names too."""
