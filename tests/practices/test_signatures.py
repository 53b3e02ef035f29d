"""Signatures of known errors: all that is named must be true, and no pattern and no log makes them take long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.versions import compare_versions
from tui_ops.practices.problems.signatures import (
    SEARCH_S,
    HostNow,
    Signature,
    SignatureWrong,
    is_version,
    matched,
    read_signature,
)

HOST = HostNow(
    rules=("disk-errors",),
    log=[
        "2026-11-28T14:16:00Z kernel: sd 2:0:0:1: [sdb] tag#12 FAILED Result: hostbyte=DID_OK",
        "2026-11-28T14:16:01Z kernel: EXT4-fs error (device sdb1): ext4_find_entry:1463: inode #2",
    ],
    units={"app.service": "failed", "nginx.service": "active"},
    packages={"openssl:amd64": "1:3.0.15-1~deb12u1", "kernel-core.x86_64": "5.14.0-427, 5.14.0-503"},
    kernel="6.1.0-28-amd64",
)
OPENSSL = "package openssl:amd64 1:3.0.15-1~deb12u1"
KERNELS = "package kernel-core.x86_64 5.14.0-427, 5.14.0-503"


class TestMatching:
    @pytest.mark.parametrize(
        ("signature", "why"),
        [
            (Signature(log="ext4-fs error .device sdb"), ("log: " + HOST.log[1],)),
            (Signature(rule="disk-*"), ("rule disk-errors",)),
            (Signature(unit="app"), ("unit app.service failed",)),
            (Signature(unit="nginx.service=active"), ("unit nginx.service active",)),
            (Signature(package="openssl"), (OPENSSL,)),
            (Signature(package="openssl", version="3.0.15"), (OPENSSL,)),
            (Signature(package="openssl", version=">=1:3.0.0, <1:3.1"), (OPENSSL,)),
            (Signature(package="kernel-core", version="5.14.0-503"), (KERNELS,)),
            (Signature(version="6.1.0-28*"), ("kernel 6.1.0-28-amd64",)),
            (
                Signature("disk-errors", "EXT4", "app", "openssl", "<1:4"),
                ("rule disk-errors", "unit app.service failed", OPENSSL, "log: " + HOST.log[1]),
            ),
        ],
    )  # fmt: skip
    def test_it_is_true_and_says_why(self, signature: Signature, why: tuple[str, ...]) -> None:
        """A reason for each thing that it names."""
        assert matched(signature, HOST) == why

    @pytest.mark.parametrize(
        "signature",
        [
            Signature(log="xfs"), Signature(rule="load"), Signature(unit="nginx"), Signature(unit="app=active"),
            Signature(package="openss"), Signature(package="openssl", version="3.0.14"),
            Signature(package="openssl", version="<1:3"), Signature(version="5.*"), Signature(log="EXT4", unit="gone"),
            Signature(package="openssl", version="nonsense nonsense"), Signature(),
        ],
    )  # fmt: skip
    def test_it_is_not_true(self, signature: Signature) -> None:
        """One thing that is not true is enough."""
        assert matched(signature, HOST) is None

    def test_words_that_lie_across_two_pieces_of_a_line(self) -> None:
        """A long line is looked at in pieces that overlap."""
        for at in range(390):
            line = "x" * at + "EXT4-fs error here" + "y" * (420 - at)
            assert matched(Signature(log="EXT4-fs error here"), HostNow(log=[line])) is not None, at


class TestReading:
    def test_json_and_words(self) -> None:
        assert read_signature('{"log": "EXT4-fs error", "unit": "app"}') == Signature(log="EXT4-fs error", unit="app")
        assert read_signature("log=EXT4 package=openssl version=<3") == Signature("", "EXT4", "", "openssl", "<3")
        made = Signature(rule="a", log='b"c')
        assert read_signature(made.as_json()) == made

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{}", "match every host"), ("[1]", "no part"), ("{", "no JSON"), ('{"log": 5}', "a text"),
            ('{"colour": "red"}', "has no 'colour'"), ('{"log": "(a"}', "can't be read"), ("log", "no part"),
            ('{"log": "(a+)+b"}', "repeats a group"), ('{"log": "a*b*c*"}', "more than 2 repeats"),
            ('{"log": "' + "a" * 201 + '"}', "at most 200"), ('{"unit": " "}', "match every host"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said(self, text: str, said: str) -> None:
        with pytest.raises(SignatureWrong, match=said):
            read_signature(text)

    @given(st.text(max_size=300))
    def test_any_text(self, text: str) -> None:
        """A signature, or the one error."""
        try:
            assert matched(read_signature(text), HOST) is None or True
        except SignatureWrong:
            return

    def test_a_stored_pattern_that_would_take_for_ever_is_never_tried(self) -> None:
        """Whatever wrote it into the store."""
        began = time.monotonic()
        assert matched(Signature(log="(a*)*b"), HostNow(log=["a" * 400] * 1000)) is None
        assert matched(Signature(log="a*a*a*b"), HostNow(log=["a" * 400] * 1000)) is None
        assert time.monotonic() - began < 0.5

    def test_the_slowest_pattern_on_the_worst_log_ends(self) -> None:
        """It is given up after its time, by a clock that is looked at after each line."""
        began = time.process_time()
        assert matched(Signature(log="a*a*b"), HostNow(log=["a" * 400] * 1000)) is None
        assert time.process_time() - began < SEARCH_S + 1.0


class TestVersions:
    ORDER = (
        "0.9", "1.0~rc1", "1.0", "1.0-1", "1.0-1+deb12u1", "1.0-2", "1.0a", "1.0.1", "1.9", "1.10", "1:0.1", "2:0",
    )  # fmt: skip

    def test_the_order_of_debian(self) -> None:
        """As dpkg --compare-versions has it."""
        for at, left in enumerate(self.ORDER):
            for place, right in enumerate(self.ORDER):
                order = compare_versions(left, right)
                assert (order > 0) - (order < 0) == (at > place) - (at < place), (left, right)

    @pytest.mark.parametrize(
        ("version", "conditions", "found"),
        [
            ("1.22.1-9", "1.22.1", True), ("1.22.1-9", "1.22.*", True), ("1.22.1-9", "!=1.22.1", False),
            ("1.22.1-9", "<1.23", True), ("1.22.1-9", ">=1.22.1-9", True), ("1.22.1-9", ">1.22.1-9", False),
            ("1.22.1-9", ">1.20,<1.22", False), ("", "1", False),
        ],
    )  # fmt: skip
    def test_conditions(self, version: str, conditions: str, found: bool) -> None:
        assert is_version(version, conditions) is found

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_any_two_texts(self, left: str, right: str) -> None:
        """The other way round it is the other way round."""
        order, back = compare_versions(left, right), compare_versions(right, left)
        assert (order > 0) - (order < 0) == (back < 0) - (back > 0)
