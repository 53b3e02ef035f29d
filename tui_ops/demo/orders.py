"""What the demo's server is told by the one who starts it: one line of JSON."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Orders:
    """Which fleet to serve, and where."""

    seed: int
    hosts: int
    folder: str
    """Of the demo's files."""
    port: int
    listeners: tuple[int, ...]
    """Descriptors of the listening sockets, in the order of the hosts, and that of the telephones behind them."""

    def line(self) -> bytes:
        """Return this as the line that the server reads."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "Orders":
        """Return the orders in a line that :meth:`line` made."""
        given = json.loads(line)
        return cls(**{**given, "listeners": tuple(given["listeners"])})
