"""What F makes of vulnerabilities, carried out by the real apt on a host with a root of its own: upgraded, proved, and
put back."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from support.debs import Deb, apt_from, repository
from support.ownroot import RootedHost, Roots, rooted
from support.sshd import SshdFarm
from support.steps import hands_on

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.orders import CellEnd
from tui_ops.model.plans import Step, StepKind
from tui_ops.plans import read_plan
from tui_ops.practices.security.upgrading import Hole, Release, plan_of

NAMES = ("own-lib", "own-tool")


@pytest.fixture(scope="module")
def host(farm: SshdFarm) -> RootedHost:
    """A host with two packages of one source in version 1.0; 1.10 closes a hole, and its lists are not read yet."""
    folder = farm.folder / "apt"
    debs = [Deb(name, version, is_security=version == "1.10") for name in NAMES for version in ("1.0", "1.10")]
    sources = repository(folder, debs)
    old = " ".join(str(folder / f"main/{name}_1.0_all.deb") for name in NAMES)
    prepared = f"{apt_from(sources)}\ndpkg --force-unsafe-io -i {old} >/dev/null\nrm -rf /var/lib/apt/lists/*"
    return rooted(farm, Roots(farm.folder, prepared), ["apt"])["apt"]


@pytest_asyncio.fixture
async def hands(farm: SshdFarm, host: RootedHost) -> AsyncIterator[SshHands]:
    async with hands_on(host.server, farm) as (made, _):
        yield made


def plan(fixed: str) -> tuple[Step, ...]:
    installed = {name: {"version": "1.0", "source": "own", "source_version": "1.0"} for name in NAMES}
    made = Release("debian/bookworm", [Hole("web-1", "own", fixed, NAMES)], {"web-1": installed})
    return read_plan(plan_of(made), {}).all_steps()


async def done(hands: SshHands, steps: tuple[Step, ...], part: str, again: int = 1) -> list[CellEnd]:
    return [await hands.perform("web-1", one, again) for one in steps if one.part == part]


async def test_it_is_upgraded_proved_and_put_back(hands: SshHands, host: RootedHost) -> None:
    steps = plan("1.9")
    before = await done(hands, steps, "post")
    assert [end.state for end in before] == [CellState.FAILED] * 2
    assert "own-lib is at 1.0, which is earlier than 1.9" in before[0].said
    ends = await done(hands, steps, "steps")
    assert [end.state for end in ends] == [CellState.CHANGED] * 3, [end.output for end in ends]
    assert [host.version(name) for name in NAMES] == ["1.10", "1.10"]
    proved = await done(hands, steps, "post", 2)
    assert [end.state for end in proved] == [CellState.OK] * 2, "1.10 is later than 1.9, as dpkg counts"
    back = await done(hands, steps, "rollback")
    assert back[0].state is CellState.CHANGED, back[0].output
    assert [host.version(name) for name in NAMES] == ["1.0", "1.0"]


async def test_a_version_that_is_not_there_yet_is_no_success(hands: SshHands) -> None:
    steps = [one for one in plan("2.0") if one.kind is StepKind.CHECK]
    ends = [await hands.perform("web-1", one, 3) for one in steps]
    assert [end.state for end in ends] == [CellState.FAILED] * 2
