"""``tui-ops show incidents``, ``alerts`` and ``timeline``."""

import csv
import io
import json
from pathlib import Path

import pytest
from support.desk_world import World, varied
from support.incidents import bad_night, seed

from tui_ops.cli.codes import Exit
from tui_ops.cli.main import main


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    """A state directory with a bad night in it."""
    world = await World(tmp_path / "state").build(varied(12))
    await seed(world, bad_night())
    await world.close()
    return world.root


@pytest.fixture
def show(root: Path, capsys: pytest.CaptureFixture[str]):
    """Runs ``tui-ops show`` and returns its exit code and what it printed."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["--state-dir", str(root), "show", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_incidents(show) -> None:
    """The columns of the list; a filter and an order as on the desk."""
    code, out, _ = show("incidents", "sort=priority", "acked=ann", "--format", "json")
    assert code == Exit.OK
    (row,) = json.loads(out)
    assert (row["name"], row["priority"], row["state"], row["hosts"]) == ("INC-2", 2, "investigating", ["web-07.lon"])
    assert 94 * 60 < row["age_s"] < 97 * 60
    code, out, _ = show("incidents", "sort=priority")
    assert [line.split()[0] for line in out.splitlines()] == ["NAME", "INC-1", "INC-5", "INC-2", "INC-4", "INC-3"]


def test_alerts(show) -> None:
    """Those that are over and were seen are left out, unless their state is asked for."""
    _, out, _ = show("alerts", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 6
    assert {row["incident"] for row in rows} == {"INC-1", "INC-2", "INC-3", "INC-4"}
    _, out, _ = show("alerts", "state=resolved", "--format", "json")
    assert [row["host"] for row in json.loads(out)] == ["mq-2.lon"]


def test_timeline(show) -> None:
    """In order, narrowed by its columns."""
    _, out, _ = show("timeline", "INC-2", "--format", "json")
    assert [row["kind"] for row in json.loads(out)] == ["opened", "acknowledged", "note", "command"]
    _, out, _ = show("timeline", "inc-2", "kind=note")
    assert "logrotate" in out
    assert "shell" not in out


@pytest.mark.parametrize(
    ("words", "says"),
    [((), "takes an incident first"), (("INC-99",), "there is no INC-99"), (("x",), "takes an incident")],
)
def test_what_is_no_incident(show, words: tuple[str, ...], says: str) -> None:
    """It says what would be right."""
    code, _, err = show("timeline", *words)
    assert code != Exit.OK
    assert says in err
    assert "tui-ops show" in err
