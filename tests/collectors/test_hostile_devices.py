"""Links, sensors, arrays, disks and machines: bytes of any kind, values that can't be, and what is made of them."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.arrays import parse_arrays
from tui_ops.collectors.diskhealth import read_health
from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.hardware import parse_hardware
from tui_ops.collectors.interfaces import parse_interfaces
from tui_ops.collectors.sensors import parse_sensors
from tui_ops.collectors.smart import parse_smart
from tui_ops.model.clean import clean
from tui_ops.model.metrics import METRICS
from tui_ops.model.readings import SectionReading

DATA = Path(__file__).parent / "data"
ESCAPE = b"\x1b[2J\xe2\x80\xae"

Parser = Callable[[bytes], SectionReading]
PARSERS: dict[str, tuple[Parser, bytes]] = {
    "interfaces": (parse_interfaces, b"links 1\n"),
    "sensors": (parse_sensors, b"sensors read\n"),
    "arrays": (parse_arrays, b"arrays read\n"),
    "smart": (parse_smart, b"state read\n"),
    "hardware": (parse_hardware, b"uname Linux 6.1 x86_64\n"),
}
"""By section: its parser, and the line without which there is no reading."""

BODIES = {name: [path.read_bytes() for path in sorted(DATA.glob(f"*/{name}.txt"))] for name in PARSERS}


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def check(reading: SectionReading) -> None:
    """Whatever came, the reading is plain JSON of harmless texts and numbers that the store can hold."""
    json.dumps(reading.document, allow_nan=False)
    statuses = [(status.subject, status.text) for status in reading.statuses]
    for leaf in leaves([reading.document, statuses, list(reading.gauges)]):
        if isinstance(leaf, str):
            assert clean(leaf, 400) == leaf
        elif isinstance(leaf, int | float):
            assert -(2**63) <= leaf < 2**63
    for name, label in reading.gauges:
        assert METRICS[name].label
        assert clean(label, 120) == label != ""
    assert all(text for _, text in statuses)


def entries(reading: SectionReading, name: str) -> list[dict[str, object]]:
    found = reading.document[name]
    assert isinstance(found, list)
    return found


def told(reading: SectionReading) -> list[tuple[str, str]]:
    return [(status.severity.value, status.text) for status in reading.statuses]


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A real body with stretches of it replaced by other bytes, taken out or doubled."""
    body = draw(st.sampled_from(BODIES[name]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        stop = draw(st.integers(start, min(len(body), start + 200)))
        middle = draw(st.one_of(st.binary(max_size=30), st.just(body[start:stop] * 2), st.just(b"9" * 25)))
        body = body[:start] + middle + body[stop:]
    return body


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
def test_any_bytes(name: str, data: st.DataObject) -> None:
    """A reading that can be stored and shown, or the one error."""
    parser, head = PARSERS[name]
    body = data.draw(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(head.__add__), damaged(name)))
    try:
        check(parser(body))
    except NothingUsable:
        assert not body.startswith(head)


@pytest.mark.parametrize("name", PARSERS)
def test_nothing_at_all_is_told_as_such(name: str) -> None:
    """An empty frame is an error with a hint; the head alone is a host that has none of it."""
    parser, head = PARSERS[name]
    with pytest.raises(NothingUsable) as caught:
        parser(b"")
    assert caught.value.hint
    reading = parser(head)
    check(reading)
    assert reading.statuses == ()


FLOODS = {
    "interfaces": [b"link eth%d physical up 1 1000 full 1500 00:00:00:00:00:01 1\naddr 1: eth0 inet 10.0.0.%d/8\n"],
    "sensors": [
        b"s temperature same hwmon%d/temp%d 90000 80000 85000 same\n",
        b"supply s%d Battery 0 %d Discharging\n",
    ],
    "arrays": [
        b"md md%d : active raid1 sdb[%d](F) sda[0]\nmd       10 blocks [2/1] [_U]\n",
        b"pool DEGRADED p%d%d\n",
        b"zpool p%d\t1\t1\t%d\tDEGRADED\n",
        b"zsay   pool: p%d\nzsay config:\nzsay sda%d FAULTED\n",
    ],
    "smart": [b'smart /dev/sd%d - {"smart_status":{"passed":false},"model_name":"%d"}\n'],
    "hardware": [b"disk sd%d 100 1 0 a\tb%d\n", b"cpu physical id : %d\ncpu cpu cores : %d\n", b"dmi f%d x%d\n"],
}


@pytest.mark.parametrize("name", PARSERS)
def test_floods_are_cut(name: str) -> None:
    """Thousands of anything give a document of bounded size, in a moment."""
    parser, head = PARSERS[name]
    for line in FLOODS[name]:
        started = time.process_time()
        reading = parser(head + b"".join(line % (at, at % 200) for at in range(20_000)))
        assert time.process_time() - started < 2
        check(reading)
        assert len(json.dumps(reading.document)) < 120_000
        assert len(reading.gauges) <= 128
        assert len(reading.statuses) <= 128


@pytest.mark.parametrize("name", PARSERS)
def test_one_endless_line_is_cut(name: str) -> None:
    """Neither one word nor a million blanks takes long or comes out whole."""
    parser, head = PARSERS[name]
    for word in (b"link", b"addr", b"s", b"supply", b"md", b"zpool", b"zsay", b"smart", b"cpu", b"disk", b"dmi x"):
        for filling in (b"A", b" ", b"a ", b"\t", b"[", b"1:", b"(F)", b"U_"):
            started = time.process_time()
            reading = parser(head + word + b" x " + filling * (500_000 // len(filling)) + b"\n")
            assert time.process_time() - started < 2
            check(reading)
            assert len(json.dumps(reading.document)) < 4_000


class TestInterfaces:
    LINK = b"links 1\nlink eth0 physical up 1 %s full 1500 00:1b:21:00:00:01 3\n"

    @pytest.mark.parametrize("speed", [b"-1", b"4294967295", b"65535", b"0", b"-", b"1e3", b"99999999999999999999"])
    def test_speeds_that_mean_unknown(self, speed: bytes) -> None:
        """What a driver says when it does not know is no speed."""
        assert entries(parse_interfaces(self.LINK % speed), "interfaces")[0]["speed_mbit"] is None

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (b"2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0", ["10.0.0.5/24"]),
            (b"2: eth0    inet 10.8.0.1 peer 10.8.0.2/32 scope global eth0", ["10.8.0.1"]),
            (b"2: eth0    inet6 fe80::1/64 scope link tentative", ["fe80::1/64"]),
            (b"2: eth0@if7    inet 10.0.0.5/24 scope global", ["10.0.0.5/24"]),
            (b"2: eth0: <UP> mtu 1500 link/ether 00:1b:21:00:00:01", []),
            (b"2: eth0    inet 10.0.0.500/24 scope global", []),
            (b"2: eth0    inet " + ESCAPE, []),
            (b"2: eth0    inet 10.0.0.5/99 scope global", []),
            (b"2: eth0", []),
        ],
    )
    def test_lines_of_ip(self, line: bytes, expected: list[str]) -> None:
        """Only what is an address becomes one."""
        reading = parse_interfaces(self.LINK % b"1000" + b"addr " + line + b"\n")
        assert [one["addresses"] for one in entries(reading, "interfaces")] == [expected]

    def test_addresses_without_a_link(self) -> None:
        """Where /sys is not to be had, the addresses alone still show the interfaces."""
        reading = parse_interfaces(b"links 0\naddr 1: lo inet 127.0.0.1/8 scope host lo\n")
        assert [(one["name"], one["kind"], one["state"]) for one in entries(reading, "interfaces")] == [
            ("lo", "", "unknown")
        ]

    def test_a_name_that_paints(self) -> None:
        """Names are made harmless, kinds that nobody knows are left out."""
        link = entries(parse_interfaces(b"links 1\nlink " + ESCAPE + b" evil up 1 1 full 1 x 1\n"), "interfaces")[0]
        assert (link["name"], link["kind"], link["mac"]) == ("␛[2J\\u202e", "", "")


class TestSensors:
    @pytest.mark.parametrize(
        "line",
        [
            b"temperature chip hwmon0/temp1 127000 - - ",
            b"temperature chip hwmon0/temp1 128000 - - ",
            b"temperature chip hwmon0/temp1 -128000 - - ",
            b"temperature chip hwmon0/temp1 -51000 - - ",
            b"temperature chip hwmon0/temp1 201000 - - ",
            b"temperature chip hwmon0/temp1 99999999999999999999 - - ",
            b"fan chip hwmon0/fan1 65535 - - ",
            b"fan chip hwmon0/fan1 -1 - - ",
            b"power chip hwmon0/power1 99999999999999 - - ",
            b"humidity chip hwmon0/humidity1 50000 - - ",
            b"temperature chip ../../etc 50000 - - ",
            b"temperature chip hwmon0/temp1 - - - ",
            b"temperature chip hwmon0/temp1 1e4 - - ",
            b"temperature chip",
        ],
    )
    def test_what_can_not_be_is_left_out(self, line: bytes) -> None:
        """Sensors that are not soldered to anything are no alarm and no row."""
        reading = parse_sensors(b"sensors read\ns " + line + b"\n")
        assert (reading.gauges, reading.statuses, reading.document["sensors"]) == ({}, (), [])

    @pytest.mark.parametrize(
        ("limits", "expected"),
        [
            (b"80000 90000", []),
            (b"70000 90000", ["warning"]),
            (b"71000 90000", []),
            (b"60000 70000", ["critical"]),
            (b"- 70000", ["critical"]),
            (b"0 0", []),
            (b"-128000 -1000", []),
            (b"65261850 65261850", []),
        ],
    )
    def test_limits(self, limits: bytes, expected: list[str]) -> None:
        """A limit counts from its own value on, and only if somebody can have set it."""
        reading = parse_sensors(b"sensors read\ns temperature chip hwmon0/temp1 70000 " + limits + b" CPU\n")
        assert [severity for severity, _ in told(reading)] == expected

    def test_an_input_that_boards_leave_open_is_never_judged(self) -> None:
        """It is shown, for somebody may have put a sensor there, but says nothing."""
        reading = parse_sensors(b"sensors read\ns temperature nct6775 hwmon0/temp3 113000 80000 100000 AUXTIN0\n")
        assert reading.statuses == ()
        assert reading.gauges == {("sensor.temperature", "nct6775/AUXTIN0"): 113.0}

    def test_names_are_unique(self) -> None:
        """Two chips of one name, and two sensors of one name, keep apart; a name that looks numbered too."""
        rows = [b"hwmon1/temp1 A", b"hwmon1/temp2 A", b"hwmon1/temp3 A 2", b"hwmon10/temp1 A", b"hwmon2/temp1 A"]
        body = b"".join(b"s temperature c %s 1000 - - %s\n" % tuple(row.split(b" ", 1)) for row in rows)
        labels = [label for _, label in parse_sensors(b"sensors read\n" + body).gauges]
        assert labels == ["c/A", "c/A 2", "c/A 2 2", "c-2/A", "c-3/A"]

    def test_of_a_large_machine_single_cores_are_left_out_first(self) -> None:
        """Packages, disks and fans stay."""
        cores = b"".join(b"s temperature coretemp hwmon0/temp%d 40000 - - Core %d\n" % (at, at) for at in range(2, 200))
        body = b"sensors read\ns temperature coretemp hwmon0/temp1 50000 - - Package id 0\n" + cores
        labels = {label for _, label in parse_sensors(body + b"s fan board hwmon1/fan1 900 - - \n").gauges}
        assert len(labels) == 128
        assert {"coretemp/Package id 0", "coretemp/Core 2", "board/fan1"} <= labels

    @pytest.mark.parametrize(
        ("supplies", "expected"),
        [
            ([b"AC Mains 0 - ", b"BAT0 Battery - 57 Discharging"], ["on battery, 57 % left"]),
            ([b"AC Mains 0 - ", b"BAT0 Battery - - Discharging"], ["on battery"]),
            ([b"AC Mains 1 - ", b"BAT0 Battery - 57 Discharging"], []),
            ([b"AC Mains 0 - ", b"BAT0 Battery - 57 Not charging"], []),
            ([b"AC Mains 0 - ", b"C1 USB 1 - ", b"BAT0 Battery - 57 Discharging"], []),
            ([b"BAT0 Battery - 57 Discharging"], []),
            ([b"AC Mains 0 - "], []),
        ],
    )
    def test_on_battery(self, supplies: list[bytes], expected: list[str]) -> None:
        """Only a mains that is away and a battery that empties are worth a word together."""
        body = b"sensors read\n" + b"".join(b"supply " + line + b"\n" for line in supplies)
        assert [text for _, text in told(parse_sensors(body))] == expected


class TestArrays:
    @pytest.mark.parametrize(
        ("first", "second", "third", "state", "severity"),
        [
            (b"active raid1 sdb[1] sda[0]", b"[2/2] [UU]", b"", "active", None),
            (b"active raid1 sdb[1](F) sda[0]", b"[2/1] [U_]", b"", "degraded", "critical"),
            (b"active raid1 sdb[1](F) sda[0](F)", b"[2/0] [__]", b"", "failed", "critical"),
            (b"active raid5 sdc[2] sdb[1](F) sda[0](F)", b"[3/1] [__U]", b"", "failed", "critical"),
            (b"active raid6 sdd[3] sdc[2]", b"[4/2] [__UU]", b"", "degraded", "critical"),
            (b"active raid0 sdb[1](F) sda[0]", b"64k chunks", b"", "failed", "critical"),
            (
                b"active raid1 sdb[2] sda[0]",
                b"[2/1] [U_]",
                b"recovery = 5.0% (1/2) finish=1.0min",
                "rebuilding",
                "warning",
            ),
            (b"active raid1 sdb[2] sda[0]", b"[2/1] [U_]", b"resync=DELAYED", "degraded", "critical"),
            (b"active raid1 sdb[1] sda[0]", b"[2/2] [UU]", b"resync=DELAYED", "active", None),
            (
                b"active raid1 sdb[1] sda[0]",
                b"[2/2] [UU]",
                b"resync = 9.9% (1/2) finish=1.0min",
                "rebuilding",
                "warning",
            ),
            (
                b"active raid5 sdb[1] sda[0]",
                b"[2/2] [UU]",
                b"reshape = 0.0% (1/2) finish=9e9min",
                "rebuilding",
                "warning",
            ),
            (b"active raid1 sdb[1] sda[0]", b"[2/2] [UU]", b"check = 1.5% (1/2) finish=3.0min", "checking", None),
            (b"active (read-only) raid1 sdb[1] sda[0]", b"[2/2] [UU]", b"", "active", None),
            (b"inactive sdb[1](S) sda[0](S)", b"super 1.2", b"", "inactive", "critical"),
        ],
    )
    def test_states_of_md(self, first: bytes, second: bytes, third: bytes, state: str, severity: str | None) -> None:
        """What an operator has to do differs, so the states do."""
        body = b"arrays read\nmd md0 : %s\nmd       100 blocks %s\nmd       [>....]  %s\n" % (first, second, third)
        reading = parse_arrays(body)
        assert [one["state"] for one in entries(reading, "arrays")] == [state]
        assert [one for one, _ in told(reading)] == ([severity] if severity else [])

    def test_the_frame_around_arrays_of_the_firmware_is_none(self) -> None:
        """It is never active, and nothing is wrong with it."""
        body = b"arrays read\nmd md0 : inactive sda[0](S)\nmd       5 blocks super external:imsm\n"
        assert parse_arrays(body).document["arrays"] == []

    def test_a_zpool_that_gives_no_answer(self) -> None:
        """No answer is not health."""
        reading = parse_arrays(b"arrays read\nzpool exit 124\n")
        assert [status.severity.value for status in reading.statuses] == ["unknown"]
        assert "no answer" in str(reading.document["text"])

    def test_a_pool_that_is_suspended(self) -> None:
        """The kernel's word is enough: zpool is not asked, for it would wait for ever."""
        reading = parse_arrays(b"arrays read\npool ONLINE rpool\npool SUSPENDED tank\n")
        assert told(reading) == [("critical", "pool tank is SUSPENDED")]
        assert "not asked" in str(reading.document["text"])

    def test_states_that_nobody_knows_are_no_health(self) -> None:
        """A pool whose state is a lie is not shown as well."""
        reading = parse_arrays(b"arrays read\npool " + ESCAPE + b" tank\n")
        assert told(reading) == [("critical", "pool tank is UNKNOWN")]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
REAL = [
    json.loads(line.split(b" ", 3)[3])
    for body in BODIES["smart"]
    for line in body.split(b"\n")
    if line.startswith(b"smart ") and line.split(b" ", 3)[3].startswith(b"{")
]


@st.composite
def twisted(draw: st.DrawFn) -> object:
    """A real answer of smartctl in which some values are of another kind."""
    said = json.loads(json.dumps(draw(st.sampled_from(REAL))))
    for _ in range(draw(st.integers(1, 4))):
        place = said
        while isinstance(place, dict | list) and place:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if draw(st.booleans()) or not isinstance(place[key], dict | list):
                place[key] = draw(anything)
                break
            place = place[key]
    return said


class TestSmart:
    @given(twisted())
    def test_answers_of_any_shape(self, said: object) -> None:
        """Numbers that are texts, lists that are numbers: a health with what can be used."""
        read_health(said)
        check(parse_smart(b"state read\nsmart /dev/sda - " + json.dumps(said).encode() + b"\n"))

    @pytest.mark.parametrize(
        "answer",
        [
            b"[" * 60_000,
            b'{"a":' * 10_000,
            b'{"temperature":{"current":' + b"9" * 5000 + b"}}",
            b'{"temperature":{"current":1e999},"power_on_time":{"hours":NaN}}',
            b'{"smart_status":{"passed":"yes"},"ata_smart_attributes":{"table":{"5":1}}}',
            b'{"smart_status":{"passed":fal',
            b"\xff\xfe\x00",
            b"null",
        ],
    )
    def test_answers_that_are_none(self, answer: bytes) -> None:
        """The disk is shown, without a judgement."""
        reading = parse_smart(b"state read\nsmart /dev/sda - " + answer + b"\n")
        check(reading)
        (disk,) = entries(reading, "disks")
        assert (disk["passed"], disk["temperature"], disk["hours"]) == (None, None, None)
        assert reading.statuses == ()

    @pytest.mark.parametrize(
        "device",
        [b"/dev/sda;reboot", b"/etc/passwd", b"/dev/", b"sda", b"/dev/../etc/x", ESCAPE, b"/dev/" + b"a" * 500],
    )
    def test_devices_that_are_none(self, device: bytes) -> None:
        """Only what can be a device becomes a row."""
        reading = parse_smart(b"state read\nsmart " + device + b' - {"smart_status":{"passed":false}}\n')
        assert (reading.document["disks"], reading.statuses) == ([], ())

    def test_the_serial_number_is_not_kept(self) -> None:
        """It is in every answer, and in no reading."""
        serials = [said["serial_number"] for said in REAL if "serial_number" in said]
        assert len(serials) > 10
        for body in BODIES["smart"]:
            reading = parse_smart(body)
            shown = json.dumps([reading.document, [status.text for status in reading.statuses]])
            assert not any(serial in shown for serial in serials)

    def test_a_word_of_denial_beside_real_figures_is_not_the_answer(self) -> None:
        """A disk that tells its health but not everything is judged."""
        said = {
            "smart_status": {"passed": True},
            "smartctl": {"messages": [{"string": "SCT: Operation not permitted"}]},
        }
        (disk,) = entries(parse_smart(b"state read\nsmart /dev/sda - " + json.dumps(said).encode()), "disks")
        assert (disk["passed"], disk["text"]) == (True, "")


class TestHardware:
    HEAD = b"uname Linux 6.1 x86_64\n"

    @pytest.mark.parametrize(
        "text",
        [
            b"To Be Filled By O.E.M.",
            b"System Product Name",
            b"Default string",
            b"Not Specified",
            b"None",
            b"0123456789",
            b"00000000",
            b" ",
            b"x.x",
        ],
    )
    def test_what_makers_leave_in_a_field_is_nothing(self, text: bytes) -> None:
        """Filler is not a name."""
        assert parse_hardware(self.HEAD + b"dmi product_name " + text + b"\n").document["product"] == ""

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (b"virtual kvm\nhypervisor yes\n", "kvm"),
            (b"container podman\nhypervisor yes\n", "podman"),
            (b"hypervisor no\ndmi sys_vendor Microsoft Corporation\n", "none"),
            (b"hypervisor yes\ndmi sys_vendor Microsoft Corporation\n", "microsoft"),
            (b"dmi sys_vendor Microsoft Corporation\n", ""),
            (b"dmi sys_vendor QEMU\n", "kvm"),
            (b"hypervisor yes\ndmi sys_vendor VMware, Inc.\n", "vmware"),
            (b"hypervisor yes\n", "vm-other"),
            (b"", ""),
        ],
    )
    def test_what_it_runs_on(self, lines: bytes, expected: str) -> None:
        """systemd's word first, then a container's mark, then what CPU and firmware say together."""
        assert parse_hardware(self.HEAD + lines).document["virtual"] == expected

    @pytest.mark.parametrize(
        ("lines", "model", "threads"),
        [
            (
                b"cpu processor : 0\ncpu CPU part : 0xd03\ncpu processor : 1\ncpu CPU part : 0xD08\n",
                "Cortex-A53 + Cortex-A72",
                2,
            ),
            (
                b"cpu Processor\t: ARMv6-compatible processor rev 7 (v6l)\n",
                "ARMv6-compatible processor rev 7 (v6l)",
                None,
            ),
            (b"cpu processor : 0\ncpu cpu\t: POWER9 (raw), altivec supported\n", "POWER9 (raw), altivec supported", 1),
            (b"cpu processor 0: version = FF,  identification = 1\n", "", 1),
            (b"cpu Hardware : BCM2835\n", "BCM2835", None),
        ],
    )
    def test_cpus_of_other_kinds(self, lines: bytes, model: str, threads: int | None) -> None:
        """Not every cpuinfo has a model name."""
        document = parse_hardware(self.HEAD + lines).document
        assert (document["cpu"], document["threads"], document["cores"]) == (model, threads, None)
