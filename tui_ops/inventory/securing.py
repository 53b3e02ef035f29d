"""The section ``security``: the numbers of the checks, what is excepted, when findings are due, what is meant to be."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from tui_ops.inventory import fields
from tui_ops.inventory.errors import Mistakes, did_you_mean, quoted
from tui_ops.inventory.match import Matcher
from tui_ops.inventory.parameters import ENTRIES_MAX, parameters_of
from tui_ops.inventory.schema import NameList, Part, TextList, Title, as_list
from tui_ops.inventory.sections import named
from tui_ops.inventory.tree import Entry, Mapping, Node, descend
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.checkids import CHECK_IDS
from tui_ops.model.securing import DAY_S, DUE_DAYS, Excepted, SecuritySpec
from tui_ops.model.security import SEVERITIES, FindingSeverity

PROFILES = ("cis", "pci")

SCANNERS = ("lynis", "openscap")

EXCEPTIONS_MAX = 1000
"""Exceptions of one file: beyond that the profile is the wrong one."""

DUE_RANGE_S = (60.0, 10 * 366 * DAY_S)
"""In less than a minute nobody mends anything, and in ten years nobody will."""

FEED_AGE_RANGE_S = (3600.0, 92 * DAY_S)
"""A feed of a quarter ago knows nothing of what is attacked now."""

OTHERS = ("CVE-", "host-key-changed", "attestation")
"""How the names begin of what is no check of ours and has findings all the same, beside those with a colon."""

NEVER = "never"

ALERTS = {
    "critical": (FindingSeverity.CRITICAL,), "high": (FindingSeverity.CRITICAL, FindingSeverity.HIGH), "no": (),
}  # fmt: skip
"""From which severity on findings become incidents, by the words for it."""

_CHECK = re.compile(r"[A-Za-z][A-Za-z0-9:._-]{0,60}\*?|\*", re.ASCII)
_LISTENER = re.compile(r"(tcp|udp)/([0-9]{1,5})", re.ASCII)
_FINGERPRINT = re.compile(r"(SHA256:[A-Za-z0-9+/]{43}=?|MD5:[0-9a-f:]{47})", re.ASCII)


def known_profile(text: object) -> str:
    """Return whose numbers the checks take."""
    if text not in PROFILES:
        hint = did_you_mean(str(text), PROFILES) or f"profiles are {', '.join(PROFILES)}"
        raise Wrong(f"{quoted(str(text))} is no profile", hint)
    return str(text)


def check_name(text: str) -> str:
    """Return the id of a check, or a beginning of ids with ``*``."""
    hint = "write its id as 'tui-ops show verdicts' has it, or ssh-*"
    if not _CHECK.fullmatch(text):
        raise Wrong(f"{quoted(text)} is no check", hint)
    if not text.startswith(OTHERS) and ":" not in text and not any(fnmatchcase(one, text) for one in CHECK_IDS):
        what = "there are no checks that begin so" if text.endswith("*") else "there is no such check"
        raise Wrong(f"{quoted(text)}: {what}", did_you_mean(text, CHECK_IDS) or hint)
    return text


def severity(text: str) -> FindingSeverity:
    """Return a severity of findings."""
    if text not in [str(one) for one in SEVERITIES]:
        hint = did_you_mean(text, [str(one) for one in SEVERITIES]) or f"severities are {', '.join(SEVERITIES)}"
        raise Wrong(f"{quoted(text)} is no severity", hint)
    return FindingSeverity(text)


def alerting(text: object) -> tuple[FindingSeverity, ...]:
    """Return the severities whose findings become incidents."""
    if not isinstance(text, str) or text not in ALERTS:
        raise Wrong(f"{quoted(str(text))} does not say which findings become incidents", "write critical, high or no")
    return ALERTS[text]


def within(text: object) -> float | None:
    """Return within which time a finding is to be mended, in seconds; None for never."""
    if text == NEVER:
        return None
    return fields.duration(text, DUE_RANGE_S, "1m to 10 years", f"write such as 7d, or {NEVER}")


def listener(text: str) -> str:
    """Return what may listen, ``tcp/22``."""
    found = _LISTENER.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 65535:
        raise Wrong(f"{quoted(text)} says not what may listen", "write it as tcp/22 or udp/53")
    return text


def fingerprint(text: str) -> str:
    """Return the fingerprint of a key."""
    if not _FINGERPRINT.fullmatch(text):
        raise Wrong(f"{quoted(text)} is no fingerprint", "write it as 'ssh-keygen -lf' prints it: SHA256:…")
    return text.rstrip("=")


def folder(text: str) -> str:
    """Return a path of a folder."""
    if not text.strip() or "\0" in text or len(text) > 1000:
        raise Wrong("this is no path of a folder")
    return text.strip()


Parameters = Annotated[dict[str, Any], Field(max_length=200)]
"""As the file has them: by their names it is known what each has to be."""
Checks = Annotated[
    tuple[Annotated[str, AfterValidator(check_name)], ...], Field(max_length=500), BeforeValidator(as_list)
]
Listeners = Annotated[
    tuple[Annotated[str, AfterValidator(listener)], ...], Field(max_length=ENTRIES_MAX), BeforeValidator(as_list)
]
Admins = Annotated[dict[Annotated[str, AfterValidator(fields.unix_user)], NameList], Field(max_length=200)]
Owners = Annotated[dict[Annotated[str, AfterValidator(fingerprint)], Title], Field(max_length=ENTRIES_MAX)]
_feed_age = partial(fields.duration, allowed_s=FEED_AGE_RANGE_S, in_words="1h to 92d")


class Section(Part):
    """The mapping below ``security``; its larger parts are checked on their own."""

    profile: Annotated[str, BeforeValidator(known_profile)] = "cis"
    parameters: Parameters = Field(default_factory=dict)
    off: Checks = ()
    due: Annotated[
        dict[Annotated[str, AfterValidator(severity)], Annotated[float | None, BeforeValidator(within)]],
        Field(max_length=len(SEVERITIES)),
    ] = Field(default_factory=dict)
    alert: Annotated[tuple[FindingSeverity, ...], BeforeValidator(alerting)] = ALERTS["critical"]
    feed_age: Annotated[float, BeforeValidator(_feed_age)] = 7 * DAY_S
    feeds: Annotated[str, AfterValidator(folder)] = ""
    admins: Admins = Field(default_factory=dict)
    key_owners: Owners = Field(default_factory=dict)
    frameworks: NameList = ()
    frameworks_folder: Annotated[str, AfterValidator(folder)] = ""
    exceptions: Any = None
    listeners: Any = None
    scanners: Any = None


class Exempt(Part):
    """An exception below ``exceptions``."""

    check: Checks
    hosts: TextList
    reason: Title = ""
    parameters: Parameters = Field(default_factory=dict)


class MayListen(Part):
    """An entry below ``listeners``."""

    hosts: TextList
    allow: Listeners


class Scanned(Part):
    """An entry below ``scanners``."""

    hosts: TextList = ()


def read_security(node: Node | None, validator: Validator, matcher: Matcher, mistakes: Mistakes) -> SecuritySpec:
    """Return what the section says; as it is without one where there is none.

    Args:
        node: the section.
        validator: checks its parts.
        matcher: finds the hosts that patterns stand for.
        mistakes: receives what is wrong, each with its place.
    """
    if node is None:
        return SecuritySpec()
    return _Reader(node, validator, matcher, mistakes).read()


class _Reader:
    """The section on its way to a specification."""

    def __init__(self, node: Node, validator: Validator, matcher: Matcher, mistakes: Mistakes) -> None:
        self._node = node
        self._validator = validator
        self._matcher = matcher
        self._mistakes = mistakes

    def read(self) -> SecuritySpec:
        """Return what the section says; what is wrong is noted and left out."""
        model = self._validator.model(Section, self._node)
        if model is None:
            return SecuritySpec()
        due_s = {one: days * DAY_S for one, days in DUE_DAYS.items()}
        due_s |= {FindingSeverity(one): after for one, after in model.due.items() if after is not None}
        for one, after in model.due.items():
            if after is None:
                due_s.pop(FindingSeverity(one), None)
        numbers = parameters_of(model.parameters, self._node, (), self._mistakes)
        return SecuritySpec(
            profile=model.profile, parameters=numbers, excepted=tuple(self._exceptions()),
            off=frozenset(model.off), due_s=due_s, feed_age_s=model.feed_age, alert=model.alert, admins=model.admins,
            listeners=self._listeners(), key_owners=model.key_owners, frameworks=model.frameworks,
            frameworks_folder=model.frameworks_folder, feeds_folder=model.feeds, scanners=self._scanners(),
        )  # fmt: skip

    def _exceptions(self) -> list[Excepted]:
        found: list[Excepted] = []
        for _, entry in self._entries("exceptions"):
            model = self._validator.model(Exempt, entry.value)
            if model is None:
                continue
            if not model.reason:
                said = f"the exception {quoted(entry.key.text)} has no reason"
                self._mistakes.add(entry.key, said, "add 'reason:': whoever audits asks for it")
            hosts = frozenset(self._hosts(model.hosts, entry.value))
            numbers = parameters_of(model.parameters, entry.value, model.check, self._mistakes)
            found += [Excepted(one, hosts, model.reason, numbers) for one in model.check]
        if len(found) > EXCEPTIONS_MAX:
            self._mistakes.add(self._node, f"there are more than {EXCEPTIONS_MAX} exceptions", "use groups and ssh-*")
        return found

    def _listeners(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for _, entry in self._entries("listeners"):
            model = self._validator.model(MayListen, entry.value)
            for host in self._hosts(model.hosts, entry.value) if model is not None else ():
                found.setdefault(host, {}).update(dict.fromkeys(model.allow if model is not None else ()))
        return {host: tuple(names) for host, names in found.items()}

    def _scanners(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for name, entry in self._entries("scanners"):
            if name not in SCANNERS:
                hint = did_you_mean(name, SCANNERS) or f"scanners are {', '.join(SCANNERS)}"
                self._mistakes.add(entry.key, f"{quoted(name)} is no scanner that is run", hint)
                continue
            model = self._validator.model(Scanned, entry.value)
            if model is not None:
                found[name] = frozenset(self._hosts(model.hosts, entry.value))
        return found

    def _entries(self, section: str) -> list[tuple[str, Entry]]:
        node = self._node
        entry = node.entries.get(section) if isinstance(node, Mapping) else None
        return list(named(self._validator.section(entry.value if entry else None, section), self._mistakes).items())

    def _hosts(self, patterns: Sequence[str], entry: Node) -> list[str]:
        found: list[str] = []
        for index, pattern in enumerate(patterns):
            try:
                found += self._matcher.match(pattern)
            except Wrong as wrong:
                self._mistakes.add_wrong(descend(entry, ("hosts", index)), wrong)
        return found
