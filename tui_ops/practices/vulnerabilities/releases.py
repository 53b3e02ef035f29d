"""What ``uname -r`` says when the kernel of a package runs: each system has a form of its own."""

import re

from tui_ops.practices.vulnerabilities.packages import Package

_DPKG_IMAGE = re.compile(
    r"linux-image-(?:unsigned-)?(?P<release>\d\S*?)(?P<unsigned>-unsigned)?|(?:proxmox|pve)-kernel-(?P<proxmox>\d\S*-pve)(?:-signed)?"
)
"""Debian puts ``-unsigned`` at the end, Ubuntu in the middle; Proxmox, whose systems call themselves Debian, has names
of its own. What has no number behind the name has no kernel in it, only the wish for the latest one."""

_DPKG_SYMBOLS = re.compile(r"\S*-(?:dbg|dbgsym)")

_RPM_IMAGE = re.compile(r"kernel(?P<words>(?:-(?:debug|rt|16k|64k|zfcpdump|uek64k|uek))*)(?:-core|-uki-virt)?")
"""Red Hat's, of those who rebuild it, and Oracle's: ``kernel-core``, ``kernel-rt-64k-debug-core``, ``kernel-uek``."""

_SUSE_IMAGE = re.compile(
    r"kernel-(?P<flavour>default|azure|rt|rt_debug|64kb|preempt|longterm|pae|xen|debug|kvmsmall|vanilla|zfcpdump)(?P<base>-base)?"
)

_REBUILT = re.compile(r"\.[0-9]+($|\.[^.]*[^.0-9][^.]*$)", re.ASCII)
"""The number of the rebuild, which SUSE leaves out of the kernel's name: the last one of the release, or the last one
before a mark such as ``g1a2b3c``. So the spec of its kernels has it (``source_rel``)."""

_BASE = re.compile(r"(?P<source>\d{6}(?:\.\d+)+?)\.\d+\.\d{6}\.\S*", re.ASCII)
"""The release of SUSE's smaller ``kernel-default-base``: that of the kernel, and its own behind it."""

_OWN_RT = re.compile(r"\.rt\d", re.ASCII)
"""Until Red Hat 9.2 a kernel for real time has that in its release, and nothing behind the architecture."""


def dpkg_release(name: str) -> str | None:
    """Return what runs of a package of dpkg, as ``uname -r`` has it; None for one that has no kernel in it.

    Args:
        name: ``linux-image-6.1.0-18-amd64``, ``proxmox-kernel-6.8.12-1-pve-signed``.
    """
    found = _DPKG_IMAGE.fullmatch(name)
    if found is None or _DPKG_SYMBOLS.fullmatch(name):
        return None
    return found["release"] or found["proxmox"]


def rpm_releases(package: Package) -> frozenset[str] | None:
    """Return what ``uname -r`` may say where an rpm's kernel runs; None for one that has no kernel in it.

    ``kernel-core`` is ``VERSION-RELEASE.ARCH``, a variant has ``+rt`` or ``+64k-debug`` behind it, in Red Hat 7
    ``.debug``; SUSE has ``VERSION-RELEASE-FLAVOUR`` without the number of the rebuild.

    Args:
        package: with its own version, not that of its source.
    """
    image, suse = _RPM_IMAGE.fullmatch(package.name), _SUSE_IMAGE.fullmatch(package.name)
    version, _, release = package.version.rpartition(":")[2].rpartition("-")
    found: set[str] = set()
    if image is not None:
        words = [word.removeprefix("uek") for word in image["words"].split("-") if word not in ("", "uek")]
        if _OWN_RT.search(release):
            words = [word for word in words if word != "rt"]
        built, variant = f"{version}-{release}.{package.arch}", "-".join(words)
        found |= {f"{built}+{variant}", f"{built}.{variant}"} if variant else {built}
    if suse is not None:
        base = _BASE.fullmatch(release) if suse["base"] else None
        own = base["source"] if base is not None else _REBUILT.sub(r"\1", release)
        found.add(f"{version}-{own}-{suse['flavour']}")
    return frozenset(found) if image is not None or suse is not None else None
