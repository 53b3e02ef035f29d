"""Frames: whole or not at all, whatever the chunks, whatever a host sends."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_ops.collectors import frame
from tui_ops.collectors.errors import BadFrame, FrameTooLarge, ProbeError, TooMuchNoise
from tui_ops.collectors.frame import Frame, FrameReader

MARKER = "00112233445566778899aabbccddeeff"


def wire(kind: str, number: int, name: str, body: bytes) -> bytes:
    edges = [f"\n{MARKER} {edge} {kind} {number} {name}\n".encode() for edge in ("begin", "end")]
    return edges[0] + body + edges[1]


def read_all(data: bytes, cuts: list[int], reader: FrameReader) -> tuple[list[Frame], type[ProbeError] | None]:
    frames: list[Frame] = []
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    try:
        for start, stop in pairwise(edges):
            frames += reader.feed(data[start:stop])
        reader.feed(b"")
    except ProbeError as error:
        return frames, type(error)
    return frames, None


class TestReading:
    def test_a_frame_comes_out_as_it_went_in(self) -> None:
        """Kind, number, name and the body to the byte, newlines at its edges included."""
        for body in (b"", b"\n", b"\n\n", b"a", b"a\n", b"\na\n\n", b"\0\xff\r\n"):
            assert FrameReader(MARKER).feed(wire("tick", 7, "vitals", body)) == [Frame("tick", 7, "vitals", body)]

    def test_what_is_outside_is_dropped_and_counted(self) -> None:
        """Banners, rc files and lines that only resemble an edge are noise."""
        noise = b"Welcome!\n" + MARKER[:-1].encode() + b"0 begin tick 1 vitals\n" + b"begin tick 2 vitals"
        reader = FrameReader(MARKER)
        frames = reader.feed(noise + wire("tick", 1, "vitals", b"x") + b"more" + wire("error", 0, "unknown-word", b""))
        assert [found.kind for found in frames] == ["tick", "error"]
        assert reader.dropped == len(noise) + len(b"more")

    def test_an_edge_of_another_frame_is_content(self) -> None:
        """Only the end that belongs to the beginning ends a frame."""
        body = wire("tick", 2, "vitals", b"")
        assert FrameReader(MARKER).feed(wire("tick", 1, "vitals", body)) == [Frame("tick", 1, "vitals", body)]

    def test_it_tells_whether_a_frame_is_open(self) -> None:
        """So that a deadline can say whether the host was silent or cut off."""
        reader = FrameReader(MARKER)
        data = wire("tick", 1, "vitals", b"x")
        assert reader.feed(data[:-1]) == []
        assert reader.inside
        assert len(reader.feed(data[-1:])) == 1
        assert not reader.inside


class TestRefusals:
    @pytest.mark.parametrize(
        "line",
        [b"tick x vitals", b"tick 01 vitals", b"dance 1 vitals", b"tick 1 vitals more", b"tick 1", b"", b"x" * 200],
    )
    def test_a_beginning_that_the_probe_never_writes(self, line: bytes) -> None:
        """It is another protocol, or a broken probe: nothing after it can be trusted."""
        with pytest.raises(BadFrame):
            FrameReader(MARKER).feed(f"\n{MARKER} begin ".encode() + line + b"\n")

    def test_the_largest_frame_and_one_byte_more(self) -> None:
        """The limit is exact."""
        assert len(FrameReader(MARKER, limit=100).feed(wire("tick", 1, "v", b"x" * 100))[0].body) == 100
        with pytest.raises(FrameTooLarge):
            FrameReader(MARKER, limit=100).feed(wire("tick", 1, "v", b"x" * 101))

    @pytest.mark.parametrize("beginning", [b"", f"\n{MARKER} begin tick 1 vitals\n".encode()])
    def test_a_flood_is_cut_off_and_never_held(self, beginning: bytes) -> None:
        """A host that sends without end, in a frame or outside of one, costs its limit and no more."""
        reader = FrameReader(MARKER, limit=10_000, noise_limit=10_000)
        reader.feed(beginning)
        most = 0
        with pytest.raises((FrameTooLarge, TooMuchNoise)):  # noqa: PT012 - the flood is the point
            while reader.feed(b"flood!\n" * 100) == []:
                most = max(most, reader.held)
        assert most <= 10_000 + 200
        assert reader.held == 0

    def test_frames_before_an_error_are_not_lost(self) -> None:
        """What was whole is given; the error comes with the next call and stays."""
        reader = FrameReader(MARKER)
        assert len(reader.feed(wire("tick", 1, "vitals", b"x") + f"\n{MARKER} begin nonsense\n".encode())) == 1
        for _ in range(2):
            with pytest.raises(BadFrame):
                reader.feed(wire("tick", 2, "vitals", b"x"))


PARTS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            wire("tick", 1, "vitals", b"a\nb\n"),
            wire("section", 2, "filesystems", b""),
            wire("ready", 1, "hello", b"x" * 50),
            f"\n{MARKER} begin ".encode(),
            f"\n{MARKER} begin tick 5 vitals\n".encode(),
            f"\n{MARKER} end tick 5 vitals\n".encode(),
            MARKER.encode(),
            b"\n",
        ]
    ),
)


@given(st.lists(PARTS, max_size=12).map(b"".join), st.lists(st.integers(0, 1500), max_size=20))
@example(wire("tick", 1, "vitals", b"") * 3, list(range(400)))
def test_any_chunking_gives_the_same_frames(data: bytes, cuts: list[int]) -> None:
    """One byte at a time or all at once: same frames, same error, same count, and never more than the limits held."""
    once, split = (FrameReader(MARKER, limit=120, noise_limit=200) for _ in range(2))
    assert read_all(data, [], once) == read_all(data, cuts, split)
    assert once.held <= 120 + 200


class TestOrders:
    def test_the_lines(self) -> None:
        """What goes to the probe, to the byte."""
        assert frame.tick(3) == b"tick 3\n"
        assert frame.ask_section("filesystems", 4, 30) == b"section filesystems 4 30\n"
        assert frame.leave() == b"quit\n"

    @pytest.mark.parametrize(
        "marker", ["", "abc", MARKER.upper(), MARKER * 2 + "0", "$(id)" + MARKER[5:], MARKER[:15], MARKER[:-1] + "\n"]
    )
    def test_a_marker_that_is_none_never_becomes_a_command(self, marker: str) -> None:
        """The marker stands on a command line, so it is hexadecimal digits or nothing."""
        with pytest.raises(ValueError, match="marker"):
            frame.script(marker)

    @pytest.mark.parametrize("name", ["", "Upper", "a b", "x\n", "a;b", "-x", "a" * 41])
    def test_a_section_that_is_none(self, name: str) -> None:
        """A section's name is a word."""
        with pytest.raises(ValueError, match="section"):
            frame.ask_section(name, 1, 1)

    def test_numbers_out_of_range(self) -> None:
        """A number has at most ten digits and no sign."""
        for number in (-1, 10_000_000_000):
            with pytest.raises(ValueError, match="number"):
                frame.tick(number)

    def test_markers_differ(self) -> None:
        """No two channels share one, and each is accepted."""
        markers = {frame.new_marker() for _ in range(100)}
        assert len(markers) == 100
        assert frame.script(markers.pop()).endswith(b" go\n")
