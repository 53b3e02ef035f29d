"""The process of the demo's engine: ``python -m tui_ops.demo.engine INVENTORY STATE``, started by the demo itself.

It is the engine as it is, but for the people of the demo (see :mod:`tui_ops.demo.people`), and for when it first reads
what is costly on a real host.
"""

import gc
import os
import sys
from pathlib import Path

from tui_ops.store.paths import StatePaths

COSTLY_WITHIN_S, RARE_WITHIN_S = 60.0, 120.0
"""Updates and certificates are read within so long after the start, not within ten minutes, and all files not within
hours: a spectator waits for them. What costs a real host seconds or minutes is here a table, or a few hundred files."""


def hurry() -> None:
    """Let the engine of this process read soon what it else spreads over its first minutes."""
    from tui_ops.engine import slow

    slow.SELDOM_WITHIN_S, slow.RARE_WITHIN_S = COSTLY_WITHIN_S, RARE_WITHIN_S


def main() -> int:
    """Run the engine until it is told to stop; returns its exit code."""
    # While modules are loaded there is no garbage to find, as in the engine's own command.
    gc.disable()
    from tui_ops.cli.engine import SSH_CONFIG_VARIABLE
    from tui_ops.demo.people import peer
    from tui_ops.engine.main import EngineOptions, run_engine
    from tui_ops.model.errors import TuiOpsError

    hurry()
    inventory, state = map(Path, sys.argv[1:3])
    ssh_config = Path(os.environ[SSH_CONFIG_VARIABLE])
    try:
        return run_engine(EngineOptions(inventory, StatePaths(state), ssh_config=ssh_config, peer=peer))
    except TuiOpsError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
