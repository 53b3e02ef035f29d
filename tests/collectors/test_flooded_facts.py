"""A host that fills the largest frame with facts: the work grows with the body, never with its square."""

import contextlib
import time
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path

import pytest

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.facts.body import LIST_LIMIT, UNREAD_LIMIT, Body, Items, Part, reading
from tui_ops.collectors.facts.topics import BY_NAME, TOPICS
from tui_ops.collectors.frame import FRAME_LIMIT

DATA = Path(__file__).parent / "data"
READ = [topic.name for topic in TOPICS if topic.parse is not None]
SMALL, LARGE = FRAME_LIMIT // 4, FRAME_LIMIT - 1_000
"""A body, and one four times as long."""

GROWTH = 8.0
"""Four times as long may take eight times as much: a walk over all for each would take sixteen times."""

Lines = Callable[[], Iterator[bytes]]


def numbered(form: bytes) -> Lines:
    """Lines that differ in a number, wherever ``%d`` stands."""
    return lambda: (form.replace(b"%d", b"%d" % at) for at in count())


def accounts() -> Iterator[bytes]:
    """As many accounts as groups, each group with all accounts that fit into it."""
    members = b",".join(b"u%d" % at for at in range(380))
    for at in count():
        yield b"passwd u%d:x:%d:7:::/bin/sh" % (at, at)
        yield b"passwd u%d:x:%d:7:::/bin/sh" % (at + 100_000, at)
        if at % 3 == 0:
            yield b"group g%d:x:7:%s" % (at, members)


PATH = b"/etc/x"
HOSTILE: dict[str, list[Lines]] = {
    "accounts": [
        numbered(b"passwd eve:x:7:7:::/bin/sh"),
        numbered(b"passwd e%d:x:7:7:::/bin/sh"),
        numbered(b"group g%d:x:7:eve"),
        numbered(b"switch passwd: files s%d"),
        accounts,
    ],
    "authkeys": [numbered(b"passwd e%d:x:7:7::/h/e%d:/bin/sh"), numbered(b"keys /h/e%d/.ssh/authorized_keys"),
                 numbered(b"ca /etc/ca%d:a=" + b'"' * 3_000)],
    "packages": [numbered(b"dpkg a\tall\t%d\tii \ta\t%d"), numbered(b"rpm a\tall\t%d\ta\tb"),
                 numbered(b"archive a%d b c")],
    "repositories": [numbered(b"list " + PATH + b":deb http://x y z"), numbered(b"repo " + PATH + b":[a]"),
                     numbered(b"sources " + PATH + b": more %d"), numbered(b"lines " + PATH + b":http://%d")],
    "unitfiles": [numbered(b"unit a%d.service enabled enabled"), numbered(b"rc a%d | boot")],
    "sudoers": [numbered(b"rules /etc/sudoers:eve ALL=(ALL) ALL"), numbered(b"rules /etc/sudoers:eve%d \\"),
                numbered(b"rules /etc/sudoers:#include /x/%d")],
    "sshdconf": [numbered(b"written /etc/ssh/sshd_config:Port %d"), numbered(b"written " + PATH + b"%d:Match user a")],
    "authpolicy": [numbered(b"defs /etc/login.defs:A%d b"), numbered(b"pam /etc/pam.d/su:auth required x \\"),
                   numbered(b"profile /etc/profile.d/%d.sh:TMOUT=9"), numbered(b"quality /etc/x:minlen = %d")],
    "modes": [numbered(b"state 600 0 0 regular file/root/root/etc/ssh/ssh_host_%d_key"),
              numbered(b"homes 600 0 0 regular file/a/a/home/%d/.netrc"),
              numbered(b"public /etc/ssh/ssh_host_%d_key.pub:ssh-rsa AAAA")],
    "logins": [numbered(b"journal 1795912600.1 h sshd[1]: Failed password for u%d from 10.%d.0.1 port 4 ssh2"),
               numbered(b"journal 1795912600.1 h sshd[1]: Connection closed by invalid user " + b"a " * 90 + b"%d"),
               numbered(b"journal 1795912600.1 h sshd[1]: Accepted password for u%d from 1.1.1.%d port 4 ssh2"),
               numbered(b"passwd u%d:x:%d:7:::/bin/sh"), numbered(b"bad u ssh:notty 10.%d.0.1 2026-01-01T")],
    "mounts": [numbered(b"mount 1 2 3:4 / /m rw - ext4 /dev/a rw"), numbered(b"mount 1 2 3:4 / /m%d rw - ext4 a rw"),
               numbered(b"fstab /etc/fstab:/dev/a /m ext4 password=%d")],
    "routes": [numbered(b"inet 10.0.0.0/8 dev a"), numbered(b"inet nexthop via 1.1.1.%d"), numbered(b"rule %d: a")],
    "sysctl": [numbered(b"settings a.b = %d"), numbered(b"settings net.a%d.b.c.d.veth = 1"),
               numbered(b"readable a%d.b = 1")],
    "schedules": [numbered(b"table /etc/crontab:* * * * * root a"), numbered(b"table /etc/crontab:A%d=b"),
                  numbered(b"timer Id=a%d.timer"), numbered(b"timer TimersCalendar={ OnCalendar=a ;")],
    "protections": [numbered(b'rsyslog /etc/rsyslog.conf:action(type="omfwd" target="h%d"'),
                    numbered(b"syslogng /etc/x:destination d { network(a%d"), numbered(b"rsyslog /etc/x:*.* @h%d @"),
                    numbered(b'disk KNAME="d" PKNAME="p%d"'), numbered(b"rule -w /etc/%d"), numbered(b"profile    p%d"),
                    numbered(b"journald /etc/systemd/journald.conf.d/%d.conf:Storage=auto"),
                    numbered(b"guard 1 2 /var/lib/aide/%d"), numbered(b"virus v%d 1 ClamAV-VDB:")],
    "patches": [numbered(b"apt Inst a%d [1] (2 D:1/s, D:1/s [all])"),
                numbered(b"apt Inst a [1] (2 " + b"x, " * 60 + b"%d"),
                numbered(b"kernel file 1 vmlinuz-%d.1.1-amd64"), numbered(b"conf Unattended-Upgrade::O:: \"%d\";"),
                numbered(b"dnf RHSA-%d Important/Sec. a-1-1.x86_64"), numbered(b"stale p%d\tu%d.service"),
                numbered(b"restart NEEDRESTART-SVC: s%d")],
    "suid": [numbered(b"file f 4755 root:0 root:0 /x%d"), numbered(b"owned /usr/bin/%d"), numbered(b"owned not /x%d")],
    "certfiles": [numbered(b"conf /etc/x:ssl_certificate /%d"), numbered(b"found /etc/x%d"),
                  numbered(b"named /etc/x:-----BEGIN CERTIFICATE-----"), numbered(b"named /etc/x%d:QUJD")],
    "firewall": [numbered(b"nft table inet t%d {"), numbered(b"ip4 -A INPUT -j x%d"), numbered(b"ip4 :C%d ACCEPT")],
}  # fmt: skip
"""Lines that a host could send without an end, by topic."""


def body_of(topic: str, head: list[bytes], lines: Iterator[bytes], size: int) -> bytes:
    found = [f"run {topic}".encode(), *head]
    left = size - sum(map(len, found))
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            return b"\n".join(found)
        found.append(line)
    raise AssertionError("the lines have an end")


def work_s(topic: str, body: bytes) -> float:
    """Seconds of CPU that this thread alone needs to read a body, the less of two times."""
    parse = BY_NAME[topic].parse
    assert parse is not None
    best = float("inf")
    for _ in range(2):
        began = time.thread_time()
        with contextlib.suppress(NothingUsable):
            parse(body)
        best = min(best, time.thread_time() - began)
    return best


def cases() -> Iterator[object]:
    for topic in READ:
        for at, lines in enumerate(HOSTILE[topic]):
            yield pytest.param(topic, lines, id=f"{topic}-hostile-{at}")
        for path in sorted(DATA.glob(f"*/{topic}.txt")):
            rows = [row for row in path.read_bytes().split(b"\n")[1:] if not row.startswith((b"stamp", b"same"))]
            yield pytest.param(topic, lambda rows=rows: cycle(rows), id=f"{topic}-{path.parent.name}")


@pytest.mark.parametrize(("topic", "lines"), cases())
def test_the_work_grows_with_the_body(topic: str, lines: Lines) -> None:
    """Up to the frame's limit, whatever the lines are."""
    small, large = (work_s(topic, body_of(topic, [], lines(), size)) for size in (SMALL, LARGE))
    assert large < GROWTH * max(small, 0.001)


def test_one_name_again_and_again_is_looked_up_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen thousand equal lines: what is beyond the limit of one name costs one look, and is counted."""
    looks = 0

    class Found(dict[str, object]):
        def __contains__(self, key: object) -> bool:
            nonlocal looks
            looks += 1
            return super().__contains__(key)

    items = Items(50_000)
    items.found = Found()  # type: ignore[assignment]
    for _ in range(16_000):
        items.add_another("eve", {})
    assert len(items.found) == LIST_LIMIT
    assert items.cut == 16_000 - LIST_LIMIT
    assert looks < 2.5 * 16_000


def test_what_has_no_room_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit, neither its options nor its secrets are looked at."""
    from tui_ops.collectors.facts import mounts

    calls = 0
    real = mounts.without_secrets

    def counted(text: str) -> str:
        nonlocal calls
        calls += 1
        return real(text)

    monkeypatch.setattr(mounts, "without_secrets", counted)
    lines = (b"mount 1 2 3:4 / /m%d rw - ext4 /dev/a rw,a" % at for at in count())
    found = mounts.parse_mounts(body_of("mounts", [b"whole mount"], lines, LARGE))
    assert len(found.items) == mounts.MOUNTS_LIMIT
    assert found.cut > 10_000
    assert calls <= 4 * mounts.MOUNTS_LIMIT


def test_more_unread_beginnings_than_anybody_keeps_are_all() -> None:
    """Then nothing is said of any item that is not there."""
    unread = tuple(f"a{at} " for at in range(UNREAD_LIMIT + 1))
    whole = Body(whole={"x"})
    assert reading("t", "ts", whole, Items(1), {"x": Part()}, unread[1:]).unread == unread[1:]
    assert reading("t", "ts", whole, Items(1), {"x": Part()}, unread).unread == ("",)
