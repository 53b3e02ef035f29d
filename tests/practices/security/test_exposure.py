"""Listeners with who may reach them, certificates, the graph of keys, and what protects a host: all out of facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.facts import Fields
from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Read, Scene
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.exposure import Topic, certificates, key_graph, listeners, moment_of, package_of
from tui_ops.practices.security.measures import (
    CHECKS_OF_MEASURES,
    MEASURES,
    Standing,
    filtering,
    measured,
)
from tui_ops.practices.security.reach import Reach

FAIL, PASS, UNKNOWN = CheckResult.FAIL, CheckResult.PASS, CheckResult.UNKNOWN
NONE = CheckResult.NOT_APPLICABLE

RULES: dict[str, Fields] = {
    "nft inet f": {"kind": "table"},
    "nft inet f input": {
        "kind": "chain", "type": "filter", "hook": "input", "priority": "filter", "policy": "drop",
        "rules": ["ct state established,related accept", "tcp dport 22 accept",
                  "ip saddr 10.0.0.0/8 tcp dport 5432 accept"],
    },
}  # fmt: skip
SOCKETS: dict[str, Fields] = {
    "tcp 0.0.0.0:22": {"process": "sshd"}, "tcp 0.0.0.0:5432": {"process": "postgres", "owner": "postgres"},
    "tcp 0.0.0.0:8080": {}, "tcp 127.0.0.1:25": {"process": "master"},
}  # fmt: skip


class TestListeners:
    def test_say_who_may_reach_them(self) -> None:
        found = listeners(
            {"sockets": Topic(SOCKETS), "firewall": Topic(RULES), "packages": Topic({"openssh-server": {}})}
        )
        assert [(one.port, one.reached.reach, one.reached.sources, one.package) for one in found] == [
            (22, Reach.EVERYWHERE, (), "openssh-server"), (5432, Reach.SOME, ("10.0.0.0/8",), ""),
            (8080, Reach.BLOCKED, (), ""),
        ]  # fmt: skip

    @pytest.mark.parametrize("firewall", [None, Topic(RULES, ("nft ",))])
    def test_are_not_known_to_be_shut_where_the_rules_could_not_be_read(self, firewall: Topic | None) -> None:
        topics = {"sockets": Topic(SOCKETS), **({"firewall": firewall} if firewall else {})}
        assert {one.reached.reach for one in listeners(topics)} == {Reach.NOT_KNOWN}

    def test_of_a_host_whose_sockets_nobody_has_read_are_none(self) -> None:
        assert listeners({}) == []

    def test_packages_are_told_by_the_program_that_they_bring(self) -> None:
        assert package_of("nginx", {"nginx"}) == "nginx"
        assert package_of("master", {"postfix", "exim4"}) == "postfix"
        assert package_of("java", {"postfix"}) == package_of("", {""}) == ""

    @pytest.mark.parametrize(
        "packages",
        [("openssh-server.x86_64", "postgresql-server.aarch64"), ("openssh-server:amd64", "postgresql-server")],
    )
    def test_packages_are_told_whatever_their_architecture(self, packages: tuple[str, ...]) -> None:
        """Those of rpm are all kept with theirs, those of dpkg where several are installed."""
        found = listeners({"sockets": Topic(SOCKETS), "packages": Topic({name: {} for name in packages})})
        assert [one.package for one in found] == ["openssh-server", "postgresql-server", ""]


class TestCertificates:
    def test_tell_what_is_wrong_with_them(self) -> None:
        items: dict[str, Fields] = {
            "/a.pem": {
                "readable": True, "subject": "CN=a", "until": "2027-01-01T00:00:00Z", "used": True,
                "chain_until": "2026-12-24T00:00:00Z", "chain_ok": False,
            },
            "/b.pem": {"readable": False, "used": True},
        }  # fmt: skip
        one, two = certificates(items)
        assert one.until == moment_of("2027-01-01T00:00:00Z") == 1_798_761_600.0
        assert one.days(1_798_761_600.0 - 86_400.0) == 1.0
        assert one.faults == (
            "the certificates in it do not vouch for each other", "one that vouches for it ends 2026-12-24",
        )  # fmt: skip
        assert (two.until, two.days(0.0), two.faults) == (None, None, ("holds no certificate that can be read",))

    @given(st.dictionaries(st.text(max_size=9), st.dictionaries(
        st.sampled_from(["until", "chain_until", "subject", "names", "readable", "used", "chain_ok", "self_signed"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=21) | st.lists(st.text(max_size=3)))))  # fmt: skip
    def test_any_facts_are_survived(self, items: dict[str, Fields]) -> None:
        assert len(certificates(items)) == len(items)


class TestKeys:
    def keys(self) -> dict[str, Fields]:
        return {
            "anna SHA256:a": {"fingerprint": "SHA256:a", "account": "anna", "type": "ssh-ed25519", "comment": "anna@x"},
            "root SHA256:a": {"fingerprint": "SHA256:a", "account": "root", "type": "ssh-ed25519", "options": "no-pty"},
            "ci SHA256:b": {"fingerprint": "SHA256:b", "account": "ci", "type": "ssh-rsa", "bits": 2048},
        }

    def test_join_people_accounts_and_hosts(self) -> None:
        came: dict[str, Fields] = {"accepted": {"logins": ["anna 192.0.2.1 publickey 900 SHA256:a", "x y z"]}}
        one, two = key_graph([("h1", 1000.0, self.keys(), came), ("h2", 2000.0, self.keys(), {})], {"SHA256:a": "Anna"})
        assert (one.person, one.accounts, one.hosts, one.seen_at) == ("Anna", {"anna", "root"}, {"h1", "h2"}, 2000.0)
        assert (one.used_at, one.used_where) == (900.0, "anna@h1 from 192.0.2.1")
        assert ("h2", "root", "no-pty") in one.places
        assert one.reaches_root
        assert not one.is_weak
        assert two.is_weak
        assert two.person == ""

    def test_an_authority_lets_in_as_whomever_its_certificates_name(self) -> None:
        """Under its own account in somebody's file, as anybody where sshd itself trusts it: that reaches root."""
        named: Fields = {"fingerprint": "SHA256:c", "account": "anna", "type": "ssh-ed25519", "authority": True,
                         "options": 'cert-authority,principals="x"'}  # fmt: skip
        trusted: Fields = {"fingerprint": "SHA256:c", "account": "*", "type": "ssh-ed25519", "authority": True}
        came: dict[str, Fields] = {"accepted": {"logins": ["bert 192.0.2.1 publickey 900 SHA256:c"]}}
        (one,) = key_graph([("h1", 1.0, {"anna cert-authority SHA256:c": named}, {})], {})
        assert (one.is_authority, one.reaches_root, one.accounts) == (True, False, {"anna"})
        (one,) = key_graph([("h1", 1.0, {"* cert-authority SHA256:c": trusted}, came)], {"SHA256:c": "the team"})
        assert (one.is_authority, one.reaches_root, one.person) == (True, True, "the team")
        assert one.places == [("h1", "*", "cert-authority")]
        assert one.used_where == "bert@h1 from 192.0.2.1"

    @given(st.dictionaries(st.text(max_size=5), st.dictionaries(
        st.sampled_from(["fingerprint", "account", "type", "bits", "comment", "options", "logins"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=9)))))  # fmt: skip
    def test_any_facts_are_survived(self, items: dict[str, Fields]) -> None:
        key_graph([("h", 1.0, items, items)], {})


def scene(**topics: dict[str, Fields]) -> Scene:
    return Scene("h", {name: Read(name, items, 1000.0) for name, items in topics.items()}, 1000.0)


def stands(measure: str, where: Scene, **said: CheckResult) -> tuple[Standing, str]:
    """Return how a measure stands: a check by its name with underscores, and what it says."""
    kind = next(one for one in MEASURES if one.id == measure)
    results = {name.replace("_", "-"): (result, f"{name} says") for name, result in said.items()}
    found = measured(kind, kind.word(where), results)
    return found.standing, found.word


UFW = {"unitfiles": {"ufw.service": {"state": "enabled"}}, "units": {"ufw.service": {"active": "active"}}}
BARE: dict[str, dict[str, Fields]] = {"unitfiles": {}, "units": {}, "protections": {}}


TOPICS = st.sampled_from(["firewall", "protections", "unitfiles", "units", "sockets"])
NAMES = st.text(max_size=8) | st.sampled_from([
    "audit", "apparmor", "selinux", "fail2ban", "disk x", "sends a b", "nft inet f input", "tcp 0.0.0.0:22",
    "rules of audit",
])  # fmt: skip
FIELDS = st.sampled_from([
    "state", "active", "jails", "count", "enabled", "mode", "kind", "rules", "hook", "type", "policy", "running",
])  # fmt: skip
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=9), max_size=4)


class TestMeasures:
    def test_go_by_checks_that_there_are(self) -> None:
        assert BY_ID.keys() >= CHECKS_OF_MEASURES
        assert len({one.id for one in MEASURES}) == len(MEASURES) == 9

    def test_that_are_well_say_what_they_are(self) -> None:
        assert stands("firewall", scene(**UFW), fw_active=PASS, fw_deny=PASS, fw_one=PASS) == (Standing.OK, "ufw")

    def test_with_one_thing_that_is_not_well_warn(self) -> None:
        assert stands("firewall", scene(**UFW), fw_active=PASS, fw_deny=FAIL) == (Standing.WARN, "ufw")

    def test_of_which_there_is_none_are_off(self) -> None:
        assert stands("firewall", scene(**BARE), fw_active=FAIL, fw_deny=FAIL) == (Standing.OFF, "")
        assert stands("logging", scene(**BARE), log_remote=FAIL) == (Standing.OFF, "")

    def test_that_could_not_be_looked_at_are_unknown_never_well_and_never_off(self) -> None:
        assert stands("firewall", scene(), fw_active=UNKNOWN)[0] is Standing.UNKNOWN
        assert stands("firewall", scene(**UFW), fw_active=PASS, fw_deny=UNKNOWN)[0] is Standing.UNKNOWN
        assert stands("firewall", scene(**BARE))[0] is Standing.UNKNOWN
        assert stands("audit", scene(**BARE), aud_on=CheckResult.STALE)[0] is Standing.UNKNOWN
        assert stands("firewall", scene(), fw_active=FAIL)[0] is Standing.WARN

    def test_that_nobody_asks_for_are_not_needed(self) -> None:
        assert stands("antivirus", scene(**BARE), av_on=NONE)[0] is Standing.NOT_NEEDED

    def test_each_has_its_word(self) -> None:
        units = {f"{name}.service": {"active": "active"} for name in ("clamav-daemon", "fail2ban", "chrony")}
        protections: dict[str, Fields] = {
            "fail2ban": {"jails": ["sshd", "recidive"]}, "audit": {"running": True}, "rules of audit": {"count": 43},
            "guard /var/lib/aide/aide.db": {}, "apparmor": {"enabled": True, "enforced": 12},
            "disk dm-0": {"kind": "crypt"}, "sends rsyslog 10.0.0.9": {}, "sends rsyslog b": {},
        }  # fmt: skip
        where = scene(unitfiles={name: {"state": "enabled"} for name in units}, units=units, protections=protections)
        assert {one.id: one.word(where) for one in MEASURES} == {
            "firewall": "", "antivirus": "ClamAV", "banning": "fail2ban 2", "audit": "43 rules", "integrity": "AIDE",
            "access": "AppArmor 12", "disks": "encrypted", "time": "chrony", "logging": "to 10.0.0.9 +1",
        }  # fmt: skip

    @given(st.dictionaries(TOPICS, st.dictionaries(NAMES, st.dictionaries(FIELDS, VALUES, max_size=4), max_size=4)))
    def test_any_facts_are_survived(self, topics: dict[str, dict[str, Fields]]) -> None:
        where = scene(**topics)
        for one in MEASURES:
            measured(one, one.word(where), {})
        filtering(where)

    def test_the_packet_filter_is_told_piece_by_piece(self) -> None:
        found = filtering(scene(firewall=RULES, sockets=SOCKETS, **UFW))
        assert found is not None
        assert found.which == (("ufw", True, True),)
        assert (found.default_four, found.default_six, found.rules) == ("denied", "denied", 3)
        assert ("tcp 0.0.0.0:5432", "allowed from 10.0.0.0/8", True) in found.listeners
        assert ("tcp 0.0.0.0:8080", "blocked", False) in found.listeners

    def test_an_empty_filter_lets_everything_in(self) -> None:
        found = filtering(scene(firewall={}, sockets=SOCKETS, **BARE))
        assert found is not None
        assert (found.which, found.default_four, found.rules) == ((), "let in", 0)
