"""The topic ``sudoers``: who may run what as another account. The part ``rules``: lines of the files, ``PATH:LINE``.

The files are followed as sudo does it (sudoers(5)): from sudoers on, each include in its place, of a folder the files
sorted, but none with a full stop or a tilde at its end. What nothing includes is no rule.
"""

import re

from tui_ops.collectors.facts.body import Body, Items, Part, read_body, reading, split_path, text, words
from tui_ops.model.clean import CUT_SIGN
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "sudoers", "sudo rules"

RULES_LIMIT = 1_000
"""Rules of one host that are kept: those made by hand are a handful, generated ones some hundred."""

RULE_LIMIT = 2_000
"""Characters of one rule, its lines joined."""

DEPTH = 16
"""Files that include one another, at most: sudo stops at 128, and three are seldom."""

FOLLOWED_LIMIT = 8_000
"""Lines that are followed: a file that includes itself many times would be read for ever."""

_MAIN = "/etc/sudoers"
_FOLDER = "/etc/sudoers.d"
_ALIAS = re.compile(r"(?:User|Runas|Host|Cmnd|Cmd)_Alias\b", re.ASCII)
_DEFAULTS = re.compile(r"Defaults\b", re.ASCII)
_INCLUDE = re.compile(r"[#@](include(?:dir)?)\s+(.+)", re.ASCII)
_COMMENT = re.compile(r"(?<!\\)#(?![0-9-]).*")
"""A number sign begins a comment, unless a user's number follows it."""

_NO_PASSWORD = re.compile(r"\bNOPASSWD\s*:", re.ASCII)
_NO_QUESTION = re.compile(r"!\s*authenticate\b", re.ASCII)
_NEVER = re.compile(r"(?!)")
_AS = re.compile(r"\(([^)]*)\)")


def parse_sudoers(body: bytes) -> FactReading:
    """Read one run of the topic.

    Returns:
        An item for each rule, named by its file and its text: a rule that differs is one gone and one new.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(RULES_LIMIT)
    unread, looked_at = [], {split_path(line)[0] for line in found.of("rules")} | {_FOLDER}
    for path, rule in _rules(found):
        fields = _fields(path, rule)
        if fields is None:
            continue
        # A file elsewhere is not looked at, but that it is read is told.
        if fields["kind"] == "include" and _whole(str(fields["who"])) not in looked_at:
            unread.append(f"{fields['who']} ")
        if str(fields["text"]).endswith(CUT_SIGN):
            # What stands at its end may be the very word that counts.
            unread.append(f"{path} ")
        name = f"{path} {fields['text']}"
        kept = items.add(name, fields)
        if kept is not None and kept["text"] != fields["text"]:
            # Two long rules that begin alike.
            items.add_another(name, fields)
    return reading(TOPIC, WHAT, found, items, {"rules": Part(need="sudo rules")}, tuple(unread))


def _rules(found: Body) -> list[tuple[str, str]]:
    """Join the lines that belong together, in the order in which sudo comes to them."""
    files: dict[str, list[tuple[str, str]]] = {}
    held = ""
    for line in found.of("rules"):
        path, rest = split_path(line)
        if not path:
            continue
        lines, part = files.setdefault(path, []), words(rest, RULE_LIMIT)
        if lines and held == path:
            part = text(f"{lines.pop()[1]} {part}", RULE_LIMIT)
        held = path if part.endswith("\\") else ""
        lines.append((path, part[:-1].rstrip() if held else part))
    rules: list[tuple[str, str]] = []
    _follow(_MAIN, files, rules, 0)
    return rules


def _follow(path: str, files: dict[str, list[tuple[str, str]]], rules: list[tuple[str, str]], depth: int) -> None:
    for _, rule in files.get(path, ()) if depth < DEPTH else ():
        if len(rules) >= FOLLOWED_LIMIT:
            return
        rules.append((path, rule))
        include = _INCLUDE.fullmatch(rule)
        if include:
            for one in _included(include[1], include[2], files):
                _follow(one, files, rules, depth + 1)


def _included(kind: str, said: str, files: dict[str, list[tuple[str, str]]]) -> list[str]:
    """Return the files that were read and that an include calls in."""
    path = _whole(said)
    if kind == "include":
        return [path] if path in files else []
    parted = ((one.rpartition("/"), one) for one in sorted(files))
    return [one for (of, _, name), one in parted if of == path and "." not in name and not name.endswith("~")]


def _whole(said: str) -> str:
    """Return the path of an include; one that is not whole is beside sudoers."""
    path = said.strip('"').rstrip("/")
    return path if path.startswith("/") else f"{_MAIN.rpartition('/')[0]}/{path}"


def _fields(path: str, rule: str) -> Fields | None:
    include = _INCLUDE.fullmatch(rule)
    if include:
        return {"file": path, "kind": "include", "who": text(include[2]), "nopasswd": False, "text": text(rule)}
    rule = " ".join(_COMMENT.sub("", rule).split())
    if not rule:
        return None
    kind = "alias" if _ALIAS.match(rule) else "defaults" if _DEFAULTS.match(rule) else "rule"
    run_as = _AS.search(rule)
    return {
        "file": path,
        "kind": kind,
        "who": text(_who(kind, rule)),
        "as": text(run_as[1]) if run_as and kind == "rule" else "",
        "nopasswd": {"rule": _NO_PASSWORD, "defaults": _NO_QUESTION}.get(kind, _NEVER).search(rule) is not None,
        "text": text(rule, RULE_LIMIT),
    }


def _who(kind: str, rule: str) -> str:
    """Return whom a rule is about: an account or ``%group``, the name of an alias, what a default is limited to."""
    first, _, rest = rule.partition(" ")
    if kind == "rule":
        return first.split("=", 1)[0]
    return rest.split("=", 1)[0].strip() if kind == "alias" else first.removeprefix("Defaults").lstrip(":@>!")
