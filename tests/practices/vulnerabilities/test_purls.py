"""Packages as the addresses by which other scanners know them."""

import pytest

from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.places import place_of
from tui_ops.practices.vulnerabilities.purls import generic_purl, purls, source_purl

BOOKWORM, ROCKY = "Debian GNU/Linux 12 (bookworm)", "Rocky Linux 9.4 (Blue Onyx)"


@pytest.mark.parametrize(
    ("system", "package", "found"),
    [
        (BOOKWORM, Package("libssl3", "3.0.11-1~deb12u2", "openssl", "3.0.11-1~deb12u2", "amd64"),
         ["pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64"]),
        ("Ubuntu 22.04.4 LTS", Package("bind9-dnsutils", "1:9.18.18-0ubuntu0.22.04.1", "bind9", "", "amd64"),
         ["pkg:deb/ubuntu/bind9-dnsutils@1%3A9.18.18-0ubuntu0.22.04.1?arch=amd64",
          "pkg:deb/ubuntu/bind9-dnsutils@9.18.18-0ubuntu0.22.04.1?arch=amd64&epoch=1"]),
        (ROCKY, Package("openssl-libs", "1:3.0.7-27.el9", "openssl", "3.0.7-27.el9", "x86_64"),
         ["pkg:rpm/rocky/openssl-libs@3.0.7-27.el9?arch=x86_64&epoch=1"]),
        ("AlmaLinux 9.4 (Seafoam Ocelot)", Package("curl", "7.76.1-29.el9_4.1", "curl", "", "x86_64"),
         ["pkg:rpm/almalinux/curl@7.76.1-29.el9_4.1?arch=x86_64", "pkg:rpm/alma/curl@7.76.1-29.el9_4.1?arch=x86_64"]),
        ("Alpine Linux v3.20", Package("libcrypto3", "3.3.2-r1", "openssl", "3.3.2-r1", "x86_64"),
         ["pkg:apk/alpine/libcrypto3@3.3.2-r1?arch=x86_64"]),
        (BOOKWORM, Package("libstdc++6", "12.2.0-14+deb12u1", "gcc-12", "", "amd64"),
         ["pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64"]),
    ],
)  # fmt: skip
def test_packages_have_the_addresses_of_their_system(system: str, package: Package, found: list[str]) -> None:
    place = place_of(system)
    assert place is not None
    assert list(purls(place, package)) == found


def test_sources_and_packages_of_no_known_system_have_addresses_too() -> None:
    place = place_of(BOOKWORM)
    assert place is not None
    assert source_purl(place, "openssl", "3.0.11-1") == "pkg:deb/debian/openssl@3.0.11-1?arch=source"
    rocky = place_of(ROCKY)
    assert rocky is not None
    assert source_purl(rocky, "openssl", "1:3.0.7-27.el9") == "pkg:rpm/rocky/openssl@1%3A3.0.7-27.el9?arch=src"
    assert generic_purl("a b/c", "1:2") == "pkg:generic/a%20b%2Fc@1%3A2"
    assert generic_purl("a", "") == "pkg:generic/a"
