"""Listeners, certificates, keys, logins and measures in a desk's world: facts as hosts tell them, judged by the
engine's own judge.
"""

import json
import time
from pathlib import Path

from sqlmodel import Session

from support.desk_world import World
from tui_ops.engine.security.elsewhere import elsewhere
from tui_ops.engine.security.exposing import Exposing
from tui_ops.engine.security.judging import Judging
from tui_ops.model.clock import now
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet
from tui_ops.practices.security.checks.declared import CHECKS
from tui_ops.practices.security.lookout import OWNERS
from tui_ops.store.facts import FactWrite
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables import SectionLatest

DAY = 86400.0

EVIL = "\x1b[2J\u202e[@click=app.quit()]x[/]"
"""What a host says to take over a terminal: an escape sequence, a mark that turns the line around, markup."""

KEY_ANNA, KEY_CI, KEY_OLD, KEY_TEAM = (f"SHA256:{letter * 43}" for letter in "acdt")


def day_of(at: float) -> str:
    """Return a moment as certificates' facts have it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def key(kind: str, bits: int, fingerprint: str, account: str, comment: str, options: str = "") -> tuple[str, Fields]:
    """Return a key of an account as a fact."""
    fields: Fields = {
        "type": kind, "bits": bits, "fingerprint": fingerprint, "account": account, "comment": comment,
        "options": options, "files": ["authorized_keys"],
    }  # fmt: skip
    return f"{account} {fingerprint}", fields


def authority(fingerprint: str, comment: str) -> tuple[str, Fields]:
    """Return an authority that sshd itself trusts as a fact."""
    _, fields = key("ssh-ed25519", 256, fingerprint, "*", comment)
    return f"* cert-authority {fingerprint}", {**fields, "authority": True, "files": ["/etc/ssh/users_ca"]}


def fields_of(case: str, name: str) -> dict[str, Fields]:
    """Return the items of a parser's own case: what a real system told."""
    path = Path(__file__).parents[1] / "collectors" / "data" / case / f"{name}.json"
    found: dict[str, Fields] = json.loads(path.read_text())["items"]
    return found


def certificate(name: str, days: float, used: bool = True, **more: object) -> Fields:
    """Return a certificate in a file as a fact."""
    at = time.time()
    until = day_of(at + days * DAY)
    found: Fields = {
        "readable": True, "subject": f"CN={name}", "issuer": "CN=R11,O=Let's Encrypt,C=US", "names": [name],
        "from": day_of(at - 60 * DAY), "until": until, "chain": 2, "chain_until": until, "self_signed": False,
        "chain_ok": True, "used": used,
    }  # fmt: skip
    found.update(more)  # type: ignore[arg-type]
    return found


SOCKETS: dict[str, Fields] = {
    "tcp 0.0.0.0:22": {"process": "sshd", "owner": "root"}, "tcp [::]:22": {"process": "sshd", "owner": "root"},
    "tcp 0.0.0.0:443": {"process": "nginx", "owner": "root"},
    "tcp 127.0.0.1:25": {"process": "master", "owner": "root"},
    "tcp 0.0.0.0:5432": {"process": "postgres", "owner": "postgres"},
}  # fmt: skip

FIREWALL: dict[str, Fields] = {
    "nft inet filter": {"kind": "table"},
    "nft inet filter input": {
        "kind": "chain", "type": "filter", "hook": "input", "priority": "filter", "policy": "drop",
        "rules": [
            "ct state established,related accept", 'iif "lo" accept', "tcp dport { 22, 443 } accept",
            "ip saddr 10.0.0.0/8 tcp dport 5432 accept",
        ],
    },
}  # fmt: skip

UNITFILES: dict[str, Fields] = {
    "nftables.service": {"state": "enabled"}, "ufw.service": {"state": "disabled"},
    "chrony.service": {"state": "enabled"}, "fail2ban.service": {"state": "enabled"},
    "rsyslog.service": {"state": "enabled"}, "clamav-daemon.service": {"state": "disabled"},
}  # fmt: skip

UNITS: dict[str, Fields] = {
    "nftables.service": {"active": "active"}, "chrony.service": {"active": "active"},
    "fail2ban.service": {"active": "active"}, "rsyslog.service": {"active": "active"},
}  # fmt: skip


def logins(*accepted: str, failed: tuple[str, ...] = ()) -> dict[str, Fields]:
    """Return what a journal told."""
    return {"accepted": {"logins": list(accepted)}, "failures": {"count": 0, "sources": list(failed)}}


class Exposer:
    """Lets hosts of a desk's world be read and judged."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._judging = Judging(world.writer, StatePaths(world.root), lambda: Fleet("shop", ()), CHECKS)
        self._judging.known.append(elsewhere)
        self._exposing = Exposing(world.writer, StatePaths(world.root), self._judging.heard)

    async def reads(self, host: str, age_s: float = 30.0, **topics: dict[str, Fields]) -> None:
        """Let topics of a host be read, and judged."""
        number, at = self._world.ids[host], now().at - age_s
        rows = [
            FactWrite(number, topic, 3600.0, at, FactReading(topic, items)) for topic, items in topics.items()
        ]  # fmt: skip
        await self._world.writer.facts(rows)
        self._exposing.heard([number])
        await self._exposing.look()

    async def judges(self) -> None:
        """Judge all hosts, and let go of the store."""
        await self._judging.judge_all()
        await self._judging.close()
        await self._exposing.close()


async def expose(world: World) -> list[str]:
    """Fill a world; return the names of the hosts that have something.

    The first has all that is well, and things that are new; the second nothing of it; the third tells hostile texts.
    """
    up = [name for name, case in world.cases.items() if case.state.value == "up" and name != "engine"][:3]
    one, two, three = up
    at = now().at
    exposer = Exposer(world)
    protections = fields_of("debian-12-server", "protections")
    anna, ci = (
        key("ssh-ed25519", 256, KEY_ANNA, "anna", "anna@laptop"),
        key("ssh-rsa", 2048, KEY_CI, "deploy", "ci@build"),
    )
    team = authority(KEY_TEAM, "users of the team")
    for host in (one, two):
        await exposer.reads(host, 7200, sockets=SOCKETS, firewall=FIREWALL, authkeys=dict([anna, ci, team]),
                            logins=logins(f"anna 203.0.113.7 publickey {int(at - 3 * DAY)} {KEY_ANNA}"))  # fmt: skip
    await exposer.reads(
        one, sockets={**SOCKETS, "tcp 0.0.0.0:8080": {"process": "java", "owner": "app"}}, unitfiles=UNITFILES,
        units=UNITS, protections={**protections, "clock": {"now": int(at)}},
        packages={"nginx": {}, "openssh-server": {}},
        authkeys=dict([anna, ci, team, key("ssh-rsa", 1024, KEY_OLD, "root", "")]),
        certfiles={
            "/etc/nginx/shop.pem": certificate("shop.example", 4.5),
            "/etc/ssl/mail.pem": certificate("mail.example", 15, chain_ok=False),
            "/etc/ssl/certs/ssl-cert-snakeoil.pem": certificate("db", -20, False, self_signed=True),
        },
        logins=logins(f"anna 203.0.113.9 publickey {int(at - 4000)} {KEY_ANNA}",
                      f"anna 192.0.2.44 password {int(at - 300)}",
                      failed=("198.51.100.9 60 root,admin",)),
    )  # fmt: skip
    await exposer.reads(
        two, firewall={"ufw enabled": {"value": "no"}}, unitfiles={"ufw.service": {"state": "disabled"}}, units={},
        protections={"clock": {"now": int(at)}, "journald": {"storage": "volatile", "folder": False}},
        logins=logins(f"bert 198.51.100.9 password {int(at - 900)}", failed=("198.51.100.9 60 bert",)),
    )  # fmt: skip
    await exposer.reads(
        three, sockets={"tcp 0.0.0.0:80": {"process": EVIL, "owner": EVIL}}, authkeys=dict(
            [key(EVIL, 1, f"SHA256:{EVIL}", EVIL, EVIL, EVIL)]),
        certfiles={f"/etc/{EVIL}.pem": certificate(EVIL, 3, issuer=EVIL)},
        logins=logins(f"x 203.0.113.7 publickey {int(at)}"),
    )  # fmt: skip
    await world.writer.facts([
        FactWrite(world.ids[one], OWNERS, DAY, at, FactReading(OWNERS, {KEY_ANNA: {"person": "anna"}}))
    ])  # fmt: skip
    document = {
        "kind": "tls", "target": "shop.example:443", "days_left": 40.0, "faults": ["self-signed"],
        "names": ["shop.example"],
        "chain": [{"subject": "CN=shop.example", "issuer": "CN=R11",
                   "from": day_of(at), "until": day_of(at + 40 * DAY)}],
    }  # fmt: skip

    def check(session: Session) -> None:
        session.add(SectionLatest(
            host_id=world.ids[one], section="check:shop-tls", period_s=300.0, tried_at=at, tried_mono=0.0, at=at,
            mono=0.0,             severity="ok", text="", document=json.dumps(document), detail="{}",
        ))  # fmt: skip

    await world.writer.act(check)
    await exposer.judges()
    return up
