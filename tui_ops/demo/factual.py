"""What the demo's hosts answer when they are asked what they are made of: accounts, keys, packages, settings.

Most is as its role has it, and well kept (:mod:`tui_ops.demo.hardened`). A few hosts differ, as in every fleet: a key
that is too short, a sudo rule that asks for no password, a kernel that forwards, a server without a packet filter.
"""

import hashlib

from tui_ops.demo import hardened
from tui_ops.demo.arrivals import arrival_files
from tui_ops.demo.hosts import DemoHost
from tui_ops.demo.keyring import DESK, public_key, root_keys, short_key
from tui_ops.demo.programs import Program, programs_of
from tui_ops.demo.software import packages_of
from tui_ops.demo.weak import as_installed, weak_files
from tui_ops.demo.worlds import HostWorld

PEOPLE = {"anna": 1001, "bert": 1002, "chloe": 1003}
"""The administrators, with the numbers of their accounts."""

SERVICES = {
    "www-data": 33, "messagebus": 101, "systemd-resolve": 102, "systemd-timesync": 103, "sshd": 104, "syslog": 105,
    "dbus": 81, "chrony": 992, "rpc": 32, "postgres": 110, "rabbitmq": 111, "epmd": 112, "redis": 113, "restic": 994,
    "prometheus": 998, "app": 999,
}  # fmt: skip
"""Accounts of programs."""

Account = tuple[str, int, int, str, str, str]
"""Name, number, group, title, home and shell."""

UNFILTERED = "cache-1.nyc"
"""A host without a packet filter."""

_FIRST_FREE = 900
"""Number of a program's account that is not among them."""

_RUN = '#!/bin/sh\n# The machine\'s own: it only reads.\nPATH=/usr/sbin:/usr/bin:/sbin:/bin exec {name} "$@"\n'

_ASKED_FOR = ("find", "sed", "stat", "sha256sum", "head")
"""Programs of the machine that root runs for us; timeout ends each of them."""

_IP = """\
#!/bin/sh
# Prints the addresses, the routes or the rules.
root=${0%/bin/ip}
case "$*" in
'-4 route'*) exec cat "$root/table/routes" ;;
'-6 route'*) exec cat "$root/table/routes6" ;;
*rule*) printf '0:\\tfrom all lookup local\\n32766:\\tfrom all lookup main\\n32767:\\tfrom all lookup default\\n' ;;
*) exec cat "$root/table/addresses" ;;
esac
"""

_STAT = """\
#!/bin/sh
# The machine's own; of what is asked for by its owner it says that it is root's, as it would be on a host.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
case "$*" in *%F/%U/%G%n*) ;; *) exec stat "$@" ;; esac
stat "$@" | sed -E -e 's#^[0-7]+ [0-9]+ [0-9]+ ([a-z ]+)/[^/]+/[^/]+/#644 0 0 \\1/root/root/#' \\
\t-e '\\#/etc/g?shadow-?$#s#^644 0 0 ([a-z ]+)/root/root/#640 0 42 \\1/root/shadow/#' \\
\t-e '\\#/etc/ssh/sshd_config#s#^644#600#'
"""

_SAY = '#!/bin/sh\n# Prints {what}.\nexec cat "${{0%/bin/*}}/table/{table}"\n'

_SETTINGS = {
    "fs.protected_hardlinks": "1", "fs.protected_symlinks": "1", "fs.suid_dumpable": "0", "kernel.dmesg_restrict": "1",
    "kernel.kptr_restrict": "1", "kernel.randomize_va_space": "2", "kernel.unprivileged_bpf_disabled": "2",
    "kernel.yama.ptrace_scope": "1", "net.ipv4.conf.all.accept_redirects": "0", "net.ipv4.conf.all.rp_filter": "1",
    "net.ipv4.conf.all.accept_source_route": "0", "net.ipv4.ip_forward": "0", "net.ipv4.tcp_syncookies": "1",
    "net.ipv6.conf.all.accept_ra": "0", "net.core.somaxconn": "4096", "vm.swappiness": "60",
    "vm.overcommit_memory": "0",
}  # fmt: skip

_SSHD = {
    "port": "22", "addressfamily": "any", "listenaddress": "0.0.0.0:22", "permitrootlogin": "without-password",
    "passwordauthentication": "no", "kbdinteractiveauthentication": "no", "pubkeyauthentication": "yes",
    "permitemptypasswords": "no", "maxauthtries": "6", "logingracetime": "120", "clientaliveinterval": "0",
    "clientalivecountmax": "3", "x11forwarding": "no", "allowtcpforwarding": "no", "allowagentforwarding": "no",
    "usepam": "yes", "maxsessions": "10", "maxstartups": "10:30:100", "loglevel": "INFO", "strictmodes": "yes",
    "ciphers": "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com",
    "authorizedkeysfile": ".ssh/authorized_keys .ssh/authorized_keys2",
    "subsystem": "sftp /usr/lib/openssh/sftp-server",
}  # fmt: skip


def factual_files(world: HostWorld) -> dict[str, str]:
    """Return what stands in a host's own files, by path below the root."""
    host = world.host
    accounts = _accounts(host)
    files = {
        **_system_files(world),
        **_account_files(host, accounts),
        "table/sshd": "".join(f"{name} {value}\n" for name, value in _sshd(host).items()),
        "table/settings": "".join(f"{name} = {value}\n" for name, value in sorted(_settings(host).items())),
        "table/ruleset": _ruleset(host),
        "table/unit-files": _unit_files(host),
        "table/homes": "".join(
            f"drwx------ 4 {uid} {gid} 4096 Jan  5 12:00 {home}\n"
            for name, uid, gid, _, home, _ in accounts
            if name in PEOPLE or name in ("demo", "root", "postgres")
        ),
        **arrival_files(host),
        **_routes(host),
        **_packages(host),
        **_repositories(host),
        **hardened.hardened_files(host),
        **weak_files(host),
    }
    files |= {f"home/{name}/.ssh/authorized_keys": f"{public_key(name)} {name}@laptop\n" for name in PEOPLE}
    for one in programs_of(host):
        if one.unit and one.command.startswith(("/opt", "/usr/local")):
            text = f"[Unit]\nDescription={one.title}\n\n[Service]\nExecStart={one.command}\n"
            files[f"etc/systemd/system/{one.unit}.service"] = text
    return files | _oddities(host)


def _account_files(host: DemoHost, accounts: list[Account]) -> dict[str, str]:
    rows = (":".join([name, "x", str(uid), str(gid), *rest]) for name, uid, gid, *rest in accounts)
    return {
        "etc/passwd": "".join(f"{row}\n" for row in rows),
        "etc/group": _groups(host, accounts),
        "etc/shadow": "".join(_shadow(name, shell) for name, *_, shell in accounts),
        "etc/sudoers": "Defaults env_reset\nDefaults use_pty\nroot ALL=(ALL:ALL) ALL\n"
        f"%{_admins(host)} ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
        "etc/sudoers.d/tui-ops": "demo ALL=(root) NOPASSWD: /usr/bin/timeout 5 /usr/sbin/sshd -T\n",
        "root/.ssh/authorized_keys": root_keys(host.name, host.site.name),
        "home/demo/.ssh/authorized_keys": f"restrict,pty {public_key(DESK)} tui-ops@desk\n",
    }


def _system_files(world: HostWorld) -> dict[str, str]:
    host = world.host
    return {
        "etc/crontab": "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n"
        "25 6 * * * root run-parts --report /etc/cron.daily\n",
        "etc/cron.daily/logrotate": "#!/bin/sh\nexec /usr/sbin/logrotate /etc/logrotate.conf\n",
        "var/spool/cron/crontabs/": "",
        "etc/fstab": "".join(
            f"{one.device} {one.path} {one.kind} defaults 0 {1 if one.path == '/' else 2}\n"
            for one in world.filesystems
        ),
        "etc/resolv.conf": f"search {host.site.name}.example.net\nnameserver 10.10.0.53\n",
        "etc/hosts": f"127.0.0.1 localhost\n{host.address} {host.name}\n",
        "etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\nX11Forwarding no\n",
    }


def factual_scripts(host: DemoHost) -> dict[str, str]:
    """Return the commands that tell them, by path below the root; those that root is asked for stand in usr/."""
    made = {
        "bin/ip": _IP,
        "bin/sshd": _SAY.format(what="what sshd is set to", table="sshd"),
        "bin/sysctl": _SAY.format(what="what the kernel is set to", table="settings"),
        "bin/stat": _STAT,
        "bin/lslogins": _SAY.format(what="who logged in last", table="logins"),
        "bin/nft": _SAY.format(what="the packet filter", table="ruleset"),
        **hardened.hardened_scripts(host),
    }
    made |= {f"usr/bin/{name}": _RUN.format(name=name) for name in (*_ASKED_FOR, "timeout")}
    if host.role.system.ident == "rocky":
        made["bin/rpm"] = _SAY.format(what="the packages", table="packages")
    else:
        made["bin/dpkg-query"] = _SAY.format(what="the packages", table="packages")
        made["bin/apt"] = _SAY.format(what="the packages and where they can be had", table="archives")
    return made


def _admins(host: DemoHost) -> str:
    return "wheel" if host.role.system.ident == "rocky" else "sudo"


def _accounts(host: DemoHost) -> list[Account]:
    """Return name, number, group, title, home and shell of each account."""
    off = "/sbin/nologin" if host.role.system.ident == "rocky" else "/usr/sbin/nologin"
    found = [("root", 0, 0, "root", "/root", "/bin/bash"), ("daemon", 1, 1, "daemon", "/usr/sbin", off)]
    owners = dict.fromkeys(one.owner for one in programs_of(host) if one.owner not in ("root", "demo", *PEOPLE))
    for at, name in enumerate(sorted(owners)):
        number = SERVICES.get(name, _FIRST_FREE + at)
        shell = "/bin/bash" if name == "postgres" else off
        found.append((name, number, number, "", f"/var/lib/{name}", shell))
    found.append(("demo", 1000, 1000, "Readings of the desk", "/home/demo", "/bin/sh"))
    found += [(name, uid, uid, name.capitalize(), f"/home/{name}", "/bin/bash") for name, uid in PEOPLE.items()]
    return found


def _groups(host: DemoHost, accounts: list[Account]) -> str:
    rows = [(name, gid, "") for name, _, gid, *_ in accounts]
    rows.append((_admins(host), 10 if _admins(host) == "wheel" else 27, ",".join(PEOPLE)))
    if host.role.name == "ci":
        rows.append(("docker", 990, "gitlab-runner,bert"))
    return "".join(f"{name}:x:{gid}:{members}\n" for name, gid, members in rows)


def _shadow(name: str, shell: str) -> str:
    if name in PEOPLE:
        mark = f"$y$j9T$demo${hashlib.sha256(name.encode()).hexdigest()}"
        return f"{name}:{mark}:{hardened.password_set_day(name)}:0:365:14:{hardened.INACTIVE_DAYS}::\n"
    return f"{name}:{'*' if shell.endswith('nologin') or name == 'root' else '!'}:20228:0:99999:7:::\n"


def _sshd(host: DemoHost) -> dict[str, str]:
    settings = _SSHD | hardened.SSHD
    if host.role.name == "gw":
        settings |= {"allowtcpforwarding": "yes", "disableforwarding": "no", "maxsessions": "200"}
    if host.name == "mq-1.nyc":
        settings |= {"permitrootlogin": "yes", "passwordauthentication": "yes"}
    return settings


def _settings(host: DemoHost) -> dict[str, str]:
    settings = (
        _SETTINGS | hardened.SETTINGS | {"kernel.hostname": host.name, "kernel.osrelease": host.role.system.kernel}
    )
    if host.role.name == "ci":
        settings["net.ipv4.ip_forward"] = "1"
    if host.role.name in ("db", "cache"):
        settings |= {"vm.swappiness": "1", "vm.overcommit_memory": "1" if host.role.name == "cache" else "2"}
    if host.name == "web-03.lon":
        settings["kernel.yama.ptrace_scope"] = "0"
    return settings


def _ports(programs: tuple[Program, ...]) -> list[str]:
    """Return the TCP ports on which programs listen for others."""
    found = [one.rpartition(":")[2] for program in programs for one in program.ports if one.startswith("tcp *:")]
    return sorted(set(found), key=int)


def _ruleset(host: DemoHost) -> str:
    if host.name == UNFILTERED:
        return ""
    ports = ", ".join(_ports(programs_of(host)))
    rules = ("ct state established,related accept", 'iif "lo" accept', f"tcp dport {{ {ports} }} accept")
    chain = "".join(f"\t\t{rule}\n" for rule in ("type filter hook input priority filter; policy drop;", *rules))
    return f"table inet filter {{\n\tchain input {{\n{chain}\t}}\n}}\n"


def _unit_files(host: DemoHost) -> str:
    units = dict.fromkeys(f"{one.unit}.service" for one in programs_of(host) if one.unit and "@" not in one.unit)
    own = hardened.UNITS["rocky" if hardened.is_rocky(host) else ""]
    units |= dict.fromkeys(name for name, *_ in own if _starts(host, name))
    if not hardened.is_rocky(host):
        units["apt-daily-upgrade.timer"] = None
    rows = [f"{name} enabled enabled\n" for name in units]
    rows += ["emergency.service static -\n", "rescue.service static -\n", "debug-shell.service disabled disabled\n"]
    return "".join(rows)


def _starts(host: DemoHost, unit: str) -> bool:
    """Return whether a unit starts with a host: one has no packet filter."""
    return host.name != UNFILTERED or unit != "nftables.service"


def _routes(host: DemoHost) -> dict[str, str]:
    link, parts = host.role.interface, host.address.split(".")
    net = ".".join(parts[:3])
    return {
        "table/routes": f"default via {net}.1 dev {link} proto static\n"
        f"{net}.0/24 dev {link} proto kernel scope link src {host.address}\n",
        "table/routes6": f"fe80::/64 dev {link} proto kernel metric 256 pref medium\n",
    }


def _packages(host: DemoHost) -> dict[str, str]:
    packages = as_installed(host, packages_of(host))
    if host.role.system.ident == "rocky":
        rows = (
            f"{name}\tx86_64\t{version}\t{source}-{version.partition(':')[2]}.src.rpm\t{maker}\n"
            for name, version, source, maker in packages
        )
        return {"table/packages": "".join(rows), "var/lib/rpm/rpmdb.sqlite": "packages\n"}
    rows = (f"{name}\tamd64\t{version}\tii \t{source}\t{version}\n" for name, version, source, _ in packages)
    archives = (
        f"{name}/now {version} amd64 [installed,local]\n"
        if archive == "local"
        else f"{name}/{archive},now {version} amd64 [installed]\n"
        for name, version, _, archive in packages
    )
    return {
        "table/packages": "".join(rows),
        "table/archives": "Listing...\n" + "".join(archives),
        "var/lib/dpkg/status": "packages\n",
    }


def _repositories(host: DemoHost) -> dict[str, str]:
    if host.role.system.ident == "rocky":
        parts = (
            f"[{name}]\nbaseurl=http://mirror.example.net/rocky/9/{name}\ngpgcheck=1\nenabled=1\n"
            for name in ("baseos", "appstream", "extras")
        )
        return {"etc/yum.repos.d/rocky.repo": "".join(parts)}
    name, suite = {"debian": ("debian", "bookworm"), "ubuntu": ("ubuntu", "noble")}[host.role.system.ident]
    lines = (
        f"deb http://mirror.example.net/{name} {one} main\n" for one in (suite, f"{suite}-updates", f"{suite}-security")
    )
    return {"etc/apt/sources.list": "".join(lines)}


def _oddities(host: DemoHost) -> dict[str, str]:
    """Return in what a host differs from those of its role."""
    if host.name in ("db-1.lon", "db-2.lon"):
        old = f"{short_key('chloe')} chloe@old-laptop\n"
        return {"home/chloe/.ssh/authorized_keys": f"{public_key('chloe')} chloe@laptop\n{old}"}
    if host.name == "web-02.par":
        return {"etc/sudoers.d/90-deploy": "%app ALL=(ALL) NOPASSWD: ALL\n"}
    if host.name == "backup-1.lon":
        return {"var/spool/cron/crontabs/restic": "30 3 * * * /usr/local/bin/prune --password=hunter2 /srv/backup\n"}
    return {}
