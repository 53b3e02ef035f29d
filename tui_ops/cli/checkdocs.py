"""The page of the checks: what each looks at, how bad it is, and which standards ask for it."""

from collections.abc import Iterable

from tui_ops.model.facts import Field
from tui_ops.practices.security.checks.base import Check, Controls

_HEAD = """\
# Checks

What tui-ops looks for on each host. A check reads nothing itself: it judges [facts](facts.md), so that a thing is read
once however many checks look at it. `tui-ops self-test` tries each of them on what must pass and on what must fail.

What a check says of a host is one of these:

- `pass`: it was read, lately and whole, and all is well
- `fail`: something is wrong; each thing is a finding of its own
- `unknown`: it could not be read. Where privilege is missing, the line of root that would make it known stands beside
  it, as [the drop-in](security.md#what-root-reads) has it
- `error`: what was read is nothing that the check understands
- `not applicable`: the host is none of those that it applies to, or the inventory excepts it
- `stale`: it was read too long ago to say anything

Only a fresh `pass` of the same check closes what it found. A check that takes root says less, or nothing, without the
drop-in; it never guesses. Numbers are those of the profile in force, `cis` or `pci`, and the inventory can set its own.

CIS: the benchmarks for Debian 12 (1.1.0) and Ubuntu 24.04 (1.0.0). PCI: PCI-DSS 4.0.1. NIST: SP 800-53. ISO:
27001:2022, Annex A. Only their ids stand here; what has to be so is in our own words.
"""


def checks_page(checks: Iterable[Check], begin: str) -> str:
    """Return ``docs/checks.md``.

    Args:
        checks: in the order in which they are shown.
        begin: the line that says that the rest is made from the code.
    """
    checks = list(checks)
    lines = [_HEAD, begin, "", f"There are {len(checks)} checks.", ""]
    lines += ["| check | what has to be so | applies to | severity | reads | root | CIS | PCI | NIST | ISO |"]
    lines += ["|---|---|---|---|---|---|---|---|---|---|"]
    lines += [_row(check) for check in checks]
    lines += ["", "## Numbers", "", "| check | number | CIS | PCI |", "|---|---|---|---|"]
    for check in checks:
        for name, value in check.parameters.items():
            lines.append(f"| `{check.id}` | `{name}` | {_value(value)} | {_value(check.pci.get(name, value))} |")
    lines += ["", "## What to do", "", "| check | advice | a plan |", "|---|---|---|"]
    lines += [f"| `{check.id}` | {_cell(check.remedy.advice)} | {_planned(check)} |" for check in checks]
    return "\n".join(lines).rstrip() + "\n"


def _planned(check: Check) -> str:
    """Return whether a plan mends what a check sees, and why no machine mends the rest."""
    remedy = check.remedy
    has_plan = bool(remedy.plan or remedy.choose)
    if not remedy.by_hand:
        return "yes" if has_plan else ""
    return f"{'yes; what is left to people' if has_plan else 'no'}: {_cell(remedy.by_hand)}"


def _row(check: Check) -> str:
    reads = ", ".join(f"`{topic}`" for topic in check.topics)
    root = "yes" if check.root else ""
    what = f"{_cell(check.title)} | {_cell(check.applies)}"
    return f"| `{check.id}` | {what} | {check.severity} | {reads} | {root} | {_controls(check.controls)} |"


def _controls(controls: Controls) -> str:
    return " | ".join(", ".join(ids) for ids in (controls.cis, controls.pci, controls.nist, controls.iso))


def _value(value: Field) -> str:
    if isinstance(value, list):
        return _cell(", ".join(value)) or "none"
    return _cell(str(value))


def _cell(text: str) -> str:
    """Return a text that does not end its cell."""
    return text.replace("|", "\\|").replace("<", "&lt;")
