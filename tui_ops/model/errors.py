"""The root of the one exception tree.

    TuiOpsError
    ├── InventoryError          inventory/errors.py   a file that can't be used, with every place in it
    ├── TransportError          transport/errors.py   a host that can't be reached; each leaf names a host state
    ├── ProbeError              collectors/errors.py  a host that answers, but not with a frame
    ├── StoreError              store/errors.py       the database can't be opened, upgraded or written
    ├── ActError                actions/errors.py     an act that was not done, with a code and what to do next
    ├── Refused                 practices/asked.py    a target whose state does not allow an act
    ├── DemoError               demo/errors.py        the simulated fleet can't be started
    └── EngineError             engine/errors.py      the engine can't run (another holds the lock, no permission)

Every leaf says what happened, to what, and what to do next: ``message`` and ``hint``.
Foreign exceptions are translated at the border of the package that meets them, with ``from``.
"""


class TuiOpsError(Exception):
    """Something that an operator is told about.

    Args:
        message: what happened and to what, one sentence without a full stop.
        hint: what to do next, one sentence or command; empty where there is nothing to do.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message
