"""What ``tui-ops calendar`` prints: the days to come in words, and a file that other calendars take."""

import time
from collections.abc import Iterator

import icalendar
import pytest
from support.assess_world import DAY, HOUR, ChangeWorld

from tui_ops.cli.main import main
from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.store.changingplan import PLAN_ID, to_text
from tui_ops.store.tables import ChangingPlan, Freeze

NIGHT = Window("night", (Recurring(days=tuple(range(7)), from_min=22 * 60, to_min=2 * 60),))


@pytest.fixture
def world() -> Iterator[ChangeWorld]:
    with ChangeWorld() as world:
        world.at = now = time.time()
        world.change("web-1", state="scheduled", starts_at=now + DAY, ends_at=now + DAY + HOUR, title="nginx")
        world.change("web-2", state="submitted", starts_at=now + 2 * DAY, title="kernel")
        world.change("web-2", state="closed", began_at=now - 3 * DAY, ended_at=now - 3 * DAY + HOUR, title="old")
        world.add(Freeze(title="sale", begins_at=now + 20 * DAY, ends_at=now + 21 * DAY, by="ann", at=now))
        text = to_text(ChangingSpec(windows=(NIGHT,)))
        world.run(lambda session: setattr(session.get_one(ChangingPlan, PLAN_ID), "body", text))
        yield world


def ran(world: ChangeWorld, *words: str) -> int:
    return main(["--state-dir", str(world.paths.root), "calendar", *words])


def test_days_to_come_are_lines(world: ChangeWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(world, "--days", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("window: night" in line for line in lines) in (3, 4)
    assert [line.split("  ")[-1] for line in lines if "CHG" in line] == [
        "CHG-1 nginx",
        "CHG-2 kernel (not approved yet)",
    ]
    assert not any("sale" in line for line in lines)
    assert ran(world, "--days", "30") == 0
    assert "freeze: sale" in capsys.readouterr().out


def test_icalendar_is_bytes_that_another_program_reads(
    world: ChangeWorld, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert ran(world, "--ics") == 0
    raw = capsysbinary.readouterr().out
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    found = {str(one["SUMMARY"]) for one in icalendar.Calendar.from_ical(raw).walk("VEVENT")}
    assert found == {"CHG-1 nginx", "CHG-2 kernel", "CHG-3 old", "freeze: sale", "window: night"}


def test_a_number_of_days_that_is_none_is_said(world: ChangeWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(world, "--days", "0") == 2
    assert "from 1 to 366" in capsys.readouterr().err
