"""A change from nothing to its approval, in a real terminal with a real editor, through a real engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld
from support.terminal import Terminal
from support.waiting import until_sync

from tui_ops.model.changes import ChangeState
from tui_ops.store.views.changes import change, plan_versions, written
from tui_ops.store.views.connect import open_reader

INVENTORY = """\
name: test
hosts:
  here: {address: local}
changes: {team: solo}
"""

EDITOR = """\
#!/bin/sh
# Writes a plan with a mistake first, then the right one; keeps what it was shown each time.
n=$(ls "$SEEN" | wc -l)
cp "$1" "$SEEN/$n"
[ "$n" = 0 ] && printf 'steps:\\n  - comand: echo hello\\n' > "$1"
[ "$n" = 1 ] && printf 'steps:\\n  - command: echo hello\\nrollback: []\\n' > "$1"
[ "$n" -gt 1 ] && printf 'steps:\\n  - command: echo again\\nrollback: []\\n' > "$1"
exit 0
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    made = EngineWorld(tmp_path_factory.mktemp("change-editor"), INVENTORY)
    try:
        made.start()
        until_sync(lambda: "here" in made.rows(), 60, "the inventory is taken in")
        yield made
    finally:
        made.kill()


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """Where the editor keeps what it was shown."""
    folder = tmp_path / "seen"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(engine: EngineWorld, tmp_path: Path, seen: Path) -> Iterator[Terminal]:
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    environ = {"EDITOR": str(editor), "VISUAL": None, "SEEN": str(seen), "TMPDIR": str(tmp_path)}
    made = Terminal(engine.state.root, (120, 40), environ=environ)
    yield made
    made.close()


def fill_in(desk: Terminal, *texts: str) -> None:
    """Fill in the fields of a dialog one after another, as a person does."""
    for text in texts:
        desk.settle(0.3)
        desk.type(text)
        desk.settle(0.3)
        desk.type("\r")


def state_of(engine: EngineWorld, number: int) -> ChangeState | None:
    with open_reader(engine.state) as reader:
        row = change(reader, number)
    return row.state if row is not None else None


def test_written_checked_sent_and_approved(engine: EngineWorld, desk: Terminal, seen: Path, tmp_path: Path) -> None:
    """A mistake opens the editor again with its place above the text; what is right is sent, submitted, approved."""
    desk.wait_for("here")
    desk.settle(0.5)
    desk.type("3")
    desk.wait_for("no changes")
    desk.type("+")
    desk.wait_for("its plan begins as")
    fill_in(desk, "say hello", "here")
    until_sync(lambda: desk.read_for(0.05) is not None and state_of(engine, 1) is not None, 30, "the change is made")
    shown = [file.read_text() for file in sorted(seen.iterdir())]
    assert shown[0].startswith("# A new plan"), "the text to begin with explains itself"
    assert shown[1].startswith("#! What is wrong.")
    assert "#! plan:4:" in shown[1], "the line that the editor shows, below two remarks"
    assert "comand" in shown[1].splitlines()[3]
    with open_reader(engine.state) as reader:
        text = written(reader, 1)
    assert text is not None
    assert text.plan == "steps:\n  - command: echo hello\nrollback: []\n", "no remark is left in it"
    until_sync(
        lambda: desk.read_for(0.05) is not None and not list(tmp_path.glob("tui-ops-drafts-*/*.yaml")), 30,
        "what was sent needs no keeping",
    )  # fmt: skip
    desk.wait_for("echo hello")
    desk.settle(0.5)
    desk.type(":change.submit\r")
    until_sync(
        lambda: desk.read_for(0.05) is not None and state_of(engine, 1) is ChangeState.SUBMITTED, 30, "it is submitted"
    )
    desk.wait_for("you may approve")
    desk.type("y")
    desk.wait_for("binds you to sha256")
    desk.type("\r")
    until_sync(
        lambda: desk.read_for(0.05) is not None and state_of(engine, 1) is ChangeState.APPROVED, 30, "it is approved"
    )
    desk.settle(0.5)
    desk.type("e")
    until_sync(
        lambda: desk.read_for(0.05) is not None and state_of(engine, 1) is ChangeState.DRAFT, 30, "an edit voids it"
    )
    desk.wait_for("void")
    with open_reader(engine.state) as reader:
        assert [one.plan for one in plan_versions(reader, 1)][-1].startswith("steps:\n  - command: echo again")


def test_what_is_not_sent_is_kept(engine: EngineWorld, desk: Terminal, seen: Path, tmp_path: Path) -> None:
    """Who leaves a text with its mistakes as it is finds it in a file of his own."""
    (tmp_path / "editor").write_text(
        '#!/bin/sh\nn=$(ls "$SEEN" | wc -l)\ncp "$1" "$SEEN/$n"\n'
        '[ "$n" = 0 ] && printf "steps:\\n  - comand: echo mine\\n" > "$1"\nexit 0\n'
    )
    desk.wait_for("here")
    desk.settle(0.5)
    desk.type("3")
    desk.settle(0.5)
    desk.type("+")
    desk.wait_for("its plan begins as")
    fill_in(desk, "another", "here")
    desk.wait_for("The text is kept in")
    assert len(list(seen.iterdir())) == 2
    (kept,) = tmp_path.glob("tui-ops-drafts-*/*.yaml")
    assert "comand: echo mine" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0, "nobody else can read it"
