"""Steps of changes on a host of the demo: done on its tree, and never on the machine that plays it."""

import asyncio
import hashlib
import pwd
import secrets
from collections.abc import Sequence
from pathlib import Path

import asyncssh
import pytest
from support.demo import MakeWorld, World
from support.waiting import until

from tui_ops.collectors.frame import FrameReader, new_marker
from tui_ops.demo import confined
from tui_ops.demo.story import REBOOT_S
from tui_ops.engine.change.handtext import Found, ask_do, parse_found, script
from tui_ops.model.orders import Order
from tui_ops.model.plans import Step
from tui_ops.plans import read_plan
from tui_ops.practices.changes.steps import KINDS
from tui_ops.practices.security.upgrading import Hole, Release, plan_of

HOST = "web-01.lon"

ANSWER_S = 60.0
"""No step of these takes this long, however busy the machine is."""


class Runner:
    """The real runner of changes on one host of the demo."""

    def __init__(self, process: "asyncssh.SSHClientProcess[bytes]", reader: FrameReader) -> None:
        self._process = process
        self._reader = reader
        self._number = 0

    async def frame(self):
        async with asyncio.timeout(ANSWER_S):
            while True:
                if frames := self._reader.feed(await self._process.stdout.read(65536)):
                    return frames[0]
                assert not self._process.stdout.at_eof()

    async def do(self, order: Order) -> Found:
        """Do a step and return what came of it."""
        self._number += 1
        self._process.stdin.write(ask_do(self._number, f"steps-{self._number}-1", order))
        frame = await self.frame()
        return parse_found(frame.name, frame.body)

    async def plan(self, text: str) -> list[Found]:
        """Do every step of a plan, as root does where it says so."""
        plan = read_plan(text, {})
        return [await self.do(KINDS[step.kind].compose(step)) for step in plan.steps]


async def runner_on(world: World, name: str = HOST) -> Runner:
    process = await (await world.connect(name)).create_process("/bin/sh", encoding=None)
    marker = new_marker()
    runner = Runner(process, FrameReader(marker))
    process.stdin.write(script(marker, secrets.token_hex(8), False))
    assert (await runner.frame()).kind == "ready"
    return runner


@pytest.fixture(params=["kernel", "no kernel"])
async def world(request: pytest.FixtureRequest, make_world: MakeWorld, monkeypatch) -> World:
    """A host whose steps the kernel keeps inside as well, and one where it can't: the first line holds alone."""
    if request.param == "no kernel":
        monkeypatch.setattr(confined, "_rules", lambda *_: None)
    return await make_world(hosts=1, faults=())


def tree(world: World) -> Path:
    return world.base / HOST


class TestOnTheTree:
    """What a plan does is found in the tree."""

    async def test_files_packages_units_accounts_and_keys(self, world: World) -> None:
        """Every kind that changes something changes the tree, says so, and finds it done the second time."""
        runner = await runner_on(world)
        key = "ssh-ed25519 " + "AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43 + " zoe@laptop"
        text = f"""
steps:
  - file: {{path: /etc/nginx/conf.d/tls.conf, content: "ssl_protocols TLSv1.3;\\n", mode: "0640"}}
    become: yes
  - package: {{name: nginx, version: 1.24.0-2ubuntu7.3}}
    become: yes
  - unit: {{name: nginx, do: stop}}
    become: yes
  - unit: {{name: nginx, do: disable}}
    become: yes
  - account: {{name: zoe, do: add, groups: [sudo], comment: Zoe}}
    become: yes
  - key: {{account: zoe, key: "{key}"}}
    become: yes
"""
        first = await runner.plan(text)
        assert [found.code for found in first] == [80] * 6, [found.output for found in first]
        assert [found.code for found in await runner.plan(text)] == [0] * 6
        root = tree(world)
        conf = root / "etc/nginx/conf.d/tls.conf"
        assert (conf.read_text(), conf.stat().st_mode & 0o777) == ("ssl_protocols TLSv1.3;\n", 0o640)
        assert (
            "nginx\tamd64\t1.24.0-2ubuntu7.3\tii \tnginx\t1.24.0-2ubuntu7.3\n" in (root / "table/packages").read_text()
        )
        assert "nginx.service" in (root / "table/units").read_text()
        units = {line.split()[0]: line.split()[2] for line in (root / "table/units").read_text().splitlines()}
        assert units["nginx.service"] == "inactive"
        assert "\nzoe:x:" in (root / "etc/passwd").read_text()
        assert (root / "home/zoe/.ssh/authorized_keys").read_text() == f"{key}\n"
        said = b" ".join(found.output for found in first)
        assert str(world.base).encode() not in said
        assert b"made /etc/nginx/conf.d/tls.conf" in said

    async def test_what_was_replaced_comes_back(self, world: World) -> None:
        """Restoring gives the same bytes and mode as before, and takes away what was not there."""
        runner = await runner_on(world)
        shop, new = tree(world) / "etc/nginx/conf.d/shop.conf", tree(world) / "etc/nginx/conf.d/new.conf"
        before = (shop.read_bytes(), shop.stat().st_mode)
        files = "\n".join(
            f'  - file: {{path: /etc/nginx/conf.d/{one}.conf, content: "other\\n", mode: "0600"}}'
            for one in ("shop", "new")
        )
        plan = read_plan(f"steps:\n{files}\nrollback:\n  - restore: files\n", {})
        for step in plan.steps:
            assert (await runner.do(KINDS[step.kind].compose(step))).code == 80
        assert shop.read_text() == new.read_text() == "other\n"
        back = await runner.do(KINDS[plan.rollback[0].kind].compose(plan.rollback[0]))
        assert back.code == 80, back.output
        assert (shop.read_bytes(), shop.stat().st_mode) == before
        assert not new.exists()

    async def test_what_mends_a_vulnerability_can_be_tried(self, world: World) -> None:
        """The plan that is made of a finding of the demo runs as it is, and proves the version that mends."""
        hole = Hole(HOST, "sudo", "1.9.15p5-3ubuntu5.24.04.1", ("sudo",))
        plan, runner = read_plan(plan_of(Release("ubuntu/24.04", [hole])), {}), await runner_on(world)

        async def done(steps: Sequence[Step]) -> list[int]:
            return [(await runner.do(KINDS[step.kind].compose(step))).code for step in steps]

        assert await done(plan.post) == [1]
        assert await done(plan.steps) == [0, 80]
        assert await done(plan.post) == [0]

    async def test_a_command_asks_the_tree(self, world: World) -> None:
        """The check of a configuration fails by what a plan wrote there."""
        runner = await runner_on(world)
        good, made, bad = await runner.plan("""
steps:
  - command: nginx -t
  - file: {path: /etc/nginx/conf.d/http3.conf, content: "http3 on;\\n"}
  - command: nginx -t
""")
        assert (good.code, made.code, bad.code) == (0, 80, 1)
        assert b'unknown directive "http3"' in bad.output


class TestNeverOnThisMachine:
    """Whatever a plan says, this machine is as it was before."""

    async def test_a_step_changes_nothing_outside(self, world: World, tmp_path: Path) -> None:
        """Files, packages, units, accounts: by root or not, with names that this machine would take."""
        before = {place: hashlib.sha256(Path(place).read_bytes()).digest() for place in ("/etc/passwd", "/etc/group")}
        runner = await runner_on(world)
        name = f"demo{secrets.token_hex(4)}"
        outside = tmp_path / "outside"
        found = await runner.plan(f"""
steps:
  - file: {{path: /etc/{name}, content: x}}
    become: yes
  - file: {{path: /var/tmp/{name}, content: x}}
  - file: {{path: {outside}, content: x}}
    become: yes
  - account: {{name: {name}, do: add}}
    become: yes
  - package: {{name: {name}, version: "1"}}
    become: yes
  - command: touch {outside}
    become: yes
  - command: [sh, -c, "touch {outside}"]
  - script: |
      touch {outside}
    become: yes
  - script: touch {outside}
""")
        assert not outside.exists()
        assert not Path(f"/etc/{name}").exists()
        assert not Path(f"/var/tmp/{name}").exists()
        assert {place: hashlib.sha256(Path(place).read_bytes()).digest() for place in before} == before
        with pytest.raises(KeyError):
            pwd.getpwnam(name)
        assert [one.code for one in found[-4:]] == [126] * 4
        assert (tree(world) / f"etc/{name}").read_text() == "x"

    @pytest.mark.parametrize("path", ["/acts/evil", "/tools/evil", "/bin/evil", "/table/packages", "/tools/cat"])
    async def test_what_the_tree_works_by_is_no_steps_matter(self, world: World, path: str) -> None:
        """A plan can't bring a program of its own among those that are run."""
        runner = await runner_on(world)
        (found,) = await runner.plan(f'steps:\n  - file: {{path: {path}, content: x, mode: "0755"}}\n')
        assert found.code == 126, found.output

    async def test_a_script_that_only_looks_like_ours_is_refused(self, world: World, tmp_path: Path) -> None:
        """It is known by its whole text, not by its beginning."""
        runner = await runner_on(world)
        ours = KINDS[read_plan("steps:\n  - unit: {name: nginx, do: start}\n", {}).steps[0].kind]
        order = ours.compose(read_plan("steps:\n  - unit: {name: nginx, do: start}\n", {}).steps[0])
        found = await runner.do(Order(f"{order.script}\ntouch {tmp_path}/there", order.words, {}, False, 20.0))
        assert found.code == 126
        assert not (tmp_path / "there").exists()

    async def test_no_rights_are_had_by_sudo(self, world: World) -> None:
        """The real sudo can't give any, should a shell find it."""
        connection = await world.connect(HOST)
        said = await connection.run("/bin/sh", input="grep NoNewPrivs /proc/self/status\n")
        assert said.stdout.split() == ["NoNewPrivs:", "1"]


async def test_the_kernel_lets_a_shell_write_in_the_tree_alone(make_world: MakeWorld, tmp_path: Path) -> None:
    """Whatever came over the channel: a write outside fails, and so does one in another host's tree."""
    world = await make_world(hosts=2, faults=())
    if not confined.Confined(tmp_path).by_kernel:
        return  # Said aloud by the demo's own first line, which the tests above hold without it.
    connection = await world.connect(HOST)
    other = world.base / "db-1.lon/etc/motd"
    before = other.read_text()
    lines = (f"echo x >{tmp_path}/there", f"echo x >{other}", "echo x >$TUI_OPS_ROOT/etc/motd", "echo x >/dev/null")
    said = await connection.run("/bin/sh", input="".join(f"({line}) 2>/dev/null; echo $?\n" for line in lines))
    assert said.stdout.split() == ["2", "2", "0", "0"] or said.stdout.split() == ["1", "1", "0", "0"]
    assert not (tmp_path / "there").exists()
    assert other.read_text() == before


@pytest.mark.parametrize(
    "command", ["touch {there}", "/bin/sh -c 'touch {there}'", "python3 -c pass", "date -s 2020-01-01"]
)
async def test_no_other_command_is_taken(make_world: MakeWorld, tmp_path: Path, command: str) -> None:
    """What ansible or a person would send by itself is refused, so that it can't pass by the tree."""
    world = await make_world(hosts=1)
    connection = await world.connect(HOST)
    said = await connection.run(command.format(there=tmp_path / "there"))
    assert said.exit_status != 0
    assert not (tmp_path / "there").exists()


async def test_a_reboot_is_another_boot(make_world: MakeWorld) -> None:
    """The host goes down a moment after it was told, and comes back as one that was booted."""
    world = await make_world(hosts=1, faults=())
    boot = (tree(world) / "proc/sys/kernel/random/boot_id").read_text()
    runner = await runner_on(world)
    (found,) = await runner.plan("steps:\n  - reboot: 5m\n")
    assert (found.code, found.output) == (0, b"reboots\n")
    await until((tree(world) / "rebooting").exists, what="the host is told")
    await world.at(10)
    server = world.fleet.servers[HOST]
    assert server.gone
    await world.at(10 + REBOOT_S)
    assert not server.gone
    await runner_on(world)
    assert (tree(world) / "proc/sys/kernel/random/boot_id").read_text() != boot


async def test_a_host_is_asked_by_its_own_listeners(make_world: MakeWorld) -> None:
    """An address that it serves answers; another one does not."""
    world = await make_world(hosts=1, faults=())
    runner = await runner_on(world)
    ask = 'post:\n  - http: {{url: "http://127.0.0.1:{port}/", within: 1s, times: 1, from: host}}\n'
    codes = []
    for port in (443, 7):
        plan = read_plan(f"steps:\n  - command: hostname\n{ask.format(port=port)}", {})
        codes.append((await runner.do(KINDS[plan.post[0].kind].compose(plan.post[0]))).code)
    assert codes == [0, 1]
