"""What incidents of one kind have in common, whichever of many equal hosts they were on.

Two web servers that fill the same mount have one trouble, not two: so a shape is the rule, the service or group that
the host stands for, and the item with its numbers folded.
"""

import re
from collections.abc import Sequence

from tui_ops.model.clean import clean

SHAPE_LIMIT = 200
"""Characters of a shape: a rule, a service and a path."""

_IDS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # a UUID
    r"|(?<![0-9A-Za-z])(?=[0-9a-f]{0,31}[0-9])[0-9a-f]{8,64}(?![0-9A-Za-z])"  # a container, a commit
    r"|[0-9]+",
    re.ASCII | re.IGNORECASE,
)


def folded(text: str) -> str:
    """Return a text with every number and id in it replaced by ``#``: ``/dev/sda1`` and ``/dev/sda2`` are one."""
    return _IDS.sub("#", clean(text, SHAPE_LIMIT))


def shape_of(
    rule: str, subject: str, host: str = "", item: str = "", service: str = "", groups: Sequence[str] = ()
) -> str:
    """Return the shape of an incident that began with an alert.

    Args:
        rule: of the alert.
        subject: of the alert; it counts where the alert is about no host.
        host: name of the host; empty where there is none.
        item: what of the host.
        service: the service that it hurts; empty where there is none that people know of.
        groups: the host's, as the inventory has them; the first one says what the host stands for.

    Returns:
        A short text that people can read: ``disk-full on service shop, /var``.
    """
    if not host:
        where, what = folded(subject), ""
    else:
        where = f"service {service}" if service else f"group {groups[0]}" if groups else folded(host)
        what = folded(item)
    return clean(f"{rule} on {where}" + (f", {what}" if what else ""), SHAPE_LIMIT)
