"""Every kind of step, with the real programs of a host: sudo, apt and dpkg, useradd, su."""

import asyncio
import hashlib
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from support.others import ACCOUNT, UID, OwnHost, OwnLink
from support.steps import command, new_token, script, step
from support.waiting import until

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.orders import Seen
from tui_ops.model.plans import Part, StepKind
from tui_ops.transport.base import Link

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGWvOWvXQYIqb4l6hTUXUVm3sHxPvJ7fUBjxC8cT2kPv bob@laptop"


@asynccontextmanager
async def hands_at(host: OwnHost, token: str = "") -> AsyncIterator[SshHands]:
    links: list[OwnLink] = []

    async def link_to(_name: str) -> Link:
        links.append(OwnLink(host))
        return links[-1]

    hands = SshHands(link_to, token or new_token())
    try:
        yield hands
    finally:
        await hands.forget("a")
        await hands.close()
        await until(lambda: not any(link.running for link in links), what="the runners end")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> OwnHost:
    folder = tmp_path_factory.mktemp("own")
    folder.chmod(0o755)
    for parent in folder.parents[:2]:
        parent.chmod(0o755)
    return OwnHost(folder)


class TestBecome:
    """An ordinary login with the real sudo."""

    async def test_root_does_it_and_the_login_keeps_what_it_said(self, host: OwnHost) -> None:
        token = new_token()
        async with hands_at(host, token) as hands:
            plain = await hands.perform("a", command("id", "-un"), 1)
            root = await hands.perform("a", command("id", "-un", number=2, become=True), 1)
            assert (plain.output, root.output) == (f"{ACCOUNT}\n".encode(), b"root\n")
            folder = host.home / ".cache/tui-ops/run" / token
            owners = {path.stat().st_uid for path in folder.rglob("*")}
        assert owners == {UID}

    async def test_no_sudo_is_told(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        folder = tmp_path_factory.mktemp("refused")
        folder.chmod(0o755)
        async with hands_at(OwnHost(folder, rules="")) as hands:
            end = await hands.perform("a", command("true", become=True), 1)
        assert end.state is CellState.FAILED
        assert "sudo" in end.said

    async def test_a_step_of_root_is_stopped(self, host: OwnHost, tmp_path: Path) -> None:
        async with hands_at(host) as hands:
            one = script("echo begun; sleep 44", become=True)
            task = asyncio.create_task(hands.perform("a", one, 1))
            await until(lambda: hands.read("a", one, 1, 0), what="it begins")
            await hands.stop("a", one, 1)
            end = await task
        assert (end.state, end.said) == (CellState.FAILED, "it was stopped")
        assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "44"]]

    async def test_a_file_of_root_is_replaced_and_restored(self, host: OwnHost) -> None:
        """Byte for byte, with mode and owner; the login could not even read it."""
        path = host.places["/etc"] / "secret.conf"
        path.write_bytes(b"old\n")
        path.chmod(0o640)
        os.chown(path, 0, UID + 1)
        async with hands_at(host) as hands:
            one = step(StepKind.FILE, path="/etc/secret.conf", content="new\n", become=True)
            refused = await hands.perform("a", step(StepKind.FILE, 9, path="/etc/secret.conf", content="x"), 1)
            assert (refused.state, "say 'become: yes'" in refused.said) == (CellState.FAILED, True)
            dry = await hands.dry("a", one)
            assert dry.result.splitlines()[-2:] == ["-old", "+new"]
            assert path.read_bytes() == b"old\n"
            end = await hands.perform("a", one, 1)
            assert (end.state, end.said, path.read_bytes()) == (
                CellState.CHANGED,
                "replaced /etc/secret.conf",
                b"new\n",
            )
            assert (path.stat().st_mode & 0o777, path.stat().st_gid) == (0o640, UID + 1)
            await hands.perform("a", step(StepKind.FILE, 2, path="/etc/secret.conf", state="absent", become=True), 1)
            assert not path.exists()
            back = step(StepKind.RESTORE, part=Part.ROLLBACK, what="files", become=True)
            assert (await hands.perform("a", back, 1)).state is CellState.CHANGED
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"old\n", 0o640)
        assert (path.stat().st_uid, path.stat().st_gid) == (0, UID + 1)


class TestFiles:
    async def test_one_that_is_kept_comes_back_whatever_was_done_to_it(self, host: OwnHost) -> None:
        """Nothing is written for it; where there was none, none is there afterwards."""
        path, other = host.home / "kept", host.home / "none"
        path.write_bytes(b"old\n")
        path.chmod(0o640)
        async with hands_at(host) as hands:
            for number, name in enumerate(("kept", "none"), 1):
                one = step(StepKind.FILE, number, path=f"/home/{ACCOUNT}/{name}", state="kept", become=True)
                dry = await hands.dry("a", one)
                assert (dry.state, "as it is now" in dry.said) == (CellState.OK, True)
                assert (await hands.perform("a", one, 1)).state is CellState.OK
            assert (path.read_bytes(), other.exists()) == (b"old\n", False)
            path.write_bytes(b"new\n")
            path.chmod(0o600)
            other.write_bytes(b"new\n")
            back = step(StepKind.RESTORE, part=Part.ROLLBACK, what="files", become=True)
            assert (await hands.perform("a", back, 1)).state is CellState.CHANGED
        assert (path.read_bytes(), path.stat().st_mode & 0o777, other.exists()) == (b"old\n", 0o640, False)
        path.unlink()

    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda path: path.symlink_to("/etc/passwd"), "is a symbolic link"),
            (lambda path: path.mkdir(), "is a folder"),
            (lambda path: os.mkfifo(path), "is no ordinary file"),
        ],
    )
    async def test_what_is_no_file_is_left_alone(self, host: OwnHost, make, said: str) -> None:  # type: ignore[no-untyped-def]
        path = host.home / "target"
        make(path)
        try:
            async with hands_at(host) as hands:
                one = step(StepKind.FILE, path=f"/home/{ACCOUNT}/target", content="x", become=True)
                for end in (await hands.dry("a", one), await hands.perform("a", one, 1)):
                    assert (end.state, said in end.said) == (CellState.FAILED, True)
        finally:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    async def test_hard_names_and_contents_arrive(self, host: OwnHost) -> None:
        name = "-n $(id) 'a\" *ü`id`"
        content = "\n\n$(id)\\n\t'\"`\x01\x7fü\r\n no end"
        async with hands_at(host) as hands:
            one = step(StepKind.FILE, path=f"/home/{ACCOUNT}/{name}", content=content, mode="0600")
            assert (await hands.dry("a", one)).state is CellState.CHANGED
            assert (await hands.perform("a", one, 1)).state is CellState.CHANGED
            assert (host.home / name).read_bytes() == content.encode()
            dry = await hands.dry("a", one)
            assert (dry.state, dry.result) == (CellState.OK, "")
            other = step(StepKind.FILE, path=f"/home/{ACCOUNT}/{name}", content=content, mode="0640")
            assert "mode 0640 instead of" in (await hands.dry("a", other)).result
        (host.home / name).unlink()

    async def test_binary_content_is_told_and_not_shown(self, host: OwnHost) -> None:
        (host.home / "bin").write_bytes(b"\0\1\2" * 50_000)
        os.chown(host.home / "bin", UID, UID)
        async with hands_at(host) as hands:
            dry = await hands.dry("a", step(StepKind.FILE, path=f"/home/{ACCOUNT}/bin", content="x"))
        assert dry.result == f"/home/{ACCOUNT}/bin is no text: 150,000 bytes before, 1 after"

    async def test_the_largest_content_arrives(self, host: OwnHost) -> None:
        content = "".join(chr(32 + at % 90) for at in range(100_000))
        async with hands_at(host) as hands:
            end = await hands.perform("a", step(StepKind.FILE, path=f"/home/{ACCOUNT}/large", content=content), 1)
        assert (end.state, (host.home / "large").read_text()) == (CellState.CHANGED, content)

    async def test_a_folder_that_is_not_there_is_told(self, host: OwnHost) -> None:
        async with hands_at(host) as hands:
            end = await hands.perform("a", step(StepKind.FILE, path="/no/such/file", content="x"), 1)
        assert (end.state, end.said) == (CellState.FAILED, "the folder /no/such is not there")


class TestAccounts:
    async def test_an_account_comes_and_goes(self, host: OwnHost) -> None:
        async with hands_at(host) as hands:

            def one(number: int, do: str, **args: object):  # type: ignore[no-untyped-def]
                return step(StepKind.ACCOUNT, number, name="newbie", do=do, become=True, **args)  # type: ignore[arg-type]

            add = one(1, "add", groups=("games",), comment="New $(id) Bee", shell="/bin/sh")
            assert (await hands.dry("a", add)).result == "add newbie"
            assert (await hands.perform("a", add, 1)).state is CellState.CHANGED
            assert (await hands.perform("a", add, 2)).said == "newbie is as it shall be"
            line = host.run("getent", "passwd", "newbie")
            assert "New $(id) Bee" in line
            more = one(2, "add", groups=("games", "users"))
            assert (await hands.perform("a", more, 1)).state is CellState.CHANGED
            assert "users" in host.run("id", "-Gn", "newbie")
            assert (await hands.perform("a", one(3, "lock"), 1)).said == "lock newbie"
            assert (await hands.perform("a", one(3, "lock"), 2)).state is CellState.OK
            assert (await hands.perform("a", one(4, "unlock"), 1)).state is CellState.CHANGED
            assert (await hands.perform("a", one(4, "unlock"), 2)).state is CellState.OK
            assert (await hands.perform("a", one(5, "remove"), 1)).state is CellState.CHANGED
            assert (await hands.perform("a", one(5, "remove"), 2)).state is CellState.OK
            assert (await hands.perform("a", one(6, "lock"), 1)).said == "there is no account newbie"

    async def test_a_key_comes_and_goes(self, host: OwnHost) -> None:
        """Into the account's own file, by the account itself, other lines left as they are."""
        file = host.home / ".ssh/authorized_keys"
        async with hands_at(host) as hands:

            def one(number: int, do: str, line: str = KEY):  # type: ignore[no-untyped-def]
                return step(StepKind.KEY, number, account=ACCOUNT, key=line, do=do, become=True)

            assert (await hands.dry("a", one(1, "add"))).state is CellState.CHANGED
            assert not file.exists()
            assert (await hands.perform("a", one(1, "add"), 1)).state is CellState.CHANGED
            assert (file.read_text(), file.stat().st_mode & 0o777, file.stat().st_uid) == (f"{KEY}\n", 0o600, UID)
            assert (await hands.perform("a", one(1, "add"), 2)).said == "the key is there"
            file.write_text(f"# mine\nssh-rsa AAAAB3 other\n{KEY}")
            with_options = f'from="10.0.0.*" {KEY}'
            assert "replace" in (await hands.perform("a", one(2, "add", with_options), 1)).said
            assert file.read_text() == f"# mine\nssh-rsa AAAAB3 other\n{with_options}\n"
            assert (await hands.perform("a", one(3, "remove"), 1)).state is CellState.CHANGED
            assert file.read_text() == "# mine\nssh-rsa AAAAB3 other\n"

    async def test_a_link_in_a_home_is_no_way_to_others(self, host: OwnHost) -> None:
        file = host.home / ".ssh/authorized_keys"
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        file.symlink_to("/etc/shadow")
        async with hands_at(host) as hands:
            one = step(StepKind.KEY, account=ACCOUNT, key=KEY, do="add", become=True)
            end = await hands.perform("a", one, 1)
        file.unlink()
        assert (end.state, "symbolic link" in end.said) == (CellState.FAILED, True)


class TestChecks:
    @pytest.mark.parametrize(
        ("args", "good"),
        [
            ({"file": "/etc/passwd", "exists": True}, True),
            ({"file": "/etc/passwd", "exists": False}, False),
            ({"file": "/no such", "exists": False}, True),
            ({"file": "/etc/passwd", "contains": f"{ACCOUNT}:x:"}, True),
            ({"file": "/etc/passwd", "contains": "[a-z]"}, False),
            ({"file": "/dev/null", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}, True),
            ({"file": "/etc/passwd", "sha256": "0" * 64}, False),
            ({"package": "dpkg", "installed": True}, True),
            ({"package": "no-such-package", "installed": True}, False),
            ({"package": "no-such-package", "installed": False}, True),
            ({"package": "dpkg", "version": "0"}, False),
            ({"package": "dpkg", "at_least": "1.0~rc1"}, True),
            ({"package": "dpkg", "at_least": "99:0"}, False),
            ({"package": "no-such-package", "at_least": "0"}, False),
            ({"port": 1, "listens": False}, True),
            ({"port": 1, "listens": True}, False),
            ({"command": ("printf", "active 7")}, True),
            ({"command": ("false",)}, False),
            ({"command": ("sh", "-c", "exit 3"), "exits": 3}, True),
            ({"command": ("printf", "one\ntwo 22"), "says": r"^two \d+$"}, True),
            ({"command": ("printf", "one"), "says": "two"}, False),
        ],
    )  # fmt: skip
    async def test_it_says_what_is_so(self, host: OwnHost, args: dict[str, object], good: bool) -> None:
        async with hands_at(host) as hands:
            end = await hands.perform("a", step(StepKind.CHECK, part=Part.POST, **args), 1)  # type: ignore[arg-type]
        assert end.state is (CellState.OK if good else CellState.FAILED), end.said
        assert end.said or args.get("command")


def deb(folder: Path, name: str, version: str) -> Path:
    """Build a tiny package."""
    tree = folder / f"{name}-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "opt").mkdir()
    (tree / f"opt/{name}").write_text(version)
    control = f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: t <t@t>\nDescription: a try\n"
    (tree / "DEBIAN/control").write_text(control)
    (tree / "DEBIAN/conffiles").write_text("")
    path = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", str(tree), str(path)], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> OwnHost:
    """A host with its own accounts of packages, and a repository with two versions of one."""
    folder = tmp_path_factory.mktemp("packaged")
    folder.chmod(0o755)
    repository = folder / "repository"
    repository.mkdir()
    entries = []
    for version in ("1.0", "2.0"):
        path = deb(repository, "tui-ops-try", version)
        entries.append(
            f"Package: tui-ops-try\nVersion: {version}\nArchitecture: all\nMaintainer: t <t@t>\n"
            f"Filename: ./{path.name}\nSize: {path.stat().st_size}\n"
            f"SHA256: {hashlib.sha256(path.read_bytes()).hexdigest()}\nDescription: a try\n"
        )
    (repository / "Packages").write_text("\n".join(entries))
    (folder / "opt").mkdir()
    host = OwnHost(
        folder / "host" if (folder / "host").mkdir() is None else folder, ("/etc", "/var/lib/dpkg"), is_root=True
    )
    for name in ("lib", "cache"):
        (folder / name).mkdir()
    (folder / "lib/lists/partial").mkdir(parents=True)
    (folder / "cache/archives/partial").mkdir(parents=True)
    host.places |= {"/var/lib/apt": folder / "lib", "/var/cache/apt": folder / "cache", "/opt": folder / "opt"}
    sources = host.places["/etc"] / "apt"
    for old in (*sources.glob("sources.list"), *sources.glob("sources.list.d/*")):
        old.unlink()
    (sources / "sources.list").write_text(f"deb [trusted=yes] file:{repository} ./\n")
    host.run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "update")
    return host


class TestPackages:
    async def test_it_is_installed_upgraded_held_and_removed(self, packaged: OwnHost) -> None:
        """By the real apt and dpkg, in folders of their own; tried dry before, which changes nothing."""

        def one(number: int, do: str, version: str = "", name: str = "tui-ops-try"):  # type: ignore[no-untyped-def]
            given = {"version": version} if version else {}
            return step(StepKind.PACKAGE, number, name=name, do=do, timeout_s=90.0, **given)

        async with hands_at(packaged) as hands:
            install = one(1, "install", "1.0")
            dry = await hands.dry("a", install)
            assert (dry.state, dry.result.split(" (")[0]) == (CellState.CHANGED, "install tui-ops-try")
            assert not (packaged.places["/opt"] / "tui-ops-try").exists()
            end = await hands.perform("a", install, 1)
            assert (end.state, end.result) == (CellState.CHANGED, "tui-ops-try 1.0 installed"), end.output
            assert (packaged.places["/opt"] / "tui-ops-try").read_text() == "1.0"
            assert (await hands.perform("a", install, 2)).state is CellState.OK
            assert (await hands.dry("a", install)).state is CellState.OK
            hold = one(2, "hold")
            assert (await hands.dry("a", hold)).result == "hold tui-ops-try 1.0"
            assert (await hands.perform("a", hold, 1)).state is CellState.CHANGED
            assert (await hands.perform("a", hold, 2)).state is CellState.OK
            assert (await hands.perform("a", one(3, "unhold"), 1)).state is CellState.CHANGED
            upgrade = one(4, "upgrade")
            assert "1.0" in (await hands.dry("a", upgrade)).result
            end = await hands.perform("a", upgrade, 1)
            assert (end.said, end.result) == ("tui-ops-try 1.0 -> 2.0", "tui-ops-try 1.0 -> 2.0")
            back = await hands.perform("a", one(5, "install", "1.0"), 1)
            assert back.result == "tui-ops-try 2.0 -> 1.0"
            assert (await hands.perform("a", one(6, "remove"), 1)).result == "tui-ops-try 1.0 removed"
            assert (await hands.perform("a", one(6, "remove"), 2)).state is CellState.OK

    async def test_what_does_not_exist_fails_with_the_managers_word(self, packaged: OwnHost) -> None:
        async with hands_at(packaged) as hands:
            one = step(StepKind.PACKAGE, name="no-such-package", do="install")
            for end in (await hands.dry("a", one), await hands.perform("a", one, 1)):
                assert end.state is CellState.FAILED
            assert b"Unable to locate package" in end.output

    async def test_no_security_update_is_nothing_to_do(self, packaged: OwnHost) -> None:
        async with hands_at(packaged) as hands:
            one = step(StepKind.PACKAGE, do="security", timeout_s=90.0)
            assert (await hands.perform("a", one, 1)).state is CellState.OK


async def test_nothing_of_a_step_is_on_a_command_line(host: OwnHost) -> None:
    """What is secret in a payload is no word that every account of the host can read."""
    async with hands_at(host) as hands:
        one = script(
            'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -c s3cr[e]t || :', environment=("TUI_x=s3cret",)
        )
        end = await hands.perform("a", one, 1)
        assert end.output == b"0\n"
        assert (await hands.look("a", one, 2))[0] is Seen.NEVER
