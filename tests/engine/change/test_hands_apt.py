"""Packages by the real apt, on a host with a root of its own: security updates, holds, and names that are traps."""

from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio
from support.debs import Deb, apt_from, build, repository
from support.ownroot import RootedHost, Roots, rooted
from support.sshd import SshdFarm
from support.steps import hands_on, step

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.orders import CellEnd
from tui_ops.model.plans import StepKind

NAMES = ("own-hole", "own-plain", "own-axb")

_numbers = count(1)


@pytest.fixture(scope="module")
def host(farm: SshdFarm, tmp_path_factory: pytest.TempPathFactory) -> RootedHost:
    """A host with three packages in version 1.0, of which a newer one is there; that of one closes a hole."""
    folder = farm.folder / "apt"
    sources = repository(
        folder,
        [*(Deb(name, "1.1", is_security=name == "own-hole") for name in NAMES), Deb("own-new", "1.0")],
    )
    old = " ".join(str(build(folder, Deb(name, "1.0"))) for name in NAMES)
    prepared = f"{apt_from(sources)}\ndpkg --force-unsafe-io -i {old} >/dev/null"
    return rooted(farm, Roots(farm.folder, prepared), ["apt"])["apt"]


@pytest_asyncio.fixture
async def hands(farm: SshdFarm, host: RootedHost) -> AsyncIterator[SshHands]:
    async with hands_on(host.server, farm) as (made, _):
        yield made


async def tried(hands: SshHands, do: str, name: str = "") -> tuple[CellEnd, CellEnd]:
    """Return what a step says dry, and what it does."""
    given = {"name": name} if name else {}
    one = step(StepKind.PACKAGE, next(_numbers), do=do, timeout_s=60.0, **given)  # type: ignore[arg-type]
    return await hands.dry("web-1", one), await hands.perform("web-1", one, 1)


async def test_what_is_held_stays_and_security_takes_what_closes_a_hole(hands: SshHands, host: RootedHost) -> None:
    assert (await tried(hands, "hold", "own-hole"))[1].state is CellState.CHANGED
    assert "no security update is offered" in (await tried(hands, "security"))[1].output.decode()
    assert (await tried(hands, "unhold", "own-hole"))[1].state is CellState.CHANGED
    dry, end = await tried(hands, "security", "own-plain")
    assert (dry.state, end.state) == (CellState.OK, CellState.OK)
    dry, end = await tried(hands, "security")
    assert dry.result.splitlines()[0].startswith("install own-hole [1.0] (1.1 ")
    assert (len(dry.result.splitlines()), end.result) == (1, "own-hole 1.0 -> 1.1"), end.output
    assert [host.version(name) for name in NAMES] == ["1.1", "1.0", "1.0"]


@pytest.mark.parametrize("name", ["own-plain-", "own-a.b", "own.*", "own-a.b/stable"])
@pytest.mark.parametrize("do", ["install", "remove", "upgrade", "security"])
async def test_a_name_that_apt_does_not_know_is_no_pattern(
    hands: SshHands, host: RootedHost, do: str, name: str
) -> None:
    """Apt would take ``own-a.b`` for every name that fits, and ``own-plain-`` for the wish to remove own-plain."""
    before = [host.version(one) for one in NAMES]
    dry, end = await tried(hands, do, name)
    assert [host.version(one) for one in NAMES] == before
    wanted = CellState.OK if do == "remove" else CellState.FAILED
    assert (dry.state, end.state) == (wanted, wanted), end


async def test_a_name_with_an_architecture_is_the_package(hands: SshHands, host: RootedHost) -> None:
    assert (await tried(hands, "install", "own-new:all"))[1].result == "own-new 1.0 installed"
    assert host.version("own-new") == "1.0"
