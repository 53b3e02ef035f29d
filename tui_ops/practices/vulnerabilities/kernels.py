"""The running kernel alone counts: others that are installed do nothing, and neither do headers and tools."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.versions import KEYS, Order

_SIGNED = re.compile(r"linux-signed(?:-(?:amd64|arm64|i386))?")
"""Sources of Debian and Ubuntu that only sign what the source ``linux`` makes; the version of the source has a plus in
the place of a dash, that of the package is right."""

_FLAVOUR = re.compile(r"linux-signed-(.+)")
"""Ubuntu's: ``linux-signed-aws`` signs what ``linux-aws`` makes."""

_DPKG_SOURCE = re.compile(r"linux(?:-(?:signed|meta|latest|aws|azure|gcp|oracle|kvm|raspi|hwe|lowlatency|oem|ibm)\S*)?")
_DPKG_IMAGE = re.compile(r"linux-image-(?:unsigned-)?(?P<release>\d\S*)")

_RPM_KERNEL = re.compile(r"kernel(?:-(?:rt|uek|default|azure|64k))?(?:-core)?")
_RPM_SOURCE = re.compile(r"kernel(?:-(?:rt|uek|default|azure|64k|source))?")

_APK_KERNEL = re.compile(r"linux-(?P<flavour>lts|virt|stable|edge|rpi\d*)")


@dataclass(frozen=True, slots=True)
class Sorted:
    """The packages of a host without the kernels that do not run."""

    packages: list[Package]
    others: tuple[Package, ...] = ()
    """Images of other kernels that are installed."""
    found: bool = True
    """Whether the running kernel is one of the packages. In a container it is not."""


def running_only(packages: Sequence[Package], kernel: str, order: Order) -> Sorted:
    """Return the packages with the running kernel in the place of all that belongs to kernels.

    Args:
        packages: that are installed.
        kernel: that runs, as ``uname -r`` has it; empty where that is not known: then every image counts.
        order: of their versions.
    """
    if order is Order.DPKG:
        return _dpkg(packages, kernel)
    return _rpm(packages, kernel) if order is Order.RPM else _apk(packages, kernel)


def _dpkg(packages: Sequence[Package], kernel: str) -> Sorted:
    kept: list[Package] = []
    images: list[tuple[str, Package]] = []
    for package in packages:
        image = _DPKG_IMAGE.fullmatch(package.name)
        if image is not None:
            images.append((image["release"], _unsigned(package)))
        elif not _DPKG_SOURCE.fullmatch(package.source):
            kept.append(package)
    return _chosen(kept, images, kernel)


def _unsigned(package: Package) -> Package:
    if _SIGNED.fullmatch(package.source):
        return replace(package, source="linux", source_version=package.version)
    flavour = _FLAVOUR.fullmatch(package.source)
    if flavour is not None:
        return replace(package, source=f"linux-{flavour[1]}", source_version=package.version)
    return package


def _chosen(kept: list[Package], images: list[tuple[str, Package]], kernel: str) -> Sorted:
    """Add the image that runs; every one where it is not known which does."""
    if not kernel:
        return Sorted([*kept, *(image for _, image in images)])
    runs = [image for release, image in images if release == kernel]
    others = tuple(image for release, image in images if release != kernel)
    return Sorted([*kept, *runs], others, bool(runs))


def _rpm(packages: Sequence[Package], kernel: str) -> Sorted:
    kept: list[Package] = []
    images: list[tuple[str, Package]] = []
    for package in packages:
        if _RPM_KERNEL.fullmatch(package.name):
            # Several of one name: the version of the source is only that of the one that was listed last.
            one = replace(package, source_version=package.version)
            images.append((f"{package.version.partition(':')[2] or package.version}.{package.arch}", one))
        elif not _RPM_SOURCE.fullmatch(package.source):
            kept.append(package)
    return _chosen(kept, images, kernel)


def _apk(packages: Sequence[Package], kernel: str) -> Sorted:
    """Alpine has one version of a kernel installed; until the next boot an earlier one may run."""
    kept: list[Package] = []
    images: list[tuple[str, Package]] = []
    for package in packages:
        image = _APK_KERNEL.fullmatch(package.name)
        if image is None:
            kept.append(package)
            continue
        # 6.6.58-0-lts is 6.6.58-r0.
        version, _, rest = kernel.partition("-")
        number, _, flavour = rest.partition("-")
        if kernel and flavour == image["flavour"] and f"{version}-r{number}" != package.version:
            images.append((f"installed {package.version}", package))
            older = f"{version}-r{number}"
            images.append((kernel, replace(package, version=older, source_version=older)))
        else:
            images.append((kernel if flavour == image["flavour"] else package.name, package))
    return _chosen(kept, images, kernel)


def mended_by(others: Sequence[Package], fixed: str, order: Order) -> bool:
    """Return whether a kernel that is installed and does not run has a vulnerability mended."""
    key = KEYS[order]
    return bool(fixed) and any(key(one.version) >= key(fixed) for one in others)
