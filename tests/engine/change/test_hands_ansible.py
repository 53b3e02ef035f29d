"""Playbooks by the real ``ansible-playbook``, with our inventory, on a real OpenSSH server."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ANSIBLE
from support.sshd import Sshd, SshdFarm
from support.steps import step

from tui_ops.engine.change.handansible import AnsiblePlace
from tui_ops.engine.change.handhere import HereHands
from tui_ops.model.changes import CellState
from tui_ops.model.fleet import HostSpec
from tui_ops.model.plans import StepKind

HOST = "web-1"

PLAY = """
- hosts: web
  gather_facts: no
  tasks:
    - name: Put the file
      copy: {dest: "@at@/conf", content: "of {{ inventory_hostname }} as {{ ansible_user }}\\n", mode: "0640"}
      notify: tell
    - name: Look
      stat: {path: "@at@/conf"}
  handlers:
    - name: tell
      copy: {dest: "@at@/told", content: "told\\n"}
"""


@pytest.fixture(scope="module")
def server(farm: SshdFarm) -> Sshd:
    return farm.sshd()


@pytest.fixture
def play(tmp_path: Path) -> Path:
    path = tmp_path / "site.yml"
    path.write_text(PLAY.replace("@at@", str(tmp_path)))
    return path


def hands(farm: SshdFarm, spec: HostSpec) -> HereHands:
    """Return hands that know one host, by the name under which the play has it in a group."""
    known = replace(spec, name=HOST, groups=("web",))
    place = AnsiblePlace(
        {HOST: known}.get, [farm.ssh_config], [farm.known_hosts], str(ANSIBLE / "ansible-playbook")
    )  # fmt: skip
    return HereHands(place)


@pytest.mark.timeout(180)
async def test_dry_it_tells_what_differs_and_then_it_is_done_once(
    farm: SshdFarm, server: Sshd, play: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where our own locale came over SSH, and is not installed here."""
    monkeypatch.setenv("LANG", "xx_XX.ISO-8859-1")
    here = hands(farm, server.spec())
    one = step(StepKind.ANSIBLE, playbook=str(play), timeout_s=150.0, become=os.geteuid() != 0)
    dry = await here.dry(HOST, one)
    assert (dry.state, dry.said) == (CellState.CHANGED, "would change 2 of 3 tasks"), dry
    assert "+of web-1 as root" in dry.result.splitlines()
    assert [line for line in dry.result.splitlines() if line.startswith(("TASK", "RUNNING"))] == [
        "TASK [Put the file]", "RUNNING HANDLER [tell]"
    ]  # fmt: skip
    assert not (tmp_path / "conf").exists()
    logins = server.logins
    end = await here.perform(HOST, one, 1)
    assert (end.state, end.said, end.exit_status) == (CellState.CHANGED, "changed 2 of 3 tasks", 0), end
    assert server.logins == logins + 1, "one login does for all tasks"
    assert ((tmp_path / "conf").read_text(), (tmp_path / "told").read_text()) == ("of web-1 as root\n", "told\n")
    again = await here.dry(HOST, one)
    assert (again.state, again.said, again.result) == (CellState.OK, "2 tasks, nothing to change", "")


@pytest.mark.timeout(180)
async def test_what_goes_wrong_is_told(farm: SshdFarm, server: Sshd, play: Path, tmp_path: Path) -> None:
    """A task that fails, a key that nobody trusts, a group in which the host is not."""
    broken = tmp_path / "broken.yml"
    broken.write_text("- hosts: web\n  gather_facts: no\n  tasks: [{command: 'sh -c \"echo no space >&2; exit 3\"'}]\n")
    one = step(StepKind.ANSIBLE, playbook=str(broken), timeout_s=150.0)
    end = await hands(farm, server.spec()).perform(HOST, one, 1)
    assert (end.state, "no space" in end.said) == (CellState.FAILED, True), end
    stranger = farm.sshd(known=False)
    end = await hands(farm, stranger.spec()).perform(
        HOST, step(StepKind.ANSIBLE, playbook=str(play), timeout_s=150.0), 1
    )
    assert (end.state, "Host key verification failed" in end.said) == (CellState.FAILED, True), end
    assert stranger.logins == 0
    other = tmp_path / "other.yml"
    other.write_text("- hosts: db\n  gather_facts: no\n  tasks: [{command: 'touch /nowhere/x'}]\n")
    end = await hands(farm, server.spec()).perform(
        HOST, step(StepKind.ANSIBLE, playbook=str(other), timeout_s=150.0), 1
    )
    assert end.state is CellState.SKIPPED, end
