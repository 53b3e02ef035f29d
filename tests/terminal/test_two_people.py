"""A risk that one asks to be accepted and another approves: two accounts, each at a real desk, on a real engine."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld
from support.reports import as_json, ssh_audit
from support.terminal import DESK, Terminal
from support.waiting import until_sync

from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import acceptances

GROUP, GROUP_ID = "daemon", 1

CAT, DAN = 4312, 4313

INVENTORY = f"""\
name: test
hosts:
  here: {{address: 127.9.9.9, port: 1}}
operators:
  cat: {{role: approver, user: "{CAT}"}}
  dan: {{role: approver, user: "{DAN}"}}
"""

READS = "dac_read_search"
"""What the interpreter takes where it lies in root's home; it lets nobody write, and the engine asks who it is."""


def as_(uid: int) -> list[str]:
    """Return the words before a command of another account of the group."""
    given = [f"--inh-caps=+{READS}", f"--ambient-caps=+{READS}"]
    return ["setpriv", f"--reuid={uid}", f"--regid={GROUP_ID}", "--clear-groups", *given]


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineWorld]:
    assert os.geteuid() == 0, "other accounts are taken on: make test runs as root"
    with tempfile.TemporaryDirectory(prefix="tui-ops-two-people-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = EngineWorld(folder, INVENTORY)
        try:
            made.start("--group", GROUP)
            (folder / "audit.json").write_bytes(as_json(ssh_audit(target="here")))
            done = made.run("findings", "import", str(folder / "audit.json"), "--host", "here")
            assert done.returncode == 0, done.stderr
            yield made
        finally:
            made.kill()


@pytest.fixture
def desk_of(engine: EngineWorld, tmp_path: Path) -> Iterator[Callable[[int], Terminal]]:
    made = []

    def open_it(uid: int) -> Terminal:
        home = tmp_path / str(uid)
        home.mkdir()
        os.chown(home, uid, GROUP_ID)
        words = [*as_(uid), sys.executable, "-c", DESK, str(engine.state.root)]
        made.append(Terminal(engine.state.root, command=words, environ={"HOME": str(home), "XDG_CONFIG_HOME": None}))
        made[-1].wait_for_engine()
        return made[-1]

    yield open_it
    for one in made:
        one.close()


def asked(engine: EngineWorld) -> list[tuple[str, str, str]]:
    """Return of each acceptance its state, who asks, and who has approved."""
    with open_reader(engine.state) as reader:
        return [(row.state, row.asked_by, row.approved_by) for row in acceptances(reader, everything=True)]


@pytest.mark.torture
def test_who_asks_is_refused_and_another_approves(engine: EngineWorld, desk_of: Callable[[int], Terminal]) -> None:
    """Both may approve, and neither what he has asked for himself; the other's own desk shows who asks and why."""
    cat = desk_of(CAT)
    cat.type(":FND-1\r")
    cat.wait_for("Its list")
    cat.settle(0.3)
    cat.type("W")
    cat.wait_for("what makes up for it")
    for text in ("moves next week\r", "nobody logs in\r"):
        cat.settle(0.3)
        cat.type(text)
    until_sync(lambda: asked(engine) == [("waiting", "cat", "")], 30, lambda: str(asked(engine)))
    cat.settle(0.3)
    cat.type("y")
    cat.wait_for("cat asks")
    cat.settle(0.3)
    cat.type("\r")
    cat.wait_for("four eyes")
    dan = desk_of(DAN)
    dan.type(":FND-1\r")
    dan.wait_for("moves next week")
    assert asked(engine) == [("waiting", "cat", "")]
    dan.settle(0.3)
    dan.type("y")
    dan.settle(0.5)
    dan.type("\r")
    until_sync(lambda: asked(engine) == [("in force", "cat", "dan")], 30, lambda: str(asked(engine)))
    cat.wait_for("accepted")
