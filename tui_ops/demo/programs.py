"""What runs on the demo's hosts, as data: programs by role, with their unit, their ports and their part of the work."""

from dataclasses import dataclass

from tui_ops.demo.faults import FaultKind
from tui_ops.demo.hosts import DemoHost

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Program:
    """A program of a host; it is one process, or a few alike."""

    name: str
    """As the kernel tells it: at most 15 characters."""
    command: str
    """The command line; empty for a thread of the kernel. ``{n}`` is the number among those alike, from 0."""
    owner: str = "root"
    rss: int = 4
    """MiB in memory, besides its part of what the host has in use."""
    threads: int = 1
    count: int = 1
    """How many there are."""
    cpu: float = 0.0
    """Part of the host's user and system time that each takes; those that take none stand still."""
    memory: float = 0.0
    """Part of the host's memory in use that each holds."""
    parent: str = "systemd"
    """Name of the program that started it."""
    unit: str = ""
    """The service that it is, without ``.service``."""
    title: str = ""
    """How systemd describes the service."""
    ports: tuple[str, ...] = ()
    """What it listens on, as ``tcp 0.0.0.0:22``; both families where the address is ``*``."""
    pid: int = 0
    """Its process where a log names it; else it is drawn."""
    age_s: float = 0.0
    """Seconds between its start and the beginning of the story; 0 starts it with the host."""


def _kernel(*names: str) -> tuple[Program, ...]:
    return tuple(Program(name, "", rss=0, parent="kthreadd") for name in names)


HOUR = 3600.0

_KERNEL = (
    Program("kthreadd", "", rss=0, parent="", pid=2),
    *_kernel("rcu_preempt", "migration/0", "ksoftirqd/0", "kworker/0:1H-kblockd", "kswapd0", "jbd2/sda2-8"),
)

_LISTENING = "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"

_LOGIN = (
    Program("sshd", "sshd: demo [priv]", rss=10, parent="sshd", age_s=120),
    Program("sshd", "sshd: demo@notty", "demo", 6, parent="sshd", age_s=118),
)

_DEBIAN = (
    Program("systemd", "/sbin/init", rss=13, parent="", pid=1),
    *_KERNEL,
    Program(
        "systemd-journal", "/lib/systemd/systemd-journald", rss=42, unit="systemd-journald", title="Journal Service"
    ),
    Program(
        "systemd-udevd", "/lib/systemd/systemd-udevd", rss=8, unit="systemd-udevd",
        title="Rule-based Manager for Device Events and Files",
    ),
    Program(
        "systemd-resolve", "/lib/systemd/systemd-resolved", "systemd-resolve", 14, unit="systemd-resolved",
        title="Network Name Resolution", ports=("udp 127.0.0.53:53", "tcp 127.0.0.53:53"),
    ),
    Program(
        "systemd-timesyn", "/lib/systemd/systemd-timesyncd", "systemd-timesync", 7, 2, unit="systemd-timesyncd",
        title="Network Time Synchronization",
    ),
    Program("cron", "/usr/sbin/cron -f -P", rss=3, unit="cron", title="Regular background program processing", pid=611),
    Program(
        "dbus-daemon", "@dbus-daemon --system --address=systemd: --nofork --nopidfile", "messagebus", 5, unit="dbus",
        title="D-Bus System Message Bus",
    ),
    Program(
        "systemd-logind", "/lib/systemd/systemd-logind", rss=8, unit="systemd-logind", title="User Login Management"
    ),
    Program("rsyslogd", "/usr/sbin/rsyslogd -n -iNONE", "syslog", 7, 4, unit="rsyslog", title="System Logging Service"),
    Program(
        "agetty", "/sbin/agetty -o -p -- \\u --noclear tty1 linux", rss=2, unit="getty@tty1", title="Getty on tty1"
    ),
    Program("sshd", _LISTENING, rss=9, unit="ssh", title="OpenBSD Secure Shell server", ports=("tcp *:22",)),
    *_LOGIN,
)  # fmt: skip

_ROCKY = (
    Program("systemd", "/usr/lib/systemd/systemd --switched-root --system --deserialize 31", rss=15, parent="", pid=1),
    *_KERNEL,
    Program(
        "systemd-journal", "/usr/lib/systemd/systemd-journald", rss=38, unit="systemd-journald", title="Journal Service"
    ),
    Program(
        "systemd-udevd", "/usr/lib/systemd/systemd-udevd", rss=11, unit="systemd-udevd",
        title="Rule-based Manager for Device Events and Files",
    ),
    Program("auditd", "/sbin/auditd", rss=3, threads=2, unit="auditd", title="Security Auditing Service"),
    Program(
        "dbus-broker", "dbus-broker --log 4 --controller 9 --max-bytes 536870912", "dbus", 3, unit="dbus-broker",
        title="D-Bus System Message Bus",
    ),
    Program(
        "firewalld", "/usr/bin/python3 -s /usr/sbin/firewalld --nofork --nopid", rss=44, threads=2, unit="firewalld",
        title="firewalld - dynamic firewall daemon",
    ),
    Program(
        "NetworkManager", "/usr/sbin/NetworkManager --no-daemon", rss=20, threads=3, unit="NetworkManager",
        title="Network Manager",
    ),
    Program(
        "chronyd", "/usr/sbin/chronyd -F 2", "chrony", 4, unit="chronyd", title="NTP client/server",
        ports=("udp 127.0.0.1:323",),
    ),
    Program("crond", "/usr/sbin/crond -n", rss=4, unit="crond", title="Command Scheduler", pid=611),
    Program(
        "systemd-logind", "/usr/lib/systemd/systemd-logind", rss=9, unit="systemd-logind",
        title="User Login Management",
    ),
    Program("rsyslogd", "/usr/sbin/rsyslogd -n", rss=8, threads=3, unit="rsyslog", title="System Logging Service"),
    Program(
        "tuned", "/usr/bin/python3 -Es /usr/sbin/tuned -l -P", rss=28, threads=4, unit="tuned",
        title="Dynamic System Tuning Daemon",
    ),
    Program("agetty", "/sbin/agetty -o -p -- \\u --noclear - linux", rss=2, unit="getty@tty1", title="Getty on tty1"),
    Program("sshd", _LISTENING, rss=9, unit="sshd", title="OpenSSH server daemon", ports=("tcp *:22",)),
    *_LOGIN,
)  # fmt: skip

_EXPORTER = Program(
    "node_exporter", "/usr/local/bin/node_exporter --web.listen-address=:9100", "prometheus", 21, 7,
    unit="node-exporter", title="Prometheus exporter for machine metrics", ports=("tcp *:9100",),
)  # fmt: skip

_SMARTD = Program(
    "smartd",
    "/usr/sbin/smartd -n",
    rss=6,
    unit="smartmontools",
    title="Self Monitoring and Reporting Technology Daemon",
)

_MDADM = Program("mdadm", "/sbin/mdadm --monitor --scan --syslog", rss=2, unit="mdmonitor", title="MD array monitor")

_DOCKER = (
    Program(
        "containerd", "/usr/bin/containerd", rss=44, threads=19, cpu=0.01, unit="containerd",
        title="containerd container runtime",
    ),
    Program(
        "dockerd", "/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock", rss=88, threads=31,
        cpu=0.03, unit="docker", title="Docker Application Container Engine",
    ),
)  # fmt: skip

_POSTGRES = "/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main -c config_file=/etc/postgresql/15.conf"

PROGRAMS: dict[str, tuple[Program, ...]] = {
    "web": (
        Program(
            "nginx", "nginx: master process /usr/sbin/nginx -g daemon on; master_process on;", rss=6, unit="nginx",
            title="A high performance web server and a reverse proxy server", ports=("tcp *:80", "tcp *:443"),
        ),
        Program("nginx", "nginx: worker process", "www-data", 12, count=4, cpu=0.045, parent="nginx"),
        Program(
            "app", "/opt/app/bin/app serve --listen 127.0.0.1:8080 --workers 24", "app", 40, 26, cpu=0.55, memory=0.46,
            unit="app", title="Application server", ports=("tcp 127.0.0.1:8080",), pid=2214,
        ),
        Program("app", "/opt/app/bin/app jobs --queue default", "app", 30, 9, cpu=0.11, memory=0.12, unit="app-jobs",
            title="Background jobs of the application"),
        _EXPORTER,
    ),
    "db": (
        Program("postgres", _POSTGRES, "postgres", 110, unit="postgresql@15-main", title="PostgreSQL Cluster 15-main",
            ports=("tcp *:5432",)),
        Program("postgres", "postgres: 15/main: checkpointer", "postgres", memory=0.28, cpu=0.02, parent="postgres"),
        Program("postgres", "postgres: 15/main: background writer", "postgres", 96, parent="postgres"),
        Program("postgres", "postgres: 15/main: walwriter", "postgres", 22, parent="postgres"),
        Program("postgres", "postgres: 15/main: autovacuum launcher", "postgres", 9, parent="postgres"),
        Program("postgres", "postgres: 15/main: logical replication launcher", "postgres", 7, parent="postgres"),
        Program("postgres", "postgres: 15/main: app shop 10.20.{n}.31(5182{n}) SELECT", "postgres", 18, count=5,
            cpu=0.14, memory=0.06, parent="postgres", age_s=2 * HOUR),
        Program("postgres", "postgres: 15/main: app shop 10.20.4.3{n}(4401{n}) idle", "postgres", 64, count=5,
            parent="postgres", age_s=5 * HOUR),
        Program("pgbouncer", "/usr/sbin/pgbouncer /etc/pgbouncer/pgbouncer.ini", "postgres", 11, cpu=0.03,
            unit="pgbouncer", title="connection pooler for PostgreSQL", ports=("tcp *:6432",)),
        _SMARTD,
        _EXPORTER,
    ),
    "mq": (
        Program("epmd", "/usr/bin/epmd -daemon", "epmd", 2, unit="epmd", title="Erlang Port Mapper Daemon",
            ports=("tcp *:4369",)),
        Program("beam.smp", "/usr/lib/erlang/erts-13.1.5/bin/beam.smp -W w -MBas ageffcbf -MHas ageffcbf -- -root"
            " /usr/lib/erlang -- -boot start_sasl -s rabbit boot -noinput", "rabbitmq", 60, 34, cpu=0.86, memory=0.72,
            unit="rabbitmq-server", title="RabbitMQ Messaging Server",
            ports=("tcp *:5672", "tcp *:15672", "tcp *:25672")),
        Program("erl_child_setup", "erl_child_setup 65536", "rabbitmq", 2, parent="beam.smp"),
        Program("inet_gethost", "inet_gethost 4", "rabbitmq", 1, count=2, parent="erl_child_setup"),
        _EXPORTER,
    ),
    "cache": (
        Program("redis-server", "/usr/bin/redis-server 0.0.0.0:6379", "redis", 12, 6, cpu=0.82, memory=0.9,
            unit="redis-server", title="Advanced key-value store", ports=("tcp *:6379",)),
        Program("redis-sentinel", "/usr/bin/redis-sentinel *:26379 [sentinel]", "redis", 14, 5, cpu=0.05,
            unit="redis-sentinel", title="Advanced key-value store (sentinel)", ports=("tcp *:26379",)),
        _EXPORTER,
    ),
    "nas": (
        Program("rpcbind", "/usr/bin/rpcbind -w -f", "rpc", 5, unit="rpcbind", title="RPC Bind",
            ports=("tcp *:111", "udp *:111")),
        Program("ganesha.nfsd", "/usr/bin/ganesha.nfsd -L /var/log/ganesha/ganesha.log -f /etc/ganesha/ganesha.conf",
            rss=120, threads=268, cpu=0.61, memory=0.55, unit="nfs-ganesha", title="NFS-Ganesha file server",
            ports=("tcp *:2049", "udp *:2049", "tcp *:875")),
        Program("smbd", "/usr/sbin/smbd --foreground --no-process-group", rss=24, unit="smb", title="Samba SMB Daemon",
            ports=("tcp *:139", "tcp *:445")),
        Program("smbd", "smbd: client [10.10.7.4{n}]", rss=19, count=3, cpu=0.06, memory=0.02, parent="smbd",
            age_s=3 * HOUR),
        Program("nmbd", "/usr/sbin/nmbd --foreground --no-process-group", rss=9, unit="nmb", title="Samba NMB Daemon",
            ports=("udp *:137", "udp *:138")),
        _SMARTD,
        _EXPORTER,
    ),
    "gw": (
        Program("fail2ban-server", "/usr/bin/python3 /usr/bin/fail2ban-server -xf start", rss=42, threads=5, cpu=0.12,
            memory=0.05, unit="fail2ban", title="Fail2Ban Service"),
        Program("sshd", "sshd: anna [priv]", rss=10, parent="sshd", age_s=1.5 * HOUR),
        Program("sshd", "sshd: anna@notty", "anna", 6, cpu=0.27, parent="sshd", age_s=1.5 * HOUR),
        Program("sshd", "sshd: deploy [priv]", rss=10, parent="sshd", age_s=0.4 * HOUR),
        Program("sshd", "sshd: deploy@notty", "deploy", 6, cpu=0.21, parent="sshd", age_s=0.4 * HOUR),
        _EXPORTER,
    ),
    "backup": (
        Program("rest-server", "/usr/local/bin/rest-server --path /srv/backup --private-repos --listen :8000", "restic",
            60, 14, cpu=0.34, memory=0.34, unit="rest-server", title="Restic repositories over HTTP",
            ports=("tcp *:8000",)),
        Program("borg", "/usr/bin/python3 /usr/bin/borg serve --restrict-to-path /srv/backup/nas-1.lon", "borg", 52,
            cpu=0.22, memory=0.08, parent="sshd", age_s=1.2 * HOUR),
        Program("md0_raid6", "", rss=0, cpu=0.11, parent="kthreadd"),
        _MDADM,
        _SMARTD,
        _EXPORTER,
    ),
    "ci": (
        *_DOCKER,
        Program("gitlab-runner", "/usr/bin/gitlab-runner run --working-directory /var/lib/gitlab-runner", rss=46,
            threads=17, cpu=0.02, unit="gitlab-runner", title="GitLab Runner"),
        Program("containerd-shim", "/usr/bin/containerd-shim-runc-v2 -namespace moby -id 4f1c{n} -address"
            " /run/containerd/containerd.sock", rss=12, threads=12, count=3),
        Program("bazel", "bazel(shop) -Xmx4g -jar /opt/bazel/A-server.jar --batch_cpu_scheduling", "runner", 180, 61,
            cpu=0.42, memory=0.34, parent="gitlab-runner", age_s=3 * HOUR),
        Program("python3", "python3 -m pytest -q -n 3 tests/integration --shard {n}", "runner", 90, 3, count=3,
            cpu=0.12, memory=0.08, parent="gitlab-runner", age_s=0.2 * HOUR),
        _EXPORTER,
    ),
}  # fmt: skip
"""By the role's name. What takes CPU comes to about nine tenths: the rest is short-lived, as everywhere."""

BILLING = (
    *_DOCKER,
    Program("containerd-shim", "/usr/bin/containerd-shim-runc-v2 -namespace moby -id 9be2{n} -address"
        " /run/containerd/containerd.sock", rss=12, threads=12, count=3),
    Program("docker-proxy", "/usr/bin/docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 9001 -container-port 9000",
        rss=4, threads=7, parent="dockerd", ports=("tcp 127.0.0.1:9001",)),
    Program("gunicorn", "gunicorn: worker [billing.api:app] {n}", "www-data", 64, count=2, cpu=0.05, memory=0.03,
        parent="containerd-shim"),
    Program("celery", "celery worker --app billing.tasks --concurrency 2", "www-data", 72, 3, parent="containerd-shim"),
)  # fmt: skip
"""Besides, on web servers of New York: billing runs in containers there."""

REBUILD = Program("md0_resync", "", rss=0, cpu=0.16, parent="kthreadd", age_s=8 * HOUR)
"""Besides, where an array is rebuilt."""

GREEDY = Program(
    "java", "/usr/bin/java -Xmx6g -jar /opt/reports/export.jar --month last", "reports", 310, 48, unit="report-export",
    title="Monthly report of the shop", age_s=4 * HOUR,
)  # fmt: skip
"""Besides, where a process takes ever more memory."""

_DUMP = Program(
    "pg_dump", "/usr/lib/postgresql/15/bin/pg_dump -Fc -Z 9 -f /var/lib/postgresql/dump/shop.pgc shop", "postgres", 48
)
_TAR = Program("tar", "tar --create --gzip --one-file-system --file /var/backups/full.tar.gz /", rss=5)

CULPRITS: dict[FaultKind, dict[str, Program]] = {
    FaultKind.IO_STALL: {"db": _DUMP, "": _TAR},
    FaultKind.MEMORY: {"": GREEDY},
}
"""Which program a fault is the work of, by role; the empty role stands for all others."""


def programs_of(host: DemoHost) -> tuple[Program, ...]:
    """Return what runs on a host: its system, then its purpose."""
    role = host.role
    besides = BILLING if runs_containers(host) and role.name == "web" else ()
    return (*(_ROCKY if role.system.ident == "rocky" else _DEBIAN), *PROGRAMS[role.name], *besides)


def runs_containers(host: DemoHost) -> bool:
    """Return whether a host has docker: build runners, and billing in New York."""
    return host.role.name == "ci" or (host.role.name, host.site.name) == ("web", "nyc")
