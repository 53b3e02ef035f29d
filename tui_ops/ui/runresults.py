"""What a command gave on many hosts, equal outputs only once. Pure."""

import hashlib
from dataclasses import dataclass, field

from tui_ops.model.clean import clean, clean_lines

LINES_MOST = 500
"""Lines kept of one output."""

WHOLE_MOST = 50
"""Different outputs that are kept with all these lines; of more, each keeps its beginning."""

LINES_LATER = 20


@dataclass
class Group:
    """Hosts on which the command did the same."""

    status: int | None
    why: str
    lines: list[str]
    hosts: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether it ended as a command should."""
        return self.status == 0 and not self.why

    @property
    def ended(self) -> str:
        """How it ended, in words."""
        return self.why or (f"status {self.status}" if self.status is not None else "ended by a signal")


class RunResults:
    """Gathers results.

    Args:
        hosts: on which it runs.
    """

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self.waiting = dict.fromkeys(hosts)
        self._groups: dict[tuple[int | None, str, bytes], Group] = {}

    def add(self, host: str, status: int | None, why: str, out: bytes) -> None:
        """Take in what one host gave."""
        self.waiting.pop(host, None)
        key = (status, why, hashlib.sha256(out).digest())
        if key not in self._groups:
            most = LINES_MOST if len(self._groups) < WHOLE_MOST else LINES_LATER
            lines = clean_lines(out.rstrip(b"\n").replace(b"\t", b"    "), most) if out else []
            self._groups[key] = Group(status, clean(why), lines)
        self._groups[key].hosts.append(host)

    @property
    def groups(self) -> list[Group]:
        """What is wrong first, then what most hosts gave."""
        return sorted(self._groups.values(), key=lambda one: (one.good, -len(one.hosts), one.hosts[0]))

    @property
    def done(self) -> int:
        """Hosts that have answered."""
        return sum(len(one.hosts) for one in self._groups.values())
