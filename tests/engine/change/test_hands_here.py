"""Steps that the engine does itself."""

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest
from support.steps import step
from support.waiting import until

from tui_ops.engine.change.handansible import AnsiblePlace, judge_recap
from tui_ops.engine.change.handhere import HereHands
from tui_ops.model.changes import CellState
from tui_ops.model.fleet import HostSpec
from tui_ops.model.orders import OUTPUT_KEPT, Seen
from tui_ops.model.plans import Part, Step, StepKind


def local(*words: str, timeout_s: float = 20.0) -> Step:
    return step(StepKind.LOCAL, words=words, timeout_s=timeout_s)


class TestLocal:
    async def test_words_reach_it_as_they_are_and_no_secret_of_ours_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOME_TOKEN", "s3cret")
        end = await HereHands().perform("a", local("sh", "-c", 'printf "%s|" "$@"; env', "sh", "$(id) b", "", "\n"), 1)
        assert end.output.startswith(b"$(id) b||\n|")
        assert b"s3cret" not in end.output
        assert b"TUI_OPS_HOST=a" in end.output
        assert (end.state, end.exit_status) == (CellState.CHANGED, 0)

    async def test_it_is_done_once_and_told_again(self, tmp_path: Path) -> None:
        hands, one = HereHands(), local("sh", "-c", f"echo run >>{tmp_path}/n; exit 3")
        assert await hands.look("a", one, 1) == (Seen.LOST, await _lost(hands, one))
        end = await hands.perform("a", one, 1)
        assert await hands.perform("a", one, 1) == end
        assert await hands.look("a", one, 1) == (Seen.OVER, end)
        assert (end.state, end.exit_status, end.said) == (CellState.FAILED, 3, "it ended with 3")
        assert (tmp_path / "n").read_text() == "run\n"

    async def test_it_is_ended_with_all_that_it_started(self) -> None:
        end = await HereHands().perform("a", local("sh", "-c", "echo begun; sleep 43 & sleep 43", timeout_s=0.5), 1)
        assert (end.state, end.output) == (CellState.FAILED, b"begun\n")
        assert "did not end within" in end.said
        assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "43"]]

    async def test_it_is_stopped(self) -> None:
        hands, one = HereHands(), local("sh", "-c", "echo begun; sleep 42")
        task = asyncio.create_task(hands.perform("a", one, 1))
        await until(lambda: hands.read("a", one, 1, 0) == b"begun\n", what="it says that it began")
        assert (await hands.look("a", one, 1))[0] is Seen.RUNNING
        await hands.stop("a", one, 1)
        assert (await task).state is CellState.FAILED

    async def test_a_flood_is_bounded(self) -> None:
        end = await HereHands().perform("a", local("sh", "-c", "yes | head -c 30000000; echo end"), 1)
        assert (len(end.output), end.output_bytes, end.said) == (OUTPUT_KEPT, 30_000_004, "end")

    async def test_what_is_not_there_is_told(self) -> None:
        end = await HereHands().perform("a", local("no-such-program"), 1)
        assert (end.state, "no-such-program" in end.said) == (CellState.FAILED, True)

    async def test_dry_it_is_named_alone(self, tmp_path: Path) -> None:
        end = await HereHands().dry("a", local("touch", str(tmp_path / "x")))
        assert (end.state, list(tmp_path.iterdir())) == (CellState.CHANGED, [])


async def _lost(hands: HereHands, one: Step):  # type: ignore[no-untyped-def]
    return (await hands.look("a", one, 1))[1]


async def test_waiting_waits() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    end = await HereHands().perform("a", step(StepKind.WAIT, seconds=0.2), 1)
    assert end.state is CellState.OK
    assert loop.time() - began >= 0.2


async def test_a_person_is_asked() -> None:
    end = await HereHands().perform("a", step(StepKind.MANUAL, text="pull the plug"), 1)
    assert (end.state, end.said) == (CellState.ASKING, "pull the plug")


class Pages:
    """A web server whose answers a test says beforehand; the last repeats."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.asked: list[str] = []
        pages = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = answers[min(len(pages.asked), len(answers) - 1)]
                pages.asked.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self.server.server_port}/health"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tui_ops.engine.change.handhere.ASK_AGAIN_S", 0.01)
    return


@pytest.mark.usefixtures("quick")
class TestHttp:
    async def test_it_is_asked_until_it_is_well_so_often_in_a_row(self) -> None:
        pages = Pages((503, b""), (200, b"ready"), (503, b""), (200, b"ready"), (200, b"ready"))
        end = await HereHands().perform(
            "a", step(StepKind.HTTP, url=pages.url, within=10.0, times=2, contains="ready"), 1
        )
        pages.close()
        assert (end.state, len(pages.asked), end.output) == (CellState.OK, 5, b"ready")

    @pytest.mark.parametrize(
        ("args", "said"),
        [({"status": 204}, "answered 200, not 204"), ({"contains": "ready"}, "does not contain what it has to")],
    )
    async def test_what_is_not_well_in_time_fails(self, args: dict[str, object], said: str) -> None:
        pages = Pages((200, b"busy"))
        one = step(StepKind.HTTP, url=pages.url, within=0.0, **args)  # type: ignore[arg-type]
        end = await HereHands().perform("a", one, 1)
        pages.close()
        assert (end.state, said in end.said, end.output) == (CellState.FAILED, True, b"busy")

    async def test_nobody_there_fails(self) -> None:
        pages = Pages((200, b""))
        pages.close()
        end = await HereHands().perform("a", step(StepKind.HTTP, url=pages.url, within=0.0), 1)
        assert (end.state, bool(end.said)) == (CellState.FAILED, True)

    async def test_dry_it_is_asked_before_the_steps_alone(self) -> None:
        pages = Pages((200, b""))
        assert (await HereHands().dry("a", step(StepKind.HTTP, part=Part.POST, url=pages.url))).state is CellState.OK
        assert pages.asked == []
        assert (await HereHands().dry("a", step(StepKind.HTTP, part=Part.PRE, url=pages.url))).state is CellState.OK
        pages.close()
        assert pages.asked == ["/health"]


RECAP = b"""
PLAY [web] *********************************************************************

TASK [Put the file] ************************************************************
--- before: /etc/motd
+++ after: /etc/motd
@@ -1 +1 @@
-old
+new
changed: [web-1]

TASK [Look] ********************************************************************
ok: [web-1]

PLAY RECAP *********************************************************************
web-1                      : ok=2    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0
"""


class TestAnsible:
    """A program that stands in for ``ansible-playbook`` writes what the real one writes."""

    def place(self, tmp_path: Path, output: bytes, code: int = 0) -> AnsiblePlace:
        (tmp_path / "out").write_bytes(output)
        program = tmp_path / "ansible-playbook"
        program.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/words\ncat "$2" >{tmp_path}/inventory\n'
            f'cat "${{ANSIBLE_SSH_ARGS#-F }}" >{tmp_path}/config\ncat {tmp_path}/out\nexit {code}\n'
        )
        program.chmod(0o755)
        jump = HostSpec("jump", "jump", "10.0.0.1", user="hop")
        spec = HostSpec("web-1", "web-1", "10.0.0.2", 2222, "deploy", via=("jump",), groups=("web",), identity="/k/id")
        known = {"web-1": spec, "jump": jump, "bad": HostSpec("bad", "bad", "a b\nProxyCommand x")}
        return AnsiblePlace(known.get, [], [Path("/s/known_hosts")], str(program))

    async def test_it_has_our_inventory_and_our_way_to_the_host(self, tmp_path: Path) -> None:
        hands = HereHands(self.place(tmp_path, RECAP))
        one = step(StepKind.ANSIBLE, playbook="/p/site.yml", tags=("a", "b"), become=True)
        end = await hands.perform("web-1", one, 1)
        assert (end.state, end.said) == (CellState.CHANGED, "changed 1 of 2 tasks")
        words = (tmp_path / "words").read_text().split("\n")
        assert words[2:] == ["--limit", "web-1", "--become", "--tags", "a,b", "--", "/p/site.yml", ""]
        assert (tmp_path / "inventory").read_text() == (
            '{"all": {"hosts": {"web-1": {"ansible_user": "deploy"}}, "children": {"web": {"hosts": {"web-1": {}}}}}}'
        )
        config = (tmp_path / "config").read_text()
        assert "Host web-1\n  HostName 10.0.0.2\n  Port 2222\n  User deploy\n" in config
        assert '  IdentityFile "/k/id"\n  ProxyJump jump\nHost jump\n  HostName 10.0.0.1\n  User hop\n' in config
        assert 'StrictHostKeyChecking yes\n  UserKnownHostsFile "/s/known_hosts"\n' in config

    async def test_dry_it_only_says_what_would_differ(self, tmp_path: Path) -> None:
        end = await HereHands(self.place(tmp_path, RECAP)).dry("web-1", step(StepKind.ANSIBLE, playbook="/p/site.yml"))
        words = (tmp_path / "words").read_text().split("\n")
        assert words[4:6] == ["--check", "--diff"]
        assert (end.state, end.said) == (CellState.CHANGED, "would change 1 of 2 tasks")
        assert end.result == "TASK [Put the file]\n--- before: /etc/motd\n+++ after: /etc/motd\n@@ -1 +1 @@\n-old\n+new"

    async def test_a_host_that_ssh_can_not_be_told_is_refused(self, tmp_path: Path) -> None:
        end = await HereHands(self.place(tmp_path, RECAP)).perform("bad", step(StepKind.ANSIBLE, playbook="/p"), 1)
        assert (end.state, "can't be written into the settings of ssh" in end.said) == (CellState.FAILED, True)
        assert not (tmp_path / "words").exists()

    @pytest.mark.parametrize(
        ("counts", "code", "state"),
        [
            ("ok=2 changed=0 unreachable=0 failed=0", 0, CellState.OK),
            ("ok=2 changed=1 unreachable=0 failed=0", 0, CellState.CHANGED),
            ("ok=2 changed=1 unreachable=0 failed=1", 2, CellState.FAILED),
            ("ok=0 changed=0 unreachable=1 failed=0", 4, CellState.FAILED),
            ("ok=2 changed=1 unreachable=0 failed=0", 2, CellState.FAILED),
        ],
    )
    def test_the_last_lines_say_what_came_of_it(self, counts: str, code: int, state: CellState) -> None:
        assert judge_recap("web-1", code, f"PLAY RECAP ***\nweb-1 : {counts}\n".encode(), False)[0] is state

    def test_a_playbook_for_others_skips_the_host(self) -> None:
        assert judge_recap("web-1", 0, b"skipping: no hosts matched\n", False)[0] is CellState.SKIPPED
        assert judge_recap("web-1", 4, b"ERROR! no such file\n", False)[:2] == (CellState.FAILED, "ERROR! no such file")
