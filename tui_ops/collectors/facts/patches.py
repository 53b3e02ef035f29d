"""The topic ``patches``: which updates wait, how old the index is that says so, and what runs as it was before.

Parts: ``os`` (lines of os-release), ``kernel`` (``running``, ``built`` and a ``file SECONDS NAME`` for each in /boot),
``pkgs`` (who asks for a reboot), ``age`` (``PATH SECONDS``), ``apt`` (``Inst`` lines of a simulation), ``conf`` (of
apt-config), ``ran`` (``SECONDS PATH``), ``dnf``, ``zypper`` and ``apk`` (their lists), ``automatic`` (settings of
dnf-automatic), ``restart`` (``needrestart -b``, for root) and ``stale`` (processes with deleted libraries).
"""

import re

from tui_ops.collectors.facts.body import (
    LIST_LIMIT,
    Body,
    Items,
    Part,
    nothing,
    read_body,
    reading,
    split_path,
    text,
    texts,
)
from tui_ops.collectors.vitals import whole
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "patches", "updates"

ITEMS_LIMIT = 4_000
"""Items of one host that are kept: more than the updates that the probe tells."""

NOISE = frozenset({"now", "at", "ran_at"})
"""Clocks: of the host, of its index, of what last ran."""

MANAGERS = ("apt", "dnf", "zypper", "apk")

_INST = re.compile(r"Inst (\S+)(?: \[([^\]]+)\])? \((\S+) ([^()]*?)(?: \[[^\]]*\])?\)", re.ASCII)
_SECURITY = re.compile(r"(?:Debian-Security|UbuntuESM\w*):|/\S*-security$", re.ASCII)
"""Labels of Debian's and Ubuntu's archives of security updates; the suite word is for Ubuntu, whose label is the same
for all. Debian's suite word changes with each release of a new one, its label does not."""

_CONF = re.compile(r"([A-Za-z][A-Za-z0-9:_-]{2,100}) \"([^\"]*)\";", re.ASCII)
_ADVISORY = re.compile(r"(\S+)\s+(?:(\w+)/)?[Ss]ec\.?\S*\s+(\S+)", re.ASCII)
_ADVISORY_NEW = re.compile(r"(\S+)\s+security\s+\w+\s+(\S+)\s+[0-9]{4}-", re.ASCII)
"""As dnf 5 lists it: name, type, severity, package, day."""

_NEVRA = re.compile(r"(.+)-([^-]+-[^-]+)\.([a-z0-9_]+)", re.ASCII)
_APK = re.compile(r"(\S+)-([0-9]\S*-r[0-9]+)\s+<\s+(\S+)", re.ASCII)
_FLAVOUR = re.compile(r"^[0-9][0-9.]*(?:-[0-9.]+)?(?:-0)?")
_STAMP = re.compile(r"([0-9]{1,12}) (/.+)", re.ASCII)
_AGED = re.compile(r"(/\S.*) ([0-9]{1,12})", re.ASCII)


def parse_patches(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(ITEMS_LIMIT)
    parts = _parts(found)
    if not any(found.is_whole(part) for part in parts):
        raise nothing(WHAT)
    _note_clock(found, items)
    _note_system(found, items)
    _note_kernel(found, items)
    _note_reboot(found, items)
    _note_settings(found, items)
    _note_stale(found, items)
    for part, note in (("apt", _note_apt), ("dnf", _note_dnf), ("zypper", _note_zypper), ("apk", _note_apk)):
        if found.is_whole(part):
            items.add("manager", {"name": part})
        for line in found.of(part):
            note(text(line, 1_000), items)
    return reading(TOPIC, WHAT, found, items, parts)


def _parts(found: Body) -> dict[str, Part]:
    parts = {
        "os": Part(("system",)),
        "kernel": Part(("kernel",)),
        "pkgs": Part((), "who asks for a reboot", ("packages",)),
        "age": Part(("index",)),
        "automatic": Part(("automatic dnf",), "settings of automatic updates"),
    }
    told = {word for word, _ in found.rows} | found.whole | found.refused
    manager = next((one for one in MANAGERS if one in told), None)
    if "updates" not in found.whole:
        parts[manager or "updates"] = Part(("update ", "manager"))
    if manager == "apt":
        parts |= {"conf": Part(("automatic apt", "setting ")), "ran": Part(("ran ",))}
    if "restart" in told:
        parts["restart"] = Part(("needrestart",), "services that run with deleted libraries")
    else:
        parts["stale"] = Part(("stale ",), "libraries of other accounts' processes")
    return parts


def _note_clock(found: Body, items: Items) -> None:
    now = next((whole(line.strip()) for line in found.of("now")), None)
    if now is not None and now < 2**40:
        items.add("clock", {"now": now})
    ages: dict[str, int] = {}
    for line in found.of("age"):
        told = _AGED.fullmatch(text(line))
        if told:
            ages[told[1]] = int(told[2])
    if ages:
        source = max(ages, key=lambda path: ages[path])
        items.add("index", {"at": ages[source]})


def _note_system(found: Body, items: Items) -> None:
    said: dict[str, str] = {}
    for line in found.of("os"):
        key, sign, value = text(line).partition("=")
        if sign:
            said[key.strip()] = value.strip().strip("\"'")
    if said.get("ID"):
        names = {"ID": "id", "VERSION_ID": "version", "VERSION_CODENAME": "codename", "SUPPORT_END": "support_end"}
        items.add("system", {name: said.get(key, "") for key, name in names.items()})


def newest_kernel(names: list[str], running: str) -> str:
    """Return the newest kernel of the flavour of the one that runs; empty where there is none.

    Args:
        names: releases, as ``uname -r`` would say them: ``6.1.0-21-amd64``.
        running: the one that runs.
    """
    flavour = _FLAVOUR.sub("", running)
    alike = [name for name in names if _FLAVOUR.sub("", name) == flavour and "rescue" not in name]
    return max(alike, key=lambda name: [int(number) for number in re.findall(r"[0-9]{1,9}", name)], default="")


def _note_kernel(found: Body, items: Items) -> None:
    said: dict[str, str] = {}
    since: dict[str, int] = {}
    for line in found.of("kernel"):
        word, _, value = text(line).partition(" ")
        if word == "file":
            at, _, name = value.partition(" ")
            since[name.removeprefix("vmlinuz-")] = min(whole(at.encode("ascii", "replace")) or 0, 2**40)
        else:
            said.setdefault(word, value)
    if said.get("running"):
        fields: Fields = {"running": said["running"], "built": said.get("built", "")}
        newest = newest_kernel(list(since), said["running"])
        fields |= {"newest": newest, "since": since.get(newest, 0)}
        items.add("kernel", fields)


def _note_reboot(found: Body, items: Items) -> None:
    since = next((whole(line.strip()) for line in found.of("reboot")), None)
    fields: Fields = {"required": since is not None}
    if since is not None:
        fields["since"] = min(since, 2**40)
    if found.is_whole("pkgs"):
        fields["packages"] = texts([text(line) for line in found.of("pkgs")])
    items.add("reboot", fields)


def _note_settings(found: Body, items: Items) -> None:
    if found.is_whole("conf"):
        said: Fields = {"lists": "", "upgrade": "", "origins": []}
        origins: list[str] = []
        for line in found.of("conf"):
            told = _CONF.fullmatch(text(line))
            if not told:
                continue
            key, value = told[1].lower(), told[2]
            if key == "apt::periodic::update-package-lists":
                said["lists"] = value
            elif key == "apt::periodic::unattended-upgrade":
                said["upgrade"] = value
            elif key == "apt::periodic::enable":
                said["enabled"] = value
            elif key.startswith("unattended-upgrade::"):
                origins += [value] if value else []
            elif key.startswith(("apt::get::allowunauthenticated", "acquire::allow")):
                items.add(f"setting {told[1]}", {"value": value})
        items.add("automatic apt", said | {"origins": texts(origins)})
    for line in found.of("automatic"):
        key, sign, value = text(split_path(line)[1]).partition("=")
        if sign:
            kept = items.add("automatic dnf", {})
            if kept is not None:
                kept[key.strip()] = value.strip().lower()
    for line in found.of("ran"):
        stamp = _STAMP.fullmatch(text(line))
        if stamp:
            items.add(f"ran {stamp[2].rpartition('/')[2]}", {"ran_at": int(stamp[1])})


def _note_stale(found: Body, items: Items) -> None:
    for line in found.of("stale"):
        name, _, unit = line.partition(b"\t")
        if text(name):
            items.add(f"stale {text(unit) or text(name)}", {"process": text(name)})
    said: dict[str, list[str]] = {}
    for line in found.of("restart"):
        key, colon, value = text(line).partition(":")
        if colon and key.startswith("NEEDRESTART-"):
            said.setdefault(key.removeprefix("NEEDRESTART-"), []).append(value.strip())
    if found.is_whole("restart") and "VER" in said:
        fields: Fields = {"services": texts(said.get("SVC", [])), "expected": said.get("KEXP", [""])[0]}
        state = whole(said.get("KSTA", [""])[0].encode("ascii", "replace"))
        items.add("needrestart", fields | {"kernel": min(state or 0, 9)})


def _add(items: Items, name: str, installed: str, version: str, sources: list[str], is_security: bool) -> None:
    fields: Fields = {"installed": installed, "version": version, "sources": sources[:LIST_LIMIT]}
    kept = items.add(f"update {name}", fields | {"security": is_security})
    if kept is not None and is_security:
        kept["security"] = True


def _note_apt(line: str, items: Items) -> None:
    told = _INST.match(line)
    if told:
        sources = [text(one) for one in told[4].split(",") if one.strip()]
        _add(items, told[1], told[2] or "", told[3], sources, any(_SECURITY.search(one) for one in sources))


def _note_dnf(line: str, items: Items) -> None:
    new = _ADVISORY_NEW.match(line)
    told = new or _ADVISORY.match(line)
    if told:
        package = told[2] if new else told[3]
        made = _NEVRA.fullmatch(package)
        name, version = (f"{made[1]}.{made[3]}", made[2]) if made else (package, "")
        before = items.found.get(f"update {name}")
        # Each advisory has its line, in the order of versions: the last one brings what those before it mend.
        told_before = listed if before and isinstance(listed := before["sources"], list) else []
        if before is not None:
            before |= {"version": version, "sources": [*told_before, told[1]][:LIST_LIMIT]}
        _add(items, name, "", version, [told[1]], True)


def _note_zypper(line: str, items: Items) -> None:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) >= 4 and cells[2] == "security":
        _add(items, cells[1], "", "", [cells[3]], True)


def _note_apk(line: str, items: Items) -> None:
    told = _APK.match(line)
    if told:
        _add(items, told[1], told[2], told[3], [], False)
