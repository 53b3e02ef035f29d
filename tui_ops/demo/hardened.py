"""What makes the demo's hosts well kept: settings, guards and updates as the checks of security ask for them.

A real fleet that is looked after has a handful of findings, not a thousand. What is weak all the same stands in
:mod:`tui_ops.demo.weak`.
"""

import time

from tui_ops.demo.hosts import DemoHost
from tui_ops.demo.machines import machine_of

DAY_S = 86_400.0

_LINKS = {
    "accept_redirects": "0", "secure_redirects": "0", "send_redirects": "0", "accept_source_route": "0",
    "rp_filter": "1", "log_martians": "1",
}  # fmt: skip

SETTINGS = {
    **{f"net.ipv4.conf.{link}.{name}": value for name, value in _LINKS.items() for link in ("all", "default")},
    "net.ipv4.icmp_echo_ignore_broadcasts": "1",
}
"""Of the kernel, besides those that every host of the demo tells."""

SSHD = {
    "permitrootlogin": "no", "maxauthtries": "4", "logingracetime": "60", "clientaliveinterval": "60",
    "maxstartups": "10:30:60", "disableforwarding": "yes", "allowgroups": "admins demo",
    "macs": "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com",
    "kexalgorithms": "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org",
}  # fmt: skip
"""Of sshd: what the checks ask for where its own default is wider."""

LOGIN_DEFS = "UID_MIN 1000\nUID_MAX 60000\nUMASK 027\nPASS_MAX_DAYS 365\nENCRYPT_METHOD YESCRYPT\n"

SET_DAYS, INACTIVE_DAYS = {"anna": 40, "bert": 71, "chloe": 112}, 30
"""Days since each of the administrators set a new password, and for how long an account stays open after it ended."""

_AUDIT_RULES = "".join(
    f"-w {path} -p wa -k identity\\n"
    for path in ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/sudoers", "/etc/sudoers.d")
)

_AUDITCTL = f"""\
#!/bin/sh
# Prints how the audit stands, or its rules.
case ${{1-}} in
-s) printf 'enabled 2\\nfailure 1\\npid 512\\nrate_limit 0\\nbacklog_limit 8192\\nlost 0\\nbacklog 0\\n' ;;
*) printf -- '{_AUDIT_RULES}' ;;
esac
"""

_AA_STATUS = """\
#!/bin/sh
# Prints the profiles of AppArmor.
cat <<'END'
apparmor module is loaded.
3 profiles are loaded.
3 profiles are in enforce mode.
   /usr/bin/man
   /usr/sbin/rsyslogd
   nvidia_modprobe
0 profiles are in complain mode.
END
"""

_APT_GET = """\
#!/bin/sh
# Plays the upgrade through: what is offered and newer than what is there.
root=${0%/bin/apt-get}
[ "${1-}" = -s ] || { echo 'this apt-get only plays it through' >&2 && exit 1; }
while read -r name version; do
    now=$(awk -F '\\t' -v "name=$name" '$1 == name { print $3; exit }' "$root/table/packages")
    case $now in '' | "$version") continue ;; esac
    echo "Inst $name [$now] ($version @ORIGIN@ [amd64])"
done <"$root/table/offers"
"""

_ORIGINS = {"debian": "Debian-Security:12/stable-security", "ubuntu": "Ubuntu:24.04/noble-updates"}

_APT_CONFIG = """\
#!/bin/sh
# Prints what comes by itself.
cat <<'END'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security";
END
"""

_DNF = """\
#!/bin/sh
# Lists the updates for security: none waits, since they are installed every night.
exit 0
"""

_RSYSLOG = """\
global(DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="/etc/ssl/certs/logs.pem")
action(type="omfwd" target="logs.example.net" port="6514" protocol="tcp" StreamDriver="gtls" StreamDriverMode="1")
"""

UNENCRYPTED = "backup-1.par"
"""A host whose data lie on a disk that is not encrypted."""

UNITS = {
    "rocky": (("dnf-automatic-install.timer", "waiting", "dnf-automatic-install timer"),),
    "": (
        ("nftables.service", "exited", "nftables"),
        ("dailyaidecheck.timer", "waiting", "Daily AIDE check"),
        ("unattended-upgrades.service", "running", "Unattended Upgrades Shutdown"),
    ),
}
"""Units by distribution, with what they do at present; the empty one stands for Debian's family."""


def is_rocky(host: DemoHost) -> bool:
    """Return whether a host runs the family of Red Hat, where other things guard it."""
    return host.role.system.ident == "rocky"


def password_set_day(person: str) -> int:
    """Return when somebody last set a new password, in days since 1970."""
    return int(time.time() // DAY_S) - SET_DAYS[person]


def hardened_files(host: DemoHost) -> dict[str, str]:
    """Return the files of a well-kept host, by path below the root; the probe looks at when some were written."""
    files = {
        "etc/login.defs": LOGIN_DEFS,
        "etc/default/useradd": f"INACTIVE={INACTIVE_DAYS}\nSHELL=/bin/bash\n",
        "etc/profile.d/timeout.sh": "TMOUT=900\nreadonly TMOUT\nexport TMOUT\numask 027\n",
        "etc/rsyslog.d/60-forward.conf": _RSYSLOG,
        "var/lib/aide/aide.db": "a database\n",
        "var/log/aide/aide.log": "AIDE found NO differences between database and filesystem. Looks okay!!\n",
        "var/spool/rsyslog/": "",
        "table/needrestart": "NEEDRESTART-VER: 3.6\nNEEDRESTART-KSTA: 1\n",
        "table/devices": _devices(host),
    }
    if is_rocky(host):
        files |= {
            "etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=targeted\n",
            "sys/fs/selinux/enforce": "1",
            "var/cache/dnf/last_makecache": "",
        }
    else:
        files |= {
            "sys/module/apparmor/parameters/enabled": "Y\n",
            "var/lib/apt/periodic/update-success-stamp": "",
            "var/lib/apt/periodic/upgrade-stamp": "",
        }
    if not machine_of(host).is_guest:
        place = "boot/grub2/user.cfg" if is_rocky(host) else "boot/grub/grub.cfg"
        files[place] = "GRUB2_PASSWORD=grub.pbkdf2.sha512.10000.1\n" if is_rocky(host) else "password_pbkdf2 root x\n"
    return files


def _devices(host: DemoHost) -> str:
    """Return what lsblk says: each filesystem lies on a disk that is encrypted, but for those of one host."""
    rows = []
    for at, mount in enumerate(host.role.mounts):
        name = mount.device.removeprefix("/dev/")
        if host.name == UNENCRYPTED and mount.path != "/":
            rows.append((name, name, "", "part", mount.kind, mount.path))
            continue
        rows.append((name, name, "", "part", "crypto_LUKS", ""))
        rows.append((f"luks-{name}", f"dm-{at}", name, "crypt", mount.kind, mount.path))
    names = ("NAME", "KNAME", "PKNAME", "TYPE", "FSTYPE", "MOUNTPOINT")
    return "".join(" ".join(f'{name}="{value}"' for name, value in zip(names, row, strict=True)) + "\n" for row in rows)


def hardened_scripts(host: DemoHost) -> dict[str, str]:
    """Return the commands that tell of it, by path below the root."""
    made = {
        "bin/auditctl": _AUDITCTL,
        "bin/lsblk": '#!/bin/sh\n# Prints the disks and what lies on them.\nexec cat "${0%/bin/*}/table/devices"\n',
        "bin/needrestart": '#!/bin/sh\n# Prints what runs as it was.\nexec cat "${0%/bin/*}/table/needrestart"\n',
    }
    if is_rocky(host):
        return made | {"bin/dnf": _DNF}
    origin = _ORIGINS[host.role.system.ident]
    return made | {
        "bin/aa-status": _AA_STATUS,
        "bin/apt-get": _APT_GET.replace("@ORIGIN@", origin),
        "bin/apt-config": _APT_CONFIG,
    }
