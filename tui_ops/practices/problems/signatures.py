"""The signature of a known error: what must be true on a host for it to be this one again.

All that a signature names must be true: the rule that fired, a line of the logs, the state of a unit, a package, its
version. It is JSON in the store and on the command line, ``{"log": "EXT4-fs error", "package": "linux-image*"}``.
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tui_ops.model.address import AddressError, compile_pattern
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.versions import compare_versions

KEYS = ("rule", "log", "unit", "package", "version")

WORD_LIMIT = 200
"""Characters of one of them."""

WINDOW, OVERLAP = 200, 60
"""A pattern looks at a line in pieces of so many characters, since a person's pattern on a long text can take for
ever; what it looks for may lie across two pieces by as much as they overlap."""

LINES_LIMIT = 1200
"""Lines of one host's logs that are looked through: all of its evidence."""

REPEATS = 2
"""Open repeats of a log pattern: with two, the worst one takes 20 ms for a piece of a line, with three two seconds."""

SEARCH_S = 0.5
"""Seconds that one signature may look through the logs of one host: a thousand times what a plain pattern takes."""

TEXT_LIMIT = 160
"""Characters of the line that a match tells."""

FAILED = "failed"
"""The state of a unit that is meant where none is named."""

_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
"""The parts of a pattern: what is escaped, a set of characters, or one character."""

_CONDITION = re.compile(r"(<=|>=|<|>|=|!=)? *(\S{1,120})")


class SignatureWrong(TuiOpsError):
    """A signature that can't be read."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What must be true."""

    rule: str = ""
    """Name of the rule that opened the incident; ``*`` and ``?`` stand for others."""
    log: str = ""
    """A regular expression, found in a line of journal or kernel log; case does not matter."""
    unit: str = ""
    """``NAME`` of a unit that has failed, or ``NAME=STATE``; ``*`` and ``?`` stand for others."""
    package: str = ""
    """Name of a package that is installed; ``*`` and ``?`` stand for others."""
    version: str = ""
    """Of that package, or of the kernel where none is named: ``1.2.3``, ``1.2.*``, ``<1.2.3``, or several with a comma
    between them, which must all be true."""

    def as_json(self) -> str:
        """Return it as it is kept: only what it names."""
        named = {key: getattr(self, key) for key in KEYS if getattr(self, key)}
        return json.dumps(named, ensure_ascii=False, separators=(",", ":"))

    def __str__(self) -> str:
        return ", ".join(f"{key} {getattr(self, key)}" for key in KEYS if getattr(self, key))


@dataclass(frozen=True, slots=True)
class HostNow:
    """What is known of a host at this moment."""

    rules: tuple[str, ...] = ()
    """Rules whose alerts the incident has."""
    log: Sequence[str] = ()
    """Lines of its journal and kernel log."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Unit to its state: ``active``, ``failed``."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Package to its version."""
    kernel: str = ""
    """Release of its kernel."""


def read_signature(text: str) -> Signature:
    """Return the signature that a text says.

    Args:
        text: a JSON object, or words ``log=PATTERN unit=NAME`` of which the values hold no blank.

    Raises:
        SignatureWrong: with what would be right.
    """
    given = _object(text)
    strange = sorted(set(given) - set(KEYS))
    if strange:
        raise SignatureWrong(f"a signature has no {strange[0]!r:.60}", f"it has: {', '.join(KEYS)}")
    values: dict[str, str] = {}
    for key, value in given.items():
        if not isinstance(value, str) or len(value) > WORD_LIMIT:
            raise SignatureWrong(f"{key} is a text of at most {WORD_LIMIT} characters")
        values[key] = value.strip()
    made = Signature(**values)
    if not any(values.values()):
        raise SignatureWrong("a signature without anything in it would match every host", f"name {', '.join(KEYS)}")
    if made.log:
        log_pattern(made.log)
    return made


def log_pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of a signature, ready and harmless: no text on any host makes it take long.

    Raises:
        SignatureWrong: it can't be read, or could take for ever on some text.
    """
    try:
        found = compile_pattern(text)
    except AddressError as error:
        raise SignatureWrong(f"log: {error.message}", error.hint) from error
    if sum(part in "*+{" for part in _PARTS.findall(text)) > REPEATS:
        raise SignatureWrong(
            f"log: the pattern has more than {REPEATS} repeats", "leave out .* at its ends, or name fewer words"
        )
    return found


def _object(text: str) -> dict[str, object]:
    if len(text) > 5 * WORD_LIMIT + 100:
        raise SignatureWrong(f"a signature has at most {5 * WORD_LIMIT} characters")
    if text.strip().startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SignatureWrong("the signature is no JSON object", 'such as {"log": "EXT4-fs error"}') from error
        return found if isinstance(found, dict) else {}
    words: dict[str, object] = {}
    for word in text.split():
        key, sign, value = word.partition("=")
        if not sign:
            raise SignatureWrong(f"{word:.60} is no part of a signature", "write log=EXT4 unit=nginx.service")
        words[key] = value
    return words


def matched(signature: Signature, host: HostNow, clock: Callable[[], float] = time.monotonic) -> tuple[str, ...] | None:
    """Return why a signature is true of a host, a reason for each thing that it names; None where it is not.

    Args:
        signature: one that was read.
        host: what is known of it.
        clock: seconds that only go forward; a test brings its own.
    """
    why: list[str] = []
    if signature.rule:
        rule = next((one for one in host.rules if fnmatchcase(one, signature.rule)), None)
        if rule is None:
            return None
        why.append(f"rule {rule}")
    # What costs most comes last.
    for named, find in ((signature.unit, _unit), (signature.package or signature.version, _package)):
        if named:
            reason = find(signature, host)
            if reason is None:
                return None
            why.append(reason)
    if signature.log:
        line = _line(signature.log, host.log, clock)
        if line is None:
            return None
        why.append(f"log: {line}")
    return tuple(why) or None


def _unit(signature: Signature, host: HostNow) -> str | None:
    name, _, state = signature.unit.partition("=")
    wanted = state or FAILED
    names = (name, f"{name}.service")
    for unit, found in sorted(host.units.items()):
        if found == wanted and any(fnmatchcase(unit, one) for one in names):
            return f"unit {unit} {found}"
    return None


def _package(signature: Signature, host: HostNow) -> str | None:
    if not signature.package:
        return f"kernel {host.kernel}" if host.kernel and is_version(host.kernel, signature.version) else None
    for name, version in sorted(host.packages.items()):
        # An architecture stands behind the name: openssl:amd64, openssl.x86_64.
        bare = re.split(r"[:.](?=[a-z0-9_]+$)", name)[0]
        if not (fnmatchcase(name, signature.package) or fnmatchcase(bare, signature.package)):
            continue
        if not signature.version or any(is_version(one, signature.version) for one in version.split(", ")):
            return f"package {name} {version}"
    return None


def is_version(version: str, conditions: str) -> bool:
    """Return whether a version fulfils every condition.

    Args:
        version: as the host has it.
        conditions: ``1.2.3``, ``1.2.*``, ``>=1.2, <1.4``.
    """
    return all(_fulfils(version, one.strip()) for one in conditions.split(",") if one.strip())


def _fulfils(version: str, condition: str) -> bool:
    found = _CONDITION.fullmatch(condition)
    if found is None:
        return False
    operator, wanted = found[1] or "=", found[2]
    if operator in ("=", "!="):
        # Without the packager's own part it is the same version.
        bare = version.partition(":")[2] or version
        same = any(fnmatchcase(one, wanted) for one in (version, bare, bare.rpartition("-")[0]))
        return same is (operator == "=")
    order = compare_versions(version, wanted)
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]


def _line(pattern: str, lines: Sequence[str], clock: Callable[[], float]) -> str | None:
    """Return the last line in which the pattern is found; None where it is in none, or it would take too long."""
    try:
        compiled = log_pattern(pattern)
    except SignatureWrong:
        return None
    until = clock() + SEARCH_S
    for line in reversed(lines[-LINES_LIMIT:]):
        for start in range(0, max(1, len(line) - OVERLAP), WINDOW - OVERLAP):
            if compiled.search(line[start : start + WINDOW]) is not None:
                return line[:TEXT_LIMIT]
        if clock() > until:
            return None
    return None
