"""Every topic of facts of every host, by the real probe and the real parsers."""

from collections.abc import Callable

from support.demo_host import DemoHost

from tui_ops.collectors.dropin import dropin
from tui_ops.collectors.facts.topics import BY_NAME as BY_TOPIC
from tui_ops.collectors.facts.topics import TOPICS
from tui_ops.collectors.privilege import parse_privilege
from tui_ops.collectors.sections import BY_NAME
from tui_ops.demo.factual import UNFILTERED
from tui_ops.demo.programs import programs_of
from tui_ops.demo.software import packages_of
from tui_ops.demo.story import Story
from tui_ops.demo.weak import as_installed
from tui_ops.model.facts import FactReading, compare

OPEN = Callable[..., DemoHost]

BARE = {"suid", "certfiles"}
"""What no host of the demo has: their trees lend nobody's rights, and hold no certificates."""


def facts(host: DemoHost) -> dict[str, FactReading]:
    """Read every topic but the files that an inventory names."""
    found = {}
    for topic in TOPICS:
        if topic.parse is not None:
            found[topic.name] = topic.parse(host.ask(topic.name))
        elif topic.derive is not None and topic.from_section is not None:
            found[topic.name] = topic.derive(BY_NAME[topic.from_section].parse(host.ask(topic.from_section)))
    return found


def test_every_host_says_what_it_is_made_of(open_host: OPEN) -> None:
    """All topics have items, those of the host's own tree and none of this machine: on one host of each role and site
    that is like no other, and where there is no packet filter.
    """
    kinds = {(one.role.name, one.via != "", one.name == UNFILTERED): one for one in Story().hosts}
    for one in kinds.values():
        found = facts(open_host(one.name))
        empty = {name for name, reading in found.items() if not reading.items}
        assert empty - BARE == ({"firewall"} if one.name == UNFILTERED else set()), one.name
        versions = {name.removesuffix(".x86_64"): item["version"] for name, item in found["packages"].items.items()}
        assert versions == {
            name: version.removeprefix("0:") for name, version, _, _ in as_installed(one, packages_of(one))
        }
        owners = {program.owner for program in programs_of(one)}
        assert owners <= found["accounts"].items.keys()
        assert not {name for name in found["sudoers"].items if not name.startswith("/etc/sudoers")}
        assert all(reading.cut == 0 for reading in found.values())


def test_some_hosts_differ_from_those_of_their_role(open_host: OPEN) -> None:
    """A short key, a rule without a password, a login of root by password, a host without a packet filter."""
    keys = facts(open_host("db-2.lon"))["authkeys"].items
    assert [item["account"] for item in keys.values() if item["bits"] == 1024] == ["chloe"]
    rules = facts(open_host("web-02.par"))["sudoers"].items
    assert [item["who"] for item in rules.values() if item["nopasswd"] and item["who"] != "demo"] == ["%app"]
    assert facts(open_host("mq-1.nyc"))["sshdconf"].items["permitrootlogin"]["value"] == "yes"
    assert "hunter2" not in str(facts(open_host("backup-1.lon")))


def test_nothing_differs_by_itself(open_host: OPEN) -> None:
    """Ten minutes later every topic is as it was: what moves is noise, and is declared."""
    host = open_host("web-01.lon", faults=())
    before = facts(host)
    host.at(600.0)
    for name, found in facts(host).items():
        assert compare(before[name].items, found, BY_TOPIC[name].noise).differences == ()


def test_a_host_of_the_demo_has_a_drop_in(open_host: OPEN) -> None:
    """It has what bounds the commands of root, and so they can be written down."""
    found = parse_privilege(open_host("db-1.lon").ask("privilege"))
    assert found.programs["timeout"] == "/usr/bin/timeout"
    assert found.refused == frozenset()
    assert "NOPASSWD: /usr/bin/timeout 5 " in dropin(found.user, [], found.programs, found.disks)
