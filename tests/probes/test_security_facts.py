"""Facts that checks judge: by real programs on trees, and with commands that are made up."""

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.debs import Deb, repository
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.facts.topics import BY_NAME
from tui_ops.model.facts import FactReading
from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Judgement, Read, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID

WITHIN_S = 60.0
"""For one topic on a loaded machine; apt alone takes a second."""

NOW = 1_780_000_000

Start = Callable[..., Probe]


def real(name: str) -> str:
    """A program of this machine, which only reads."""
    return f'#!/bin/sh\nexec /usr/bin/{name} "$@"\n'


@pytest.fixture(params=["dash", "busybox-ash"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    def start(files: dict[str, str | bytes] | None = None, **commands: str) -> Probe:
        """A host of these files, and of these commands by what each does."""
        tree: dict[str, str | bytes] = {"proc/uptime": "5000.25 1\n", **(files or {})}
        for name in ("find", "grep", "sed", "stat", "head", "nice"):
            tree[f"bin/{name}"] = real(name)
        for name, does in commands.items():
            tree[f"bin/{name.replace('_', '-')}"] = f"#!/bin/sh\ncat >/dev/null\n{does}\n"
        return Probe(SHELLS[request.param], write_tree(tmp_path, tree))

    return start


def body(probe: Probe, name: str) -> bytes:
    probe.send(frame.ask_section(name, 1, BY_NAME[name].deadline_s))
    answer = probe.take(WITHIN_S)
    assert (answer.kind, answer.name) == ("section", name)
    assert probe.ask(frame.tick(99)).number == 99
    return answer.body


def look(probe: Probe, name: str) -> FactReading:
    parse = BY_NAME[name].parse
    assert parse is not None
    return parse(body(probe, name))


def judged(check: str, *found: FactReading, now: float = NOW) -> Judgement:
    reads = {
        one.topic: Read(one.topic, one.items, now, 3600.0, one.unread, one.unread_fields, one.needs, one.cut)
        for one in found
    }
    return run_check(BY_ID[check], Scene("h", reads, now, dict(BY_ID[check].parameters)))


class TestUpdates:
    """The real apt over a repository of the test's own, whose security part is told by its label alone."""

    @pytest.fixture
    def apt(self, tmp_path: Path) -> dict[str, str | bytes]:
        """Return the programs of apt for a tree below ``tmp_path``, which has an index already."""
        folder = tmp_path / "repository"
        debs = [Deb("mended", "1.1", is_security=True), Deb("newer", "2.0"), Deb("held", "1.1", is_security=True)]
        sources = repository(folder, debs)
        folders = "etc/apt/apt.conf.d etc/apt/preferences.d etc/apt/trusted.gpg.d var/cache/apt/archives/partial"
        for name in [*folders.split(), "var/lib/apt/lists/partial", "var/lib/dpkg", "var/log/apt"]:
            (tmp_path / name).mkdir(parents=True)
        (tmp_path / "etc/apt/sources.list").write_text(sources)
        (tmp_path / "var/lib/dpkg/status").write_text(
            status(("mended", "1.0"), ("newer", "1.0"), ("held", "1.0", "hold"))
        )
        config = tmp_path / "apt.conf"
        config.write_text(
            f'Dir "{tmp_path}";\nDir::State::status "{tmp_path}/var/lib/dpkg/status";\nAPT::Sandbox::User "root";\n'
            'Acquire::Languages "none";\nAPT::Periodic::Update-Package-Lists "1";\n'
            'Unattended-Upgrade::Origins-Pattern { "origin=Debian,label=Debian-Security"; };\n'
        )
        environment = {**os.environ, "APT_CONFIG": str(config), "LC_ALL": "C"}
        subprocess.run(["apt-get", "-q", "update"], env=environment, check=True, capture_output=True)
        return {
            f"bin/{name}": f"#!/bin/sh\nAPT_CONFIG='{config}' exec /usr/bin/{name} \"$@\"\n"
            for name in ("apt-get", "apt-config")
        }

    def test_those_for_security_by_the_label(self, host: Start, apt: dict[str, str | bytes], tmp_path: Path) -> None:
        """One that waits, one that is held back, and one that is not for security; then none."""
        with host({**apt, "etc/os-release": 'ID=debian\nVERSION_ID="12"\n'}) as probe:
            found = look(probe, "patches")
            updates = {name: fields for name, fields in found.items.items() if name.startswith("update ")}
            assert {name: fields["security"] for name, fields in updates.items()} == {
                "update mended": True, "update newer": False, "update held": True,
            }  # fmt: skip
            assert updates["update mended"]["sources"] == ["Debian-Security:stable-security"]
            assert (updates["update mended"]["installed"], updates["update mended"]["version"]) == ("1.0", "1.1")
            assert found.items["system"]["version"] == "12"
            assert found.items["automatic apt"]["lists"] == "1"
            now = float(str(found.items["clock"]["now"]))
            assert judged("patch-sec", found, now=now).result is CheckResult.FAIL
            done = status(("mended", "1.1"), ("newer", "1.0"), ("held", "1.1", "hold"))
            (tmp_path / "var/lib/dpkg/status").write_text(done)
            # apt tells by second and size whether the file is another one.
            os.utime(tmp_path / "var/lib/dpkg/status", (now + 60, now + 60))
            again = look(probe, "patches")
            assert judged("patch-sec", again, now=now).result is CheckResult.PASS
            for path in (tmp_path / "var/lib/apt/lists", *(tmp_path / "var/lib/apt/lists").glob("*Release")):
                os.utime(path, (now - 3 * 86_400, now - 3 * 86_400))
            old = look(probe, "patches")
            assert judged("patch-sec", old, now=now).result is CheckResult.UNKNOWN

    def test_an_apt_that_fails_is_no_host_without_updates(self, host: Start, tmp_path: Path) -> None:
        """Its lists can't be read: nothing is said of updates, and nothing passes."""
        with host({"var/lib/dpkg/status": "x", "var/lib/apt/lists/a_Release": ""}, apt_get="exit 100") as probe:
            found = look(probe, "patches")
        assert "update " in found.unread
        assert judged("patch-sec", found, now=float(str(found.items["clock"]["now"]))).result is CheckResult.UNKNOWN

    def test_an_index_of_dnf_without_news_is_no_old_one(self, host: Start, tmp_path: Path) -> None:
        """Where its source has nothing new, dnf stamps the list of packages, and leaves the rest as it is."""
        place = "var/cache/dnf/own-8ef5/repodata"
        with host({f"{place}/repomd.xml": "", f"{place}/01ab-primary.xml.gz": ""}, dnf="exit 0") as probe:
            now = float(str(look(probe, "patches").items["clock"]["now"]))
            os.utime(tmp_path / place / "repomd.xml", (now - 9 * 86_400, now - 9 * 86_400))
            assert judged("patch-sec", look(probe, "patches"), now=now).result is CheckResult.PASS
            os.utime(tmp_path / place / "01ab-primary.xml.gz", (now - 9 * 86_400, now - 9 * 86_400))
            assert judged("patch-sec", look(probe, "patches"), now=now).result is CheckResult.UNKNOWN

    def test_kernels_and_reboots(self, host: Start) -> None:
        """The newest of the same kind, who asks, and a process whose library is gone."""
        maps = "7f00-7f10 r-xp 00000000 fe:01 1 /usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)\n"
        tree: dict[str, str | bytes] = {
            "proc/sys/kernel/osrelease": "6.1.0-9-amd64\n", "proc/sys/kernel/version": "#1 SMP Debian 6.1.27-1\n",
            "boot/vmlinuz-6.1.0-9-amd64": "", "boot/vmlinuz-6.1.0-21-amd64": "", "boot/vmlinuz-6.5.0-1-rt-amd64": "",
            "run/reboot-required": "", "run/reboot-required.pkgs": "linux-image-amd64\nlibc6\n",
            "proc/77/maps": maps, "proc/77/comm": "nginx\n", "proc/77/cgroup": "0::/system.slice/nginx.service\n",
            "proc/78/maps": maps.replace(" (deleted)", ""), "proc/78/comm": "fine\n",
        }  # fmt: skip
        with host(tree) as probe:
            found = look(probe, "patches")
        assert found.items["kernel"]["newest"] == "6.1.0-21-amd64"
        assert found.items["reboot"]["packages"] == ["libc6", "linux-image-amd64"]
        assert [name for name in found.items if name.startswith("stale")] == ["stale nginx.service"]


def status(*packages: tuple[str, ...]) -> str:
    """The file of dpkg for these packages: name, version, and whether it is held."""
    return "".join(
        f"Package: {name}\nStatus: {'hold' if more else 'install'} ok installed\nVersion: {version}\n"
        f"Architecture: all\nMaintainer: t <t@t>\nDescription: a try\n\n"
        for name, version, *more in packages
    )


class TestFiles:
    def test_the_real_find_and_dpkg(self, host: Start, tmp_path: Path) -> None:
        """What lends rights, with and without a package; what everybody may write to; what is nobody's."""
        query = 'for a; do shift; set -- "$@" "${a#\'%s\'}"; done\n'
        query += "exec /usr/bin/dpkg-query --admindir='%s/var/lib/dpkg' \"$@\""
        tree: dict[str, str | bytes] = {
            "usr/bin/su": "", "usr/local/bin/rootsh": "", "opt/a b": "", "srv/app.conf": "", "srv/fine": "",
            "srv/drop/x": "", "srv/tmp/x": "", "srv/old": "", "var/lib/docker/x/su": "",
            "var/lib/dpkg/status": status(("login", "1")), "var/lib/dpkg/info/login.list": "/.\n/bin\n/bin/su\n",
            "var/lib/dpkg/info/format": "1\n",
        }  # fmt: skip
        probe = host(tree, dpkg_query=query % (tmp_path, tmp_path))
        for name, mode in {
            "usr/bin/su": 0o4755, "usr/local/bin/rootsh": 0o6755, "opt/a b": 0o2755, "srv/app.conf": 0o666,
            "srv/drop": 0o777, "srv/tmp": 0o1777, "var/lib/docker/x/su": 0o4755,
        }.items():  # fmt: skip
            (tmp_path / name).chmod(mode)
        os.chown(tmp_path / "srv/old", 64_321, 64_322)
        (tmp_path / "usr/bin/link").symlink_to("su")
        with probe:
            found = look(probe, "suid")
        assert found.unread == ()
        assert {name: fields.get("packaged") for name, fields in found.items.items() if name.startswith("suid ")} == {
            "suid /usr/bin/su": True, "suid /usr/local/bin/rootsh": False, "suid /opt/a b": False,
        }  # fmt: skip
        others = {name for name in found.items if not name.startswith("suid ")}
        assert others == {"writable /srv/app.conf", "writable /srv/drop", "unowned /srv/old"}
        assert sorted(seen.object for seen in judged("fs-suid", found).seen) == ["/opt/a b", "/usr/local/bin/rootsh"]
        assert sorted(seen.object for seen in judged("fs-world", found).seen) == sorted(others)

    def test_the_name_of_a_file_makes_up_no_other(self, host: Start, tmp_path: Path) -> None:
        """A line's end in a name: it is told of as one file, by its inode, and no other file is made up by it."""
        forged = "x\nf 4755 root:0 root:0 "
        probe = host({f"srv/{forged}/usr/bin/forged": "", "srv/a\033[2Jb": ""})
        (tmp_path / "srv" / f"{forged}/usr/bin/forged").chmod(0o4755)
        (tmp_path / "srv/a\033[2Jb").chmod(0o666)
        with probe:
            found = look(probe, "suid")
        assert found.unread == ()
        inodes = [(tmp_path / name).stat() for name in (f"srv/{forged}/usr/bin/forged", "srv/a\033[2Jb")]
        names = [f"(inode {one.st_ino} of device {one.st_dev}, whose name has control signs)" for one in inodes]
        assert sorted(found.items) == [f"suid {names[0]}", f"writable {names[1]}"]
        assert [seen.object for seen in judged("fs-suid", found).seen] == [names[0]]

    def test_what_lies_below_an_overlay_is_found(self, tmp_path: Path) -> None:
        """Its files may have a number that no mount has: ``find`` can't name their filesystem.

        Where the kernel has no such mount for us, a plain one is in its place.
        """
        mounts = f"{{ mount -t tmpfs up '{tmp_path}/up' && mkdir '{tmp_path}/up/u' '{tmp_path}/up/w' && "
        mounts += f"mount -t overlay o -o 'lowerdir={tmp_path}/low,upperdir={tmp_path}/up/u,workdir={tmp_path}/up/w'"
        mounts += f" '{tmp_path}/root/srv'; }} || mount --bind '{tmp_path}/low' '{tmp_path}/root/srv'"
        mounts += '; exec /usr/bin/nice "$@"'
        nice = f'#!/bin/sh\nexec unshare --mount --propagation private sh -c {shlex.quote(mounts)} sh "$@"\n'
        tree: dict[str, str | bytes] = {
            "srv/.keep": "", "proc/uptime": "5000.25 1\n", "bin/find": real("find"), "bin/nice": nice,
        }  # fmt: skip
        write_tree(tmp_path / "root", tree)
        write_tree(tmp_path, {"low/lent": "", "up/.keep": ""})
        (tmp_path / "low/lent").chmod(0o4755)
        with Probe(SHELLS["dash"], tmp_path / "root") as probe:
            assert list(look(probe, "suid").items) == ["suid /srv/lent"]

    def test_a_find_that_was_ended_is_no_host_without_such_files(self, host: Start) -> None:
        with host(nice="exit 124") as probe:
            found = look(probe, "suid")
        assert (found.items, found.unread) == ({}, ("",))
        assert judged("fs-suid", found).result is CheckResult.UNKNOWN


class TestCertificates:
    def test_the_real_openssl(self, host: Start, tmp_path: Path) -> None:
        """A leaf with its authority, one that ends soon beside its key, one of a foreign authority. No key leaves."""
        made = tmp_path / "made"
        made.mkdir()
        script = """
            ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 900 -keyout $1.key \\
                -out $1.crt -subj "/CN=$2"; }
            leaf() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr \\
                -subj "/CN=$2"; openssl x509 -req -in $1.csr -CA $3.crt -CAkey $3.key -days $4 -out $1.crt; }
            ca one 'One CA'; ca two 'Two CA'; leaf www www.example.com one 90; leaf soon soon.example.com one 5
        """
        subprocess.run(["sh", "-ec", script], cwd=made, check=True, capture_output=True)
        text = {path.name: path.read_text() for path in made.iterdir()}
        tree: dict[str, str | bytes] = {
            "etc/nginx/sites-enabled/a": "  ssl_certificate\t/etc/tls/www.pem;\n ssl_certificate_key /etc/x.key;\n",
            "etc/tls/www.pem": text["www.crt"] + text["one.crt"],
            "etc/haproxy/haproxy.cfg": "bind :443 ssl crt /etc/haproxy/soon.pem\n",
            "etc/haproxy/soon.pem": text["soon.key"] + text["soon.crt"] + text["one.crt"],
            "etc/letsencrypt/archive/odd1.pem": text["www.crt"] + text["two.crt"],
            "etc/letsencrypt/live/odd/README": "",
            "etc/ssl/certs/authority.pem": text["two.crt"],
            "etc/ssl/private/x.key": text["www.key"],
        }  # fmt: skip
        probe = host(tree)
        (tmp_path / "etc/letsencrypt/live/odd/fullchain.pem").symlink_to("../../archive/odd1.pem")
        with probe:
            sent = body(probe, "certfiles")
        assert b"PRIVATE" not in sent
        secret = text["soon.key"].splitlines()[1].encode()
        assert secret not in sent
        found = BY_NAME["certfiles"].parse(sent)  # type: ignore[misc]
        assert {path: (one["subject"], one["chain_ok"], one["used"]) for path, one in found.items.items()} == {
            "/etc/tls/www.pem": ("CN=www.example.com", True, True),
            "/etc/haproxy/soon.pem": ("CN=soon.example.com", True, True),
            "/etc/letsencrypt/live/odd/fullchain.pem": ("CN=www.example.com", False, False),
        }
        now = float(subprocess.run(["date", "+%s"], capture_output=True, check=True).stdout)
        assert [seen.object for seen in judged("tls-expiry", found, now=now).seen] == ["/etc/haproxy/soon.pem"]

    def test_a_key_behind_a_certificate_without_an_end_stays_there(self, host: Start, tmp_path: Path) -> None:
        """A file that was cut, or glued together by hand; and one that is as large as no certificate is not read."""
        whole = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        broken = "-----BEGIN CERTIFICATE-----\nMIIC\n"
        key = "-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n"
        probe = host({
            "etc/nginx/nginx.conf": "ssl_certificate /etc/tls/named.pem;\n ssl_certificate /etc/tls/huge.pem;\n",
            "etc/tls/named.pem": broken + key + whole,
            "etc/tls/huge.pem": whole + "A" * 70_000,
            "etc/ssl/found.pem": broken + key + whole,
        })  # fmt: skip
        with (tmp_path / "etc/tls/huge.pem").open("ab") as file:
            file.truncate(1 << 34)
        with probe:
            sent = body(probe, "certfiles")
        assert b"MIIC" in sent
        assert sent.count(b"MIIB") == 2
        assert b"c2VjcmV0" not in sent


JAILS = """
case $* in
status) printf 'Status\\n|- Number of jail:\\t2\\n`- Jail list:\\tpostfix, sshd\\n' ;;
'status sshd') printf 'Status for the jail: sshd\\n|- Filter\\n|  `- File list:\\t/var/log/auth.log\\n`- Actions\\n' ;;
*) echo "NOK: $*"; exit 255 ;;
esac
"""
"""What ``fail2ban-client`` says of two jails."""

RECORDED = Path(__file__).parents[1] / "collectors/data"


def recorded(system: str, topic: str) -> FactReading:
    """Return what real programs of Debian said there."""
    parse = BY_NAME[topic].parse
    assert parse is not None
    return parse((RECORDED / system / f"{topic}.txt").read_bytes())


class TestRealPrograms:
    """What the checks make of runs of the real programs: each was seen to be so on that host."""

    def test_a_jail_with_a_log_and_a_kernel_without_audit_and_apparmor(self) -> None:
        found = recorded("debian-12-guarded", "protections")
        now = float(str(found.items["clock"]["now"]))
        assert judged("ban-on", found, now=now).text == "fail2ban watches sshd"
        on = running("ssh.service")
        assert judged("aud-on", found, machine(), now=now).text == "the audit daemon does not run"
        assert judged("mac-on", found, machine(), now=now).result is CheckResult.FAIL
        integrity = judged("fim-on", found, packages("aide", "aide-common"), *on, now=now)
        assert integrity.text == "files were compared 0 min ago, with a database of 44 min ago"
        targets = {name: fields["what"] for name, fields in found.items.items() if name.startswith("sends ")}
        assert targets == {"sends rsyslog 192.0.2.9": "auth,authpriv.*", "sends rsyslog logs.example.com:6514": ""}
        remote = judged("log-remote", found, *running("rsyslog.service"), now=now)
        assert [seen.object for seen in remote.seen] == ["rsyslog 192.0.2.9"]

    def test_audit_whose_queue_overflowed_and_profiles_of_each_kind(self) -> None:
        """Rules as auditctl lists those that augenrules loaded; one process with a profile that does not hold it."""
        found = recorded("debian-12-audited", "protections")
        now = float(str(found.items["clock"]["now"]))
        assert [seen.object for seen in judged("aud-on", found, machine(), now=now).seen] == ["immutable", "lost"]
        assert judged("aud-identity", found, machine(), now=now).result is CheckResult.PASS
        armor = judged("mac-on", found, machine(), now=now)
        assert sorted(seen.object for seen in armor.seen) == [
            "complain /opt/sleep", "complain odd", "unconfined /opt/y/sleep",
        ]  # fmt: skip

    def test_advisories_of_dnf(self) -> None:
        """Of each severity, with and without an epoch, and two for one package: the later one's version mends both."""
        found = recorded("rpm-advisories", "patches")
        updates = {name: fields for name, fields in found.items.items() if name.startswith("update ")}
        assert {name: fields["version"] for name, fields in updates.items()} == {
            "update none-sev.noarch": "2-1", "update one.noarch": "1.2-1.el9", "update three.noarch": "2-1",
            "update two-libs3.noarch": "2:2-1",
        }  # fmt: skip
        assert updates["update one.noarch"]["sources"] == ["RHSA-2026:0001", "RHSA-2026:0002"]
        now = float(str(found.items["clock"]["now"]))
        waiting = judged("patch-sec", found, now=now)
        assert (
            waiting.text == "4 updates for security wait: none-sev.noarch, one.noarch, three.noarch, two-libs3.noarch"
        )


def machine() -> FactReading:
    return FactReading("hardware", {"machine": {"virtual": "none"}})


def packages(*names: str) -> FactReading:
    return FactReading("packages", {name: {"version": "1"} for name in names})


def running(*units: str) -> tuple[FactReading, FactReading]:
    """The facts of services that run: their files, and their states."""
    files = FactReading("unitfiles", {name: {"state": "enabled"} for name in units})
    return files, FactReading("units", {name: {"active": "active"} for name in units})


class TestProtections:
    def test_what_the_jail_for_sshd_reads(self, host: Start, tmp_path: Path) -> None:
        """A log that grows, then one that nobody writes any more, then none; other jails are not asked for."""
        log = tmp_path / "var/log/auth.log"
        with host({"var/log/auth.log": "x"}, fail2ban_client=JAILS) as probe:
            found = look(probe, "protections")
            now = float(str(found.items["clock"]["now"]))
            assert judged("ban-on", found, now=now).result is CheckResult.PASS
            os.utime(log, (now - 30 * 86_400, now - 30 * 86_400))
            old = judged("ban-on", look(probe, "protections"), *running(), now=now)
            assert (
                old.text == "the jail sshd of fail2ban reads /var/log/auth.log, where nothing was written for 30 days"
            )
            log.unlink()
            gone = judged("ban-on", look(probe, "protections"), *running(), now=now)
            assert gone.text == "the jail sshd of fail2ban reads /var/log/auth.log, which is not there"
            (tmp_path / "bin/fail2ban-client").write_text(
                f"#!/bin/sh\ncat >/dev/null\n{JAILS.replace('postfix, sshd', 'sshd-ddos, postfix')}"
            )
            sent = body(probe, "protections")
        assert b"NOK" not in sent
        assert b"none jail" in sent

    @pytest.mark.parametrize(
        ("said", "result"),
        [
            ("AIDE found NO differences between database and filesystem. Looks okay!!\n", CheckResult.PASS),
            ("AIDE found differences between database and filesystem!!\n", CheckResult.PASS),
            ("* AIDE returned with exit code 17. Invalid configuration! *\nbegin timestamp\n", CheckResult.FAIL),
        ],
    )
    def test_a_run_of_aide_that_compared_nothing_is_none(self, host: Start, said: str, result: CheckResult) -> None:
        """It leaves a fresh log, a fresh stamp and no failed unit all the same."""
        tree: dict[str, str | bytes] = {
            "var/lib/aide/aide.db": "x", "var/log/aide/aide.log": said, "var/spool/x": "",
            "var/lib/systemd/timers/stamp-dailyaidecheck.timer": "",
        }  # fmt: skip
        with host(tree) as probe:
            found = look(probe, "protections")
        facts = (found, packages("aide", "aide-common"), *running("ssh.service"))
        assert judged("fim-on", *facts, now=float(str(found.items["clock"]["now"]))).result is result

    def test_what_guards_a_host(self, host: Start, tmp_path: Path) -> None:
        """By the words of its programs and by its files; of the boot loader's password only that there is one."""
        tree: dict[str, str | bytes] = {
            "sys/module/apparmor/parameters/enabled": "Y\n",
            "etc/systemd/journald.conf": "[Journal]\n#Storage=none\nStorage=volatile\n",
            "etc/systemd/journald.conf.d/9.conf": "Storage=persistent\n",
            "etc/rsyslog.conf": "# *.* @@no.example.com\n*.* @@logs.example.com:514\n",
            "boot/grub/grub.cfg": "set superusers=a\n password_pbkdf2 a grub.pbkdf2.sha512.10000.AAAA\n",
            "var/lib/clamav/daily.cvd": b"ClamAV-VDB:28 May 2026 10-00 +0000:27117:2:90:md5:sig:b:1" + b"\0\xff" * 300,
            "var/lib/systemd/timers/stamp-dailyaidecheck.timer": "", "var/log/clamav/clamscan.log": "x",
            "var/lib/aide/aide.db": "x", "var/log/README": "",
            "var/spool/rsyslog/q.1": "x" * 50, "var/spool/cron/crontabs/root": "x",
        }  # fmt: skip
        said = {
            "fail2ban_client": JAILS,
            "auditctl": 'case $* in -s) printf "enabled 2\\npid 7\\n" ;; -l) echo "-w /etc -p wa -k all" ;; esac',
            "aa_status": 'printf "1 profiles are in enforce mode.\\n   /usr/bin/man\\n"; exit 0',
            "lsblk": 'echo \'NAME="sda" KNAME="sda" PKNAME="" TYPE="disk" FSTYPE="ext4" MOUNTPOINT="/"\'',
        }
        with host(tree, **said) as probe:
            sent = body(probe, "protections")
        assert b"pbkdf2.sha512" not in sent
        assert b"crontabs" not in sent
        found = BY_NAME["protections"].parse(sent)  # type: ignore[misc]
        assert found.unread == ()
        items = found.items
        assert items["fail2ban"] == {
            "jails": ["postfix", "sshd"], "journal": False,
            "files": ["/var/log/auth.log"], "gone": ["/var/log/auth.log"],
        }  # fmt: skip
        assert (items["audit"]["enabled"], items["rules of audit"]["count"]) == (2, 1)
        assert (items["apparmor"]["enabled"], items["apparmor"]["enforced"]) == (True, 1)
        assert items["journald"] == {"storage": "persistent", "folder": False, "forwards": ""}
        assert [name for name in items if name.startswith("sends")] == ["sends rsyslog logs.example.com:514"]
        assert items["boot /boot/grub/grub.cfg"] == {"passwords": 1}
        assert items["signatures daily.cvd"]["made_at"] == 1_779_962_400
        assert items["guard /var/spool/rsyslog/q.1"]["size"] == 50
        assert items["ran /var/log/clamav/clamscan.log"]["size"] == 1
        assert {"guard /var/lib/aide/aide.db", "ran dailyaidecheck.timer", "disk sda"} <= set(items)
        assert judged("aud-identity", found).result is CheckResult.PASS

    def test_without_its_programs_nothing_is_guessed(self, host: Start) -> None:
        """An almost empty host: no audit and no jails, which is known; what failed is not."""
        with host(auditctl="exit 1", aa_status="exit 4") as probe:
            found = look(probe, "protections")
        assert {"audit", "rules of audit"} <= set(found.unread)
        assert judged("aud-on", found).result is CheckResult.UNKNOWN
        assert judged("ban-on", found).result is CheckResult.UNKNOWN
