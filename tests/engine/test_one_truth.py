"""A site that overrides a rule sees one truth: the row of the host, the alert and its incident say the same."""

from pathlib import Path

from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import AlertRow, alerts

QUIET = "host-rebooted: no, memory-pressure: no, cpu-busy: no, load-high: no, disk-filling: no, disk-busy: no"
"""Whatever the machine that tests run on does beside: only one rule counts here."""


def of_memory(engine: EngineWorld) -> AlertRow | None:
    """Return the alert of the rule."""
    with open_reader(engine.state) as reader:
        return next((row for row in alerts(reader) if row.rule == "memory-used"), None)


def test_the_row_says_what_the_alert_says_and_follows_a_reload(tmp_path: Path) -> None:
    """A level that every machine exceeds makes both bad in the same reading; the rule turned off, both are well."""
    host = [HostSpec("here", "here", "local")]
    level = "memory-used: {warn: above 0.001 %, crit: above 100 %}"
    text = inventory_text(host, period="1s", more=f"rules: {{{QUIET}, {level}}}\n")
    engine = EngineWorld(tmp_path, text, {"SSH_AUTH_SOCK": ""})
    try:
        engine.start()
        until_sync(lambda: engine.rows()["here"].severity is Severity.WARNING, 30, "its row asks for somebody")
        until_sync(lambda: of_memory(engine), 10, "the alert is there")
        row, alert = engine.rows()["here"], of_memory(engine)
        assert alert is not None
        assert (row.state, alert.severity) == (HostState.UP, row.severity)
        assert row.reason.split(" used")[0].startswith("memory ")
        assert alert.text.split(" used")[0].startswith("memory ")
        engine.inventory.write_text(inventory_text(host, period="1s", more=f"rules: {{{QUIET}, memory-used: no}}\n"))
        until_sync(lambda: engine.rows()["here"].severity is Severity.OK, 30, "its row is well")
        until_sync(lambda: (one := of_memory(engine)) is None or one.ended_at is not None, 10, "the alert is over")
    finally:
        engine.kill()
