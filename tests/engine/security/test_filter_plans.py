"""Plans of the packet filter, on a real host with a network of its own: whom they let in, and how they take themselves
back.
"""

import shlex

import pytest
from support.mended_host import MendedHost, failures, token
from support.mending import FORWARD, prepared, refused
from support.ownsystem import booted
from support.sshd import SshdFarm, free_port
from support.waiting import until_sync

from tui_ops.model.plans import Part, Step
from tui_ops.model.security import Seen
from tui_ops.plans import read_plan
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.remedies import mend


@pytest.fixture(scope="module")
def port() -> str:
    return str(free_port())


@pytest.fixture(scope="module")
def apart(farm: SshdFarm, port: str) -> MendedHost:
    return MendedHost(farm, booted(farm, prepared(port), network="--net"))


def test_a_filter_asks_by_which_port_this_desk_has_come(apart: MendedHost, port: str) -> None:
    """Where what begins a step is the login itself; no sshd that is seen listens there."""
    plan = read_plan(mend("fw-active", BY_ID["fw-active"].kind, Seen("", "x", data={"lacks": "switch"})).plan)
    (asks,) = [str(step.args["text"]) for step in plan.pre if step.name == "this desk is let in"]

    def why(connection: str) -> str:
        given = f"env SSH_CONNECTION='{connection}' TUI_tcp='22, {port}' sh -c {shlex.quote(asks)}"
        return apart.run(f"{given} || echo refused")

    assert why("192.0.2.1 40000 192.0.2.2 2222").startswith("this desk comes in at 2222, which is not among the ports")
    assert [why(f"192.0.2.1 40000 192.0.2.2 {port}"), why("")] == ["", ""]


@pytest.mark.parametrize("lacks", ["filter", "switch"])
def test_a_filter_shuts_out_nothing_that_others_reach_by_udp_and_no_further_sshd(
    apart: MendedHost, lacks: str, port: str
) -> None:
    def why(tcp: str, udp: str = "68") -> str:
        return refused(apart, "fw-active", {"lacks": lacks}, {"tcp": tcp, "udp": udp})

    apart.run("systemctl stop ufw nftables; systemctl disable ufw nftables; systemctl stop own-udp.socket || true")
    assert why(port) == ""
    assert f"ssh listens at {port}, which is not among the ports that are let in: 9" in why("9")
    apart.run("systemd-run --quiet --unit=own-udp --socket-property=ListenDatagram=0.0.0.0:51820 /bin/true")
    apart.run("/usr/sbin/sshd -f /dev/null -p 2299 -o PidFile=/run/own-sshd.pid")
    try:
        assert "ssh listens at 2299, which is not among" in why(port)
        assert "at UDP 51820 something listens for others" in why(f"{port},2299")
        assert why(f"{port},2299", "53,51820") == ""
    finally:
        apart.run("systemctl stop own-udp.socket; kill $(cat /run/own-sshd.pid)")
    apart.run("systemd-run --quiet --unit=own-udp2 --socket-property=ListenDatagram=127.0.0.1:51820 /bin/true")
    try:
        assert why(port) == "", "what only the host itself reaches may be there"
    finally:
        apart.run("systemctl stop own-udp2.socket")


@pytest.mark.torture
async def test_a_filter_that_nobody_gets_through_takes_itself_back(apart: MendedHost, port: str) -> None:
    """Whoever does not say that he gets in finds it gone, and the run ends badly."""
    seen = Seen("", "x", data={"lacks": "filter"})
    apart.run("systemctl disable ufw nftables; ufw disable; systemctl stop ufw")
    soon = mend("fw-one", BY_ID["fw-one"].kind, seen).plan.replace("--on-active=10min", "--on-active=1s")
    plan, run = read_plan(soon, {"tcp": port}), token()

    def waits(_step: Step) -> None:
        assert "policy drop" in apart.run("nft list ruleset")
        until_sync(lambda: "tui_ops" not in apart.run("nft list tables"), 60.0, "it takes itself back")

    apart.answered = waits
    try:
        (why,) = failures(await apart.carried_out(plan, *FORWARD, token=run))
    finally:
        apart.answered = lambda _step: None
    assert "nobody said so within 10 minutes: it took itself back" in why
    assert "tui_ops" not in apart.run("nft list tables")
    assert failures(await apart.carried_out(plan, Part.ROLLBACK, token=run)) == []
    (why,) = failures(await apart.carried_out(apart.plan("fw-one", seen, {"tcp": "443"}), Part.PRE, token=token()))
    assert "which is not among the ports that are let in" in why


LASTS = "sha256sum /etc/nftables.conf; grep ^ENABLED /etc/ufw/ufw.conf; systemctl is-enabled nftables ufw || true"
"""What a start of the host goes by."""


@pytest.mark.torture
@pytest.mark.parametrize("lacks", ["filter", "switch"])
async def test_a_host_that_starts_anew_during_the_trial_has_no_filter(apart: MendedHost, lacks: str, port: str) -> None:
    apart.run("systemctl stop ufw nftables; systemctl disable nftables ufw; ufw disable; nft flush ruleset")
    plan, run = apart.plan("fw-active", Seen("", "x", data={"lacks": lacks}), {"tcp": port}), token()
    before, during = apart.run(LASTS), list[str]()

    def tried(_step: Step) -> None:
        assert "policy drop" in apart.run("nft list ruleset")
        during.append(apart.run(LASTS))

    apart.answered = tried
    try:
        assert failures(await apart.carried_out(plan, *FORWARD, token=run)) == []
    finally:
        apart.answered = lambda _step: None
    assert during == [before]
    assert apart.run(LASTS) != before
    assert failures(await apart.carried_out(plan, Part.ROLLBACK, token=run)) == []
    assert apart.run(LASTS) == before


@pytest.mark.torture
async def test_a_start_of_nftables_that_nobody_gets_through_brings_back_the_rules_of_before(apart: MendedHost) -> None:
    """Not an empty set, as a stop of the service does."""
    apart.run(
        "ufw disable; systemctl stop ufw nftables; systemctl disable ufw; systemctl enable nftables; nft flush ruleset;"
        " nft add table inet others; printf 'flush ruleset\ntable inet a {\nchain i {\ntype filter hook input"
        " priority 0; policy drop;\n}\n}\n' >/etc/nftables.conf"
    )
    seen = Seen("", "x", data={"lacks": "run", "unit": "nftables"})
    soon = mend("fw-active", BY_ID["fw-active"].kind, seen).plan.replace("--on-active=10min", "--on-active=1s")

    def waits(_step: Step) -> None:
        until_sync(lambda: "table inet others" in apart.run("nft list ruleset"), 60.0, "it takes itself back")
        assert "policy drop" not in apart.run("nft list ruleset")

    apart.answered, plan, run = waits, read_plan(soon), token()
    try:
        (why,) = failures(await apart.carried_out(plan, *FORWARD, token=run))
    finally:
        apart.answered = lambda _step: None
    assert "it took itself back" in why
    assert failures(await apart.carried_out(plan, Part.ROLLBACK, token=run)) == []
    assert apart.run("nft list tables") == "table inet others\n"
    apart.run("systemctl disable nftables; nft flush ruleset")
