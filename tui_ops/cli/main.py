"""The command line: the desk, the engine, and what scripts ask.

Everything heavy is imported when it is needed, so that ``--help``, ``--version`` and ``show`` are quick.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

from tui_ops.cli.arguments import (
    PROGRAM,
    VERBS,
    Verb,
    before_verbs,
    find_verb,
    global_parser,
    load,
    parse_rest,
    verb_parser,
)
from tui_ops.cli.codes import Exit
from tui_ops.model.errors import TuiOpsError

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: the arguments without the program's name; those of the process where None.
    """
    _encode_anything()
    if sys.stdout is None or sys.stderr is None:
        return Exit.USAGE
    verbose = False
    verb: Verb | None = None
    try:
        parser = global_parser()
        options = parser.parse_args(before_verbs(sys.argv[1:] if argv is None else argv))
        verbose = bool(options.verbose)
        if options.verb is None:
            from tui_ops.cli import desk
            from tui_ops.cli.context import Context

            return desk.open_desk(Context(options))
        verb = find_verb(parser, options.verb)
        return _run(verb, options)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader went away, `| head` for one. What is left in the buffer has nowhere to go.
        _let_go_of_stdout()
        return 128 + signal.SIGPIPE
    except TuiOpsError as error:
        return _told(error, verb, verbose)
    except UnicodeEncodeError as error:
        say_at_last(f"{PROGRAM}: an argument is not UTF-8: {error.object[:80]!a}")
        return Exit.USAGE
    except OSError as error:
        # Standard output itself fails: a full disk behind it, for one. There is nothing left to print on.
        _let_go_of_stdout()
        say_at_last(f"{PROGRAM}: {error.strerror or error}")
        return 3 if verb is VERBS["status"] else Exit.NO


def say_at_last(text: str) -> None:
    """Say something on standard error, if that still works."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr)


def _run(verb: Verb, options: argparse.Namespace) -> int:
    from tui_ops.cli.context import Context

    parsed = parse_rest(verb, verb_parser(verb), options.rest)
    code = load(verb).run(parsed, Context(options))
    sys.stdout.flush()
    return code


def _told(error: TuiOpsError, verb: Verb | None, verbose: bool) -> int:
    """Say what went wrong and return the exit code that belongs to it."""
    from tui_ops.cli.failures import exit_code, told

    if verbose:
        log.error("where it arose", exc_info=error)
    if verb is VERBS["status"]:
        # A monitoring system reads standard output, whatever happened.
        print(f"TUI-OPS UNKNOWN - {told(error).splitlines()[0].replace('|', '/')}")
        return 3
    print(f"{PROGRAM}: {told(error)}", file=sys.stderr)
    return exit_code(error)


def _encode_anything() -> None:
    """Never fail on a character that the terminal's encoding lacks: write its escape instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_go_of_stdout() -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
