"""Compliance with a real engine: frameworks of one's own, an attestation from file to finding, a kept audit."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import Session
from support.change_live import MORE
from support.compliance_world import ComplianceWorld
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.engine.news import News
from tui_ops.engine.security.complying import CHECK, Complying, files_in, over_of, rows_of, sweep_of
from tui_ops.model.compliance import Attested
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import CheckResult
from tui_ops.practices.compliance.reading import frameworks_of
from tui_ops.store.views.compliance import FrameworkRow, frameworks_shown
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import findings
from tui_ops.store.views.verdicts import verdicts

WITHIN_S = 60.0
"""The machine is busy."""

HOUSE = (
    "name: house\ntitle: Rules of the house\ncontrols:\n  H-1: {text: Root stays out, checks: ssh-root}\n  H-2: A key\n"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    """This machine alone, with a framework of the house and one that is wrong."""
    folder = tmp_path_factory.mktemp("complying")
    own = folder / "frameworks"
    own.mkdir()
    (own / "house.yaml").write_text(HOUSE)
    (own / "wrong.yaml").write_text("name: wrong\ntitle: W\ncontrols:\n  W-1: {text: x, checks: [nothing]}\n")
    text = inventory_text([HostSpec("here", "here", "local", groups=("all",))], more=MORE)
    world = EngineWorld(folder, f"{text}security: {{frameworks_folder: {own}, frameworks: [house, pci, wrong.yaml]}}\n")
    try:
        yield world.start()
    finally:
        world.kill()


def shown(world: EngineWorld, *words: str) -> list[dict[str, object]]:
    done = world.run("show", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_the_inventory_says_which_frameworks_are_shown_and_what_is_wrong_is_told(world: EngineWorld) -> None:
    found = {row["name"]: row for row in shown(world, "frameworks")}
    assert set(found) == {"house", "pci-dss-4.0.1", "wrong.yaml"}
    assert "no check 'nothing'" in str(found["wrong.yaml"]["wrong"])
    assert found["house"]["own"] is True
    assert "wrong.yaml" in world.said


def test_a_proof_is_read_by_who_attests_and_its_digest_is_kept(world: EngineWorld, tmp_path: Path) -> None:
    proof = tmp_path / "cupboard.txt"
    proof.write_text("the key hangs in the cupboard\n")
    done = world.run("attest", "house", "H-2", "--text", "seen by ann", "--evidence", str(proof), "--for", "30d")
    assert done.returncode == 0, done.stderr
    (row,) = [row for row in shown(world, "attestations") if row["framework"] == "house"]
    assert (row["file"], row["sha256"]) == ("cupboard.txt", hashlib.sha256(proof.read_bytes()).hexdigest())
    (control,) = shown(world, "controls", "framework=house", "control=H-2")
    assert control["state"] == "attested"


def test_nobodys_word_is_taken_for_what_machines_check(world: EngineWorld) -> None:
    done = world.run("attest", "house", "H-1", "--text", "trust me", "--for", "30d")
    assert done.returncode
    assert "nobody's word counts" in done.stderr


def test_one_that_ran_out_is_a_finding_until_it_is_attested_anew(world: EngineWorld) -> None:
    """The engine looks after each act; what runs out within a second is found when another one is done."""
    assert world.run("attest", "pci", "12.1.1", "--text", "x", "--for", "1s").returncode == 0

    def ran_out() -> bool:
        return [row["state"] for row in shown(world, "attestations", "control=12.1.1")] == ["ran out"]

    until_sync(ran_out, WITHIN_S)
    assert world.run("attest", "pci", "12.1.2", "--text", "x", "--for", "30d").returncode == 0

    def states() -> list[str]:
        with open_reader(world.state) as reader:
            return [str(row.state) for row in findings(reader, everything=True, check=CHECK)]

    until_sync(lambda: states() == ["open"], WITHIN_S)
    assert world.run("attest", "pci", "12.1.1", "--text", "looked at again", "--for", "30d").returncode == 0
    until_sync(lambda: states() == ["verified"], WITHIN_S)


def test_an_audit_is_kept_of_what_the_engine_has_read_itself(world: EngineWorld) -> None:
    def judged() -> bool:
        with open_reader(world.state) as reader:
            return any(one.read_at is not None for one in verdicts(reader))

    until_sync(judged, WITHIN_S)
    done = world.run("do", "compliance.keep", "framework=pci")
    assert done.returncode == 0, done.stderr
    kept = json.loads(world.run("compliance", "AUD-1", "--format", "json").stdout)
    read = [row for row in kept["evidence"] if row["readings"]]
    assert read
    assert {row["host"] for row in read} == {"here"}
    assert world.run("compliance", "AUD-1", "--format", "html").stdout.startswith("<!doctype html>")
    assert "every control is as it was" in world.run(
        "compliance", "AUD-1", "--against", "AUD-1", "--format", "md"
    ).stdout.lower()  # fmt: skip


def shown_now(world: EngineWorld) -> dict[str, FrameworkRow]:
    with open_reader(world.state) as reader:
        return {row.name: row for row in reader.read(frameworks_shown)}


def test_ones_own_framework_is_edited_while_the_engine_runs(world: EngineWorld) -> None:
    """A mistake is told with its place and what was there before stands; mended, and gone, both are seen."""
    own = world.inventory.parent / "frameworks"
    (own / "house.yaml").write_text(HOUSE.replace("checks: ssh-root", "checks: ssh-rot"))
    until_sync(lambda: bool(shown_now(world)["house"].wrong), WITHIN_S)
    row = shown_now(world)["house"]
    assert row.wrong.startswith(f"{own / 'house.yaml'}:4:39: there is no check 'ssh-rot' (did you mean 'ssh-root'?)")
    assert row.body == HOUSE
    (found,) = shown(world, "frameworks", "name=house")
    assert (found["controls"], found["own"], found["wrong"]) == (2, True, row.wrong)
    (control,) = shown(world, "controls", "framework=house", "control=H-1")
    assert control["checks"] == ["ssh-root"]
    assert "house stands as it was before" in world.said
    (own / "house.yaml").write_text(HOUSE + "  H-3: A dog\n")
    (own / "wrong.yaml").unlink()
    until_sync(lambda: "H-3" in shown_now(world)["house"].body, WITHIN_S)
    now = shown_now(world)
    assert set(now) == {"house", "pci-dss-4.0.1", "wrong.yaml"}
    assert (now["house"].wrong, now["wrong.yaml"].wrong) == ("", "there is no such framework")
    (own / "house.yaml").write_text(HOUSE)


def test_a_parameter_of_a_check_is_changed_while_the_engine_runs(world: EngineWorld) -> None:
    """The host is judged anew by what was read, without a word to the engine; the control follows."""
    text = world.inventory.read_text()

    def says() -> str:
        with open_reader(world.state) as reader:
            return next((one.text for one in verdicts(reader) if one.check == "fs-mount"), "")

    until_sync(lambda: bool(says()), WITHIN_S)
    assert "/nowhere-at-all" not in says()
    world.inventory.write_text(
        text.replace("security: {", "security: {parameters: {mount_points: [/nowhere-at-all]}, ")
    )
    until_sync(lambda: says() == "/nowhere-at-all is no filesystem of its own", WITHIN_S)


# --- without an engine ------------------------------------------------------------------------------------------------


def attested(number: int, review_at: float | None) -> Attested:
    return Attested(number, "pci", "1.1.1", "", "ann", "", True, True, "", "", None, review_at, "ann", 0.0)


def test_what_holds_is_no_finding_and_what_does_not_is_one() -> None:
    seen = over_of([attested(1, 99.0), attested(2, 101.0), attested(3, None)], 100.0)
    assert [one.text.split(" ")[0] for one in seen] == ["ATT-1", "ATT-3"]
    assert sweep_of(seen, 100.0).result is CheckResult.FAIL
    assert sweep_of((), 100.0).result is CheckResult.PASS


def test_a_folder_that_is_not_there_is_told_and_the_others_are_shown(tmp_path: Path) -> None:
    rows = rows_of(SecuritySpec(frameworks_folder=str(tmp_path / "none")))
    assert [row.name for row in rows if row.wrong] == ["none"]
    assert "pci-dss-4.0.1" in frameworks_of(rows)


def test_two_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HOUSE)
    (tmp_path / "b.yaml").write_text(HOUSE.replace("house\ntitle: Rules", "house\ntitle: Other rules", 1))
    (tmp_path / "c.yaml").write_text(HOUSE.replace("name: house", "name: pci-dss-4.0.1"))
    rows = rows_of(SecuritySpec(frameworks_folder=str(tmp_path)))
    assert [row.name for row in rows if row.wrong] == ["b.yaml", "c.yaml"]
    assert frameworks_of(rows)["house"].title == "Rules of the house"
    assert len(frameworks_of(rows)["pci-dss-4.0.1"].controls) == 205


def test_one_that_broke_stands_as_it_was_and_no_other_does(tmp_path: Path) -> None:
    spec = SecuritySpec(frameworks_folder=str(tmp_path), frameworks=("house",))
    (tmp_path / "house.yaml").write_text(HOUSE)
    before = rows_of(spec)
    for broken in ("", HOUSE.replace("title", "titel"), HOUSE.replace("name: house", "name: pci-dss-4.0.1"), "\0"):
        (tmp_path / "house.yaml").write_text(broken)
        (row,) = [row for row in rows_of(spec, before) if row.name == "house"]
        assert (row.body, bool(row.wrong)) == (HOUSE, True)
        assert "house.yaml:" in row.wrong
        assert frameworks_of([row])["house"].title == "Rules of the house"
        again = rows_of(spec, rows_of(spec, before))
        assert row in again, "it stands however often it is looked at"
    other = rows_of(SecuritySpec(frameworks_folder=str(tmp_path), frameworks=("pci",)), before)
    assert [row.body for row in other] == ["", ""], "what nobody asks for does not stand"
    (tmp_path / "house.yaml").unlink()
    assert frameworks_of(rows_of(spec, before)) == {}, "one that was taken away is gone"


async def test_one_that_broke_while_no_engine_ran_stands_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE)
    fleet = Fleet("shop", (), security=SecuritySpec(frameworks_folder=str(tmp_path), frameworks=("house",)))
    with ComplianceWorld() as world:

        class Acting:
            async def act(self, fn: Callable[[Session], object]) -> object:
                return world.run(fn)

        async def started() -> FrameworkRow:
            await Complying(cast(Any, Acting()), world.paths, News(), lambda _sweep: None).heed(fleet, ())
            with world.reader() as reader:
                (row,) = reader.read(frameworks_shown)
            return row

        assert not (await started()).wrong
        (tmp_path / "house.yaml").write_text("name: house\n")
        for _ in range(2):
            row = await started()
            assert (row.name, row.body) == ("house", HOUSE)
            assert "house.yaml:1:1: the framework has no title" in row.wrong


def test_a_folder_that_can_not_be_read_takes_nothing_away(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "house.yaml").write_text(HOUSE)
    spec = SecuritySpec(frameworks_folder=str(folder), frameworks=("house",))
    before = rows_of(spec)
    (folder / "house.yaml").unlink()
    folder.rmdir()
    rows = rows_of(spec, before)
    assert frameworks_of(rows)["house"].title == "Rules of the house"
    assert [row.wrong for row in rows if row.wrong] == [f"{folder} can't be read: No such file or directory"]


def test_a_framework_that_is_not_there_is_told() -> None:
    rows = rows_of(SecuritySpec(frameworks=("pci", "hipaa")))
    assert [(row.name, row.wrong) for row in rows] == [
        ("pci-dss-4.0.1", ""), ("hipaa", "there is no such framework"),
    ]  # fmt: skip


async def test_ones_own_frameworks_are_read_anew_once_a_change_has_come_to_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[set[str]] = []
    complying = Complying(cast(Any, None), cast(Any, None), cast(Any, None), lambda _sweep: None)

    async def note() -> None:
        complying._known = files_in(str(tmp_path))
        read.append({row.name for row in rows_of(SecuritySpec(frameworks_folder=str(tmp_path), frameworks=("house",)))})

    monkeypatch.setattr(complying, "_read", note)
    complying._security = SecuritySpec(frameworks_folder=str(tmp_path))
    complying._known = files_in(str(tmp_path))
    await complying.follow()
    await complying.follow()
    assert read == [], "nothing has changed"
    (tmp_path / "house.yaml").write_text(HOUSE)
    await complying.follow()
    assert read == [], "somebody may still be writing"
    await complying.follow()
    assert read == [{"house"}]
    await complying.follow()
    await complying.follow()
    assert len(read) == 1
