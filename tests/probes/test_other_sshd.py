"""A second sshd that reads another file: found by its words, judged by the real sshd, never passed by."""

import os
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
from tui_ops.collectors.privilege import WHY_OPEN, asked, sshd_lines
from tui_ops.engine.security.judging import root_lines
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Judgement, Read, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID

NOW = 1_780_000_000.0
NOTHING: Mapping[str, object] = {}
TIGHT = (
    "PermitRootLogin no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nAllowGroups people\n"
    "MaxAuthTries 3\nDisableForwarding yes\nClientAliveInterval 60\nLoginGraceTime 30\nMaxStartups 10:30:60\n"
)
OTHER = "/etc/ssh/sshd_other"
SESSION = "sshd: anna [priv]"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a host key that a real sshd takes."""
    path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    return path


KEY_FIELDS: Fields = {"mode": "0600", "uid": 0, "group": "root", "owner": "root", "kind": "file", "type": "ssh-ed25519"}


def look(
    root: Path, key: Path, words: str, files: Mapping[str, str], shell: str = "dash", usual: bool = True
) -> FactReading:
    """Return what the section tells of a tree in which an sshd runs with some words; root may ask the real sshd."""
    told = words if words.startswith("sshd: ") else words.replace(" ", "\0")
    tree: dict[str, str | bytes] = {
        "proc/uptime": "5000.25 1\n", "proc/77/cmdline": told, "proc/78/cmdline": SESSION,
        **({"etc/ssh/sshd_config": TIGHT} if usual else {}),
        "etc/systemd/system/sshd-two@.service": "[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/sshd_%i\n", **files,
        "usr/sbin/sshd": f'#!/bin/sh\ncase $* in -T) set -- -T -f {root}/etc/ssh/sshd_config ;; esac\n'
                         f'exec /usr/sbin/sshd -h {key} "$@"\n',
    }  # fmt: skip
    programs = ("find", "grep", "timeout", "stat", "ls")
    tree |= {f"bin/{name}": f'#!/bin/sh\nexec /usr/bin/{name} "$@"\n' for name in programs}
    write_tree(root, tree)
    (root / "usr/sbin/sshd").chmod(0o755)
    with Probe(SHELLS[shell], root) as probe:
        parse = BY_NAME["sshdconf"].parse
        assert parse is not None
        return parse(probe.ask(frame.ask_section("sshdconf", 1, 20)).body)


def judged(check: str, reading: FactReading, known: Mapping[str, object] = NOTHING, **reads: Read) -> Judgement:
    scene = Scene(
        "h", {"sshdconf": read_of(reading, NOW), **reads}, NOW, dict(BY_ID[check].parameters), known=known
    )  # fmt: skip
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
    assert reading.items[f"sshd_config -f {OTHER}"]["ports"] == ["2222"]


def test_what_it_offers_and_its_keys_are_judged(tmp_path: Path, key: Path) -> None:
    """By the real sshd -T -f FILE; its key lies where no other check looks, and others may read it."""
    own = "opt/ssh/own_key"
    (tmp_path / "opt/ssh").mkdir(parents=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", tmp_path / own], check=True)
    (tmp_path / own).chmod(0o640)
    os.chown(tmp_path / own, 0, 65534)
    lines = (
        f"HostKey /{own}\nCiphers aes128-ctr,aes256-cbc\nMACs hmac-sha1\nKexAlgorithms diffie-hellman-group14-sha1\n"
    )
    reading = look(tmp_path, key, f"/usr/sbin/sshd -f {OTHER} -p 2222", {OTHER.lstrip("/"): lines})
    for check, weak in (
        ("ssh-cipher", "aes256-cbc"), ("ssh-mac", "hmac-sha1"), ("ssh-kex", "diffie-hellman-group14-sha1"),
    ):  # fmt: skip
        said = judged(check, reading)
        assert {seen.object for seen in said.seen if OTHER in seen.object} == {f"-f {OTHER} {weak}"}, said.text
        assert f"the sshd that runs with -f {OTHER} offers {weak} (as sshd -T -f {OTHER} says" in said.seen[-1].text
    modes = Read("modes", {"/etc/ssh/ssh_host_rsa_key": KEY_FIELDS}, NOW)
    said = judged("ssh-hostkey", reading, modes=modes)
    (seen,) = said.seen
    assert seen.object == f"/{own}"
    assert f"/{own}, a key of the sshd that runs with -f {OTHER}, can be read by others: 0640" in seen.text
    assert "is an RSA key of 2048 bits, less than 3072" in seen.text
    (tmp_path / OTHER.lstrip("/")).chmod(0o644)
    reading = look(tmp_path, key, f"/usr/sbin/sshd -f {OTHER} -p 2222", {})
    said = judged("ssh-conffile", reading, modes=modes)
    assert [seen.object for seen in said.seen] == [OTHER]


def test_one_that_runs_alone_is_judged(tmp_path: Path, key: Path) -> None:
    """A container's sshd may read no usual file at all: that is not a host without sshd."""
    (tmp_path / "etc/ssh").mkdir(parents=True)
    reading = look(
        tmp_path, key, f"/usr/sbin/sshd -f {OTHER}", {OTHER.lstrip("/"): "PermitRootLogin yes\n"}, usual=False
    )
    assert [seen.object for seen in judged("ssh-root", reading).seen] == [f"match -f {OTHER}"]
    assert judged("ssh-empty", reading).result is CheckResult.PASS
    reading = look(tmp_path, key, f"/usr/sbin/sshd -f {OTHER}", {OTHER.lstrip("/"): TIGHT}, usual=False)
    assert judged("ssh-root", reading).result is CheckResult.PASS
    assert judged("ssh-allow", reading).result is CheckResult.PASS


def test_two_that_read_the_same_file_are_two(tmp_path: Path, key: Path) -> None:
    """Each with what its own words set; the file and its key are looked at as those of one."""
    words = f"sshd: /usr/sbin/sshd -f {OTHER} -p 2201 [listener] 0 of 10"
    files = {OTHER.lstrip("/"): TIGHT, "proc/79/cmdline": f"/usr/sbin/sshd\0-f{OTHER}\0-p2202\0-oPermitRootLogin=yes"}
    reading = look(tmp_path, key, words, files)
    assert [fields["ports"] for name, fields in reading.items.items() if name.startswith("sshd_config -f")] == [
        ["2201"], ["2202"],
    ]  # fmt: skip
    assert len(judged("ssh-root", reading).seen) == 1
    (tmp_path / OTHER.lstrip("/")).chmod(0o600)
    modes = Read("modes", {"/etc/ssh/sshd_config": KEY_FIELDS}, NOW)
    assert judged("ssh-conffile", look(tmp_path, key, words, {}), modes=modes).result is CheckResult.PASS


def test_a_block_of_it_stands_on_its_own_settings(tmp_path: Path, key: Path) -> None:
    """What the usual sshd asks of a login says nothing about a block of the other one."""
    files = {
        "etc/ssh/sshd_config": TIGHT + "AuthenticationMethods publickey\n",
        OTHER.lstrip("/"): TIGHT + "Match User bert\nPasswordAuthentication yes\n",
    }
    said = judged("ssh-password", look(tmp_path, key, f"/usr/sbin/sshd -f {OTHER}", files))
    assert [seen.object for seen in said.seen] == [f"match -f {OTHER} match User bert"]


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
            (way,) = started([told.read_bytes().replace(b"\0", b" ")], ()).told
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
    for check in ("ssh-root", "ssh-password", "ssh-allow", "ssh-idle", "ssh-cipher", "ssh-kex"):
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


def told(*lines: str, effective: str = "effective permitrootlogin no\nwhole effective") -> FactReading:
    """Return the reading of a host on which another sshd runs, whose file lies where root alone writes."""
    body = ["run sshdconf", effective, "written /etc/ssh/sshd_config:PermitRootLogin no", "whole written",
            f"args /usr/sbin/sshd -f {OTHER}", "whole args", f"file other1 {OTHER}", *lines, "whole more"]  # fmt: skip
    parse = BY_NAME["sshdconf"].parse
    assert parse is not None
    return parse("\n".join(body).encode())


@pytest.mark.parametrize("effective", ["effective permitrootlogin no\nwhole effective", "privilege effective"])
def test_without_privilege_the_line_is_told(effective: str) -> None:
    """What root would have to be allowed is among the lines that would make the check known, word for word."""
    said = judged("ssh-root", told("privilege other1", effective=effective))
    assert said.result is CheckResult.UNKNOWN
    assert f"another sshd runs, /usr/sbin/sshd -f {OTHER}: {OTHER} was not read" in said.text
    assert said.needs == ("sshdconf",)
    rights = {"programs": {"timeout": "/usr/bin/timeout", "sshd": "/usr/sbin/sshd"}, "sshds": [OTHER]}
    line = f"/usr/bin/timeout 5 /usr/sbin/sshd -T -f {OTHER}"
    assert line in root_lines(said.needs, rights)
    allowed = [number for number, one in enumerate(asked((), (), [OTHER]), 1) if one in sshd_lines(OTHER)]
    assert line not in root_lines(said.needs, {**rights, "allowed": allowed})


def test_one_whose_file_others_may_write_to_is_not_read_by_root_and_the_reason_is_told() -> None:
    said = judged("ssh-root", told("open other1 owner /etc/ssh/sshd_other"))
    assert said.result is CheckResult.UNKNOWN
    assert f"root is not asked for it: {OTHER} does not belong to root" in said.text


def test_what_was_not_read_to_its_end_may_hold_a_block() -> None:
    """Blocks stand at the end of a file, and that is what a limit cuts off."""
    lines = [f"more {OTHER}:{line}" for line in TIGHT.splitlines()]
    assert judged("ssh-root", told(*lines)).result is CheckResult.PASS
    body = told(*lines, "broken more")
    assert judged("ssh-root", body).result is CheckResult.UNKNOWN
    assert OTHER in judged("ssh-root", body).text


VOUCHED = {
    f"/usr/sbin/sshd -p 2222 -f {OTHER}": True, f"[ -x /usr/sbin/sshd ] ; exec /usr/sbin/sshd -4Df{OTHER}": False,
    f"start-stop-daemon --start --exec /usr/sbin/sshd -- -f {OTHER} -p 2": True, f"#/usr/sbin/sshd -f {OTHER}": False,
    f"[ -f {OTHER} ] && /usr/sbin/sshd": False, f"/usr/sbin/sshd -t && /usr/bin/make-key -f {OTHER}": False,
    f"/usr/bin/ssh-keygen -f {OTHER} && systemctl restart sshd": False, f"/usr/sbin/sshd -f {OTHER}/x": False,
    f"OPTIONS=-f {OTHER}": False,
}  # fmt: skip
"""Lines of a file of root's, each with whether it has sshd read the other file."""


@pytest.mark.parametrize("line", VOUCHED)
def test_no_file_is_opened_because_a_process_names_it(tmp_path: Path, key: Path, line: str) -> None:
    """Whoever runs a program may give it any words (``exec -a``): root would read for him what he must not."""
    files = {OTHER.lstrip("/"): "PermitRootLogin yes\n", "etc/rc.local": f"{line}\n"}
    files["etc/systemd/system/sshd-two@.service"] = "[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/other_%i\n"
    reading = look(tmp_path, key, f"/usr/sbin/sshd -f {OTHER}", files)
    item = reading.items[f"sshd_config -f {OTHER}"]
    assert ("permitrootlogin yes" in item["value"]) is VOUCHED[line]  # type: ignore[operator]
    if not VOUCHED[line]:
        assert item["open"] == f"{OTHER} {WHY_OPEN['unnamed']}"[:300]
        assert judged("ssh-root", reading).result is CheckResult.UNKNOWN


OPEN = {"link": "link", "owner": "owner", "writable": "writable", "folder": "writable", "plain": ""}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("how", OPEN)
def test_root_is_asked_for_a_file_that_root_alone_writes_to(tmp_path: Path, key: Path, shell: str, how: str) -> None:
    """The owner and the mode of the file count, and of each folder on its way; a link leads anywhere."""
    path = tmp_path / OTHER.lstrip("/")
    path.parent.mkdir(parents=True)
    path.write_text("PermitRootLogin no\n")
    if how == "link":
        path.rename(path.with_name("sshd_real"))
        path.symlink_to(path.with_name("sshd_real"))
    elif how == "owner":
        os.chown(path, 65534, 0)
    elif how != "plain":
        (path if how == "writable" else path.parent).chmod(0o775)
    reading = look(tmp_path, key, f"/usr/sbin/sshd -f {OTHER}", {}, shell)
    item = reading.items[f"sshd_config -f {OTHER}"]
    assert item["effective"] is (how == "plain")
    place = "/etc/ssh" if how == "folder" else OTHER
    said = f"{place} {WHY_OPEN[OPEN[how]]}" if OPEN[how] else None
    assert item.get("open") == said


def test_a_host_that_hides_processes(tmp_path: Path) -> None:
    body = b"run sshdconf\neffective permitrootlogin no\nwhole effective\n"
    body += b"written /etc/ssh/sshd_config:PermitRootLogin no\n"
    parse = BY_NAME["sshdconf"].parse
    assert parse is not None
    said = judged("ssh-root", parse(body + b"whole written\nwhole args\nprivilege args\n"))
    assert said.result is CheckResult.UNKNOWN
    assert "words with which sshd was started" in said.text
    assert judged("ssh-root", parse(body + b"whole written\nwhole args\n")).result is CheckResult.PASS
