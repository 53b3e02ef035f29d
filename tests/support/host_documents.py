"""Documents of the slow sections as a busy database host tells them, one of each."""

import time

GIB, MIB = 2**30, 2**20


def records(names: str, *rows: tuple[object, ...]) -> list[dict[str, object]]:
    """Return rows as objects with these names."""
    return [dict(zip(names.split(), row, strict=True)) for row in rows]


PROCESSES: dict[str, object] = {
    "count": 312,
    "states": {"S": 306, "R": 2, "D": 1, "Z": 3},
    "threads": 900,
    "over_s": 2.0,
    "top": records(
        "pid ppid user state cpu rss threads seconds age_s name command",
        (4211, 1, "postgres", "R", 62.4, int(6.2 * GIB), 6, 9.1e4, 3.6e6, "postgres", "postgres: 15/main: walwriter"),
        (4388, 4211, "postgres", "D", 22.1, int(1.2 * GIB), 1, 12400.0, 8e4, "postgres",
         "postgres: shop shop 10.0.3.7(51914) SELECT"),
        (9120, 1, "root", "S", 14.0, 88 * MIB, 1, 65.0, 130.0, "pg_dump",
         "pg_dump --format=custom --file=/backup/shop.dump shop"),
        (812, 1, "root", "S", 0.4, 61 * MIB, 9, 7300.0, 3.6e6, "node_exporter",
         "/usr/bin/node_exporter --web.listen-address=127.0.0.1:9100"),
        (655, 1, "root", "S", 0.1, 14 * MIB, 1, 840.0, 3.6e6, "sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100"),
        (33, 2, "root", "S", 0.1, 0, 1, 310.0, 3.6e6, "kworker/3:1H-kblockd", ""),
        (9200, 655, "deploy", "S", 0.0, 9 * MIB, 1, 0.3, 40.0, "sshd", "sshd: deploy@notty"),
        (1, 0, "root", "S", 0.0, 12 * MIB, 1, 3900.0, 3.6e6, "systemd", "/sbin/init"),
        (702, 1, "messagebus", "S", 0.0, 5 * MIB, 1, 44.0, 3.6e6, "dbus-daemon", "/usr/bin/dbus-daemon --system"),
        (9301, 812, "root", "Z", 0.0, 0, 1, 0.0, 12.0, "df", ""),
        (640, 1, "root", "S", 0.0, 22 * MIB, 3, 96.0, 3.6e6, "rsyslogd", "/usr/sbin/rsyslogd -n -iNONE"),
        (701, 1, "root", "S", 0.0, 8 * MIB, 1, 12.0, 3.6e6, "cron", "/usr/sbin/cron -f"),
    ),
}  # fmt: skip

UNITS: dict[str, object] = {
    "manager": "systemd",
    "text": "",
    "state": "degraded",
    "counts": {"active": 61, "failed": 2, "activating": 1, "inactive": 40},
    "units": records(
        "name load active sub text",
        ("cron.service", "loaded", "failed", "failed", "Regular background program processing daemon"),
        ("pg-backup.service", "loaded", "failed", "failed", "Nightly dump of shop"),
        ("node-exporter.service", "loaded", "activating", "auto-restart", "Prometheus exporter for machine metrics"),
        ("dbus.service", "loaded", "active", "running", "D-Bus System Message Bus"),
        ("postgresql@15-main.service", "loaded", "active", "running", "PostgreSQL Cluster 15-main"),
        ("rsyslog.service", "loaded", "active", "running", "System Logging Service"),
        ("ssh.service", "loaded", "active", "running", "OpenBSD Secure Shell server"),
        ("logrotate.timer", "loaded", "active", "waiting", "Daily rotation of log files"),
        ("boot.mount", "loaded", "active", "mounted", "/boot"),
    ),
    "restarted": records(
        "name restarts recent over_s",
        ("node-exporter.service", 14, 4, 300.0),
        ("rsyslog.service", 2, 0, 300.0),
    ),
    "timers": records(
        "name unit state due_s late_s ran_s missed",
        ("pg-backup.timer", "pg-backup.service", "waiting", 0.0, 18_000.0, 104_400.0, True),
        ("logrotate.timer", "logrotate.service", "waiting", 17_396.0, 0.0, 69_004.0, False),
    ),
}

FILESYSTEMS: dict[str, object] = {
    "filesystems": [
        *records(
            "mount percent size available state type device options inodes_percent",
            ("/", 91.0, 80 * GIB, int(7.2 * GIB), "ok", "ext4", "/dev/mapper/vg0-root", "rw,relatime", 12.0),
            ("/var/lib/postgresql", 64.0, 500 * GIB, 180 * GIB, "ok", "xfs", "/dev/md0", "rw,noatime", 1.0),
            ("/boot", 22.0, GIB, int(0.7 * GIB), "ok", "ext4", "/dev/sda1", "rw", 3.0),
        ),
        *records(
            "mount state text type device",
            ("/backup", "hanging", "no answer for 40s", "nfs4", "nas-1:/backup"),
        ),
    ],
}

SOCKETS: dict[str, object] = {
    "state": "ok",
    "source": "ss",
    "sockets": records(
        "proto address port process pid owner",
        ("tcp", "*", 22, "sshd", 655, ""),
        ("udp", "127.0.0.1", 323, "chronyd", 610, ""),
        ("tcp", "*", 5432, "postgres", 4211, ""),
        ("tcp", "127.0.0.1", 9100, "node_exporter", 812, ""),
        ("tcp", "10.0.3.21", 9187, "", None, "uid 106"),
    ),
}

CONTAINERS: dict[str, object] = {
    "engines": records("name state text", ("docker", "ok", ""), ("podman", "needs privilege", "")),
    "containers": records(
        "engine id name image state status ports",
        ("docker", "4f5a1c2b3d4e", "pgbouncer", "edoburu/pgbouncer:1.23", "restarting",
         "Restarting (1) 12 seconds ago", ""),
        ("docker", "aa5a1c2b3d4e", "shop-api", "registry.shop/api:2026.3", "running", "Up 3 days (healthy)",
         "0.0.0.0:8080->80/tcp"),
        ("docker", "bb5a1c2b3d4e", "old-job", "busybox", "exited", "Exited (0) 5 days ago", ""),
    ),
}  # fmt: skip

INTERFACES: dict[str, object] = {
    "interfaces": records(
        "name state carrier speed_mbit duplex mtu mac kind changes addresses",
        ("eth0", "up", True, 10000, "full", 1500, "52:54:00:12:34:56", "physical", 1,
         ["10.0.3.21/24", "fe80::5054:ff:fe12:3456/64"]),
        ("eth1", "down", False, None, "", 9000, "52:54:00:12:34:57", "physical", 7, []),
        ("eth2", "up", True, 100, "half", 1500, "52:54:00:12:34:58", "physical", 2, ["192.168.7.2/24"]),
        ("lo", "unknown", True, None, "", 65536, "", "loopback", 0, ["127.0.0.1/8", "::1/128"]),
        ("docker0", "up", True, None, "", 1500, "02:42:11:22:33:44", "bridge", 3, ["172.17.0.1/16"]),
    ),
}  # fmt: skip

SENSORS: dict[str, object] = {
    "sensors": records(
        "chip name kind value high critical",
        ("coretemp", "Package id 0", "temperature", 83.0, 80.0, 100.0),
        ("coretemp", "Core 0", "temperature", 61.0, 80.0, 100.0),
        ("nvme", "Composite", "temperature", 38.9, 65261.0, 84.0),
        ("nct6775", "fan1", "fan", 1180.0, None, None),
        ("power_meter", "power1", "power", 142.0, None, None),
    ),
    "supplies": records(
        "name type online percent status",
        ("AC", "Mains", False, None, ""),
        ("BAT0", "Battery", None, 64, "Discharging"),
    ),
}

ARRAYS: dict[str, object] = {
    "arrays": records(
        "name kind level state size used missing progress text devices",
        ("md0", "md", "raid1", "degraded", 960 * 10**9, None, 1, None, "",
         records("name state", ("sda2", "ok"), ("sdb2", "failed"))),
        ("md1", "md", "raid10", "active", 4 * 10**12, None, 0, None, "",
         records("name state", ("sdc1", "ok"), ("sdd1", "ok"), ("sde1", "ok"), ("sdf1", "ok"))),
        ("tank", "zfs", "raidz1", "ONLINE", 8 * 10**12, 3 * 10**12, 0, None, "", []),
    ),
}  # fmt: skip

SMART: dict[str, object] = {
    "state": "ok",
    "text": "",
    "disks": records(
        "device model passed temperature hours reallocated pending uncorrectable wear text",
        ("/dev/sda", "SAMSUNG MZ7LH960", True, 33, 12345, 0, 0, 0, 12, ""),
        ("/dev/sdb", "ST1000NM0033", False, 41, 61345, 1320, 8, 2, None, ""),
        ("/dev/nvme0", "INTEL SSDPE2KX010T8", True, 38, 800, None, None, None, 93, ""),
    ),
}

HARDWARE: dict[str, object] = {
    "vendor": "Dell Inc.",
    "product": "PowerEdge R640",
    "version": "",
    "serial": "",
    "board": "0W23H8",
    "bios": "2.12.2 07/09/2021",
    "chassis": "rack mount",
    "virtual": "none",
    "cpu": "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz",
    "sockets": 2,
    "cores": 32,
    "threads": 64,
    "arch": "x86_64",
    "memory": 64 * GIB,
    "disks": records(
        "name size model rotational removable",
        ("sda", 960 * 10**9, "SAMSUNG MZ7LH960", False, False),
        ("sdb", 10**12, "ST1000NM0033", True, False),
    ),
    "facts": {
        "hostname": "db-2",
        "kernel": "6.1.0-28-amd64",
        "os": "Debian GNU/Linux 12",
        "boot_at": time.time() - 41 * 86400,
        "init": "systemd",
        "timezone": "Europe/London",
        "machine_id_known": True,
    },
}

TIMESYNC: dict[str, object] = {
    "program": "chrony",
    "state": "ok",
    "text": "",
    "synchronised": True,
    "source": "10.0.0.2",
    "stratum": 3,
    "offset": -0.0000571,
    "dispersion": 0.000541,
    "age": 127.0,
    "drift": 11.434,
    "sources": records(
        "name state stratum reach offset",
        ("10.0.0.2", "selected", 2, 255, -0.000057),
        ("10.0.0.3", "not reached", 0, 0, None),
    ),
}

VOLUMES: dict[str, object] = {
    "lvm": "ok",
    "text": "",
    "groups": records("name size free missing volumes", ("vg0", 400 * GIB, 60 * GIB, 0, 3), ("old", 80 * GIB, 0, 1, 1)),
    "volumes": records(
        "group name kind size data metadata origin pool text",
        ("vg0", "snapshots", "thin pool", 300 * GIB, 84.2, 12.4, "", "", ""),
        ("vg0", "nightly", "thin", 800 * GIB, 25.0, None, "", "snapshots", ""),
        ("vg0", "before", "snapshot", 10 * GIB, 100.0, None, "root", "", "has run full and is lost"),
    ),
    "btrfs": records(
        "name uuid devices missing errors used allocated text",
        ("data", "2d64f07c-7c58-458a-af83-2f860380995f", 2, 0, 3, 7 * GIB, 9 * GIB, "data 7.0 GiB of 8.0 GiB"),
    ),
}

SCOPE: dict[str, object] = {
    "container": "docker",
    "version": 2,
    "own": "/",
    "limits": {"memory": 512 * MIB, "cpus": 1.5, "tasks": 100},
    "groups": records(
        "name memory memory_max memory_high cpus throttled tasks tasks_max oom_kills",
        ("/", 300 * MIB, 512 * MIB, None, 1.5, 12.3, 42, 100, 1),
        ("/system.slice", 200 * MIB, None, None, None, None, 30, None, 0),
    ),
}

JOURNAL: dict[str, object] = {
    "state": "ok",
    "text": "",
    "count": 12,
    "over_s": 300.0,
    "per_minute": 2.4,
    "writers": records(
        "name count age text",
        ("sshd", 9, 22.0, "error: kex_exchange_identification: Connection closed by remote host"),
        ("kernel", 2, 130.0, "EXT4-fs error (device sda2): ext4_lookup:1855: inode #2: comm ls: deleted inode"),
    ),
    "others": 1,
}

ALL: dict[str, dict[str, object]] = {
    "processes": PROCESSES,
    "units": UNITS,
    "filesystems": FILESYSTEMS,
    "sockets": SOCKETS,
    "containers": CONTAINERS,
    "interfaces": INTERFACES,
    "sensors": SENSORS,
    "arrays": ARRAYS,
    "smart": SMART,
    "hardware": HARDWARE,
    "timesync": TIMESYNC,
    "volumes": VOLUMES,
    "scope": SCOPE,
    "journal": JOURNAL,
}
"""By section."""

EMPTY: dict[str, dict[str, object]] = {
    "processes": {"count": 0, "states": {}, "threads": 0, "over_s": None, "top": []},
    "units": {"manager": "systemd", "text": "", "state": "running", "counts": {"active": 0}, "units": []},
    "filesystems": {"filesystems": []},
    "sockets": {"state": "ok", "source": "ss", "sockets": []},
    "containers": {"engines": records("name state text", ("docker", "ok", "")), "containers": []},
    "interfaces": {"interfaces": []},
    "sensors": {"sensors": [], "supplies": []},
    "arrays": {"arrays": []},
    "smart": {"state": "none", "text": "", "disks": []},
    "hardware": {},
    "timesync": {"program": "", "state": "none", "sources": []},
    "volumes": {"lvm": "none", "text": "", "groups": [], "volumes": [], "btrfs": []},
    "scope": {"container": "", "version": 2, "own": "/", "limits": {}, "groups": []},
    "journal": {"state": "none", "writers": []},
}
"""The same of a host that has none of it."""
