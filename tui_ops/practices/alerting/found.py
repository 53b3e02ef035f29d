"""What comes of looking at readings by the rules, and how an alert of a rule is put into words."""

from dataclasses import dataclass, field

from tui_ops.model.alerts import LABELS_LIMIT, SUBJECT_LIMIT, TEXT_LIMIT, Signal, Source
from tui_ops.model.clean import clean
from tui_ops.practices.alerting.compiled import SEVERITIES, Compiled
from tui_ops.practices.alerting.moment import Moment
from tui_ops.practices.alerting.track import OK, REFRESH_S, Track

GONE = "no longer there"
WELL = "well again"
NO_RULE = "the rule does not look at it any more"
"""Why an alert ends other than by a good reading."""


@dataclass(slots=True)
class Found:
    """What comes of one look."""

    signals: list[Signal] = field(default_factory=list)
    """Changes, and once a minute the new text and number of an alert that stands."""
    look_again: bool = False
    """An alert waits for one more reading before it counts: read the host again after :attr:`again_s`, and not only
    when its turn comes."""
    again_s: float = 0.0
    """Seconds; 0 is at once."""

    def again(self, seconds: float) -> None:
        """Ask for another reading; the soonest wish counts."""
        self.again_s = min(self.again_s, seconds) if self.look_again else seconds
        self.look_again = True

    def add(self, other: "Found") -> None:
        """Take over what another look has found."""
        self.signals += other.signals
        if other.look_again:
            self.again(other.again_s)


@dataclass(frozen=True, slots=True)
class About:
    """Whom an alert is about."""

    subject: str
    host: str = ""
    item: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    summary: bool = False


def about_host(host: str, item: str) -> About:
    """Return the subject of a host, or of one thing of it."""
    return About(clean(f"{host} {item}" if item else host, SUBJECT_LIMIT), host, clean(item, SUBJECT_LIMIT))


def tell(found: Found, rule: Compiled, about: About, track: Track, moment: Moment, at: float, why: str = "") -> None:
    """Add the word about an alert that has changed.

    Args:
        found: receives it.
        rule: whose alert it is.
        about: whom it is about.
        track: with the new severity.
        moment: what is known, for the text.
        at: when it was read, epoch seconds.
        why: the text where it is no matter of the rule's own.
    """
    text = why or _said(rule, track, moment)
    track.told, track.text, track.value = moment.mono, text, moment.value
    found.signals.append(_signal(rule, about, track, text, at))


def refresh(found: Found, rule: Compiled, about: About, track: Track, moment: Moment, at: float) -> None:
    """Tell a standing alert's text and number again, where they are others and a minute is over."""
    if track.severity and moment.mono - track.told >= REFRESH_S:
        text = _said(rule, track, moment)
        if text != track.text:
            tell(found, rule, about, track, moment, at)
        else:
            track.told = moment.mono


def _said(rule: Compiled, track: Track, moment: Moment) -> str:
    # A reason that is empty leaves its colon behind.
    text = rule.text(moment).rstrip(" :")
    # While it flaps, what is true at the moment may be that all is well: which alert it is has to be said.
    return f"{rule.spec.title or rule.spec.name} comes and goes, now: {text}" if track.flaps else text


def _signal(rule: Compiled, about: About, track: Track, text: str, at: float) -> Signal:
    spec = rule.spec
    value = track.value
    return Signal(
        source=Source.RULE,
        rule=spec.name,
        subject=about.subject,
        severity=SEVERITIES[track.severity],
        text=clean(text, TEXT_LIMIT),
        at=at,
        started_at=track.began_at,
        host=about.host,
        item=about.item,
        value=value if value is not None and value - value == 0 else None,
        unit=spec.unit,
        labels=(*about.labels, *spec.labels)[:LABELS_LIMIT],
        runbook=spec.runbook,
        summary=about.summary,
        flapping=track.flaps,
        numbers=rule.numbers,
    )


def over(found: Found, rule: Compiled, about: About, track: Track, moment: Moment, at: float, why: str) -> None:
    """Tell that an alert ends for a reason that is no good reading."""
    track.severity, track.flaps, track.bits = OK, False, 0
    moment.value = None
    tell(found, rule, about, track, moment, at, why)
