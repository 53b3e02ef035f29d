"""The parts without a network: back-off, gate, valve, names, jump host notation."""

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.waiting import until

from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.transport.backoff import AUTH_LATCH_S, Backoff
from tui_ops.transport.errors import NameUnknown, SettingsWrong, TransportError
from tui_ops.transport.flow import Tail, Valve
from tui_ops.transport.gates import Gate
from tui_ops.transport.knownhosts import KnownHostsFiles
from tui_ops.transport.names import LOOKUPS_AT_ONCE, Address, Names
from tui_ops.transport.settings import Settings, parse_hop


class TestBackoff:
    @pytest.mark.parametrize(
        ("since_s", "wait_s"),
        [(0, 30), (299, 30), (300, 300), (12 * 3600 - 1, 300), (12 * 3600, 600), (5 * 86400, 3600), (1e9, 3600)],
    )
    def test_grows_with_the_outage(self, since_s: float, wait_s: float) -> None:
        """A reboot is seen at once, a dead machine costs one try an hour."""
        middle = Backoff(lambda: 0.5)
        assert middle.next_try(HostState.DOWN, since_s) == wait_s
        assert middle.next_try(HostState.NAME_ERROR, since_s) == wait_s

    def test_a_refused_login_is_latched(self) -> None:
        """Never earlier than 15 minutes, whatever chance says."""
        for chance in (0.0, 0.5, 0.999):
            assert Backoff(lambda chance=chance: chance).next_try(HostState.AUTH_FAILED, 0) >= AUTH_LATCH_S == 900

    @given(st.sampled_from(list(HostState)), st.floats(0, 1e9), st.floats(0, 1, exclude_max=True))
    def test_is_always_a_sane_wait(self, state: HostState, since_s: float, chance: float) -> None:
        """Between 27 s and 66 minutes for every state, so nothing spins and nothing is forgotten."""
        # Products of floats may lie beside the bounds by a rounding error.
        assert 27 * (1 - 1e-9) <= Backoff(lambda: chance).next_try(state, since_s) <= 3960 * (1 + 1e-9)


def test_every_leaf_has_its_state() -> None:
    """Each error leads to a state that an operator can tell apart, never to up or pending."""
    leaves: list[type[TransportError]] = [TransportError]
    for leaf in leaves:
        leaves += leaf.__subclasses__()
    states = {leaf.state for leaf in leaves}
    assert states == set(HostState) - {HostState.PENDING, HostState.UP, HostState.STALE, HostState.MAINTENANCE}


class TestValve:
    def test_lets_a_burst_through_and_holds_a_flood(self) -> None:
        """A burst passes, what goes on is held to the rate."""
        valve = Valve(rate=100, burst=1000)
        assert valve.take(1000, 0.0) == 0
        assert valve.take(50, 0.0) == 0.5
        assert valve.take(0, 10.5) == 0

    @given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(0, 5)), max_size=50))
    def test_is_never_exceeded(self, steps: list[tuple[int, float]]) -> None:
        """Who keeps to the pauses sends at most burst and rate, and one piece more."""
        valve, now, sent = Valve(rate=1000, burst=5000), 0.0, 0
        for count, gap in steps:
            sent += count
            now += max(gap, valve.take(count, now))
            assert sent <= 5000 + 1000 * now + 1e-3

    @given(st.lists(st.binary(max_size=20)), st.integers(1, 10))
    def test_a_tail_is_the_end(self, pieces: list[bytes], limit: int) -> None:
        """The last bytes, whatever the pieces."""
        tail = Tail(limit)
        for piece in pieces:
            tail.add(piece)
        assert tail.bytes() == b"".join(pieces)[-limit:]


class TestGate:
    async def test_lets_no_more_through_than_it_has_places(self) -> None:
        """The third waits until one of two is done."""
        gate, inside, most = Gate(2, slot_s=60), 0, 0
        go = asyncio.Event()

        async def work() -> None:
            nonlocal inside, most
            async with gate.place():
                inside += 1
                most = max(most, inside)
                await go.wait()
                inside -= 1

        tasks = [asyncio.create_task(work()) for _ in range(6)]
        await until(lambda: inside == 2)
        go.set()
        await asyncio.gather(*tasks)
        assert most == 2

    async def test_a_slow_one_keeps_nobody_out(self) -> None:
        """After its slot the place is given on, and never twice."""
        gate = Gate(1, slot_s=0.05)
        order: list[str] = []
        async with gate.place(), asyncio.timeout(2), gate.place():
            order.append("second")
        assert order == ["second"]
        async with gate.place():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01), gate.place():
                    order.append("too many")

    async def test_a_cancelled_wait_takes_no_place(self) -> None:
        """Whoever gives up while waiting leaves the gate as it was."""
        gate = Gate(1, slot_s=60)
        async with gate.place():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01), gate.place():
                    pass
        async with asyncio.timeout(1), gate.place():
            pass


HERE: list[Address] = [(socket.AF_INET, "127.0.0.9")]


def resolver(answers: dict[str, list[Address] | Exception], asked: list[str]) -> Callable[[str], list[Address]]:
    def look(name: str) -> list[Address]:
        asked.append(name)
        answer = answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look


class TestNames:
    async def test_are_asked_for_once(self) -> None:
        """A name is kept for a while; numeric addresses are never asked for."""
        asked: list[str] = []
        clock = itertools.count(0, 100)
        names = Names(resolver({"web": HERE}, asked), clock=lambda: next(clock))
        for _ in range(2):
            assert await names.addresses("web") == tuple(HERE)
        assert await names.addresses("10.0.0.1") == ((socket.AF_INET, "10.0.0.1"),)
        assert await names.addresses("::1") == ((socket.AF_INET6, "::1"),)
        assert asked == ["web"]

    async def test_a_dead_name_server_leaves_the_last_address(self) -> None:
        """While nobody answers the old address is used; a name that is gone is gone."""
        now = 0.0
        answers: dict[str, list[Address] | Exception] = {"web": HERE}
        names = Names(resolver(answers, []), clock=lambda: now)
        await names.addresses("web")
        answers["web"] = socket.gaierror(socket.EAI_AGAIN, "try again")
        now = 1000.0
        assert await names.addresses("web") == tuple(HERE)
        answers["web"] = socket.gaierror(socket.EAI_NONAME, "not known")
        with pytest.raises(NameUnknown, match="no such name"):
            await names.addresses("web")

    async def test_a_failure_is_remembered_for_a_moment(self) -> None:
        """And forgotten when asked to."""
        asked: list[str] = []
        answers: dict[str, list[Address] | Exception] = {"web": socket.gaierror(socket.EAI_NONAME, "not known")}
        names = Names(resolver(answers, asked), clock=lambda: 5.0)
        for _ in range(2):
            with pytest.raises(NameUnknown):
                await names.addresses("web")
        assert asked == ["web"]
        answers["web"] = HERE
        names.forget("web")
        assert await names.addresses("web") == tuple(HERE)

    async def test_slow_names_hold_up_nobody(self) -> None:
        """A name server that hangs costs its own hosts their time, and no more threads than allowed."""
        go = threading.Event()
        running: list[str] = []

        def look(name: str) -> list[Address]:
            if name != "quick":
                running.append(name)
                go.wait(10)
            return HERE

        names = Names(look, lookup_s=0.2)
        started = time.monotonic()
        slow = [asyncio.create_task(names.addresses(f"slow{n}")) for n in range(LOOKUPS_AT_ONCE - 1)]
        await until(lambda: len(running) == LOOKUPS_AT_ONCE - 1)
        assert await names.addresses("quick") == tuple(HERE)
        found = await asyncio.gather(*slow, return_exceptions=True)
        assert {type(error) for error in found} == {NameUnknown}
        assert time.monotonic() - started < 3
        many = [asyncio.create_task(names.addresses(f"more{n}")) for n in range(30)]
        await asyncio.gather(*many, return_exceptions=True)
        assert len(running) <= LOOKUPS_AT_ONCE
        go.set()

    @pytest.mark.parametrize("name", ["a" * 70 + ".example", "..", "bad\x1b[2Jname", "é" * 64])
    async def test_what_is_no_name(self, name: str) -> None:
        """Nonsense is a name error with harmless text."""
        with pytest.raises(NameUnknown) as caught:
            await Names(lookup_s=5).addresses(name)
        assert str(caught.value).isprintable()


class TestJumpHostNotation:
    @pytest.mark.parametrize(
        ("text", "user", "address", "port"),
        [
            ("bastion", None, "bastion", None),
            ("ops@bastion", "ops", "bastion", None),
            ("ops@10.0.0.1:2222", "ops", "10.0.0.1", 2222),
            ("[fe80::1]:22", None, "fe80::1", 22),
            ("ops@[::1]", "ops", "::1", None),
            ("ssh://ops@bastion:22", "ops", "bastion", 22),
        ],
    )
    def test_is_read(self, text: str, user: str | None, address: str, port: int | None) -> None:
        """As ssh_config and the inventory write it."""
        host = parse_hop(text)
        assert (host.user, host.address, host.port) == (user, address, port)

    @given(st.text(max_size=40))
    def test_anything_else_is_an_error_with_harmless_text(self, text: str) -> None:
        """No text raises anything but SettingsWrong, and none gives an empty or option-like address."""
        try:
            host = parse_hop(text)
        except SettingsWrong as failure:
            error = failure
        else:
            assert host.address
            assert not host.address.startswith("-")
            return
        assert str(error).isprintable()


class TestSettings:
    def test_via_of_the_inventory_wins_over_proxy_jump(self, tmp_path: Path) -> None:
        """ProxyJump counts only where the inventory names no way."""
        config = tmp_path / "config"
        config.write_text("Host *\n  ProxyJump a,ops@b:2\n")
        settings = Settings([config])
        host = HostSpec(name="web", key="web", address="web")
        assert [hop.address for hop in settings.route(host, ()).via] == ["a", "b"]
        given = HostSpec(name="c", key="c", address="c")
        assert settings.route(host, (given,)).via == (given,)

    def test_proxy_jump_none(self, tmp_path: Path) -> None:
        """``none`` means no jump host."""
        config = tmp_path / "config"
        config.write_text("Host web\n  ProxyJump none\nHost *\n  ProxyJump a\n")
        assert Settings([config]).route(HostSpec(name="web", key="web", address="web"), ()).via == ()

    @pytest.mark.parametrize(
        "line",
        [
            "Match ''",
            "Include ~nobody-here/x",
            "IdentityFile /",
            "IdentityFile ~no-one/k",
            "UserKnownHostsFile ~x/y",
        ],
    )
    def test_an_odd_line_is_survived(self, tmp_path: Path, line: str) -> None:
        """What can't be used is our settings' fault or passed over, never a crash."""
        config = tmp_path / "config"
        config.write_text(line + "\n")
        try:
            route = Settings([config]).route(HostSpec(name="web", key="web", address="web"), ())
        except SettingsWrong as failure:
            said = str(failure)
        else:
            assert route.identity_files in {None, ()}
            said = ""
        assert said.isprintable()

    def test_the_key_of_the_inventory_comes_first(self, tmp_path: Path) -> None:
        """Keys of ssh_config follow it; one that is not there is said, and never replaced by others in silence."""
        config, mine, theirs = tmp_path / "config", tmp_path / "mine", tmp_path / "theirs"
        config.write_text(f"IdentityFile {theirs}\n")
        theirs.touch()
        host = HostSpec(name="web", key="web", address="web", identity=str(mine))
        with pytest.raises(SettingsWrong, match="there is no key"):
            Settings([config]).route(host, ())
        mine.touch()
        assert Settings([config]).route(host, ()).identity_files == (str(mine), str(theirs))
        config.write_text("")
        assert Settings([config]).route(host, ()).identity_files == (str(mine),)

    def test_match_final(self, tmp_path: Path) -> None:
        """``Match final`` sees the name that HostName gave."""
        config = tmp_path / "config"
        config.write_text("Host web\n  HostName web.example\nMatch final host *.example\n  User ops\n")
        assert Settings([config]).route(HostSpec(name="web", key="web", address="web"), ()).user == "ops"


@given(st.binary(max_size=400))
def test_any_known_hosts_file_is_survived(data: bytes) -> None:
    """Bytes of any kind never raise."""
    path = Path("/tmp") / f"known_hosts_{threading.get_native_id()}"
    path.write_bytes(data)
    KnownHostsFiles().match([path], ["web", "[web]:2"])
    path.unlink()
