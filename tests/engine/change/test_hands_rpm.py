"""Packages by the real dnf and the real zypper, each on a host of its own that knows one repository of files."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from support.ownroot import RootedHost, Roots, rooted
from support.rpms import LONG, Rpm, repository, rpm_from, versionlock
from support.sshd import SshdFarm
from support.steps import hands_on, step

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.orders import CellEnd
from tui_ops.model.plans import Part, StepKind

RPMS = (
    Rpm("own-try", "1.0"), Rpm("own-try", "2.0", is_security=True), Rpm("own-try", "3.0"),
    Rpm("own", "1.0"), Rpm("own", "1.1"), Rpm(LONG, "1.0"),
)  # fmt: skip


class RpmHost:
    """A host with one of the managers.

    Args:
        host: it.
        farm: of servers.
        manager: ``dnf`` or ``zypper``.
    """

    def __init__(self, host: RootedHost, farm: SshdFarm, manager: str) -> None:
        self.host = host
        self.farm = farm
        self.manager = manager
        self.count = 0
        self.hands: SshHands

    def version(self, name: str) -> str:
        """Return what rpm says is installed of a package."""
        said = self.host.run("rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", name, check=False)
        return "" if "not installed" in said else said

    def at(self, name: str, version: str) -> None:
        """Bring a package into a version, or away, past everything that is tried here."""
        self.host.run("rpm", "-e", name, check=False)
        if version:
            place = next(self.host.server.folder.parents[1].glob(f"rpms/*/{name}-{version}-1.noarch.rpm"))
            self.host.run("rpm", "-U", "--oldpackage", str(place))

    async def tried(self, do: str, name: str = "", version: str = "") -> tuple[CellEnd, CellEnd]:
        """Return what a step says dry, and what it does."""
        self.count += 1
        given = {key: value for key, value in (("name", name), ("version", version)) if value}
        one = step(StepKind.PACKAGE, self.count, do=do, timeout_s=60.0, **given)  # type: ignore[arg-type]
        return await self.hands.dry("web-1", one), await self.hands.perform("web-1", one, 1)

    async def check(self, **args: object) -> CellState:
        """Return what a check of a package says."""
        self.count += 1
        one = step(StepKind.CHECK, self.count, Part.POST, **args)  # type: ignore[arg-type]
        return (await self.hands.perform("web-1", one, 1)).state


@pytest.fixture(scope="module", params=["dnf", "zypper"])
def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RpmHost]:
    folder = tmp_path_factory.mktemp("rpm")
    farm = SshdFarm(folder / "farm")
    place = repository(folder, RPMS)
    manager = request.param
    plugins = versionlock(folder) if manager == "dnf" else None
    hosts = rooted(farm, Roots(folder, rpm_from(place, manager, plugins)), [manager])
    made = RpmHost(hosts[manager], farm, manager)
    made.at("own", "1.0")
    yield made
    farm.close()


@pytest_asyncio.fixture
async def on(there: RpmHost) -> AsyncIterator[RpmHost]:
    async with hands_on(there.host.server, there.farm) as (hands, _):
        there.hands = hands
        yield there


async def test_it_is_installed_once(on: RpmHost) -> None:
    on.at("own-try", "")
    dry, end = await on.tried("install", "own-try", "1.0")
    assert (dry.state, dry.result.split()[:2]) == (CellState.CHANGED, ["install", "own-try"])
    assert len(dry.result.splitlines()) == 1
    assert (end.state, end.result) == (CellState.CHANGED, "own-try.noarch 1.0-1 installed"), end.output
    assert on.version("own-try") == "1.0-1"
    again = await on.tried("install", "own-try", "1.0-1")
    assert [(one.state, one.said) for one in again] == [(CellState.OK, "own-try 1.0-1: nothing to install")] * 2


async def test_an_upgrade_takes_the_newest_or_the_one_that_is_asked_for(on: RpmHost) -> None:
    on.at("own-try", "1.0")
    dry, end = await on.tried("upgrade", "own-try", "2.0")
    assert (dry.state, "2.0" in dry.result, "3.0" in dry.result) == (CellState.CHANGED, True, False)
    assert end.result == "own-try.noarch 1.0-1 -> 2.0-1"
    dry, end = await on.tried("upgrade", "own-try")
    assert dry.result.split()[:2] == ["upgrade", "own-try"]
    assert end.result == "own-try.noarch 2.0-1 -> 3.0-1"
    dry, end = await on.tried("upgrade", "own-try")
    assert (dry.state, dry.said) == (CellState.OK, "nothing would be done")
    assert (end.state, end.said) == (CellState.OK, "nothing was to be done")


async def test_an_older_version_comes_back(on: RpmHost) -> None:
    """The way back of every plan that brought a newer one."""
    on.at("own-try", "3.0")
    dry, end = await on.tried("install", "own-try", "1.0-1")
    assert (dry.state, dry.result.split()[:2]) == (CellState.CHANGED, ["downgrade", "own-try"])
    assert (end.state, end.result) == (CellState.CHANGED, "own-try.noarch 3.0-1 -> 1.0-1"), end.output
    assert on.version("own-try") == "1.0-1"


@pytest.mark.torture
async def test_what_does_not_exist_fails_dry_too(on: RpmHost) -> None:
    for name, version in (("no-such-package", ""), ("own-try", "9.9")):
        for end in await on.tried("install", name, version):
            assert end.state is CellState.FAILED, (name, end)
    assert (await on.tried("upgrade", "no-such-package"))[1].said == (
        "no-such-package is not installed: there is nothing to upgrade"
    )


async def test_a_hold_is_of_this_name_alone(on: RpmHost) -> None:
    """And it holds: an upgrade of everything leaves it as it is."""
    on.at("own-try", "1.0")
    dry, end = await on.tried("hold", "own-try")
    assert (dry.result, end.said) == ("hold own-try 1.0-1", "hold own-try 1.0-1")
    again, shorter = (await on.tried("hold", "own-try"))[1], (await on.tried("hold", "own"))[0]
    assert (again.state, shorter.state) == (CellState.OK, CellState.CHANGED)
    assert (await on.tried("unhold", "own"))[1].state is CellState.CHANGED
    await on.tried("upgrade")
    assert (on.version("own-try"), on.version("own")) == ("1.0-1", "1.1-1")
    assert (await on.tried("unhold", "own-try"))[1].state is CellState.CHANGED
    assert [one.state for one in await on.tried("unhold", "own-try")] == [CellState.OK, CellState.OK]
    await on.tried("upgrade")
    assert on.version("own-try") == "3.0-1"


async def test_security_takes_what_an_advisory_names(on: RpmHost) -> None:
    on.at("own-try", "1.0")
    on.at("own", "1.0")
    dry, end = await on.tried("security")
    assert (dry.state, "own-try" in dry.result) == (CellState.CHANGED, True)
    assert end.state is CellState.CHANGED, end.output
    assert on.version("own-try") in ("2.0-1", "3.0-1")
    assert on.version("own") == "1.0-1"
    assert [one.state for one in await on.tried("security")] == [CellState.OK, CellState.OK]


@pytest.mark.torture
async def test_it_is_removed_once(on: RpmHost) -> None:
    on.at("own-try", "1.0")
    dry, end = await on.tried("remove", "own-try")
    assert dry.result.split()[:2] == ["remove", "own-try"]
    assert (end.state, end.result) == (CellState.CHANGED, "own-try.noarch 1.0-1 removed"), end.output
    assert [one.state for one in await on.tried("remove", "own-try")] == [CellState.OK, CellState.OK]


@pytest.mark.torture
async def test_a_name_that_is_longer_than_its_column_is_read(on: RpmHost) -> None:
    on.at(LONG, "")
    dry, end = await on.tried("install", LONG)
    assert dry.result.split()[:2] == ["install", LONG]
    assert end.result == f"{LONG}.noarch 1.0-1 installed"


async def test_checks_of_packages_read_rpm(on: RpmHost) -> None:
    on.at("own-try", "2.0")
    for args, good in (
        ({"package": "own-try"}, True), ({"package": "own-try", "version": "2.0-1"}, True),
        ({"package": "own-try", "version": "2.0"}, True), ({"package": "own-try", "version": "2"}, False),
        ({"package": "own-t"}, False), ({"package": "own-t", "installed": False}, True),
        ({"package": "own-try", "installed": False}, False), ({"package": "own-try", "at_least": "1.10-1"}, True),
        ({"package": "own-try", "at_least": "0:2.0-1"}, True), ({"package": "own-try", "at_least": "2.0-2"}, False),
        ({"package": "own-try", "at_least": "1:1.0-1"}, False), ({"package": "own-t", "at_least": "0"}, False),
    ):  # fmt: skip
        assert await on.check(**args) is (CellState.OK if good else CellState.FAILED), args
