"""Which package the running kernel is of, in each system's own words, and what is said where it is of none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.practices.vulnerabilities.kernels import (
    is_kernel_source,
    running_only,
    unjudged_kernel,
    unsigned_source,
)
from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.releases import dpkg_release
from tui_ops.practices.vulnerabilities.versions import Order


def deb(name: str, version: str, source: str = "linux-signed-amd64") -> Package:
    return Package(name, version, source, version, "amd64")


def rpm(name: str, version: str, source: str = "kernel", arch: str = "x86_64") -> Package:
    return Package(name, version, source, version, arch)


RPM = [
    # Red Hat, Rocky, Alma.
    ("kernel-core", "5.14.0-427.13.1.el9_4", "5.14.0-427.13.1.el9_4.x86_64"),
    ("kernel", "3.10.0-1160.el7", "3.10.0-1160.el7.x86_64"),
    ("kernel-uki-virt", "5.14.0-427.13.1.el9_4", "5.14.0-427.13.1.el9_4.x86_64"),
    ("kernel-rt-core", "5.14.0-427.13.1.el9_4", "5.14.0-427.13.1.el9_4.x86_64+rt"),
    ("kernel-rt-core", "4.18.0-513.5.1.rt7.307.el8_9", "4.18.0-513.5.1.rt7.307.el8_9.x86_64"),
    ("kernel-rt-debug-core", "4.18.0-513.5.1.rt7.307.el8_9", "4.18.0-513.5.1.rt7.307.el8_9.x86_64+debug"),
    ("kernel-64k-core", "5.14.0-583.el9", "5.14.0-583.el9.x86_64+64k"),
    ("kernel-64k-debug-core", "5.14.0-583.el9", "5.14.0-583.el9.x86_64+64k-debug"),
    ("kernel-debug-core", "5.14.0-583.el9", "5.14.0-583.el9.x86_64+debug"),
    ("kernel-debug", "3.10.0-1160.el7", "3.10.0-1160.el7.x86_64.debug"),
    ("kernel-uek-core", "5.15.0-100.96.32.el9uek", "5.15.0-100.96.32.el9uek.x86_64"),
    # SUSE leaves the number of the rebuild out.
    ("kernel-default", "5.14.21-150500.55.19.1", "5.14.21-150500.55.19-default"),
    ("kernel-default", "4.4.74-92.35.1", "4.4.74-92.35-default"),
    ("kernel-default", "6.11.8-1.2.g1a2b3c4", "6.11.8-1.g1a2b3c4-default"),
    ("kernel-default-base", "5.14.21-150500.55.49.1.150500.6.21.2", "5.14.21-150500.55.49-default"),
    ("kernel-azure", "5.14.21-150500.33.11.1", "5.14.21-150500.33.11-azure"),
    ("kernel-rt", "5.14.21-150500.13.5.1", "5.14.21-150500.13.5-rt"),
]


@pytest.mark.parametrize(("name", "version", "kernel"), RPM)
def test_a_kernel_of_rpm_is_found_by_what_uname_says(name: str, version: str, kernel: str) -> None:
    """And the next rebuild, an older one and another variant are not it."""
    runs = rpm(name, version)
    others = [rpm(name, version.replace(".1", ".2", 1) + ".9.9"), rpm("kernel-zfcpdump-core", version)]
    told = running_only([*others, runs, rpm("kernel-tools", version)], kernel, Order.RPM)
    assert (told.found, [one.name for one in told.packages], [one.version for one in told.packages]) == (
        True, [name], [version],
    )  # fmt: skip
    assert set(told.others) == set(others)
    assert unjudged_kernel([*others, runs], kernel, Order.RPM) == ""


def test_of_two_variants_of_one_version_the_one_that_runs_counts() -> None:
    """Since Red Hat 9.3 the kernel for real time has the version of the plain one."""
    plain, real = rpm("kernel-core", "5.14.0-427.13.1.el9_4"), rpm("kernel-rt-core", "5.14.0-427.13.1.el9_4")
    for kernel, runs in (("5.14.0-427.13.1.el9_4.x86_64", plain), ("5.14.0-427.13.1.el9_4.x86_64+rt", real)):
        assert running_only([plain, real], kernel, Order.RPM).packages == [runs]


DEB = [
    (deb("linux-image-6.1.0-18-amd64", "6.1.76-1"), "6.1.0-18-amd64", "linux"),
    (deb("linux-image-6.1.0-18-amd64-unsigned", "6.1.76-1", "linux"), "6.1.0-18-amd64", "linux"),
    (deb("linux-image-6.12.43+deb13-amd64", "6.12.43-1"), "6.12.43+deb13-amd64", "linux"),
    (deb("linux-image-6.1.0-0.deb11.25-amd64", "6.1.106-3~deb11u1", "linux-signed-6.1-amd64"),
     "6.1.0-0.deb11.25-amd64", "linux-6.1"),
    (deb("linux-image-6.8.0-49-generic", "6.8.0-49.49", "linux-signed"), "6.8.0-49-generic", "linux"),
    (deb("linux-image-unsigned-6.8.0-45-generic", "6.8.0-45.45~22.04.1", "linux-hwe-6.8"), "6.8.0-45-generic",
     "linux-hwe-6.8"),
    (deb("linux-image-6.8.0-1016-aws", "6.8.0-1016.17", "linux-signed-aws"), "6.8.0-1016-aws", "linux-aws"),
]  # fmt: skip


@pytest.mark.parametrize(("image", "kernel", "source"), DEB)
def test_a_kernel_of_dpkg_is_found_and_is_of_the_source_that_feeds_know(
    image: Package, kernel: str, source: str
) -> None:
    symbols = deb(f"{image.name}-dbg", image.version, "linux")
    told = running_only([image, symbols], kernel, Order.DPKG)
    assert [(one.name, one.source) for one in told.packages] == [(image.name, source)]
    assert told.others == ()
    assert unjudged_kernel([image], kernel, Order.DPKG) == ""


NEWER = deb("linux-image-6.1.0-21-amd64", "6.1.90-1")


@pytest.mark.parametrize(
    ("packages", "kernel", "order"),
    [
        ([NEWER], "6.1.0-18-amd64", Order.DPKG),
        ([], "6.1.0-18-amd64", Order.DPKG),
        ([rpm("kernel-core", "5.14.0-427.13.1.el9_4")], "6.9.7-1.el9.elrepo.x86_64", Order.RPM),
        ([Package("linux-lts", "6.6.60-r0", "linux-lts", "6.6.60-r0", "x86_64")], "6.6.16-linuxkit", Order.APK),
    ],
)
def test_a_kernel_of_no_package_is_told_and_so_is_what_to_do(
    packages: list[Package], kernel: str, order: Order
) -> None:
    """Such as one that was purged while it ran. That nothing is known of it is not that nothing is wrong with it."""
    assert running_only(packages, kernel, order).found is False
    told = unjudged_kernel(packages, kernel, order)
    assert told == f"its kernel {kernel} is of no package that is installed: boot one that is, it is judged then"
    assert unjudged_kernel(packages, "", order) == ""


@pytest.mark.parametrize(
    ("image", "kernel"),
    [
        (deb("proxmox-kernel-6.8.12-1-pve-signed", "6.8.12-1", "proxmox-kernel-signed-6.8"), "6.8.12-1-pve"),
        (deb("pve-kernel-6.2.16-3-pve", "6.2.16-3", "pve-kernel"), "6.2.16-3-pve"),
        (deb("linux-image-6.6.31+rpt-rpi-v8", "1:6.6.31-1+rpt1", "linux"), "6.6.31+rpt-rpi-v8"),
        (deb("linux-image-6.6.16-own", "6.6.16-1", "linux-upstream"), "6.6.16-own"),
    ],
)
def test_a_kernel_that_somebody_else_made_is_not_judged_by_debians_feed(image: Package, kernel: str) -> None:
    """Proxmox and Raspberry Pi OS call themselves Debian. Its versions say nothing of theirs."""
    told = running_only([image, NEWER], kernel, Order.DPKG)
    assert (told.found, told.foreign, told.packages) == (True, image.name, [])
    assert unjudged_kernel([image], kernel, Order.DPKG) == (
        f"its kernel {kernel} is of {image.name}, which no feed knows: ask whoever makes it"
    )


@pytest.mark.parametrize(
    ("order", "yes", "no"),
    [
        (Order.DPKG, ("linux", "linux-signed-amd64", "linux-hwe-6.8", "linux-6.1", "pve-kernel", "linux-meta-aws"),
         ("linux-base", "linux-firmware", "linux-atm", "openssl", "linuxptp", "firmware-nonfree")),
        (Order.RPM, ("kernel", "kernel-rt", "kernel-default", "kernel-source", "kernel-default-base", "kernel-uek"),
         ("kernel-firmware", "kernelshark", "openssl")),
        (Order.APK, ("linux-lts", "linux-virt"), ("linux-firmware", "linux-pam")),
    ],
)  # fmt: skip
def test_sources_of_kernels_are_known(order: Order, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
    assert all(is_kernel_source(one, order) for one in yes)
    assert not any(is_kernel_source(one, order) for one in no)


def test_metapackages_and_symbols_have_no_kernel_in_them() -> None:
    for name in ("linux-image-amd64", "proxmox-kernel-6.8", "pve-kernel-helper", "linux-image-6.1.0-18-amd64-dbg"):
        assert dpkg_release(name) is None
    assert unsigned_source("linux-signed-6.1-amd64") == "linux-6.1"
    assert unsigned_source("openssl") == "openssl"


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30), st.text(max_size=20)), max_size=4),
       st.text(max_size=40), st.sampled_from(Order))  # fmt: skip
def test_any_names_are_survived(found: list[tuple[str, str, str]], kernel: str, order: Order) -> None:
    packages = [
        Package(f"{start}{name}", version, source, version, "x")
        for name, version, source in found
        for start in ("", "kernel-", "linux-image-1", "linux-lts")
    ]
    running_only(packages, kernel, order)
    unjudged_kernel(packages, kernel, order)
