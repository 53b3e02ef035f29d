"""Which slow sections are due, and what they judge."""

from dataclasses import dataclass

import pytest

from tui_ops.collectors.sections import BY_NAME, SECTIONS, Section
from tui_ops.engine.slow import KEPT_PERIODS, RARE_WITHIN_S, RETRY_MOST, RETRY_PERIODS, SELDOM_WITHIN_S, Slow, worst_of
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

MINUTE = 60.0
GOOD = SectionReading("any")


def names(found: list[Section]) -> set[str]:
    return {section.name for section in found}


def reading(*statuses: tuple[Severity, str]) -> SectionReading:
    return SectionReading("any", statuses=tuple(Status("it", severity, text) for severity, text in statuses))


def after_all(slow: Slow, mono: float) -> Slow:
    for section in SECTIONS:
        slow.took(section, mono, MINUTE, GOOD)
    return slow


@dataclass(frozen=True)
class Rare:
    """What comes round once a week."""

    name: str = "all-files"
    periods: float = 7 * 24 * 60.0


SELDOM = Rare("updates", 4 * 60.0)
"""What comes round every four hours."""


class TestRare:
    @pytest.mark.parametrize(("turn", "within_s", "apart"), [(Rare(), RARE_WITHIN_S, 30), (SELDOM, SELDOM_WITHIN_S, 8)])
    def test_it_is_read_at_first_in_the_hosts_own_time(self, turn: Rare, within_s: float, apart: int) -> None:
        """Each of a fleet once within six hours or ten minutes, and not all in the same minutes."""
        firsts = set()
        for host in range(40):
            slow = Slow(f"web-{host}", [turn])
            looks = [look for look in range(int(within_s / MINUTE)) if slow.due(look * MINUTE, MINUTE)]
            assert len(looks) == 1
            firsts.add(looks[0])
        assert len(firsts) > apart

    def test_who_asks_for_everything_asks_for_what_comes_every_four_hours_as_well(self) -> None:
        slow = Slow("a", [SELDOM])
        slow.all_due()
        assert slow.due(0.0, MINUTE) == [SELDOM]

    def test_who_asks_for_everything_does_not_ask_for_it_but_by_name_it_comes(self) -> None:
        slow = Slow("a", [Rare()])
        slow.took(Rare(), 0.0, MINUTE)
        slow.all_due()
        assert not slow.due(MINUTE, MINUTE)
        slow.let_come(["all-files"])
        assert slow.due(MINUTE, MINUTE) == [Rare()]


class TestDue:
    def test_everything_when_a_host_answers_first(self) -> None:
        """In the order of the table: what an alert needs comes first."""
        assert Slow("a", SECTIONS).due(1000.0, MINUTE) == list(SECTIONS)

    def test_each_in_its_own_period(self) -> None:
        """A section of five periods is read in one of five looks, an hourly one in one of sixty."""
        slow = after_all(Slow("a", SECTIONS), 0.0)
        counts = dict.fromkeys(BY_NAME, 0)
        for look in range(1, 121):
            for section in slow.due(look * MINUTE, MINUTE):
                counts[section.name] += 1
                slow.took(section, look * MINUTE, MINUTE, GOOD)
        assert counts == {section.name: round(120 / section.periods) for section in SECTIONS}

    def test_hourly_ones_are_spread_over_the_hour(self) -> None:
        """A fleet whose hosts all answered in one minute does not read them all in one minute of each hour."""
        hourly = BY_NAME["smart"]
        minutes = set()
        for host in range(40):
            slow = after_all(Slow(f"web-{host}", SECTIONS), 0.0)
            minutes.add(next(look for look in range(1, 62) if hourly in slow.due(look * MINUTE, MINUTE)))
        assert len(minutes) > 20

    def test_one_that_failed_is_tried_again_soon_but_not_at_once(self) -> None:
        """An hourly one is not missing for an hour, and what hangs does not hold up the others each minute."""
        slow = after_all(Slow("a", SECTIONS), 0.0)
        slow.failed(BY_NAME["smart"], 0.0, MINUTE)
        assert "smart" not in names(slow.due(MINUTE, MINUTE))
        assert "smart" in names(slow.due(RETRY_PERIODS * MINUTE, MINUTE))
        slow.failed(BY_NAME["filesystems"], 0.0, MINUTE)
        assert "filesystems" in names(slow.due(MINUTE, MINUTE))

    def test_one_that_fails_again_and_again_is_left_alone_for_longer(self) -> None:
        """The waits double up to an hour; a good run begins anew."""
        slow, section = after_all(Slow("a", SECTIONS), 0.0), BY_NAME["smart"]
        waits = []
        at = 0.0
        for _ in range(6):
            slow.failed(section, at, MINUTE)
            wait = next(wait for wait in range(1, 200) if "smart" in names(slow.due(at + wait * MINUTE, MINUTE)))
            waits.append(wait)
            at += wait * MINUTE
        assert waits == [5, 10, 20, 40, RETRY_MOST, RETRY_MOST]
        slow.took(section, at, MINUTE, GOOD)
        slow.failed(section, at, MINUTE)
        assert "smart" in names(slow.due(at + 5 * MINUTE, MINUTE))

    def test_read_now_means_all_of_them(self) -> None:
        """What waits for its hour or for its next try too."""
        slow = after_all(Slow("a", SECTIONS), 0.0)
        slow.failed(BY_NAME["smart"], 0.0, MINUTE)
        slow.all_due()
        assert slow.due(1.0, MINUTE) == list(SECTIONS)


class TestWorst:
    def test_critical_before_warning_whatever_the_order(self) -> None:
        """Of all sections and statuses the worst is the host's reason; unknown ones ask for nobody."""
        slow = Slow("a", SECTIONS)
        slow.took(BY_NAME["filesystems"], 10.0, MINUTE, reading((Severity.UNKNOWN, "?"), (Severity.WARNING, "w")))
        slow.took(
            BY_NAME["arrays"], 10.0, MINUTE, reading((Severity.WARNING, "x"), (Severity.CRITICAL, "md0 is degraded"))
        )
        assert slow.worst(20.0, MINUTE).reason == "md0 is degraded"
        slow.took(BY_NAME["arrays"], 30.0, MINUTE, GOOD)
        assert slow.worst(40.0, MINUTE).reason == "w"
        slow.took(BY_NAME["filesystems"], 50.0, MINUTE, GOOD)
        assert slow.worst(60.0, MINUTE).severity is Severity.OK

    @pytest.mark.parametrize("name", ["filesystems", "units"])
    def test_what_is_too_old_judges_nothing(self, name: str) -> None:
        """A warning whose section is no longer read does not stand for ever."""
        slow, section = Slow("a", SECTIONS), BY_NAME[name]
        slow.took(section, 0.0, MINUTE, reading((Severity.WARNING, "w")))
        end = KEPT_PERIODS * section.periods * MINUTE
        assert slow.worst(end, MINUTE).reason == "w"
        assert slow.worst(end + 1, MINUTE).reason == ""

    def test_disks_follow_the_filesystems(self) -> None:
        """How full they are is known as long as the section is fresh."""
        slow = Slow("a", SECTIONS)
        gauges = {("fs.used", "/"): 60.0, ("fs.available", "/"): 40.0, ("fs.used", "/x"): 1.0}
        slow.took(BY_NAME["filesystems"], 0.0, MINUTE, SectionReading("filesystems", gauges))
        assert slow.disks(1.0, MINUTE).table == [("/", 60.0, 40.0)]
        assert slow.disks(KEPT_PERIODS * MINUTE + 1, MINUTE).table == []


def test_several_of_one_severity_are_counted() -> None:
    """The first of the worst is named, with how many more there are; lesser ones are not counted."""
    bad, mild = Severity.CRITICAL, Severity.WARNING
    assert worst_of(reading((mild, "x"), (bad, "a"), (bad, "b"), (mild, "y"), (bad, "c"))).reason == "a, and 2 more"
    assert worst_of(reading((mild, "x"), (bad, "a"))).reason == "a"
    assert worst_of(reading((Severity.OK, "fine"), (Severity.OK, "fine"))).reason == ""
