"""nsswitch.conf: which sources count as unread, by what distributions write there and by what the C library does."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.facts.accounts import parse_accounts
from tui_ops.collectors.facts.body import UNREAD_LIMIT
from tui_ops.collectors.facts.nameswitch import SOURCES_LIMIT

DEBIAN_12 = ("passwd:\t\tfiles systemd", "group:          files systemd", "shadow:         files systemd")
UBUNTU_24 = DEBIAN_12
DEBIAN_WITH_SSS = (
    "passwd:         files systemd sss", "group:          files systemd sss", "shadow:         files systemd sss",
    "sudoers:        files sss",
)  # fmt: skip
DEBIAN_9 = ("passwd:         compat systemd", "group:          compat systemd", "shadow:         compat")
FEDORA_40 = ("passwd:     files systemd", "group:      files [SUCCESS=merge] systemd", "shadow:     files")
FEDORA_38 = ("passwd:     files sss systemd", "shadow:     files", "group:      files [SUCCESS=merge] sss systemd")
ALMA_9 = ("passwd:     sss files systemd", "shadow:     files", "group:      sss files systemd")
ALMA_8 = ("passwd:      sss files systemd", "group:       sss files systemd", "shadow:     files sss")
CENTOS_7 = ("passwd:     files sss", "shadow:     files sss", "group:      files sss")
COREOS = ("passwd:     sss files altfiles systemd", "group:      sss files altfiles systemd")
FREEBSD = ("group: compat", "group_compat: nis", "passwd: compat", "passwd_compat: nis")
JOINED = ("passwd:     files winbind systemd", "group:      files winbind systemd")
"""As an authselect profile has it, or the package of winbind leaves it."""


def body(switch: Sequence[str], used: Sequence[str] = (), passwd: Sequence[str] = (), more: str = "") -> bytes:
    """Return what a probe sends."""
    lines = ["run accounts", "passwd root:x:0:0:root:/root:/bin/bash", *(f"passwd {one}" for one in passwd)]
    lines += ["whole passwd", "group root:x:0:", "whole group", *(f"switch {one}" for one in switch), "whole switch"]
    lines += [f"used {one}" for one in used]
    return "\n".join([*lines, more, "whole limit", "whole home", "whole shadow", ""]).encode()


def unread(*switch: str, used: Sequence[str] = (), passwd: Sequence[str] = (), more: str = "") -> list[str]:
    return list(parse_accounts(body(switch, used, passwd, more)).unread)


@pytest.mark.parametrize(
    "switch",
    [DEBIAN_12, UBUNTU_24, DEBIAN_WITH_SSS, DEBIAN_9, FEDORA_40, FEDORA_38, ALMA_9, ALMA_8, CENTOS_7, COREOS, FREEBSD,
     JOINED, ()],
)  # fmt: skip
def test_a_host_as_it_was_installed_has_no_directory(switch: tuple[str, ...]) -> None:
    """Many name sss, and Debian's package of winbind adds it; nobody answers."""
    assert unread(*switch) == []


@pytest.mark.parametrize("switch", [DEBIAN_WITH_SSS, ALMA_8, CENTOS_7])
def test_the_same_with_an_sssd_has_one(switch: tuple[str, ...]) -> None:
    """Each of what it tells, and the rules of sudo only where sssd has a door for them."""
    said = ["directory sss passwd", "directory sss group", "directory sss shadow"]
    assert unread(*switch, used=["sss"]) == said
    more = ["directory sss sudoers"] if any(line.startswith("sudoers") for line in switch) else []
    assert unread(*switch, used=["sss", "sss-sudo"]) == said + more


@pytest.mark.parametrize("how", ["broken", "privilege"])
def test_what_could_not_be_read_is_no_host_of_files_alone(how: str) -> None:
    """The program that reads it was ended, or may not: what it says there is not known."""
    said = b"\n".join(line for line in body((), ["sss"]).splitlines() if line != b"whole switch")
    assert parse_accounts(said + f"\n{how} switch\n".encode()).unread == ("directory ",)


def test_an_sssd_that_shows_the_hosts_own_files_is_none() -> None:
    """As RHEL 8 runs it by itself; one with another domain besides is one."""
    implicit = "backend /usr/libexec/sssd/sssd_be --domain implicit_files --uid 0 --gid 0"
    joined = "backend /usr/libexec/sssd/sssd_be --domain example.com --uid 0 --gid 0"
    assert unread(*ALMA_8, used=["sss"], more=f"{implicit}\nwhole backend") == []
    for more in (f"{implicit}\n{joined}\nwhole backend", f"{implicit}\nbroken backend", "whole backend"):
        assert unread(*ALMA_8, used=["sss"], more=more), more


@pytest.mark.parametrize(
    ("switch", "used", "expected"),
    [
        ("files winbind systemd", "winbind", "winbind"), ("files nis", "nis", "nis"), ("files ldap", "ldap", "ldap"),
        ("compat extrausers", "extrausers", "extrausers"), ("db files", "db", "db"), ("files mysql", "", "mysql"),
        ("files cache_oslogin oslogin systemd", "", "oslogin"), ("files systemd", "userdb", "systemd"),
    ],
)  # fmt: skip
def test_each_source_goes_by_its_own_sign(switch: str, used: str, expected: str) -> None:
    """And one that nobody here knows counts as it stands."""
    assert unread(f"passwd: {switch}", used=[used]) == [f"directory {expected} passwd"]
    if used:
        assert unread(f"passwd: {switch}", used=["hesiod"]) == []


@pytest.mark.parametrize(
    ("switch", "is_asked"),
    [
        ("files", False), ("files ldap", True), ("files [NOTFOUND=return] ldap", False),
        ("files [!UNAVAIL=return] ldap", False), ("files [!NOTFOUND=return] ldap", True),
        ("sss [NOTFOUND=return] ldap", True), ("sss [UNAVAIL=return] ldap", False),
        ("sss [!NOTFOUND=return] ldap", False), ("ldap [NOTFOUND=return] files", True),
        ("files [ notfound = return ] ldap", False), ("files[NOTFOUND=return]ldap", False),
        ("files [SUCCESS=continue] ldap", True), ("files [SUCCESS=merge] ldap", True),
        ("files [NOTFOUND=continue UNAVAIL=return] ldap", True), ("files [!SUCCESS=return] ldap", False),
        ("files [TRYAGAIN=return] ldap # files", True), ("files # ldap", True),
        ("sss [UNAVAIL=return NOTFOUND=continue] ldap", False), ("compat ldap", True), ("systemd ldap", True),
        ("systemd [UNAVAIL=return] ldap", True), ("systemd [NOTFOUND=return] ldap", False),
        ("files [!NOTFOUND=return !UNAVAIL=return] ldap", False),
        ("files [NOTFOUND=return NOTFOUND=continue] ldap", True),
    ],
)  # fmt: skip
def test_a_source_is_asked_as_the_c_library_asks_it(switch: str, is_asked: bool) -> None:
    """Each line was held against getent of glibc 2.36, with a library of names for LDAP, and none for sss."""
    assert unread(f"passwd: {switch}", used=["ldap"]) == (["directory ldap passwd"] if is_asked else [])


def test_a_note_behind_the_sources_names_none() -> None:
    """Words of it are no sources that nobody knows."""
    assert unread("passwd: files # sss files from the profile") == []
    assert unread("  passwd : files", "#passwd: files ldap", used=["ldap"]) == []


def test_lines_with_plus_count_where_somebody_asks_for_them() -> None:
    """The source compat does, and an older C library without a line of nsswitch.conf; the source files does not."""
    plus = ["+@admins::::::"]
    assert unread("passwd: compat", "passwd_compat: ldap", passwd=plus) == ["directory compat passwd"]
    assert unread(passwd=plus) == ["directory compat passwd"]
    assert unread("passwd: files systemd", passwd=plus) == []
    assert unread("passwd: compat", passwd=["-eve::::::"]) == []


def test_groups_may_come_from_elsewhere_alone() -> None:
    """Those, too, that are asked for one account at its login."""
    assert unread("passwd: files", "group: files ldap", used=["ldap"]) == ["directory ldap group"]
    assert unread("passwd: files", "group: files", "initgroups: files ldap", used=["ldap"]) == ["directory ldap group"]


def test_what_was_not_read_whole_is_all_unread() -> None:
    """A file that is longer than what the probe reads, a line that is cut, more sources than anybody has."""
    cut = body(DEBIAN_12).replace(b"whole switch", b"broken switch")
    assert parse_accounts(cut).unread == ("directory ",)
    assert unread("passwd: files " + "x" * 4_100) == ["directory "]
    many = [f"passwd: files s{at}" for at in range(SOURCES_LIMIT + 1)]
    assert unread(*many) == ["directory "]


@given(st.lists(st.text("passwdgroup:[]!=# filescompatNOTFOUNDreturn\t+", max_size=60), max_size=6))
def test_any_lines(switch: list[str]) -> None:
    """Bounded, and each a beginning of nothing that is an account."""
    found = unread(*switch)
    assert len(found) <= UNREAD_LIMIT
    assert all(one.startswith("directory ") for one in found)
