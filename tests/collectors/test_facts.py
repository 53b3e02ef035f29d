"""Facts of real systems, as data files: data/SYSTEM/TOPIC.txt is what a probe sent, TOPIC.json what it means."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.facts.files import parse_files
from tui_ops.collectors.facts.packages import parse_packages
from tui_ops.collectors.facts.topics import BY_NAME, FILES, TOPICS, Topic
from tui_ops.collectors.sections import BY_NAME as SECTION_OF
from tui_ops.model.facts import FactReading

DATA = Path(__file__).parent / "data"
PATHS = ["/etc/app.conf", "/etc/gone", "/etc/secret", "/etc", "/var/lib/big", "/etc/cut"]
"""What the case of ``files`` was asked for."""

READ = [topic for topic in TOPICS if topic.parse is not None]
DERIVED = [topic for topic in TOPICS if topic.derive is not None]


def cases(topics: list[Topic]) -> list[object]:
    return [
        pytest.param(topic, path, id=f"{topic.name}-{path.parent.name}")
        for topic in topics
        for path in sorted(DATA.glob(f"*/{topic.name}.txt"))
    ]


def told(reading: FactReading) -> dict[str, object]:
    """What stands in the .json of a case; all that is as it mostly is left out."""
    plain = json.loads(json.dumps(asdict(reading), allow_nan=False))
    return {name: value for name, value in plain.items() if name == "items" or value not in ([], 0, None, False)}


@pytest.mark.parametrize(("topic", "path"), cases(READ))
def test_topics(topic: Topic, path: Path) -> None:
    """A run of a topic becomes exactly these items."""
    assert topic.parse is not None
    assert told(topic.parse(path.read_bytes())) == json.loads(path.with_suffix(".json").read_text())


def test_files() -> None:
    """State, hash and content of each that is named, without what looks like a secret."""
    path = DATA / "debian-12-server/files.txt"
    assert told(parse_files(path.read_bytes(), PATHS)) == json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize("topic", READ, ids=lambda topic: topic.name)
def test_every_topic_has_a_case(topic: Topic) -> None:
    """No topic is without a reading."""
    assert cases([topic])


@pytest.mark.parametrize("topic", DERIVED, ids=lambda topic: topic.name)
def test_what_sections_have_read(topic: Topic) -> None:
    """Every real document of a section becomes items of its topic; the same one differs in nothing."""
    assert topic.from_section is not None
    assert topic.derive is not None
    paths = sorted(DATA.glob(f"*/{topic.from_section}.txt"))
    assert len(paths) >= 3
    seen = 0
    for path in paths:
        found = topic.derive(SECTION_OF[topic.from_section].parse(path.read_bytes()))
        assert found.topic == topic.name
        json.dumps(found.items, allow_nan=False)
        seen += len(found.items)
    assert seen > 5


def test_the_same_is_no_reading_of_nothing() -> None:
    """Where the host says that all is as it was, nothing is told to be gone."""
    found = parse_packages(b"run packages\nstamp 77\nsame\n")
    assert (found.is_same, found.stamp, found.items) == (True, 77, {})


def test_a_list_that_broke_off_tells_of_nothing_that_it_is_gone() -> None:
    """Its items are there, and the others unread."""
    body = b"run packages\nstamp 5\ndpkg a\tall\t1\tii \ta\t1\nwhole archive\narchive * * stable\nbroken dpkg\n"
    with pytest.raises(NothingUsable):
        parse_packages(body.replace(b"whole archive\n", b""))
    found = parse_packages(body)
    assert (list(found.items), found.unread) == (["a"], ("",))
    assert found.stamp is None
    assert parse_packages(body.replace(b"broken", b"whole")).stamp == 5


def test_every_topic_is_known_once() -> None:
    """By one name, read by one of the three ways, as often as its host's slow period says."""
    assert len(BY_NAME) == len(TOPICS)
    for topic in TOPICS:
        assert (topic.parse is not None) + (topic.derive is not None) + (topic.name == FILES) == 1
        assert (topic.from_section is None) is (topic.derive is None)
        assert (topic.deadline_s == 0) is (topic.derive is not None)
        assert topic.periods >= 5
