"""What is made from the code: pages of the docs, the ids of checks. ``python -m tui_ops.cli.docs`` writes them anew."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tui_ops.actions.action import Action, Danger, Param
from tui_ops.actions.declared import REGISTRY
from tui_ops.cli.arguments import PROGRAM, VERBS, global_parser, verb_parser
from tui_ops.cli.checkdocs import checks_page
from tui_ops.cli.codes import EXIT_TEXTS
from tui_ops.cli.columns import AUDIT_COLUMNS, CHECK_COLUMNS, EVENT_COLUMNS, HOST_COLUMNS, KEY_COLUMNS, METRIC_COLUMNS
from tui_ops.cli.shownchanges import CHANGE_COLUMNS, FREEZE_COLUMNS, MODEL_COLUMNS, RELEASE_COLUMNS
from tui_ops.cli.shownexposure import CERTIFICATE_COLUMNS, EXPOSURE_COLUMNS, LOGIN_COLUMNS, MEASURE_COLUMNS
from tui_ops.cli.shownexposure import KEY_COLUMNS as AUTHKEY_COLUMNS
from tui_ops.cli.shownfacts import DIFFERENCE_COLUMNS, FACT_COLUMNS, TOPIC_COLUMNS
from tui_ops.cli.shownfindings import ACCEPTANCE_COLUMNS, FINDING_COLUMNS, TREND_COLUMNS, VERDICT_COLUMNS
from tui_ops.cli.shownhistory import HISTORY_COLUMNS
from tui_ops.cli.shownimports import IMPORT_COLUMNS
from tui_ops.cli.shownincidents import ALERT_COLUMNS, INCIDENT_COLUMNS, SILENCE_COLUMNS, TIMELINE_COLUMNS
from tui_ops.cli.shownintake import HEARTBEAT_COLUMNS
from tui_ops.cli.shownproblems import ACTION_COLUMNS, KNOWN_ERROR_COLUMNS, PROBLEM_COLUMNS
from tui_ops.cli.shownservices import SLO_COLUMNS
from tui_ops.cli.shownvulnerabilities import CVE_COLUMNS, FEED_COLUMNS, VULNERABILITY_COLUMNS, VULNERABLE_COLUMNS
from tui_ops.model.facts import Field
from tui_ops.practices.security.checks.declared import BY_ID, CHECKS
from tui_ops.ui.facts import KEYS

BEGIN = "<!-- made by python -m tui_ops.cli.docs: everything below comes from the code -->"
"""What stands above it in a page is written by hand."""

LINE = 120
"""Characters of a line of code."""

_DANGERS = {
    Danger.NONE: "changes nothing but what is known",
    Danger.REVERSIBLE: "can be taken back",
    Danger.GRAVE: "asks for a confirmation that names the targets",
}


def actions_page() -> str:
    """Return ``docs/actions.md``: every act of the registry."""
    lines = [
        "# Acts",
        "",
        "Everything that can be done, on the desk by its key, on the command line by "
        f"`{PROGRAM} do ACT TARGET… name=value`. A target is a host, `group:NAME` or `site:NAME`. The engine decides "
        "whether an act is possible and allowed, and writes the act and its audit entry together.",
        "",
        BEGIN,
        "",
    ]
    for action in REGISTRY:
        lines += [*_action(action), ""]
    return "\n".join(lines).rstrip() + "\n"


def _action(action: Action) -> Iterator[str]:
    yield f"## {action.id}"
    yield ""
    yield action.help
    yield ""
    yield f"- key: `{action.key}`" if action.key else "- key: none; in the menu `x`, after `:` and on the command line"
    yield f"- applies to: {action.noun}"
    yield f"- role: {action.role}"
    yield f"- danger: {_DANGERS[action.danger]}"
    if action.undo:
        yield f"- taken back by: `{action.undo}`"
    for param in action.params:
        yield f"- `{param.name}=`: {_param(param)}"


def _param(param: Param) -> str:
    text = param.label + (f"; {param.help}" if param.help else "")
    if param.default:
        return f"{text}; `{param.default}` where left away"
    return text if param.required else f"{text}; may be left away"


def command_reference() -> str:
    """Return the generated part of ``docs/cli.md``."""
    lines = ["", "## Options before the verb", "", *_arguments(global_parser()), ""]
    for verb in VERBS.values():
        lines += [
            f"## {PROGRAM} {verb.name}",
            "",
            verb_parser(verb).description or "",
            "",
            *_arguments(verb_parser(verb)),
            "",
        ]
    lines += ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code.value} | {text} |" for code, text in EXIT_TEXTS.items()]
    lines += ["", "`status` has those of Nagios: 0 ok, 1 warning, 2 critical, 3 unknown.", ""]
    lines += ["## Columns of show", ""]
    for noun, names in (
        ("hosts, host", HOST_COLUMNS),
        ("metrics", METRIC_COLUMNS),
        ("history", HISTORY_COLUMNS),
        ("checks", CHECK_COLUMNS),
        ("events", EVENT_COLUMNS),
        ("topics", TOPIC_COLUMNS),
        ("facts", FACT_COLUMNS),
        ("differences", DIFFERENCE_COLUMNS),
        ("incidents", INCIDENT_COLUMNS),
        ("alerts", ALERT_COLUMNS),
        ("timeline", TIMELINE_COLUMNS),
        ("silences", SILENCE_COLUMNS),
        ("heartbeats", HEARTBEAT_COLUMNS),
        ("problems", PROBLEM_COLUMNS),
        ("knownerrors", KNOWN_ERROR_COLUMNS),
        ("actions", ACTION_COLUMNS),
        ("changes", CHANGE_COLUMNS),
        ("changemodels", MODEL_COLUMNS),
        ("freezes", FREEZE_COLUMNS),
        ("releases", RELEASE_COLUMNS),
        ("slos", SLO_COLUMNS),
        ("vulnerable", VULNERABLE_COLUMNS),
        ("vulnerabilities", VULNERABILITY_COLUMNS),
        ("cves", CVE_COLUMNS),
        ("feeds", FEED_COLUMNS),
        ("findings", FINDING_COLUMNS),
        ("imports", IMPORT_COLUMNS),
        ("verdicts", VERDICT_COLUMNS),
        ("trend", TREND_COLUMNS),
        ("acceptances", ACCEPTANCE_COLUMNS),
        ("exposure", EXPOSURE_COLUMNS),
        ("certificates", CERTIFICATE_COLUMNS),
        ("authkeys", AUTHKEY_COLUMNS),
        ("logins", LOGIN_COLUMNS),
        ("measures", MEASURE_COLUMNS),
        ("keys", KEY_COLUMNS),
        ("audit", AUDIT_COLUMNS),
    ):
        lines.append(f"- {noun}: {_code(names)}")
    lines += ["", f"Hosts are narrowed and sorted by {_code(KEYS)} and `label.NAME`; other rows by their columns.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _arguments(parser: argparse.ArgumentParser) -> list[str]:
    """Return a parser's arguments as a list; not its own help, whose form differs from Python to Python."""
    lines = []
    for argument in parser._actions:
        if argument.help is argparse.SUPPRESS or "--help" in argument.option_strings:
            continue
        metavar = argument.metavar if isinstance(argument.metavar, str) else ""
        if argument.choices and not metavar:
            metavar = "|".join(str(one) for one in argument.choices)
        names = [f"{name} {metavar}".rstrip() for name in argument.option_strings] or [metavar]
        lines.append(f"- {', '.join(f'`{name}`' for name in names)}: {_plain(argument.help)}")
    return lines or ["No arguments."]


def _plain(text: str | None) -> str:
    return (text or "").replace("%%", "%").replace("<", "&lt;")


def pages(root: Path) -> dict[Path, str]:
    """Return the generated files by path, with what is written by hand taken over from the files.

    Args:
        root: the folder of the project.
    """
    command = root / "docs" / "cli.md"
    by_hand = command.read_text(encoding="utf-8").partition(BEGIN)[0] if command.exists() else "# Command line\n\n"
    changes = root / "docs" / "changes.md"
    found = {root / "docs" / "actions.md": actions_page(), command: by_hand + BEGIN + "\n" + command_reference()}
    found[root / "docs" / "checks.md"] = checks_page(CHECKS, BEGIN)
    found[root / "tui_ops" / "model" / "checkids.py"] = check_ids()
    if changes.exists():
        found[changes] = with_keys(changes.read_text(encoding="utf-8"), CHANGE_NOUNS)
    findings = root / "docs" / "security-findings.md"
    if findings.exists():
        found[findings] = with_keys(findings.read_text(encoding="utf-8"), FINDING_NOUNS)
    return found


KEYS_BEGIN, KEYS_END = "<!-- keys: made by python -m tui_ops.cli.docs -->", "<!-- end of keys -->"
"""Between these the page of a screen has the keys of its acts."""

CHANGE_NOUNS = {"change": "a change", "changemodel": "a model", "freeze": "a freeze", "release": "a release"}
"""What the acts of screen 3 are on, as the docs name it."""


FINDING_NOUNS = {"finding": "a finding"}
"""The same of screen 4."""


def check_ids() -> str:
    """Return the module that names checks of hosts and their parameters for what may not load them: the inventory."""
    kinds = {name: kind_of(value) for check in CHECKS for name, value in check.parameters.items()}
    of_checks = "\n".join(
        f'    "{check.id}": {_tuple(sorted(check.parameters))},'
        for check in sorted(CHECKS, key=lambda check: check.id)
        if check.parameters
    )
    return (
        '"""The checks of hosts by their ids, and their parameters, as ``make docs`` writes them out of their '
        'declarations."""\n\n'
        "from collections.abc import Mapping\n\n"
        f"CHECK_IDS: tuple[str, ...] = (\n{_rows(_text(name) for name in sorted(BY_ID))}\n)  # fmt: skip\n"
        '"""In the order of the alphabet."""\n\n'
        "PARAMETERS: Mapping[str, str] = {\n"
        f"{_rows(f'{_text(name)}: {_text(kinds[name])}' for name in sorted(kinds))}\n}}  # fmt: skip\n"
        '"""What each parameter is: ``number``, ``list`` or ``yes or no``."""\n\n'
        f"PARAMETERS_OF: Mapping[str, tuple[str, ...]] = {{\n{of_checks}\n}}  # fmt: skip\n"
        '"""The parameters of each check that has any."""\n'
    )


def kind_of(value: Field) -> str:
    """Return what a parameter is, by the value that it is declared with.

    Raises:
        TypeError: it is nothing that an inventory could say.
    """
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "list"
    raise TypeError(f"a parameter has to be a number, a list or yes or no, and is declared with {value!r}")


def _text(word: str) -> str:
    return f'"{word}"'


def _tuple(words: Sequence[str]) -> str:
    return f"({', '.join(_text(word) for word in words)}{',' if len(words) == 1 else ''})"


def _rows(words: Iterable[str]) -> str:
    """Return words of code as rows that are no longer than a line."""
    lines, row = [], "   "
    for word in words:
        told = f" {word},"
        if len(row) + len(told) > LINE:
            lines.append(row)
            row = "   "
        row += told
    return "\n".join([*lines, row])


def with_keys(text: str, nouns: dict[str, str]) -> str:
    """Return a page with the keys of the acts on some things.

    Args:
        text: of the page, with the two marks in it.
        nouns: what they are on, by the noun of the registry.
    """
    before, found, rest = text.partition(KEYS_BEGIN)
    if not found:
        return text
    rows = [
        f"| `{action.key}` | {nouns[action.noun]} | {action.label} | {action.help} |"
        for noun in nouns
        for action in REGISTRY
        if action.noun == noun and action.key
    ]
    table = "\n".join(["| key | on | act | what it does |", "|---|---|---|---|", *rows])
    return f"{before}{KEYS_BEGIN}\n\n{table}\n\n{KEYS_END}{rest.partition(KEYS_END)[2]}"


def main() -> int:
    """Write the pages below the present folder."""
    for path, text in pages(Path.cwd()).items():
        path.write_text(text, encoding="utf-8")
        print(path, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
