"""Bytes of any kind in facts: bounded, harmless, or the one error of ours."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.dropin import dropin, lines
from tui_ops.collectors.errors import NothingUsable, ProbeError
from tui_ops.collectors.facts import body as fact_body
from tui_ops.collectors.facts import files as file_facts
from tui_ops.collectors.facts.accounts import parse_accounts
from tui_ops.collectors.facts.authkeys import parse_authkeys, parse_key
from tui_ops.collectors.facts.body import LIST_LIMIT, NAME_LIMIT
from tui_ops.collectors.facts.files import masked, parse_files
from tui_ops.collectors.facts.packages import PACKAGES_LIMIT, parse_packages
from tui_ops.collectors.facts.topics import TOPICS, Topic
from tui_ops.collectors.privilege import ROOT_LINES, parse_privilege
from tui_ops.collectors.sections import BY_NAME
from tui_ops.model.clean import clean
from tui_ops.model.facts import FactReading, compare

DATA = Path(__file__).parent / "data"
READ = [topic for topic in TOPICS if topic.parse is not None]
BODIES = {topic.name: [path.read_bytes() for path in sorted(DATA.glob(f"*/{topic.name}.txt"))] for topic in TOPICS}
PATHS = ["/a", "/b"]
TEXT_LIMIT = 2_000
WORDS = (
    b"dpkg rpm apk pacman archive passwd group limit home shadow own keys mine rules effective written mount fstab inet"
    b" inet6 rule table settings readable user script timer unit file rc nft ip4 ip6 ufw whole broken privilege none"
    b" ban audit mac selinux guard ran virus journald rsyslog syslogng upload disk os kernel pkgs age apt conf dnf"
    b" zypper automatic restart stale owned named found now reboot"
    b" stamp same state hash text end defs useradd quality faillock pam profile crypto boot homes public last journal"
    b" bad switch used backend trusted ca principals"
).split()


@st.composite
def bodies(draw: st.DrawFn, name: str) -> bytes:
    """A real body with a stretch of it replaced, or lines of parts with anything in them."""
    if BODIES[name] and draw(st.booleans()):
        body = draw(st.sampled_from(BODIES[name]))
        start = draw(st.integers(0, len(body)))
        stop = draw(st.integers(start, min(len(body), start + 400)))
        other = draw(st.integers(0, len(body)))
        put = draw(st.one_of(st.binary(max_size=40), st.just(body[other : other + 200])))
        return body[:start] + put + body[stop:]
    rest = st.one_of(st.binary(max_size=60), st.sampled_from(WORDS), st.just(b"/etc/x:a b c = d"))
    rows = draw(st.lists(st.tuples(st.sampled_from(WORDS), rest), max_size=12))
    return f"run {name}\n".encode() + b"\n".join(word + b" " + text for word, text in rows)


def check(reading: FactReading) -> None:
    """Plain JSON, bounded; nothing in it could harm a screen; held against itself it differs in nothing."""
    json.dumps(asdict(reading), allow_nan=False)
    for name, fields in reading.items.items():
        assert clean(name, NAME_LIMIT) == name
        for key, value in fields.items():
            assert clean(key, 60) == key
            values = value if isinstance(value, list) else [value]
            assert len(values) <= LIST_LIMIT
            for one in values:
                if isinstance(one, str):
                    assert clean(one, TEXT_LIMIT) == one
                elif one is not None:
                    assert 0 <= one <= 2**63 - 1
    assert compare(reading.items, reading).differences == ()


@pytest.mark.parametrize("topic", READ, ids=lambda topic: topic.name)
@given(data=st.data())
def test_any_bytes(topic: Topic, data: st.DataObject) -> None:
    """A reading that is bounded, or the one error."""
    assert topic.parse is not None
    try:
        check(topic.parse(data.draw(bodies(topic.name))))
    except NothingUsable:
        return


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.derive], ids=lambda topic: topic.name)
@given(data=st.data())
def test_what_comes_from_sections(topic: Topic, data: st.DataObject) -> None:
    """Whatever a section's parser lets through."""
    assert topic.derive is not None
    assert topic.from_section is not None
    try:
        found = BY_NAME[topic.from_section].parse(data.draw(bodies(topic.name)))
    except NothingUsable:
        return
    check(topic.derive(found))


@given(bodies("files"))
def test_files_of_any_bytes(body: bytes) -> None:
    """Only what was asked for; each of it is either told or unread."""
    try:
        found = parse_files(body, PATHS)
    except NothingUsable:
        return
    check(found)
    assert set(found.items) | set(found.unread) == set(PATHS)
    assert not set(found.items) & set(found.unread)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=80).map(b"run privilege\nprogram timeout /usr/bin/timeout\n".__add__),
    )
)
def test_privilege_of_any_bytes(body: bytes) -> None:
    """Nothing of the host but a checked path, a checked disk and a number comes into the drop-in."""
    try:
        found = parse_privilege(body)
    except NothingUsable:
        return
    for line in lines([], found.programs, found.disks):
        assert line.isascii()
        assert line.isprintable() or "\t" in line
    assert "\n" not in dropin("monitor", [], found.programs, found.disks).replace("\n", "", 4)


@pytest.mark.parametrize(
    "line",
    [
        b"disk /dev/sda -d sat\nmonitor ALL=(ALL) NOPASSWD: ALL",
        b"disk /dev/sda sat,ALL=(root) NOPASSWD:/bin/sh",
        b"program find /tmp/find",
        b"program find /usr/bin/find,/bin/sh",
        b"program find /usr/bin/../../tmp/find",
        b"program sed /usr/bin/find",
    ],
)
def test_a_host_writes_nothing_into_its_own_drop_in(line: bytes) -> None:
    """What is not just a program in its place or just a disk is left out."""
    found = parse_privilege(b"run privilege\n" + line + b"\n")
    assert (found.programs, found.disks) == ({}, ())


@pytest.mark.parametrize("topic", READ, ids=lambda topic: topic.name)
def test_nothing_at_all_is_told_as_such(topic: Topic) -> None:
    """An empty frame, or one of something else, is an error with a hint, not an empty reading."""
    assert topic.parse is not None
    for body in (b"", b"run other\nwhole dpkg\n", f"run {topic.name}\n".encode()):
        with pytest.raises(ProbeError) as caught:
            topic.parse(body)
        assert caught.value.hint


def test_a_flood_of_packages() -> None:
    """Those beyond the limit are counted, and none is said to be gone."""
    body = b"run packages\n" + b"".join(b"apk p%d\tall\t1\tp\n" % at for at in range(9_000)) + b"whole apk\n"
    found = parse_packages(body)
    assert (len(found.items), found.cut, found.unread) == (PACKAGES_LIMIT, 3_000, ("",))


KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGWvOWvXQYIqb4l6hTUXUVm3sHxPvJ7fUBjxC8cT2kPv"
PASSWD = b"passwd eve:x:7:7::/home/eve:/bin/sh\npasswd bob:x:8:8::/home/bob:/bin/sh\nwhole passwd\n"


def test_a_flood_of_groups_does_not_multiply() -> None:
    """Four hundred groups of one number, and four thousand accounts that have it: what is kept stays near what was
    sent, and of groups beyond that nothing is said.
    """
    groups = "".join(f"group {number:060}:x:7:\n" for number in range(400))
    accounts = "".join(f"passwd a{number}:x:{number}:7::/:/bin/sh\n" for number in range(3000))
    found = parse_accounts(f"run accounts\n{groups}{accounts}whole group\nwhole passwd\nwhole home\n".encode())
    assert len(json.dumps(found.items)) < 5_000_000
    assert found.items["a0"]["groups"] == [f"{number:060}" for number in range(400)]
    assert "groups" not in found.items["a2999"]
    assert "groups" in found.unread_fields
    assert found.stamp is None


def test_one_line_again_and_again_is_read_as_fast_as_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each further item of one name is counted on from the last one, and those that are too many are told as cut."""
    cleaned = 0

    def counted(value: bytes | str, limit: int = 400) -> str:
        nonlocal cleaned
        cleaned += 1
        return clean(value, limit)

    monkeypatch.setattr(fact_body, "clean", counted)
    items = fact_body.Items(10_000)
    for number in range(5000):
        items.add_another("the same", {"number": number})
    assert len(items.found) == LIST_LIMIT
    assert items.cut == 5000 - LIST_LIMIT
    assert items.found[f"the same ({LIST_LIMIT})"] == {"number": LIST_LIMIT - 1}
    assert cleaned < 3 * 5000


def test_names_that_end_alike_after_a_cut_stay_apart() -> None:
    """Long names that differ only beyond the limit are numbered, and none of them is lost."""
    items = fact_body.Items(10_000)
    for number in range(50):
        items.add_another("x" * NAME_LIMIT + str(number), {"number": number})
    assert [fields["number"] for fields in items.found.values()] == list(range(50))
    assert all(len(name) <= NAME_LIMIT for name in items.found)


def test_a_stamp_is_what_cksum_counts() -> None:
    """A larger one could not be given back to the probe."""
    assert parse_packages(b"run packages\nstamp 4294967295\nwhole pacman\n").stamp == 4294967295
    assert parse_packages(b"run packages\nstamp 4294967296\nwhole pacman\n").stamp is None


def test_nobody_puts_a_key_into_anothers_file() -> None:
    """Each line stands behind the path that grep set before it: what is in it is no path any more."""
    line = b"keys /home/eve/.ssh/authorized_keys:/home/bob/.ssh/authorized_keys:" + KEY + b"\n"
    odd = b"keys /home/eve/.ssh/authorized_keys/../../../bob/.ssh/authorized_keys:" + KEY + b"\n"
    other = b"keys /home/bob/.ssh/known_hosts:" + KEY + b"\nkeys /home/bob/.ssh/authorized_keys.d/x:" + KEY + b"\n"
    found = parse_authkeys(b"run authkeys\n" + PASSWD + line + odd + other + b"keys /root\nwhole keys\n")
    assert not [name for name in found.items if name.startswith("bob ")]


@given(st.binary(max_size=200))
def test_of_a_line_that_is_no_key_nothing_is_kept(line: bytes) -> None:
    """Whatever it is; and of one that is, no more than its parts."""
    key = parse_key(line)
    assert key is None or str(key["fingerprint"]).startswith("SHA256:")
    assert parse_key(b"secret " + line.replace(b"ssh-", b"")) is None


@pytest.mark.parametrize(
    "line",
    [
        "password = hunter2", "DB_PASSWORD=hunter2", "  token: hunter2 more", "secret hunter2", 'api_key="hunter2"',
        "requirepass hunter2", "url=postgres://a:hunter2@db/x", "root:$6$salt$hunter2hunter2hunter2:19000::",
        "psk=hunter2", "aws_secret_access_key = hunter2", "auth_token  hunter2", "'password': 'hunter2',",
    ],
)  # fmt: skip
def test_no_secret_of_a_file_is_kept(line: str) -> None:
    """In none of the ways in which settings spell one."""
    assert "hunter2" not in masked(line)


DES, EXTENDED, HEX = "rl0Xb7Kq.9/aZ", "_J9..rasmBYk8r9AiWNc2", "5f4dcc3b5aa765d61d8327deb882cf99"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"eve:{DES}:19000:0:99999:7:::", "eve:***:19000:0:99999:7:::"),
        (f"eve:!{DES}:19000::::::", "eve:!***:19000::::::"),
        (f"eve:!*{DES}:19000::::::", "eve:!****:19000::::::"),
        ("eve:*LK*a.bc:19000:0:99999:7:::", "eve:****:19000:0:99999:7:::"),
        (f"eve:{EXTENDED}:19000::::::", "eve:***:19000::::::"),
        (f"eve:{DES}:1000:1000:Eve:/home/eve:/bin/sh", "eve:***:1000:1000:Eve:/home/eve:/bin/sh"),
        (f"staff:{DES}:eve:bob,eve", "staff:***:eve:bob,eve"),
        (f"eve:{DES}", "eve:***"),
        (f"eve:{HEX}", "eve:***"),
        ("eve:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "eve:***"),
        ("eve:{SSHA512}W6ph5Mm5Pz8Ggi==:1", "eve:***:1"),
        ("eve:$y$j9T$abcdefgh$abcdefghijkl:19000:0:99999:7:::", "eve:***:19000:0:99999:7:::"),
        (f"identified by '*{'2470C0C0' * 5}'", "identified by '***'"),
    ],
)
def test_no_hash_of_any_age_is_kept(line: str, kept: str) -> None:
    """Of shadow, passwd, gshadow, a web server's accounts and a database: DES, in hexadecimal, with its scheme."""
    assert masked(line) == kept


@pytest.mark.parametrize(
    "line",
    [
        "root:*:19000:0:99999:7:::", "www-data:!:19000::::::", "mail:!!:19000:0:99999:7:::", "open::19000::::::",
        "eve:x:1000:1000:Eve Adams:/home/eve:/bin/bash", "sudo:x:27:eve,bob", "127.0.0.1 localhost", "::1 localhost",
        "10:45:00 started", "listen: 0.0.0.0:8080", "id:3:initdefault:", "server:10.0.0.1:/srv/share",
    ],
)  # fmt: skip
def test_what_is_no_hash_is_kept(line: str) -> None:
    """States of passwords without one, and lines of other files with colons."""
    assert masked(line) == line


def test_a_plain_line_is_kept_as_it_is() -> None:
    """What is no secret is compared in full."""
    for line in ("PermitRootLogin no", "listen = 0.0.0.0:80", "PATH=/usr/bin:/bin", "# passwords are set elsewhere?"):
        assert masked(line).startswith(line[:11])
    assert masked("PermitRootLogin no") == "PermitRootLogin no"


def test_a_private_key_is_not_kept() -> None:
    """Not even where a host sends one."""
    body = b"run files\nfile 1\nstate 600 root root 90 regular file\nhash " + b"a" * 64 + b"  /a\n"
    found = parse_files(body + b"text -----BEGIN OPENSSH PRIVATE KEY-----\ntext b3Blbn\n\nend\n", PATHS)
    assert "text" not in found.items["/a"]
    assert file_facts.FILES_LIMIT == 64


def test_the_table_has_each_line_once() -> None:
    """And each says what it is for."""
    assert len({(line.program, line.words) for line in ROOT_LINES}) == len(ROOT_LINES)
    assert all(line.what for line in ROOT_LINES)
