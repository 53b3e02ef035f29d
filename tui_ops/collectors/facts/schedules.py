"""The topic ``schedules``: what starts by itself.

Parts: ``table`` (lines of the system's crontabs, ``PATH:LINE``), ``user`` (the same of the accounts', which only root
may read), ``script`` (hash and path of what cron runs daily and so on) and ``timer`` (what systemd says of its timers,
blocks of ``KEY=VALUE``). When a timer runs next is no difference, and is not kept.
"""

import re

from tui_ops.collectors.commands import without_secrets
from tui_ops.collectors.facts.body import Body, Items, Part, read_body, reading, split_path, text, texts, words
from tui_ops.collectors.facts.hashes import hash_and_path
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "schedules", "schedules"

SCHEDULES_LIMIT = 1_500
"""Lines, scripts and timers of one host that are kept: an ordinary server has fifty."""

COMMAND_LIMIT = 300
"""Characters of a command."""

NOISE_UNITS = re.compile(r"(?:run-|dbus-:|session-).*", re.ASCII)
"""Timers that programs make for themselves and drop: declared noise."""

_USER_PLACES = ("/var/spool/cron/", "/etc/crontabs/")
_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\s*=", re.ASCII)
_CALENDAR = re.compile(r"\b(On[A-Za-z]+)=([^;}]+?)\s*;", re.ASCII)
_MONOTONIC = re.compile(r"\b(On[A-Za-z]+)USec=([^;}]+?)\s*;", re.ASCII)
_FIELDS = 5
"""Of a crontab's time: minute, hour, day, month, weekday."""


def parse_schedules(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(SCHEDULES_LIMIT)
    for line in found.of("table", "user"):
        path, rest = split_path(line)
        if path:
            _note_line(path, words(rest, COMMAND_LIMIT * 2), items)
    for line in found.of("script"):
        hashed = hash_and_path(line)
        if hashed:
            items.add(f"script {hashed[1]}", {"kind": "script", "sha256": hashed[0]})
    for block in _blocks(found):
        _note_timer(block, items)
    parts = {
        "table": Part(("cron /etc/",), "crontabs of the system"),
        "user": Part(tuple(f"cron {place}" for place in _USER_PLACES), "crontabs of accounts"),
        "script": Part(("script ",), "scripts of cron"),
    }
    if found.rows and any(word == "timer" for word, _ in found.rows):
        parts["timer"] = Part(("timer ",))
    return reading(TOPIC, WHAT, found, items, parts)


def _note_line(path: str, line: str, items: Items) -> None:
    """Take one line of a crontab. Settings of the environment belong to it too, but may be secrets."""
    if not line or line.startswith("#") or not items.has_room():
        return
    if _SETTING.match(line):
        name, _, value = line.partition("=")
        items.add(f"cron {path} {name.strip()}=", {"kind": "setting", "file": path, "text": without_secrets(line)[:200]
                                                   if value else line})  # fmt: skip
        return
    fields = line.split(None, 1 if line.startswith("@") else _FIELDS)
    if len(fields) < 2 or (len(fields) <= _FIELDS and not line.startswith("@")):
        return
    when, rest = " ".join(fields[:-1]), fields[-1]
    account = path.rpartition("/")[2]
    if not path.startswith(_USER_PLACES):
        account, _, rest = rest.partition(" ") if path != "/etc/anacrontab" else ("root", "", rest)
    command = text(without_secrets(rest.strip()), COMMAND_LIMIT)
    entry: Fields = {"kind": "cron", "file": path, "when": when, "account": text(account, 64), "command": command}
    items.add_another(f"cron {path} {entry['account']} {command}", entry)


def _blocks(found: Body) -> list[dict[str, list[str]]]:
    blocks: list[dict[str, list[str]]] = [{}]
    for word, line in found.rows:
        if word != "timer":
            continue
        key, sign, value = text(line).partition("=")
        if sign:
            blocks[-1].setdefault(key, []).append(value)
        elif blocks[-1]:
            blocks.append({})
    return blocks


def _note_timer(block: dict[str, list[str]], items: Items) -> None:
    name = block.get("Id", [""])[0]
    if not name.endswith(".timer") or NOISE_UNITS.match(name):
        return
    times = [f"{key}={value}" for one in block.get("TimersCalendar", []) for key, value in _CALENDAR.findall(one)]
    times += [f"{key}Sec={value}" for one in block.get("TimersMonotonic", []) for key, value in _MONOTONIC.findall(one)]
    items.add(
        f"timer {name}",
        {
            "kind": "timer",
            "starts": block.get("Unit", [""])[0],
            "state": block.get("UnitFileState", [""])[0],
            "when": texts(times),
        },
    )
