"""Those who watch over the engine: a service manager on a real socket, and an address that is really called."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.outside import DeadMan, ServiceManager
from tui_ops.engine.pulse import Pulse, Standing
from tui_ops.engine.schedule import Schedule
from tui_ops.model.fleet import ENGINE_NAME, EngineSpec, HostSpec, SecretRef
from tui_ops.model.states import Severity
from tui_ops.store.paths import prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

HERE = [HostSpec("here", "here", "local")]


class Manager:
    """The side of systemd: takes datagrams."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.settimeout(30)

    def next(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def until(self, key: str) -> dict[str, str]:
        while key not in (said := self.next()):
            pass
        return said


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(str(tmp_path / "notify"))
    yield manager
    manager.socket.close()


class Called:
    """An address that takes note of its calls and answers with a status."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.status = 200
        called = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                called.paths.append(self.path)
                self.send_response(called.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/secret-uuid"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()


@pytest.fixture
def called() -> Iterator[Called]:
    called = Called()
    yield called
    called.server.shutdown()
    called.server.server_close()
    called.thread.join()


class TestTheServiceManager:
    def test_a_real_engine_says_ready_then_that_it_works_then_that_it_stops(
        self, manager: Manager, tmp_path: Path
    ) -> None:
        """As a unit of Type=notify with WatchdogSec runs it."""
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        engine = EngineWorld(tmp_path, inventory_text(HERE), environ)
        try:
            engine.start()
            assert manager.until("READY")["STATUS"] == "watching 1 host of test"
            assert manager.until("WATCHDOG")["WATCHDOG"] == "1"
            assert manager.until("WATCHDOG")["STATUS"] == "watching 1 host of test"
            assert engine.stop() == 0
            assert manager.until("STOPPING") == {"STOPPING": "1"}
        finally:
            engine.kill()

    async def test_a_full_disk_is_told_and_is_no_reason_to_be_killed(
        self, manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The manager would kill the engine with all the readings that wait; only the dead man is not called."""
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        umask = os.umask(0o022)
        paths = prepare(tmp_path / "state")
        upgrade(paths)
        paths.lock.touch()
        writer = await Writer.open(paths)
        outbox = Outbox(writer, News())
        pulse = Pulse(Schedule(), outbox, writer, News(), paths, Standing("shop", 3), lambda: None)
        assert pulse.works()
        outbox.error = "no space is left"
        await pulse._tell_manager()
        assert manager.next() == {"WATCHDOG": "1", "STATUS": "watching 3 hosts of shop; no space is left"}
        assert not pulse.works()
        await writer.close()
        os.umask(umask)

    def test_an_abstract_address_is_one_of_linux(self) -> None:
        name = f"tui-ops-test-{os.getpid()}"
        manager = Manager("\0" + name)
        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}).ready("good\nREADY=0")
        assert manager.next()["READY"] == "1"
        manager.socket.close()

    def test_without_a_manager_or_with_one_that_is_gone_nothing_happens(self, tmp_path: Path) -> None:
        ServiceManager({}).ready("nobody")
        ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).alive("nobody")
        assert ServiceManager({"WATCHDOG_USEC": "3000000"}).watchdog_s == 0.0

    def test_the_watchdog_of_another_process_is_not_ours(self) -> None:
        """The variables are inherited by what a service starts."""
        said = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}
        assert ServiceManager(said, pid=4711).watchdog_s == 0.0
        assert ServiceManager({**said, "WATCHDOG_PID": "4711"}, pid=4711).watchdog_s == 3.0

    @pytest.mark.parametrize(
        ("asked", "seconds"),
        [("3000000", 3.0), ("1", 0.1), ("0", 0.0), ("", 0.0), ("-5", 0.0), ("1e9", 0.0), ("9" * 5000, 1e12)],
    )
    def test_a_watchdog_of_any_length(self, asked: str, seconds: float) -> None:
        """Neither does it keep the engine busy nor from its start."""
        found = ServiceManager({"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": asked})
        assert found.watchdog_s == pytest.approx(seconds)

    @pytest.mark.parametrize("address", ["", "/nowhere/at/all", "/" + "x" * 500, "@" + "x" * 500, "vsock:2:1", "/dev"])
    def test_a_manager_that_can_t_be_reached(self, address: str) -> None:
        """The engine works on."""
        ServiceManager({"NOTIFY_SOCKET": address}).ready("x\n\0y")


class TestTheDeadMan:
    @pytest.mark.parametrize("text", ["http://[bad/hunter2", "hunter2", "http://hunter2:x@/", "", "http://a:hunter2/"])
    async def test_a_secret_that_is_no_address_is_said_and_not_shown(
        self, text: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Whatever it holds instead, it can't be called, and stays a secret."""
        monkeypatch.setenv("ADDRESS", text)
        man = DeadMan(lambda: True)
        man.spec = EngineSpec(dead_man=SecretRef("env", ("ADDRESS",)))
        await man.call()
        assert man.trouble
        assert "hunter2" not in man.trouble
        assert "hunter2" not in caplog.text

    def test_a_real_engine_calls_and_says_when_nobody_answers(self, called: Called, tmp_path: Path) -> None:
        """The call stands in no log; an answer that is none becomes a warning of the host that is the engine."""
        text = inventory_text(HERE, period="2s") + f"engine: {{dead_man: '{called.url}', dead_man_period: 10s}}\n"
        engine = EngineWorld(tmp_path, text)
        try:
            engine.start()
            until_sync(lambda: called.paths, 30, "it is called")
            assert set(called.paths) == {"/ping/secret-uuid"}
            assert engine.all_rows()[ENGINE_NAME].severity is Severity.OK
            called.status = 404
            until_sync(lambda: engine.all_rows()[ENGINE_NAME].severity is Severity.WARNING, 40, "it is told")
            assert "127.0.0.1 answered with status 404" in engine.all_rows()[ENGINE_NAME].reason
            assert "secret-uuid" not in engine.said
        finally:
            engine.kill()

    async def test_an_engine_that_does_not_work_does_not_call(self, called: Called) -> None:
        """That is the whole purpose: silence is the alarm."""
        dead_man = DeadMan(lambda: False)
        dead_man.spec = EngineSpec(called.url)
        await dead_man.call()
        assert called.paths == []
        dead_man = DeadMan(lambda: True)
        dead_man.spec = EngineSpec(SecretRef("file", ("/nowhere/secret",)))
        await dead_man.call()
        assert "can't be had" in dead_man.trouble

    async def test_an_address_that_refuses_is_told_without_its_secret(self) -> None:
        dead_man = DeadMan(lambda: True)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            dead_man.spec = EngineSpec(f"http://127.0.0.1:{closed.getsockname()[1]}/secret-uuid")
            await asyncio.wait_for(dead_man.call(), 20)
        assert dead_man.trouble == "127.0.0.1 can't be called"


def test_the_engine_starts_without_loading_what_only_calls_need() -> None:
    """aiohttp takes a quarter of a second, and most engines never call anyone."""
    words = "import sys, tui_ops.engine.main; print([one for one in ('aiohttp', 'dns', 'numpy') if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
