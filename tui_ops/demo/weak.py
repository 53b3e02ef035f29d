"""Where the demo's hosts are weak all the same: packages that stayed behind, and certificates that run out."""

import time
from functools import cache

from tui_ops.demo.acting import OFFERED
from tui_ops.demo.hosts import DemoHost
from tui_ops.demo.software import Package

DAY_S = 86_400.0

_OPENSSH = {"openssh-server": "1:9.2p1-2+deb12u2", "openssh-client": "1:9.2p1-2+deb12u2"}
_SUDO = {"sudo": "1.9.15p5-3ubuntu5"}

BEHIND: dict[str, dict[str, str]] = {
    "cache-1.lon": _OPENSSH, "mq-1.lon": _OPENSSH, "ci-01.nyc": _SUDO, "web-01.lon": _SUDO,
    "backup-1.par": {"sudo": "0:1.9.5p2-10.el9_3"},
}  # fmt: skip
"""Hosts whose updates are held, with what is old there: by that of sudo anybody becomes root, and attackers know it."""

BY_CHANGE = ("db",)
"""Roles whose updates wait for a change, as CHG-1 is; the others of Debian have taken by themselves what is offered."""

CERTIFICATES = {"web-01.lon": 6.5, "web-03.lon": -3.5}
"""Days left of the certificate of some web servers; those of the others are renewed in time."""

RENEWED_DAYS = 64.5
"""Days left of a certificate that renews itself."""

CERTIFICATE = "etc/letsencrypt/live/shop.example.net/fullchain.pem"
"""Where it stands, below the root."""


def is_behind(host: DemoHost) -> bool:
    """Return whether updates for security wait on a host."""
    return host.role.system.ident == "debian" and (host.name in BEHIND or host.role.name in BY_CHANGE)


def as_installed(host: DemoHost, packages: tuple[Package, ...]) -> tuple[Package, ...]:
    """Return the packages of a host as they are there: some behind, most as new as they are offered."""
    newer: dict[str, str] = {}
    if host.name in BEHIND:
        newer = BEHIND[host.name]
    elif host.role.system.ident == "debian" and not is_behind(host):
        newer = OFFERED["debian"]
    return tuple((name, newer.get(name, version), source, maker) for name, version, source, maker in packages)


def weak_files(host: DemoHost) -> dict[str, str]:
    """Return the certificates of a web server with the settings that name them, by path below the root."""
    if host.role.name != "web":
        return {}
    days = CERTIFICATES.get(host.name, RENEWED_DAYS)
    named = f"ssl_certificate /{CERTIFICATE};\n"
    return {CERTIFICATE: certificate(days, int(time.time() // DAY_S)), "etc/nginx/conf.d/shop-tls.conf": named}


@cache
def certificate(days: float, today: int) -> str:
    """Return a certificate of the shop in PEM; its key is thrown away.

    Args:
        days: after which it ends, counted from today's midnight; negative where it has ended.
        today: days since 1970.
    """
    # Loaded where a host is made: the inventory and the desk do without.
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    until = datetime.fromtimestamp(today * DAY_S, UTC) + timedelta(days=days)

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    made = (
        x509.CertificateBuilder()
        .subject_name(name("shop.example.net"))
        .issuer_name(name("Example CA 3"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=90))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example.net")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()
