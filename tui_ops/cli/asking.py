"""Asking the engine to act, from the command line."""

from collections.abc import Iterable

from tui_ops.actions.client import Answer, ask_once
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import Request
from tui_ops.cli.context import Context, say, shown


def act(
    context: Context,
    action: str,
    targets: Iterable[str],
    params: dict[str, object],
    expect: dict[str, int] | None = None,
) -> Answer:
    """Ask the engine to act and return what came of it.

    Args:
        context: names the engine, and whether this session gave up acting.
        action: id of the act.
        targets: host names, ``group:NAME``, ``site:NAME``; none for an act on the fleet.
        params: by name, as the act's declaration says.
        expect: target to the revision that was looked at.

    Raises:
        ActError: the engine refused, or there is none.
    """
    if context.read_only:
        raise ActError(Code.FORBIDDEN, "this session is read-only", "leave --read-only away")
    request = Request(1, "act", action, tuple(targets), params, expect or {})
    hello, message = ask_once(context.state.socket, request)
    if not hello.same_version:
        say(f"note: the engine is version {shown(hello.version, 40)}; restart the older side")
    return Answer.read(message)


def print_answer(answer: Answer) -> None:
    """Print what came of an act: one line a target on standard output, the sentence on standard error."""
    width = max((len(shown(target)) for target in answer.outcomes), default=0)
    for target, outcome in answer.outcomes.items():
        print(f"{shown(target):<{width}}  {shown(outcome)}")
    noted = f" (audit entry {answer.audit})" if answer.audit else ""
    say(f"{shown(answer.message)}{noted}")
