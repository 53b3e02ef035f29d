"""What logins rest on, from files to verdicts: trees through the real sections, and the real sshd, sudo and visudo.

A tree that has to pass and one that has to fail are read by the probe's own text, understood by the parsers and judged.
"""

import subprocess
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from support.checkcases import cases_of, read_of
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.dropin import dropin
from tui_ops.collectors.facts.accounts import parse_accounts
from tui_ops.collectors.facts.sshdconf import FILES
from tui_ops.collectors.facts.sudoers import parse_sudoers
from tui_ops.collectors.facts.topics import BY_NAME
from tui_ops.collectors.privilege import ROOT_LINES
from tui_ops.model.facts import FactReading
from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import crypt

NOW = 1_780_000_000.0
PROGRAMS = ("find", "sed", "stat", "grep", "head")
TOPICS = ("accounts", "authkeys", "authpolicy", "logins", "modes", "sshdconf", "sudoers")
ED = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGWvOWvXQYIqb4l6hTUXUVm3sHxPvJ7fUBjxC8cT2kPv"
RSA_1024 = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCvI4ZLjvFiqlsPl8b/FKkzAXYIT5k0cbzAwXBmVlMK3zq7t8ZrMZQ0v1RjoXGSNiE3b8d7gWkq"
    "0T5a5r7vJv4l0aWq6G8v7tQ1FJv1lQm5w7pZl5qk3h9u2l1C9s4Zb7f7oXc9J8wqv3x0h1yq3o7w8r5t6z2l1m0n9k8j7h6g5Q=="
)
"""A public key of 1,024 bits."""

PASSWD = "root:x:0:0:root:/root:/bin/bash\nwww:x:33:33::/var/www:/usr/sbin/nologin\n"
GROUP = "root:x:0:\nsudo:x:27:anna\nanna:x:1000:\nsugroup:x:900:\n"
FAILLOCK = (
    "# a stack\nauth\trequired\tpam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so nullok\n"
    "auth [default=die] pam_faillock.so authfail\nauth requisite pam_deny.so\n"
)


def hashed(method: str) -> str:
    """Return a real hash, as libxcrypt makes it."""
    return crypt.crypt("a long and secret password", method)


SHA512, YESCRYPT, MD5 = hashed("$6$saltsalt$"), hashed("$y$j9T$saltsaltsalt$"), hashed("$1$saltsalt$")

GOOD: Mapping[str, str] = {
    "etc/passwd": PASSWD + "anna:x:1000:1000:Anna:/home/anna:/bin/bash\n",
    "etc/group": GROUP,
    "etc/shadow": f"root:*:20000:0:99999:7:::\nwww:!:20000:0:99999:7:::\nanna:{YESCRYPT}:20000:0:365:7:30::\n",
    "etc/login.defs": "# UMASK 022\nUMASK\t\t027\nPASS_MAX_DAYS 365\nENCRYPT_METHOD YESCRYPT\nUID_MIN 1000\n",
    "etc/default/useradd": "SHELL=/bin/sh\nINACTIVE=30\n",
    "etc/security/pwquality.conf": "minlen = 14\n",
    "etc/security/pwquality.conf.d/10.conf": "minlen = 6\n",
    "etc/security/faillock.conf": "deny = 4\n",
    "etc/pam.d/common-auth": FAILLOCK,
    "etc/pam.d/common-password": "password requisite pam_pwquality.so retry=3\n"
    "password [success=1] pam_unix.so yescrypt\n",
    "etc/pam.d/su": "auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid group=sugroup\n",
    "etc/profile.d/tmout.sh": "TMOUT=900\nreadonly TMOUT\nexport TMOUT\n",
    "etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nPasswordAuthentication yes\n",
    "etc/ssh/sshd_config.d/00.conf": "PermitRootLogin no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
    "MaxAuthTries 4\nClientAliveInterval 1m\nLoginGraceTime 60\nMaxStartups 10:30:60\nAllowGroups ssh\n"
    "DisableForwarding yes\n",
    "etc/ssh/ssh_host_ed25519_key": "a secret\n",
    "etc/ssh/ssh_host_ed25519_key.pub": f"{ED} root@host\n",
    "etc/sudoers": "Defaults use_pty\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
    "home/anna/.ssh/authorized_keys": f"{ED} anna@laptop\n",
    "root/.profile": "",
    "bin/lslogins": "#!/bin/sh\ncat >/dev/null\necho 'root 2100-01-01T00:00:00+00:00 10.0.0.1 pts/0'\n"
    "echo 'anna 2100-01-01T00:00:00+00:00 10.0.0.1 pts/0'\n",
    "bin/journalctl": "#!/bin/sh\ncat >/dev/null\n",
}
"""A host with which all is well."""

CLOSED = {"etc/ssh/sshd_config": 0o600, "etc/ssh/sshd_config.d/00.conf": 0o600, "etc/ssh/ssh_host_ed25519_key": 0o600,
          "home/anna": 0o750, "root": 0o700, "home/anna/.ssh/authorized_keys": 0o600}  # fmt: skip

BAD: Mapping[str, tuple[dict[str, str], dict[str, int], list[str]]] = {
    "ssh-root": ({"etc/ssh/sshd_config.d/00.conf": "permitrootlogin YES\n"}, {}, [""]),
    "ssh-empty": ({"etc/ssh/sshd_config": "Match User x\n\tPermitEmptyPasswords=yes\n"}, {}, ["match User x"]),
    "ssh-password": ({"etc/ssh/sshd_config.d/00.conf": "#PasswordAuthentication no\n"}, {}, [""]),
    "ssh-maxauth": ({"etc/ssh/sshd_config.d/00.conf": "MaxAuthTries 6\n"}, {}, [""]),
    "ssh-grace": ({"etc/ssh/sshd_config.d/00.conf": "LoginGraceTime 0\n"}, {}, [""]),
    "ssh-maxstartups": ({"etc/ssh/sshd_config.d/00.conf": "MaxStartups 100\n"}, {}, [""]),
    "ssh-allow": ({"etc/ssh/sshd_config.d/00.conf": "DenyUsers eve\n"}, {}, [""]),
    "ssh-forward": ({"etc/ssh/sshd_config.d/00.conf": "DisableForwarding no\n"}, {}, [""]),
    "ssh-hostkey": ({}, {"etc/ssh/ssh_host_ed25519_key": 0o644}, ["/etc/ssh/ssh_host_ed25519_key"]),
    "ssh-conffile": ({}, {"etc/ssh/sshd_config.d/00.conf": 0o644}, ["/etc/ssh/sshd_config.d/00.conf"]),
    "acct-uid0": ({"etc/passwd": f"{PASSWD}toor:x:0:0::/root:/bin/sh\n"}, {}, ["toor"]),
    "acct-emptypw": ({"etc/shadow": "root:*:1:0:9:7:::\nanna::20000:0:365:7:30::\n"}, {}, ["anna"]),
    "acct-shadowed": ({"etc/passwd": f"{PASSWD}anna:{MD5}:1000:1000::/home/anna:/bin/sh\n"}, {}, ["anna"]),
    "acct-dup": ({"etc/group": GROUP + "sudo:x:28:eve\n"}, {}, ["group sudo"]),
    "acct-sysshell": ({"etc/passwd": f"{PASSWD}app:x:999:999::/srv:/bin/sh\n"}, {}, ["app"]),
    "acct-noshell-locked": ({"etc/shadow": f"www:{SHA512}:20000:0:365:7:30::\n"}, {}, ["www"]),
    "acct-maxage": ({"etc/shadow": f"anna:{SHA512}:20000:0:99999:7:30::\n"}, {}, ["anna"]),
    "acct-inactive": ({"etc/default/useradd": "# INACTIVE=30\n"}, {}, ["useradd"]),
    "acct-hash": ({"etc/shadow": f"anna:{MD5}:20000:0:365:7:30::\n"}, {}, ["account anna"]),
    "acct-authkeys": ({}, {"home/anna/.ssh/authorized_keys": 0o666}, ["/home/anna/.ssh/authorized_keys"]),
    "pam-lockout": ({"etc/pam.d/common-auth": FAILLOCK.replace("auth\t", "#auth\t")}, {}, ["pam common-auth"]),
    "pam-length": ({"etc/security/pwquality.conf": "# minlen = 14\n"}, {}, ["pam common-password"]),
    "sess-tmout": ({"etc/profile.d/tmout.sh": "# TMOUT=900\n"}, {}, [""]),
    "sess-umask": ({"etc/login.defs": "UMASK 022\n"}, {}, ["/etc/login.defs"]),
    "home-perm": ({"home/anna/.rhosts": "+ +\n"}, {}, ["/home/anna/.rhosts"]),
    "sudo-nopasswd": (
        {"etc/sudoers.d/90-anna": "anna ALL=(ALL) NOPASSWD: ALL\n"}, {}, ["anna ALL=(ALL) NOPASSWD: ALL"]
    ),
    "sudo-noauth": ({"etc/sudoers.d/x": "Defaults:anna !authenticate\n"}, {}, ["Defaults:anna !authenticate"]),
    "sudo-su": ({"etc/pam.d/su": "auth sufficient pam_rootok.so\n# auth required pam_wheel.so\n"}, {}, [""]),
    "sudo-members": ({"etc/group": GROUP + "docker:x:990:anna\n"}, {}, ["anna in docker"]),
}  # fmt: skip
"""What makes a check fail: files, modes, and the objects that it has to name."""

Start = Callable[..., Probe]


def build(root: Path, files: Mapping[str, str], modes: Mapping[str, int]) -> Path:
    """Write a tree with its modes; the shell's own programs stand in it."""
    tree: dict[str, str | bytes] = {**GOOD, **files, "proc/uptime": "5000.25 1\n"}
    tree.update({f"bin/{name}": f'#!/bin/sh\nexec /usr/bin/{name} "$@"\n' for name in PROGRAMS})
    write_tree(root, tree)
    for path, mode in {**CLOSED, **modes}.items():
        (root / path).chmod(mode)
    for home in ("home/anna", "home/anna/.ssh/authorized_keys"):
        subprocess.run(["chown", "1000:1000", str(root / home)], check=True)
    return root


def read(probe: Probe, names: tuple[str, ...] = TOPICS) -> dict[str, FactReading]:
    found = {}
    for name in names:
        parse = BY_NAME[name].parse
        assert parse is not None
        found[name] = parse(probe.ask(frame.ask_section(name, 1, 20)).body)
    return found


def judged(check: str, readings: Mapping[str, FactReading], **more: object) -> object:
    reads = {name: read_of(reading, NOW) for name, reading in readings.items()}
    known = {"admins": {"sudo": ["anna"]}, **more}
    return run_check(BY_ID[check], Scene("h", reads, NOW, dict(BY_ID[check].parameters), known=known))


@pytest.mark.parametrize("shell", SHELLS)
class TestTrees:
    def test_a_host_with_which_all_is_well(self, tmp_path: Path, shell: str) -> None:
        """Every check of what the tree has passes; neither a hash nor a private key left the host."""
        with Probe(SHELLS[shell], build(tmp_path, {}, {})) as probe:
            readings = read(probe)
            bodies = b"".join(probe.ask(frame.ask_section(name, 1, 20)).body for name in TOPICS)
        for secret in (YESCRYPT.rsplit("$", 1)[1], "a secret"):
            assert secret.encode() not in bodies
        said = {check: judged(check, readings) for check in BAD}
        assert {check: one.text for check, one in said.items() if one.result is not CheckResult.PASS} == {}  # type: ignore[attr-defined]
        assert readings["accounts"].items["anna"]["hash"] == "yescrypt"
        assert readings["sshdconf"].items[FILES]["value"] == ["/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/00.conf"]

    def test_without_a_record_of_logins_nobody_is_said_never_to_have_come(self, tmp_path: Path, shell: str) -> None:
        """No lslogins: what is not told is not known."""
        root = build(tmp_path, {}, {})
        (root / "bin/lslogins").unlink()
        with Probe(SHELLS[shell], root) as probe:
            found = read(probe, ("logins",))["logins"]
        assert "account " in found.unread
        assert not [name for name in found.items if name.startswith("account ")]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("link", ["etc/shadow", "home/anna", "home/anna/.ssh", "home/anna/.ssh/authorized_keys"])
def test_what_lies_behind_a_link_is_not_read_and_not_called_well(tmp_path: Path, shell: str, link: str) -> None:
    """sshd follows links, root for us does not: neither a secret leaves by one, nor are keys behind it none."""
    root = build(tmp_path, {}, {})
    keys = root / "home/anna/.ssh/authorized_keys"
    if link == "etc/shadow":
        keys.unlink()
        keys.symlink_to(root / link)
    else:
        (root / "data").mkdir()
        (root / link).rename(root / "data/moved")
        (root / link).symlink_to(root / "data/moved")
    with Probe(SHELLS[shell], root) as probe:
        body = probe.ask(frame.ask_section("authkeys", 1, 20)).body
        readings = read(probe)
    assert YESCRYPT.encode() not in body
    assert "anna " in readings["authkeys"].unread
    assert judged("acct-authkeys", readings).result is CheckResult.UNKNOWN  # type: ignore[attr-defined]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_home_elsewhere_is_looked_at_too(tmp_path: Path, shell: str) -> None:
    """That of a database; that of a link is judged by what it leads to; one that can't be seen makes no pass."""
    files = {
        "etc/passwd": GOOD["etc/passwd"] + "db:x:105:105::/var/lib/db:/bin/bash\nweb:x:106:106::/srv/web:/bin/sh\n",
        "var/lib/db/x": "",
    }
    root = build(tmp_path, files, {"var/lib/db": 0o777})
    with Probe(SHELLS[shell], root) as probe:
        readings = read(probe)
    assert readings["accounts"].items["db"]["home_mode"] == "0777"
    assert "home_mode" not in readings["accounts"].items["web"]
    said = judged("home-perm", readings)
    assert "/var/lib/db" in [seen.object for seen in said.seen]  # type: ignore[attr-defined]
    assert said.unread == ("/srv/web",)  # type: ignore[attr-defined]


@pytest.mark.parametrize("shell", SHELLS)
def test_homes_below_a_link_of_the_systems_own_are_read(tmp_path: Path, shell: str) -> None:
    """Where /home is a link, as on systems that are images, its keys are read as anywhere."""
    root = build(tmp_path, {}, {})
    (root / "home").rename(root / "elsewhere")
    (root / "home").symlink_to("elsewhere")
    with Probe(SHELLS[shell], root) as probe:
        found = read(probe, ("authkeys",))["authkeys"]
    assert [name for name in found.items if name.startswith("anna ")]
    assert not found.unread


@pytest.mark.parametrize("check", BAD)
def test_a_tree_that_has_to_fail(tmp_path: Path, check: str) -> None:
    """One thing is wrong, and just that is named."""
    files, modes, objects = BAD[check]
    with Probe(SHELLS["dash"], build(tmp_path, files, modes)) as probe:
        said = judged(check, read(probe))
    assert said.result is CheckResult.FAIL, said.text  # type: ignore[attr-defined]
    assert [seen.object for seen in said.seen] == objects  # type: ignore[attr-defined]


SETTINGS = ("permitrootlogin", "passwordauthentication", "maxauthtries", "logingracetime", "clientaliveinterval",
            "x11forwarding", "maxstartups", "loglevel", "permitemptypasswords", "disableforwarding")  # fmt: skip

INCLUDE = "Include /etc/ssh/sshd_config.d/*.conf\n"
EVE = "Match User eve\n"

CONFIGS: Mapping[str, dict[str, str]] = {
    "the first one counts": {"": "PermitRootLogin no\nPermitRootLogin yes\nMaxAuthTries 3\nMaxAuthTries 9\n"},
    "what is included first": {"": f"{INCLUDE}PermitRootLogin yes\n", "a.conf": "PermitRootLogin no\n"},
    "what is included last": {"": f"PermitRootLogin yes\n{INCLUDE}", "a.conf": "PermitRootLogin no\n"},
    "by a path that is not whole": {"": "Include sshd_config.d/*.conf\n", "a.conf": "PermitRootLogin no\n"},
    "files in their order": {"": INCLUDE, "b.conf": "MaxAuthTries 2\n", "a.conf": "MaxAuthTries 5\n"},
    "a folder that nobody includes": {"": "PermitRootLogin yes\n", "a.conf": "PermitRootLogin no\n"},
    "another ending": {"": f"{INCLUDE}PermitRootLogin yes\n", "a.bak": "PermitRootLogin no\n"},
    "a file without a line": {"": f"{INCLUDE}MaxAuthTries 5\n", "a.conf": "\n"},
    "signs of equality and quotes": {"": 'PermitRootLogin=no\nLogLevel "VERBOSE"\nMaxAuthTries = 4\n'},
    "capital letters": {"": "PERMITROOTLOGIN yes\nx11forwarding YES\n"},
    "a comment behind it": {"": "PermitRootLogin no # by order\n#MaxAuthTries 2\nMaxAuthTries 5\n"},
    "a block ends with its file": {
        "": f"{INCLUDE}MaxAuthTries 7\n", "a.conf": "Match User eve\nMaxAuthTries 1\n"
    },
    "what stands in a block is not for all": {"": f"PermitRootLogin no\n{EVE}PermitRootLogin yes\nMaxAuthTries 1\n"},
    "a file within a file": {
        "": "Include sshd_config.d/a.conf\n", "a.conf": "Include sshd_config.d/b.conf\n", "b.conf": "MaxAuthTries 3\n"
    },
    "a file within a block": {"": f"{EVE}{INCLUDE}Match all\nMaxAuthTries 5\n", "a.conf": "MaxAuthTries 1\n"},
    "a file within a block is not for all": {"": f"LogLevel VERBOSE\n{EVE}{INCLUDE}", "a.conf": "MaxAuthTries 1\n"},
    "a block for all": {"": f"MaxAuthTries 3\n{EVE}MaxAuthTries 1\nMatch all\nMaxAuthTries 5\nLogLevel VERBOSE\n"},
    "times": {"": "LoginGraceTime 1m30s\nClientAliveInterval 5m\n"},
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGS)
def test_the_files_say_what_the_real_sshd_says(tmp_path: Path, name: str) -> None:
    """Of each setting that is written: read from the files alone, and by sshd -T with the same files in its place."""
    from tui_ops.practices.security.checks.sshd import DEFAULTS, seconds, sshd_of

    files = {
        f"etc/ssh/{f'sshd_config.d/{path}' if path else 'sshd_config'}": text for path, text in CONFIGS[name].items()
    }
    folder = write_tree(tmp_path / "one", {"etc/ssh/sshd_config.d/.keep": "", **files})
    key = folder / "etc/ssh/ssh_host_ed25519_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    words = f"mount --bind '{folder}/etc/ssh' /etc/ssh && mkdir -p /run/sshd && exec /usr/sbin/sshd -T"
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    asked = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    tree: dict[str, str | bytes] = {"proc/uptime": "5000.25 1\n", "bin/grep": '#!/bin/sh\nexec /usr/bin/grep "$@"\n'}
    with Probe(SHELLS["dash"], write_tree(folder, tree)) as probe:
        written = read(probe, ("sshdconf",))
    scene = Scene("h", {"sshdconf": read_of(written["sshdconf"], NOW)}, NOW)
    sshd = sshd_of(scene)
    assert not sshd.is_effective
    assert set(sshd.settings) & set(SETTINGS)
    for setting in SETTINGS:
        mine, theirs = sshd.settings.get(setting) or DEFAULTS.get(setting, ""), asked[setting]
        if setting in sshd.settings or setting in DEFAULTS:
            is_same = seconds(mine) is not None and seconds(mine) == seconds(theirs)
            mine = {"prohibit-password": "without-password"}.get(mine.lower(), mine.lower())
            assert is_same or mine == theirs.lower(), (setting, mine, theirs)


def test_a_file_that_is_not_read_makes_it_unknown(tmp_path: Path) -> None:
    """sshd reads it, the section does not: that is no file without a line."""
    files = {
        "etc/ssh/sshd_config": "Include sshd_config.d/b.inc\n",
        "etc/ssh/sshd_config.d/b.inc": "PermitRootLogin yes\n",
    }
    with Probe(SHELLS["dash"], build(tmp_path, files, {})) as probe:
        said = judged("ssh-root", read(probe))
    assert said.result is CheckResult.UNKNOWN  # type: ignore[attr-defined]
    assert "/etc/ssh/sshd_config.d/b.inc" in said.text  # type: ignore[attr-defined]


def test_what_the_real_sshd_says_is_judged(tmp_path: Path) -> None:
    """Its own spelling, in small letters, read by the section from a sshd that is the machine's."""
    root = build(tmp_path, {}, {})
    script = f"mount --bind '{root}/etc/ssh' /etc/ssh && mkdir -p /run/sshd && exec /usr/sbin/sshd -T"
    (root / "usr/sbin").mkdir(parents=True)
    (root / "etc/ssh/ssh_host_ed25519_key").unlink()
    key = str(root / "etc/ssh/ssh_host_ed25519_key")
    (root / "etc/ssh/ssh_host_ed25519_key.pub").unlink()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    program = root / "usr/sbin/sshd"
    program.write_text(f'#!/bin/sh\nexec unshare --mount --propagation private sh -c "{script}" </dev/null\n')
    program.chmod(0o755)
    with Probe(SHELLS["dash"], root) as probe:
        readings = read(probe)
    assert readings["sshdconf"].items["permitrootlogin"] == {"value": "no", "effective": True}
    ours = ["ssh-root", "ssh-empty", "ssh-password", "ssh-maxauth", "ssh-idle", "ssh-grace", "ssh-maxstartups",
            "ssh-allow", "ssh-hostbased", "ssh-userenv", "ssh-forward", "ssh-log", "ssh-hostkey"]  # fmt: skip
    said = {check: judged(check, readings) for check in ours}
    assert {check: one.text for check, one in said.items() if one.result is not CheckResult.PASS} == {}  # type: ignore[attr-defined]
    assert all("as sshd -T says" in said[check].text for check in ours[:8])  # type: ignore[attr-defined]
    weak = judged("ssh-mac", readings)
    assert weak.result is CheckResult.FAIL  # type: ignore[attr-defined]
    assert "hmac-sha1" in [seen.object for seen in weak.seen]  # type: ignore[attr-defined]


def drop_in_of(text: str, login: str = "anna") -> object:
    """Return what is said of rules that stand in the drop-in's place, on a host that this desk logs in to."""
    lines = "".join(f"rules /etc/sudoers.d/tui-ops:{line}\n" for line in text.splitlines())
    main = "rules /etc/sudoers:root ALL=(ALL:ALL) ALL\nrules /etc/sudoers:@includedir /etc/sudoers.d\n"
    found = {"sudoers": parse_sudoers(f"run sudoers\n{main}{lines}whole rules\n".encode())}
    passwd = f"run accounts\npasswd {PASSWD.splitlines()[0]}\npasswd anna:x:1000:1000::/home/anna:/bin/sh\n"
    found["accounts"] = parse_accounts(f"{passwd}whole passwd\nwhole group\nprivilege shadow\n".encode())
    return judged("sudo-nopasswd", found, login=login)


def test_the_drop_in_that_this_desk_makes_is_no_finding() -> None:
    """Every line of it, for a login of a person's number; one more that is none of it is one."""
    programs = {line.program: f"/usr/sbin/{line.program}" for line in ROOT_LINES} | {"timeout": "/usr/bin/timeout"}
    sshds = ["/etc/ssh/sshd_two"]
    text = dropin("anna", ["/etc/a:b,c=d"], programs | {"stat": "/usr/bin/stat"}, [("/dev/sda", "-")], sshds=sshds)
    said = drop_in_of(text)
    assert said.result is CheckResult.PASS, said.text  # type: ignore[attr-defined]
    rules = sum("NOPASSWD" in line for line in text.splitlines())
    assert f"and {rules} of this desk's readings" in said.text  # type: ignore[attr-defined]
    for more in (
        "/usr/bin/nice -n 19 sh",
        "/usr/bin/nice -n 5 find / -delete",
        "/bin/cat /etc/shadow",
        "/usr/bin/env id",
        "/usr/bin/grep -aH . /etc/shadow",
        "/usr/bin/grep -aH . /etc/ssh/sshd_two /etc/shadow",
        "/usr/bin/grep -aH . /etc/ssh/ssh_host_rsa_key",
        "/usr/sbin/sshd -T -f /home/anna/x",
        "/usr/sbin/sshd -T -o Include=/etc/shadow",
        "/usr/sbin/sshd -T -f /etc/ssh/sshd_two -o Include=/etc/shadow",
        "/usr/sbin/sshd",
    ):
        said = drop_in_of(f"{text}anna ALL=(root) NOPASSWD: /usr/bin/timeout 5 {more}\n")
        assert [seen.object.partition("timeout 5 ")[2] for seen in said.seen] == [more]  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", ["%staff", "ALL", "anna, bert", "bert"])
def test_the_readings_are_this_desks_alone(who: str) -> None:
    """A line of them for anybody else is a rule as others are; before it is known whom the desk logs in as, unknown."""
    read = "ALL=(root) NOPASSWD: /usr/bin/timeout 5 /usr/sbin/sshd -T"
    said = drop_in_of(f"anna {read}\n{who} {read}\n")
    assert [seen.object for seen in said.seen] == [f"{who} {read}"]  # type: ignore[attr-defined]
    said = drop_in_of(f"anna {read}\n", login="")
    assert said.result is CheckResult.UNKNOWN  # type: ignore[attr-defined]
    assert "not known yet whom this desk logs in as" in said.text  # type: ignore[attr-defined]
    backslash = drop_in_of(f"EXAMPLE\\\\ops {read}\n", login="EXAMPLE\\ops")
    assert backslash.result is CheckResult.PASS  # type: ignore[attr-defined]


def rules_in(body: str) -> dict[str, str]:
    """Return the files of sudo that a fixture's body has."""
    files: dict[str, str] = {}
    for line in body.splitlines():
        if line.startswith("rules "):
            path, _, text = line.removeprefix("rules ").partition(":")
            files[path] = files.get(path, "") + text + "\n"
    return files


def sudo_cases() -> Iterator[object]:
    for check in ("sudo-nopasswd", "sudo-noauth", "sudo-pty-log"):
        for case in cases_of(check):
            files = rules_in((case.said.get("body") or {}).get("sudoers", ""))
            if files:
                yield pytest.param(case, files, id=case.name)


@pytest.mark.parametrize(("case", "files"), sudo_cases())
def test_visudo_takes_the_rules_of_the_fixtures(tmp_path: Path, case: object, files: dict[str, str]) -> None:
    """So what is judged there is what sudo reads."""
    for path, text in files.items():
        file = tmp_path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        plain = "".join(f"{line}\n" for line in text.splitlines() if "include" not in line)
        file.write_text(plain)
        done = subprocess.run(["/usr/sbin/visudo", "-cf", str(file)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr + done.stdout


NOPASSWD = [
    case for case in cases_of("sudo-nopasswd")
    if case.kind in ("pass", "fail") and "passes over" not in case.said["name"]
]  # fmt: skip


@pytest.mark.parametrize("case", NOPASSWD, ids=lambda case: case.said["name"])
def test_the_real_sudo_asks_as_the_check_says(tmp_path: Path, case: object) -> None:
    """``sudo -l -U`` with the fixture's rules and accounts in their places: whom it asks for no password fails."""
    said = case.said  # type: ignore[attr-defined]
    files = rules_in(said["body"]["sudoers"])
    lines = said["body"]["accounts"].splitlines()
    passwd = "".join(f"{line.removeprefix('passwd ')}\n" for line in lines if line.startswith("passwd "))
    group = "".join(f"{line.removeprefix('group ')}\n" for line in lines if line.startswith("group "))
    who = "ubuntu" if "ubuntu" in str(files) else "anna"
    if who not in passwd:
        passwd += f"{who}:x:1009:1009::/home/{who}:/bin/sh\n"
    tree = {"passwd": passwd, "group": group, "sudoers": files["/etc/sudoers"], "sudoers.d/.keep": ""}
    tree |= {path.removeprefix("/etc/"): text for path, text in files.items() if path != "/etc/sudoers"}
    write_tree(tmp_path, tree)  # type: ignore[arg-type]
    for path in tmp_path.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o440)
    for name in ("passwd", "group"):
        (tmp_path / name).chmod(0o644)
    mounts = "".join(
        f"mount --bind '{tmp_path}/{name}' /etc/{name} && " for name in ("passwd", "group", "sudoers", "sudoers.d")
    )
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{mounts}exec sudo -l -U {who}"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    asks_nothing = "NOPASSWD:" in done.stdout
    is_ours = "readings" in said["name"] and case.kind == "pass"  # type: ignore[attr-defined]
    assert asks_nothing is (case.kind == "fail" or is_ours), done.stdout  # type: ignore[attr-defined]
