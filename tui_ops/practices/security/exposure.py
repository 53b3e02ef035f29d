"""What of hosts is in reach of others, out of their facts: listeners, certificates, keys. Pure.

What others send stays text: nothing of it is followed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui_ops.model.facts import Fields
from tui_ops.practices.security import reach
from tui_ops.practices.security.checks.asking import bare_name
from tui_ops.practices.security.checks.keysread import ANY, is_authority
from tui_ops.practices.security.checks.plain import flag, listed, number, word
from tui_ops.practices.security.logins import logins_in

DAY_S = 86400.0

SOON_DAYS, URGENT_DAYS = 21.0, 7.0
"""A certificate with three weeks left has missed its renewal, which comes by itself thirty days ahead; with one week it
is nobody's routine any more."""

LISTENER_TOPICS = ("sockets", "firewall", "sysctl", "packages")
"""What listeners are made of; the sockets decide, the others say more."""

SIX_OFF = "net.ipv6.conf.all.disable_ipv6"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of facts as it is judged here."""

    items: Mapping[str, Fields]
    unread: tuple[str, ...] = ()


Topics = Mapping[str, Topic]


@dataclass(frozen=True, slots=True)
class Listener:
    """Something that listens for others than the host itself."""

    name: str
    """``tcp 0.0.0.0:22``: as findings call it."""
    protocol: str
    address: str
    port: int
    process: str
    """Empty: whose it is takes privilege, or it is the kernel's own."""
    package: str
    """That brought the program, as far as it can be told by its name; empty where it can't."""
    owner: str
    reached: reach.Reached


def listeners(topics: Topics) -> list[Listener]:
    """Return what listens on a host for others, by port.

    Args:
        topics: of the host.
    """
    sockets = topics.get("sockets")
    if sockets is None:
        return []
    firewall = topics.get("firewall")
    rules = firewall.items if firewall is not None and not firewall.unread else None
    sysctl = topics.get("sysctl", Topic({}))
    has_six = word(sysctl.items.get(SIX_OFF), "value") != "1"
    told = reach.verdicts(rules, sockets.items, has_six)
    brought = {bare_name(name) for name in topics.get("packages", Topic({})).items}
    found = []
    for name, reached in told.items():
        parsed = reach.parse_socket(name)
        if parsed is None:
            continue
        fields = sockets.items[name]
        process = word(fields, "process")
        found.append(
            Listener(
                name,
                parsed[0],
                parsed[1],
                parsed[2],
                process,
                package_of(process, brought),
                word(fields, "owner"),
                reached,
            )
        )
    return sorted(found, key=lambda one: (one.port, one.protocol, one.address))


_BROUGHT_BY: Mapping[str, tuple[str, ...]] = {
    "sshd": ("openssh-server", "openssh"), "named": ("bind9", "bind"), "master": ("postfix",),
    "systemd-resolve": ("systemd-resolved", "systemd"), "systemd-resolved": ("systemd-resolved", "systemd"),
    "apache2": ("apache2", "apache2-bin"), "httpd": ("httpd",), "mariadbd": ("mariadb-server", "MariaDB-server"),
    "mysqld": ("mysql-server", "mysql-server-8.0", "mysql-community-server"),
    "postgres": ("postgresql", "postgresql-15", "postgresql-16", "postgresql-server"),
    "exim4": ("exim4-daemon-light", "exim4-daemon-heavy"), "chronyd": ("chrony",), "dhclient": ("isc-dhcp-client",),
    "smbd": ("samba",), "nmbd": ("samba",), "rpcbind": ("rpcbind",), "cupsd": ("cups-daemon", "cups"),
    "avahi-daemon": ("avahi-daemon", "avahi"), "snmpd": ("snmpd", "net-snmp"), "dnsmasq": ("dnsmasq", "dnsmasq-base"),
    "containerd": ("containerd", "containerd.io"), "dockerd": ("docker.io", "docker-ce"),
    "docker-proxy": ("docker.io", "docker-ce"), "redis-server": ("redis-server", "redis"), "haproxy": ("haproxy",),
    "dovecot": ("dovecot-core", "dovecot"), "in.telnetd": ("telnetd", "inetutils-telnetd", "telnet-server"),
    "ntpd": ("ntp", "ntpsec"), "rsyslogd": ("rsyslog",),
}  # fmt: skip
"""Programs to the packages that bring them, where their names differ. The first that is installed counts."""


def package_of(process: str, packages: Collection[str]) -> str:
    """Return the package that brought a program: one of its name, or one that is known to; empty where none is.

    Args:
        process: its name.
        packages: names of those that are installed, without their architectures; empty where they are not known.
    """
    for name in (process, *_BROUGHT_BY.get(process, ())):
        if name and name in packages:
            return name
    return ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate, in a file or as a service shows it."""

    place: str
    """A path, or ``www.example.com:443``."""
    kind: str
    """``file`` or ``endpoint``."""
    subject: str
    issuer: str
    until: float | None
    """Epoch seconds; None where it can't be read."""
    names: tuple[str, ...]
    used: bool
    """Whether a service's settings name it; of an endpoint always."""
    faults: tuple[str, ...]

    def days(self, at: float) -> float | None:
        """Return how many days are left at epoch second ``at``."""
        return None if self.until is None else (self.until - at) / DAY_S


def moment_of(text: str) -> float | None:
    """Return the epoch second of ``2026-08-26T20:26:40Z``; None where it is no such moment."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def certificates(items: Mapping[str, Fields]) -> list[Shown]:
    """Return the certificates in the files of a host, by path."""
    found = []
    for path, fields in sorted(items.items()):
        faults = []
        if not flag(fields, "readable"):
            faults.append("holds no certificate that can be read")
        if flag(fields, "self_signed"):
            faults.append("self-signed")
        if fields.get("chain_ok") is False:
            faults.append("the certificates in it do not vouch for each other")
        until, chain_until = moment_of(word(fields, "until")), moment_of(word(fields, "chain_until"))
        if until is not None and chain_until is not None and chain_until < until:
            faults.append(f"one that vouches for it ends {word(fields, 'chain_until')[:10]}")
        found.append(
            Shown(
                path,
                "file",
                word(fields, "subject"),
                word(fields, "issuer"),
                until,
                tuple(listed(fields, "names")),
                flag(fields, "used"),
                tuple(faults),
            )
        )
    return found


@dataclass(slots=True)
class KeyUse:
    """One key that lets people in, over all hosts."""

    fingerprint: str
    type: str = ""
    bits: int | None = None
    person: str = ""
    """Whose it is, by the inventory; empty where nobody says."""
    comments: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    """:data:`~tui_ops.practices.security.checks.keysread.ANY` among them where certificates by it let in as anybody."""
    is_authority: bool = False
    """Whether, somewhere, it is not the key that lets people in but certificates by it."""
    hosts: set[str] = field(default_factory=set)
    places: list[tuple[str, str, str]] = field(default_factory=list)
    """Host, account, and the options before the key, of each line that lets it in."""
    seen_at: float = 0.0
    """When it was last seen to be there, epoch seconds."""
    used_at: float | None = None
    """When somebody last came in by it, as far as the last day tells."""
    used_where: str = ""

    @property
    def is_weak(self) -> bool:
        """Whether it is of a kind or a size that nobody should use any more (NIST SP 800-131A, and RSA below 3072)."""
        return self.type in ("ssh-dss", "ssh-dsa") or (self.type == "ssh-rsa" and (self.bits or 0) < 3072)

    @property
    def reaches_root(self) -> bool:
        """Whether it lets somebody in as root somewhere, himself or by a certificate."""
        return not self.accounts.isdisjoint(("root", ANY))


def key_graph(
    found: Iterable[tuple[str, float, Mapping[str, Fields], Mapping[str, Fields]]], owners: Mapping[str, str]
) -> list[KeyUse]:
    """Return every key with the people, accounts and hosts that it joins, the one with the most hosts first.

    Args:
        found: of each host its name, when its keys were read, the items of its keys and of its logins.
        owners: fingerprint to the person whose it is.
    """
    keys: dict[str, KeyUse] = {}
    for host, at, items, logins in found:
        for fields in items.values():
            fingerprint, account = word(fields, "fingerprint"), word(fields, "account")
            if not fingerprint:
                continue
            one = keys.setdefault(fingerprint, KeyUse(fingerprint))
            one.type, one.bits = word(fields, "type") or one.type, number(fields, "bits") or one.bits
            one.person = owners.get(fingerprint, "")
            if comment := word(fields, "comment"):
                one.comments.add(comment)
            one.accounts.add(account)
            one.hosts.add(host)
            options = word(fields, "options")
            if is_authority(fields):
                one.is_authority = True
                options = options or "cert-authority"
            one.places.append((host, account, options))
            one.seen_at = max(one.seen_at, at)
        for login in logins_in(logins):
            used = keys.get(login.fingerprint)
            if used is not None and (used.used_at is None or login.at > used.used_at):
                used.used_at, used.used_where = login.at, f"{login.account}@{host} from {login.source}"
    return sorted(keys.values(), key=lambda one: (-len(one.hosts), one.fingerprint))
