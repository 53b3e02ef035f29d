"""A change whose step is a playbook: a real engine, the real ``ansible-playbook``, real hosts behind SSH."""

import os
from pathlib import Path

import pytest
from conftest import ANSIBLE
from support.change_live import LiveChanges
from support.waiting import until_sync

PLAY = """
- hosts: all
  gather_facts: no
  tasks:
    - name: Put the file
      copy: {dest: "@at@/app.conf", content: "of {{ inventory_hostname }}\\n"}
"""


@pytest.mark.torture
@pytest.mark.timeout(180)
def test_it_is_tried_dry_then_runs_on_each_host_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the engine's own way to the hosts: its settings of ssh, and the keys that it trusts."""
    monkeypatch.setenv("PATH", f"{ANSIBLE}:{os.environ['PATH']}")
    live = LiveChanges(tmp_path, 2)
    try:
        play = tmp_path / "site.yml"
        play.write_text(PLAY.replace("@at@", str(live.at)))
        live.engine.start()
        plan = f"steps:\n  - ansible: {play}\npost:\n  - check: {{file: {live.at}/app.conf, contains: 'of web-'}}\n"
        live.engine.act("change.create", title="t", reason="r", targets="web-01 web-02", plan=plan)
        live.engine.act("change.dry_run", "CHG-1")
        until_sync(lambda: any(line.startswith("dry run over") for line in live.lines()), 60, lambda: str(live.lines()))
        assert "dry run over: 2 of 2 hosts would differ" in live.lines()
        results = dict(live.rows("SELECT host, result FROM change_cell WHERE step = 'steps-1'"))
        assert {host: result.splitlines()[0] for host, result in results.items()} == {
            "web-01": "TASK [Put the file]", "web-02": "TASK [Put the file]"
        }  # fmt: skip
        assert "+of web-02" in results["web-02"]
        assert not list(live.own("web-01").iterdir())
        live.engine.act("change.submit", "CHG-1")
        live.engine.act("change.approve", "CHG-1")
        live.engine.act("change.start", "CHG-1")
        assert live.until("ended", "paused", within_s=90)["outcome"] == "successful", live.lines()
        assert [(live.own(host) / "app.conf").read_text() for host in live.servers] == ["of web-01\n", "of web-02\n"]
    finally:
        live.close()
