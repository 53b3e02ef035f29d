"""Who came in to the demo's hosts, as the real probe reads it and the engine remembers it."""

import time
from collections.abc import Callable

import pytest
from support import demo_host
from support.demo_host import DemoHost

from tui_ops.collectors.facts.authkeys import parse_authkeys
from tui_ops.collectors.facts.logins import parse_logins
from tui_ops.demo.arrivals import GUESSED, GUESSER, past
from tui_ops.demo.faults import MINUTE
from tui_ops.demo.keyring import LEFT, LEFT_ON, key_owners, public_key, root_keys
from tui_ops.demo.story import Story
from tui_ops.practices.security.exposure import key_graph
from tui_ops.practices.security.logins import ALONE, has_got_in, is_guessing, logins_in, merged, name_of, names_of

OPEN = Callable[..., DemoHost]

NIGHT = "anna 198.51.100.0/24"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story begins now: who came in did so within the last day by the hosts' own clocks."""
    monkeypatch.setattr(demo_host, "EPOCH", time.time())


def test_one_source_guesses_at_two_hosts_and_got_into_a_third(open_host: OPEN) -> None:
    """It is told as guessing on all three; only where root takes a password has it come in."""
    got_in = {}
    for name, tries in GUESSED.items():
        rows = merged([], parse_logins(open_host(name).ask("logins")).items, time.time())
        (row,) = [one for one in rows if (one.source, one.account) == (GUESSER, ALONE)]
        assert is_guessing(row)
        assert row.failed == tries
        got_in[name] = has_got_in(row)
        assert {one.source for one in rows if is_guessing(one)} == {GUESSER}
    assert got_in == {"par-gw": False, "web-04.lon": False, "mq-1.nyc": True}


def test_somebody_comes_in_at_night_from_a_new_place(open_host: OPEN) -> None:
    """The first reading knows nothing of it; a minute later it is there, and the only thing that is new."""
    host = open_host("db-2.lon")
    first = merged([], parse_logins(host.ask("logins")).items, time.time())
    host.at(MINUTE + 1)
    later = merged(first, parse_logins(host.ask("logins")).items, time.time())
    assert set(names_of(later)) - set(names_of(first)) == {NIGHT}
    (came,) = [one for one in later if name_of(one) == NIGHT]
    assert time.strftime("%H:%M", time.gmtime(came.first_at)) == "02:47"
    assert all(one in later for one in first)


def test_every_login_is_of_the_last_day_and_by_a_key_that_is_there(open_host: OPEN) -> None:
    """No login lies in the future or is too old for the probe to be told; its key stands on the host."""
    for name in ("db-1.lon", "nas-1.lon", "web-01.lon"):
        host = open_host(name)
        keys = {str(one["fingerprint"]) for one in parse_authkeys(host.ask("authkeys")).items.values()}
        found = logins_in(parse_logins(host.ask("logins")).items)
        assert len(found) > 1
        assert {one.fingerprint for one in found} <= keys
        assert all(time.time() - 86_400 < one.at <= time.time() for one in found)


@pytest.mark.parametrize(("clock", "at"), [("06:30", 23_400), ("06:31", 23_460 - 86_400), ("00:00", 0)])
def test_what_was_today_lies_behind_us(clock: str, at: int) -> None:
    """What is later than now was yesterday."""
    assert past(clock, 864_000.0 + 23_400) == 864_000 + at


def test_a_key_of_somebody_who_left_is_nobodys(open_host: OPEN) -> None:
    """It lets in as root where nobody took it away; of every other key the inventory says whose it is."""
    found = [
        (name, 0.0, parse_authkeys(open_host(name).ask("authkeys")).items, {}) for name in (LEFT_ON[0], "db-1.lon")
    ]
    strange = [key for key in key_graph(found, key_owners()) if not key.person]
    assert [(key.comments, key.accounts, key.hosts) for key in strange] == [({"dora@laptop"}, {"root"}, {LEFT_ON[0]})]
    hosts = [host.name for host in Story().hosts if public_key(LEFT) in root_keys(host.name, host.site.name)]
    assert sorted(hosts) == sorted(LEFT_ON)
