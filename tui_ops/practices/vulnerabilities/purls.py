"""The packages of a host as package URLs, so that other scanners know them.

``pkg:deb/debian/libssl3@3.0.11-1?arch=amd64``: of the qualifiers only those stand here that every scanner sets, for who
matches by such an address asks that all of them are the same.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.places import Place
from tui_ops.practices.vulnerabilities.versions import Order

_TYPES: Mapping[Order, str] = {Order.DPKG: "deb", Order.RPM: "rpm", Order.APK: "apk"}

_MAKERS: Mapping[str, tuple[str, ...]] = {"almalinux": ("almalinux", "alma")}
"""A system's name in addresses, where scanners differ: Syft and Grype go by os-release, Trivy has a word of its own."""

_OF_SOURCE: Mapping[Order, str] = {Order.DPKG: "source", Order.RPM: "src", Order.APK: ""}
"""How the architecture of a source package is called."""


def generic_purl(name: str, version: str) -> str:
    """Return the address of a package of which nobody knows which system it is of."""
    return f"pkg:generic/{quote(name, safe='')}{_at(version)}"


def source_purl(place: Place, name: str, version: str) -> str:
    """Return the address of a source package, with its version as it stands: by that we know it ourselves.

    Args:
        place: the release of the host.
        name: of the package.
        version: of it; empty: every one.
    """
    arch = _OF_SOURCE[place.order]
    return f"{_of(place, place.name.partition('/')[0], name, version)}{f'?arch={arch}' if arch else ''}"


def purls(place: Place, package: Package) -> Sequence[str]:
    """Return the addresses by which scanners know a binary package: one, or several where they do not agree.

    An epoch is no part of an rpm's version, but a qualifier. Of Debian's it is part of it for Syft and Grype, and a
    qualifier for Trivy.
    """
    return _purls(place, package.name.partition(":")[0], package.version, package.arch)


def _purls(place: Place, name: str, version: str, arch: str) -> list[str]:
    maker = place.name.partition("/")[0]
    epoch, colon, rest = version.partition(":")
    if not colon or not epoch.isdigit():
        epoch, rest = "0", version
    forms = [(rest, epoch if epoch != "0" else "")]
    if place.order is Order.DPKG and epoch != "0":
        forms.insert(0, (version, ""))
    found = []
    for word in _MAKERS.get(maker, (maker,)):
        for told, beside in forms:
            given = [f"arch={quote(arch, safe='')}"] if arch else []
            given += [f"epoch={beside}"] if beside else []
            tail = f"?{'&'.join(given)}" if given else ""
            found.append(f"{_of(place, word, name, told)}{tail}")
    return found


def _of(place: Place, maker: str, name: str, version: str) -> str:
    return f"pkg:{_TYPES[place.order]}/{maker}/{quote(name, safe='')}{_at(version)}"


def _at(version: str) -> str:
    return f"@{quote(version, safe='')}" if version else ""
