"""Units that failed: each has an alert of its own, from what systemd says to what is told."""

from support.rules import At, rules_of, said

from tui_ops.collectors.units import ALONE_LIMIT, parse_units
from tui_ops.practices.alerting.found import Found


def run(at: At, *failed: str) -> Found:
    """Let the section say which units have failed."""
    lines = "".join(f"u {name} loaded failed failed {name}\n" for name in failed)
    reading = parse_units(f"{lines}u cron.service loaded active running cron\nmanager systemd\n".encode())
    return at.section("units", statuses=list(reading.statuses))


def test_each_unit_has_an_alert_that_ends_when_it_is_well() -> None:
    """A second one is told while the first still stands."""
    at = At(rules_of(units_failed={}))
    assert said(run(at, "a.service")) == [("units-failed", "web-1 a.service", "warning")]
    assert said(run(at, "a.service", "b.service")) == [("units-failed", "web-1 b.service", "warning")]
    assert said(run(at, "b.service")) == [("units-failed", "web-1 a.service", "ok")]
    assert said(run(at)) == [("units-failed", "web-1 b.service", "ok")]


def test_a_host_that_falls_to_pieces_has_few_alerts() -> None:
    """Those beyond the limit have one together."""
    at = At(rules_of(units_failed={}))
    told = said(run(at, *(f"w{number:03d}.service" for number in range(300))))
    assert len(told) == ALONE_LIMIT + 1
    assert told[-1] == ("units-failed", "web-1 units", "warning")
    assert {severity for _rule, _subject, severity in said(run(at))} == {"ok"}
