"""A command that is run for an incident, through a real engine on a real OpenSSH server: what it wrote is kept."""

import json
import time
from collections.abc import Iterator

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.streams import StreamClient
from support.waiting import until_sync

from tui_ops.actions.errors import ActError
from tui_ops.model.incidents import Happening
from tui_ops.model.states import HostState
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import IncidentRow, TimelineRow, incidents, timeline

ACK_FOR_S = 60.0
"""Of the inventory, the shortest that it takes."""

SHORT_S = 10.0
"""After which an acknowledgement is looked at: by then the opening of a shell is so long ago."""

TITLE = "the shop is slow"

MORE = f"""services:
  shop: {{hosts: [web-1]}}
alerting: {{ack_for: {ACK_FOR_S:.0f}s}}
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    folder = tmp_path_factory.mktemp("kept")
    farm = SshdFarm(folder / "farm")
    specs = [farm.sshd().spec(name, groups=("web",)) for name in ("web-1", "web-2")]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    environ = {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""}
    made = EngineWorld(folder, inventory_text(specs, more=MORE), environ).start()
    try:
        until_sync(lambda: all(name in made.rows() and made.rows()[name].state is HostState.UP
                               for name in ("web-1", "web-2")), 60, "the hosts are read")  # fmt: skip
        opened = made.act("incident.open", title=TITLE, host="web-1")
        assert "INC-" in opened.message
        yield made
    finally:
        made.kill()
        farm.close()


def row(world: EngineWorld) -> IncidentRow:
    """Return the incident that was opened by hand: this machine may have others."""
    with open_reader(world.state) as reader:
        return next(one for one in incidents(reader) if one.title == TITLE)


def lines(world: EngineWorld) -> list[TimelineRow]:
    number = row(world).id
    with open_reader(world.state) as reader:
        return [one for one in timeline(reader, number) if one.kind is Happening.COMMAND and "outputs" in one.data]


def test_what_it_wrote_stands_on_the_timeline(world: EngineWorld) -> None:
    """With each host's status, the audit entry of its end, and no secret; its client may have gone by then."""
    before = len(lines(world))
    run = StreamClient(
        world, "host.run", "group:web", incident=row(world).name, step="2",
        command="seq 100; echo password=hunter2; case $SSH_CONNECTION in *) exit 4; esac",
    )  # fmt: skip
    run.close()
    until_sync(lambda: len(lines(world)) > before, 20, "its end is on the timeline")
    line = lines(world)[-1]
    (one,) = line.data["outputs"]  # type: ignore[misc]
    assert (sorted(one["hosts"]), one["ended"], one["cut"]) == (["web-1", "web-2"], "status 4", True)
    assert one["lines"][-2:] == ["100", "password=***"]
    assert "2 status 4" in line.text
    with open_reader(world.state) as reader:
        entry = next(each for each in audit(reader, limit=20) if each.id == line.audit_id)
    assert (entry.action, json.loads(entry.params)["began"]) == ("host.run.end", run.answer.audit)
    assert row(world).ticked == (), "it did not go well"


def test_its_step_is_checked_off_where_it_went_well(world: EngineWorld) -> None:
    """On every host."""
    StreamClient(world, "host.run", "group:web", incident=row(world).name, step="2", command="true").ends()
    until_sync(lambda: row(world).ticked == (2,), 20, "the step is checked off")
    StreamClient(world, "host.run", "group:web", incident=row(world).name, step="3", command="exit 1").ends()
    assert row(world).ticked == (2,)


def test_what_is_no_step_runs_nothing(world: EngineWorld) -> None:
    """It says so before."""
    for given, said in (({"step": "2"}, "step of an incident"), ({"step": "x", "incident": "1"}, "is no step")):
        with pytest.raises(ActError, match=said):
            StreamClient(world, "host.run", "web-1", command="true", **given)


def test_an_open_shell_keeps_the_acknowledgement(world: EngineWorld) -> None:
    """Longer than its opening alone would: until it has ended, and as long as usual after that."""
    shell = StreamClient(world, "host.shell", "web-1")
    began = time.time()
    shell.type(b"echo re''ady\r")
    shell.shows(b"ready")
    world.act("incident.acknowledge", row(world).name, **{"for": f"{SHORT_S:.0f}s"})
    until_sync(
        lambda: (row(world).ack_until or 0.0) >= began + SHORT_S + ACK_FOR_S - 1,
        30,
        lambda: f"it is work all the while; {row(world)}, {began}",
    )
    assert row(world).acked_by
    shell.close()
