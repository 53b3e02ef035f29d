"""Who may reach what listens: by rules that the real nft, iptables and ufw have written, and by rules of any kind."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.netfilter import own_ufw, rules_after

from tui_ops.collectors.facts.body import LIST_LIMIT
from tui_ops.model.facts import Fields
from tui_ops.practices.security.packets import REFUSED, TAKEN, UNTOLD, Fits, Packet, Way, both
from tui_ops.practices.security.reach import RULES_KEPT, Reach, default, verdicts, way
from tui_ops.practices.security.rulesofiptables import read_rule as read_iptables
from tui_ops.practices.security.rulesofnft import read_rule as read_nft

SSH, WEB, SNMP, DB, NODE = "tcp 0.0.0.0:22", "tcp [::]:80", "udp 0.0.0.0:161", "tcp 10.1.1.1:5432", "tcp *:9100"
SOCKETS: dict[str, Fields] = {name: {} for name in (SSH, WEB, SNMP, DB, NODE, "tcp 127.0.0.1:25", "tcp [::1]:25")}

NFT = """nft -f - <<'END'
table inet filter {
    set adm { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
    chain input {
        type filter hook input priority 0; policy drop;
        ct state vmap { established : accept, related : accept, invalid : drop }
        iifname "lo" accept
        ip protocol icmp accept
        tcp flags & (fin|syn|rst|ack) != syn ct state new drop
        tcp dport { 22, 80 } limit rate 10/second accept
        ip saddr @adm tcp dport 5432 counter accept comment "the office"
        ip saddr 192.168.0.0/16 udp dport 161 log prefix "snmp " accept
        iifname "eth1" jump inner
    }
    chain inner { tcp dport 9000-9200 accept; }
}
END
"""

HARMLESS = (
    'counter name "ssh_in"', "quota 10 mbytes", 'limit name "lim"', "limit rate 10/second", "meta mark set 0x1",
    "ct mark set meta mark or 0x1", "meter m1 { ip saddr limit rate 10/second }",
    "update @seen { ip saddr timeout 60s }", "add @seen { ip saddr }", 'ct helper set "ftp"', "ip dscp set cs1",
    "tcp option maxseg size set 1400", "counter name tcp dport map @names", 'log prefix "x" group 0 counter',
    "meta mark set ip saddr map { 10.0.0.1 : 0x1 }", "quota over 10 mbytes drop; tcp dport 8015",
    "add @lim { ip saddr limit rate over 3/minute } counter drop; tcp dport 8016",
)  # fmt: skip
"""Statements between the port and the verdict, as people write them."""

OBJECTS = """nft -f - <<'END'
table inet f {
    counter ssh_in { }
    quota q1 { over 10 mbytes }
    limit lim { rate 10/second }
    ct helper ftp { type "ftp" protocol tcp; }
    ct timeout short { protocol tcp; l3proto ip; policy = { established : 100, close : 4 }; }
    synproxy proxy { mss 1460; wscale 7; }
    set both { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 7003 } }
    set seen { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1m; }
    set lim { type ipv4_addr; size 65535; flags dynamic; }
    map names { type inet_service : counter; }
    chain in {
        type filter hook input priority 0; policy drop; comment "a } and a {";
        tcp dport 7001 quota over 10 mbytes accept
        tcp dport 7002 jump { ip saddr 10.0.0.1 accept; }
        ip saddr . tcp dport @both tcp dport 7003 accept
        tcp dport 22 counter name "ssh_in" accept
%s
    }
}
END
""" % "\n".join(f"tcp dport {8_000 + at} {one} accept" for at, one in enumerate(HARMLESS))  # noqa: UP031


def told(items: dict[str, Fields], name: str, **more: bool) -> str:
    return verdicts(items, SOCKETS, **more)[name].text()


def is_denied(found: Way) -> bool:
    return found.is_known and not found.everywhere and not found.sources


class TestRealFilters:
    def test_nft_that_denies_by_default(self) -> None:
        """Ports that are opened, sources in a set, an interface, a chain, and what nobody opened."""
        items = rules_after(NFT)
        assert is_denied(default(items, False))
        assert is_denied(default(items, True))
        found = verdicts(items, SOCKETS)
        assert set(found) == {SSH, WEB, SNMP, DB, NODE}
        assert (found[SSH].reach, found[SSH].named) == (Reach.EVERYWHERE, True)
        assert found[WEB].reach is Reach.EVERYWHERE
        # The name of a set is told, since what is in it changes.
        assert found[DB].text() == "allowed from @adm"
        assert found[SNMP].text() == "allowed from 192.168.0.0/16"
        assert found[NODE].text() == "allowed from interface eth1"

    def test_blocks_and_statements_of_every_kind(self) -> None:
        """No block takes the chains behind it away, and what asks nothing of a packet leaves its port known."""
        items = rules_after(OBJECTS)
        assert items["nft inet f in"]["policy"] == "drop"
        assert is_denied(default(items, False))
        for protocol, port in [("tcp", 22), *(("tcp", 8_000 + at) for at in range(len(HARMLESS)))]:
            found = way(items, Packet(protocol, port))
            assert (found.everywhere, found.named, found.is_known) == (True, True, True), port
        # Beyond a limit is nobody's first packet; an IPv4 address is in no packet of IPv6.
        assert is_denied(way(items, Packet("tcp", 7_001)))
        assert is_denied(way(items, Packet("tcp", 8_006, is_six=True)))
        # A chain without a name, and a source and a port at once, are not taken apart.
        assert [way(items, Packet("tcp", port)).is_known for port in (7_002, 7_003)] == [False, False]
        assert not way(items, Packet("tcp", 7_003)).sources

    def test_what_is_set_asks_nothing(self) -> None:
        """The segment size of the route, which the kernel takes in no chain for packets that come in."""
        step = read_nft("tcp dport 22 tcp option maxseg size set rt mtu meta mark set 0x1 drop", Packet("tcp", 22))
        assert (step.verdict, step.names_port, set(step.conditions)) == ("drop", True, {Fits.YES})

    @pytest.mark.parametrize(
        "script",
        [
            "true",
            "nft add table inet f; nft add chain inet f out '{ type filter hook output priority 0; policy drop; }'",
            "nft add table inet f; nft add chain inet f in '{ type filter hook input priority 0; policy accept; }';"
            " nft add rule inet f in ip saddr 192.0.2.1 drop",
        ],
        ids=["empty", "output-only", "accept"],
    )
    def test_what_lets_everything_in(self, script: str) -> None:
        """An empty set of rules, one for what goes out, and one that keeps out a single address."""
        items = rules_after(script)
        assert default(items, False).everywhere
        assert default(items, True).everywhere
        assert not verdicts(items, SOCKETS)[NODE].named
        assert told(items, SSH) == "allowed from everywhere"

    def test_one_family_is_not_both(self) -> None:
        """A table of IPv4 says nothing of IPv6: a socket for both is open by the other way."""
        items = rules_after(NFT.replace("inet", "ip"))
        assert is_denied(default(items, False))
        assert default(items, True).everywhere
        assert told(items, NODE) == "allowed from everywhere"
        assert told(items, NODE, has_six=False) == "allowed from interface eth1"

    @pytest.mark.parametrize("legacy", [False, True], ids=["nft", "legacy"])
    def test_iptables(self, legacy: bool) -> None:
        """Both that there are; a chain, several ports, a negation, and a filter of IPv6 beside it."""
        script = """
            iptables -P INPUT DROP
            iptables -A INPUT -i lo -j ACCEPT
            iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            iptables -N web
            iptables -A INPUT -p tcp -m multiport --dports 22,80 -m conntrack --ctstate NEW -j web
            iptables -A web -s 10.0.0.0/8 -m comment --comment "a rule" -j ACCEPT
            iptables -A INPUT ! -s 192.0.2.0/24 -p udp --dport 161 -j ACCEPT
            ip6tables -A INPUT -p tcp --dport 80 -j ACCEPT
            ip6tables -A INPUT -j REJECT
        """
        items = rules_after(script, legacy)
        assert is_denied(default(items, False))
        assert is_denied(default(items, True))
        assert told(items, SSH) == "allowed from 10.0.0.0/8"
        assert told(items, WEB) == "allowed from everywhere"
        assert told(items, SNMP) == "allowed from everywhere"
        assert told(items, NODE) == "blocked"

    def test_a_rule_for_all_undoes_a_policy(self) -> None:
        """The policy drops, and nothing ever comes to it."""
        items = rules_after("iptables -A INPUT -j ACCEPT; iptables -P INPUT DROP; ip6tables -P INPUT DROP")
        assert default(items, False).everywhere
        assert is_denied(default(items, True))

    def test_both_filters_have_to_let_it_in(self) -> None:
        """What one table takes, another may still refuse."""
        items = rules_after(
            NFT + "nft add table inet more; nft add chain inet more in '{ type filter hook input priority 10; }';"
            " nft add rule inet more in tcp dport 22 drop"
        )
        assert told(items, SSH) == "blocked"
        assert told(items, WEB) == "allowed from everywhere"

    def test_ufw(self, tmp_path: Path) -> None:
        """As Debian has it: allowed, limited, from some; and after it was told to allow by default."""
        allow = "ufw allow 22/tcp; ufw limit 9100/tcp; ufw allow from 10.0.0.0/8 to any port 5432 proto tcp\n"
        items = rules_after(own_ufw(tmp_path) + allow + "ufw --force enable")
        assert is_denied(default(items, False))
        assert is_denied(default(items, True))
        found = {name: one.text() for name, one in verdicts(items, SOCKETS).items()}
        assert found == {
            SSH: "allowed from everywhere",
            NODE: "allowed from everywhere",
            DB: "allowed from 10.0.0.0/8",
            WEB: "blocked",
            SNMP: "blocked",
        }
        (tmp_path / "again").mkdir()
        items = rules_after(own_ufw(tmp_path / "again") + "ufw default allow incoming; ufw --force enable")
        assert default(items, False).everywhere


def test_firewalld_by_its_zones() -> None:
    """The zone of an interface and the one for all others are the same: whatever comes, port 22 is open."""
    chains = {
        "filter_INPUT": ["ct state { established, related } accept", "ct status dnat accept", 'iifname "lo" accept',
                         "jump filter_INPUT_ZONES", "ct state invalid drop", "reject with icmpx admin-prohibited"],
        "filter_INPUT_ZONES": ['iifname "eth0" goto filter_IN_public', "goto filter_IN_public"],
        "filter_IN_public": ["jump filter_IN_public_allow", "meta l4proto { icmp, ipv6-icmp } accept",
                             "reject with icmpx admin-prohibited"],
        "filter_IN_public_allow": ["tcp dport 22 accept"],
    }  # fmt: skip
    items: dict[str, Fields] = {
        f"nft inet firewalld {name}": {"kind": "chain", "rules": rules} for name, rules in chains.items()
    }
    items["nft inet firewalld filter_INPUT"] |= {"type": "filter", "hook": "input", "policy": "accept"}
    assert is_denied(default(items, False))
    assert told(items, SSH) == "allowed from everywhere"
    assert told(items, NODE) == "blocked"


def test_what_one_filter_refuses_another_can_not_undo() -> None:
    """Whatever the other says, even where that is not understood; the narrower of two sources is told."""
    some = Way(sources=frozenset({"10.0.0.0/8"}))
    assert both([UNTOLD, REFUSED]) == REFUSED
    assert both([TAKEN, REFUSED]) == REFUSED
    assert both([TAKEN, some]).sources == some.sources
    assert not both([TAKEN, UNTOLD]).is_known


def test_rules_that_nobody_could_read_tell_nothing() -> None:
    assert {one.reach for one in verdicts(None, SOCKETS).values()} == {Reach.NOT_KNOWN}


@pytest.mark.parametrize(
    "rule",
    ["tcp dport 22 some future words accept", "tcp sport 1000 accept", "tcp dport @ports accept", "jump nowhere",
     "tcp dport vmap @ports", "ip saddr . tcp dport @allowed accept", "iifname . tcp dport { \"a\" . 22 } accept",
     "tcp dport . ip saddr vmap @ports", "tcp dport 22 jump {", "tcp dport 22 synproxy mss 1460",
     'tcp dport 22 limit name "x" jump y', "x" * 239 + "…"],
)  # fmt: skip
def test_what_is_not_understood_is_not_guessed(rule: str) -> None:
    """Neither open nor shut: it is said that it is not known."""
    items: dict[str, Fields] = {
        "nft inet f in": {"kind": "chain", "type": "filter", "hook": "input", "policy": "drop", "rules": [rule]}
    }
    assert told(items, SSH) == "not known"


def test_of_a_chain_that_is_longer_than_what_is_kept_the_rest_is_not_known() -> None:
    """Nobody knows whether the rule for it, or one that takes all, was among those that were left out."""
    assert RULES_KEPT == LIST_LIMIT
    chain: Fields = {"kind": "chain", "policy": "DROP", "rules": ["-s 192.0.2.1/32 -j DROP"] * RULES_KEPT}
    items = {"ip4 filter INPUT": chain}
    assert not way(items, Packet("tcp", 22)).is_known
    items["ip4 filter INPUT"] = {**chain, "rules": ["-s 192.0.2.1/32 -j DROP"] * (RULES_KEPT - 1)}
    assert is_denied(way(items, Packet("tcp", 22)))


def test_chains_that_lead_to_each_other_end() -> None:
    """And those that double at each step are not gone through to their end."""
    items: dict[str, Fields] = {
        "ip4 filter INPUT": {"kind": "chain", "policy": "DROP", "rules": ["-j INPUT", "-j a0"]},
        **{f"ip4 filter a{at}": {"kind": "chain", "rules": [f"-s {at}.0.0.0/8 -j a{at + 1}"] * 40} for at in range(20)},
    }
    assert not way(items, Packet("tcp", 22)).is_known


WORDS = st.lists(
    st.sampled_from(
        ["tcp", "udp", "ip", "ip6", "saddr", "daddr", "dport", "sport", "{ 22, 80 }", "22", "10.0.0.0/8", "!=",
         "accept", "drop",
         "jump", "goto", "x", "ct", "state", "new", "vmap", "{ new : jump x }", "meta", "l4proto", "iifname", '"lo"',
         "log",
         "prefix", "limit", "over", "-p", "-s", "-d", "-i", "lo", "-j", "ACCEPT", "DROP", "-m", "--dport", "!",
         "--ctstate",
         "NEW", "--tcp-flags", "comment",
         ".", "set", "mark", "name", "quota", "add", "@x", "meter", "{ ip saddr }", "map", "option", "fib",
         "type", "local", "…", "'", "counter", "icmp", "pkttype", "host"]
    ),
    max_size=9,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS.map(" ".join), max_size=6), st.sampled_from(["drop", "accept", "", "x"]), st.booleans())
def test_rules_of_any_kind(rules: list[str], policy: str, is_six: bool) -> None:
    """Every rule is read, and every way ends."""
    packet = Packet("tcp", 22, is_six=is_six)
    for rule in rules:
        read_nft(rule, packet)
        read_iptables(rule, packet)
    items: dict[str, Fields] = {
        "nft inet f in": {"kind": "chain", "type": "filter", "hook": "input", "policy": policy, "rules": rules},
        "nft inet f x": {"kind": "chain", "rules": rules},
        "ip4 filter INPUT": {"kind": "chain", "policy": policy.upper(), "rules": rules},
        "ip4 filter x": {"kind": "chain", "rules": rules},
    }
    for one in verdicts(items, SOCKETS).values():
        assert one.text()
