"""Units where no systemd is: init scripts, by the real ``service`` and ``update-rc.d`` of Debian."""

from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio
from support.ownroot import RootedHost, Roots, rooted
from support.sshd import SshdFarm
from support.steps import hands_on, step

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.orders import CellEnd
from tui_ops.model.plans import Part, StepKind

PREPARED = """
cat >/etc/init.d/own-web <<'init'
#!/bin/sh
### BEGIN INIT INFO
# Provides: own-web
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
case $1 in
start) echo $$ >/run/own-web ;;
stop) rm -f /run/own-web ;;
restart | reload) echo "$1" >>/run/own-web ;;
status) [ -e /run/own-web ] || exit 3 ;;
*) exit 2 ;;
esac
init
chmod 755 /etc/init.d/own-web
"""

_numbers = count(1)


@pytest.fixture(scope="module")
def host(farm: SshdFarm) -> RootedHost:
    return rooted(farm, Roots(farm.folder, PREPARED), ["sysv"])["sysv"]


@pytest_asyncio.fixture
async def hands(farm: SshdFarm, host: RootedHost) -> AsyncIterator[SshHands]:
    async with hands_on(host.server, farm) as (made, _):
        yield made


async def tried(hands: SshHands, do: str, name: str = "own-web") -> tuple[CellEnd, CellEnd]:
    """Return what a step says dry, and what it does."""
    one = step(StepKind.UNIT, next(_numbers), name=name, do=do)
    return await hands.dry("web-1", one), await hands.perform("web-1", one, 1)


async def seen(hands: SshHands, wanted: str) -> bool:
    """Return what a check says of it."""
    one = step(StepKind.CHECK, next(_numbers), Part.POST, unit="own-web", is_=wanted)
    return (await hands.perform("web-1", one, 1)).state is CellState.OK


async def test_it_is_started_and_stopped_once(hands: SshHands, host: RootedHost) -> None:
    for do, is_there in (("start", True), ("stop", False)):
        before = host.path("/run/own-web").exists()
        dry, end = await tried(hands, do)
        assert (dry.state, end.state, before) == (CellState.CHANGED, CellState.CHANGED, not is_there), end
        assert host.path("/run/own-web").exists() is is_there
        assert (await seen(hands, "active"), await seen(hands, "inactive")) == (is_there, not is_there)
        assert [one.said for one in await tried(hands, do)] == [f"own-web: nothing to {do}"] * 2
    for do in ("restart", "reload"):
        assert (await tried(hands, do))[1].state is CellState.CHANGED
    assert host.path("/run/own-web").read_text() == "restart\nreload\n"


async def test_it_is_enabled_and_disabled_once(hands: SshHands, host: RootedHost) -> None:
    links = host.path("/etc/rc2.d")
    for do, wanted in (("enable", ["S01own-web"]), ("disable", ["K01own-web"])):
        dry, end = await tried(hands, do)
        assert (dry.state, end.state) == (CellState.CHANGED, CellState.CHANGED), end.output
        assert [path.name for path in links.iterdir() if path.name.endswith("own-web")] == wanted
        assert [one.said for one in await tried(hands, do)] == [f"own-web: nothing to {do}"] * 2


async def test_what_is_not_there_and_what_can_not_be_done_fail(hands: SshHands) -> None:
    for do, name in (("start", "no-such"), ("enable", "no-such"), ("mask", "own-web")):
        dry, end = await tried(hands, do, name)
        assert end.state is CellState.FAILED, (do, end)
        assert dry.state is CellState.FAILED, (do, dry)
