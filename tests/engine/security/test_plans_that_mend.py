"""Plans that mend, on a real host: the check fails, the plan runs, the check has nothing to say of it, and the way back
brings what was.

By the real probe, real hands and the real programs: sshd, sudo, chage, nft, ufw, systemd. What installs packages, or
looks through all files, is for the torture.
"""

from dataclasses import dataclass, field

import pytest
from support.mended_host import MendedHost, about, failures, token
from support.mending import FORWARD, prepared, refused
from support.ownsystem import booted
from support.sshd import SshdFarm, free_port

from tui_ops.model.facts import Field
from tui_ops.model.plans import Part
from tui_ops.model.security import CheckResult

APT = "apt-get -q update >/dev/null"

WORLD = (
    "mkdir -p /srv; mount -t tmpfs -o mode=755 tui-own /srv; mkdir /srv/drop; touch '/srv/a b -> c' /srv/old;"
    " chmod 666 '/srv/a b -> c'; chown 4321:root /srv/old; cp /bin/true /srv/rootsh; chmod 4755 /srv/rootsh;"
    # Of what no package brought is known only where something else is from one.
    " cp -p /bin/su /srv/su; mount --bind /srv/su /bin/su"
)


@dataclass(frozen=True)
class Case:
    """One thing that is wrong on a host."""

    check: str
    at: str
    """The object of its finding; only how it begins, where it ends with a blank."""
    wrong: str = ""
    """Sh that makes it so."""
    asked: dict[str, str] = field(default_factory=dict)
    """What a person adds to the plan."""
    known: dict[str, object] = field(default_factory=dict)
    well: str = ""
    """Sh that has to be true once the plan has run."""
    undone: bool = True
    """Whether it has a way back."""
    installs: bool = False
    """Whether it brings a package, whose own files stay."""

    def __str__(self) -> str:
        return f"{self.check} {self.at}".rstrip()


def sshd(check: str, line: str, at: str = "", **asked: str) -> Case:
    wrong = f"echo '{line}' >/etc/ssh/sshd_config.d/50-x.conf; systemctl reload ssh"
    return Case(check, at, wrong, asked, well="systemctl is-active ssh")


QUICK = [
    sshd("ssh-maxstartups", "MaxStartups 100"),
    Case("acct-authkeys", "anna SHA256:", well="grep -q '^# anna' /home/anna/.ssh/authorized_keys"),
    Case("pam-lockout", "pam common-auth", well="su -c true"),
    Case("fs-passwdfiles", "/etc/shadow", "chmod 4666 /etc/shadow; chown anna:anna /etc/shadow"),
    Case("fs-mount", "/dev/shm", "mount -t tmpfs tmpfs /dev/shm", well="findmnt --verify"),
]  # fmt: skip
"""One of each kind of program; what is not among them is for the torture."""

LONG = [
    sshd("ssh-empty", "PermitEmptyPasswords yes"),
    sshd("ssh-password", "PasswordAuthentication yes"),
    sshd("ssh-maxauth", "MaxAuthTries 9"),
    sshd("ssh-idle", "ClientAliveInterval 0", "clientaliveinterval"),
    sshd("ssh-grace", "LoginGraceTime 0"),
    sshd("ssh-hostbased", "HostbasedAuthentication yes", "hostbasedauthentication"),
    sshd("ssh-userenv", "PermitUserEnvironment yes"),
    sshd("ssh-forward", ""),
    sshd("ssh-log", "LogLevel QUIET"),
    sshd("ssh-allow", "", group="root"),
    sshd("ssh-cipher", "Ciphers aes256-cbc,aes128-ctr", "aes256-cbc"),
    sshd("ssh-mac", "MACs hmac-sha1,hmac-sha2-256", "hmac-sha1"),
    sshd(
        "ssh-kex", "KexAlgorithms diffie-hellman-group14-sha1,curve25519-sha256", "diffie-hellman-group14-sha1"
    ),
    Case("ssh-hostkey", "/etc/ssh/ssh_host_ed25519_key", "cd /etc/ssh; chown games: ssh_host_ed25519_key"),
    Case("ssh-hostkey", "/etc/ssh/ssh_host_ed25519_key.pub", "chmod 666 /etc/ssh/ssh_host_ed25519_key.pub"),
    Case("ssh-conffile", "/etc/ssh/sshd_config", "chmod 644 /etc/ssh/sshd_config"),
    Case("acct-shadowed", "old", "echo 'old:abc:1500:1500::/home/old:/bin/sh' >>/etc/passwd"),
    Case("acct-sysshell", "prog", "useradd -r -s /bin/bash prog"),
    Case("acct-noshell-locked", "ftp2", "useradd -r -s /usr/sbin/nologin ftp2; echo ftp2:x | chpasswd"),
    Case("acct-emptypw", "bare", "useradd bare; passwd -d bare", undone=False),
    Case("acct-maxage", "anna"),
    Case("acct-maxage", "login.defs"),
    Case("acct-inactive", "anna"),
    Case("acct-inactive", "useradd"),
    # The clock of a machine that holds many hosts is not theirs to set.
    Case("acct-future", "anna", "ln -sf /bin/true /usr/local/bin/timedatectl; chage -d 2099-01-01 anna"),
    Case("acct-hash", "pam common-password", "sed -i 's/ yescrypt//' /etc/pam.d/common-password;"
         " sed -i 's/^ENCRYPT_METHOD.*/ENCRYPT_METHOD MD5/' /etc/login.defs"),
    Case("acct-dormant", "anna", "chage -d 2020-01-01 anna"),
    Case("acct-authkeys", "/home/anna/.ssh/authorized_keys", "chmod 664 /home/anna/.ssh/authorized_keys"),
    Case("key-new", "anna SHA256:", known={"baseline.keys": []}),
    Case("pam-length", "pam common-password", f"{APT}", well="su -c true", installs=True),
    Case("sess-tmout", ""),
    Case("sess-umask", "/etc/login.defs", "sed -i 's/^UMASK.*/UMASK 022/' /etc/login.defs"),
    Case("home-perm", "/home/anna", "chmod 777 /home/anna"),
    Case("home-perm", "/etc/hosts.equiv", "echo a >/etc/hosts.equiv"),
    Case("sudo-pty-log", "use_pty", well="sudo -n true"),
    Case("sudo-pty-log", "log", "echo 'Defaults !syslog' >/etc/sudoers.d/a; chmod 440 /etc/sudoers.d/a",
         well="sudo -n true"),
    Case("sudo-su", "", well="su -c true"),
    Case("sudo-su", "anna in root", "gpasswd -a anna root; "
         "sed -i '/pam_rootok.so/a auth required pam_wheel.so use_uid group=root' /etc/pam.d/su"),
    Case("sudo-members", "anna in sudo", "gpasswd -a anna sudo", known={"admins": {"sudo": ["bert"]}}),
    Case("fs-passwdfiles", "/etc/passwd", "chmod 666 /etc/passwd"),
    Case("fs-mount", "/tmp", well="findmnt --verify"),
    Case("fs-world", "writable /srv/a b -> c", WORLD),
    Case("fs-world", "unowned /srv/old", asked={"owner": "games"}),
    Case("fs-suid", "/srv/rootsh"),
    Case("log-local", "", "rm -rf /var/log/journal; systemctl start systemd-journald", undone=False),
    Case("log-remote", "", APT, {"target": "logs.example.com"}, installs=True),
    Case("repo-trust", "APT::Get::AllowUnauthenticated",
         "echo 'APT::Get::AllowUnauthenticated \"true\";' >/etc/apt/apt.conf.d/99x"),
    Case("svc-legacy", "telnet", f"{APT}; apt-get -q -y install telnet", installs=True),
    Case("svc-mta", "tcp *:25", f"{APT}; DEBIAN_FRONTEND=noninteractive apt-get -q -y install postfix;"
         " postconf -e inet_interfaces=all; systemctl restart postfix"),
    Case("ban-on", "", APT, {"ours": "192.0.2.0/24"}, undone=False, installs=True),
    Case("svc-mta", "tcp *:25", f"{APT}; systemctl stop postfix || true;"
         " DEBIAN_FRONTEND=noninteractive apt-get -q -y install exim4-daemon-light;"
         " sed -i \"s/^dc_local_interfaces=.*/dc_local_interfaces=''/\" /etc/exim4/update-exim4.conf.conf;"
         " update-exim4.conf; systemctl restart exim4"),
    # Of a few files: the database of all takes minutes.
    Case("fim-on", "", f"{APT}; DEBIAN_FRONTEND=noninteractive apt-get -q -y install aide aide-common;"
         " rm -f /etc/aide/aide.conf.d/[1-9]*; echo '/etc/ssh p+sha256' >/etc/aide/aide.conf.d/10_ssh",
         undone=False, installs=True),
    Case("patch-auto", "", f"{APT}; apt-get -q -y install unattended-upgrades;"
         " systemctl disable apt-daily-upgrade.timer apt-daily.timer;"
         " rm -rf /etc/apt/sources.list* /var/lib/apt/lists", installs=True),
]  # fmt: skip
"""With a mirror of Debian in reach."""

APART = [
    Case("net-forward", "net.ipv4.ip_forward", "sysctl -w net.ipv4.ip_forward=1"),
    Case(
        "net-stack", "net.ipv4.conf.all.accept_redirects",
        "for key in all default; do sysctl -w net.ipv4.conf.$key.accept_redirects=1; done;"
        " echo net/ipv4/conf/all/accept_redirects = 1 >>/etc/sysctl.conf",
        well="sysctl --system >/dev/null 2>&1 || true; [ $(sysctl -n net.ipv4.conf.all.accept_redirects) = 0 ]",
    ),
    Case("fw-one", "", "nft add table inet others", {"tcp": "@port@, 443"}, well="nft list table inet others"),
    Case("fw-active", "", "", {"tcp": "@port@"}),
    Case("fw-deny", "IPv4", "", {"tcp": "@port@"}),
    Case(
        "fw-active", "nftables",
        "systemctl disable nftables; systemctl start nftables;"
        " nft add table inet a; nft 'add chain inet a i { type filter hook input priority 0; policy drop; }'",
    ),
    Case(
        "fw-active", "nftables",
        "systemctl enable nftables; systemctl stop nftables;"
        " nft -s list ruleset >/dev/null; printf 'table inet a {\\nchain i {\\ntype filter hook input priority 0;"
        " policy drop;\\n}\\n}\\n' >/etc/nftables.conf",
    ),
    Case(
        "fw-active", "ufw", "systemctl disable nftables; systemctl stop nftables; systemctl enable ufw;"
        " systemctl start ufw", {"tcp": "@port@, 443", "udp": "68, 51820"},
        well="ufw status | grep -q ^@port@/tcp; ufw status | grep -q ^51820/udp; ! ufw status | grep -q ^68",
    ),
]  # fmt: skip
"""On a host with a network of its own."""

MACHINES = ("net-forward", "net-stack")
"""Checks that spare a container."""


@pytest.fixture(scope="module")
def port() -> str:
    return str(free_port())


@pytest.fixture(scope="module")
def here(farm: SshdFarm, port: str) -> MendedHost:
    """A host that is reached by SSH."""
    return MendedHost(farm, booted(farm, prepared(port)))


@pytest.fixture(scope="module")
def apart(farm: SshdFarm, port: str) -> MendedHost:
    return MendedHost(farm, booted(farm, prepared(port), network="--net"))


SETTINGS = (
    "cd /etc; find fstab login.defs default/useradd passwd pam.d security ssh/sshd_config ssh/sshd_config.d sudoers.d"
    " sysctl.conf sysctl.d hosts.equiv nftables.conf ufw/user.rules ufw/user6.rules profile.d apt/apt.conf.d"
    " systemd/journald.conf.d postfix/main.cf exim4/update-exim4.conf.conf -type f -exec sha256sum '{}' + 2>/dev/null |"
    " sort"
)
"""Files that plans write, each with what it holds."""


async def mended(host: MendedHost, case: Case, port: str) -> None:
    """Break it, mend it, look, take it back, look, and leave it mended."""
    host.known = case.known
    host.hides = frozenset({"hardware"}) if case.check in MACHINES else frozenset()
    if case.wrong:
        host.run(case.wrong)
    before = host.judged(case.check)
    seen = about(before, case.at)
    assert seen is not None, f"{before.result}: {[one.object for one in before.seen]}"
    asked = {name: value.replace("@port@", port) for name, value in case.asked.items()}
    plan, run = host.plan(case.check, seen, asked), token()
    settings = host.run(SETTINGS)
    assert failures(await host.carried_out(plan, *FORWARD, token=run)) == []
    after = host.judged(case.check)
    assert after.result in (CheckResult.PASS, CheckResult.FAIL, CheckResult.UNKNOWN), after.text
    assert about(after, seen.object) is None
    host.run(case.well.replace("@port@", port) or "true")
    assert failures(await host.carried_out(plan, Part.ROLLBACK, token=run)) == []
    if not case.installs:
        assert host.run(SETTINGS) == settings
    again = about(host.judged(case.check), seen.object)
    assert not case.undone or (again is not None and again.text == seen.text)


@pytest.mark.parametrize("case", QUICK, ids=str)
async def test_what_fails_passes_once_its_plan_has_run_and_fails_again_once_it_is_taken_back(
    here: MendedHost, case: Case, port: str
) -> None:
    await mended(here, case, port)


@pytest.mark.parametrize("case", APART[:1], ids=str)
async def test_so_does_a_setting_of_the_kernel(apart: MendedHost, case: Case, port: str) -> None:
    await mended(apart, case, port)


@pytest.mark.torture
@pytest.mark.parametrize("case", LONG, ids=str)
async def test_so_does_everything_else(here: MendedHost, case: Case, port: str) -> None:
    await mended(here, case, port)


@pytest.mark.torture
@pytest.mark.parametrize("case", APART[1:], ids=str)
async def test_so_does_the_packet_filter(apart: MendedHost, case: Case, port: str) -> None:
    await mended(apart, case, port)


def test_this_desk_does_not_shut_itself_out(here: MendedHost) -> None:
    """It logs in as root here."""
    assert "this desk logs in as root here, and would shut itself out" in refused(here, "ssh-root", {})
    assert "root, by which this desk logs in, is not in audio" in refused(here, "ssh-allow", {}, {"group": "audio"})
    assert refused(here, "ssh-allow", {}, {"group": "root"}) == ""
    data: dict[str, Field] = {"shell": "/bin/sh", "group": "sudo"}
    for check in ("acct-dormant", "acct-sysshell", "acct-noshell-locked", "sudo-members"):
        why = refused(here, check, data | {"account": "root"})
        assert "this desk logs in as root, and would shut itself out" in why
        assert refused(here, check, data | {"account": "anna"}) == ""


def test_a_password_that_would_end_at_once_is_not_given_an_age(here: MendedHost) -> None:
    data: dict[str, Field] = {"account": "anna", "days": 45, "was": 99999}
    here.run("chage -d 2020-01-01 -M 99999 anna")
    assert "is older than 45 days, and would end at once" in refused(here, "acct-maxage", data)
    here.run("chage -M 365 anna")
    assert "has ended for longer than 45 days" in refused(here, "acct-inactive", data)
    here.run("chage -d $(date -u +%Y-%m-%d) -M 99999 anna")
    assert [refused(here, check, data) for check in ("acct-maxage", "acct-inactive")] == ["", ""]


def test_an_sshd_that_reads_no_drop_ins_is_left_as_it_is(here: MendedHost) -> None:
    here.run("sed -i 's/^Include/#Include/' /etc/ssh/sshd_config")
    try:
        why = refused(here, "ssh-maxauth", {"wanted": "4"})
        assert "sshd_config takes in no /etc/ssh/sshd_config.d/*.conf here" in why
    finally:
        here.run("sed -i 's/^#Include/Include/' /etc/ssh/sshd_config")
    assert refused(here, "ssh-maxauth", {"wanted": "4"}) == ""


def test_a_host_that_passes_packets_on_for_a_bridge_goes_on_with_it(apart: MendedHost) -> None:
    data: dict[str, Field] = {"key": "net.ipv4.ip_forward", "value": "0", "is": "1"}
    assert refused(apart, "net-forward", data) == ""
    apart.run("ip link add br-x type bridge")
    try:
        assert "br-x is a bridge or a tunnel" in refused(apart, "net-forward", data)
        assert refused(apart, "net-stack", data | {"key": "net.ipv4.tcp_syncookies"}) == ""
    finally:
        apart.run("ip link del br-x")
