"""One alert on its way: soft and hard, how long it must be true, how long it stands, whether it flaps.

It begins with the first bad result, and is forgotten when all is well and has been quiet for a while.
"""

from dataclasses import dataclass

from tui_ops.model.alertrules import RuleSpec
from tui_ops.practices.alerting import flapping

OK, WARNING, CRITICAL = 0, 1, 2
"""Results as numbers, so that the worse is the larger."""

REFRESH_S = 60.0
"""The text and the number of a standing alert are told again at most so often."""


@dataclass(slots=True)
class Track:
    """What is known of one subject of one rule."""

    severity: int = OK
    """As it was told."""
    began_at: float = 0.0
    """When it began to be true, epoch seconds."""
    bad_since: float | None = None
    """By the monotonic clock: since when every result is bad; None while they are good."""
    good_since: float | None = None
    """The same of good ones, while it stands."""
    attempts: int = 0
    """Bad readings in a row, while it is soft."""
    last: int = OK
    """The last known result."""
    bits: int = 0
    """Which of the last results were changes; see :mod:`flapping`."""
    flaps: bool = False
    told: float = 0.0
    """By the monotonic clock: when it was told last."""
    text: str = ""
    value: float | None = None
    """As it was told last."""
    missed: int = 0
    """Runs in a row in which its subject was not there."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to remember."""
        return not (self.severity or self.bits or self.attempts or self.last)


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from one result."""

    changed: bool = False
    """It is to be told: it was raised, changed its severity, cleared, or began or ceased to flap."""
    soft: bool = False
    """It is bad, and waits for another reading that says so too."""


_NOTHING, _CHANGED, _SOFT = Step(), Step(changed=True), Step(soft=True)


def step(track: Track, rule: RuleSpec, result: int, at: float, mono: float, counted: bool = True) -> Step:
    """Take a known result; the track is changed. Of an unknown one nothing is said here: it changes nothing.

    Args:
        track: of the subject.
        rule: with the numbers of its host.
        result: :data:`OK`, :data:`WARNING` or :data:`CRITICAL`.
        at: when it was read, epoch seconds.
        mono: the same by the monotonic clock.
        counted: whether it is a new reading; while only time passes it counts neither as an attempt nor as a change.
    """
    before = track.severity
    done = _bad(track, rule, result, at, mono, counted) if result else _good(track, rule, mono)
    if rule.flap is not None and counted:
        done = _flap(track, rule, rule.flap, result, before, done)
    track.last = result
    return done


def _bad(track: Track, rule: RuleSpec, result: int, at: float, mono: float, counted: bool) -> Step:
    track.good_since = None
    if track.bad_since is None:
        track.bad_since = mono
        if not track.severity:
            track.began_at, track.attempts = at, 0
    if track.severity:
        return _raise(track, max(result, track.severity) if track.flaps else result)
    if counted:
        track.attempts += 1
    # What is missed is no reading, so a rule that needs one needs none.
    hard = max(1, track.attempts) >= rule.attempts
    if hard and mono - track.bad_since >= rule.for_s:
        return _raise(track, result)
    return _NOTHING if hard else _SOFT


def _raise(track: Track, severity: int) -> Step:
    track.attempts = 0
    if severity == track.severity:
        return _NOTHING
    track.severity = severity
    return _CHANGED


def _good(track: Track, rule: RuleSpec, mono: float) -> Step:
    track.bad_since, track.attempts = None, 0
    if not track.severity or track.flaps:
        return _NOTHING
    if track.good_since is None:
        track.good_since = mono
    if mono - track.good_since < rule.keep_s:
        return _NOTHING
    track.severity, track.good_since = OK, None
    return _CHANGED


def _flap(track: Track, rule: RuleSpec, levels: tuple[float, float], result: int, before: int, done: Step) -> Step:
    """Take the result into the memory of changes, and begin or end the flapping.

    A rule that must be true for a while hides short changes by itself: of it those count that were told.
    """
    changed = track.severity != before if rule.for_s else result != track.last
    track.bits = flapping.push(track.bits, changed)
    percent = flapping.percent(track.bits)
    start, stop = levels
    if not track.flaps and percent > start and result:
        track.flaps = True
        track.severity, track.attempts = max(result, track.severity), 0
        return _CHANGED
    if track.flaps and percent <= stop:
        track.flaps = False
        track.severity, track.good_since = result, None
        return _CHANGED
    return done
