"""Results of XCCDF, as a plain benchmark, alone, or within ARF: rules with what came of each.

OpenSCAP says of every rule how it went, so that a pass is a pass. What was not selected, not checked or could not be
judged says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_ops.model.scans import Item, Scan
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen
from tui_ops.practices.scans import limits
from tui_ops.practices.scans.limits import Left, ScanBroken, check_id, host_names, line, moment, severity_of
from tui_ops.practices.scans.xmlflow import XmlFlow

TOOL = "openscap"

RESULTS: Mapping[str, CheckResult] = {
    "pass": CheckResult.PASS, "fixed": CheckResult.PASS, "fail": CheckResult.FAIL, "error": CheckResult.ERROR,
    "unknown": CheckResult.UNKNOWN, "notchecked": CheckResult.UNKNOWN, "notapplicable": CheckResult.NOT_APPLICABLE,
}  # fmt: skip
"""The words of XCCDF. ``notselected`` and ``informational`` say nothing of the host."""

SILENT = frozenset({"notselected", "informational"})

_WORST = (
    CheckResult.FAIL, CheckResult.ERROR, CheckResult.UNKNOWN, CheckResult.PASS, CheckResult.NOT_APPLICABLE,
)  # fmt: skip
"""A rule that was checked several times is as bad as the worst; what could not be judged makes no pass."""

ROOTS = frozenset({"Benchmark", "TestResult", "asset-report-collection", "data-stream-collection"})

SSG = "xccdf_org.ssgproject.content_rule_"
"""Rules of ComplianceAsCode, which are known by the rest of their names."""

NAME_FACTS = ("host_name", "fqdn", "ipv4", "ipv6")
"""Facts of a target that name the host."""

SYSTEM_LIMIT = 20
"""Results of one file: a run makes one."""

_WANTED = frozenset({"title", "result", "target", "target-address", "fact", "new-result", "identity"})


@dataclass(slots=True)
class _Rule:
    title: str = ""
    severity: str = ""


@dataclass(slots=True)
class _Result:
    """One TestResult."""

    version: str = ""
    ended: str = ""
    by: str = ""
    """The account that it ran as, as far as it says."""
    profile: str = ""
    names: dict[str, None] = field(default_factory=dict)
    rules: dict[str, tuple[CheckResult, str]] = field(default_factory=dict)
    """Rule to what came of it, and its severity."""


def is_xml(head: bytes) -> bool:
    """Return whether a file begins as XML does."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe<", b"\xfe\xff"))


def read_xccdf(data: bytes) -> list[Scan]:
    """Read the results of a file.

    Args:
        data: all of it.

    Raises:
        ScanBroken: it is no XML, has a document type, or no results.
    """
    reader = _Reader()
    XmlFlow(reader.begin, reader.end, _WANTED).read(data)
    if not reader.results:
        raise ScanBroken("it has rules and no results", "take what oscap wrote to --results or --results-arf")
    return [reader.scan(result) for result in reader.results]


class _Reader:
    def __init__(self) -> None:
        self.results: list[_Result] = []
        self._arf = False
        self._left = Left()
        self._rules: dict[str, _Rule] = {}
        self._rule: str | None = None
        self._now: _Result | None = None
        self._one: tuple[str, str] | None = None
        self._said: str = ""
        self._fact = ""

    def begin(self, path: list[str], attributes: Mapping[str, str]) -> None:
        """Take note of an element."""
        name = path[-1]
        if len(path) == 1:
            if name not in ROOTS:
                raise ScanBroken(f"<{line(name, 40)}> is no result of XCCDF", "formats: see docs/imports.md")
            self._arf = name == "asset-report-collection"
        if name == "Rule":
            self._begin_rule(attributes)
        elif name == "TestResult":
            if len(self.results) >= SYSTEM_LIMIT:
                raise ScanBroken(f"it has results of more than {SYSTEM_LIMIT} runs", "import one after the other")
            self._now = _Result(attributes.get("test-system", ""), attributes.get("end-time", ""))
            self.results.append(self._now)
        elif self._now is not None:
            self._within(name, attributes)

    def _begin_rule(self, attributes: Mapping[str, str]) -> None:
        self._rule = attributes.get("id", "")[:200]
        if len(self._rules) >= limits.CHECKS_LIMIT:
            raise ScanBroken(f"it has more than {limits.CHECKS_LIMIT} rules", "check what this file is")
        # An ARF may carry its rules twice, and only the first time with their severities.
        self._rules.setdefault(self._rule, _Rule(severity=attributes.get("severity", "")[:20]))

    def _within(self, name: str, attributes: Mapping[str, str]) -> None:
        assert self._now is not None
        if name == "rule-result":
            self._one = (attributes.get("idref", "")[:200], attributes.get("severity", "")[:20])
            self._said = ""
        elif name == "profile":
            self._now.profile = attributes.get("idref", "")[:200]
        elif name == "fact":
            self._fact = attributes.get("name", "")

    def end(self, path: list[str], text: str) -> None:
        """Take note of an element's end, with its text."""
        name, parent = path[-1], path[-2] if len(path) > 1 else ""
        if name == "title" and parent == "Rule" and self._rule is not None:
            self._rules[self._rule].title = self._rules[self._rule].title or line(text, limits.TITLE_LIMIT)
        elif name == "Rule":
            self._rule = None
        elif name == "TestResult":
            self._now = None
        elif self._now is not None:
            self._end_within(self._now, name, parent, text)

    def _end_within(self, now: _Result, name: str, parent: str, text: str) -> None:
        named = self._fact.rpartition(":")[2] if name == "fact" else ""
        if (name in ("target", "target-address") and parent == "TestResult") or named in NAME_FACTS:
            self._name(now, text)
        elif name == "identity" and parent == "TestResult":
            now.by = line(text, 60)
        elif (name == "result" and parent == "rule-result") or (name == "new-result" and parent == "override"):
            # Who overrides a result by hand in the file is the one who is believed; he stands after it or before it.
            self._said = text.strip()[:30] if name == "new-result" or not self._said else self._said
        elif name == "rule-result":
            self._take(now)

    def _name(self, now: _Result, text: str) -> None:
        if len(now.names) < limits.NAMES_MOST:
            now.names |= dict.fromkeys(host_names([text]))

    def _take(self, now: _Result) -> None:
        rule, severity = self._one or ("", "")
        self._one = None
        if self._said in SILENT:
            return
        result = RESULTS.get(self._said)
        if result is None or not rule:
            self._left.out(rule or "a rule-result", f"the result {self._said!r}" if rule else "names no rule")
            return
        if rule in now.rules:
            before = now.rules[rule][0]
            result = min(before, result, key=_WORST.index)
        elif len(now.rules) >= limits.CHECKS_LIMIT:
            raise ScanBroken(f"it has more than {limits.CHECKS_LIMIT} results", "check what this file is")
        now.rules[rule] = (result, severity)

    def scan(self, now: _Result) -> Scan:
        """Return what one run came to."""
        # OpenSCAP calls nobody privileged, not even root; the name tells.
        with_rights = now.by in ("", "root")
        said = "" if with_rights else f"it ran as {now.by}, not as root: it closes nothing"
        items = [self._item(rule, result, severity, now) for rule, (result, severity) in now.rules.items()]
        tool, _, version = now.version.rpartition(":")
        return Scan(
            TOOL, "ARF" if self._arf else "XCCDF", line(version if tool else "", 40), tuple(now.names),
            moment(now.ended), tuple(items), with_rights, note=self._left.note(said),
        )  # fmt: skip

    def _item(self, rule: str, result: CheckResult, severity: str, now: _Result) -> Item:
        told = self._rules.get(rule, _Rule())
        short = rule.removeprefix(SSG)
        title = told.title or short
        failed = result is CheckResult.FAIL
        profile = now.profile.rpartition("_profile_")[2]
        return Item(
            check_id(TOOL, short), FindingKind.CONFIGURATION,
            severity_of(severity or told.severity, FindingSeverity.MEDIUM), title, result,
            (Seen("", f"{title}: fail{f' (profile {line(profile, 60)})' if profile else ''}"),) if failed else (),
            f"OpenSCAP says {result}", "oscap xccdf generate guide says how this rule is kept to" if failed else "",
        )  # fmt: skip
