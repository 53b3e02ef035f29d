"""A second sshd that reads another file: found by its words, judged by the real sshd, never passed by."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.checkcases import read_of
from support.probes import SHELLS, Probe, write_tree
from support.waiting import until_sync

from tui_ops.collectors import frame
from tui_ops.collectors.facts.sshdargs import started
from tui_ops.collectors.facts.topics import BY_NAME
from tui_ops.model.facts import FactReading
from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Judgement, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID

NOW = 1_780_000_000.0
TIGHT = (
    "PermitRootLogin no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nAllowGroups people\n"
    "MaxAuthTries 3\nDisableForwarding yes\nClientAliveInterval 60\nLoginGraceTime 30\nMaxStartups 10:30:60\n"
)
OTHER = "/etc/ssh/other.conf"
SESSION = "sshd: anna [priv]"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a host key that a real sshd takes."""
    path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    return path


def look(root: Path, key: Path, words: str, files: Mapping[str, str], shell: str = "dash") -> FactReading:
    """Return what the section tells of a tree in which an sshd runs with some words; root may ask the real sshd."""
    told = words if words.startswith("sshd: ") else words.replace(" ", "\0")
    tree: dict[str, str | bytes] = {
        "proc/uptime": "5000.25 1\n", "proc/77/cmdline": told, "proc/78/cmdline": SESSION,
        "etc/ssh/sshd_config": TIGHT, **files,
        "usr/sbin/sshd": f'#!/bin/sh\ncase $* in -T) set -- -T -f {root}/etc/ssh/sshd_config ;; esac\n'
                         f'exec /usr/sbin/sshd -h {key} "$@"\n',
    }  # fmt: skip
    tree |= {f"bin/{name}": f'#!/bin/sh\nexec /usr/bin/{name} "$@"\n' for name in ("find", "grep", "timeout")}
    write_tree(root, tree)
    (root / "usr/sbin/sshd").chmod(0o755)
    with Probe(SHELLS[shell], root) as probe:
        parse = BY_NAME["sshdconf"].parse
        assert parse is not None
        return parse(probe.ask(frame.ask_section("sshdconf", 1, 20)).body)


def judged(check: str, reading: FactReading) -> Judgement:
    scene = Scene("h", {"sshdconf": read_of(reading, NOW)}, NOW, dict(BY_ID[check].parameters))
    return run_check(BY_ID[check], scene)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "words", [f"/usr/sbin/sshd -D -f {OTHER}", f"sshd: /usr/sbin/sshd -Df{OTHER} [listener] 0 of 10"]
)
def test_it_is_judged_by_what_the_real_sshd_says_of_its_file(tmp_path: Path, key: Path, shell: str, words: str) -> None:
    """The usual sshd is tight; the other lets root in, passwords and everybody too, by what its file leaves out."""
    reading = look(tmp_path, key, words, {OTHER.lstrip("/"): "Port 2222\nPermitRootLogin yes\n"}, shell)
    assert reading.items[f"sshd_config -f {OTHER}"]["effective"] is True
    for check in ("ssh-root", "ssh-password", "ssh-allow", "ssh-maxauth", "ssh-grace", "ssh-forward"):
        said = judged(check, reading)
        assert said.result is CheckResult.FAIL, (check, said.text)
        assert [seen.object for seen in said.seen] == [f"match -f {OTHER}"]
        assert f"in an sshd that runs with -f {OTHER}" in said.text
    assert judged("ssh-empty", reading).result is CheckResult.PASS


def test_a_tight_one_passes_and_its_match_blocks_are_read(tmp_path: Path, key: Path) -> None:
    words = f"/usr/sbin/sshd -f {OTHER} -o MaxAuthTries=9"
    reading = look(tmp_path, key, words, {OTHER.lstrip("/"): TIGHT + "Match User bert\nPermitRootLogin yes\n"})
    assert judged("ssh-password", reading).result is CheckResult.PASS
    assert [seen.object for seen in judged("ssh-root", reading).seen] == [f"match -f {OTHER} match User bert"]
    assert [seen.object for seen in judged("ssh-maxauth", reading).seen] == [f"match -f {OTHER}"]


def test_the_words_of_a_real_one_that_listens(tmp_path: Path, key: Path) -> None:
    """As the kernel tells them of a process of the real sshd."""
    config = tmp_path / "real.conf"
    config.write_text(f"HostKey {key}\nListenAddress 127.1.99.7:0\nPidFile none\n")
    words = ["/usr/sbin/sshd", "-D", "-q", "-f", str(config), "-o", "PermitRootLogin=yes", "-p", "40722"]
    config.write_text(f"HostKey {key}\nListenAddress 127.1.99.7\nPidFile none\n")
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            told = Path(f"/proc/{process.pid}/cmdline")
            until_sync(lambda: b"[listener]" in told.read_bytes())
            (way,) = started([told.read_bytes().replace(b"\0", b" ")], ())
        finally:
            process.terminate()
    assert (way.file, way.is_own, way.is_usual) == (str(config), True, False)
    assert way.settings == ("LogLevel=QUIET", "PermitRootLogin=yes", "Port=40722")


@pytest.mark.parametrize("words", [
    "/usr/sbin/sshd -f /home/anna/own.conf", "/usr/sbin/sshd -f /etc/ssh/gone.conf", "/opt/ssh/sbin/sshd -D",
    "/usr/sbin/sshd -D -f relative.conf",
])  # fmt: skip
def test_one_whose_settings_can_not_be_read_is_named_and_never_passed_over(
    tmp_path: Path, key: Path, words: str
) -> None:
    """A file of somebody else is not opened by root; one that is gone tells nothing; another build reads elsewhere."""
    reading = look(tmp_path, key, words, {"home/anna/own.conf": TIGHT})
    for check in ("ssh-root", "ssh-password", "ssh-allow", "ssh-idle"):
        said = judged(check, reading)
        assert said.result is CheckResult.UNKNOWN, said.text
        assert f"another sshd runs, {words}" in said.text


def test_one_that_systemd_starts_for_a_connection(tmp_path: Path, key: Path) -> None:
    """No process of it is there to be seen; its unit says what it reads, and the unit's variables what it is given."""
    unit = "[Service]\nExecStart=-/usr/sbin/sshd -i $SSHD_OPTS\nStandardInput=socket\n"
    files = {
        "etc/systemd/system/sockets.target.wants/ssh-in.socket": "", "etc/systemd/system/ssh-in@.service": unit,
        "etc/default/ssh": f'SSHD_OPTS="-f {OTHER}"\n', OTHER.lstrip("/"): "PermitRootLogin yes\n",
    }  # fmt: skip
    reading = look(tmp_path, key, SESSION, files)
    assert [seen.object for seen in judged("ssh-root", reading).seen] == [f"match -f {OTHER}"]
    (tmp_path / "etc/systemd/system/sockets.target.wants/ssh-in.socket").unlink()
    assert judged("ssh-root", look(tmp_path, key, SESSION, {})).result is CheckResult.PASS


def test_without_privilege_the_line_is_told(tmp_path: Path) -> None:
    """What root would have to be allowed stands in what is said."""
    body = (
        "run sshdconf\neffective permitrootlogin no\nwhole effective\nwritten /etc/ssh/sshd_config:PermitRootLogin no\n"
        f"whole written\nargs /usr/sbin/sshd -f {OTHER}\nwhole args\nfile other1 {OTHER}\nprivilege other1\n"
        f"line other1 /usr/bin/timeout 5 /usr/sbin/sshd -T -f {OTHER}\nwhole more\n"
    )
    parse = BY_NAME["sshdconf"].parse
    assert parse is not None
    said = judged("ssh-root", parse(body.encode()))
    assert said.result is CheckResult.UNKNOWN
    assert f"{OTHER} was not read; root may be asked where sudoers allows: /usr/bin/timeout 5" in said.text


def test_a_host_that_hides_processes(tmp_path: Path) -> None:
    body = b"run sshdconf\neffective permitrootlogin no\nwhole effective\n"
    body += b"written /etc/ssh/sshd_config:PermitRootLogin no\n"
    parse = BY_NAME["sshdconf"].parse
    assert parse is not None
    said = judged("ssh-root", parse(body + b"whole written\nwhole args\nprivilege args\n"))
    assert said.result is CheckResult.UNKNOWN
    assert "words with which sshd was started" in said.text
    assert judged("ssh-root", parse(body + b"whole written\nwhole args\n")).result is CheckResult.PASS
