"""Facts in every shell: on this machine, and on trees with commands that are made up.

Every made-up command first reads its stdin to the end: one that got hold of the orders would swallow them.
"""

import hashlib
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.facts.authkeys import parse_authkeys
from tui_ops.collectors.facts.files import parse_files
from tui_ops.collectors.facts.topics import BY_NAME, TOPICS
from tui_ops.collectors.hello import parse_hello
from tui_ops.model.facts import FactReading

Start = Callable[..., Probe]

REAL = ("find", "sed", "stat", "sha256sum", "head")
"""Programs that only read, which the trees borrow from this machine."""

LONG = ("suid", "patches")
"""Topics that look at all files, or let apt play all updates through: they have tests of their own."""

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGWvOWvXQYIqb4l6hTUXUVm3sHxPvJ7fUBjxC8cT2kPv bob@laptop\n"


@pytest.fixture(params=list(SHELLS))
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    def start(files: dict[str, str] | None = None, **commands: str) -> Probe:
        """A host of these files, and of these commands by what each does."""
        tree: dict[str, str | bytes] = {"proc/uptime": "5000.25 1\n", **(files or {})}
        tree.update({f"bin/{name}": f'#!/bin/sh\nexec /usr/bin/{name} "$@"\n' for name in REAL})
        for name, does in commands.items():
            tree[f"bin/{name.replace('_', '-')}"] = f"#!/bin/sh\ncat >/dev/null\n{does}\n"
        return Probe(SHELLS[request.param], write_tree(tmp_path, tree))

    return start


def body(probe: Probe, name: str, words: tuple[int, ...] = (), paths: tuple[str, ...] = ()) -> bytes:
    answer = probe.ask(frame.ask_section(name, 1, 20, words, paths))
    assert (answer.kind, answer.name) == ("section", name)
    assert probe.ask(frame.tick(99)).number == 99
    return answer.body


def look(probe: Probe, name: str, words: tuple[int, ...] = ()) -> FactReading:
    parse = BY_NAME[name].parse
    assert parse is not None
    return parse(body(probe, name, words))


@pytest.mark.parametrize("shell", SHELLS)
class TestThisMachine:
    def test_every_topic(self, shell: str) -> None:
        """Each is read by its own parser, and says of this machine what it says itself."""
        with Probe(SHELLS[shell]) as probe:
            asked_for = [topic.name for topic in TOPICS if topic.parse is not None and topic.name not in LONG]
            found = {name: look(probe, name) for name in asked_for}
        asked = subprocess.run(
            ["dpkg-query", "-W", "-f=${db:Status-Abbrev}${binary:Package} ${Version}\n"], capture_output=True, text=True
        )
        installed = dict(line[3:].split() for line in asked.stdout.splitlines() if line[1] == "i")
        assert {name: fields["version"] for name, fields in found["packages"].items.items()} == installed
        known = {one.pw_name: (one.pw_uid, one.pw_shell) for one in pwd.getpwall()}
        told = {
            name: (fields["uid"], fields["shell"])
            for name, fields in found["accounts"].items.items()
            if "uid" in fields
        }
        assert told == known
        kept = Path("/proc/sys/kernel/randomize_va_space").read_text().strip()
        assert found["sysctl"].items["kernel.randomize_va_space"] == {"value": kept}
        assert found["mounts"].items["/"]["fstype"]
        assert [name for name in found["routes"].items if name.startswith("inet ")]
        assert found["sudoers"].items or found["sudoers"].needs
        assert found["sshdconf"].items["port"]
        assert all(item["address"] for item in found["repositories"].items.values())
        assert found["repositories"].items

    def test_what_did_not_change_is_not_told_again(self, shell: str) -> None:
        """The stamp is a number that the next order carries."""
        with Probe(SHELLS[shell]) as probe:
            stamp = look(probe, "packages").stamp
            assert stamp is not None
            again = look(probe, "packages", (stamp,))
            other = look(probe, "packages", (stamp + 1,))
        assert again.is_same
        assert (again.items, again.stamp) == ({}, stamp)
        assert len(other.items) > 100

    def test_named_files(self, shell: str, tmp_path: Path) -> None:
        """Hash, mode and content; what is missing is told so; of a long one only the hash, of a folder its state."""
        short, long, empty, gone = (tmp_path / name for name in ("short.conf", "long", "empty", "gone"))
        short.write_text(
            "a = 1\n\npassword = hunter2\nkey:\n-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\nlast"
        )
        short.chmod(0o640)
        long.write_text("x\n" * 5000)
        empty.touch()
        paths = tuple(str(path) for path in (short, long, empty, gone, tmp_path, Path("/dev/null")))
        with Probe(SHELLS[shell]) as probe:
            sent = body(probe, "files", paths=paths)
        found = parse_files(sent, paths)
        assert b"secret" not in sent
        assert found.unread == ()
        assert found.items[paths[0]] == {
            "exists": True, "kind": "file", "mode": "0640", "owner": "root", "group": "root",
            "size": short.stat().st_size, "sha256": hashlib.sha256(short.read_bytes()).hexdigest(),
            "text": ["a = 1", "", "password = ***", "key:", "last"],
        }  # fmt: skip
        assert found.items[paths[1]]["sha256"] == hashlib.sha256(long.read_bytes()).hexdigest()
        assert "text" not in found.items[paths[1]]
        assert found.items[paths[2]]["size"] == 0
        assert found.items[paths[3]] == {"exists": False}
        assert found.items[paths[4]]["kind"] == "directory"
        assert "sha256" not in found.items[paths[5]]

    @pytest.mark.parametrize(
        "path", ["/etc/$(touch${IFS}x)", "/etc/a'b", "/etc/../etc/hosts", "relative", "/etc/*", "/a b"]
    )
    def test_a_path_that_is_none_is_not_even_sent(self, shell: str, path: str) -> None:
        """And a probe that gets one all the same does nothing with it."""
        with pytest.raises(ValueError, match="is not a path"):
            frame.ask_section("files", 1, 20, paths=[path])
        with Probe(SHELLS[shell]) as probe:
            answer = probe.ask(b"section files 1 20 " + path.encode() + b"\n")
        assert answer.body in (b"run files\n", b"run files\nfile 1\nabsent\n")


class TestPackages:
    def test_of_alpine(self, host: Start) -> None:
        """From apk's own database, the last entry without an empty line after it too."""
        db = "C:Q1x=\nP:musl\nV:1.2.5-r8\nA:x86_64\no:musl\n\nP:libcrypto3\nV:3.3.2-r4\nA:x86_64\no:openssl"
        with host({"lib/apk/db/installed": db}) as probe:
            found = look(probe, "packages")
        assert {name: (one["version"], one["source"]) for name, one in found.items.items()} == {
            "musl": ("1.2.5-r8", "musl"),
            "libcrypto3": ("3.3.2-r4", "openssl"),
        }

    def test_of_red_hat(self, host: Start) -> None:
        """rpm is told in which form to say it."""
        says = "form=$(printf '%s' \"$3\" | sed 's/%{NAME}/bash/;s/%{ARCH}/x86_64/;s/%{EPOCHNUM}/0/;s/%{VERSION}/5/"
        says += ';s/%{RELEASE}/9.el9/;s/%{SOURCERPM}/bash-5-9.el9.src.rpm/;s/%{VENDOR}/Rocky/\'); printf "$form"'
        with host({"var/lib/rpm/rpmdb.sqlite": ""}, rpm=says) as probe:
            found = look(probe, "packages")
        assert found.items["bash.x86_64"]["source"] == "bash"
        assert found.items["bash.x86_64"]["version"] == "5-9.el9"

    def test_a_query_that_fails_is_no_empty_list(self, host: Start) -> None:
        """Half a list tells of nothing that it is gone."""
        row = "printf 'a\\tall\\t1\\tii \\ta\\t1\\n'"
        apt = "echo Listing...; echo a/stable,now 1 all '[installed]'"
        with host({"var/lib/dpkg/status": ""}, dpkg_query=f"{row}; exit 2", apt=apt) as probe:
            found = look(probe, "packages")
        assert (list(found.items), found.unread) == (["a"], ("",))
        assert found.items["a"]["origin"] == "stable"

    def test_a_change_is_a_change_of_the_stamp(self, host: Start, tmp_path: Path) -> None:
        """However soon it comes, and even with the same size."""
        db = tmp_path / "lib/apk/db/installed"
        with host({"lib/apk/db/installed": "P:a\nV:1\nA:x\no:a\n\n"}) as probe:
            first = look(probe, "packages")
            assert look(probe, "packages", (first.stamp or 0,)).is_same
            db.with_name("new").write_text("P:a\nV:2\nA:x\no:a\n\n")
            db.with_name("new").replace(db)
            second = look(probe, "packages", (first.stamp or 0,))
        assert second.items["a"]["version"] == "2"


class TestKeysAndRules:
    FILES: ClassVar = {
        "etc/passwd": "root:x:0:0::/root:/bin/sh\nbob:x:8:8::/home/bob:/bin/sh\n",
        "etc/group": "root:x:0:\n",
        "root/.profile": "",
        "etc/shadow": "root:*:1:0:9:7:::\nbob:$6$abc$" + "h" * 86 + ":19001:0:90:7:::\n",
        "home/bob/.ssh/authorized_keys": KEY,
        "home/bob/.ssh/authorized_keys2": "x" * 70_000,
        "etc/sudoers": "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n",
        "etc/sudoers.d/bob": "bob ALL=(ALL) NOPASSWD: ALL",
    }

    def test_what_root_reads(self, host: Start) -> None:
        """The account's key, that one file was too large, states of passwords without a hash, all rules."""
        with host(self.FILES) as probe:
            keys = look(probe, "authkeys")
            hashes = body(probe, "accounts")
            accounts = BY_NAME["accounts"].parse(hashes)  # type: ignore[misc]
            rules = look(probe, "sudoers")
        assert [name.split(" ")[0] for name in keys.items] == ["bob"]
        assert keys.unread == ("bob ",)
        assert b"hhh" not in hashes
        assert (accounts.items["bob"]["password"], accounts.items["root"]["password"]) == ("set", "none")
        assert [one["nopasswd"] for one in rules.items.values()] == [False, False, True]

    def test_a_command_does_not_read_the_orders(self, host: Start) -> None:
        """What runs without a bound of time has no more of our stdin than the others."""
        with host(self.FILES, head='exec /usr/bin/head "$@"') as probe:
            assert look(probe, "accounts").items["bob"]["uid"] == 8

    def test_a_command_that_fails_is_no_host_without_keys(self, host: Start) -> None:
        """A find that fails without a word, as a sudo that knows us no longer: not a host without keys."""
        with host(self.FILES, find="exit 1") as probe:
            sent = body(probe, "authkeys")
        assert b"broken keys" in sent
        with pytest.raises(NothingUsable):
            parse_authkeys(sent)


class TestOthers:
    def test_a_container_without_systemd_and_ip(self, host: Start) -> None:
        """OpenRC's services, and the kernel's own table of routes."""
        table = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        table += "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        with host({"proc/net/route": table}, rc_update="echo ' crond | default'") as probe:
            units = look(probe, "unitfiles")
            routes = look(probe, "routes")
        assert units.items == {"crond": {"state": "enabled", "levels": ["default"]}}
        assert routes.items == {"inet default dev eth0": {"dev": "eth0", "via": "172.17.0.1"}}

    def test_units_and_timers(self, host: Start) -> None:
        """What systemd lists, and the files that were made here."""
        files = {"run/systemd/system/x": "", "etc/systemd/system/app.service": "[Service]\n"}
        says = 'case $1 in list-unit-files) echo "ssh.service enabled enabled" ;; show) printf "Unit=a.service\\n'
        says += 'TimersCalendar={ OnCalendar=daily ; next_elapse=n/a }\\nId=a.timer\\nUnitFileState=enabled\\n" ;; esac'
        with host(files, systemctl=says) as probe:
            units = look(probe, "unitfiles")
            timers = look(probe, "schedules")
        sha = hashlib.sha256(b"[Service]\n").hexdigest()
        assert units.items["ssh.service"] == {"state": "enabled", "preset": "enabled"}
        assert units.items["/etc/systemd/system/app.service"] == {"sha256": sha}
        assert timers.items["timer a.timer"]["when"] == ["OnCalendar=daily"]

    def test_crontabs(self, host: Start) -> None:
        """Of the system, of accounts, and the scripts; jobs of at are nobody's matter."""
        files = {
            "etc/crontab": "# m h\n5 * * * * root run it\n",
            "etc/cron.d/odd name": "@reboot bob start\n",
            "etc/cron.daily/rotate": "#!/bin/sh\n",
            "var/spool/cron/crontabs/bob": "1 2 * * * mine\n",
            "var/spool/cron/atjobs/a0001": "export TOKEN=x\n",
        }
        with host(files) as probe:
            sent = body(probe, "schedules")
            found = BY_NAME["schedules"].parse(sent)  # type: ignore[misc]
        assert b"TOKEN" not in sent
        assert found.unread == ()
        assert [one["account"] for one in found.items.values() if one["kind"] == "cron"] == ["root", "bob", "bob"]
        assert found.items["script /etc/cron.daily/rotate"]["sha256"] == hashlib.sha256(b"#!/bin/sh\n").hexdigest()

    def test_the_packet_filter(self, host: Start) -> None:
        """Its programs are called as root, with constant words."""
        nft = '[ "$*" = "-s list ruleset" ] && printf "table ip f {\\n\\tchain in {\\n\\t\\taccept\\n\\t}\\n}\\n"'
        with host(nft=nft, iptables_save="exit 3") as probe:
            found = look(probe, "firewall")
        assert found.items["nft ip f in"]["rules"] == ["accept"]
        assert found.unread == ("ip4 ",)

    def test_a_list_without_end_is_cut(self, host: Start) -> None:
        """The frame stays within its limit, and nothing is said to be gone."""
        with host(sysctl="yes net.a = 1") as probe:
            sent = body(probe, "sysctl")
        assert len(sent) < frame.FRAME_LIMIT // 2
        assert BY_NAME["sysctl"].parse(sent + b"\nwhole readable") is not None  # type: ignore[misc]
        assert b"broken settings" in sent

    def test_the_channel_lives_on(self, host: Start) -> None:
        """After every topic on an almost empty host the probe still knows who it is."""
        with host() as probe:
            for topic in TOPICS:
                if topic.derive is None:
                    body(probe, topic.name)
            assert parse_hello(probe.ready.body) is not None
