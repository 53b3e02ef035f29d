"""SARIF 2.1.0, in which many tools write what they find, one after the other in one file.

A rule that the tool names and of which nothing is found passed, where the run says that it went well; a tool that names
only the rules that found something closes nothing by that. Places are text: no file and no address is ever opened.
"""

from dataclasses import dataclass, field
from typing import Any

from tui_ops.model.facts import Field
from tui_ops.model.scans import Item, Scan
from tui_ops.model.security import SEVERITIES, CheckResult, FindingKind, FindingSeverity, Seen
from tui_ops.practices.scans import limits
from tui_ops.practices.scans.limits import (
    Left,
    ScanBroken,
    check_id,
    line,
    listed,
    mapping,
    mappings,
    moment,
    number,
    severity_of,
    severity_of_score,
    tool_word,
)

RUNS_LIMIT = 100
"""Runs of one file."""

_CVE = ("CVE-", "GHSA-", "OSV-", "DSA-", "USN-")


def is_sarif(document: dict[str, Any]) -> bool:
    """Return whether a document is of SARIF."""
    return isinstance(document.get("runs"), list) and (
        "sarif" in str(document.get("$schema", ""))[:300].lower() or str(document.get("version", "")).startswith("2.")
    )


def read_sarif(document: dict[str, Any]) -> list[Scan]:
    """Read every run of a document.

    Args:
        document: of JSON.

    Raises:
        ScanBroken: it is of another version, or beyond the limits.
    """
    version = line(document.get("version"), 20)
    if version != "2.1.0":
        raise ScanBroken(f"it is SARIF {version or 'without a version'}, not 2.1.0", "convert it first")
    runs = list(mappings(document.get("runs"), RUNS_LIMIT + 1))
    if len(runs) > RUNS_LIMIT:
        raise ScanBroken(f"it has more than {RUNS_LIMIT} runs", "import it by parts")
    if sum(len(listed(run.get("results"), limits.ITEMS_LIMIT + 1)) for run in runs) > limits.ITEMS_LIMIT:
        raise ScanBroken(f"it finds more than {limits.ITEMS_LIMIT} things", "import it by parts")
    return [_Run(run).scan() for run in runs]


@dataclass(slots=True)
class _Rule:
    title: str
    severity: FindingSeverity
    advice: str
    seen: dict[str, Seen] = field(default_factory=dict)
    good: bool = False
    """Whether a result says that it passed."""


class _Run:
    def __init__(self, run: dict[str, Any]) -> None:
        self._run = run
        self._left = Left()
        self._driver = mapping(mapping(run.get("tool")).get("driver"))
        self._tool = tool_word(line(self._driver.get("name"), 60))
        self._listed = [mapping(one) for one in listed(self._driver.get("rules"), limits.CHECKS_LIMIT)]
        self._rules: dict[str, _Rule] = {}
        # What stands behind the last slash names the single run.
        self._part = line(mapping(run.get("automationDetails")).get("id"), 200).rpartition("/")[0][:80]
        for one in self._listed:
            self._rule(line(one.get("id"), 200), one)

    def scan(self) -> Scan:
        results = self._run.get("results")
        for index, result in enumerate(mappings(results), 1):
            self._take(result, index)
        ends = [mapping(one) for one in listed(self._run.get("invocations"), 50)]
        well = all(one.get("executionSuccessful") is not False for one in ends) and isinstance(results, list)
        times = [at for one in ends if (at := moment(one.get("endTimeUtc"))) is not None]
        said = "" if well else "the run did not go well: it closes nothing"
        return Scan(
            self._tool, "SARIF", line(self._driver.get("semanticVersion") or self._driver.get("version"), 40),
            at=max(times, default=None), items=tuple(self._items()), complete=well,
            part=self._part, note=self._left.note(said),
        )  # fmt: skip

    def _rule(self, name: str, told: dict[str, Any]) -> _Rule:
        if name not in self._rules:
            if len(self._rules) >= limits.CHECKS_LIMIT:
                raise ScanBroken(f"it has more than {limits.CHECKS_LIMIT} rules", "import it by parts")
            title = _text(told.get("shortDescription")) or line(told.get("name"), 100) or name
            level = mapping(told.get("defaultConfiguration")).get("level", "warning")
            self._rules[name] = _Rule(
                line(title, limits.TITLE_LIMIT), _severity(told, level),
                _text(told.get("help"), limits.ADVICE_LIMIT) or line(told.get("helpUri"), limits.ADVICE_LIMIT),
            )  # fmt: skip
        return self._rules[name]

    def _take(self, result: dict[str, Any], index: int) -> None:
        at, told = result.get("ruleIndex"), mapping(result.get("rule"))
        at = at if at is not None else told.get("index")
        given: dict[str, Any] = {}
        if isinstance(at, int) and not isinstance(at, bool) and 0 <= at < len(self._listed):
            given = self._listed[at]
        name = line(result.get("ruleId") or told.get("id") or given.get("id"), 200)
        if not name:
            self._left.out(f"results {index}", "names no rule")
            return
        # A rule may be named by a part of its name, parted by a slash.
        rule = self._rule(name if name in self._rules else line(given.get("id"), 200) or name, given)
        kind = result.get("kind", "fail")
        if kind == "pass":
            rule.good = True
            return
        if kind not in ("fail", "open", "review") or result.get("baselineState") == "absent" or _suppressed(result):
            return
        where, data = _place(result)
        data |= {"part": self._part} if self._part else {}
        about = _object(result, where)
        severity = _severity(result, result.get("level")) if "level" in result else rule.severity
        if "security-severity" in mapping(given.get("properties")):
            severity = rule.severity
        text = _text(result.get("message")) or rule.title
        rule.seen.setdefault(about, Seen(about, line(f"{where}: {text}" if where else text), severity, data=data))

    def _items(self) -> list[Item]:
        found = []
        for name, rule in self._rules.items():
            seen = tuple(rule.seen.values())
            worst = min((one.severity or rule.severity for one in seen), key=SEVERITIES.index, default=rule.severity)
            weak = name.upper().startswith(_CVE)
            found.append(Item(
                check_id(self._tool, name), FindingKind.VULNERABILITY if weak else FindingKind.CONFIGURATION, worst,
                rule.title, CheckResult.FAIL if seen else CheckResult.PASS, seen, advice=rule.advice,
            ))  # fmt: skip
        return found


def _severity(told: dict[str, Any], level: object) -> FindingSeverity:
    """Return a severity by the number for security where there is one, else by the level."""
    scored = number(mapping(told.get("properties")).get("security-severity"))
    if scored is not None and 0 <= scored <= 10:
        return severity_of_score(scored) if scored > 0 else FindingSeverity.INFO
    return severity_of(level)


def _text(value: object, most: int = limits.TEXT_LIMIT) -> str:
    return line(mapping(value).get("text"), most)


def _suppressed(result: dict[str, Any]) -> bool:
    """Return whether the tool's own rules set a result aside, and nobody has refused that."""
    found = list(mappings(result.get("suppressions"), 50))
    return bool(found) and all(one.get("status", "accepted") == "accepted" for one in found)


def _place(result: dict[str, Any]) -> tuple[str, dict[str, Field]]:
    """Return where a result is, for people, and the parts of it."""
    first = next(mappings(result.get("locations"), 1), {})
    physical = mapping(first.get("physicalLocation"))
    uri = line(mapping(physical.get("artifactLocation")).get("uri"), 160)
    start = mapping(physical.get("region")).get("startLine")
    logical = next(mappings(first.get("logicalLocations"), 1), {})
    name = line(logical.get("fullyQualifiedName") or logical.get("name"), 120)
    if not uri:
        return name, {"place": name} if name else {}
    where = f"{uri}:{start}" if isinstance(start, int) and not isinstance(start, bool) and start > 0 else uri
    return where, {"place": uri}


def _object(result: dict[str, Any], where: str) -> str:
    """Return what a result is about: its file, with the tool's own mark for what lines that move can't tell."""
    for key in ("fingerprints", "partialFingerprints"):
        marks = mapping(result.get(key))
        if marks:
            name = sorted(marks)[0]
            return line(f"{where.rpartition(':')[0] or where} {line(marks[name], 80)}", limits.NAME_LIMIT).strip()
    file, _, number_of_line = where.rpartition(":")
    return file if file and number_of_line.isdecimal() else where
