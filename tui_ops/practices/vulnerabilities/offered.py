"""What a host's own archives offer: a fix that they have is here, though the feed knows of none for its release.

So it is with backports, with archives of a subscription, and with a feed that is older than the update.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui_ops.model.facts import Fields
from tui_ops.model.vulnerabilities import Vulnerable
from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.versions import KEYS, VERSION_LIMIT, Order

_REBUILT = re.compile(r"\+b\d+$", re.ASCII)
"""What Debian adds to a binary package that was built anew of the same source."""

_UPDATE = "update "
"""How the items of the topic ``patches`` begin that are updates."""


def updates_of(patches: Mapping[str, Fields]) -> dict[str, str]:
    """Return by package the version to which a host's archives would upgrade it.

    Args:
        patches: items of the topic; none where it was never read.
    """
    found = {}
    for item, fields in patches.items():
        version = fields.get("version")
        if item.startswith(_UPDATE) and isinstance(version, str) and 0 < len(version) <= VERSION_LIMIT:
            found[item.removeprefix(_UPDATE).partition(":")[0]] = version
    return found


def offered(
    found: Sequence[Vulnerable], updates: Mapping[str, str], packages: Sequence[Package], order: Order
) -> list[Vulnerable]:  # fmt: skip
    """Return what a host is vulnerable to, with the fixes that its own archives have.

    Only packages whose version is that of their source are compared; those of rpm are not, since what dnf tells has no
    epoch, and their feeds know all fixes.

    Args:
        found: by a feed.
        updates: by package, the version that can be installed.
        packages: that are installed.
        order: of their versions.
    """
    if order is Order.RPM or not updates:
        return list(found)
    alike = {one.name for one in packages if _REBUILT.sub("", one.version) == one.source_version}
    return [replace(one, here=True, note="") if _is_offered(one, updates, alike, order) else one for one in found]


def _is_offered(one: Vulnerable, updates: Mapping[str, str], alike: set[str], order: Order) -> bool:
    if one.here or not one.fixed:
        return False
    key = KEYS[order]
    versions = [_REBUILT.sub("", updates[name]) for name in one.packages if name in updates and name in alike]
    return any(key(version) >= key(one.fixed) for version in versions)
