"""Steps on a real OpenSSH server: begun once, never lost sight of."""

import asyncio
import hashlib
import shutil
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from support.sshd import Sshd, SshdFarm
from support.steps import command, folder_on, hands_on, new_token, script, step
from support.waiting import until

from tui_ops.collectors.errors import ProbeError
from tui_ops.engine.change.hands import Place
from tui_ops.model.changes import CellState
from tui_ops.model.orders import OUTPUT_KEPT, Seen
from tui_ops.model.plans import Part, StepKind

HOST = "web-1"


@pytest.fixture(scope="module")
def server(farm: SshdFarm) -> Sshd:
    return farm.sshd()


def slow(counter: Path, go_on: Path, code: int = 0) -> str:
    """A script that counts its runs, says so, waits for a file, and ends."""
    return f"echo run >>{counter}\necho begun\nwhile [ ! -e {go_on} ]; do sleep 0.05; done\necho ended\nexit {code}"


async def begun(counter: Path) -> None:
    await until(lambda: counter.exists() and counter.read_text(), what="the step begins")


class TestDone:
    async def test_a_command_is_done_with_its_words(self, farm: SshdFarm, server: Sshd) -> None:
        """Output, digest, exit code and the line that is told of it."""
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, command("printf", "%s|", "a b", "$HOME", "`id`", "", "*", "it's", "\n"), 1)
        assert end.output == b"a b|$HOME|`id`||*|it's|\n|"
        assert (end.state, end.exit_status, end.output_bytes) == (CellState.CHANGED, 0, len(end.output))
        assert end.output_sha == hashlib.sha256(end.output).hexdigest()

    async def test_what_fails_says_its_last_line(self, farm: SshdFarm, server: Sshd) -> None:
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, script("echo one\necho 'no \033[31mspace' >&2\nexit 7"), 1)
        assert (end.state, end.exit_status, end.said) == (CellState.FAILED, 7, "no ␛[31mspace")

    async def test_a_command_that_is_not_there_fails(self, farm: SshdFarm, server: Sshd) -> None:
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, command("no-such-command"), 1)
        assert (end.state, end.exit_status) == (CellState.FAILED, 127)
        assert "no-such-command" in end.said

    async def test_a_script_has_its_parameters_in_its_environment(self, farm: SshdFarm, server: Sshd) -> None:
        text = 'printf %s "$TUI_version"'
        hard = "1'\"$(id)\n; ü"
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, script(text, environment=(f"TUI_version={hard}", "no name=x")), 1)
        assert end.output.decode() == hard

    async def test_what_is_not_for_the_host_is_skipped(self, farm: SshdFarm, server: Sshd) -> None:
        """Its terms are held against the host's facts, and nothing is sent."""
        place = Place(applies=lambda host, when: (host, when) != (HOST, "os = BSD"))
        async with hands_on(server, farm, place=place) as (hands, world):
            end = await hands.perform(HOST, command("true", when="os = BSD"), 1)
            assert (end.state, world.links) == (CellState.SKIPPED, [])
            assert (await hands.perform(HOST, command("true", when="os = Linux"), 1)).state is CellState.CHANGED

    async def test_it_is_told_what_it_writes_while_it_runs(self, farm: SshdFarm, server: Sshd, tmp_path: Path) -> None:
        heard: list[bytes] = []
        async with hands_on(server, farm) as (hands, _):
            one = script(slow(tmp_path / "n", tmp_path / "go"))
            task = asyncio.create_task(hands.perform(HOST, one, 1, heard.append))
            await until(lambda: b"begun" in b"".join(heard), what="its output is followed")
            assert not task.done()
            assert await hands.read(HOST, one, 1, 2) == b"gun\n"
            (tmp_path / "go").touch()
            assert (await task).output == b"begun\nended\n"

    async def test_a_service_that_holds_the_output_keeps_nobody_waiting(self, farm: SshdFarm, server: Sshd) -> None:
        """A sloppy daemon that a step started: its own code counts, and at once."""
        async with hands_on(server, farm) as (hands, _):
            async with asyncio.timeout(10):
                end = await hands.perform(HOST, script("setsid sleep 47 &\necho started\nexit 3"), 1)
        for process in psutil.process_iter(["cmdline"]):
            if process.info["cmdline"] == ["sleep", "47"]:
                process.kill()
        assert (end.state, end.exit_status, end.output) == (CellState.FAILED, 3, b"started\n")

    async def test_a_flood_is_bounded_and_its_end_is_kept(self, farm: SshdFarm, server: Sshd) -> None:
        """100 MB: the store has its end, the host at most 20 MB of it."""
        token = new_token()
        text = "yes | head -c 100000000\necho the end\nexit 5"
        async with hands_on(server, farm, token) as (hands, _):
            end = await hands.perform(HOST, script(text, timeout_s=60), 1)
        kept = folder_on(server, token) / "steps-1-1/output"
        assert (end.state, end.exit_status, end.said) == (CellState.FAILED, 5, "the end")
        assert len(end.output) == OUTPUT_KEPT
        assert 16_000_000 < end.output_bytes == kept.stat().st_size < 22_000_000
        assert end.output_sha == hashlib.sha256(kept.read_bytes()).hexdigest()

    async def test_a_step_that_takes_too_long_is_ended(self, farm: SshdFarm, server: Sshd) -> None:
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, script("echo begun\nsleep 48 & sleep 48", timeout_s=1), 1)
        assert (end.state, end.output) == (CellState.FAILED, b"begun\n")
        assert "did not end within 1s" in end.said.replace(" s", "s")
        assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "48"]]


class TestOnce:
    async def test_the_same_attempt_again_is_not_done_again(self, farm: SshdFarm, server: Sshd, tmp_path: Path) -> None:
        """It says what came of it; another attempt is another claim."""
        counter, token = tmp_path / "n", new_token()
        one = script(f"echo run >>{counter}; echo done; exit 4")
        async with hands_on(server, farm, token) as (hands, _):
            first = await hands.perform(HOST, one, 1)
            assert await hands.perform(HOST, one, 1) == first
        async with hands_on(server, farm, token) as (hands, _):
            assert await hands.perform(HOST, one, 1) == first
            assert counter.read_text() == "run\n"
            assert (await hands.perform(HOST, one, 2)).exit_status == 4
        assert counter.read_text() == "run\nrun\n"

    async def test_asked_at_once_over_many_connections_it_runs_once(
        self, farm: SshdFarm, server: Sshd, tmp_path: Path
    ) -> None:
        """All of them wait for the one that has it, and hear the same. Their runners stand ready, so that they meet."""
        counter, token, rounds = tmp_path / "n", new_token(), 10
        async with (
            hands_on(server, farm, token) as (first, _),
            hands_on(server, farm, token) as (second, _),
            hands_on(server, farm, token) as (third, _),
        ):
            everyone = (first, second, third)
            for hands in everyone:
                await hands.perform(HOST, command("true"), 1)
            for number in range(2, rounds + 2):
                one = script(f"echo {number} >>{counter}; echo done", number=number)
                ends = await asyncio.gather(*(hands.perform(HOST, one, 1) for hands in everyone))
                assert {(end.state, end.output) for end in ends} == {(CellState.CHANGED, b"done\n")}
        assert counter.read_text().split() == [str(number) for number in range(2, rounds + 2)]

    async def test_a_link_that_is_cut_in_the_middle_ends_nothing(
        self, farm: SshdFarm, server: Sshd, tmp_path: Path
    ) -> None:
        """The step goes on, and its result is fetched over another connection."""
        counter, go_on = tmp_path / "n", tmp_path / "go"
        async with hands_on(server, farm) as (hands, world):
            task = asyncio.create_task(hands.perform(HOST, script(slow(counter, go_on, 3)), 1))
            await begun(counter)
            for process in server.processes()[1:]:
                if process.name().startswith("sshd"):
                    process.kill()
            await until(lambda: len(world.links) > 1, what="the link is opened again")
            go_on.touch()
            end = await task
        assert (end.exit_status, end.output, counter.read_text()) == (3, b"begun\nended\n", "run\n")

    async def test_a_server_that_is_down_for_a_while_is_waited_for(self, farm: SshdFarm, tmp_path: Path) -> None:
        server = farm.sshd()
        counter, go_on = tmp_path / "n", tmp_path / "go"
        async with hands_on(server, farm) as (hands, _world):
            task = asyncio.create_task(hands.perform(HOST, script(slow(counter, go_on)), 1))
            await begun(counter)
            for process in server.processes():
                if process.name().startswith("sshd"):
                    process.kill()
            assert server.process is not None
            server.process.wait()
            go_on.touch()
            await asyncio.to_thread(lambda: None)
            server.start()
            end = await task
        assert (end.state, end.output, counter.read_text()) == (CellState.CHANGED, b"begun\nended\n", "run\n")

    async def test_the_runner_is_killed_and_the_step_goes_on(
        self, farm: SshdFarm, server: Sshd, tmp_path: Path
    ) -> None:
        counter, go_on, token = tmp_path / "n", tmp_path / "go", new_token()
        async with hands_on(server, farm, token) as (hands, _):
            task = asyncio.create_task(hands.perform(HOST, script(slow(counter, go_on)), 1))
            await begun(counter)
            for process in [one for one in server.running("sh") if one.cmdline() == ["/bin/sh"]]:
                for one in (*process.children(), process):
                    one.kill()
            go_on.touch()
            end = await task
        assert (end.state, end.output, counter.read_text()) == (CellState.CHANGED, b"begun\nended\n", "run\n")

    async def test_new_hands_go_on_waiting_for_what_others_began(
        self, farm: SshdFarm, server: Sshd, tmp_path: Path
    ) -> None:
        """As after the engine was killed: they look, see it run, and get its result."""
        counter, go_on, token = tmp_path / "n", tmp_path / "go", new_token()
        one = script(slow(counter, go_on))
        async with hands_on(server, farm, token) as (hands, _):
            assert await hands.look(HOST, one, 1) == (Seen.NEVER, None)
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await begun(counter)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with hands_on(server, farm, token) as (hands, _):
            assert await hands.look(HOST, one, 1) == (Seen.RUNNING, None)
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            go_on.touch()
            end = await task
            assert await hands.look(HOST, one, 1) == (Seen.OVER, end)
        assert (end.state, end.output, counter.read_text()) == (CellState.CHANGED, b"begun\nended\n", "run\n")

    @pytest.mark.parametrize("gone", [False, True], ids=["its condition", "the host in the inventory"])
    async def test_what_was_begun_is_waited_for_though_it_would_not_be_begun_now(
        self, farm: SshdFarm, server: Sshd, tmp_path: Path, gone: bool
    ) -> None:
        """A step that changes what its own condition asks for, and an engine that is killed in the middle of it: that
        it is not for this host any more is no word about what came of it.
        """
        counter, go_on, token, named = tmp_path / "n", tmp_path / "go", new_token(), [True]
        one = script(slow(counter, go_on), when="os = Linux")

        def address_of(_host: str) -> str:
            if not named:
                raise ProbeError("web-1 is not in the inventory any more", "put it back")
            return "192.0.2.1"

        place = Place(address_of, applies=lambda _host, _when: bool(named))
        async with hands_on(server, farm, token, place=place) as (hands, _):
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await begun(counter)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with hands_on(server, farm, token, place=place) as (hands, _):
            if not gone:
                place = replace(place, address_of=lambda _host: "192.0.2.1")
                hands._place = place
            assert await hands.look(HOST, one, 1) == (Seen.RUNNING, None)
            named.clear()
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            go_on.touch()
            end = await task
        assert counter.read_text() == "run\n"
        assert end.state is (CellState.UNKNOWN if gone else CellState.CHANGED), end

    async def test_a_killed_keeper_and_step_is_lost_and_not_done_again(
        self, farm: SshdFarm, server: Sshd, tmp_path: Path
    ) -> None:
        """Nobody can say what came of it: it is told so."""
        counter, go_on, token = tmp_path / "n", tmp_path / "go", new_token()
        one = script(slow(counter, go_on))
        async with hands_on(server, farm, token) as (hands, _):
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await begun(counter)
            kill_all_of(token)
            end = await task
            assert (end.state, end.exit_status, end.output) == (CellState.UNKNOWN, None, b"begun\n")
            seen, _ = await hands.look(HOST, one, 1)
            assert seen is Seen.LOST
        assert counter.read_text() == "run\n"

    async def test_a_folder_that_vanishes_takes_its_claims_with_it(self, farm: SshdFarm, server: Sshd) -> None:
        """What was done can't be known any more, so that nothing further is begun."""
        token = new_token()
        async with hands_on(server, farm, token) as (hands, _):
            assert (await hands.perform(HOST, command("true"), 1)).state is CellState.CHANGED
            await asyncio.to_thread(shutil.rmtree, folder_on(server, token))
            end = await hands.perform(HOST, command("true", number=2), 1)
            assert end.state is not CellState.CHANGED
            assert "gone" in end.said
            again = await hands.perform(HOST, command("true", number=2), 1)
            assert (again.state, "gone" in again.said) == (CellState.FAILED, True)

    async def test_a_folder_that_vanishes_under_a_step_leaves_it_unknown(
        self, farm: SshdFarm, server: Sshd, tmp_path: Path
    ) -> None:
        """It was begun: nobody may say that it was not, and try it again."""
        token, sign = new_token(), tmp_path / "begun"
        async with hands_on(server, farm, token) as (hands, _):
            going = asyncio.create_task(hands.perform(HOST, command("sh", "-c", f"echo >{sign}; sleep 1"), 1))
            await until(sign.exists)
            await asyncio.to_thread(shutil.rmtree, folder_on(server, token))
            assert (await going).state is CellState.UNKNOWN

    async def test_another_boot_loses_what_was_begun_before(self, farm: SshdFarm, tmp_path: Path) -> None:
        """A host that went down: what ran then does not run now, whatever has its process number."""
        root = boot(tmp_path / "root", "first")
        server = farm.sshd(f"SetEnv TUI_OPS_ROOT={root} HOME={tmp_path}")
        token = new_token()
        counter, go_on = tmp_path / "n", tmp_path / "go"
        one = script(slow(counter, go_on))
        async with hands_on(server, farm, token) as (hands, _):
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await begun(counter)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        boot(root, "second")
        async with hands_on(server, farm, token) as (hands, _):
            assert (await hands.look(HOST, one, 1))[0] is Seen.LOST
            assert (await hands.perform(HOST, one, 1)).state is CellState.UNKNOWN
        go_on.touch()
        assert counter.read_text() == "run\n"


class TestEnded:
    async def test_stop_ends_all_that_a_step_started(self, farm: SshdFarm, server: Sshd, tmp_path: Path) -> None:
        counter = tmp_path / "n"
        text = f"sleep 49 & setsid sleep 49 &\necho run >>{counter}\nsleep 49"
        async with hands_on(server, farm) as (hands, _):
            one = script(text)
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await begun(counter)
            await hands.stop(HOST, one, 1)
            end = await task
        assert (end.state, end.said) == (CellState.FAILED, "it was stopped")
        assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "49"]]

    async def test_a_host_without_timeout_is_ended_by_us(
        self, farm: SshdFarm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing there bounds it: so we do, a little later."""
        monkeypatch.setattr("tui_ops.engine.change.handattempt.KILL_S", 0.2)
        monkeypatch.setattr("tui_ops.engine.change.handattempt.SLACK_S", 0.2)
        root = boot(tmp_path / "root", "one")
        broken = root / "bin/timeout"
        broken.parent.mkdir()
        broken.write_text("#!/bin/sh\nexit 127\n")
        broken.chmod(0o755)
        server = farm.sshd(f"SetEnv TUI_OPS_ROOT={root} HOME={tmp_path}")
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, script("echo begun; sleep 46", timeout_s=1), 1)
        # A shell that sees its child end before its own signal comes says so.
        assert (end.state, end.output.replace(b"Terminated\n", b"")) == (CellState.FAILED, b"begun\n")
        assert "did not end within" in end.said
        assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "46"]]

    async def test_a_host_that_is_not_there_is_told_as_nothing_sent(self, farm: SshdFarm) -> None:
        server = farm.sshd(start=False)
        async with hands_on(server, farm, reach_s=0.2) as (hands, _):
            end = await hands.perform(HOST, command("true"), 1)
        assert (end.state, end.said.split(":")[0]) == (CellState.FAILED, "nothing was sent")

    async def test_a_host_that_stays_away_leaves_the_step_unknown(
        self, farm: SshdFarm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tui_ops.engine.change.handattempt.KILL_S", 0.1)
        monkeypatch.setattr("tui_ops.engine.change.handattempt.SLACK_S", 0.1)
        server = farm.sshd()
        counter, go_on = tmp_path / "n", tmp_path / "go"
        async with hands_on(server, farm, reach_s=0.5) as (hands, _):
            one = script(slow(counter, go_on), timeout_s=0.6)
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            await begun(counter)
            server.stop()
            end = await task
            assert end.state is CellState.UNKNOWN
            assert "may go on there" in end.said
            assert (await hands.look(HOST, one, 1))[0] is Seen.LOST
        go_on.touch()

    async def test_forget_leaves_nothing(self, farm: SshdFarm) -> None:
        server = farm.sshd()
        async with hands_on(server, farm) as (hands, _):
            await hands.perform(HOST, command("true"), 1)
            assert (server.folder / ".cache/tui-ops").exists()
            await hands.forget(HOST)
        assert list((server.folder / ".cache").iterdir()) == []


def boot(root: Path, name: str) -> Path:
    """Make a tree that stands in for what the kernel tells of its boot."""
    kernel = root / "proc/sys/kernel/random"
    kernel.mkdir(parents=True, exist_ok=True)
    (kernel / "boot_id").write_text(f"boot-{name}\n")
    return root


def kill_all_of(token: str) -> None:
    """Kill every process that has to do with a run, at one blow."""
    found = [one for one in psutil.process_iter(["cmdline"]) if token in " ".join(one.info["cmdline"] or [])]
    for process in found:
        process.send_signal(signal.SIGSTOP)
    for process in found:
        process.kill()


class TestReboot:
    """With a command of the host's that stands in for ``reboot``, and a tree for what the kernel tells of its boot."""

    def host(self, farm: SshdFarm, tmp_path: Path, does: str) -> Sshd:
        root = boot(tmp_path / "root", "first")
        (root / "bin").mkdir()
        reboot = root / "bin/reboot"
        reboot.write_text(f"#!/bin/sh\n{does}\n")
        reboot.chmod(0o755)
        return farm.sshd(f"SetEnv TUI_OPS_ROOT={root} HOME={tmp_path}")

    async def test_another_boot_proves_it(self, farm: SshdFarm, tmp_path: Path) -> None:
        """The connection breaks on the way, which is no failure."""
        server = self.host(farm, tmp_path, f"echo boot-second >{tmp_path}/root/proc/sys/kernel/random/boot_id")
        async with hands_on(server, farm) as (hands, _world):
            one = step(StepKind.REBOOT, within=20.0)
            task = asyncio.create_task(hands.perform(HOST, one, 1))
            boot_id = tmp_path / "root/proc/sys/kernel/random/boot_id"
            await until(lambda: "second" in boot_id.read_text(), what="it reboots")
            for process in server.processes()[1:]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            end = await task
            assert (end.state, end.said[:17]) == (CellState.CHANGED, "it is up again af")
            seen, looked = await hands.look(HOST, one, 1)
            assert (seen, looked and looked.state) == (Seen.OVER, CellState.CHANGED)
            assert (await hands.perform(HOST, command("true", number=2), 1)).state is CellState.CHANGED

    async def test_a_host_that_only_says_so_fails(
        self, farm: SshdFarm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tui_ops.engine.change.handboot.BOOT_POLL_S", 0.1)
        server = self.host(farm, tmp_path, "exit 0")
        async with hands_on(server, farm) as (hands, _):
            end = await hands.perform(HOST, step(StepKind.REBOOT, within=1.5), 1)
        assert (end.state, "did not come up again" in end.said) == (CellState.FAILED, True)


class TestDry:
    async def test_a_command_is_only_named(self, farm: SshdFarm, server: Sshd, tmp_path: Path) -> None:
        async with hands_on(server, farm) as (hands, world):
            end = await hands.dry(HOST, command("touch", str(tmp_path / "x y")))
            assert world.links == []
        assert (end.state, end.result) == (CellState.CHANGED, f"run: touch '{tmp_path}/x y'")
        assert not (tmp_path / "x y").exists()

    async def test_a_check_before_the_steps_is_asked(self, farm: SshdFarm, server: Sshd) -> None:
        async with hands_on(server, farm) as (hands, _):
            one = step(StepKind.CHECK, part=Part.PRE, file="/etc/passwd", exists=True)
            assert (await hands.dry(HOST, one)).state is CellState.OK
            one = step(StepKind.CHECK, part=Part.PRE, file="/etc/passwd", exists=False)
            assert (await hands.dry(HOST, one)).state is CellState.FAILED
