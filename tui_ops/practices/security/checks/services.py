"""The check of services of another time, which send passwords in the clear or trust who says so."""

from collections.abc import Mapping

from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.asking import bare_name
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, Remedy, Scene
from tui_ops.practices.security.checks.plain import names, settled, word
from tui_ops.practices.security.checks.serviceplans import REMOVE, package_of

SERVERS: Mapping[str, str] = {
    **dict.fromkeys(("telnetd", "telnetd-ssl", "inetutils-telnetd", "telnet-server", "busybox-telnetd"), "telnet"),
    **dict.fromkeys(("rsh-server", "rsh-redone-server", "rlogin", "rsh"), "rsh"),
    **dict.fromkeys(("nis", "ypserv", "ypbind", "yp-tools", "ypbind-mt"), "NIS"),
    **dict.fromkeys(("tftpd", "tftpd-hpa", "atftpd", "tftp-server", "tftp-hpa"), "TFTP"),
    **dict.fromkeys(("vsftpd", "proftpd-core", "proftpd-basic", "proftpd", "pure-ftpd", "ftpd", "ftpd-ssl"), "FTP"),
    **dict.fromkeys(("xinetd", "openbsd-inetd", "inetutils-inetd", "rlinetd"), "inetd"),
    **dict.fromkeys(("talkd", "talk-server", "inetutils-talkd"), "talk"),
    "avahi-daemon": "mDNS", "avahi": "mDNS",
    "finger-server": "finger", "fingerd": "finger", "cfingerd": "finger",
}  # fmt: skip
"""Packages of Debian, Red Hat, SUSE and Alpine to what they serve."""

CLIENTS: Mapping[str, str] = {
    **dict.fromkeys(("rsh-client", "rsh-redone-client"), "rsh"),
    **dict.fromkeys(("telnet", "inetutils-telnet", "telnet-ssl"), "telnet"),
    **dict.fromkeys(("talk", "inetutils-talk"), "talk"),
}  # fmt: skip
"""The same of programs that ask such servers: less of a danger, and named by the benchmark as well."""


def _legacy(scene: Scene) -> Judgement:
    read = scene.read("packages")
    allowed = set(scene.words("legacy_allowed"))
    seen = []
    for name, fields in read.items.items():
        bare = bare_name(name)
        if bare in allowed or (bare not in SERVERS and bare not in CLIENTS):
            continue
        if word(fields, "version") and bare in SERVERS:
            seen.append(Seen(bare, f"{bare} serves {SERVERS[bare]}", data={"package": bare}))
        elif word(fields, "version"):
            text = f"{bare} asks by {CLIENTS[bare]}"
            seen.append(Seen(bare, text, FindingSeverity.LOW, data={"package": bare}))
    unread = ("",) if read.unread or read.cut else ()
    shown = sorted({one.object: one for one in seen}.values(), key=lambda one: one.object)
    return settled(
        "no services of another time", f"installed: {names([one.object for one in shown])}", shown, unread,
        "not all packages could be read",
    )  # fmt: skip


CHECKS_OF_SERVICES: tuple[Check, ...] = (
    Check(
        "svc-legacy",
        "no services that send passwords in the clear, or trust who says so",
        ("packages",),
        _legacy,
        FindingSeverity.HIGH,
        controls=Controls(
            ("2.1.2", "2.1.6", "2.1.10", "2.1.16", "2.1.19", "2.2.1", "2.2.2", "2.2.3", "2.2.4"),
            ("2.2.4",),
            ("CM-7",),
            ("8.19", "8.20"),
        ),
        remedy=Remedy("Remove the package; where its work is needed, SSH and SFTP do it.", REMOVE, package_of),
        parameters={"legacy_allowed": []},
    ),
)
"""``legacy_allowed``: packages that a host's role needs."""
