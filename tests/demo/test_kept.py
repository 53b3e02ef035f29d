"""How well the demo's hosts are kept: what the checks of security say of what the real probe reads there."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support import demo_host
from support.demo_host import DemoHost

from tui_ops.collectors.facts.topics import TOPICS
from tui_ops.collectors.sections import BY_NAME
from tui_ops.demo.faults import BACK_S, MENDED_S
from tui_ops.demo.inventory import USER
from tui_ops.demo.story import Story
from tui_ops.demo.weak import certificate
from tui_ops.model.facts import FactReading
from tui_ops.model.securing import SecuritySpec
from tui_ops.practices.security.checks.declared import CHECKS
from tui_ops.practices.security.judging import judge_host
from tui_ops.store.views.judged import Judged, TopicRead

ADMINS = ("anna", "bert", "chloe")
SPEC = SecuritySpec(admins={"sudo": ADMINS, "wheel": ADMINS, "docker": ("gitlab-runner",)})

OPEN = Callable[..., DemoHost]

NOT_YET = {"bak-age", "drift-open", "key-new", "login-source", "login-guessed", "net-listen"}
"""What takes a baseline, a backup, or what is known of changes."""


def read(host: DemoHost, topic: str) -> FactReading | None:
    found = next(one for one in TOPICS if one.name == topic)
    if found.parse is not None:
        return found.parse(host.ask(topic))
    if found.derive is not None and found.from_section is not None:
        return found.derive(BY_NAME[found.from_section].parse(host.ask(found.from_section)))
    return None


def said(host: DemoHost) -> dict[str, str]:
    """Return what the checks say, but for what passes or does not apply, by check."""
    now, topics = time.time(), {}
    for one in TOPICS:
        if (found := read(host, one.name)) is not None:
            topics[one.name] = TopicRead(now, 3600.0, found.items, tuple(found.unread), (), (), found.cut)
    role = host.story.host(host.name).role
    judged = Judged(1, host.name, (role.name,), {"role": role.title}, topics)
    verdicts = judge_host(judged, CHECKS, SPEC, (), now, lambda *_: [], {"login": USER}).verdicts
    return {
        one.check: one.result for one in verdicts if one.result not in ("pass", "not applicable")
    }  # fmt: skip


@pytest.fixture
def open_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OPEN]:
    """Return a function that opens a host whose story begins now: what is old is so by its clock."""
    monkeypatch.setattr(demo_host, "EPOCH", time.time())
    with ExitStack() as ending:
        yield lambda name, t=0.0: ending.enter_context(DemoHost(Story(1), name, tmp_path / name, t))


@pytest.mark.parametrize("name", ["web-02.lon", "nas-1.lon", "par-gw"])
def test_a_host_that_is_well_kept_has_no_finding(open_now: OPEN, name: str) -> None:
    """One of Ubuntu, one of Rocky Linux and one of Debian: nothing fails, and nearly all can be looked at."""
    assert said(open_now(name)).keys() <= NOT_YET


@pytest.mark.parametrize(("name", "fails"), [
    ("web-03.lon", {"krn-memory", "tls-expiry", "net-stack"}),
    ("db-2.lon", {"acct-sysshell", "acct-authkeys", "acct-dormant", "patch-sec"}),
    ("cache-1.nyc", {"fw-active", "fw-deny", "fw-open", "time-sync"}),
    ("ci-01.nyc", {"sudo-members", "net-forward"}),
    ("backup-1.par", {"disk-crypt"}),
])  # fmt: skip
def test_what_is_weak_all_the_same(open_now: OPEN, name: str, fails: set[str]) -> None:
    """Each weak host of the story fails by just what it is weak in."""
    found = said(open_now(name))
    assert {check for check, result in found.items() if result == "fail"} == fails
    assert {check for check, result in found.items() if result != "fail"} <= NOT_YET


def test_a_setting_is_mended_and_comes_back(open_now: OPEN) -> None:
    """A story that ends a fault leaves the host's own file as it was, and what begins anew is there again."""
    host = open_now("web-01.lon")

    def cookies() -> object:
        found = read(host, "sysctl")
        assert found is not None
        return found.items["net.ipv4.tcp_syncookies"]["value"]

    assert cookies() == "0"
    host.at(MENDED_S + 1)
    assert cookies() == "1"
    host.at(BACK_S + 1)
    assert cookies() == "0"


def test_a_certificate_ends_on_its_day() -> None:
    """Its key is made anew for each, and it is the same for all hosts with as many days left."""
    from cryptography import x509

    made = x509.load_pem_x509_certificate(certificate(-3.5, 20_000).encode())
    assert made.not_valid_after_utc.timestamp() == (20_000 - 3.5) * 86_400
    assert certificate(-3.5, 20_000) is certificate(-3.5, 20_000)
