"""The process of the demo's engine: ``python -m tui_ops.demo.engine INVENTORY STATE``, started by the demo itself.

It is the engine as it is, but for the people of the demo: see :mod:`tui_ops.demo.people`.
"""

import gc
import os
import sys
from pathlib import Path

from tui_ops.store.paths import StatePaths


def main() -> int:
    """Run the engine until it is told to stop; returns its exit code."""
    # While modules are loaded there is no garbage to find, as in the engine's own command.
    gc.disable()
    from tui_ops.cli.engine import SSH_CONFIG_VARIABLE
    from tui_ops.demo.people import peer
    from tui_ops.engine.main import EngineOptions, run_engine
    from tui_ops.model.errors import TuiOpsError

    inventory, state = map(Path, sys.argv[1:3])
    ssh_config = Path(os.environ[SSH_CONFIG_VARIABLE])
    try:
        return run_engine(EngineOptions(inventory, StatePaths(state), ssh_config=ssh_config, peer=peer))
    except TuiOpsError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
