"""Authorities that change while the engine runs, and how long the others wait while they are read."""

import asyncio
import os
import threading
from pathlib import Path

import pytest
from support.certificates import Issued, issue
from support.serving import Serve

from tui_ops.model.checks import HttpWish
from tui_ops.transport.ends.http import ask_http
from tui_ops.transport.ends.seen import CantTell, NotReached
from tui_ops.transport.ends.tls import ask_tls
from tui_ops.transport.ends.trust import KEPT_MOST, Kept

OLD = issue("Old Root", authority=True)
NEW = issue("New Root", authority=True)
SITE = issue("site", NEW, ("localhost",))


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a request, where one comes."""
    if await reader.read(65536):
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
        await writer.drain()


async def trusted(serve: Serve, folder: Path, ca: str) -> tuple[bool, bool]:
    """Return whether the site is trusted by a check over HTTPS, and by one of its certificate."""
    address = await serve(talk, SITE.server(folder))
    try:
        page = (await ask_http(f"https://localhost:{address.port}/", HttpWish(ca=ca), {}, 10.0)).status == 200
    except NotReached as error:
        page = "is not trusted" not in error.message
    return page, not (await ask_tls(address, 10.0, "localhost", ca)).faults


def bundle(root: Issued) -> bytes:
    """Return a file of one root, as long as any other: signatures differ by some bytes."""
    return root.pem.ljust(2000, b"\n")


def replaced(path: Path, root: Issued) -> None:
    """Put another file in the place of the one that is there, of the same time and size, as a package may."""
    before = path.stat()
    other = path.with_suffix(".new")
    other.write_bytes(bundle(root))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


async def test_a_changed_file_of_authorities_is_read_anew(serve: Serve, tmp_path: Path) -> None:
    """A root that is renewed is trusted at the next run, and one that was taken out no longer is."""
    ca = tmp_path / "ca.pem"
    ca.write_bytes(bundle(OLD))
    assert await trusted(serve, tmp_path, str(ca)) == (False, False)
    replaced(ca, NEW)
    assert await trusted(serve, tmp_path, str(ca)) == (True, True)
    replaced(ca, OLD)
    assert await trusted(serve, tmp_path, str(ca)) == (False, False)
    ca.unlink()
    with pytest.raises(CantTell, match=r"ca\.pem can't be read: No such file"):
        await trusted(serve, tmp_path, str(ca))


async def test_the_bundle_of_the_system_too(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read anew when an update has changed it."""
    ca = tmp_path / "bundle.pem"
    ca.write_bytes(bundle(OLD))
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert await trusted(serve, tmp_path, "") == (False, False)
    replaced(ca, NEW)
    assert await trusted(serve, tmp_path, "") == (True, True)


async def test_authorities_are_read_in_a_thread_and_once(tmp_path: Path) -> None:
    """Twenty checks begin together: the loop goes on meanwhile, and one reading serves them all."""
    let_go, calls = threading.Event(), []

    def make(ca: str) -> str:
        calls.append(ca)
        assert let_go.wait(10), "the loop never went on"
        return ca.upper()

    ca = tmp_path / "ca.pem"
    ca.write_bytes(OLD.pem)
    kept = Kept(make)
    asking = [asyncio.create_task(kept.of(str(ca))) for _ in range(20)]
    await asyncio.sleep(0)
    let_go.set()
    assert set(await asyncio.gather(*asking)) == {str(ca).upper()}
    assert len(calls) == 1
    threads = threading.active_count()
    await kept.of(str(ca))
    assert threading.active_count() <= threads
    assert len(calls) == 1


async def test_only_some_files_are_kept_ready(tmp_path: Path) -> None:
    """The one that was read longest ago goes first."""
    calls: list[str] = []
    kept = Kept(calls.append)
    paths = [tmp_path / f"{number}.pem" for number in range(KEPT_MOST + 1)]
    for path in paths:
        path.write_bytes(OLD.pem)
        await kept.of(str(path))
    await kept.of(str(paths[1]))
    assert len(calls) == KEPT_MOST + 1
    await kept.of(str(paths[0]))
    assert len(calls) == KEPT_MOST + 2
