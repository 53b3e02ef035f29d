"""Ansible is asked itself. ``TUI_OPS_RECORD=1`` writes its answers anew, for a new case or a new Ansible."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import PATH
from support.ansible_cases import cases, ours, source, theirs


def ask(inventory: Path, folder: Path) -> str:
    """Return what ``ansible-inventory --list`` prints, whatever this machine's own settings of Ansible are."""
    program = shutil.which("ansible-inventory", path=PATH)
    assert program is not None
    (folder / "ansible.cfg").write_text("[defaults]\n")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environ |= {"ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "ANSIBLE_HOME": str(folder), "LC_ALL": "C.UTF-8"}
    command = [program, "-i", str(inventory), "--list"]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.mark.parametrize("case", cases(), ids=lambda path: path.name)
def test_the_recorded_answer_is_what_ansible_says(case: Path, tmp_path: Path) -> None:
    """Hosts, groups and connection variables are those of the Ansible that is installed, and the record is true."""
    said = ask(source(case), tmp_path)
    if os.environ.get("TUI_OPS_RECORD"):
        (case / "answer.json").write_text(said.rstrip("\n") + "\n")
    assert theirs((case / "answer.json").read_text()) == theirs(said)
    assert ours(case) == theirs(said)
