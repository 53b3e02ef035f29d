"""Which release a feed or a host speaks of: ``debian/bookworm``, ``ubuntu/24.04``, ``alpine/3.20``, ``rocky/9``.

A host says it by the ``PRETTY_NAME`` of its os-release, a feed of OSV by its ecosystem.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui_ops.practices.vulnerabilities.versions import Order

DEBIAN: Mapping[str, str] = {
    "7": "wheezy", "8": "jessie", "9": "stretch", "10": "buster", "11": "bullseye", "12": "bookworm", "13": "trixie",
    "14": "forky", "15": "duke",
}  # fmt: skip
"""Debian's releases by their numbers, as the project names them."""

GENERIC = "debian/generic"
"""debsecan's file that is about no release: it knows no fix of a stable one."""


@dataclass(frozen=True, slots=True)
class Place:
    """The release of a host."""

    name: str
    order: Order
    title: str = ""
    """As people call it."""


def _debian(found: re.Match[str]) -> str:
    number, code = found["number"], found["code"]
    return f"debian/{(code or DEBIAN.get(number or '', number or '')).lower()}"


_Name = Callable[[re.Match[str]], str]

_SYSTEMS: tuple[tuple[re.Pattern[str], Order, _Name], ...] = (
    (re.compile(r"(?:Debian GNU/Linux|Raspbian GNU/Linux) (?P<number>\d+)?[^(]*(?:\((?P<code>[a-z]+)\))?"),
     Order.DPKG, _debian),
    (re.compile(r"Debian GNU/Linux (?P<code>[a-z]+)/sid"), Order.DPKG, lambda found: f"debian/{found['code']}"),
    (re.compile(r"Ubuntu (?P<number>\d+\.\d+)"), Order.DPKG, lambda found: f"ubuntu/{found['number']}"),
    (re.compile(r"Alpine Linux v(?P<number>\d+\.\d+)"), Order.APK, lambda found: f"alpine/{found['number']}"),
    (re.compile(r"Rocky Linux (?P<number>\d+)"), Order.RPM, lambda found: f"rocky/{found['number']}"),
    (re.compile(r"AlmaLinux (?P<number>\d+)"), Order.RPM, lambda found: f"almalinux/{found['number']}"),
    (re.compile(r"Red Hat Enterprise Linux\D* (?P<number>\d+)"), Order.RPM, lambda found: f"redhat/{found['number']}"),
    (re.compile(r"openSUSE Leap (?P<number>\d+\.\d+)"), Order.RPM, lambda found: f"opensuse/leap {found['number']}"),
    (re.compile(r"SUSE Linux Enterprise Server (?P<number>\d+(?: SP\d+)?)"), Order.RPM,
     lambda found: f"suse/linux enterprise server {found['number'].lower()}"),
)  # fmt: skip


def place_of(pretty: str) -> Place | None:
    """Return the release of a host; None where no feed is known for it.

    Args:
        pretty: ``Debian GNU/Linux 12 (bookworm)``.
    """
    for pattern, order, name in reversed(_SYSTEMS):
        found = pattern.match(pretty)
        if found is not None and (found.groupdict().get("number") or found.groupdict().get("code")):
            return Place(name(found), order, pretty)
    return None


_FAMILIES = {
    "Debian": "debian", "Ubuntu": "ubuntu", "Alpine": "alpine", "Rocky Linux": "rocky", "AlmaLinux": "almalinux",
    "Red Hat": "redhat", "openSUSE": "opensuse", "SUSE": "suse",
}  # fmt: skip
"""OSV's ecosystems that are of a system, by their first word."""

PRO = "Pro"
"""Marks Ubuntu's ecosystems whose fixes take a subscription."""


def ecosystem_place(ecosystem: str) -> tuple[str, bool] | None:
    """Return the release that an ecosystem of OSV is about, and whether its fixes take a subscription; None for one
    that is of no system, or that names no release.

    Args:
        ecosystem: ``Debian:12``, ``Ubuntu:Pro:22.04:LTS``, ``Red Hat:enterprise_linux:9::baseos``.
    """
    first, *rest = ecosystem.split(":")
    family = _FAMILIES.get(first)
    if family is None or not rest:
        return None
    pro = rest[0] == PRO
    words = rest[1:] if pro or family == "redhat" else rest
    if not words or not words[0] or (family == "redhat" and rest[0] != "enterprise_linux"):
        return None
    number = words[0].lower()
    if family == "debian":
        number = DEBIAN.get(number, number)
    elif family == "alpine":
        number = number.removeprefix("v")
    elif family in ("rocky", "almalinux", "redhat"):
        number = number.partition(".")[0]
    return f"{family}/{number}", pro
