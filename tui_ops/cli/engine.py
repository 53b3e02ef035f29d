"""``tui-ops engine``: the process that polls, evaluates and acts."""

import argparse
import gc
from pathlib import Path

from tui_ops.cli.context import Context

SSH_CONFIG_VARIABLE = "TUI_OPS_SSH_CONFIG"
"""Names an ssh_config by which hosts are reached, in place of OpenSSH's own files. Which hosts there are is another
matter: ``--ssh-config`` takes them from such a file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--once", action="store_true", help="poll every host once, write it down and end")
    parser.add_argument("--background", action="store_true",
                        help="detach, and end when nobody needs it any more")  # fmt: skip
    parser.add_argument("--group", metavar="NAME", help="let this group read the state and talk to the engine")


def run(options: argparse.Namespace, context: Context) -> int:
    """Run the engine until it is told to stop."""
    # While modules are loaded there is no garbage to find; the search is let loose once they are.
    gc.disable()
    from tui_ops.engine.main import EngineOptions, run_engine

    ssh_config = context.environ.get(SSH_CONFIG_VARIABLE)
    return run_engine(
        EngineOptions(
            inventory=context.inventory,
            state=context.state,
            once=options.once,
            background=options.background,
            group=options.group,
            ssh_config=Path(ssh_config).absolute() if ssh_config else None,
            verbose=context.verbose,
        )
    )
