"""Checks of the inventory on the desk: their line in the view of checks, and their place on the host's page."""

from types import SimpleNamespace
from typing import cast

import pytest

from tui_ops.model.checks import reason_of
from tui_ops.model.clock import now
from tui_ops.model.states import HostState, Severity, sign_of
from tui_ops.store.views.documents import Record
from tui_ops.store.views.parts import CheckRow
from tui_ops.store.views.rows import HostPage, HostRow, SectionRow
from tui_ops.ui.columns import Look, minute_of
from tui_ops.ui.desk import Desk
from tui_ops.ui.paint import plain
from tui_ops.ui.panels import Pen
from tui_ops.ui.sections import checks
from tui_ops.ui.sections.checkdetail import detail
from tui_ops.ui.sections.checks import format_seconds
from tui_ops.ui.views.checks import ChecksPane
from tui_ops.ui.views.items import UNKNOWN_SIGN, Item

SOFT = {"soft": True, "attempt": 2, "attempts": 3}


def host(state: HostState = HostState.UP, reason: str = "", severity: Severity = Severity.OK) -> HostRow:
    return HostRow(
        1, "web-1", "web-1", "192.0.2.1", "lon", "", (), {}, state, reason, severity, 0.0, 1.0, 10.0, None, "", "", {},
        b"", 0, 1, 1, underlying=state,
    )  # fmt: skip


def check(
    name: str, severity: Severity = Severity.OK, text: str = "fine", age_s: float = 1.0, **said: object
) -> CheckRow:
    document = {"kind": "http", "target": "http://192.0.2.1/", "seconds": 0.0381, **said}
    return CheckRow(1, f"check:{name}", age_s, 60.0, severity, text, document=Record(document))


def items(row: HostRow, *found: CheckRow) -> dict[str, Item]:
    desk = cast(Desk, SimpleNamespace(fleet=SimpleNamespace(rows={1: row})))
    return {str(one.facts["check"]): one for one in ChecksPane().built(found, desk)}


def line_of(item: Item) -> str:
    pane = ChecksPane()
    pane.items.take([item])
    pane.lay_out(200)
    return plain(pane.draw(item.key, Look(False, 0), False, False))


def test_a_check_by_its_name() -> None:
    """As the inventory writes it, with its kind, what it says, how long it took, and its target for a filter."""
    found = items(host(), check("shop_front", text="HTTP 200 OK in 38 ms"))["shop_front"]
    said = line_of(found)
    for word in ("shop_front", "ok", "HTTP 200 OK in 38 ms", "38 ms", "http"):
        assert word in said
    assert found.facts["target"] == "http://192.0.2.1/"
    assert "target" in ChecksPane().filter_keys
    assert not found.in_need


def test_a_section_is_called_in_plain_words_still() -> None:
    """A check that is called as a section stands beside it."""
    section = CheckRow(1, "smart", 1.0, 60.0, Severity.OK, "")
    found = ChecksPane().built(
        [section, check("smart")], cast(Desk, SimpleNamespace(fleet=SimpleNamespace(rows={1: host()})))
    )
    lines = [line_of(one) for one in found]
    assert [("Disk health" in line, " smart " in line) for line in lines[1:]] == [(True, False), (False, True)]


def test_a_soft_state() -> None:
    """It is told with its attempts, before what is well, and nobody is called for it."""
    found = items(host(), check("a"), check("b", text="try 2 of 3, critical: refuses", **SOFT))
    assert "2/3" in line_of(found["b"])
    assert not found["b"].in_need
    assert found["b"].order < found["a"].order


@pytest.mark.parametrize(
    ("state", "on", "sign"),
    [
        (HostState.DOWN, "", sign_of(HostState.UP)),
        (HostState.DOWN, "engine", sign_of(HostState.UP)),
        (HostState.DOWN, "host", sign_of(HostState.DOWN)),
        (HostState.UP, "host", sign_of(HostState.UP)),
    ],
)
def test_a_check_from_here_is_true_whether_its_host_is_up_or_not(state: HostState, on: str, sign: object) -> None:
    """What runs on a host that is down says what it said last."""
    assert items(host(state), check("a", on=on))["a"].sign == sign


def test_all_kinds_stand_in_one_list() -> None:
    """The worst first, a soft one before what is well, then by name; vitals and sections among them."""
    pane = ChecksPane()
    desk = cast(Desk, SimpleNamespace(fleet=SimpleNamespace(rows={1: host()})))
    section = CheckRow(1, "units", 1.0, 60.0, Severity.WARNING, "unit x failed")
    found = [check("fine"), check("soft", **SOFT), section, check("bad", Severity.CRITICAL, "refuses")]
    pane.items.take(list(pane.built(found, desk)))
    assert [key[1] for key in pane.items.lines] == ["http bad", "units", "http soft", "http fine", "vitals"]


def test_what_is_old_is_not_good() -> None:
    """After thirty periods nothing is known."""
    assert items(host(), check("a", age_s=1801.0))["a"].sign == UNKNOWN_SIGN


def test_a_trouble_of_a_check_is_not_one_of_the_vitals() -> None:
    """Its reason stands in the host's row; the vitals are in trouble only for a reason of their own."""
    bad = check("a", Severity.CRITICAL, "refuses connections")
    row = host(reason=reason_of("a", "refuses connections"), severity=Severity.CRITICAL)
    found = items(row, bad)
    assert (found["vitals"].facts["status"], found["a"].facts["status"]) == ("ok", "critical")
    assert found["a"].in_need
    row = host(reason="memory 99 %", severity=Severity.CRITICAL)
    assert items(row, bad)["vitals"].facts["status"] == "critical"


def page(*sections: SectionRow) -> HostPage:
    return HostPage(host(), {}, list(sections))


def row(name: str, severity: Severity, text: str, **said: object) -> SectionRow:
    return SectionRow(f"check:{name}", 60.0, 5.0, severity, text, {"kind": "tcp", "seconds": 0.0004, **said})


def shown(found: HostPage, width: int = 120, whole: bool = False) -> list[str]:
    pen = Pen(width, Look(False, minute_of(now())), now(), whole)
    return [plain(line).rstrip() for line in checks.panel(found, pen)]


def test_the_panel_names_them() -> None:
    """Those that are well in one line, those that are not a line each, a soft one among these."""
    found = page(
        row("alpha", Severity.OK, "connects"), row("beta", Severity.CRITICAL, "refuses"),
        row("gamma", Severity.OK, "try 2 of 3, critical: refuses", **SOFT),
    )  # fmt: skip
    lines = shown(found)
    assert any("beta" in line and "critical" in line and "refuses" in line for line in lines)
    assert any("gamma" in line and "try 2 of 3" in line for line in lines)
    assert any(line.endswith("1 ok: alpha") for line in lines)


def test_the_panel_as_a_page_has_kind_time_and_attempts() -> None:
    """At 120 columns all of them, at 80 what fits."""
    found = page(row("gamma", Severity.OK, "try 2 of 3, critical: refuses", **SOFT))
    wide = "\n".join(shown(found, 140, whole=True))
    for word in ("KIND", "TIME", "TRY", "tcp", "0.4 ms", "2/3"):
        assert word in wide
    assert all(len(line) <= 80 for line in shown(found, 80, whole=True))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00041, "0.4 ms"), (0.0094, "9.4 ms"), (0.0381, "38 ms"), (0.9996, "1000 ms"), (2.12, "2.1 s")],
)
def test_times(seconds: float, text: str) -> None:
    """Two figures are enough."""
    assert format_seconds(seconds) == text


SEEN = {
    "kind": "tls", "target": "www.example.org:443", "on": "host", "warn": "14:", "crit": "7:",
    "steps": {"dns": 0.0012, "connect": 0.0301, "tls": 0.0402, "first_byte": 0.25, "total": 0.32},
    "chain": [{"subject": "site", "issuer": "R3", "until": "2026-03-01T00:00:00Z"},
              {"subject": "R3", "issuer": "Root", "until": "2030-01-01T00:00:00Z"}],
    "names": ["www.example.org"], "answers": ["192.0.2.1"],
    "perfdata": [{"label": "rta", "value": 0.043, "unit": "s"}, {"label": "/", "value": 2048, "unit": "B"},
                 {"label": "pl", "value": 20, "unit": "%"}, {"label": "procs", "value": 114}],
    "lines": ["second line"], "hint": "renew it",
}  # fmt: skip


def test_what_a_check_saw() -> None:
    """The time split, the chain, values and further lines stand beside the list."""
    pane = ChecksPane()
    feed = SimpleNamespace(checks=lambda: [check("cert", **SEEN)])
    desk = SimpleNamespace(fleet=SimpleNamespace(rows={1: host()}))
    pane.items.take(pane.read(feed, desk))  # type: ignore[arg-type]
    item = pane.items.rows[1, "tls cert"]
    lines = [plain(one).rstrip() for one in pane.facts(item, Pen(60, Look(False, 0), now(), False))]
    text = "\n".join(lines)
    for words in (
        "www.example.org:443", "on the host", "name 1.2 ms  connect 30 ms  TLS 40 ms  first byte", "in all 320 ms",
        "warning 14:  critical 7:", "site, by R3, until 2026-03-01", "R3, by Root, until 2030-01-01",
        "rta 43 ms  / 2.0 KiB  pl 20 %  procs 114", "second line", "renew it", "192.0.2.1",
    ):  # fmt: skip
        assert words in text.replace("\n          ", " "), (words, text)
    assert all(len(one) <= 60 for one in lines)


@pytest.mark.parametrize("value", [None, 5, "text", [], {}, [None], [[]], {"a": []}, [{"value": "x"}], 1e400])
def test_any_document_is_shown(value: object) -> None:
    """What is missing or of a wrong type is left out."""
    for key in SEEN:
        detail(Record({**SEEN, key: value}), Pen(40, Look(False, 0), now(), False))
