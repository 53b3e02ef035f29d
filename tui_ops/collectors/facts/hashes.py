"""Lines of sha256sum."""

import re

from tui_ops.collectors.facts.body import text

_LINE = re.compile(rb"([0-9a-f]{64}) [ *](/.+)")


def hash_and_path(line: bytes) -> tuple[str, str] | None:
    """Return hash and path of a line; None for any other, and for a path that sha256sum had to spell otherwise."""
    found = _LINE.fullmatch(line)
    return (found[1].decode("ascii"), text(found[2])) if found else None
