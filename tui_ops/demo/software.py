"""Which packages the demo's hosts have, as data: by distribution and by role."""

from tui_ops.demo.hosts import DemoHost

Package = tuple[str, str, str, str]
"""Name, version, source, and the archive or the maker that it is from."""


def _all(archive: str, text: str) -> tuple[Package, ...]:
    """Read lines of ``NAME VERSION`` with the source after it where that is called otherwise."""
    rows = [line.split() for line in text.strip().splitlines()]
    return tuple((row[0], row[1], row[2] if len(row) > 2 else row[0], archive) for row in rows)


_DEBIAN = _all(
    "stable",
    """
    adduser 3.134
    apt 2.6.1
    base-files 12.4+deb12u8
    bash 5.2.15-2+b7
    bsdutils 1:2.38.1-5+deb12u2 util-linux
    ca-certificates 20230311
    coreutils 9.1-1
    cron 3.0pl1-162
    curl 7.88.1-10+deb12u8
    dbus 1.14.10-1~deb12u1
    dpkg 1.21.22
    gzip 1.12-1
    iproute2 6.1.0-3
    libc6 2.36-9+deb12u9 glibc
    libcurl4 7.88.1-10+deb12u8 curl
    libpam-modules 1.5.2-6+deb12u1 pam
    libsystemd0 252.31-1~deb12u1 systemd
    logrotate 3.21.0-1
    mawk 1.3.4.20200120-3.1
    nftables 1.0.6-2+deb12u2
    openssh-client 1:9.2p1-2+deb12u7 openssh
    openssh-server 1:9.2p1-2+deb12u7 openssh
    passwd 1:4.13+dfsg1-1+b1 shadow
    python3 3.11.2-1+b1 python3-defaults
    rsyslog 8.2302.0-1
    sudo 1.9.13p3-1+deb12u1
    systemd 252.31-1~deb12u1
    tzdata 2024a-0+deb12u1
    aide 0.18.3-1+deb12u3
    auditd 1:3.0.9-1
    unattended-upgrades 2.9.1+nmu3
    util-linux 2.38.1-5+deb12u2
    zlib1g 1:1.2.13.dfsg-1 zlib
    """,
) + _all(
    "stable-security",
    """
    libgnutls30 3.7.9-2+deb12u3 gnutls28
    libssl3 3.0.15-1~deb12u1 openssl
    linux-image-6.1.0-28-amd64 6.1.119-1 linux-signed-amd64
    openssl 3.0.15-1~deb12u1
    perl-base 5.36.0-7+deb12u2 perl
    """,
)

_UBUNTU = _all(
    "noble",
    """
    adduser 3.137ubuntu1
    base-files 13ubuntu10
    bash 5.2.21-2ubuntu4
    ca-certificates 20240203
    coreutils 9.4-3ubuntu6
    cron 3.0pl1-184ubuntu2
    dbus 1.14.10-4ubuntu4
    gzip 1.12-1ubuntu3
    iproute2 6.1.0-1ubuntu6
    logrotate 3.21.0-2build1
    nftables 1.0.9-1build1
    passwd 1:4.13+dfsg1-4ubuntu3 shadow
    python3 3.12.3-0ubuntu2 python3-defaults
    rsyslog 8.2312.0-3ubuntu9
    """,
) + _all(
    "noble-updates,noble-security",
    """
    apt 2.7.14build2
    curl 8.5.0-2ubuntu10.6
    libc6 2.39-0ubuntu8.3 glibc
    libcurl4t64 8.5.0-2ubuntu10.6 curl
    libssl3t64 3.0.13-0ubuntu3.4 openssl
    linux-image-6.8.0-49-generic 6.8.0-49.49 linux-signed
    openssh-client 1:9.6p1-3ubuntu13.5 openssh
    openssh-server 1:9.6p1-3ubuntu13.5 openssh
    openssl 3.0.13-0ubuntu3.4
    sudo 1.9.15p5-3ubuntu5.24.04.1
    systemd 255.4-1ubuntu8.4
    tzdata 2024a-3ubuntu1.1
    aide 0.18.6-2build2
    unattended-upgrades 2.9.1+nmu4ubuntu1
    util-linux 2.39.3-9ubuntu6.1
    """,
)

_ROCKY = _all(
    "Rocky Enterprise Software Foundation",
    """
    aide 0:0.16-100.el9
    audit 0:3.1.2-2.el9
    dnf-automatic 0:4.14.0-17.el9
    basesystem 0:11-13.el9
    bash 0:5.1.8-9.el9
    chrony 0:4.5-1.el9
    coreutils 0:8.32-35.el9
    cronie 0:1.5.7-11.el9
    curl 0:7.76.1-29.el9_4.1
    dbus 1:1.12.20-8.el9
    firewalld 0:1.3.4-1.el9
    glibc 0:2.34-100.el9_4.4
    kernel-core 0:5.14.0-427.42.1.el9_4 kernel
    libcurl 0:7.76.1-29.el9_4.1 curl
    logrotate 0:3.18.0-8.el9
    NetworkManager 1:1.46.0-19.el9_4
    nftables 1:1.0.9-1.el9
    openssh 0:8.7p1-38.el9_4.4
    openssh-server 0:8.7p1-38.el9_4.4 openssh
    openssl 1:3.0.7-28.el9_4
    openssl-libs 1:3.0.7-28.el9_4 openssl
    pam 0:1.5.1-19.el9
    python3 0:3.9.18-3.el9_4.6 python3.9
    rocky-release 0:9.4-1.7.el9
    rsyslog 0:8.2310.0-4.el9
    selinux-policy 0:38.1.35-2.el9_4.2
    shadow-utils 2:4.9-8.el9
    sudo 0:1.9.5p2-10.el9_6.1
    systemd 0:252-32.el9_4.7
    tuned 0:2.22.1-1.el9
    tzdata 0:2024b-2.el9
    util-linux 0:2.37.4-18.el9
    zlib 0:1.2.11-40.el9
    """,
)

_EXPORTER = _all("local", "node-exporter 1.8.2")

_ROLES: dict[str, tuple[Package, ...]] = {
    "web": _all("noble-updates,noble-security", "nginx 1.24.0-2ubuntu7.1\nnginx-common 1.24.0-2ubuntu7.1 nginx")
    + _all("noble", "certbot 2.9.0-1 python-certbot")
    + _all("local", "shop-app 4.17.2"),
    "db": _all(
        "bookworm-pgdg", "postgresql-15 15.10-1.pgdg120+1\npgbouncer 1.23.1-1.pgdg120+1\npgbackrest 2.54-1.pgdg120+1"
    ),
    "mq": _all("stable", "erlang-base 1:25.2.3+dfsg-1 erlang\nrabbitmq-server 3.10.8-1.1+deb12u1"),
    "cache": _all("stable", "redis-server 5:7.0.15-1~deb12u1 redis\nredis-sentinel 5:7.0.15-1~deb12u1 redis"),
    "gw": _all("stable", "fail2ban 1.0.2-2"),
    "ci": _all("docker", "docker-ce 5:27.3.1-1~ubuntu.24.04~noble\ncontainerd.io 1.7.23-1")
    + _all("gitlab", "gitlab-runner 17.5.3-1"),
    "nas": _all(
        "Rocky Enterprise Software Foundation",
        "samba 0:4.19.4-105.el9_4\nnfs-ganesha 0:4.4-1.el9\nsmartmontools 1:7.2-9.el9",
    ),
    "backup": _all(
        "Rocky Enterprise Software Foundation",
        "borgbackup 0:1.2.8-1.el9\nmdadm 0:4.2-14.el9\nsmartmontools 1:7.2-9.el9",
    )
    + _all("(none)", "rest-server 0:0.13.0-1"),
}


def packages_of(host: DemoHost) -> tuple[Package, ...]:
    """Return the packages of a host, by name."""
    base = {"debian": _DEBIAN, "ubuntu": _UBUNTU, "rocky": _ROCKY}[host.role.system.ident]
    exporter = () if host.role.system.ident == "rocky" else _EXPORTER
    return tuple(sorted((*base, *exporter, *_ROLES[host.role.name])))
