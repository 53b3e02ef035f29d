"""What a command wrote is kept with its incident: its end, bounded, without secrets; and its step is checked off."""

import json
import time

import pytest
from sqlmodel import Session

from tests.support.incident_world import ANN, BOB, IncidentWorld
from tui_ops.practices.incidents.commandended import Ran, keep_end
from tui_ops.practices.incidents.outputs import (
    ALL_MOST,
    GOOD,
    HOST_MOST,
    HOSTS_MOST,
    LINE_MOST,
    LINES_MOST,
    Tail,
    gathered,
    tail,
)
from tui_ops.store.audit import append_audit
from tui_ops.store.tables.changes import Change, ChangeLine


class TestATail:
    """Of one output."""

    def test_a_short_one_is_kept_as_it_is(self) -> None:
        """Without the end of its last line; one that wrote nothing has none."""
        assert tail(b"one\ntwo\n") == Tail(("one", "two"))
        assert tail(b"") == tail(b"\n\n") == Tail()
        assert tail(b"col\tnext\r\n10%\r100%\n") == Tail(("col     next", "100%"))

    def test_of_a_long_one_the_last_lines(self) -> None:
        """An error stands at the end."""
        found = tail("".join(f"line {number}\n" for number in range(1000)).encode())
        assert (len(found.lines), found.lines[0], found.lines[-1]) == (LINES_MOST, "line 960", "line 999")
        assert found.cut

    def test_its_bytes_are_bounded(self) -> None:
        """As they are kept: wide characters and what stands for controls count as what they take."""
        for raw in ("ä" * 300 + "\n", "\x1b" * 300 + "\n", "x" * 100_000 + "\n"):
            found = tail((raw * 60).encode())
            assert sum(len(line.encode()) + 1 for line in found.lines) <= HOST_MOST
            assert all(len(line) <= LINE_MOST for line in found.lines)
            assert found.lines
            assert found.cut

    def test_controls_are_shown_as_what_they_are(self) -> None:
        """None reaches a terminal."""
        assert tail(b"\x1b[31mred\xff\n").lines == ("␛[31mred\ufffd",)

    def test_secrets_are_struck_out(self) -> None:
        """Also a private key whose beginning is not among the last lines."""
        key = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *(["MIIabc/def+012345"] * 100), "c2hvcnQ=",
                         "-----END RSA PRIVATE KEY-----", "password=hunter2", "done"])  # fmt: skip
        found = tail(key.encode())
        assert found.lines[-2:] == ("password=***", "done")
        assert "MII" not in "".join(found.lines)
        assert "c2hvcnQ=" not in found.lines

    def test_the_largest_is_quick(self) -> None:
        """It is done for each host of a command."""
        began = time.process_time()
        tail(b"x" * 256 * 1024)
        tail(("password=" * 110 + "\n").encode() * 260)
        assert time.process_time() - began < 2.0


class TestManyHosts:
    """Together."""

    def test_equal_ends_stand_once_the_bad_ones_first(self) -> None:
        """Each host has how it ended."""
        same, other = Tail(("ok",)), Tail(("no space left",))
        found = gathered(
            {"a": GOOD, "b": GOOD, "c": "status 1", "d": "did not end"}, {"a": same, "b": same, "c": other}
        )
        assert [(one["hosts"], one["ended"], one["lines"]) for one in found] == [
            (["c"], "status 1", ["no space left"]), (["d"], "did not end", []), (["a", "b"], GOOD, ["ok"]),
        ]  # fmt: skip

    def test_all_together_is_bounded(self) -> None:
        """A line of the timeline is read by everyone who looks at it."""
        names = [f"host-{number}" for number in range(1000)]
        tails = {name: Tail((f"{name} {'x' * 90}",) * 30) for name in names}
        found = gathered(dict.fromkeys(names, GOOD), tails)
        kept = sum(len(str(line)) + 1 for one in found for line in one["lines"])  # type: ignore[attr-defined]
        assert ALL_MOST - HOST_MOST < kept <= ALL_MOST
        assert len(found) == HOSTS_MOST
        assert found[-1]["cut"]
        (one,) = gathered(dict.fromkeys(names, GOOD), {})
        assert (len(one["hosts"]), one["more"]) == (HOSTS_MOST, 1000 - HOSTS_MOST)  # type: ignore[arg-type]


@pytest.fixture
def world():
    """An incident."""
    with IncidentWorld() as made:
        made.fires("web-1")
        yield made


def ends(world: IncidentWorld, ended: str = GOOD, step: str = "", name: str = "INC-1") -> bool:
    """Let a command of Bob's end on a host."""
    tails = {"web-1": tail(b"token=abcdef\nrestarted\n")}
    ran = Ran(BOB, name, "restart --password hunter2", "web-1", step, {"web-1": ended}, tails, f"1 {ended}")
    return world.run(lambda session: keep_end(session, ran, world.at, 77))


class TestTheTimeline:
    """Of the incident."""

    def test_what_came_of_it_stands_there(self, world: IncidentWorld) -> None:
        """A line with its status, who ran it, the audit entry, and what it wrote."""
        assert ends(world, "status 3")
        line = world.lines()[-1]
        assert (line.kind, line.who, line.audit_id) == ("command", "bob", 77)
        assert line.text == "restart --password *** on web-1: status 3"
        assert json.loads(line.data)["outputs"] == [
            {"hosts": ["web-1"], "more": 0, "ended": "status 3", "lines": ["token=***", "restarted"], "cut": False}
        ]

    def test_for_no_incident_nothing_is_written(self, world: IncidentWorld) -> None:
        """It was checked when it began; the end of a command is never lost for it."""
        assert not ends(world, name="INC-99")

    def test_its_step_is_checked_off(self, world: IncidentWorld) -> None:
        """As by its own act: it can be undone, and desks are told."""
        version = world.incident().version
        ends(world, step="2")
        assert (world.incident().ticked, world.lines()[-1].text) == ("[2]", "step 2 done")
        assert world.incident().version > version
        world.act("incident.undo", "INC-1", who=BOB)
        assert world.incident().ticked == "[]"

    def test_a_step_is_not_checked_off_by_what_went_wrong(self, world: IncidentWorld) -> None:
        """Nor one that was done already, or of an incident that is over."""
        ends(world, "status 1", step="2")
        assert world.incident().ticked == "[]"
        ends(world, step="2")
        ends(world, step="2")
        assert world.incident().ticked == "[2]", "not taken off again"
        world.act("incident.cancel", "INC-1", reason="none")
        ends(world, step="3")
        assert world.incident().ticked == "[2]"


class TestWork:
    """Makes an acknowledgement last."""

    def test_a_shell_counts_as_long_as_it_is_open(self, world: IncidentWorld) -> None:
        """On a host of the incident, by who holds it."""
        world.act("incident.acknowledge", "INC-1", who=BOB)
        for open_now in ({("bob", "web-1"), ("ann", "db-1")},) * 3:
            world.shells = open_now
            world.later(1801)
            assert world.incident().acked_by == "bob"
        world.shells = {("ann", "web-1"), ("bob", "db-1")}
        world.later(1801)
        assert world.incident().acked_by == ""

    @pytest.mark.parametrize(("host", "who", "holds"), [
        ("web-1", BOB, "bob"), ("db-1", BOB, ""), ("web-1", ANN, ""),
    ])  # fmt: skip
    @pytest.mark.parametrize("target", ["change:CHG-1", "fleet"])
    def test_work_on_a_change_of_its_host_counts(self, world: IncidentWorld, host, who, holds, target) -> None:
        """An act on it, and making it: that names no change, and its line does."""
        world.act("incident.acknowledge", "INC-1", who=BOB)
        world.at += 1500

        def made(session: Session) -> None:
            session.add(Change(id=1, title="more memory", hosts=json.dumps([host])))
            entry = append_audit(session, who, "change.create", target, {}, "made", world.at)
            if target == "fleet":
                session.add(ChangeLine(change_id=1, at=world.at, kind="opened", text="made", audit_id=entry.id))

        world.run(made)
        world.later(301)
        assert world.incident().acked_by == holds
