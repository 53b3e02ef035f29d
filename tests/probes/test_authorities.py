"""Who may log in by a certificate, and every key that sshd takes: trees in real shells, the real sshd and keygen."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support.checkcases import read_of
from support.probes import SHELLS, Probe, write_tree
from support.sshd import Sshd, fingerprint, free_port, keygen, next_address, public_text, sign

from tui_ops.collectors import frame
from tui_ops.collectors.facts.authkeys import parse_authkeys, parse_key
from tui_ops.collectors.facts.topics import BY_NAME
from tui_ops.model.facts import FactReading, Field
from tui_ops.model.security import CheckResult, FindingSeverity
from tui_ops.practices.security.checks.base import Judgement, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID

NOW = 1_780_000_000.0
PROGRAMS = ("find", "grep", "head", "sed", "stat")
PASSWD = "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000:Anna:/home/anna:/bin/bash\n"
SECRET = "root:$y$j9T$secret:19000:0:99999:7:::\n"


def read(probe: Probe, *names: str) -> dict[str, FactReading]:
    found = {}
    for name in names:
        parse = BY_NAME[name].parse
        assert parse is not None
        found[name] = parse(probe.ask(frame.ask_section(name, 1, 20)).body)
    return found


def judged(
    check: str, readings: Mapping[str, FactReading], known: Mapping[str, object] | None = None,
    parameters: Mapping[str, Field] | None = None,
) -> Judgement:  # fmt: skip
    reads = {name: read_of(reading, NOW) for name, reading in readings.items()}
    numbers = {**BY_ID[check].parameters, **(parameters or {})}
    return run_check(BY_ID[check], Scene("h", reads, NOW, numbers, known=known or {}))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Keys of a person, of two authorities that sshd trusts, and of one in somebody's own file."""
    folder = tmp_path_factory.mktemp("keys")
    made = {name: keygen(folder / name, comment=name) for name in ("anna", "users", "ops", "own")}
    return made | {"rsa": keygen(folder / "rsa", "rsa")}


def tree(root: Path, keys: Mapping[str, Path], files: Mapping[str, str]) -> Path:
    """Write a host whose sshd trusts two authorities, one of them in a block."""
    ca = {name: public_text(keys[name]) for name in ("users", "ops")}
    made: dict[str, str | bytes] = {
        "etc/passwd": PASSWD, "proc/uptime": "5000.25 1\n", "root/.profile": "",
        "etc/ssh/sshd_config": 'Include /etc/ssh/sshd_config.d/*.conf\n  trustedusercakeys="/etc/ssh/users_ca"\n',
        "etc/ssh/sshd_config.d/1.conf": "Match Group ops\n\tTrustedUserCAKeys\t/etc/ssh/ops_ca\n",
        "etc/ssh/users_ca": f"# of the team\n{ca['users']} the team\n{SECRET}", "etc/ssh/ops_ca": f"{ca['ops']}\n",
        "home/anna/.ssh/authorized_keys": f"{public_text(keys['anna'])} anna@laptop\n",
        **{f"bin/{name}": f'#!/bin/sh\nexec /usr/bin/{name} "$@"\n' for name in PROGRAMS}, **files,
    }  # fmt: skip
    return write_tree(root, made)


@pytest.mark.parametrize("shell", SHELLS)
def test_authorities_of_sshd_are_read_from_their_files(tmp_path: Path, shell: str, keys: dict[str, Path]) -> None:
    """Those of a block too; nothing else of such a file leaves the host, and one that is not there holds none."""
    gone = {
        "etc/ssh/sshd_config.d/2.conf": "TrustedUserCAKeys none\nMatch User x\nTrustedUserCAKeys /etc/ssh/gone\n"
        "AuthorizedPrincipalsFile none\n  authorizedprincipalscommand /usr/bin/who %u\n"
    }
    with Probe(SHELLS[shell], tree(tmp_path, keys, gone)) as probe:
        sent = probe.ask(frame.ask_section("authkeys", 1, 20)).body
    found = parse_authkeys(sent)
    assert b"secret" not in sent
    assert b"of the team" not in sent
    told = {name: fields["files"] for name, fields in found.items.items()}
    assert told == {
        f"* cert-authority {fingerprint(keys['users'])}": ["/etc/ssh/users_ca"],
        f"* cert-authority {fingerprint(keys['ops'])}": ["/etc/ssh/ops_ca"],
        f"anna {fingerprint(keys['anna'])}": ["authorized_keys"],
    }
    assert {fields["options"] for fields in found.items.values()} == {"", "principals by /usr/bin/who"}
    assert found.unread == ()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_line_that_lets_somebody_in_is_told(tmp_path: Path, shell: str, keys: dict[str, Path]) -> None:
    """Zero bytes, other blanks, ways to sign: none of it hides a key from the desk. What is cut off is unread."""
    kind, key = public_text(keys["anna"]).split()
    rsa = public_text(keys["rsa"]).split()[1]
    lines = f"{kind} {key[:40]}\v{key[40:]}\n{kind} {key}\0junk\nrsa-sha2-512 {rsa}\n"
    lines += f'restrict,Cert-Authority,principals="a,b" {public_text(keys["own"])} own\n'
    long = {"home/bert/.ssh/authorized_keys": f'environment="A={"x" * 4_000}" {kind} {key}\n'}
    passwd = PASSWD + "bert:x:1001:1001::/home/bert:/bin/sh\n"
    files = {"home/anna/.ssh/authorized_keys": lines, "etc/passwd": passwd, **long}
    with Probe(SHELLS[shell], tree(tmp_path, keys, files)) as probe:
        found = read(probe, "authkeys")["authkeys"]
    assert {name for name in found.items if name.startswith("anna ")} == {
        f"anna {fingerprint(keys['anna'])}", f"anna {fingerprint(keys['rsa'])}",
        f"anna cert-authority {fingerprint(keys['own'])}",
    }  # fmt: skip
    assert found.unread == ("bert ",)


def within(folder: Path, words: list[str], *places: str) -> list[str]:
    """Return the words that start a probe which sees what lies in a folder at these places, and nobody else does."""
    mounts = "".join(f"mount --bind '{folder}{place}' '{place}' && " for place in places)
    # With processes of its own, since this machine may run an sshd of another test.
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    lead = [*apart, "sh", "-c", f'mount -t proc proc /proc && {mounts}exec "$@"', "sh"]
    return [*lead, *words, *SHELLS["dash"]]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, Path]) -> Path:
    """What the real sshd of this machine reads: it trusts an authority, and asks a program for keys."""
    folder = tmp_path_factory.mktemp("real")
    config = (
        "HostKey /etc/ssh/host\nTrustedUserCAKeys /etc/ssh/private/users_ca\n"
        f"AuthorizedKeysCommand {PROGRAM}\nAuthorizedKeysCommandUser nobody\n"
        "AuthorizedPrincipalsFile /etc/ssh/principals/%u\n"
    )
    write_tree(folder, {
        "etc/ssh/sshd_config": config, "etc/ssh/private/users_ca": f"{public_text(keys['users'])} users\n",
        "etc/ssh/host": keys["own"].read_bytes(),
        "home/anna/.ssh/authorized_keys": f"{public_text(keys['anna'])}\n", "etc/passwd": PASSWD + OTHERS,
        "etc/sudoers.d/x": "", "etc/shadow": f"root:*:19000:0:99999:7:::\n{USER}:*:19000:0:99999:7:::\n",
    })  # fmt: skip
    for closed in ("etc/ssh/host", "etc/shadow", "home/anna/.ssh/authorized_keys"):
        (folder / closed).chmod(0o600)
    Path("/run/sshd").mkdir(exist_ok=True)
    return folder


PROGRAM = "/usr/bin/sss_ssh_authorizedkeys"
USER, UID = "tuiopswatch", 64210
OTHERS = f"sshd:x:104:65534::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n{USER}:x:{UID}:{UID}::/:/bin/sh\n"
PLACES = ("/etc/ssh", "/home", "/etc/passwd", "/etc/shadow", "/etc/sudoers.d")


def test_as_the_real_sshd_says_it(real: Path, keys: dict[str, Path]) -> None:
    """The authority that ``sshd -T`` names is known by the fingerprint that ssh-keygen has, and a new one is critical;
    that a program tells of further keys makes no pass.
    """
    with Probe(within(real, [], *PLACES)) as probe:
        found = read(probe, "authkeys", "sshdconf", "modes")
    name = f"* cert-authority {fingerprint(keys['users'])}"
    assert found["authkeys"].items[name]["files"] == ["/etc/ssh/private/users_ca"]
    assert found["authkeys"].items[name]["options"] == "principals by /etc/ssh/principals/%u"
    assert found["sshdconf"].items["authorizedkeyscommand"] == {"value": PROGRAM, "effective": True}
    anna = [one for one in found["authkeys"].items if one.startswith("anna ")]
    new = judged("key-new", found, {"baseline.keys": anna})
    assert [(seen.object, seen.severity) for seen in new.seen] == [(name, FindingSeverity.CRITICAL)]
    assert new.unread == ("",)
    known = judged("key-new", found, {"baseline.keys": [*anna, name]})
    assert (known.result, PROGRAM in known.text) == (CheckResult.UNKNOWN, True)
    assert PROGRAM in judged("acct-authkeys", found).text
    meant = judged("acct-authkeys", found, parameters={"keys_elsewhere": [PROGRAM]})
    assert meant.result is CheckResult.PASS
    assert "a certificate, as /etc/ssh/principals/%u has it" in meant.text


def test_root_reads_the_file_of_an_authority_only_where_the_inventory_names_it(
    real: Path, keys: dict[str, Path]
) -> None:  # fmt: skip
    """In a folder that is closed to the login they are unread, until the drop-in has the line for a named file."""
    private = real / "etc/ssh/private"
    (private / "users_ca").chmod(0o600)
    private.chmod(0o700)
    rule = f"{USER} ALL=(root) NOPASSWD: /usr/bin/timeout 5 /usr/sbin/sshd -T\n"
    named = f"{USER} ALL=(root) NOPASSWD: /usr/bin/timeout 5 /usr/bin/head -c 8193 /etc/ssh/private/users_ca\n"
    words = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "env", "HOME=/"]
    said = {}
    for rules in (rule, rule + named):
        (real / "etc/sudoers.d/x").write_text(rules)
        (real / "etc/sudoers.d/x").chmod(0o440)
        with Probe(within(real, words, *PLACES)) as probe:
            said[rules] = read(probe, "authkeys")["authkeys"]
    private.chmod(0o755)
    (real / "etc/ssh/sshd_config").chmod(0o600)
    (real / "etc/sudoers.d/x").write_text("")
    with Probe(within(real, words, *PLACES)) as probe:
        closed = read(probe, "authkeys")["authkeys"]
    assert "* " in closed.unread
    assert "whose certificates sshd takes" in closed.needs
    name = f"* cert-authority {fingerprint(keys['users'])}"
    assert "* " in said[rule].unread
    assert "keys of authorities that sshd trusts" in said[rule].needs
    assert "* " not in said[rule + named].unread
    assert name in said[rule + named].items


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """An sshd that takes whatever stands in one file."""
    folder = tmp_path_factory.mktemp("server")
    own = folder / "authorized"
    own.write_text("")
    made = Sshd(folder, next_address(), free_port(), [keygen(folder / "host")], own,
                [f"AuthorizedKeysFile {own}", "StrictModes no"])  # fmt: skip
    (folder / "known").write_text(made.known_hosts_line)
    yield made.start()
    assert made.process is not None
    made.process.terminate()
    made.process.wait()


def lets_in(server: Sshd, line: str, key: Path) -> bool:
    """Whether the real sshd lets somebody in by a key whose line stands in its file."""
    server.authorized_keys.write_bytes(line.encode() + b"\n")
    options = ("IdentitiesOnly=yes", "IdentityAgent=none", "BatchMode=yes",
               f"UserKnownHostsFile={server.folder / 'known'}")  # fmt: skip
    words = [word for option in options for word in ("-o", option)]
    done = subprocess.run(
        ["ssh", "-F", "none", "-i", str(key), *words, "-p", str(server.port), f"root@{server.address}", "true"],
        capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode == 0


def test_what_the_real_sshd_takes_for_a_key_is_one(server: Sshd, keys: dict[str, Path]) -> None:
    """Whoever could write a line that sshd takes and the desk does not see, would have a door that nobody knows."""
    kind, key = public_text(keys["anna"]).split()
    for line, by in (
        (f"rsa-sha2-256 {public_text(keys['rsa']).split()[1]}", keys["rsa"]),
        (f"{kind} {key[:40]}\v{key[40:]}", keys["anna"]),
        (f"{kind} {key}\0junk", keys["anna"]),
        (f'environment="A=a\\\\" x" {kind} {key}', keys["anna"]),
    ):
        assert lets_in(server, line, by), line
        assert parse_key(line.encode()) is not None, line


def test_a_certificate_by_an_authority_lets_in(server: Sshd, keys: dict[str, Path]) -> None:
    """The real sshd takes it by a line in letters of any size, which is told as an authority and not as a key; another
    option that only holds these words makes none.
    """
    person = keygen(server.folder / "person")
    sign(keys["own"], person, "root")
    line = f'Cert-Authority,principals="root" {public_text(keys["own"])}'
    assert lets_in(server, line, person)
    key = parse_key(line.encode())
    assert key is not None
    assert key["authority"] is True
    other = parse_key(f'environment="A=b,cert-authority,c" {public_text(keys["own"])}'.encode())
    assert other is not None
    assert "authority" not in other
