"""Changes on real sshd hosts by a real engine: in batches, proved by their checks, taken back byte by byte."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.change_live import LiveChanges
from support.waiting import until_sync

HOSTS = 10


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveChanges]:
    world = LiveChanges(tmp_path, HOSTS)
    try:
        yield world
    finally:
        world.close()


def plan(at: Path) -> str:
    return f"""
pre:
  - check: {{file: {at}/app.conf, exists: yes}}
steps:
  - file: {{path: {at}/app.conf, content: "new $HOME `id` 'x'\\n", mode: "0600"}}
  - file: {{path: {at}/extra.conf, content: "extra\\n"}}
  - command: [sh, -c, 'echo steps-3 >> "$1/begun"', sh, '{at}']
post:
  - check: {{file: {at}/healthy, exists: yes}}
rollback:
  - restore: files
  - command: [sh, -c, 'echo rollback-2 >> "$1/begun"', sh, '{at}']
batches: [1, 3]
on_failure: roll back
"""


@pytest.mark.timeout(180)
def test_a_batch_whose_check_fails_is_taken_back_and_the_rest_is_untouched(live: LiveChanges) -> None:
    """Ten hosts; the third batch fails its check on one: its files are byte-equal to before, with their modes."""
    names = list(live.servers)
    for number, name in enumerate(names):
        own = live.own(name)
        (own / "app.conf").write_bytes(b"old \xff\x00" + bytes([number]) + b"\n")
        (own / "app.conf").chmod(0o644)
        if name != "web-06":
            (own / "healthy").write_text("")
    live.engine.start()
    name = live.approved(plan(live.at))
    live.engine.act("change.start", name)
    found = live.until("ended")
    assert found["outcome"] == "rolled back", (found, live.lines())
    assert "batch 3: 1 of 3 failed (web-06)" in found["stopped"]
    done, back, untouched = names[:4], names[4:7], names[7:]
    for number, host in enumerate(names):
        own = live.own(host)
        old = b"old \xff\x00" + bytes([number]) + b"\n"
        if host in done:
            assert (own / "app.conf").read_bytes() == b"new $HOME `id` 'x'\n"
            assert stat.S_IMODE((own / "app.conf").stat().st_mode) == 0o600
            assert live.begun(host) == ["steps-3"]
        else:
            assert (own / "app.conf").read_bytes() == old
            assert stat.S_IMODE((own / "app.conf").stat().st_mode) == 0o644
            assert not (own / "extra.conf").exists()
        if host in back:
            assert live.begun(host) == ["steps-3", "rollback-2"]
        if host in untouched:
            assert live.begun(host) == []
            assert sorted(path.name for path in own.iterdir()) == ["app.conf", "healthy"]
    cells = live.cells()
    assert cells["web-06", "post-1"][0] == "failed"
    assert cells["web-08", "pre-1"] == ("waiting", 0)
    assert {attempt for _, attempt in cells.values()} == {0, 1}
    verified = live.engine.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout


@pytest.mark.timeout(120)
def test_dry_run_then_cut_off_then_taken_back(tmp_path: Path) -> None:
    """What would differ is told without touching anything; what runs is killed on its host; then it is taken back."""
    live = LiveChanges(tmp_path, 2)
    try:
        for name in live.servers:
            (live.own(name) / "app.conf").write_text("old\n")
        live.engine.start()
        text = (
            f"steps:\n  - file: {{path: {live.at}/app.conf, content: 'new\n'}}\n"
            f"  - command: [sh, -c, 'echo $$ > \"$1/pid\"; exec sleep 300', sh, '{live.at}']\n    timeout: 10m\n"
            f"post:\n  - check: {{file: {live.at}/app.conf, exists: yes}}\nbatches: [100%]\n"
        )
        live.engine.act("change.create", title="t", reason="r", targets="web-01 web-02", plan=text)
        live.engine.act("change.dry_run", "CHG-1")
        until_sync(lambda: any(line.startswith("dry run over") for line in live.lines()), 30, lambda: str(live.lines()))
        assert "dry run over: 2 of 2 hosts would differ" in live.lines()
        ((digest, kept),) = live.rows("SELECT sha, dry_run_id FROM change_run JOIN change USING (id)")
        assert len(digest) == 64
        assert kept == 1
        assert [path.name for path in live.own("web-01").iterdir()] == ["app.conf"]
        assert (live.own("web-01") / "app.conf").read_text() == "old\n"
        live.engine.act("change.submit", "CHG-1")
        live.engine.act("change.approve", "CHG-1")
        live.engine.act("change.start", "CHG-1")
        files = [live.own(name) / "pid" for name in live.servers]
        until_sync(lambda: all(path.exists() and path.read_text() for path in files), 30)
        pids = [int(path.read_text()) for path in files]
        live.engine.act("change.abort", "CHG-1", reason="wrong day")
        found = live.until("ended")
        assert found["outcome"] == "failed"
        until_sync(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 15, "what ran is killed")
        live.engine.act("change.roll_back", "CHG-1", reason="clean up")
        until_sync(lambda: live.change()["outcome"] == "rolled back", 30, lambda: str(live.lines()))
        assert {(live.own(name) / "app.conf").read_text() for name in live.servers} == {"old\n"}
    finally:
        live.close()


@pytest.mark.timeout(120)
def test_an_alert_from_elsewhere_pauses_what_runs_on_its_host(tmp_path: Path) -> None:
    """By the engine's own way of alerts; one that the plan expects does not."""
    live = LiveChanges(tmp_path, 1)
    try:
        live.engine.start()
        wait = f"[sh, -c, 'until [ -e \"$1/go\" ]; do sleep 0.1; done', sh, '{live.at}']"
        text = (
            f"steps:\n  - command: {wait}\n  - command: ['true']\npost:\n  - check: {{port: 1, listens: no}}\n"
            "expected_alerts: [Expected]\n"
        )
        live.approved(text)
        live.engine.act("change.start", "CHG-1", reason="an alert of another program")
        until_sync(lambda: live.cells().get(("web-01", "steps-1"), ("", 0))[1] == 1, 30)
        for name in ("Expected", "Surprise"):
            live.engine.act("alert.ingest", text=json.dumps([{"labels": {"alertname": name, "instance": "web-01"}}]))
            if name == "Expected":
                until_sync(
                    lambda: any("expected alert" in line for line in live.lines()), 30, lambda: str(live.lines())
                )
                assert live.change()["state"] == "running"
        found = live.until("paused")
        assert "alert Surprise on web-01" in found["stopped"]
        (live.own("web-01") / "go").write_text("")
        until_sync(lambda: live.cells()["web-01", "steps-1"][0] == "changed", 30)
        assert live.cells()["web-01", "steps-2"] == ("waiting", 0)
        live.engine.act("change.continue", "CHG-1", reason="it was the backup")
        assert live.until("ended")["outcome"] == "with issues"
    finally:
        live.close()
