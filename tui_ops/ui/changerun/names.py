"""What several hosts are called in one row: ``web-02…17``."""

from collections.abc import Sequence
from itertools import takewhile

from tui_ops.ui.cells import safe


def folded_name(names: Sequence[str], between: str) -> str:
    """Return one name for hosts that stand one after another.

    Args:
        names: in their order.
        between: stands between the first and the last.
    """
    first, last = safe(names[0]), safe(names[-1])
    if len(names) == 1:
        return first
    shared = _shared([safe(name) for name in names])
    # A number is told whole: web-08…12, not web-0…12; what comes after it in all of them is told once.
    shared = shared.rstrip("0123456789")
    tail = _shared([safe(name)[len(shared) :][::-1] for name in names])[::-1].lstrip("0123456789")
    if not shared:
        return f"{first}{between}{last}"
    until = len(last) - len(tail)
    return f"{first[: len(first) - len(tail)]}{between}{last[len(shared) : until]}{tail}"


def _shared(texts: Sequence[str]) -> str:
    """Return the beginning that all texts have in common."""
    return "".join(signs[0] for signs in takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False)))
