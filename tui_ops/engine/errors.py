"""Why an engine can't run.

EngineError
└── Held        another engine holds this state directory
"""

from tui_ops.model.errors import TuiOpsError


class EngineError(TuiOpsError):
    """The engine can't run or can't go on."""


class Held(EngineError):
    """Another engine holds the lock of this state directory.

    Args:
        holder: what the holder wrote into the lock: its process id and when it began.
        state: the state directory.
    """

    def __init__(self, holder: str, state: str) -> None:
        super().__init__(
            f"another engine holds {state}: {holder or 'it has not said its process id'}",
            "use it as it is, stop it with: tui-ops do engine.stop, or name another --state-dir",
        )
