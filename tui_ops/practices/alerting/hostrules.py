"""The rules at one host: readings, states and time come in, and words about its alerts come out."""

from collections.abc import Iterable, Mapping, Sequence

from tui_ops.model.facts import FactReading
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Status
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting import track as tracking
from tui_ops.practices.alerting.compiled import CHECKS, RESULTS, SEVERITIES, Compiled, fits
from tui_ops.practices.alerting.following import SECTION_SUBJECTS_LIMIT, SUBJECTS_LIMIT, Following
from tui_ops.practices.alerting.found import NO_RULE, Found, about_host, over
from tui_ops.practices.alerting.held import Held, kept_s
from tui_ops.practices.alerting.items import Items
from tui_ops.practices.alerting.moment import (
    KEPT_LIMIT,
    NO_NUMBERS,
    NOTHING,
    Moment,
)
from tui_ops.practices.alerting.plan import Plan
from tui_ops.practices.alerting.recalled import Past, recalled
from tui_ops.practices.alerting.track import Track

_ONE = ("",)
"""The subject of a rule that has one a host."""


class HostRules:
    """The rules at one host.

    Args:
        host: its name.
        plan: its rules.
        scopes: the rules over many hosts that ask it, as the book numbers them.
    """

    __slots__ = ("_following", "_held", "_items", "_moment", "answers", "host", "plan", "scopes")

    def __init__(self, host: str, plan: Plan, scopes: tuple[int, ...] = ()) -> None:
        self.host = host
        self.plan = plan
        self.scopes = scopes
        self._moment = Moment(host)
        self._following = Following(host, self._moment)
        self._held = Held(self._moment)
        self._items: Items | None = None
        """Once facts have come that a rule looks at."""
        self.answers: dict[int, bool | None] = {}
        """To the questions of the rules over many hosts, by their number."""

    def vitals(self, at: float, mono: float, values: Mapping[str, float], numbers: Mapping[Key, float]) -> Found:
        """Take one reading of the vitals.

        Args:
            at: when it was taken, epoch seconds.
            mono: the same by the monotonic clock.
            values: headline values by name.
            numbers: gauges, and the rates of counters.
        """
        found, moment = Found(), self._moment
        moment.mono, moment.values, moment.numbers, moment.gauges = mono, values, numbers, moment.held
        self._held.age()
        if moment.up_since is None:
            moment.up_since = mono
            if moment.state is HostState.PENDING:
                moment.state = HostState.UP
        for rule in self.plan.vitals:
            self._following.look(found, rule, "", at)
        if self.plan.labelled:
            labels = _labels(numbers, self.plan.label_metrics) | _labels(moment.held, self.plan.held)
            for rule, metric in self.plan.labelled:
                self._following.each(found, rule, labels.get(metric, []), at, SUBJECTS_LIMIT)
        self._answer(fresh=True)
        moment.values, moment.numbers, moment.gauges = NOTHING, NO_NUMBERS, NO_NUMBERS
        return found

    def section(
        self, at: float, mono: float, section: str, gauges: Mapping[Key, float], statuses: Sequence[Status]
    ) -> Found:
        """Take one good run of a slow section, or the result of a check.

        Args:
            at: when it was read, epoch seconds.
            mono: the same by the monotonic clock.
            section: its name; of a check ``check:NAME``.
            gauges: its numbers.
            statuses: its judgements.
        """
        found, moment = Found(), self._moment
        moment.mono = mono
        _note_words(moment, self.plan.words, section, statuses)
        rules = self.plan.sections.get(CHECKS if section.startswith(CHECKS) else section, ())
        self._held.take(section, gauges, self.plan.held)
        if rules:
            labels = _labels(gauges, frozenset(metric for _rule, metric in rules if metric))
            for rule, metric in rules:
                moment.gauges = moment.held if rule.uses.of_sections <= self.plan.held else gauges
                if not metric:
                    self._following.look(found, rule, "", at)
                else:
                    troubled = {status.subject for status in statuses}
                    self._following.each(
                        found, rule, labels.get(metric, []), at, SECTION_SUBJECTS_LIMIT, section, troubled
                    )
        for rule in self.plan.status_rules(section):
            self._following.pass_on(found, rule, section, statuses, at)
        moment.gauges = NO_NUMBERS
        self._answer(fresh=False)
        return found

    def facts(
        self, at: float, mono: float, topic: str, reading: FactReading | None, noise: frozenset[str] = frozenset()
    ) -> Found:
        """Take one reading of a topic of facts.

        Args:
            at: when it was read, epoch seconds.
            mono: the same by the monotonic clock.
            topic: its name.
            reading: None where the host says that all is as before.
            noise: fields whose change is no difference.
        """
        found = Found()
        rules = self.plan.facts.get(topic)
        if rules:
            self._moment.mono = mono
            if self._items is None:
                self._items = Items(self._following)
            self._items.take(found, topic, rules, reading, noise, at)
            self._answer(fresh=False)
        return found

    def state(self, at: float, mono: float, state: HostState, reason: str) -> Found:
        """Take the state that one attempt at the host has led to.

        Args:
            at: when it was, epoch seconds.
            mono: the same by the monotonic clock.
            state: of the host.
            reason: as it is shown.
        """
        found, moment = Found(), self._moment
        moment.mono, moment.state, moment.reason = mono, state, reason
        if state is HostState.UP:
            moment.up_since = mono if moment.up_since is None else moment.up_since
        elif moment.up_since is not None:
            moment.up_since = None
            self._following.break_off(self.plan.by_name)
        self._held.age()
        moment.gauges = moment.held
        for rule in self.plan.state:
            for label in self._known_labels(rule) if rule.label else _ONE:
                self._following.look(found, rule, label, at)
        moment.gauges = NO_NUMBERS
        self._answer(fresh=False)
        return found

    def passing(self, at: float, mono: float) -> Found:
        """Take note that time passes: durations end, and what does not come is missed.

        Args:
            at: now, epoch seconds.
            mono: the same by the monotonic clock.
        """
        found, moment = Found(), self._moment
        moment.mono = mono
        self._held.age()
        for rule in self.plan.passing:
            name = rule.spec.name
            for label in self._known_labels(rule) if rule.label else _ONE:
                if rule.uses.absent or (name, label) in self._following.tracks:
                    self._following.look(found, rule, label, at, counted=False)
        if found.signals:
            self._answer(fresh=False)
        return found

    def restore(self, rule: str, subject: str, severity: Severity, since_at: float) -> bool:
        """Take over an alert that stood before a restart: it stands until a good reading says otherwise.

        Args:
            rule: its name.
            subject: as in its signal.
            severity: that it had.
            since_at: when it began, epoch seconds.

        Returns:
            False where no rule follows it here any more: the alert is to be ended.
        """
        name, _, item = subject.partition(" ")
        if rule not in self.plan.by_name or name != self.host:
            return False
        result = RESULTS.get(severity, tracking.WARNING)
        if result:
            self._following.tracks[rule, item] = Track(
                severity=result, began_at=since_at, last=result, told=-tracking.REFRESH_S
            )
            self._moment.raised |= {rule}
        return True

    def moved(self, to: "HostRules", at: float) -> Found:
        """Hand what is under way to the rules of a newer inventory.

        Args:
            to: the same host's new rules.
            at: now, epoch seconds.

        Returns:
            The end of the alerts whose rule is gone or does not look at this host any more.
        """
        found = Found()
        old, new = self._moment, to._moment
        new.state, new.reason, new.up_since, new.mono = old.state, old.reason, old.up_since, old.mono
        new.windows = {key: window for key, window in old.windows.items() if key[0] in to.plan.keys}
        new.seen = {key: last for key, last in old.seen.items() if key[0] in to.plan.keys}
        self._held.moved(to._held, to.plan.held)
        new.words = {name: word for name, word in old.words.items() if name in to.plan.words}
        if self._items is not None:
            to._items = Items(to._following)
            self._items.moved(to._items, to.plan.facts, to.plan.by_name)
        for (name, item), track in self._following.tracks.items():
            rule = to.plan.by_name.get(name)
            if rule is not None and fits(rule.spec.items, item):
                to._following.tracks[name, item] = track
            elif track.severity:
                over(found, self.plan.by_name[name], about_host(self.host, item), track, old, at, NO_RULE)
        to._following.note_raised()
        to._answer(fresh=False)
        return found

    def recall(self, past: Iterable[Past]) -> None:
        """Fill the windows with readings of before, such as those that another run of the engine has written.

        Args:
            past: the oldest first; what was read since is known already, and counts.
        """
        windows = self._moment.windows
        for key, older in recalled(self.host, self.plan, past).items():
            if key in windows:
                windows[key].follow(older)
            elif len(windows) < KEPT_LIMIT:
                windows[key] = older

    def has(self, rule: str) -> bool:
        """Return whether a rule has an alert here."""
        return rule in self._moment.raised

    def worst(self) -> tuple[Severity, str]:
        """Return the worst alert here that readings decide, of equals the first, with its text: OK where there is none.

        States of hosts and the judgements of sections and checks stand in a row by themselves; facts have screens of
        their own.
        """
        if not self._moment.raised:
            return Severity.OK, ""
        worst: tuple[int, float, str] | None = None
        for (name, _item), track in self._following.tracks.items():
            rule = self.plan.by_name[name]
            if track.severity and rule.of_readings and (worst is None or _order(track) < worst[:2]):
                worst = (*_order(track), track.text or rule.spec.title or name)
        return (SEVERITIES[-worst[0]], worst[2]) if worst is not None else (Severity.OK, "")

    def _known_labels(self, rule: Compiled) -> list[str]:
        """Return the labels that a rule looks at while no reading brings any."""
        known = {label for key, label in (*self._moment.held, *self._moment.seen) if label}
        tracked = {label for name, label in self._following.tracks if name == rule.spec.name}
        return sorted(label for label in known | tracked if fits(rule.spec.items, label))[:SECTION_SUBJECTS_LIMIT]

    def _answer(self, fresh: bool) -> None:
        """Answer the questions of the rules over many hosts.

        Args:
            fresh: whether the vitals are there; what needs them is not known while the host is not up.
        """
        moment = self._moment
        moment.label = ""
        for question in self.plan.questions:
            if question.needs_vitals and not fresh:
                if moment.up_since is None:
                    self.answers[question.key] = None
                continue
            for feed in question.feeds:
                feed(moment)
            moment.stands = False
            self.answers[question.key] = question.answer(moment)


def _order(track: Track) -> tuple[int, float]:
    return -track.severity, track.began_at


def _labels(numbers: Mapping[Key, float], metrics: frozenset[str]) -> dict[str, list[str]]:
    """Return the labels of metrics in their order."""
    found: dict[str, list[str]] = {}
    for metric, label in numbers:
        if metric in metrics:
            found.setdefault(metric, []).append(label)
    for labels in found.values():
        labels.sort()
    return found


def _note_words(moment: Moment, wanted: frozenset[str], section: str, statuses: Sequence[Status]) -> None:
    if section not in wanted:
        return
    order = (Severity.CRITICAL, Severity.WARNING, Severity.UNKNOWN)
    worst = min((one.severity for one in statuses if one.severity in order), key=order.index, default=Severity.OK)
    before = moment.words.get(section)
    keep_s = kept_s(moment.mono - before[1] if before is not None else 0.0)
    moment.words[section] = (str(worst), moment.mono, keep_s)
