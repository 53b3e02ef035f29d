"""The drop-in: what the sections call is what it allows, visudo takes it, and the real sudo runs just that."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files as package_files
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.dropin import dropin
from tui_ops.collectors.facts.accounts import parse_accounts
from tui_ops.collectors.facts.authkeys import parse_authkeys
from tui_ops.collectors.facts.files import parse_files
from tui_ops.collectors.facts.logins import parse_logins
from tui_ops.collectors.facts.modes import parse_modes
from tui_ops.collectors.facts.sshdconf import parse_sshdconf
from tui_ops.collectors.facts.sudoers import parse_sudoers
from tui_ops.collectors.privilege import (
    ROOT_LINES,
    Privilege,
    asked,
    disk_line,
    file_lines,
    parse_privilege,
    sshd_lines,
)
from tui_ops.collectors.rights import parse_rights, rights_of

PROGRAMS = {line.program: f"/usr/sbin/{line.program}" for line in ROOT_LINES} | {
    name: f"/usr/bin/{name}" for name in ("timeout", "stat", "sha256sum", "head", "smartctl", "find", "sed")
}
ODD = ["/etc/a:b,c=d", "/etc/x@y+z", "/srv/-dash"]
"""Paths with every sign that sudoers reads otherwise."""

Ask = Callable[..., bytes]


ENDS = {"&&", "||", "|", "2>&1", "{", "then"}


OTHERS = sshd_lines("$sshd_file")
"""Made for each host: of the files that its further sshds read, as the host itself has found them safe."""


def calls() -> list[tuple[str, tuple[str, ...]]]:
    """Return section and words of every call for root in the sections, without what names a line of the answer."""
    found = []
    for part in package_files("tui_ops.probes").joinpath("sections").iterdir():
        text = re.sub(r"\\\n\s*", " ", part.read_text("utf-8"))
        for line in text.splitlines():
            at = re.search(r"^[^#]*?\b(tell_root|may_root|as_root|ask_root) (?!\"\$@\")(.+)", line)
            if at is None:
                continue
            words = []
            for word in shlex.split(at[2].replace("$root", "")):
                if word in ENDS:
                    break
                words.append(word.removesuffix(";") if len(word) == 1 else word.rstrip(";)"))
                if word.endswith(";"):
                    break
            found.append((part.name.removesuffix(".sh"), tuple(words[3:] if at[1] == "tell_root" else words)))
    return found


def test_the_table_is_what_the_sections_call() -> None:
    """A line that a section calls and the table lacks would be refused; one that nobody calls would be allowed."""
    constant = {(line.section, (str(line.seconds), line.program, *line.words)) for line in ROOT_LINES}
    fixed = {call for call in calls() if call[0] not in ("privilege", "files", "smart", "containers")}
    others = {(line.section, (str(line.seconds), line.program, *line.words)) for line in OTHERS}
    assert fixed == {one for one in constant if one[0] != "containers"} | others


def test_the_section_asks_for_the_table_in_its_order(tmp_path: Path) -> None:
    """What it numbers are these lines: a made-up sudo writes down what it is asked for."""
    names = {*(line.program for line in ROOT_LINES), "stat", "sha256sum", "head", "timeout", "smartctl"}
    fakes = {f"usr/sbin/{name}": "#!/bin/sh\nexit 0\n" for name in names}
    scan = '#!/bin/sh\nprintf "/dev/sda -d scsi # a disk\\n/dev/bus/0 -d megaraid,3 # b\\n/dev/sd\\044(id) -d x\\n"\n'
    sudo = '#!/bin/sh\nshift 2\nprintf "%s\\n" "$*" | tr "\\n" " " >>"${0%/bin/*}/asked"\necho >>"${0%/bin/*}/asked"\n'
    tree = {
        **fakes,
        "proc/77/cmdline": "/usr/sbin/sshd\0-f\0/etc/ssh/sshd_other",
        "proc/78/cmdline": "/usr/sbin/sshd\0-Df\0/opt/open/sshd_config\0-p\00022",
        "proc/79/cmdline": "/usr/sbin/sshd\0-f\0/etc/ssh/sshd_shared",
        "etc/ssh/sshd_shared": "",
        "etc/ssh/sshd_made_up": "",
        "proc/80/cmdline": "/usr/sbin/sshd\0-f\0/etc/ssh/sshd_made_up",
        "etc/ssh/sshd_armoured": "\n-----BEGIN OPENSSH PRIVATE KEY-----\n",
        "proc/81/cmdline": "/usr/sbin/sshd\0-f\0/etc/ssh/sshd_armoured",
        "etc/rc.local": "/usr/sbin/sshd -f /etc/ssh/sshd_other\n/usr/sbin/sshd -f /etc/ssh/sshd_shared\n"
        "/usr/sbin/sshd -f /etc/ssh/sshd_armoured\n/usr/sbin/sshd -f /opt/open/sshd_config\n",
        "etc/ssh/sshd_other": "",
        "opt/open/sshd_config": "",
        "usr/sbin/smartctl": scan,
        "bin/smartctl": scan,
        "bin/sudo": sudo,
        "bin/id": "#!/bin/sh\necho 1000\n",
    }
    root = write_tree(tmp_path, tree)
    for path in root.glob("usr/sbin/*"):
        path.chmod(0o755)
    (root / "bin/timeout").write_text('#!/bin/sh\nshift\nexec "$@"\n')
    (root / "bin/timeout").chmod(0o755)
    (root / "opt/open").chmod(0o777)
    (root / "etc/ssh/sshd_shared").chmod(0o664)
    with Probe(root=root) as probe:
        found = parse_privilege(probe.ask(frame.ask_section("privilege", 1, 20, paths=ODD)).body)
    assert found.disks == (("/dev/sda", "-"), ("/dev/bus/0", "megaraid,3"))
    assert found.sshds == ("/etc/ssh/sshd_other",)
    assert found.open_sshds == {
        "/etc/ssh/sshd_armoured": ("key", "/etc/ssh/sshd_armoured"),
        "/etc/ssh/sshd_made_up": ("unnamed", "/etc/ssh/sshd_made_up"),
        "/etc/ssh/sshd_shared": ("writable", "/etc/ssh/sshd_shared"),
    }
    lines = asked(ODD, found.disks, found.sshds)
    assert found.allowed == frozenset(range(1, len(lines) + 1))
    wanted = [
        " ".join([f"{root}/usr/sbin/timeout", str(line.seconds), f"{root}/usr/sbin/{line.program}", *line.words])
        for line in lines
    ]
    told = [line.rstrip() for line in (root / "asked").read_text().splitlines()]
    plain = [re.sub(rf" {re.escape(str(root))}/(?!usr/sbin)", " /", line) for line in told[1:]]
    assert plain == [line.replace("\t", "\t") for line in wanted]


def test_visudo_takes_it(tmp_path: Path) -> None:
    """With every sign that could mean something to it, and for users of every kind."""
    disks = [("/dev/sda", "-"), ("/dev/bus/0", "megaraid,3")]
    for user in ("monitor", "ops-2", "svc_x", "EXAMPLE\\ops", "ops@example.com"):
        file = tmp_path / "dropin"
        file.write_text(dropin(user, ODD, PROGRAMS, disks))
        done = subprocess.run(["visudo", "-c", "-f", str(file)], capture_output=True, text=True, env={"PATH": PATH})
        assert done.returncode == 0, done.stderr + done.stdout


PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
USER, UID = "tuiopswatch", 64210


@contextmanager
def account(folder: Path, rules: str, shell: str) -> Iterator[Probe]:
    """A probe of an account that only this process and its children have, by mounts of their own, with this drop-in."""
    passwd = Path("/etc/passwd").read_text() + f"{USER}:x:{UID}:{UID}::/home/{USER}:/bin/sh\n"
    shadow = f"root:*:19000:0:99999:7:::\n{USER}:*:19000:0:99999:7:::\n"
    shadow += (
        "locked:!$6$salt$"
        + "h" * 86
        + ":19001:1:90:7:30:20000:\nopen::19002::::::\nset:$y$j9T$"
        + "k" * 60
        + ":19003:0:99999:7:::\n"
    )
    keys = {"home/bob/.ssh/authorized_keys": KEY, "home/bob/.ssh/authorized_keys2": "secret words\n"}
    write_tree(folder, {"passwd": passwd, "shadow": shadow, "sudoers.d/tui-ops": rules, f"home/{USER}/x": "", **keys})
    for path, mode in (("shadow", 0o600), ("sudoers.d/tui-ops", 0o440), ("home/bob", 0o700), ("home/bob/.ssh", 0o700)):
        (folder / path).chmod(mode)
    (folder / "passwd").chmod(0o644)
    places = {"passwd": "/etc/passwd", "shadow": "/etc/shadow", "sudoers.d": "/etc/sudoers.d", "home": "/home"}
    mounts = "".join(f"mount --bind '{folder / name}' {place} && " for name, place in places.items())
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", mounts + 'exec "$@"', "sh"]
    words += ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "env", f"HOME=/home/{USER}"]
    with Probe([*words, *SHELLS[shell]]) as probe:
        yield probe


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGWvOWvXQYIqb4l6hTUXUVm3sHxPvJ7fUBjxC8cT2kPv bob@laptop\n"
NAMED = "/etc/shadow"


@pytest.fixture
def programs() -> dict[str, str]:
    """Where this machine's programs are, as the section tells it."""
    with Probe() as probe:
        return parse_privilege(probe.ask(frame.ask_section("privilege", 1, 20, paths=[NAMED])).body).programs


def ask(probe: Probe, name: str, paths: tuple[str, ...] = ()) -> bytes:
    return probe.ask(frame.ask_section(name, 1, 20, paths=paths)).body


@pytest.mark.parametrize("shell", SHELLS)
class TestTheRealSudo:
    def test_with_the_drop_in_all_is_read(self, tmp_path: Path, programs: dict[str, str], shell: str) -> None:
        """Passwords' states, everybody's keys, the rules themselves, and a file that the inventory names."""
        with account(tmp_path, dropin(USER, [NAMED], programs), shell) as probe:
            found: Privilege = parse_privilege(ask(probe, "privilege", (NAMED,)))
            accounts = ask(probe, "accounts")
            keys = parse_authkeys(ask(probe, "authkeys"))
            rules = parse_sudoers(ask(probe, "sudoers"))
            named = parse_files(ask(probe, "files", (NAMED,)), [NAMED])
            modes = parse_modes(ask(probe, "modes"))
        assert (found.user, found.has_sudo, found.refused) == (USER, True, frozenset())
        assert (modes.unread, modes.items["/home/bob/.ssh/authorized_keys"]["mode"]) == ((), "0644")
        assert b"hhh" not in accounts
        assert b"kkk" not in accounts
        told = parse_accounts(accounts)
        assert told.unread_fields == ()
        assert told.items[USER]["password"] == "none"
        assert told.items[USER]["password_changed"] == "2022-01-08"
        assert b"shadow locked:L:19001:1:90:7:30:20000:" in accounts
        assert b"shadow open::19002:" in accounts
        assert b"shadow set:Py:19003:" in accounts
        assert [name.split()[1] for name in keys.items] == [
            "SHA256:" + subprocess.run(
                ["ssh-keygen", "-lf", "-"], input=KEY, capture_output=True, text=True, check=True
            ).stdout.split("SHA256:")[1].split()[0]
        ]  # fmt: skip
        assert any(fields["nopasswd"] for fields in rules.items.values())
        assert named.items[NAMED]["mode"] == "0600"
        assert "hhh" not in str(named.items)

    def test_without_it_nothing_is_guessed(self, tmp_path: Path, shell: str) -> None:
        """All that takes privilege is told as such, and no item of it as gone."""
        with account(tmp_path, "# nothing\n", shell) as probe:
            found = parse_privilege(ask(probe, "privilege", (NAMED,)))
            accounts = parse_accounts(ask(probe, "accounts"))
            keys = parse_authkeys(ask(probe, "authkeys"))
            rules = parse_sudoers(ask(probe, "sudoers"))
            named = parse_files(ask(probe, "files", (NAMED,)), [NAMED])
            modes, logins = parse_modes(ask(probe, "modes")), parse_logins(ask(probe, "logins"))
            settings = parse_sshdconf(ask(probe, "sshdconf"))
        assert found.allowed == frozenset()
        assert (modes.unread, modes.needs) == (("/home/", "/root/", "/var/lib/"), ("modes of files in homes",))
        assert (logins.unread, logins.needs) == (("failures", "accepted"), ("tries to log in",))
        assert logins.items["account root"].keys() == {"last", "from", "tty"}
        assert settings.needs == ("effective settings of sshd",)
        assert settings.items["sshd_config"]["value"] == ["/etc/ssh/sshd_config"]
        assert len(found.refused) > 5
        assert accounts.needs == ("states of passwords",)
        assert "password" in accounts.unread_fields
        assert keys.needs == ("keys of other accounts",)
        assert (rules.unread, rules.needs, rules.items) == (("",), ("sudo rules",), {})
        assert (named.unread, named.needs, named.items) == ((NAMED,), (NAMED,), {})

    def test_a_file_in_an_own_folder_is_no_way_to_others(
        self, tmp_path: Path, programs: dict[str, str], shell: str
    ) -> None:
        """Whoever may put a link there would read what root reads; so root is not asked for it."""
        trap = f"/home/{USER}/trap"
        (tmp_path / f"home/{USER}").mkdir(parents=True)
        (tmp_path / f"home/{USER}").chmod(0o755)
        paths = (NAMED, trap)
        with account(tmp_path, "# nothing\n", shell) as probe:
            subprocess.run([*beside(probe), "true"], check=True)
            shutil.chown(tmp_path / f"home/{USER}", UID, UID)
            subprocess.run([*beside(probe), "ln", "-s", "/etc/shadow", trap], check=True)
            document = parse_rights(ask(probe, "privilege", paths)).document
        found = rights_of({**document, "files": list(paths)})
        assert found.safe_files == (NAMED,)
        text = dropin(USER, found.safe_files, programs, left_out=found.left_out)
        assert f"# Left out: {trap}: /home/{USER} does not belong to root" in text
        (tmp_path / "again").mkdir()
        with account(tmp_path / "again", text, shell) as probe:
            for path, code in ((NAMED, 0), (trap, 1)):
                words = ["sudo", "-n", "-l", "/usr/bin/timeout", "5", programs["head"], "-c", "8193", path]
                assert subprocess.run([*beside(probe), *words], stdout=subprocess.DEVNULL).returncode == code

    def test_it_allows_nothing_beside_it(self, tmp_path: Path, programs: dict[str, str], shell: str) -> None:
        """A word more, another file or another number of seconds: refused."""
        with account(tmp_path, dropin(USER, [NAMED], programs, sshds=["/etc/ssh/sshd_two"]), shell) as probe:
            allowed = [
                words
                for words in (
                    "5 /usr/bin/head -c 8193 /etc/shadow",
                    "5 /usr/bin/head -c 8193 /etc/gshadow",
                    "5 /usr/bin/head -c 8193 /etc/shadow /etc/gshadow",
                    "50 /usr/bin/head -c 8193 /etc/shadow",
                    f"10 {programs['find']} /root /home -maxdepth 3 -path x/.ssh/authorized_keysx -type f",
                    f"5 {programs['sshd']} -T -f /etc/ssh/sshd_two",
                    f"5 {programs['sshd']} -T -f /etc/shadow",
                    f"5 {programs['sshd']} -T -f /etc/ssh/sshd_two -o Include=/etc/shadow",
                    f"5 {programs['grep']} -aH . /etc/ssh/sshd_two",
                    f"5 {programs['grep']} -aH . /etc/ssh/sshd_two /etc/shadow",
                    f"5 {programs['sed']} -E -e s/:!+[^:]{{3,}}:/:L:/ /etc/shadow",
                )
                if subprocess.run([*beside(probe), "sudo", "-n", "-l", "/usr/bin/timeout", *words.split()]).returncode
                == 0
            ]
        assert allowed == [
            "5 /usr/bin/head -c 8193 /etc/shadow",
            f"5 {programs['sshd']} -T -f /etc/ssh/sshd_two",
            f"5 {programs['grep']} -aH . /etc/ssh/sshd_two",
        ]


def beside(probe: Probe) -> list[str]:
    """Return the words before a command that make it one of the probe's account, with the mounts that it sees."""
    switch = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
    return ["nsenter", f"--mount=/proc/{probe.process.pid}/ns/mnt", *switch]


def test_lines_of_files_and_disks_are_as_the_sections_call_them() -> None:
    """Their words stand in the sections with a variable in the place of what the host has."""
    sections = package_files("tui_ops.probes").joinpath("sections")
    text = sections.joinpath("files.sh").read_text("utf-8")
    for line in file_lines("PATH"):
        words = " ".join(f"'{word}'" if " " in word else word for word in line.words[:-1])
        assert f"may_root {line.seconds} {line.program} {words}".rstrip() + ' "$1"' in text
    smart = sections.joinpath("smart.sh").read_text("utf-8")
    assert "set -- " + " ".join(disk_line("D").words[:-1]) in smart
    assert 'set -- "$@" -d "$smart_type"' in smart
    assert f"may_root {disk_line('D').seconds} smartctl" in smart
    containers = sections.joinpath("containers.sh").read_text("utf-8")
    (docker,) = (line for line in ROOT_LINES if line.program == "docker")
    form = docker.words[-1].replace("\t", "$tab")
    assert (
        form.startswith("{{.ID}}$tab{{.Names}}$tab{{.Image}}") and form.endswith("{{.Status}}$tab{{.Ports}}")
    ) is True
    assert 'start="{{.ID}}$tab{{.Names}}$tab{{.Image}}"' in containers
    assert 'end="{{.Status}}$tab{{.Ports}}"' in containers
    assert f'may_root {docker.seconds} "$engine" ps -a --format "$start$tab{{{{.State}}}}$tab$end"' in containers
