"""What the command line prints about listeners, certificates, keys, logins and measures."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.desk_world import World, varied
from support.exposed_world import KEY_ANNA, expose

from tui_ops.cli.main import main

Rows = Callable[..., list[dict[str, object]]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three hosts that have something in reach of others."""
    folder = tmp_path_factory.mktemp("exposed") / "state"

    async def fill() -> None:
        world = await World(folder).build(varied(8))
        await expose(world)
        await world.close()

    asyncio.run(fill())
    return folder


@pytest.fixture
def rows(root: Path, capsys: pytest.CaptureFixture[str]) -> Rows:
    """Runs ``show`` on that store, and returns its rows."""

    def run(*words: str) -> list[dict[str, object]]:
        assert main(["--state-dir", str(root), "show", *words, "--format", "json"]) == 0
        found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return found

    return run


def test_listeners_say_who_may_reach_them(rows: Rows) -> None:
    (one,) = rows("exposure", "host=db-2.lon", "port=5432")
    assert (one["reach"], one["sources"], one["named"]) == ("allowed from 10.0.0.0/8", ["10.0.0.0/8"], True)
    (new,) = rows("exposure", "new=1")
    assert (new["socket"], new["process"], str(new["finding"])[:4]) == ("tcp 0.0.0.0:8080", "java", "FND-")
    assert {row["host"] for row in rows("exposure", "reach~everywhere", "named=0")} == {"web-07.lon"}


def test_certificates_come_by_the_days_that_are_left(rows: Rows) -> None:
    found = rows("certificates", "host=db-2.lon")
    assert [row["subject"] for row in found] == ["CN=db", "CN=shop.example", "CN=mail.example", "CN=shop.example"]
    assert [row["kind"] for row in rows("certificates", "days>30")] == ["endpoint"]
    assert rows("certificates", "days<10", "used=1", "host=db-2.lon")[0]["place"] == "/etc/nginx/shop.pem"


def test_keys_name_their_hosts_and_accounts_apart_from_the_keys_of_hosts(rows: Rows) -> None:
    (one,) = rows("authkeys", "person=anna")
    assert (one["key"], one["hosts"], one["on"]) == (KEY_ANNA, 2, ["db-2.lon", "web-07.lon"])
    assert one["used_where"] == "anna@db-2.lon from 203.0.113.9"
    assert [row["accounts"] for row in rows("authkeys", "root=1")] == [["*"], ["root"]]
    (team,) = rows("authkeys", "authority=1")
    assert team["where"] == ["*@db-2.lon cert-authority", "*@web-07.lon cert-authority"]
    assert rows("keys")[0]["host"] == "edge-1.par"


def test_logins_tell_who_guessed_his_way_in(rows: Rows) -> None:
    (one,) = rows("logins", "got_in=1")
    assert (one["source"], one["account"], one["failed_day"]) == ("198.51.100.9", None, 60)
    assert len(rows("logins", "guesses=1")) == 2


def test_measures_say_how_each_stands_and_why(rows: Rows) -> None:
    (one,) = rows("measures", "host=web-07.lon")
    assert (one["firewall"], one["antivirus"], one["default"]) == ("off", "not needed", "let in")
    assert "logging: logs stay on the host" in one["why"]  # type: ignore[operator]
    (two,) = rows("measures", "host=db-2.lon")
    assert (two["firewall"], two["banning"], two["disks"]) == ("ok nftables", "ok fail2ban 2", "ok encrypted")
    (three,) = rows("measures", "host=mq-2.lon")
    assert (three["firewall"], three["age_s"]) == ("unknown", None)


def test_what_a_host_says_reaches_no_terminal(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Texts of a host that would clear the screen or turn a line around come out as their names."""
    for noun in ("exposure", "certificates", "authkeys", "logins", "measures"):
        for form in ("text", "csv", "json"):
            assert main(["--state-dir", str(root), "show", noun, "--format", form]) == 0
            said = capsys.readouterr().out
            assert "\x1b" not in said
            assert "\u202e" not in said
