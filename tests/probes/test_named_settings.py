"""What a host may have root read as settings of an sshd, by processes that call themselves one: no key, no shadow."""

import os
import re
import subprocess
from importlib.resources import files as package_files
from pathlib import Path

import pytest
from support.checkcases import read_of
from support.probes import SHELLS, Probe, write_tree

from tui_ops import probes
from tui_ops.collectors import frame
from tui_ops.collectors.dropin import dropin
from tui_ops.collectors.facts.accounts import parse_accounts
from tui_ops.collectors.facts.sshdargs import STARTED_LIMIT
from tui_ops.collectors.facts.sshdconf import parse_sshdconf
from tui_ops.collectors.privilege import WHY_OPEN, asked, parse_privilege
from tui_ops.collectors.rights import parse_rights, rights_of
from tui_ops.model.facts import FactReading
from tui_ops.model.filepaths import is_sshd_file
from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Judgement, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID

NOW = 1_780_000_000.0
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n"
PROGRAMS = {name: f"/usr/bin/{name}" for name in ("timeout", "sshd", "grep")}
FINE = ("/etc/ssh/sshd_config", "/etc/ssh/sshd_two", "/etc/ssh/two.sshd", "/etc/ssh/config-2", "/etc/ssh/.sshd")
NEVER = (
    "/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/sshd_key", "/etc/ssh/sshd.key", "/etc/ssh/sshd.pem",
    "/etc/ssh/sshd_key.pub", "/etc/ssh/SSHD_KEY", "/etc/ssh/sshd_KEY", "/etc/ssh/sshd.Pem", "/etc/ssh/two",
    "/etc/ssh/sshd_config.d/key", "/etc/ssh/../sshd", "/etc/ssh/..", "/etc/ssh/", "/etc/ssh", "/etc/ssh/sshd/",
    "/etc/ssh/ sshd", "/etc/ssh/sshd x", "/etc/ssh/*sshd", "/etc/ssh/sshd,x", "/etc/ssh/sshd@x", "/etc/sshd-sftp/key",
    "/etc/sshd_config", "etc/ssh/sshd", "/usr/etc/ssh/sshd_config", "/opt/x/sshd_config", "/home/anna/sshd_config", "",
    "//etc/ssh/sshd", "/etc/ssh//sshd", f"/etc/ssh/sshd{'x' * 188}", "/etc/ssh/sshd_\u00e9",
)  # fmt: skip


def test_no_two_functions_of_the_probe_have_one_name() -> None:
    """All sections are one text: of two, the later one would be called by both."""
    names = re.findall(r"^\s*([A-Za-z_][A-Za-z0-9_]*)\s*\(\)\s*\{", probes.text(), re.MULTILINE)
    assert len(names) > 100
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_probe_and_the_drop_in_have_one_rule(shell: str) -> None:
    """What the section would read, Python takes into the drop-in, and nothing else."""
    section = package_files("tui_ops.probes").joinpath("sections/sshdconf.sh").read_text("utf-8")
    script = f'{section}\nfor one; do if is_sshd_file "$one"; then echo yes; else echo no; fi; done\n'
    paths = [*FINE, *NEVER, f"/etc/ssh/sshd{'x' * 187}", "/etc/ssh/sshd\n", "/etc/ssh/sshd\n/x"]
    done = subprocess.run(
        [*SHELLS[shell], "-s", "--", *paths], input=script, capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )  # fmt: skip
    assert done.stdout.split() == ["yes" if is_sshd_file(path) else "no" for path in paths]
    assert all(map(is_sshd_file, FINE))
    assert not any(map(is_sshd_file, NEVER))


@pytest.mark.parametrize("path", NEVER)
def test_no_other_file_comes_into_the_drop_in(path: str) -> None:
    """Whatever the host says, on the wire or in a document that is kept."""
    found = parse_privilege(f"run privilege\nsshd {path}\nsshdopen link / {path}\n".encode())
    assert (found.sshds, found.open_sshds) == ((), {})
    document = parse_rights(b"run privilege\n").document | {"sshds": [path, "/etc/ssh/sshd_two"]}
    kept = rights_of(document).privilege.sshds
    text = dropin("ops", (), PROGRAMS, sshds=kept)
    assert len(asked((), (), kept)) == len(asked((), (), ["/etc/ssh/sshd_two"]))
    lines = [line.partition("NOPASSWD: ")[2] for line in text.splitlines() if "-f" in line or "-aH" in line]
    assert [line for line in lines if not line.endswith("/etc/ssh/sshd_two")] == []
    assert text.count("/etc/ssh/sshd_two: the host itself named this file") == 1
    assert "the host itself named" not in dropin("ops", (), PROGRAMS, sshds=[path])


def tree(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write a host whose root has the real programs, and an sshd that says back the file that it is given."""
    made: dict[str, str | bytes] = {
        "proc/uptime": "5000.25 1\n", "etc/ssh/sshd_config": "PermitRootLogin no\n",
        "usr/sbin/sshd": "#!/bin/sh\ncase $* in -T) echo permitrootlogin no ;; "
        f'*) echo "$3" >>{root}/read; cat "$3" ;; esac\n',
        **{
            f"{folder}/{name}": f'#!/bin/sh\nexec /usr/bin/{name} "$@"\n'
            for folder in ("bin", "usr/bin")
            for name in ("find", "grep", "timeout", "stat", "ls")
        },
        **files,
    }  # fmt: skip
    write_tree(root, made)
    for path in (*root.glob("usr/*bin/*"),):
        path.chmod(0o755)
    return root


def sent(root: Path, section: str = "sshdconf", shell: str = "dash") -> bytes:
    with Probe(SHELLS[shell], root) as probe:
        return probe.ask(frame.ask_section(section, 1, 20)).body


def judged(check: str, reading: FactReading) -> Judgement:
    return run_check(
        BY_ID[check], Scene("h", {"sshdconf": read_of(reading, NOW)}, NOW, dict(BY_ID[check].parameters))
    )  # fmt: skip


SFTP, HOST, BAK = "/etc/sshd-sftp/host_key", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/sshd_old"
"""Private keys: in a folder of an sshd's own, in the usual place, and by a name that says nothing of it."""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_private_key_never_leaves_the_host_as_settings(tmp_path: Path, shell: str) -> None:
    """By a unit that makes it, a script that does so before it starts sshd, and a unit whose instance may be any file;
    of each any account runs a process that calls itself an sshd which reads it.
    """
    keys = (SFTP, HOST, BAK)
    files: dict[str, str | bytes] = {path.lstrip("/"): KEY for path in keys}
    files |= {f"proc/{at}/cmdline": f"/usr/sbin/sshd -f {path}\x009" for at, path in enumerate(keys, 70)}
    units = "".join(
        f"ExecStartPre=/usr/bin/ssh-keygen -f {path}\nExecStart=/usr/sbin/sshd -f {path}\n" for path in keys
    )
    files["etc/systemd/system/sshd-sftp.service"] = f"[Service]\n{units}"
    files["etc/systemd/system/ssh@.service"] = "[Service]\nExecStart=/usr/sbin/sshd -i -f /etc/ssh/%i\n"
    files["etc/rc.local"] = "".join(f"ssh-keygen -N '' -f {path} && systemctl restart sshd\n" for path in keys)
    body = sent(tree(tmp_path, files), "sshdconf", shell)
    assert [path for path in keys if f"args /usr/sbin/sshd -f {path} 9".encode() not in body] == []
    assert b"PRIVATE KEY" not in body
    assert b"b3BlbnNzaC1rZXktdjEA" not in body
    assert not (tmp_path / "read").exists(), "sshd says the words of a file that it can't take"
    items = parse_sshdconf(body).items
    assert [items[f"sshd_config -f {path}"].get("open") for path in keys] == [None, None, f"{BAK} {WHY_OPEN['key']}"]
    rights = parse_privilege(sent(tmp_path, "privilege", shell))
    assert (rights.sshds, rights.open_sshds) == ((), {BAK: ("key", BAK)})


@pytest.mark.parametrize("path", [SFTP, HOST, BAK, "/opt/x/sshd_config"])
def test_what_can_not_be_read_is_unknown_and_says_what_to_do(tmp_path: Path, path: str) -> None:
    files: dict[str, str | bytes] = {
        path.lstrip("/"): KEY if path != "/opt/x/sshd_config" else "PermitRootLogin no\n",
        "proc/77/cmdline": f"/usr/sbin/sshd\0-f\0{path}", "etc/rc.local": f"/usr/sbin/sshd -f {path}\n",
    }  # fmt: skip
    said = judged("ssh-root", parse_sshdconf(sent(tree(tmp_path, files))))
    assert said.result is CheckResult.UNKNOWN
    assert path in said.text
    moved = "move it there, or have this sshd judged by what it offers from outside alone"
    assert (WHY_OPEN["key"] if path == BAK else moved) in said.text


def test_a_star_of_a_unit_stands_for_no_other_folder(tmp_path: Path) -> None:
    """An instance is one name: that of a file in a folder below is none of ssh's own."""
    path = "/etc/ssh/sshd_config.d/sshd_x"
    files: dict[str, str | bytes] = {
        path.lstrip("/"): "PermitRootLogin yes\n", "proc/77/cmdline": f"/usr/sbin/sshd\0-f\0{path}",
        "etc/systemd/system/ssh@.service": "[Service]\nExecStart=/usr/sbin/sshd -i -f /etc/ssh/%i\n",
    }  # fmt: skip
    assert b"permitrootlogin yes" not in sent(tree(tmp_path, files)).lower()
    assert not (tmp_path / "read").exists()


WEAK = "/etc/ssh/sshd_weak"
REAL = f"/usr/sbin/sshd\0-f\0{WEAK}"
VOUCHED: dict[str, str | bytes] = {
    WEAK.lstrip("/"): "PermitRootLogin yes\n", "etc/default/ssh-weak": f"SSHD_OPTS='-f {WEAK}'\n",
}  # fmt: skip


def flooded(root: Path, words: list[str], real: str = REAL) -> FactReading:
    """Return what a host tells on which processes call themselves an sshd, numbered before one that is."""
    made = {f"proc/{at + 10}/cmdline": one for at, one in enumerate(words)}
    return parse_sshdconf(sent(tree(root, {**VOUCHED, **made, "proc/999/cmdline": real})))


def test_many_that_call_themselves_sshd_hide_none(tmp_path: Path) -> None:
    """Each told apart by one option more; beyond the limit the check knows that it does not know all."""
    words = ["/usr/sbin/sshd\0-D" + "\0-4" * (at + 1) for at in range(STARTED_LIMIT)]
    said = judged("ssh-root", flooded(tmp_path, words))
    assert said.result is CheckResult.UNKNOWN
    assert "too many processes call themselves one" in said.text
    for at in range(STARTED_LIMIT):
        (tmp_path / f"proc/{at + 10}/cmdline").unlink()
    assert judged("ssh-root", flooded(tmp_path, words[1:])).result is CheckResult.FAIL


def test_long_words_hide_no_sshd(tmp_path: Path) -> None:
    """Six of nearly four thousand signs are more than the host tells of all: what stands behind them counts too."""
    words = [f"/usr/sbin/sshd\0-D\0{str(at) * 3_900}" for at in range(6)]
    body = sent(tree(tmp_path, {
        **VOUCHED, **{f"proc/{at + 10}/cmdline": one for at, one in enumerate(words)}, "proc/999/cmdline": REAL,
    }))  # fmt: skip
    assert b"whole args" not in body
    said = judged("ssh-root", parse_sshdconf(body))
    assert said.result is CheckResult.UNKNOWN
    assert "too many words" in said.text


@pytest.mark.parametrize("signs", [1_600, 30_000])
def test_words_behind_which_an_option_is_cut_off_are_not_all(tmp_path: Path, signs: int) -> None:
    """One process whose own words are longer than what is read of them, or than what is told of all."""
    real = f"/usr/sbin/sshd\0-o\0Banner={'x' * signs}\0-f\0{WEAK}"
    assert judged("ssh-root", flooded(tmp_path, [], real)).result is CheckResult.UNKNOWN


@pytest.mark.parametrize("many", [False, True])
def test_backends_that_somebody_makes_up_hide_no_directory(tmp_path: Path, many: bool) -> None:
    """An sssd of the host's own files alone is no directory; many that say so don't hide the one of a domain."""
    fake, real = "/usr/libexec/sssd/sssd_be\0--domain\0implicit_files", "/usr/libexec/sssd/sssd_be\0--domain\0x.org"
    said = [fake + "\0" + "x" * 1_000] * 5 if many else [fake]
    files: dict[str, str | bytes] = {f"proc/{at + 10}/cmdline": one for at, one in enumerate(said)}
    files |= {"proc/999/cmdline": real} if many else {}
    files |= {
        "var/lib/sss/pipes/nss": "",
        "etc/nsswitch.conf": "passwd: files sss\n",
        "etc/passwd": "root:x:0:0::/:/bin/sh\n",
    }
    body = sent(tree(tmp_path, files), "accounts")
    assert ("directory sss passwd" in parse_accounts(body).unread) is many


def test_nothing_is_read_of_a_file_that_others_write_to(tmp_path: Path) -> None:
    """Not by a login as root either, nor of what it names as a key; only who may write to it is told."""
    files: dict[str, str | bytes] = {
        **VOUCHED, WEAK.lstrip("/"): "PermitRootLogin yes\nHostKey /srv/key\n", "srv/key": "x",
        "srv/key.pub": "hidden\n", "proc/77/cmdline": REAL,
    }  # fmt: skip
    os.chown(tree(tmp_path, files) / WEAK.lstrip("/"), 65534, 0)
    body = sent(tmp_path)
    assert f"open other1 owner {WEAK}".encode() in body
    assert b"PermitRootLogin yes" not in body
    assert b"hidden" not in body
    found = parse_sshdconf(body)
    assert f"sshd_config file {WEAK}" in found.items
    assert judged("ssh-root", found).result is CheckResult.UNKNOWN
