"""Where rsyslog sends logs, and which, out of its settings in both syntaxes: part of ``protections``.

Old lines are ``SELECTOR @@HOST:PORT``, new ones ``action(type="omfwd" …)`` behind a selector, in an ``if``, or in a
ruleset that something calls. All three say which messages go: one facility alone is no log of the host.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

FILTERED = "what a filter lets through"
"""What is said of messages that are picked by more than facility and priority."""

WHAT_LIMIT = 80
"""Characters of a selector that are told."""

BROKEN_LIMIT = 20
"""Actions without an end after which no more are looked for: rsyslog takes none of such a file."""

DEPTH_LIMIT = 12
"""Blocks in one another, and rulesets that call one another, that are followed."""

BLOCKS_LIMIT = 1_000
"""Blocks of all files that are looked at: a central log server has fifty."""

TARGETS_LIMIT = 100
"""Places that are told: ordinary hosts send to one or two."""

DEFAULT_INCLUDE = "/etc/rsyslog.d/*.conf"

_NOISE = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?:(?<=[\s;)}])|^)/\*.*?(?:\*/|\Z)|\#[^\n]*""",
    re.ASCII | re.DOTALL | re.MULTILINE,
)
"""Texts in quotes, which stay, and comments. In ``/etc/rsyslog.d/*.conf`` no comment begins."""

_MARK = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|([{}])""", re.ASCII)
_HOST = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?"
_OLD = re.compile(
    rf"^([^\n]{{0,300}}?)(?:[\t ]|(?<=^))(?:(@@?)(?:\([^)\n]{{0,40}}\))?|:omrelp:){_HOST}[\t ]*(?:;[^\n]*)?\}}?[\t ]*$",
    re.ASCII | re.MULTILINE,
)
"""``*.* @@host:port``: one sign for UDP, two for TCP, options of the way in brackets; and the same for RELP."""

_SELECTOR = re.compile(r"[A-Za-z0-9*,.;=!\t -]{1,300}", re.ASCII)
_NEW = re.compile(r"\baction[\t \n]{0,20}\(", re.ASCII | re.IGNORECASE)
_INSIDE = re.compile(r"""(?:[^()"']|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'){0,3000}""", re.ASCII)
_WORD = re.compile(r"([A-Za-z.]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'\[]+))", re.ASCII)
_RULESET = re.compile(r"\bruleset\s{0,5}\(\s{0,5}name\s{0,5}=\s{0,5}[\"']([^\"'\n]{1,80})[\"']", re.ASCII | re.I)
_CALL = re.compile(r"\bcall[\t ]+([A-Za-z0-9_.-]{1,80})", re.ASCII)
_DEFAULT = re.compile(r"^\$DefaultRuleset[\t ]+(\S{1,80})", re.ASCII | re.I | re.MULTILINE)
_BOUND = re.compile(r"\bruleset\s{0,5}=\s{0,5}[\"']([^\"'\n]{1,80})[\"']", re.ASCII | re.I)
_INCLUDE = re.compile(
    r"^[\t ]*(?:\$IncludeConfig[\t ]+(\S{1,200})|include\s*\(\s*file\s*=\s*[\"']([^\"'\n]{1,200})[\"'])",
    re.ASCII | re.I | re.MULTILINE,
)
_TLS_DRIVER = re.compile(r"\$?(?:Default)?NetstreamDriver[ =\"]+(?:gtls|ossl)", re.IGNORECASE | re.ASCII)
_OLD_TLS = re.compile(r"\$ActionSendStreamDriverMode\s+1", re.IGNORECASE | re.ASCII)

_MOST = ("*", "debug", "info")
"""Priorities from which on nearly all is sent."""

_NEEDED = ("*", "auth", "authpriv", "kern")
"""Facilities without which a log elsewhere says nothing of an attack; to leave ``mail`` out is a choice."""


@dataclass(frozen=True, slots=True)
class Forward:
    """One place that rsyslog sends to."""

    target: str
    """Host, with the port where one is said."""
    protocol: str
    """``tcp``, ``udp`` or ``relp``."""
    is_tls: bool
    what: str
    """Which messages; empty: all of them, or all but some that are no matter of security."""


def forwards(settings: str) -> list[Forward]:
    """Return where rsyslog sends to.

    Args:
        settings: lines of its files, in their order.
    """
    said = _without_comments(settings)
    file = _File(said)
    found = [*islice(_old(file), TARGETS_LIMIT), *islice(_new(file), TARGETS_LIMIT)]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def includes(settings: str) -> list[str]:
    """Return files whose settings are taken in, beside those of the usual folder, which are read."""
    found = [one or other for one, other in _INCLUDE.findall(_without_comments(settings))]
    return [path for path in found if path != DEFAULT_INCLUDE]


def covers(selector: str) -> bool:
    """Return whether a selector of the old syntax lets the log of a host through.

    Args:
        selector: ``*.*;mail.none``.
    """
    is_all = False
    for part in selector.split(";"):
        facilities, _, priority = part.strip().rpartition(".")
        named = [one.strip() for one in facilities.split(",")]
        if "*" in named and priority in _MOST:
            is_all = True
        elif (priority == "none" or (priority[:1] == "!" and priority != "!=debug")) and any(
            one in _NEEDED for one in named
        ):
            is_all = False
    return is_all


def _without_comments(settings: str) -> str:
    plain = _NOISE.sub(lambda one: one[1] or "", settings)
    return re.sub(r"\\\n[\t ]*", " ", plain)


class _File:
    """Settings without comments, with the blocks that each place is in.

    Args:
        said: the settings.
    """

    def __init__(self, said: str) -> None:
        self.said = said
        self.is_old_tls = bool(_TLS_DRIVER.search(said) and _OLD_TLS.search(said))
        self.driver = "gtls" if _TLS_DRIVER.search(said) else ""
        self._blocks = list(islice(_blocks(said), BLOCKS_LIMIT))
        self._calls = {one[1]: one.start() for one in reversed(list(_CALL.finditer(said)))}
        self._default = {one[1] for one in _DEFAULT.finditer(said)}
        self._bound = {one[1] for one in _BOUND.finditer(said)}
        self._reached: dict[str, str | None] = {}

    def before(self, at: int) -> str:
        """Return what stands before a place in its statement: a selector, a filter, nothing."""
        start = max(self.said.rfind(sign, 0, at) for sign in "\n{}")
        return self.said[start + 1 : at].strip()

    def what(self, at: int, own: str, depth: int = 0) -> str | None:
        """Return which messages come to a place; empty for all, None for none: it is in a ruleset that nobody calls.

        Args:
            at: the place.
            own: what stands before it in its statement.
            depth: rulesets that were followed to here.
        """
        told: list[str | None] = [_picked(own)]
        around = (header for start, end, header in self._blocks if start < at < end)
        for header in islice(around, DEPTH_LIMIT):
            ruleset = _RULESET.search(header)
            told.append(self._reach(ruleset[1], depth) if ruleset else _picked(header))
        return None if None in told else next((one for one in told if one), "")

    def _reach(self, ruleset: str, depth: int) -> str | None:
        if ruleset in self._reached:
            return self._reached[ruleset]
        # One that calls itself is called by nobody.
        self._reached[ruleset] = None
        at = self._calls.get(ruleset)
        found = f"what comes in for the ruleset {ruleset}" if ruleset in self._bound else None
        if ruleset in self._default:
            found = ""
        elif at is not None and depth < DEPTH_LIMIT:
            found = self.what(at, self.before(at), depth + 1)
        self._reached[ruleset] = found
        return found


def _blocks(said: str) -> Iterator[tuple[int, int, str]]:
    """Yield beginning, end and header of each block in braces, an unfinished one up to the end."""
    opened: list[tuple[int, str]] = []
    last = 0
    for mark in _MARK.finditer(said):
        if mark[2] == "{":
            # A header may stand on the lines before its brace.
            header = said[max(last, mark.start() - 400) : mark.start()].strip()
            opened.append((mark.start(), header.rpartition("\n")[2]))
        elif mark[2] and opened:
            start, header = opened.pop()
            yield start, mark.start(), header
        if mark[2]:
            last = mark.end()
    for start, header in opened[:DEPTH_LIMIT]:
        yield start, len(said), header


def _picked(before: str) -> str:
    """Return which messages a selector or a filter picks; empty for all."""
    before = before.strip()
    if not before or before == "&":
        return ""
    if _SELECTOR.fullmatch(before) and "." in before and not before.startswith(("if ", "else")):
        return "" if covers(before) else before[:WHAT_LIMIT]
    return FILTERED if before.startswith(("if", "else", ":", "!", "+", "-")) or " then" in before else ""


def _old(file: _File) -> Iterator[tuple[int, Forward]]:
    above = ""
    for line in _OLD.finditer(file.said):
        before = line[1].strip()
        if before == "&":
            before = above
        # What stands before is a selector or a filter: an address of mail in a text is no target.
        if not (_SELECTOR.fullmatch(before) or before.startswith(("if ", ":")) or before.endswith("{")):
            continue
        above = before
        what = file.what(line.start() + len(line[1]), before.rstrip("{"))
        if what is not None:
            protocol = "relp" if line[2] is None else "tcp" if line[2] == "@@" else "udp"
            target = line[3] + (f":{line[4]}" if line[4] else "")
            yield line.start(), Forward(target, protocol, file.is_old_tls and protocol == "tcp", what)


def _new(file: _File) -> Iterator[tuple[int, Forward]]:
    broken = 0
    for begun in _NEW.finditer(file.said):
        inside = _INSIDE.match(file.said, begun.end())
        if inside is None or file.said[inside.end() : inside.end() + 1] != ")":
            broken += 1
            if broken > BROKEN_LIMIT:
                return
            continue
        words = {name.lower(): one or other or bare for name, one, other, bare in _WORD.findall(inside[0])}
        kind, host = words.get("type", "").lower(), words.get("target", "")
        if kind not in ("omfwd", "omrelp") or not host:
            continue
        what = file.what(begun.start(), file.before(begun.start()))
        if what is None:
            continue
        protocol = "relp" if kind == "omrelp" else words.get("protocol", "udp").lower()
        target = host + (f":{words['port']}" if words.get("port") else "")
        if kind == "omrelp":
            is_tls = words.get("tls", "").lower() == "on"
        else:
            is_tls = words.get("streamdrivermode") == "1" and bool(words.get("streamdriver") or file.driver)
        yield begun.start(), Forward(target, protocol, is_tls and protocol != "udp", what)
