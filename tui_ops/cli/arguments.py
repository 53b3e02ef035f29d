"""The command line's grammar: global options, a verb, and the verb's own arguments.

Every verb stands in a module of its own, which is only imported when it is called: the table here has
what ``--help`` needs.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn, Protocol

from tui_ops import __version__
from tui_ops.cli.codes import EXIT_TEXTS, Exit

if TYPE_CHECKING:
    from tui_ops.cli.context import Context

PROGRAM = "tui-ops"

USER_SSH_CONFIG = "~/.ssh/config"
"""What ``--ssh-config`` means without a file."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of the command line."""

    name: str
    module: str
    """Below ``tui_ops.cli``; it has ``add_arguments(parser)`` and ``run(options, context)``."""
    help: str
    """One clause for the list of verbs."""
    usage_code: int = Exit.USAGE
    """The exit code of a usage error."""


class VerbModule(Protocol):
    """What the module of a verb offers."""

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Declare the verb's own arguments."""

    @staticmethod
    def run(options: argparse.Namespace, context: "Context") -> int:
        """Do it and return the exit code."""


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("show", "show", "print hosts, metrics, checks, facts, events and more as text, JSON or CSV"),
        Verb("do", "do", "act: ask the engine for what a key does on the desk"),
        Verb("ingest", "ingest", "bring in alerts of other programs from files"),
        Verb("feeds", "feeds", "bring in feeds of vulnerabilities from files; which there are, and how old"),
        Verb("findings", "findings", "bring in reports of other scanners from files; findings in the forms of others"),
        Verb("beat", "beat", "a job says that it has run"),
        Verb("trust", "trust", "decide about the keys that hosts offer"),
        Verb("check", "check", "look for mistakes in an inventory"),
        Verb("plan", "plan", "look for mistakes in the plan of a change; print one to begin with"),
        Verb("status", "status", "one line and an exit code for a monitoring system", usage_code=3),
        Verb("oncall", "oncall", "who is on call now and next, and what was sent to whom"),
        Verb("review", "review", "the review of an incident, as Markdown or one HTML page"),
        Verb("handover", "handover", "what the next shift has to know, as Markdown"),
        Verb("change", "change", "the evidence of a change: what was approved, what ran, what came of it"),
        Verb("compliance", "compliance", "how far a framework is met, as a report, CSV, JSON, OSCAL or OCSF"),
        Verb("attest", "attest", "somebody's word, with its proof, on a control that no machine can check"),
        Verb("calendar", "calendar", "planned changes, windows and freezes to come, as text or iCalendar"),
        Verb("figures", "figures", "how soon incidents were seen, taken on and over; noisy rules, with advice"),
        Verb("audit", "audit", "verify the chain of the audit"),
        Verb("db", "db", "how large the state is and will be, whether it is whole, backup and restore"),
        Verb("doctor", "doctor", "look for what will get in the way, each with what to do"),
        Verb("self-test", "selftest", "try every security check on what it has to pass and on what it has to fail"),
        Verb("engine", "engine", "run the engine: it polls, evaluates and acts"),
        Verb("demo", "demo", "a simulated fleet that needs no servers"),
    )
}
"""In the order of ``--help``. Without a verb the desk opens."""


class Parser(argparse.ArgumentParser):
    """A parser whose usage errors are short and say what would be right.

    Args:
        prog: how the command is called, for its usage line.
        usage_code: exit code of a usage error.
    """

    def __init__(self, prog: str = PROGRAM, usage_code: int = Exit.USAGE, **rest: object) -> None:
        super().__init__(
            prog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **rest,  # type: ignore[arg-type]  # the base class has no type for its own keywords
        )
        self.usage_code = usage_code

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        self.exit(self.usage_code, f"{self.prog}: {message}\nTry: {self.prog} --help\n")


def _epilog() -> str:
    width = max(map(len, VERBS)) + 2
    verbs = "\n".join(f"  {verb.name:<{width}}{verb.help}" for verb in VERBS.values())
    codes = "\n".join(f"  {code.value:<5}{text}" for code, text in EXIT_TEXTS.items())
    return (
        f"verbs (each has its own --help):\n{verbs}\n\n"
        f"exit codes (status has those of Nagios):\n{codes}\n\n"
        "Data goes to standard output, talk to standard error. Options of the list above stand before the verb."
    )


def global_parser() -> Parser:
    """Return the parser of what stands before the verb; the verb and what follows it are left as they are."""
    parser = Parser(
        description="A full-screen desk for running servers. Without a verb it opens, and an engine is started\n"
        "in the background where none runs.",
        epilog=_epilog(),
        usage=f"{PROGRAM} [options] [verb ...]",
    )
    add = parser.add_argument
    either = parser.add_mutually_exclusive_group()
    either.add_argument("-i", "--inventory", metavar="FILE", help="what to look after: an inventory of its own, one of "
        "Ansible (INI, YAML, a folder), or an ssh_config (else $TUI_OPS_INVENTORY, ~/.config/tui-ops/inventory.yaml, "
        "/etc/tui-ops/inventory.yaml, this machine)")  # fmt: skip
    either.add_argument("--ssh-config", nargs="?", const=USER_SSH_CONFIG, metavar="FILE", help="look after the named "
        f"hosts of this ssh_config ({USER_SSH_CONFIG} where FILE is left away), and reach them by it; "
        "how hosts of other inventories are reached, OpenSSH's own files say, or $TUI_OPS_SSH_CONFIG")  # fmt: skip
    add("--state-dir", metavar="FOLDER", help="where state is kept (else $TUI_OPS_STATE, ~/.local/state/tui-ops/NAME)")
    add("--read-only", action="store_true", help="give up acting for this session")
    add("--ascii", action="store_true", default=None, help="draw with ASCII signs only")
    add("--theme", metavar="NAME", help="dark, light, high-contrast, colour-blind, mono or one of your own")
    add("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    add("-v", "--verbose", action="store_true", help="say more on standard error; with errors, where they arose")
    add("--version", action="version", version=f"{PROGRAM} {__version__}")
    add("verb", nargs="?", help=argparse.SUPPRESS)
    add("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


GLOBAL_OPTIONS = (
    "-i", "--inventory", "--ssh-config", "--state-dir", "--read-only", "--ascii", "--theme", "--no-mouse", "--version",
)  # fmt: skip
"""Those that a person puts behind the verb by mistake."""


def before_verbs(words: Sequence[str]) -> list[str]:
    """Return the words of a command line so that a verb after ``--ssh-config`` is not taken for its file."""
    found = list(words)
    for at, (word, following) in enumerate(pairwise(words)):
        if word in VERBS or word == "--":
            break
        if word == "--ssh-config" and following in VERBS:
            found[at] = f"--ssh-config={USER_SSH_CONFIG}"
            break
    return found


def load(verb: Verb) -> VerbModule:
    """Return the module of a verb."""
    module: VerbModule = import_module(f"tui_ops.cli.{verb.module}")  # type: ignore[assignment]  # held by a test
    return module


def verb_parser(verb: Verb) -> Parser:
    """Return the parser of what follows a verb."""
    parser = Parser(f"{PROGRAM} {verb.name}", verb.usage_code, description=verb.help[0].upper() + verb.help[1:] + ".")
    load(verb).add_arguments(parser)
    return parser


def find_verb(parser: Parser, name: str) -> Verb:
    """Return the verb, or leave with a suggestion."""
    if name in VERBS:
        return VERBS[name]
    near = get_close_matches(name, VERBS, n=1)
    return parser.error(
        f"there is no verb {name!r}" + (f": did you mean {near[0]}?" if near else f": {', '.join(VERBS)}")
    )


def parse_rest(verb: Verb, parser: Parser, rest: Sequence[str]) -> argparse.Namespace:
    """Return what follows the verb, options and words in any order."""
    options, unknown = parser.parse_known_intermixed_args(list(rest))
    if unknown:
        late = next((word for word in unknown if word.split("=")[0] in GLOBAL_OPTIONS), None)
        if late is not None:
            parser.error(f"{late} stands before the verb: {PROGRAM} {late} … {verb.name} …")
        parser.error(f"unknown: {' '.join(unknown)}")
    return options
