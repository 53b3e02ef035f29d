"""The topic ``protections``: what guards a host, and how well by its own word.

Parts: ``ban`` and ``jail`` (``fail2ban-client status``, and the same of ``sshd``), ``watched`` (``SECONDS PATH`` or
``gone PATH`` of what that jail reads), ``audit`` and ``rule`` (``auditctl -s`` and ``-l``), ``profile``
(``aa-status``), ``guard`` (``SECONDS SIZE PATH`` of what AIDE, Tripwire and the queues of rsyslog keep), ``compared``
(how many results the last log of AIDE has: none where the run ended before) and ``boot`` (``PATH:COUNT`` of passwords
of the boot loader), all for root; ``mac`` (what the kernel says of AppArmor and SELinux), ``selinux`` (its settings),
``ran`` (when timers and scans last ran), ``virus`` (databases of ClamAV), ``journald``, ``rsyslog``, ``syslogng`` and
``upload`` (settings, ``PATH:LINE``) and ``disk`` (``lsblk -P``).
"""

import re
from datetime import UTC, datetime, timedelta

from tui_ops.collectors.facts import logtargets
from tui_ops.collectors.facts.body import (
    LIST_LIMIT,
    Body,
    Items,
    Part,
    read_body,
    reading,
    split_path,
    text,
    texts,
    words,
)
from tui_ops.collectors.vitals import whole
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "protections", "protections"

ITEMS_LIMIT = 1_000
"""Items of one host that are kept: an ordinary one has thirty."""

NOISE = frozenset({"now", "ran_at", "read_at", "size", "lost", "backlog", "made_at", "written_at"})
"""What changes by itself: when something last ran, queues, and databases that renew themselves."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

AUDIT_FIELDS = ("enabled", "failure", "running", "lost", "backlog")
PROFILE_FIELDS = ("enforced", "complaining", "unconfined")

_PAIR = re.compile(r'([A-Z]{3,12})="([^"]*)"', re.ASCII)
_STAMP = re.compile(r"([0-9]{1,12}) (?:([0-9]{1,19}) )?(/.+)", re.ASCII)
_MADE = re.compile(
    r"ClamAV-VDB:([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2})-([0-9]{2}) ([+-])([0-9]{2})([0-9]{2}):",
    re.ASCII,
)
_COUNTED = re.compile(r"[0-9]+ (.+?)\.?")
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")


def parse_protections(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(ITEMS_LIMIT)
    now = next((whole(line.strip()) for line in found.of("now")), None)
    if now is not None and now < 2**40:
        items.add("clock", {"now": now})
    _note_ban(found, items)
    _note_audit(found, items)
    _note_mac(found, items)
    _note_times(found, items)
    _note_virus(found, items)
    logtargets.note_targets(found, items)
    _note_disks(found, items)
    for line in found.of("boot"):
        path, rest = split_path(line)
        count = whole(rest.strip())
        if path and count is not None:
            items.add(f"boot {path}", {"passwords": min(count, LIST_LIMIT)})
    return reading(TOPIC, WHAT, found, items, _parts())


def _parts() -> dict[str, Part]:
    return {
        "ban": Part(("fail2ban",), "jails of fail2ban"),
        "jail": Part((), "what the jail for sshd reads", ("journal", "files", "gone", "read_at")),
        "audit": Part(("audit",), "state of the audit daemon"),
        "rule": Part(("rules of audit",), "rules of audit"),
        "mac": Part(("apparmor", "selinux")),
        "selinux": Part((), "settings of SELinux", ("configured",)),
        "profile": Part((), "profiles of AppArmor", PROFILE_FIELDS),
        "guard": Part(("guard ",), "databases of AIDE and queues of rsyslog"),
        "compared": Part((), "whether the last run of AIDE compared anything", ("compared",)),
        "ran": Part(("ran ",)),
        "virus": Part(("signatures ",)),
        "journald": Part(("journald",), "settings of journald"),
        "rsyslog": Part(("sends rsyslog",), "settings of rsyslog"),
        "syslogng": Part(("sends syslog-ng",), "settings of syslog-ng"),
        "upload": Part(("sends journal-upload",), "settings of journal-upload"),
        "disk": Part(("disk ",)),
        "boot": Part(("boot ",), "whether the boot loader has a password"),
    }


def _note_ban(found: Body, items: Items) -> None:
    jails: list[str] | None = None
    for line in found.of("ban"):
        name, colon, value = words(line, 4_000).partition(":")
        if colon and name.strip(" |`-").lower() == "jail list":
            jails = [text(one) for one in value.split(",") if one.strip()]
    if jails is not None and found.is_whole("ban"):
        kept = items.add("fail2ban", {"jails": texts(jails)})
        if kept is not None and any(found.of("jail")) and found.is_whole("jail"):
            kept |= _jail(found)


def _jail(found: Body) -> Fields:
    """Return what the jail for sshd reads: the journal, or files, which may be gone, or written by nobody any more."""
    fields: Fields = {"journal": False}
    for line in found.of("jail"):
        name = words(line).partition(":")[0].strip(" |`-").lower()
        if name == "journal matches":
            fields["journal"] = True
        elif name == "file list":
            fields["files"] = texts(words(line, 4_000).partition(":")[2].split())
    states = [text(line).partition(" ") for line in found.of("watched")]
    written = [at for said, _, _ in states if (at := whole(said.encode("ascii", "replace"))) is not None and at < 2**40]
    fields["gone"] = texts([path for said, _, path in states if said == "gone"])
    if written:
        fields["read_at"] = max(written)
    return fields


def _note_audit(found: Body, items: Items) -> None:
    said: dict[str, int] = {}
    for line in found.of("audit"):
        parted = text(line).replace("=", " ").split()
        # Older versions say it all in one line.
        pairs = (
            zip(parted[1::2], parted[2::2], strict=False)
            if parted[:1] == ["AUDIT_STATUS:"]
            else [(*parted, "", "")[:2]]
        )
        for name, value in pairs:
            number = whole(value.encode("ascii", "replace"))
            if number is not None:
                said.setdefault(name, min(number, 2**63 - 1))
    if "enabled" in said and found.is_whole("audit"):
        fields: Fields = {"enabled": said["enabled"], "running": said.get("pid", 0) > 0}
        fields |= {name: said[name] for name in ("failure", "lost", "backlog") if name in said}
        items.add("audit", fields)
    if found.is_whole("rule") and "rule" not in found.refused and any(word == "rule" for word, _ in found.rows):
        rules = [text(line) for line in found.of("rule") if line.strip().startswith(b"-")]
        items.add("rules of audit", {"rules": rules[:LIST_LIMIT], "count": len(rules)})


def _note_mac(found: Body, items: Items) -> None:
    for line in found.of("mac"):
        name, _, value = text(line).partition(" ")
        if name == "apparmor":
            items.add(name, {"enabled": value in ("Y", "y", "1")})
        elif name == "selinux":
            items.add(name, {"mode": {"1": "enforcing", "0": "permissive"}.get(value, "disabled")})
    for line in found.of("selinux"):
        kept = items.found.get("selinux")
        setting = text(split_path(line)[1]).partition("=")[2].strip().strip("\"'").lower()
        if kept is not None and setting:
            kept["configured"] = setting
    armor = items.found.get("apparmor")
    if armor is not None and found.is_whole("profile") and any(word == "profile" for word, _ in found.rows):
        armor |= _profiles(found)


def _profiles(found: Body) -> Fields:
    """Return what aa-status lists: a count and a sentence, then the names, set in."""
    lists: dict[str, list[str]] = {}
    heading = ""
    for line in found.of("profile"):
        if not line[:1].isspace():
            told = _COUNTED.fullmatch(text(line))
            heading = told[1] if told else ""
        elif heading:
            lists.setdefault(heading, []).append(text(line))
    enforced = lists.get("profiles are in enforce mode", [])
    complaining = lists.get("profiles are in complain mode", [])
    loose = [name for said, names in lists.items() if "unconfined but have" in said for name in names]
    loose = [name.partition(" (")[0] for name in loose]
    return {"enforced": len(enforced), "complaining": texts(complaining), "unconfined": texts(loose)}


def _note_times(found: Body, items: Items) -> None:
    for word, prefix in (("guard", "guard "), ("ran", "ran ")):
        for line in found.of(word):
            told = _STAMP.fullmatch(text(line))
            if not told:
                continue
            path = told[3]
            fields: Fields = {"written_at" if word == "guard" else "ran_at": int(told[1])}
            if told[2]:
                fields["size"] = min(int(told[2]), 2**63 - 1)
            items.add(prefix + path.removeprefix("/var/lib/systemd/timers/stamp-"), fields)
    log = items.found.get("guard /var/log/aide/aide.log")
    said = next((whole(line.strip()) for line in found.of("compared")), None)
    if log is not None and said is not None and found.is_whole("compared"):
        log["compared"] = said > 0


def _note_virus(found: Body, items: Items) -> None:
    for line in found.of("virus"):
        name, _, rest = text(line).partition(" ")
        written, _, header = rest.partition(" ")
        at = whole(written.encode("ascii", "replace"))
        made = _made_at(header)
        when = made if made is not None else at
        if name and when is not None:
            items.add(f"signatures {name}", {"engine": "ClamAV", "made_at": min(when, 2**63 - 1)})


def _made_at(header: str) -> int | None:
    """Return when a database was made, epoch seconds, as its header says; None where it says nothing of it."""
    told = _MADE.match(header)
    if not told or told[2].lower() not in MONTHS:
        return None
    try:
        local = datetime(
            int(told[3]), MONTHS.index(told[2].lower()) + 1, int(told[1]), int(told[4]), int(told[5]), tzinfo=UTC
        )
    except ValueError:
        return None
    away = timedelta(hours=int(told[7]), minutes=int(told[8]))
    seconds = int((local - away if told[6] == "+" else local + away).timestamp())
    return seconds if seconds >= 0 else None


def _note_disks(found: Body, items: Items) -> None:
    for line in found.of("disk"):
        pairs = {
            name: _ESCAPE.sub(lambda one: chr(int(one[1], 16)), value) for name, value in _PAIR.findall(text(line))
        }
        name = pairs.get("KNAME") or pairs.get("NAME")
        if not name or not items.has_room(f"disk {name}"):
            continue
        entry: Fields = {
            "name": text(pairs.get("NAME", "")),
            "parent": text(pairs.get("PKNAME", "")),
            "kind": text(pairs.get("TYPE", "")),
            "fstype": text(pairs.get("FSTYPE", "")),
            "mount": text(pairs.get("MOUNTPOINT", "")),
        }
        items.add_another(f"disk {text(name)}", entry)
