"""Hosts whose running kernel is of no package, or of one that feeds do not know: told so, and nothing of it is gone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.feed_world import BOOKWORM, FeedWorld, deb, feed_world
from support.feeds import Listed, debsecan

from tui_ops.model.security import FindingState

FEED = debsecan([
    Listed("linux", "CVE-2026-2001", "6.9-1", ("6.1.90-1",), "SH F"),
    Listed("openssl", "CVE-2026-1001", "3.1.5-1", ("3.0.13-1~deb12u1",), "SHRF"),
])  # fmt: skip
KERNEL, SSL = ("CVE-2026-2001", "linux"), ("CVE-2026-1001", "openssl")
RUNS = deb("linux-image-6.1.0-18-amd64", "6.1.76-1", "linux-signed-amd64", "6.1.76+1")
NEXT = deb("linux-image-6.1.0-21-amd64", "6.1.90-1", "linux-signed-amd64", "6.1.90+1")
ALSO = deb("linux-image-6.1.0-20-amd64", "6.1.85-1", "linux-signed-amd64", "6.1.85+1")
OLD_SSL, NEW_SSL = deb("openssl", "3.0.11-1~deb12u2"), deb("openssl", "3.0.13-1~deb12u1")
UNAME = "6.1.0-18-amd64"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FeedWorld]:
    """A host with one vulnerable kernel, which runs."""
    async with feed_world(tmp_path, "web-1") as world:
        await world.reads("web-1", RUNS, OLD_SSL, kernel=UNAME, ago_s=600)
        await world.gets(FEED)
        found = await world.look()
        assert found["web-1"].state == "ok"
        assert set(await world.findings()) == {KERNEL, SSL}
        yield world


async def states(world: FeedWorld) -> dict[tuple[str, str], str]:
    return {name: row.state for name, row in (await world.findings()).items()}


@pytest.mark.parametrize("left", [(ALSO,), (NEXT,), ()])
async def test_a_kernel_that_was_purged_while_it_ran_is_not_clean(world: FeedWorld, left: tuple[object, ...]) -> None:
    """Whether what is there instead is vulnerable or not; other packages are judged as ever."""
    await world.reads("web-1", *left, NEW_SSL, kernel=UNAME, ago_s=300)  # type: ignore[arg-type]
    found = await world.look()
    assert (found["web-1"].state, found["web-1"].text) == (
        "partial", f"its kernel {UNAME} is of no package that is installed: boot one that is, it is judged then",
    )  # fmt: skip
    assert await states(world) == {KERNEL: FindingState.OPEN, SSL: FindingState.VERIFIED}


async def test_it_is_gone_once_a_kernel_that_is_known_runs(world: FeedWorld) -> None:
    await world.reads("web-1", NEXT, NEW_SSL, kernel=UNAME, ago_s=300)
    await world.look()
    await world.reads("web-1", NEXT, NEW_SSL, kernel="6.1.0-21-amd64")
    found = await world.look()
    assert (found["web-1"].state, found["web-1"].text) == ("ok", "")
    assert (await states(world))[KERNEL] == FindingState.VERIFIED


async def test_one_that_somebody_else_made_is_not_clean_either(world: FeedWorld) -> None:
    pve = deb("proxmox-kernel-6.8.12-1-pve-signed", "6.8.12-1", "proxmox-kernel-signed-6.8")
    await world.reads("web-1", pve, RUNS, NEW_SSL, kernel="6.8.12-1-pve", ago_s=300)
    found = await world.look()
    assert found["web-1"].state == "partial"
    assert "which no feed knows: ask whoever makes it" in found["web-1"].text
    assert await states(world) == {KERNEL: FindingState.OPEN, SSL: FindingState.VERIFIED}


async def test_the_kernel_of_a_container_is_the_machines(world: FeedWorld) -> None:
    """It is judged there, and nothing is missing here."""
    await world.reads("web-1", NEW_SSL, kernel=UNAME, ago_s=300)
    hardware = {"system": {"os": BOOKWORM, "kernel": UNAME}, "machine": {"virtual": "lxc"}}
    await world.fact("web-1", "hardware", hardware, 300)  # type: ignore[arg-type]
    found = await world.look()
    assert (found["web-1"].state, found["web-1"].text) == ("ok", "")
    assert (await states(world))[KERNEL] == FindingState.VERIFIED


async def test_both_that_are_missing_are_told(world: FeedWorld) -> None:
    await world.reads("web-1", NEXT, kernel=UNAME, ago_s=300, unread=("zlib",))
    found = await world.look()
    assert found["web-1"].text.startswith("not all of its packages could be read; its kernel 6.1.0-18-amd64 is of no")
    assert await states(world) == {KERNEL: FindingState.OPEN, SSL: FindingState.OPEN}
