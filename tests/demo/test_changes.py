"""What becomes different during the story, as the real probe and the real parsers see it."""

from collections.abc import Callable

import pytest
from support.demo_host import DemoHost

from tui_ops.collectors.facts.files import parse_files
from tui_ops.collectors.facts.topics import BY_NAME, HOURS, OFTEN, TOPICS
from tui_ops.collectors.sections import BY_NAME as SECTIONS
from tui_ops.demo.changes import CHANGES
from tui_ops.demo.faults import BACK_S, FAULTS
from tui_ops.demo.inventory import CHANGING_SLOW_PERIOD, inventory_text
from tui_ops.demo.story import Story
from tui_ops.model.facts import Difference, compare
from tui_ops.model.units import parse_duration

OPEN = Callable[..., DemoHost]
MINUTE = 60.0
SHOWN_BY_S = 6.5 * MINUTE
"""When a spectator has all of them: he watches ten minutes."""

EDITED = "/etc/hosts"
"""The file that the inventory names of the host on which somebody edits one."""

SAID = {
    ("db-1.lon", "packages"): [("openssl", "3.0.17-1~deb12u2")],
    ("db-1.lon", "authkeys"): [("bert SHA256:", "bert@new-laptop")],
    ("db-1.nyc", "files"): [("/etc/hosts", "db-1.lon # until the DNS is mended")],
    ("web-01.lon", "sockets"): [("tcp 0.0.0.0:4444", "ncat")],
}
"""Host and topic to the items that differ, and what they then have among their fields."""

BESIDE = {("db-1.lon", "patches")}
"""What differs with it: an update that was taken waits no more."""


def read(host: DemoHost, name: str) -> object:
    topic = BY_NAME[name]
    if name == "files":
        return parse_files(host.ask(name, paths=(EDITED,)), (EDITED,))
    if topic.parse is not None:
        return topic.parse(host.ask(name))
    assert topic.derive is not None
    assert topic.from_section is not None
    return topic.derive(SECTIONS[topic.from_section].parse(host.ask(topic.from_section)))


@pytest.mark.parametrize("name", sorted({host for host, _ in SAID}))
def test_a_few_minutes_later_just_this_differs(open_host: OPEN, name: str) -> None:
    """One package, one key, one file, one port: and in no other topic anything, but for what follows from it."""
    host = open_host(name)
    before = {topic.name: read(host, topic.name) for topic in TOPICS}
    host.at(3 * MINUTE)
    told: dict[str, tuple[Difference, ...]] = {}
    for topic, known in before.items():
        found = read(host, topic)
        differences = compare(known.items, found, BY_NAME[topic].noise).differences  # type: ignore[attr-defined, arg-type]
        if differences:
            told[topic] = differences
    assert {(name, topic) for topic in told} == {place for place in (*SAID, *BESIDE) if place[0] == name}
    for topic, differences in ((topic, one) for topic, one in told.items() if (name, topic) not in BESIDE):
        for one, (item, value) in zip(differences, SAID[name, topic], strict=True):
            assert one.item.startswith(item)
            assert value in str(one.after)


def test_the_list_of_packages_is_sent_again_once_it_differs(open_host: OPEN) -> None:
    """A host says that its packages are as before, until one is upgraded."""
    host = open_host("db-1.lon")
    stamp = BY_NAME["packages"].parse(host.ask("packages")).stamp  # type: ignore[misc]
    assert stamp is not None
    host.at(0.5 * MINUTE)
    assert BY_NAME["packages"].parse(host.ask("packages", (stamp,))).is_same  # type: ignore[misc]
    host.at(3 * MINUTE)
    assert not BY_NAME["packages"].parse(host.ask("packages", (stamp,))).is_same  # type: ignore[misc]


def test_all_of_it_is_read_in_time_on_these_hosts_alone() -> None:
    """The period of their facts ends within minutes; the others keep theirs, which is kinder to the machine."""
    changing = {fault.host for fault in FAULTS if fault.kind in CHANGES}
    text = inventory_text(Story(), 22)
    quick = {line.split(":")[0].strip() for line in text.splitlines() if f"slow_period: {CHANGING_SLOW_PERIOD}" in line}
    assert quick == changing
    # What comes back is read anew by the people of the demo.
    begins = max(fault.begin_s for fault in FAULTS if fault.kind in CHANGES and fault.begin_s < BACK_S)
    for _, topic in SAID:
        periods = BY_NAME[topic].periods
        assert periods in (OFTEN, HOURS)
        assert begins + periods * parse_duration(CHANGING_SLOW_PERIOD) <= SHOWN_BY_S
