"""``tui-ops show changes``, ``changemodels``, ``freezes``, ``releases``, and the timeline of a change."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.change_world import plan_changes
from support.desk_world import World, varied

from tui_ops.cli.codes import Exit
from tui_ops.cli.main import main

Show = Callable[..., tuple[int, str, str]]


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    """A state directory with changes in every state."""
    world = await World(tmp_path / "state").build(varied(12))
    await plan_changes(world)
    await world.close()
    return world.root


@pytest.fixture
def show(root: Path, capsys: pytest.CaptureFixture[str]) -> Show:
    """Runs ``tui-ops show`` and returns its exit code and what it printed."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["--state-dir", str(root), "show", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_changes(show: Show) -> None:
    """The columns of the list, with what approvals are bound to; a filter and an order as on the desk."""
    code, out, _ = show("changes", "name=CHG-1", "--format", "json")
    assert code == Exit.OK
    (row,) = json.loads(out)
    assert (row["state"], row["risk"], row["approved"], row["blocked"]) == ("submitted", 61, ["bob"], False)
    assert len(row["sha"]) == 64
    assert row["factors"][0] == "4 hosts +20"
    _, out, _ = show("changes", "sort=-risk", "state!=ended")
    assert [line.split()[0] for line in out.splitlines()] == ["NAME", "CHG-1", "CHG-6", "CHG-4", "CHG-2", "CHG-5"]
    _, out, _ = show("changes", "blocked=1", "--format", "json")
    assert [one["conflicts"] for one in json.loads(out)] == [["the freeze weekend covers it"]]


def test_what_stands_around_them(show: Show) -> None:
    """Models, freezes of the desk and of the inventory, windows, releases."""
    _, out, _ = show("changemodels", "--format", "json")
    (model,) = json.loads(out)
    assert (model["name"], model["standard"], model["limits"]["hosts"]) == ("nginx-restart", True, "10")
    _, out, _ = show("freezes", "--format", "json")
    found = {one["name"]: one for one in json.loads(out)}
    assert {name: one["kind"] for name, one in found.items()} == {
        "FRZ-1": "freeze", "FRZ-2": "freeze", "weekend": "freeze", "web-nightly": "window",
    }  # fmt: skip
    assert (found["FRZ-1"]["state"], found["FRZ-2"]["state"]) == ("to come", "proposed")
    assert found["weekend"]["begins_at"].endswith("T00:00:00Z")
    _, out, _ = show("releases", "--format", "json")
    (release,) = json.loads(out)
    assert (release["name"], release["environments"], release["changes"]) == ("REL-1", ["staging", "production"], 1)


def test_a_timeline(show: Show) -> None:
    """In order, narrowed by its columns; of one that is not there, so."""
    _, out, _ = show("timeline", "CHG-1", "kind=comment", "--format", "json")
    (row,) = json.loads(out)
    assert (row["change"], row["who"], row["text"], row["data"]) == ("CHG-1", "bob", "why not 1.27?", {"line": 4})
    code, _, err = show("timeline", "CHG-99")
    assert code != Exit.OK
    assert "there is no CHG-99" in err
