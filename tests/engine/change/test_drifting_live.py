"""A file that somebody edits by hand, on a real engine: a draft says so, and one act with its approval puts it back."""

from pathlib import Path

from support.change_live import MORE
from support.engine_world import EngineWorld
from support.waiting import until_sync

from tui_ops.store.views.changerows import ChangeRow
from tui_ops.store.views.changes import changes
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import FindingRow, findings

WITHIN_S = 60.0
"""A named file is read every five slow periods, and differences are looked at every ten seconds."""

BEFORE = "workers = 4\n# as planned: 'é' \\ $(id)\n"


APART = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "--kill-child"]
"""Servers of other tests come and go on this machine: an sshd that nobody planned is a difference, and rightly so."""


class Alone(EngineWorld):
    """An engine that sees no processes but its own."""

    def command(self, *words: str) -> list[str]:
        """Return the command line; that of the engine is apart."""
        return [*(APART if words[:1] == ("engine",) else ()), *super().command(*words)]


def rows(world: EngineWorld) -> list[ChangeRow]:
    """Return the changes that there are."""
    with open_reader(world.state) as reader:
        return changes(reader, everything=True)


def found(world: EngineWorld) -> FindingRow | None:
    """Return the finding about what differs."""
    with open_reader(world.state) as reader:
        return next(iter(findings(reader, everything=True, check="drift-open")), None)


def state(world: EngineWorld) -> str:
    """Return how that stands; empty while there is none."""
    row = found(world)
    return str(row.state) if row is not None else ""


def test_an_edit_by_hand_is_found_and_taken_back(tmp_path: Path) -> None:
    """Byte for byte, with its mode; and what the change itself does is no further difference that nobody planned."""
    path = tmp_path / "app.conf"
    path.write_text(BEFORE)
    path.chmod(0o640)
    text = (
        f"name: test\ndefaults: {{period: 1s, slow_period: 5s, files: [{path}]}}\nhosts: {{here: {{address: local}}}}\n"
    )
    world = Alone(tmp_path, text + MORE)
    try:
        world.start()
        until_sync(lambda: str(path) in world.run("show", "facts", "topic=files").stdout, WITHIN_S, "the file is known")
        path.write_text("workers = 400\n")
        path.chmod(0o666)
        until_sync(lambda: [row for row in rows(world) if row.unauthorised], WITHIN_S, "a draft says so")
        (draft,) = rows(world)
        assert draft.title == f"not planned: {path} on here"
        assert ("files", f"{path}") in [(topic, words.split(" ")[0]) for topic, words in draft.difference]
        for act in ("revert", "submit", "approve"):
            done = world.run("do", f"change.{act}", "CHG-1")
            assert done.returncode == 0, done.stderr
        assert path.read_text() == "workers = 400\n", "nothing has run yet"
        until_sync(lambda: state(world) == "open", WITHIN_S, "it is a finding as well")
        row = found(world)
        assert row is not None
        assert (str(row.kind), row.object) == ("drift", f"files {path}")
        assert "; no change explains it: CHG-1" in row.text or row.text.endswith("; CHG-1 is approved")
        assert world.run("do", "change.start", "CHG-1", "--yes").returncode == 0
        until_sync(lambda: rows(world)[0].outcome, WITHIN_S, "it has run")
        (ended,) = rows(world)
        assert (ended.outcome, path.read_text(), path.stat().st_mode & 0o777) == ("successful", BEFORE, 0o640)
        assert world.run("do", "finding.recheck", row.name).returncode == 0
        until_sync(lambda: state(world) == "verified", WITHIN_S, "what was taken back is gone from the findings")
    finally:
        world.kill()
