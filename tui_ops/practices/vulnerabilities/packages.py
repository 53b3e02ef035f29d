"""The packages of a host as feeds know them: by source, each with its version and the binary packages of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Fields
from tui_ops.practices.vulnerabilities.versions import VERSION_LIMIT


@dataclass(frozen=True, slots=True)
class Package:
    """One binary package that is installed."""

    name: str
    version: str
    source: str
    source_version: str
    arch: str = ""


NOT_THERE = frozenset({"half installed"})
"""States of dpkg in which the files of a package are not all there."""


def installed(items: Mapping[str, Fields]) -> list[Package]:
    """Return the packages of the topic ``packages``.

    Those that are not configured yet count: their files are there. One of which several versions are installed beside
    each other, such as a kernel of rpm, is there once for each.

    Args:
        items: of the topic, by name.
    """
    found: list[Package] = []
    for item, fields in items.items():
        arch = str(fields.get("arch") or "")
        # Items are NAME, NAME:ARCH of dpkg, NAME.ARCH of rpm, and NAME-VERSION of rpm's keys without one.
        name = item.partition(":")[0].removesuffix(f".{arch}") if arch else item.partition(":")[0]
        source = str(fields.get("source") or name)
        if fields.get("state") in NOT_THERE:
            continue
        for version in str(fields.get("version") or "").split(", "):
            if version and len(version) <= VERSION_LIMIT:
                of_source = str(fields.get("source_version") or version)
                found.append(Package(name, version, source, of_source, arch))
    return found


def with_epoch(package: Package) -> str:
    """Return the version of an rpm's source with the epoch of the package itself: a source rpm's name lacks it."""
    epoch, colon, _ = package.version.partition(":")
    if ":" in package.source_version:
        return package.source_version
    return f"{epoch}:{package.source_version}" if colon else package.source_version
