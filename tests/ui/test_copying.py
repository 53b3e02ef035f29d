"""Copying through the terminal, and saving to files."""

import base64
import csv
import json
from pathlib import Path

import pytest
from support.desk_world import Door, World
from support.waiting import until

from tui_ops.ui.clipboard import COPY_LIMIT, TooLarge, copy_sequence
from tui_ops.ui.export import Export, ExportError, another, save


def test_the_sequence_of_a_plain_terminal():
    """OSC 52 with the text in base64."""
    assert copy_sequence("é", {}) == "\x1b]52;c;" + base64.b64encode("é".encode()).decode() + "\x07"


def test_tmux_gets_it_plain_and_passed_through():
    """Whichever of its two settings is on, one of them works."""
    sequence = copy_sequence("web-1", {"TMUX": "/tmp/x", "TERM": "screen-256color"})
    plain = copy_sequence("web-1", {})
    assert sequence == plain + "\x1bPtmux;\x1b" + plain + "\x1b\\"


def test_screen_gets_it_in_pieces():
    """No string of it is longer than screen takes, and together they are the sequence."""
    sequence = copy_sequence("x" * 3000, {"TERM": "screen"})
    pieces = sequence.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert all(len(piece) <= 768 for piece in pieces)
    assert "".join(pieces) == copy_sequence("x" * 3000, {})


def test_what_no_terminal_takes_is_refused():
    """The limit is of the encoded text."""
    assert copy_sequence("x" * (COPY_LIMIT // 4 * 3), {})
    with pytest.raises(TooLarge):
        copy_sequence("x" * COPY_LIMIT, {})


TABLE = Export("hosts", ("host", "note", "cpu", "groups"),
               [("web-1", '=HYPERLINK("x")', -1.5, ["a", "b"]), ("é", "two, \"words\"", None, [])],
               ["web-1   x  ", "é"])  # fmt: skip


def test_a_view_is_saved_as_its_ending_says(tmp_path: Path):
    """CSV without formulas, JSON with types, text as it stands; nobody else may read them."""
    for name in ("a.csv", "a.json", "a.txt"):
        assert save(TABLE, tmp_path / name) == 2
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader((tmp_path / "a.csv").open(newline="")))
    assert rows[0] == {"host": "web-1", "note": '\'=HYPERLINK("x")', "cpu": "-1.5", "groups": "a b"}
    assert rows[1]["note"] == 'two, "words"'
    assert json.loads((tmp_path / "a.json").read_text())[1] == {"host": "é", "note": 'two, "words"', "cpu": None,
                                                                "groups": []}  # fmt: skip
    assert (tmp_path / "a.txt").read_text() == "web-1   x\né\n"


def test_a_file_that_is_there_is_never_touched(tmp_path: Path):
    """Nor a link that leads somewhere; another name is found."""
    (tmp_path / "a.csv").write_text("mine")
    (tmp_path / "b.csv").symlink_to(tmp_path / "elsewhere")
    for name in ("a.csv", "b.csv"):
        with pytest.raises(FileExistsError):
            save(TABLE, tmp_path / name)
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()
    assert another(tmp_path / "a.csv") == tmp_path / "a-2.csv"


@pytest.mark.parametrize("name", ["a", "a.xls", "nowhere/a.csv", ".csv", "a\0.csv", "x" * 300 + ".csv"])
def test_what_can_not_be_saved_says_why(tmp_path: Path, name: str):
    """No ending, another ending, no folder, no name."""
    with pytest.raises(ExportError):
        save(TABLE, tmp_path / name)
    assert not list(tmp_path.iterdir())


async def test_c_copies_and_says_so(world: World, door: Door, open_desk, monkeypatch):
    """The menu shows what would be copied; what is sent is the name of the host under the cursor."""
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    sent: list[str] = []
    async with open_desk(world.root) as desk:
        monkeypatch.setattr(desk.app, "write_terminal", sent.append)
        await desk.linked()
        await desk.press("j", "c")
        await desk.sees("copy", "db-1.lon", "address of this view")
        await desk.press("n")
        await desk.sees("name: 8 characters sent to the terminal's clipboard")
        assert sent == [copy_sequence("db-1.lon", {})]
        await desk.press("asterisk", "c", "n")
        await until(lambda: len(sent) == 2)
        text = base64.b64decode(sent[1].removeprefix("\x1b]52;c;").removesuffix("\x07")).decode()
        assert len(text.splitlines()) == 30


async def test_a_view_too_large_to_copy_is_told(world: World, door: Door, open_desk, monkeypatch):
    """And what to do instead."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        desk.app.copying.copy("this view", "x" * COPY_LIMIT)
        await desk.sees("E saves it to a file")


async def test_e_saves_the_view_and_never_over_another_file(
    world: World, door: Door, open_desk, tmp_path: Path, monkeypatch
):
    """The prompt names a file of the operator's own; a taken name is kept and another one offered."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    target = tmp_path / "out.csv"
    async with open_desk(world.root, (120, 40)) as desk:
        await desk.linked()
        await desk.press("slash", *"site=par", "enter", "E")
        prompt = desk.list.query_one("#prompt")
        assert prompt.value.startswith(str(tmp_path / "home/tui-ops/saved/hosts-site-par-"))  # type: ignore[attr-defined]
        await desk.press("escape", "colon", *f"save {target}", "enter")
        await until(target.exists)
        await desk.sees("saved ")
        before = target.read_text()
        assert "edge-1.par" in before
        assert "db-1.lon" not in before
        await desk.press("colon", *f"save {target}", "enter")
        await desk.sees(">" + str(tmp_path / "out-2.csv"))
        await desk.press("enter")
        await until((tmp_path / "out-2.csv").exists)
        assert target.read_text() == before
        await desk.press("enter", "colon", *f"save {tmp_path / 'page.txt'}", "enter")
        await until((tmp_path / "page.txt").exists)
