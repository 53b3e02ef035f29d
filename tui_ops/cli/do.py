"""``tui-ops do``: the acts of the desk, for scripts and for hands that stay on the command line."""

import argparse
from difflib import get_close_matches
from pathlib import Path

from tui_ops.actions.action import DOCUMENT_LIMIT, Action, Danger, Param, ParamKind
from tui_ops.actions.declared import REGISTRY
from tui_ops.cli.asking import act, print_answer
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, ask, say, shown, someone_there
from tui_ops.cli.failures import UsageError
from tui_ops.model.errors import TuiOpsError
from tui_ops.practices.security.rules import is_fingerprint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("action", metavar="ACTION", nargs="?", help="what to do; without it the acts are listed")
    parser.add_argument("words", metavar="TARGET|KEY=VALUE", nargs="*",
                        help="hosts, group:NAME or site:NAME; and what the act asks for")  # fmt: skip
    parser.add_argument("--expect", metavar="HOST=REVISION", action="append", default=[],
                        help="refuse if the host's record has moved on since (revision in show hosts)")  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="do not ask before an act that can't be taken back")


def run(options: argparse.Namespace, context: Context) -> int:
    """Ask the engine to act and print what came of it."""
    if options.action is None:
        _list_acts()
        return Exit.OK
    action = _find(options.action)
    targets, given = _split(options.words)
    if action.noun == "fleet" and targets:
        raise UsageError(f"{action.id} has no targets, it applies to the whole fleet")
    if action.noun != "fleet" and not targets:
        raise UsageError(f"{action.id} needs a target", f"tui-ops do {action.id} {action.noun.upper()}…")
    params = _params(action, given, targets)
    expect = _expected(options.expect)
    if action.danger is Danger.GRAVE and not options.yes:
        _confirm(action, targets)
    if action.stream is not None:
        from tui_ops.cli.streaming import stream

        return stream(context, action, targets, params, expect)
    print_answer(act(context, action.id, targets, params, expect))
    return Exit.OK


def _list_acts() -> None:
    width = max(len(action.id) for action in REGISTRY)
    for action in REGISTRY:
        takes = " ".join(_usage_of(param) for param in action.params)
        target = "" if action.noun == "fleet" else f"{action.noun.upper()}… "
        print(f"{action.id:<{width}}  {target}{takes}".rstrip())


def _usage_of(param: Param) -> str:
    if param.default:
        return f"[{param.name}={param.default}]"
    return f"{param.name}=…" if param.required else f"[{param.name}=…]"


def _find(name: str) -> Action:
    found = REGISTRY.get(name)
    if found is not None:
        return found
    known = [action.id for action in REGISTRY]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    raise UsageError(
        f"there is no act {shown(name, 60)!r}", f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    )


def _split(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Tell targets from parameters: a parameter has an equals sign, a target never does."""
    targets: list[str] = []
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            targets.append(word)
        elif name in given:
            raise UsageError(f"{shown(name, 60)} is given twice")
        else:
            given[name] = value
    return targets, given


def _params(action: Action, given: dict[str, str], targets: list[str]) -> dict[str, object]:
    """Return the parameters as the engine takes them: checked here, but sent as they were written."""
    params: dict[str, object] = dict(given)
    for param in action.params:
        if param.kind is ParamKind.FINGERPRINTS and param.name in given:
            params[param.name] = _one_fingerprint(given[param.name], targets)
        elif param.kind is ParamKind.DOCUMENT and given.get(param.name, "").startswith("@"):
            params[param.name] = _read_document(given[param.name][1:])
    try:
        action.read_params(params)
    except ValueError as error:
        raise UsageError(str(error), f"tui-ops do {action.id} --help; docs/actions.md") from error
    return params


def _read_document(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(DOCUMENT_LIMIT + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown(path, 200)} can't be read: {shown(str(error), 200)}", "name a text file") from error


def _one_fingerprint(value: str, targets: list[str]) -> dict[str, list[str]]:
    if len(targets) != 1 or targets[0].startswith(("group:", "site:")):
        raise UsageError(
            "one fingerprint belongs to one host", "for several at once: tui-ops trust --fingerprints FILE"
        )
    if not is_fingerprint(value):
        raise UsageError(f"{shown(value, 80)!r} is no fingerprint", "write it as ssh-keygen -lf prints it: SHA256:…")
    return {targets[0]: [value]}


def _expected(words: list[str]) -> dict[str, int]:
    expect: dict[str, int] = {}
    for word in words:
        host, _, revision = word.rpartition("=")
        if not host or not revision.isascii() or not revision.isdigit():
            raise UsageError(f"--expect {shown(word, 80)} is not of the form HOST=REVISION")
        expect[host] = int(revision)
    return expect


def _confirm(action: Action, targets: list[str]) -> None:
    """Let the person confirm; where nobody is there, that has to be said beforehand."""
    if not someone_there():
        raise UsageError(f"{action.id} asks for a confirmation and nobody is there to give it", "add --yes")
    say(f"{action.label}: {action.help}")
    for target in targets:
        say(f"  {shown(target)}")
    if not ask("Do it?"):
        raise TuiOpsError("nothing was done")
