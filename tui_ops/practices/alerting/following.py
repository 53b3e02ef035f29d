"""The alerts of one host on their way: rules look at their subjects, and what they say goes into their tracks."""

from collections.abc import Iterable, Mapping, Sequence

from tui_ops.model.alerts import SUBJECT_LIMIT
from tui_ops.model.clean import clean
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Status
from tui_ops.model.states import Severity
from tui_ops.practices.alerting import track as tracking
from tui_ops.practices.alerting.compiled import CHECKS, RESULTS, Compiled, fits
from tui_ops.practices.alerting.found import GONE, WELL, Found, about_host, over, refresh, tell
from tui_ops.practices.alerting.moment import Moment
from tui_ops.practices.alerting.track import Track

SUBJECTS_LIMIT = 64
"""Labels, mounts or checks of one host that one rule follows through the vitals, the first by name: with each reading
all of them are looked at, and a host can bring thousands."""

SECTION_SUBJECTS_LIMIT = 300
"""The same through a slow section, which comes once a minute at most: as many as there are filesystems in one."""

GONE_AFTER = 3
"""Runs in a row without what an alert is about, until it is taken to be gone: an unmounted disk is full no more."""


class Following:
    """What the rules follow at one host.

    Args:
        host: its name.
        moment: what is known of it.
    """

    __slots__ = ("host", "moment", "tracks")

    def __init__(self, host: str, moment: Moment) -> None:
        self.host = host
        self.moment = moment
        self.tracks: dict[Key, Track] = {}
        """By rule and item; what is well and quiet has none."""

    def look(self, found: Found, rule: Compiled, label: str, at: float, counted: bool = True) -> None:
        """Let a rule look at one subject, and take what it says."""
        moment = self.moment
        moment.label = label
        moment.value = None
        track = self.tracks.get((rule.spec.name, label))
        result = rule.result(moment, track.severity if track is not None else 0)
        if result is None or (track is None and not result):
            return
        self._take(found, rule, label, track, result, at, counted)

    def _take(
        self,
        found: Found,
        rule: Compiled,
        label: str,
        track: Track | None,
        result: int,
        at: float,
        counted: bool = True,
    ) -> None:
        name, moment = rule.spec.name, self.moment
        if track is None:
            if label and sum(key[0] == name for key in self.tracks) >= SECTION_SUBJECTS_LIMIT:
                return
            track = self.tracks[name, label] = Track()
        track.missed = 0
        done = tracking.step(track, rule.spec, result, at, moment.mono, counted)
        if done.changed:
            tell(found, rule, about_host(self.host, label), track, moment, at)
            self.note_raised()
        elif done.soft:
            if counted and (rule.by_state or rule.spec.retry_s):
                found.again(rule.spec.retry_s)
        elif track.severity:
            refresh(found, rule, about_host(self.host, label), track, moment, at)
        if track.is_idle:
            del self.tracks[name, label]

    def each(
        self,
        found: Found,
        rule: Compiled,
        labels: list[str],
        at: float,
        limit: int,
        section: str = "",
        troubled: Iterable[str] = (),
    ) -> None:
        """Let a rule look at each label that it follows, and end the alerts of those that are gone."""
        patterns = rule.spec.items
        followed = [label for label in labels if fits(patterns, label)] if patterns else labels
        for label in followed[:limit]:
            self.look(found, rule, label, at)
        if not labels or not self.tracks or rule.uses.absent:
            return
        there = {*followed[:limit], *troubled}
        for (name, label), track in list(self.tracks.items()):
            if name == rule.spec.name and label not in there and is_of(section, label):
                self._miss(found, rule, label, track, at)

    def _miss(self, found: Found, rule: Compiled, label: str, track: Track, at: float) -> None:
        track.missed += 1
        if track.missed < GONE_AFTER:
            return
        self.end(found, rule, label, at)

    def end(self, found: Found, rule: Compiled, label: str, at: float) -> None:
        """End what a rule follows, since it is no longer there."""
        track = self.tracks[rule.spec.name, label]
        if track.severity:
            over(found, rule, about_host(self.host, label), track, self.moment, at, GONE)
        del self.tracks[rule.spec.name, label]
        for key in [key for key in self.moment.windows if key[1] == label and key[0] in rule.keys]:
            del self.moment.windows[key]
        self.note_raised()

    def pass_on(
        self, found: Found, rule: Compiled, section: str, statuses: Sequence[Status], at: float
    ) -> None:  # fmt: skip
        """Take the statuses of a run as the rule's results."""
        moment, spec = self.moment, rule.spec
        there: set[str] = set()
        blind = False
        for status in statuses[:SECTION_SUBJECTS_LIMIT]:
            item = clean(status.subject, SUBJECT_LIMIT)
            blind = blind or (status.severity is Severity.UNKNOWN and not item.startswith("/"))
            if item in there or not fits(spec.items, item):
                continue
            there.add(item)
            moment.label, moment.value = item, None
            moment.status, moment.text = str(status.severity), status.text
            track = self.tracks.get((spec.name, item))
            if spec.warn is None and spec.crit is None:
                result = RESULTS.get(status.severity)
            else:
                result = rule.result(moment, track.severity if track is not None else 0)
            if result is not None and (track is not None or result):
                self._take(found, rule, item, track, result, at)
        if blind:
            # A tool that does not answer says nothing of the others: what stood stands.
            return
        for (name, item), track in list(self.tracks.items()):
            if name == spec.name and item not in there and is_of(section, item):
                moment.label, moment.value, moment.status, moment.text = item, None, "ok", WELL
                self._take(found, rule, item, track, tracking.OK, at)

    def break_off(self, rules: Mapping[str, Compiled]) -> None:
        """Forget what was about to become an alert by readings: the host is not there, and it begins anew."""
        for (name, item), track in list(self.tracks.items()):
            rule = rules[name]
            if not track.severity and not rule.by_state and not rule.spec.status:
                del self.tracks[name, item]

    def note_raised(self) -> None:
        """Note which rules have an alert."""
        self.moment.raised = frozenset(name for (name, _item), track in self.tracks.items() if track.severity)


def is_of(section: str, label: str) -> bool:
    """Return whether a label belongs to a section: each check has its own."""
    if not section.startswith(CHECKS):
        return True
    name = section.removeprefix(CHECKS)
    return label == name or label.startswith(f"{name} ")
