"""Which findings become alerts, and what is said of them once."""

from dataclasses import replace

from tui_ops.model.alerts import Source
from tui_ops.model.security import FindingSeverity
from tui_ops.model.states import Severity
from tui_ops.practices.security.alerts import Pressing, Told, news_of

ONE = Pressing(40, "CVE-2024-1", "web-1", FindingSeverity.CRITICAL, "openssl is broken", False, False, 100.0)
AT = 1000.0


def told_by(*pressing: Pressing, firing: bool = True, **before: Told) -> dict[str, Told]:
    news = news_of(pressing, before, {}, AT)
    return {one.subject: Told(one.text, one.severity, firing) for one in news.signals}


def test_it_is_told_once_with_its_host_and_since_when() -> None:
    news = news_of([ONE], {}, {"web-1": "shop"}, AT)
    (signal,) = news.signals
    assert (signal.source, signal.rule, signal.subject) == (Source.FINDINGS, "pressing-finding", "CVE-2024-1")
    assert (signal.host, signal.severity, signal.started_at) == ("web-1", Severity.CRITICAL, 100.0)
    assert signal.text == "FND-40 on web-1: openssl is broken"
    assert news_of([ONE], told_by(ONE), {}, AT) == news_of([], {}, {}, AT)


def test_a_thousand_hosts_are_one_alert_about_their_service() -> None:
    ones = [replace(ONE, id=40 + number, host=f"web-{number}") for number in range(1000)]
    (signal,) = news_of(ones, {}, {"web-7": "shop"}, AT).signals
    assert signal.text == "FND-40 and 999 more on web-0, web-1, web-2 and 997 more: openssl is broken"
    assert (signal.host, dict(signal.labels)["service"]) == ("", "shop")


def test_what_attackers_use_is_critical_whatever_its_severity_and_high_is_a_warning() -> None:
    high = replace(ONE, severity=FindingSeverity.HIGH)
    assert news_of([high], {}, {}, AT).signals[0].severity is Severity.WARNING
    signal = news_of([replace(high, kev=True)], {}, {}, AT).signals[0]
    assert signal.severity is Severity.CRITICAL
    assert ", used by attackers:" in signal.text


def test_it_ends_when_no_finding_is_left_and_goes_on_while_one_is() -> None:
    other = replace(ONE, id=41, host="web-2")
    before = told_by(ONE, other)
    (signal,) = news_of([other], before, {}, AT).signals
    assert signal.severity is Severity.CRITICAL
    (signal,) = news_of([], before, {}, AT).signals
    assert (signal.subject, signal.severity) == ("CVE-2024-1", Severity.OK)


def test_who_has_them_all_in_hand_is_not_called_for_them() -> None:
    mine, other = replace(ONE, taken_on=True), replace(ONE, id=41, host="web-2")
    assert not news_of([mine], {}, {}, AT).signals
    assert news_of([mine], told_by(ONE), {}, AT).taken_on == ["CVE-2024-1"]
    assert news_of([mine, other], told_by(ONE, other), {}, AT).taken_on == []
    assert news_of([mine], told_by(ONE, firing=False), {}, AT).taken_on == [], "it is known already"
