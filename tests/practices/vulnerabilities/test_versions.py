"""The order of versions: held against the real dpkg and the real rpm, and by apk's rules."""

import subprocess
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.practices.vulnerabilities.versions import Order, compare

dpkg_part = st.text("0011929abzAZ.+~", min_size=1, max_size=8).map(lambda text: "0" + text)
dpkg_versions = st.builds(
    lambda epoch, upstream, revision: epoch + upstream + revision,
    st.sampled_from(["", "0:", "1:", "12:"]), dpkg_part,
    st.one_of(st.just(""), dpkg_part.map(lambda text: "-" + text)),
)  # fmt: skip
rpm_versions = st.text("0011929abzAZ.+~^_", max_size=10)
apk_versions = st.builds(
    lambda first, rest, letter, suffix, tail: first + rest + letter + suffix + tail,
    st.sampled_from(["0", "1", "10", "2", "02"]), st.sampled_from(["", ".0", ".1", ".01", ".10", ".1.2", ".00"]),
    st.sampled_from(["", "a", "b"]), st.sampled_from(["", "_alpha", "_rc1", "_rc2", "_p1", "_git2_p", "_pre_beta"]),
    st.sampled_from(["", "-r0", "-r1", "-r10"]),
)  # fmt: skip


def really(one: str, other: str) -> int:
    """Ask the real dpkg."""
    for word, value in (("lt", -1), ("eq", 0), ("gt", 1)):
        if subprocess.run(["dpkg", "--compare-versions", one, word, other], check=False).returncode == 0:
            return value
    raise AssertionError(f"dpkg compares {one} and {other} in no way")


@settings(max_examples=120, deadline=None)
@given(dpkg_versions, dpkg_versions)
def test_versions_of_debian_are_ordered_as_dpkg_orders_them(one: str, other: str) -> None:
    """Whatever a version may hold: tildes, letters, signs, epochs, no revision."""
    assert compare(Order.DPKG, one, other) == really(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0", "1.0-0"), ("1.0~rc1", "1.0"), ("1.0~~", "1.0~"), ("1.0a", "1.0+"), ("1:0.1", "9.9"), ("1.", "1.0"),
        ("1.01", "1.1"), ("2.36-9+deb12u4", "2.36-9+deb12u10"), ("1.2~bpo12+1", "1.2"), ("1.2-1~bpo12+1", "1.2-1"),
        ("0:1", "1"), ("1.2-3-4", "1.2-3"), ("1a", "1a0"), ("12:1", "2:1"),
    ],
)  # fmt: skip
def test_what_is_easily_mistaken_is_as_dpkg_has_it(one: str, other: str) -> None:
    """A tilde, equal texts that differ, revisions of two digits, backports."""
    assert compare(Order.DPKG, one, other) == really(one, other)
    assert compare(Order.DPKG, other, one) == -really(one, other)


@settings(max_examples=25, deadline=None)
@given(st.lists(rpm_versions, min_size=12, max_size=12))
def test_versions_of_rpm_are_ordered_as_rpm_orders_them(many: list[str]) -> None:
    """Each with each, in one call of the real rpm."""
    pairs = list(product(many, many))
    # An empty version is one of nothing but a sign: rpm's own function refuses it. No percent sign is among the others.
    asked = " ".join(f'print(rpm.vercmp("{one or "."}", "{other or "."}"), "")' for one, other in pairs)
    said = subprocess.run(["rpm", "--eval", f"%{{lua: {asked}}}"], capture_output=True, text=True, check=True)
    assert [compare(Order.RPM, one, other) for one, other in pairs] == [int(word) for word in said.stdout.split()]


@pytest.mark.parametrize(
    ("one", "other", "so"),
    [
        ("1:1.0-1", "2.0-1", 1), ("0:1.0-1", "1.0-1", 0), ("1.0-1.el9", "1.0-1.el9_2", -1), ("1.0-9", "1.0-10", -1),
        ("1.0~rc1-1", "1.0-1", -1), ("1.0^git1-1", "1.0-1", 1), ("1.0^git1-1", "1.0.1-1", -1),
        ("5.14.0-362.8.1.el9_3", "5.14.0-362.13.1.el9_3", -1),
    ],
)  # fmt: skip
def test_epoch_version_and_release_count_in_this_order(one: str, other: str, so: int) -> None:
    """No epoch is 0; a caret is between the version and the next one."""
    assert compare(Order.RPM, one, other) == so
    assert compare(Order.RPM, other, one) == -so


ASCENDING = [
    "0.9.9", "1.0_alpha", "1.0_alpha1", "1.0_beta", "1.0_pre20240101", "1.0_pre20240102-r0", "1.0_rc2",
    "1.0", "1.0-r0", "1.0-r9", "1.0-r10", "1.0_cvs1", "1.0_git20240101", "1.0_p1", "1.0_p1-r1", "1.0_p9", "1.0_p10",
    "1.0a", "1.0b-r1", "1.0.0", "1.0.1", "1.01", "1.010", "1.1_alpha", "1.1", "1.2", "1.10", "6b-r7", "006.1",
    "20240101",
]  # fmt: skip


def test_versions_of_alpine_ascend_by_the_rules_of_apk() -> None:
    """Suffixes before and behind, letters, revisions, zeros, dates."""
    assert [(one, other) for one, other in pairwise(ASCENDING) if compare(Order.APK, one, other) != -1] == []
    assert compare(Order.APK, "1.00", "1.0") == 1  # What begins with 0 is a text.


@settings(deadline=None)
@given(apk_versions, apk_versions, apk_versions)
def test_the_order_of_alpine_is_one(one: str, two: str, three: str) -> None:
    """It is the same from both sides, and goes on from one to the third."""
    assert compare(Order.APK, one, two) == -compare(Order.APK, two, one)
    if compare(Order.APK, one, two) <= 0 and compare(Order.APK, two, three) <= 0:
        assert compare(Order.APK, one, three) <= 0


@settings(deadline=None)
@given(st.sampled_from(Order), st.text(max_size=200), st.text(max_size=200))
def test_any_text_can_be_compared(order: Order, one: str, other: str) -> None:
    """A feed or a host may send whatever it wants."""
    assert compare(order, one, other) == -compare(order, other, one)
    assert compare(order, one, one) == 0
