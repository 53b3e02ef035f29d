"""The bell and the title: off unless preferred, and no more often than they help."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.desk_world import Door, World, varied
from support.incidents import Trouble, seed
from support.waiting import until

from tui_ops.model.incidents import IncidentState
from tui_ops.model.states import Severity
from tui_ops.store.views.incidents import IncidentRow
from tui_ops.ui import attention
from tui_ops.ui.attention import RESTORE_TITLE, SAVE_TITLE, Attention, title_sequence
from tui_ops.ui.desk import Desk
from tui_ops.ui.options import UiOptions
from tui_ops.ui.preferences import Preferences, as_text, read_preferences, write_preferences

AT = 1_772_000_000.0

ROW = IncidentRow(
    7, 3, 1, "disk full", IncidentState.TRIAGE, Severity.CRITICAL, 3, 2, 2, "disk", "lon", "shop", ("shop",), "", "",
    "", "", False, (), AT - 600, AT - 590, AT - 590, None, "", None, None, None, None, "", "", "", "", None, None, None,
    "", (), 1, 1, 1, ("web-1",),
)  # fmt: skip


class Seat:
    """A desk with incidents, and what was sent to its terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **kept: bool) -> None:
        self.desk = Desk(UiOptions(state=Path("/nowhere"), fleet_name="x"), False)
        self.sent: list[str] = []
        self.mono = 1000.0
        self.kept = Preferences(**kept)
        monkeypatch.setattr(attention.time, "monotonic", lambda: self.mono)
        self.attention = Attention(
            self.desk, lambda: self.kept, lambda desk: desk.incidents.unseen, lambda text: self.sent.append(text)
        )

    def incidents(self, *numbers: int, **fields: object) -> list[str]:
        """Let these be the incidents that nobody has seen; return what was sent since."""
        self.desk.incidents.take([replace(ROW, id=number, **fields) for number in numbers], True)
        self.sent.clear()
        self.attention.look()
        return list(self.sent)


def test_it_rings_for_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for what was there when the desk opened, nor for what was seen; a crowd rings once."""
    seat = Seat(monkeypatch, bell=True)
    assert seat.incidents(1) == []
    assert seat.incidents(1, 2, 3) == ["\a"]
    assert seat.incidents(1, 2, 3, 4) == []
    seat.mono += attention.BELL_GAP_S
    assert seat.incidents(1, 2, 3, 4) == []
    assert seat.incidents(1, 2, 3, 4, 5) == ["\a"]
    seat.mono += attention.BELL_GAP_S
    assert seat.incidents(6, acked_by="ann") == []
    assert seat.incidents(7, asking=0, excuses=("maintenance 3",)) == []
    assert seat.incidents(7) == ["\a"], "its maintenance is over"


def test_the_title_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal's own is kept and given back; what has not changed is not sent."""
    seat = Seat(monkeypatch, title=True)
    assert seat.incidents(1, 2, 3) == [SAVE_TITLE + title_sequence(3)]
    assert seat.incidents(1, 2, 3) == []
    assert seat.incidents() == [title_sequence(0)]
    assert "(" not in title_sequence(0)
    assert title_sequence(3) == "\x1b]2;(3) tui-ops\x07"
    seat.kept.title = False
    assert seat.incidents(1) == [RESTORE_TITLE]
    assert seat.incidents(1) == []


def test_off_it_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it comes."""
    seat = Seat(monkeypatch)
    assert seat.incidents(1) == seat.incidents(1, 2) == []
    seat.attention.end()
    assert seat.sent == []


def test_the_preferences_keep_it(tmp_path: Path) -> None:
    """And what is no yes is a no."""
    write_preferences(tmp_path, as_text(Preferences(bell=True, title=True)))
    found = read_preferences(tmp_path)
    assert (found.bell, found.title) == (True, True)
    (tmp_path / "desk.yaml").write_text("bell: sometimes\n")
    assert read_preferences(tmp_path).bell is False


async def test_on_a_running_desk(tmp_path: Path, open_desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """:bell on and :title on; a new incident rings and is counted, and leaving gives the title back."""
    world = await World(tmp_path / "state").build(varied(6))
    door = await Door(world.root).open()
    async with open_desk(world.root, config=tmp_path / "config") as desk:
        sent: list[str] = []
        monkeypatch.setattr(desk.app, "write_terminal", sent.append)
        await desk.linked()
        await desk.press("colon", *"bell", "enter")
        await desk.sees(":bell on | off")
        await desk.press("colon", *"bell on", "enter", "colon", *"title on", "enter")
        await desk.sees("the terminal's title counts")
        await seed(world, [Trouble("mains failed", 1, ("db-1.lon",), 30)])
        door.news("incidents")
        await until(lambda: "\a" in sent)
        assert sum(") tui-ops" in one for one in sent) >= 1
    assert sent[-1] == RESTORE_TITLE
    assert read_preferences(tmp_path / "config").bell is True
    await door.close()
    await world.close()
