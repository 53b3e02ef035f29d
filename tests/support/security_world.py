"""Findings of every kind in a desk's world, written as the engine writes them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from support.desk_world import World
from tui_ops.model.clock import now
from tui_ops.model.facts import Field
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.model.vulnerabilities import Vulnerable, Weighed
from tui_ops.practices.security.findings import take_sweeps
from tui_ops.store.tables.security import Acceptance, CheckVerdict, Feed, Finding, FindingDay, HostVulnerabilities
from tui_ops.store.timeline import changed, to_json
from tui_ops.store.vulnerabilities import packed

DAY = 86400.0

SPEC = SecuritySpec()

TITLE = "root does not log in over SSH"

FEED_EVIDENCE = {"feed": "debsecan bookworm", "feed_at": 1.0, "topic": "packages"}

NEEDS = ("root read timeout 20 /usr/bin/cat /etc/shadow", "root read timeout 20 /usr/sbin/sshd -T")
"""Lines of root, as verdicts keep them."""


def swept(
    check: str, host_id: int | None, *seen: Seen, at: float, severity: FindingSeverity = FindingSeverity.HIGH,
    title: str = "", source: str = "check", kind: FindingKind = FindingKind.CONFIGURATION, version: str = "1",
    evidence: Mapping[str, object] | None = None, advice: str = "",
) -> Sweep:  # fmt: skip
    """Return what a source says of a check on a host: it fails with what it saw, or passes."""
    result = CheckResult.FAIL if seen else CheckResult.PASS
    found = dict(evidence or {"topics": {"sshdconf": at}, "said": "", "objects": [], "count": len(seen)})
    return Sweep(
        source, check, host_id, kind, severity, title or check, result, at, seen, "", version, (), advice, found
    )


def cve(number: str, host_id: int, at: float, severity: FindingSeverity, **data: Field) -> Sweep:
    """Return a vulnerability of a package on a host, as a feed tells of it."""
    package = str(data.get("package", "openssl"))
    text = f"{package} {data.get('installed', '3.0.14-1')} is vulnerable, mended in {data.get('fixed', '3.0.15-1')}"
    given: dict[str, Field] = {
        "package": package,
        "installed": "3.0.14-1",
        "fixed": "3.0.15-1",
        "binaries": [package],
        **data,
    }
    return swept(
        number, host_id, Seen(package, text, severity, data=given), at=at, severity=severity,
        title=f"{number} in {package}", source="feed", kind=FindingKind.VULNERABILITY,
        evidence={**FEED_EVIDENCE, "read_at": at},
    )  # fmt: skip


async def weaken(world: World) -> None:
    """Write findings of every kind into a world: overdue, accepted, asked for, returned, gone, folded over hosts."""
    ids, at = world.ids, now().at
    up = [name for name, case in world.cases.items() if case.state.value == "up"]

    def write(session: Session) -> None:
        old = at - 40 * DAY
        root = Seen("", "sshd lets root log in with a password", FindingSeverity.HIGH)
        sweeps = [swept("ssh-root", ids[name], root, at=old, title=TITLE) for name in up[:6]]
        take_sweeps(session, sweeps, old, SPEC)
        take_sweeps(session, [swept("ssh-root", ids[up[5]], at=old + DAY)], old + DAY, SPEC)
        fresh = at - 2 * DAY
        take_sweeps(
            session,
            [
                *(swept("ssh-root", ids[name], root, at=fresh, title=TITLE) for name in up[:6]),
                cve("CVE-2024-6387", ids[up[0]], fresh, FindingSeverity.CRITICAL, package="openssh", kev="2026-12-05",
                    epss=0.71),
                cve("CVE-2024-5535", ids[up[1]], fresh, FindingSeverity.MEDIUM),
                cve("CVE-2024-5535", ids[up[2]], fresh, FindingSeverity.MEDIUM),
                swept("account-uid0", ids[up[1]], Seen("toor", "toor has UID 0 beside root", FindingSeverity.CRITICAL),
                      at=fresh, title="only root has UID 0", kind=FindingKind.ACCESS,
                      severity=FindingSeverity.CRITICAL),
                swept("cert-expiry", ids[up[2]], Seen("/etc/ssl/shop.pem", "shop.example ends in 9 days"), at=fresh,
                      title="certificates last", severity=FindingSeverity.MEDIUM),
                swept("log-remote", ids[up[3]], Seen("", "logs stay on the host"), at=fresh,
                      severity=FindingSeverity.LOW,
                      title="logs leave the host"),
                swept("mount-tmp", ids[up[4]], Seen("/tmp", "/tmp lets programs run"), at=fresh,
                      severity=FindingSeverity.LOW, title="/tmp runs no programs"),
            ],
            fresh, SPEC,
        )  # fmt: skip
        take_sweeps(session, [swept("mount-tmp", ids[up[4]], at=fresh + 60)], fresh + 60, SPEC)
        _decide(session, at)
        _verdicts(session, ids, up, at)
        _days(session, at)
        feed(session, ids, up, at)

    await world.writer.act(write)


def _of(session: Session, check: str, number: int = 0) -> Finding:
    return session.exec(select(Finding).where(Finding.check == check).order_by(col(Finding.id))).all()[number]


def _decide(session: Session, at: float) -> None:
    """Accept one, ask for another, let one run out, give one to somebody."""
    kept = _of(session, "log-remote")
    asked, out, own = _of(session, "cert-expiry"), _of(session, "CVE-2024-5535"), _of(session, "ssh-root")
    rows = [
        Acceptance(check=kept.check, reason="it has no network of its own", control="its console is recorded",
                   asked_by="bert", asked_at=at - DAY, approved_by="cat", approved_at=at - DAY,
                   expires_at=at + 5 * DAY),
        Acceptance(check=asked.check, reason="the shop moves next week", control="the old one is watched by TLS checks",
                   asked_by="bert", asked_at=at - 3600, expires_at=at + 20 * DAY),
        Acceptance(check=out.check, reason="not reached", control="a firewall", asked_by="bert", asked_at=at - 30 * DAY,
                   approved_by="cat", approved_at=at - 29 * DAY, expires_at=at - DAY, ended_at=at - DAY),
    ]  # fmt: skip
    changed(session, rows)
    session.flush()
    for finding, row in zip((kept, asked, out), rows, strict=True):
        finding.acceptance_id = row.id
    kept.state = "accepted"
    own.owner, own.state = "bert", "acknowledged"
    changed(session, [kept, asked, out, own])


def _verdicts(session: Session, ids: Mapping[str, int], up: list[str], at: float) -> None:
    said = [("ssh-root", "fail", "root may log in"), ("password-age", "unknown", "takes privilege: /etc/shadow"),
            ("kernel-aslr", "pass", "addresses are random"),
            ("ntp-synced", "stale", "timesync was read too long ago")]  # fmt: skip
    for name in up[:8]:
        for check, result, text in said:
            passes = check == "ssh-root" and name not in up[:6]
            needs = to_json(list(NEEDS)) if result == "unknown" else "[]"
            session.add(CheckVerdict(
                host_id=ids[name], check=check, result="pass" if passes else result,
                text="root may not log in" if passes else text, read_at=at - 600, judged_at=at - 500,
                since_at=at - DAY, needs=needs, evidence=to_json({"topics": {"accounts": at - 600}}),
            ))  # fmt: skip


def _days(session: Session, at: float) -> None:
    for back in range(30, -1, -1):
        day = _day(at - back * DAY)
        for severity, many in (("critical", 1), ("high", 6 + back // 6), ("medium", 20 + back), ("low", 40)):
            session.add(
                FindingDay(day=day, severity=severity, live=many, aside=1, overdue=back // 10, opened=1, closed=2)
            )


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def feed(session: Session, ids: Mapping[str, int], up: list[str], at: float) -> None:
    """Write an old feed and a fresh one, and what two hosts are vulnerable to by them."""
    for name, kind, age in (("debsecan bookworm", "debsecan", DAY), ("kev", "kev", 20 * DAY)):
        session.add(Feed(name=name, kind=kind, dated_at=at - age, imported_at=at - age, imported_by="cat",
                         sha="ab" * 32,
                         size=4096, count=1200))  # fmt: skip
    rows = [
        found("CVE-2024-6387", "openssh", True, FindingSeverity.CRITICAL, kev="2026-12-05", epss=0.71),
        found("CVE-2024-5535", "openssl", True, FindingSeverity.MEDIUM, epss=0.02),
        found("CVE-2023-0001", "zlib", False, FindingSeverity.LOW),
    ]
    for number, name in enumerate(up[:3]):
        own = rows[number:]
        session.add(HostVulnerabilities(
            host_id=ids[name], state="ok", place="debian/bookworm", feed="debsecan bookworm", feed_at=at - DAY,
            read_at=at - 600, matched_at=at - 500, fixable=sum(one.found.here for one in own),
            waiting=sum(not one.found.here for one in own), kev=sum(bool(one.kev) for one in own),
            worst=str(own[0].severity) if own[0].found.here else "", items=packed(own),
        ))  # fmt: skip


def found(
    cve: str, package: str, here: bool, severity: FindingSeverity, kev: str = "", epss: float | None = None
) -> Weighed:  # fmt: skip
    """Return a vulnerability as a host's document has it."""
    fixed = "9.9-1" if here else ""
    note = "" if here else "no-dsa"
    vulnerable = Vulnerable(cve, package, "1.0-1", (package,), fixed, here, note=note)
    return Weighed(vulnerable, severity, 7.5, epss, kev, text=f"a weakness in {package}")
