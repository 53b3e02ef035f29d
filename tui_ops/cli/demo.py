"""``tui-ops demo``: a simulated fleet that speaks real SSH."""

import argparse
from pathlib import Path

from tui_ops.cli.context import Context

HOSTS = 24
"""Hosts of the demo unless asked otherwise: more than one screen of 80×24, and every kind of trouble once."""

HOSTS_MAX = 200
"""Each host is a real process of the probe and a tree of files; one machine carries this many."""


def _hosts(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= HOSTS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of hosts from 1 to {HOSTS_MAX}")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--hosts", metavar="N", type=_hosts, default=HOSTS, help=f"how many hosts ({HOSTS})")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="one seed, one story (1)")
    parser.add_argument("--no-dashboard", action="store_true", help="run the fleet and its engine, without the desk")


def run(options: argparse.Namespace, context: Context) -> int:
    """Run the demo until the desk is left, or until ctrl+c."""
    from tui_ops.demo.run import run_demo

    state_dir = context.options.state_dir
    return run_demo(
        hosts=options.hosts,
        seed=options.seed,
        dashboard=not options.no_dashboard,
        state_dir=Path(state_dir).expanduser().absolute() if state_dir else None,
        desk=desk_options(context.options),
    )


def desk_options(options: argparse.Namespace) -> list[str]:
    """Return the global options that say how the desk looks and what it may, for the demo's own desk."""
    flags = {"--read-only": options.read_only, "--ascii": options.ascii, "--no-mouse": options.no_mouse}
    theme = ["--theme", options.theme] if options.theme else []
    return [flag for flag, given in flags.items() if given] + theme
