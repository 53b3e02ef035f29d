"""The running kernel alone counts: others that are installed do nothing, and neither do headers and tools."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.releases import dpkg_release, rpm_releases
from tui_ops.practices.vulnerabilities.versions import KEYS, Order

CONTAINERS = frozenset({
    "docker", "podman", "lxc", "lxc-libvirt", "systemd-nspawn", "openvz", "rkt", "wsl", "proot", "pouch",
    "container-other",
})  # fmt: skip
"""What ``systemd-detect-virt`` calls containers: the kernel that runs there is the machine's."""

_SIGNED = re.compile(r"linux-signed(?:-(?P<flavour>.+?))??(?:-(?:amd64|arm64|i386))?")
"""Sources of Debian and Ubuntu that only sign what ``linux``, ``linux-6.1`` or ``linux-aws`` makes; the version of such
a source has a plus in the place of a dash, that of the package is right."""

_VENDOR = re.compile(
    r"linux(?:-(?:\d+\.\d+|(?:aws|azure|gcp|gke|gkeop|oracle|kvm|raspi|hwe|lowlatency|oem|ibm|intel|nvidia|realtime|rt"
    r"|riscv|fips|iot|bluefield|xilinx)\S*))?"
)
"""Sources that Debian and Ubuntu make kernels of, and of which their feeds speak."""

_DPKG_SOURCE = re.compile(
    rf"{_VENDOR.pattern}|linux-(?:signed|meta|latest|restricted-modules)\S*|(?:proxmox|pve)-kernel\S*"
)

_REBUILT_ELSEWHERE = re.compile(r"\S*\+rpt\S*")
"""A kernel of Raspberry Pi OS has Debian's name for the source, and versions of its own."""

_RPM_SOURCE = re.compile(
    r"kernel(?:-(?:rt|uek|uek64k|64k|source\S*|syms\S*|(?:default|azure|rt|64kb|preempt|longterm|pae|xen|debug|kvmsmall"
    r"|vanilla|zfcpdump)(?:-base)?))?"
)

_APK_KERNEL = re.compile(r"linux-(?P<flavour>lts|virt|stable|edge|rpi\d*)")

_Image = tuple[Collection[str], Package]
"""What ``uname -r`` may say where a package's kernel runs, and the package."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The packages of a host without the kernels that do not run."""

    packages: list[Package]
    others: tuple[Package, ...] = ()
    """Images of other kernels that are installed."""
    found: bool = True
    """Whether the running kernel is one of the packages. In a container it is not."""
    foreign: str = ""
    """The package of the running kernel, where somebody else made it than those who made the system: their feeds know
    nothing of it. Empty: it is theirs."""


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


def is_kernel_source(source: str, order: Order) -> bool:
    """Return whether kernels are made of a source package.

    Args:
        source: its name.
        order: of the versions of its system.
    """
    pattern = {Order.DPKG: _DPKG_SOURCE, Order.RPM: _RPM_SOURCE, Order.APK: _APK_KERNEL}[order]
    return pattern.fullmatch(source) is not None


def unjudged_kernel(packages: Sequence[Package], kernel: str, order: Order) -> str:
    """Return why nobody can say what the running kernel is vulnerable to, and what to do; empty where somebody can.

    Args:
        packages: that are installed; not those of a container, whose kernel is the machine's.
        kernel: that runs, as ``uname -r`` has it; empty where that is not known: then every image was judged.
        order: of their versions.
    """
    if not kernel:
        return ""
    told = running_only(packages, kernel, order)
    if told.foreign:
        return f"its kernel {kernel} is of {told.foreign}, which no feed knows: ask whoever makes it"
    if not told.found:
        return f"its kernel {kernel} is of no package that is installed: boot one that is, it is judged then"
    return ""


def unsigned_source(source: str) -> str:
    """Return the source of which a kernel was made that another one has only signed; others as they are."""
    found = _SIGNED.fullmatch(source)
    if found is None:
        return source
    return f"linux-{found['flavour']}" if found["flavour"] else "linux"


def _dpkg(packages: Sequence[Package], kernel: str) -> Sorted:
    kept: list[Package] = []
    images: list[_Image] = []
    strange: list[_Image] = []
    for package in packages:
        release = dpkg_release(package.name)
        if release is not None:
            image = _unsigned(package)
            (images if _is_vendors(image) else strange).append(((release,), image))
        elif not _DPKG_SOURCE.fullmatch(package.source):
            kept.append(package)
    return _chosen(kept, images, kernel, strange)


def _is_vendors(image: Package) -> bool:
    return _VENDOR.fullmatch(image.source) is not None and not _REBUILT_ELSEWHERE.fullmatch(image.version)


def _unsigned(package: Package) -> Package:
    source = unsigned_source(package.source)
    return package if source == package.source else replace(package, source=source, source_version=package.version)


def _chosen(kept: list[Package], images: list[_Image], kernel: str, strange: Sequence[_Image] = ()) -> Sorted:
    """Add the image that runs; every one where it is not known which does.

    Args:
        kept: what belongs to no kernel.
        images: of the system's own kernels.
        kernel: that runs.
        strange: images of kernels that somebody else made.
    """
    if not kernel:
        return Sorted([*kept, *(image for _, image in images)])
    runs = [image for releases, image in images if kernel in releases]
    others = tuple(image for releases, image in images if kernel not in releases)
    foreign = "" if runs else next((image.name for releases, image in strange if kernel in releases), "")
    return Sorted([*kept, *runs], others, bool(runs) or bool(foreign), foreign)


def _rpm(packages: Sequence[Package], kernel: str) -> Sorted:
    kept: list[Package] = []
    images: list[_Image] = []
    for package in packages:
        releases = rpm_releases(package)
        if releases is not None:
            # Several of one name: the version of the source is only that of the one that was listed last.
            images.append((releases, replace(package, source_version=package.version)))
        elif not _RPM_SOURCE.fullmatch(package.source):
            kept.append(package)
    return _chosen(kept, images, kernel)


def _apk(packages: Sequence[Package], kernel: str) -> Sorted:
    """Alpine has one version of a kernel installed; until the next boot an earlier one may run."""
    kept: list[Package] = []
    images: list[_Image] = []
    for package in packages:
        image = _APK_KERNEL.fullmatch(package.name)
        if image is None:
            kept.append(package)
            continue
        # 6.6.58-0-lts is 6.6.58-r0.
        version, _, rest = kernel.partition("-")
        number, _, flavour = rest.partition("-")
        if kernel and flavour == image["flavour"] and f"{version}-r{number}" != package.version:
            images.append(((f"installed {package.version}",), package))
            older = f"{version}-r{number}"
            images.append(((kernel,), replace(package, version=older, source_version=older)))
        else:
            images.append(((kernel if flavour == image["flavour"] else package.name,), package))
    return _chosen(kept, images, kernel)


def mended_by(others: Sequence[Package], fixed: str, order: Order) -> bool:
    """Return whether a kernel that is installed and does not run has a vulnerability mended."""
    key = KEYS[order]
    return bool(fixed) and any(key(one.version) >= key(fixed) for one in others)
