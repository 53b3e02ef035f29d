"""Steps on a host that systemd has started: they are units of it, and what happens to units happens to them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from support.ownsystem import BootedSshd, booted
from support.sshd import SshdFarm
from support.steps import World, hands_on, new_token, script, step
from support.waiting import until

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.orders import CellEnd, Seen
from tui_ops.model.plans import Part, StepKind

HOST = "web-1"

WEB = """
cat >/lib/systemd/system/own-web.service <<'unit'
[Service]
ExecStart=/bin/sleep infinity
ExecReload=/bin/touch /run/reloaded
[Install]
WantedBy=multi-user.target
unit
cat >/etc/systemd/system/own-broken.service <<'unit'
[Service]
Type=oneshot
ExecStart=/bin/false
unit
"""


@pytest.fixture(scope="module")
def server(farm: SshdFarm) -> BootedSshd:
    return booted(farm, WEB)


@pytest_asyncio.fixture
async def hands(farm: SshdFarm, server: BootedSshd) -> AsyncIterator[SshHands]:
    async with hands_on(server, farm) as (made, _):
        yield made


def waiting(go: Path, code: int = 0) -> str:
    """A script that counts its runs, tells its control group, and waits for a file."""
    return (
        f"echo run >>{go}.runs\ncat /proc/self/cgroup\nwhile [ ! -e {go} ]; do sleep 0.05; done\n"
        f"echo ended\nexit {code}"
    )


def state(server: BootedSshd, unit: str) -> str:
    """Return what systemd says of a unit, ``active`` or ``inactive``."""
    return server.run("systemctl", "is-active", unit, check=False).strip()


class TestStepsAreUnits:
    async def test_a_step_is_in_a_unit_of_its_own_that_goes_with_it(
        self, farm: SshdFarm, server: BootedSshd, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Its control group says so, systemctl shows it, and nothing of it is left in the manager afterwards."""
        go, token, one = farm.folder / "go-1", new_token(), None
        unit = f"tui-ops-{token}-steps-1-1.service"
        async with hands_on(server, farm, token) as (hands, _):
            one = script(waiting(go, 3))
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await until(lambda: hands.read(HOST, one, 1, 0), what="it begins")
            assert state(server, unit) == "active"
            assert unit in server.run("systemctl", "list-units", "--no-legend", "tui-ops-*")
            go.touch()
            end = await task
        assert (end.state, end.exit_status, end.output.splitlines()[-1]) == (CellState.FAILED, 3, b"ended")
        assert f"/system.slice/{unit}".encode() in end.output
        await until(lambda: not server.run("systemctl", "list-units", "--all", "--no-legend", "tui-ops-*").strip())

    async def test_it_has_the_logins_home_and_means(self, server: BootedSshd, hands: SshHands) -> None:
        end = await hands.perform(HOST, script('echo "$HOME $PWD $(id -un) $LC_ALL"'), 1)
        assert end.output.decode() == f"{server.folder} {server.folder} root C\n"

    async def test_the_end_of_sshd_and_of_all_it_started_is_not_its_end(
        self, farm: SshdFarm, server: BootedSshd
    ) -> None:
        """systemd kills the whole control group of the sshd; the step goes on, and its result is fetched."""
        go, token = farm.folder / "go-2", new_token()
        one = script(waiting(go))
        async with hands_on(server, farm, token) as (hands, _):
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await until(lambda: hands.read(HOST, one, 1, 0), what="it begins")
            server.run("systemctl", "restart", "own-sshd.service")
            await until(lambda: server.logins >= 2, what="the hands are back")
            assert state(server, f"tui-ops-{token}-steps-1-1.service") == "active"
            go.touch()
            end = await task
        assert (end.state, end.output.splitlines()[-1]) == (CellState.CHANGED, b"ended")
        assert Path(f"{go}.runs").read_text() == "run\n"

    async def test_a_step_restarts_the_sshd_that_it_came_by(self, server: BootedSshd, hands: SshHands) -> None:
        """As the upgrade of it does, in the middle."""
        before = server.run("systemctl", "show", "-p", "MainPID", "own-sshd.service")
        end = await hands.perform(HOST, step(StepKind.UNIT, name="own-sshd", do="restart"), 1)
        assert (end.state, end.said) == (CellState.CHANGED, "restart own-sshd")
        assert server.run("systemctl", "show", "-p", "MainPID", "own-sshd.service") != before

    async def test_a_unit_that_the_manager_kills_is_unknown_and_not_done_again(
        self, farm: SshdFarm, server: BootedSshd
    ) -> None:
        """As it does for memory or time: nobody wrote down how the step ended."""
        go, token = farm.folder / "go-3", new_token()
        one = script(waiting(go))
        unit = f"tui-ops-{token}-steps-1-1.service"
        async with hands_on(server, farm, token) as (hands, _):
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await until(lambda: hands.read(HOST, one, 1, 0), what="it begins")
            server.run("systemctl", "kill", "--kill-whom=all", "--signal=KILL", unit)
            end = await task
            assert (end.state, end.exit_status) == (CellState.UNKNOWN, None), end
            assert (await hands.perform(HOST, one, 1)).state is CellState.UNKNOWN
            assert (await hands.look(HOST, one, 1))[0] is Seen.LOST
        assert Path(f"{go}.runs").read_text() == "run\n"

    async def test_a_unit_that_is_stopped_by_hand_lets_its_step_end(self, farm: SshdFarm, server: BootedSshd) -> None:
        """What it began goes on, and says how it ended: nothing is cut off half-way."""
        go, token = farm.folder / "go-4", new_token()
        one = script(waiting(go))
        async with hands_on(server, farm, token) as (hands, _):
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await until(lambda: hands.read(HOST, one, 1, 0), what="it begins")
            server.run("systemctl", "stop", f"tui-ops-{token}-steps-1-1.service")
            go.touch()
            end = await task
        assert (end.state, end.output.splitlines()[-1]) == (CellState.CHANGED, b"ended"), end
        assert Path(f"{go}.runs").read_text() == "run\n"

    async def test_what_a_step_leaves_behind_goes_on(self, server: BootedSshd, hands: SshHands) -> None:
        end = await hands.perform(HOST, script("sleep 71 & echo begun"), 1)
        assert end.output == b"begun\n"
        assert server.run("pgrep", "-f", "^sleep 71").strip()
        server.run("pkill", "-f", "^sleep 71")

    async def test_stopping_and_time_end_all_of_it(self, server: BootedSshd, hands: SshHands) -> None:
        late = await hands.perform(HOST, script("echo begun; sleep 72", timeout_s=1.0), 1)
        assert (late.state, "did not end within" in late.said) == (CellState.FAILED, True)
        one = script("echo begun; sleep 72 & sleep 72", number=2)
        task = asyncio.create_task(hands.perform(HOST, one, 1))
        await until(lambda: hands.read(HOST, one, 1, 0), what="it begins")
        await hands.stop(HOST, one, 1)
        assert (await task).said == "it was stopped"
        assert not server.run("pgrep", "-f", "^sleep 72", check=False)

    async def test_where_the_bus_is_away_the_step_is_parted_by_ourselves(
        self, farm: SshdFarm, server: BootedSshd
    ) -> None:
        """A host whose manager can't be asked is a host without one."""
        server.run("systemctl", "stop", "dbus.socket", "dbus.service")
        try:
            async with hands_on(server, farm) as (hands, _):
                end = await hands.perform(HOST, script("cat /proc/self/cgroup"), 1)
            assert b"own-sshd.service" in end.output
        finally:
            server.run("systemctl", "start", "dbus.socket")


_attempts = count(1)


async def seen(hands: SshHands, unit: str, wanted: str) -> CellState:
    """Return what a check of a unit says."""
    one = step(StepKind.CHECK, part=Part.POST, unit=unit, is_=wanted)
    return (await hands.perform(HOST, one, next(_attempts))).state


class TestUnits:
    """What a step does to a unit, by what systemd itself says of it."""

    @pytest.mark.parametrize(
        ("do", "before", "after"),
        [
            ("start", "stop", "active"), ("stop", "start", "inactive"), ("enable", "disable", "enabled"),
            ("disable", "enable", "disabled"), ("mask", "unmask", "masked"), ("unmask", "mask", "disabled"),
        ],
    )  # fmt: skip
    async def test_it_is_made_so_once(
        self, server: BootedSshd, hands: SshHands, do: str, before: str, after: str
    ) -> None:
        server.run("systemctl", before, "own-web.service")
        one = step(StepKind.UNIT, name="own-web", do=do)
        dry = await hands.dry(HOST, one)
        assert (dry.state, dry.result) == (CellState.CHANGED, f"{do} own-web")
        assert await seen(hands, "own-web", after) is CellState.FAILED
        end = await hands.perform(HOST, one, 1)
        assert (end.state, end.said) == (CellState.CHANGED, f"{do} own-web"), end.output
        word = "is-active" if after in ("active", "inactive") else "is-enabled"
        assert server.run("systemctl", word, "own-web.service", check=False).strip() == after
        assert await seen(hands, "own-web", after) is CellState.OK
        again = await hands.perform(HOST, one, 2)
        assert (again.state, again.said) == (CellState.OK, f"own-web: nothing to {do}")

    async def test_restart_and_reload_reach_the_unit(self, server: BootedSshd, hands: SshHands) -> None:
        server.run("systemctl", "unmask", "own-web.service")
        server.run("systemctl", "start", "own-web.service")
        before = server.run("systemctl", "show", "-p", "MainPID", "own-web.service")
        assert (
            await hands.perform(HOST, step(StepKind.UNIT, name="own-web", do="restart"), 1)
        ).state is CellState.CHANGED
        assert server.run("systemctl", "show", "-p", "MainPID", "own-web.service") != before
        await hands.perform(HOST, step(StepKind.UNIT, 2, name="own-web", do="reload"), 1)
        assert server.path("/run/reloaded").exists()

    async def test_one_that_fails_says_so(self, hands: SshHands) -> None:
        end = await hands.perform(HOST, step(StepKind.UNIT, name="own-broken", do="start"), 1)
        assert (end.state, end.said) == (CellState.FAILED, "systemctl could not start own-broken")
        assert b"Job for own-broken.service failed" in end.output
        assert await seen(hands, "own-broken", "failed") is CellState.OK

    async def test_one_that_is_not_there_is_told(self, hands: SshHands) -> None:
        end = await hands.perform(HOST, step(StepKind.UNIT, name="no-such", do="start"), 1)
        assert (end.state, end.said) == (CellState.FAILED, "there is no unit no-such")


LOGINS = """
for name in stays:64311 goes:64312; do
    id=${name#*:} name=${name%:*}
    echo "$name:x:$id:$id::/home/$name:/bin/sh" >>/etc/passwd
    echo "$name:x:$id:" >>/etc/group
    echo "$name:*:19000:0:99999:7:::" >>/etc/shadow
    mkdir -p /home/$name
    chown $id:$id /home/$name
    echo "$name ALL=(ALL) NOPASSWD: ALL" >>/etc/sudoers.d/own
done
chmod 440 /etc/sudoers.d/own
mkdir -p /etc/systemd/logind.conf.d
printf '[Login]\\nKillUserProcesses=yes\\n' >/etc/systemd/logind.conf.d/own.conf
touch /var/lib/systemd/linger/stays
echo Wants=systemd-logind.service >>/etc/systemd/system/own.target
"""


@pytest.fixture(scope="module")
def logins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A host that kills what a login leaves behind; ``stays`` may have processes without a session, ``goes`` not."""
    folder = tmp_path_factory.mktemp("logins")
    for one in (folder, folder.parent, folder.parent.parent):
        one.chmod(0o755)
    farm = SshdFarm(folder / "farm")
    yield World(farm, {HOST: booted(farm, LOGINS, "UsePAM yes", "SetEnv OWN=1")})
    farm.close()


class TestOrdinaryLogins:
    """Sessions of logind by PAM, as everywhere; and a manager of their own."""

    async def cut_off(self, logins: World, user: str) -> tuple[CellEnd, str]:
        """Begin a step, end all sessions, let the step go on; return what became of it, and its control group."""
        world = World(logins.farm, logins.hosts, user)
        server = world.hosts[HOST]
        assert isinstance(server, BootedSshd)
        token = new_token()
        go = f"/home/{user}/go-{token}"
        one = script(waiting(Path(go)))
        hands = world.hands(token)
        try:
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await until(lambda: hands.read(HOST, one, 1, 0), what="it begins")
            group = (await hands.read(HOST, one, 1, 0)).decode()
            for session in server.run("loginctl", "list-sessions", "--no-legend").splitlines():
                server.run("loginctl", "terminate-session", session.split()[0])
            server.path(go).touch()
            end = await task
            assert server.path(f"{go}.runs").read_text() == "run\n"
        finally:
            await hands.close()
            await world.transport.close()
        return end, group

    async def test_a_login_that_lingers_has_its_steps_kept_by_its_own_manager(self, logins: World) -> None:
        """The end of its sessions is not theirs, though this host kills what a session leaves behind."""
        end, group = await self.cut_off(logins, "stays")
        assert "user@64311.service/app.slice/tui-ops-" in group
        assert (end.state, end.output.splitlines()[-1]) == (CellState.CHANGED, b"ended"), end

    async def test_one_that_does_not_linger_loses_them_and_nobody_calls_that_a_success(self, logins: World) -> None:
        end, group = await self.cut_off(logins, "goes")
        assert "/session-" in group
        assert (end.state, end.exit_status) == (CellState.UNKNOWN, None), end

    async def test_root_does_it_in_a_unit_of_the_login(self, logins: World) -> None:
        world = World(logins.farm, logins.hosts, "stays")
        hands = world.hands()
        try:
            end = await hands.perform(HOST, script("id -un; grep 0:: /proc/self/cgroup", become=True), 1)
        finally:
            await hands.close()
            await world.transport.close()
        name, group = end.output.decode().splitlines()
        assert (name, "user@64311.service" in group) == ("root", True)


async def test_without_an_overlay_a_host_has_copies(farm: SshdFarm) -> None:
    """Where the kernel lays no files over others, systemd starts on copies, and this machine can't be written."""
    server = booted(farm, overlay=False)
    async with hands_on(server, farm) as (hands, _):
        end = await hands.perform(HOST, script("cat /proc/self/cgroup; touch /usr/own 2>&1"), 1)
    assert (b"/system.slice/tui-ops-" in end.output, b"Read-only" in end.output) == (True, True), end


async def test_a_reboot_is_proved_by_a_host_that_was_down(farm: SshdFarm) -> None:
    """By ``systemctl reboot``: every process ends, and the next boot has another name."""
    server = booted(farm)
    async with hands_on(server, farm, reach_s=30.0) as (hands, _):
        one = step(StepKind.REBOOT, within=60.0)
        task = asyncio.create_task(hands.perform(HOST, one, 1))
        await until(lambda: server.process is not None and server.process.poll() is not None, 30, "it goes down")
        assert not task.done()
        server.reboots()
        end = await task
    assert (end.state, "it is up again after" in end.said) == (CellState.CHANGED, True), end
