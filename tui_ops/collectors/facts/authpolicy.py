"""The topic ``authpolicy``: what a host asks of passwords, logins and sessions.

Parts, all lines ``PATH:LINE``: ``defs`` (login.defs), ``useradd`` (what new accounts get), ``quality`` (pwquality.conf
and its folder), ``faillock`` (faillock.conf), ``pam`` (the stacks that the logins go through), ``profile`` (lines of
the shells' files that name ``TMOUT`` or ``umask``) and ``crypto`` (the crypto policy of Red Hat's systems).

Items: ``defs NAME``, ``useradd NAME``, ``quality NAME``, ``faillock NAME`` with their ``value`` as it is in force, each
program's own order of reading kept; ``pam STACK`` with its ``rules``; ``profile PATH`` with its ``lines``; ``crypto``.
"""

import re

from tui_ops.collectors.facts.body import LIST_LIMIT, Body, Items, Part, read_body, reading, split_path, text, words
from tui_ops.model.facts import FactReading

TOPIC, WHAT = "authpolicy", "rules of logins"

ITEMS_LIMIT = 600
"""Items of one host that are kept: login.defs has sixty settings, the others a dozen each."""

RULES_LIMIT = 60
"""Lines of one stack or one file that are kept: a stack of PAM has a dozen."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}", re.ASCII)
_STACK = re.compile(r"/(?:etc|usr/lib|usr/etc)/pam\.d/([a-z][a-z-]{0,30})", re.ASCII)


def parse_authpolicy(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(ITEMS_LIMIT)
    # Of login.defs and faillock.conf the last line counts; /etc stands after the maker's file. pwquality reads its
    # folder first, so that pwquality.conf, which the section tells last, wins (pwquality.conf(5)).
    for part in ("defs", "useradd", "quality", "faillock"):
        for name, value in _settings(found, part).items():
            items.add(f"{part} {name}", {"value": value})
    for stack, rules in _stacks(found).items():
        items.add(f"pam {stack}", {"rules": list(rules)})
    for path, lines in _lines(found, "profile").items():
        items.add(f"profile {path}", {"lines": list(lines)})
    for line in found.of("crypto"):
        path, rest = split_path(line)
        if path and not rest.startswith(b"#"):
            items.add("crypto", {"value": words(rest)})
    parts = {part: Part((f"{part} ",)) for part in ("defs", "useradd", "quality", "faillock", "pam", "profile")} | {
        "crypto": Part(("crypto",))
    }
    return reading(TOPIC, WHAT, found, items, parts)


def _settings(found: Body, part: str) -> dict[str, str]:
    """Return name to value: ``NAME VALUE``, ``name = value``, or a name alone, which is ``yes``."""
    settings: dict[str, str] = {}
    for line in found.of(part):
        path, rest = split_path(line)
        said = words(rest.partition(b"#")[0])
        name, _, value = said.replace("=", " ", 1).partition(" ")
        if not path or not _NAME.fullmatch(name):
            continue
        if len(settings) < ITEMS_LIMIT or name in settings:
            settings[name] = value.strip().strip('"') or "yes"
    return settings


def _stacks(found: Body) -> dict[str, list[str]]:
    """Return the rules of each stack, lines that go on joined, without the dash of a module that may be missing."""
    stacks: dict[str, list[str]] = {}
    held = ("", "")
    for path, line in _with_paths(found, "pam"):
        stack = _STACK.fullmatch(path)
        if not stack:
            continue
        rule = f"{held[1]} {line}" if held[0] == path and held[1] else line
        held = ("", "")
        if rule.endswith("\\"):
            held = (path, text(rule[:-1], 1_000))
            continue
        rule = rule.partition("#")[0].strip().removeprefix("-")
        rules = stacks.setdefault(stack[1], [])
        if rule and len(rules) < RULES_LIMIT:
            rules.append(text(rule))
    return stacks


def _lines(found: Body, part: str) -> dict[str, list[str]]:
    """Return the lines of each file that are no comment."""
    files: dict[str, list[str]] = {}
    for path, line in _with_paths(found, part):
        if line.startswith("#"):
            continue
        lines = files.setdefault(path, [])
        if len(lines) < min(RULES_LIMIT, LIST_LIMIT):
            lines.append(line)
    return files


def _with_paths(found: Body, part: str) -> list[tuple[str, str]]:
    parted = (split_path(line) for line in found.of(part))
    return [(path, words(rest)) for path, rest in parted if path]
