"""An error budget in a running engine: a real server fails, its budget is spent, a freeze is proposed and agreed to."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.change_live import MORE
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.actions.errors import ActError, Code
from tui_ops.model.budgets import Budget
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.store.views.budgets import budgets
from tui_ops.store.views.changerows import FreezeRow
from tui_ops.store.views.changes import changes
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import findings
from tui_ops.store.views.planned import freezes

WITHIN_S = 40.0
"""A check runs every five seconds, and the machine is busy."""

PLAN = "steps:\n  - command: [id]\n"


class Shop(ThreadingHTTPServer):
    """A shop that can be broken."""

    broken = False


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Shop)
        self.send_response(503 if self.server.broken else 200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    server = Shop(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> Iterator[EngineWorld]:
    specs = [HostSpec("here", "here", "local", groups=("all",))]
    text = inventory_text(specs, more=MORE) + (
        "services:\n"
        "  shop: {hosts: [here], slo: {target: 99.9, over: 1h, checks: [front]}}\n"
        "checks:\n"
        f"  front: {{http: 'http://127.0.0.1:{shop.server_port}/', period: 5s, attempts: 1, retry: 1s}}\n"
        "heartbeats: {dump: {every: 1h, host: here, backup: 24h}}\n"
    )
    world = EngineWorld(tmp_path_factory.mktemp("budgets"), text)
    try:
        world.start()
        until_sync(lambda: world.rows().get("here") and world.rows()["here"].state is HostState.UP, WITHIN_S)
        yield world
    finally:
        world.kill()


def budget(world: EngineWorld) -> Budget | None:
    with open_reader(world.state) as reader:
        return next(iter(budgets(reader)), None)


def made(world: EngineWorld, everything: bool = False) -> list[FreezeRow]:
    with open_reader(world.state) as reader:
        return freezes(reader, everything)


def backed_up(world: EngineWorld) -> tuple[str, ...]:
    """Return the finding about backups: kind, host, object, state; empty without one."""
    with open_reader(world.state) as reader:
        rows = findings(reader, everything=True, check="bak-age")
    return next(((str(row.kind), row.host, row.object, str(row.state)) for row in rows), ())


def is_spent(world: EngineWorld) -> bool:
    found = budget(world)
    return found is not None and found.spent


def test_a_spent_budget_proposes_a_freeze_that_holds_once_it_is_agreed_to(world: EngineWorld, shop: Shop) -> None:
    """In one story on one engine, since each step stands on the one before."""
    until_sync(lambda: budget(world) is not None, WITHIN_S, "the shop is looked after")
    assert made(world) == []
    world.act("change.create", title="id", plan=PLAN, targets="here")
    world.act("change.submit", "CHG-1")
    world.act("change.approve", "CHG-1")
    shop.broken = True
    until_sync(lambda: is_spent(world), WITHIN_S, "a minute that is bad is told before it is over")
    until_sync(lambda: made(world) != [], WITHIN_S, "a freeze is proposed")
    _is_proposed(world)
    _holds_once_agreed(world)
    _is_a_factor(world)
    _a_beat_is_a_backup(world)
    _stays_turned_down(world)


def _is_proposed(world: EngineWorld) -> None:
    """With its hosts and its reason; until somebody has agreed it holds nothing."""
    (freeze,) = made(world)
    assert (freeze.proposed, freeze.matcher, freeze.title) == (True, ("service:shop",), "error budget of shop")
    assert freeze.reason.startswith("99.9 % over 1h is spent: ")
    assert 86300 < freeze.ends_at - freeze.begins_at <= 7 * 86400
    shown = json.loads(world.run("show", "slos", "--format", "json").stdout)
    assert (shown[0]["service"], shown[0]["spent"], shown[0]["target"]) == ("shop", True, 99.9)
    assert " proposed " in world.run("show", "freezes").stdout
    with open_reader(world.state) as reader:
        assert changes(reader)[0].conflicts == ()


def _holds_once_agreed(world: EngineWorld) -> None:
    """The start of a normal change is refused, and no reason talks it away."""
    world.act("freeze.agree", "FRZ-1")
    with open_reader(world.state) as reader:
        (conflict,) = changes(reader)[0].conflicts
    assert conflict.said.startswith("here is in the freeze error budget of shop")
    assert conflict.blocks
    with pytest.raises(ActError, match="in the freeze error budget of shop") as refused:
        world.act("change.start", "CHG-1", reason="I want to")
    assert refused.value.code is not Code.REASON


def _is_a_factor(world: EngineWorld) -> None:
    """An approver reads its number of a change on the hosts of the shop."""
    world.act("change.create", title="id again", plan=PLAN, targets="here")
    world.act("change.submit", "CHG-2")
    with open_reader(world.state) as reader:
        row = next(one for one in changes(reader) if one.id == 2)
    said = {one.name: one for one in row.risk_factors}
    assert said["error budget"].points == 20
    assert said["error budget"].said.startswith("budget of shop 99.9 %: spent")


def _a_beat_is_a_backup(world: EngineWorld) -> None:
    """None yet, a failure that is none, and a good report of the job itself; and so say the checks of security."""
    told = []
    until_sync(lambda: backed_up(world) == ("backup", "here", "dump", "open"), WITHIN_S, "without a backup: a finding")
    for outcome in (None, "1", "0"):
        if outcome is not None:
            assert world.run("beat", "dump", "--exit", outcome).returncode == 0
        world.act("change.create", title="id once more", plan=PLAN, targets="here")
        with open_reader(world.state) as reader:
            number = max(one.id for one in changes(reader))
        world.act("change.submit", f"CHG-{number}")
        with open_reader(world.state) as reader:
            (factor,) = [
                one for row in changes(reader) if row.id == number
                for one in row.risk_factors if one.name == "last backup"
            ]  # fmt: skip
        told.append((factor.said.partition(" old")[0].rstrip("0123456789s"), factor.points))
    none = ("no good backup of here was reported yet, RPO 1d", 10)
    assert told == [none, none, ("last good backup of here is ", 0)]
    until_sync(lambda: backed_up(world)[-1:] == ("verified",), WITHIN_S, "a good report closes it by itself")


def _stays_turned_down(world: EngineWorld) -> None:
    """The minutes, and that somebody said no, outlive a kill -9."""
    world.act("freeze.undo", "FRZ-1")
    world.act("freeze.reject", "FRZ-1", reason="the shop is closed today")
    before = budget(world)
    assert before is not None
    world.kill()
    world.start()
    until_sync(lambda: (budget(world) or before).at > before.at, WITHIN_S, "the next engine looks")
    now = budget(world)
    assert now is not None
    assert now.bad_s >= before.bad_s > 0
    with closing(sqlite3.connect(world.state.ops_db)) as connection:
        assert connection.execute("SELECT count(*) FROM freeze").fetchone() == (1,)
        assert connection.execute("SELECT freeze_id FROM slo").fetchone() == (1,)
