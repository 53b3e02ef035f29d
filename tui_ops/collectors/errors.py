"""What can go wrong between a host that answers and a reading.

ProbeError
├── BadFrame            an edge of a frame that the probe never writes
├── FrameTooLarge       a frame that does not end
├── TooMuchNoise        a flood outside of frames
└── NothingUsable       a whole frame without the one thing that a reading can't do without
"""

from tui_ops.model.errors import TuiOpsError


class ProbeError(TuiOpsError):
    """A host that answers, but not with a frame that can be used: it counts as not reporting."""


class BadFrame(ProbeError):
    """The marker is followed by something that the probe never writes."""


class FrameTooLarge(ProbeError):
    """A frame went on beyond its limit."""


class TooMuchNoise(ProbeError):
    """The host sends more beside the frames than any banner or rc file would."""


class NothingUsable(ProbeError):
    """A whole frame came, but what was asked for is not in it."""


UNFORESEEN = ProbeError("its answer could not be read", "see the engine's log")
"""What is said where reading an answer failed in a way that nobody foresaw; the log has the rest."""
