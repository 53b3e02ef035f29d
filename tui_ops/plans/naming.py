"""The name of a step that was given none: what it does, in one line."""

from collections.abc import Mapping

from tui_ops.model.clean import clean
from tui_ops.model.plans import StepKind, Value
from tui_ops.model.units import format_duration
from tui_ops.plans.values import shown

NAME_LIMIT = 80
"""Characters of a made name: a line of the plan on a narrow terminal."""

_FILE_WORDS = {"absent": "remove", "kept": "keep"}
"""How the name of a file's step begins, by the state that is asked for."""

_QUIET = ("#", "set -")
"""How lines of a script begin that say nothing of what it does."""


def name_of(kind: StepKind, args: Mapping[str, Value]) -> str:
    """Return one line for people that says what a step does."""
    return clean(" ".join(_said(kind, args).split()), NAME_LIMIT)


def _said(kind: StepKind, args: Mapping[str, Value]) -> str:
    def of(key: str) -> str:
        return shown(args.get(key, ""))

    match kind:
        case StepKind.COMMAND:
            return of("words")
        case StepKind.SCRIPT:
            return f"script: {_first_line(of('text'))}"
        case StepKind.FILE:
            return f"{_FILE_WORDS.get(of('state'), 'file')} {of('path')}"
        case StepKind.PACKAGE:
            version = f" = {of('version')}" if "version" in args else ""
            return f"{of('do')} {of('name') or 'updates'}{version}"
        case StepKind.UNIT:
            return f"{of('do')} {of('name')}"
        case StepKind.ACCOUNT:
            return f"{of('do')} account {of('name')}"
        case StepKind.KEY:
            return f"{of('do')} a key of {of('account')}"
        case StepKind.REBOOT:
            return "reboot"
        case StepKind.WAIT:
            seconds = args.get("seconds")
            return f"wait {format_duration(seconds) if isinstance(seconds, int | float) else shown(seconds or '')}"
        case StepKind.HTTP:
            return f"{of('url')} = {of('status')}"
        case StepKind.CHECK:
            return _check(args)
        case StepKind.MANUAL:
            return _first_line(of("text"))
        case StepKind.LOCAL:
            return f"here: {of('words')}"
        case StepKind.ANSIBLE:
            return f"playbook {of('playbook')}"
    return f"restore {of('what')}"


def _check(args: Mapping[str, Value]) -> str:
    subject = next((key for key in ("unit", "port", "file", "package", "command") if key in args), "")
    said = f"{subject} {shown(args.get(subject, ''))}"
    wishes = ("is", "listens", "sha256", "contains", "exists", "version", "at_least", "installed")
    wish = next((key for key in wishes if key in args), "")
    value = args.get(wish)
    if wish == "is":
        return f"{said} is {value}"
    if isinstance(value, bool):
        return f"{said} {wish}" if value else f"{said}: not {wish}"
    return f"{said} {wish.replace('_', ' ')} {shown(value)}" if value is not None else said


def _first_line(text: str) -> str:
    """Return the first line that does something: neither empty, nor a remark, nor how a shell is to behave."""
    return next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(_QUIET)), "")
