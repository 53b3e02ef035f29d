"""The section ``sensors``: temperatures, fans, power draw, and what the machine is fed by.

The body is a list of lines, each beginning with a word that says what it is::

    sensors read
    s KIND CHIP PLACE VALUE HIGH CRITICAL LABEL     one sensor; the label may be empty or hold blanks
    supply NAME TYPE ONLINE CAPACITY STATUS         one power supply; the status may hold blanks

PLACE is ``hwmon2/temp1``: which chip and which of its inputs. Temperatures are in thousandths of a degree, fans in
revolutions a minute, power in millionths of a watt. A ``-`` stands for what the kernel does not tell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.metrics import Key
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "sensors"

SENSORS_LIMIT = 128
"""Sensors of one host that are kept; of larger machines the single cores are left out first."""

SUPPLIES_LIMIT = 16
"""Power supplies and batteries: servers have two, laptops three."""

LINES_LIMIT = 1_000
"""Lines of one body: three times as many as the probe writes."""

CHIP_LIMIT, NAME_LIMIT, WORD_LIMIT = 40, 60, 20
"""Characters of a chip, a sensor and a state: real ones have at most half as many."""

COLDEST, HOTTEST = -50.0, 200.0
"""Degrees Celsius between which a sensor is believed, and its limits too."""

UNCONNECTED = frozenset({127.0, 127.5, 128.0})
"""Degrees that a chip reads where no sensor is soldered to it."""

FASTEST_RPM = 60_000.0
"""Above it a fan's value is the counter's own limit: the fastest of servers turn 30,000 times a minute."""

POWER_LIMIT_W = 100_000.0
"""More than any one machine draws."""

UNITS = {"temperature": "°C", "fan": "rpm", "power": "W"}
"""The kinds of sensor, and the unit of each."""

_SCALE = {"temperature": 1e-3, "fan": 1.0, "power": 1e-6}
_PLACE = re.compile(rb"([a-z]+)([0-9]{0,4})/([a-z]+)([0-9]{1,4})", re.ASCII)
_CORE = re.compile(r"Core [0-9]+", re.ASCII)
_FLOATING = re.compile(r"AUXTIN", re.ASCII)
"""Inputs of board chips that most boards leave open: they read anything, so they are shown but never judged."""


@dataclass(slots=True)
class _Sensor:
    chip: str
    place: tuple[bytes, int, bytes, int]
    """Folder and its number, kind and number of the input: the order in which they are shown."""
    kind: str
    name: str
    value: float
    high: float | None
    critical: float | None

    @property
    def label(self) -> str:
        return f"{self.chip}/{self.name}"

    @property
    def broken(self) -> tuple[Severity, float] | None:
        """How bad it is, and the limit that is reached; None where all is well or nothing can be said."""
        if self.kind == "fan" or _FLOATING.match(self.name):
            return None
        if self.critical is not None and self.value >= self.critical:
            return Severity.CRITICAL, self.critical
        if self.high is not None and self.value >= self.high:
            return Severity.WARNING, self.high
        return None


@dataclass(slots=True)
class _Supply:
    name: str
    type: str
    online: bool | None
    percent: int | None
    status: str


def parse_sensors(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        Gauges ``sensor.*`` in °C, rpm and W; one status for each chip with a sensor beyond its limit, and one for a
        machine that runs on its battery; a document with the sensors and supplies, empty for most virtual machines.

    Raises:
        NothingUsable: it is not a run of this section.
    """
    sensors: list[_Sensor] = []
    supplies: list[_Supply] = []
    is_run = False
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if line == b"sensors read":
            is_run = True
        elif word == b"s":
            sensors += _sensor(text.split(None, 6))
        elif word == b"supply" and len(supplies) < SUPPLIES_LIMIT:
            supplies += _supply(text.split(None, 4))
    if not is_run:
        raise NothingUsable("the host does not tell its sensors", "look whether /sys is mounted and readable there")
    sensors = _chosen(sorted(sensors, key=lambda sensor: sensor.place))
    _make_unique(sensors)
    return SectionReading(
        section=SECTION,
        gauges=_gauges(sensors),
        statuses=(*_judge_sensors(sensors), *_judge_supplies(supplies)),
        document={
            "sensors": [_sensor_entry(sensor) for sensor in sensors],
            "supplies": [_supply_entry(supply) for supply in supplies],
        },
    )


def _signed(word: bytes) -> int | None:
    value = whole(word.removeprefix(b"-"))
    return -value if value is not None and word.startswith(b"-") else value


def _is_believable(kind: str, value: float) -> bool:
    if kind == "temperature":
        return COLDEST <= value <= HOTTEST and value not in UNCONNECTED
    return 0 <= value <= (FASTEST_RPM if kind == "fan" else POWER_LIMIT_W)


def _limit(kind: str, word: bytes) -> float | None:
    """Return a limit that a chip or a firmware sets on purpose; many are zero, or the largest number there is."""
    raw = _signed(word)
    value = None if raw is None else round(raw * _SCALE[kind], 1)
    return value if value is not None and 0 < value <= (HOTTEST if kind == "temperature" else POWER_LIMIT_W) else None


def _sensor(fields: list[bytes]) -> list[_Sensor]:
    """Read one sensor; none for a line that is broken or a value that can't be."""
    place = _PLACE.fullmatch(fields[2]) if len(fields) >= 6 else None
    kind = clean(fields[0], WORD_LIMIT) if place else ""
    raw = _signed(fields[3]) if place else None
    if place is None or kind not in UNITS or raw is None:
        return []
    value = round(raw * _SCALE[kind], 1)
    if not _is_believable(kind, value):
        return []
    folder = (place[1], int(place[2] or b"0"), place[3], int(place[4]))
    label = fields[6].strip() if len(fields) > 6 else b""
    name = clean(label or place[3] + place[4], NAME_LIMIT)
    chip = clean(fields[1].removeprefix(b"-") or place[1], CHIP_LIMIT)
    return [_Sensor(chip, folder, kind, name, value, _limit(kind, fields[4]), _limit(kind, fields[5]))]


def _supply(fields: list[bytes]) -> list[_Supply]:
    if len(fields) < 4:
        return []
    percent = whole(fields[3])
    status = fields[4].strip() if len(fields) > 4 else b""
    return [
        _Supply(
            name=clean(fields[0], NAME_LIMIT),
            type="" if fields[1] == b"-" else clean(fields[1], WORD_LIMIT),
            online={b"1": True, b"2": True, b"0": False}.get(fields[2]),
            percent=percent if percent is not None and percent <= 100 else None,
            status="" if status in (b"Unknown", b"-") else clean(status, WORD_LIMIT),
        )
    ]


def _chosen(sensors: list[_Sensor]) -> list[_Sensor]:
    """Return at most as many sensors as are kept, single cores left out first."""
    spare = len(sensors) - SENSORS_LIMIT
    kept = []
    for sensor in reversed(sensors):
        if spare > 0 and _CORE.fullmatch(sensor.name):
            spare -= 1
        else:
            kept.append(sensor)
    return kept[::-1][:SENSORS_LIMIT]


def _free(name: str, sign: str, taken: set[str]) -> str:
    """Return the name, numbered from 2 on if it is taken; it is taken then."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}{sign}{number}"
    taken.add(found)
    return found


def _make_unique(sensors: list[_Sensor]) -> None:
    """Number chips of one name (two sockets), and sensors of one name within a chip."""
    chips: dict[tuple[str, bytes, int], str] = {}
    taken_chips: set[str] = set()
    taken: set[str] = set()
    for sensor in sensors:
        which = (sensor.chip, *sensor.place[:2])
        if which not in chips:
            chips[which] = _free(sensor.chip, "-", taken_chips)
        sensor.chip = chips[which]
        sensor.name = _free(sensor.label, " ", taken)[len(sensor.chip) + 1 :]


def _gauges(sensors: Iterable[_Sensor]) -> dict[Key, float]:
    return {(f"sensor.{sensor.kind}", sensor.label): sensor.value for sensor in sensors}


def _figure(kind: str, value: float) -> str:
    return f"{value:.0f} {UNITS[kind]}" if value == int(value) else f"{value:.1f} {UNITS[kind]}"


def _judge_sensors(sensors: list[_Sensor]) -> list[Status]:
    """Return one status a chip, of its worst sensor: a socket that runs hot has thirty cores that say so."""
    worst: dict[str, tuple[Severity, float, _Sensor]] = {}
    counts: dict[str, int] = {}
    for sensor in sensors:
        if sensor.broken is None:
            continue
        severity, limit = sensor.broken
        counts[sensor.chip] = counts.get(sensor.chip, 0) + 1
        other = worst.get(sensor.chip)
        if other is None or _rank(severity, sensor) > _rank(other[0], other[2]):
            worst[sensor.chip] = severity, limit, sensor
    return [_chip_status(severity, limit, sensor, counts[chip]) for chip, (severity, limit, sensor) in worst.items()]


def _rank(severity: Severity, sensor: _Sensor) -> tuple[bool, float]:
    return severity is Severity.CRITICAL, sensor.value


def _chip_status(severity: Severity, limit: float, sensor: _Sensor, count: int) -> Status:
    word = "critical" if severity is Severity.CRITICAL else "high"
    text = f"{sensor.label} at {_figure(sensor.kind, sensor.value)}, {word} from {_figure(sensor.kind, limit)}"
    return Status(sensor.chip, severity, text if count == 1 else f"{text}, and {count - 1} more")


def _judge_supplies(supplies: list[_Supply]) -> list[Status]:
    """Return a status for a machine whose mains is away while its battery empties."""
    mains = [supply for supply in supplies if supply.type == "Mains"]
    fed = any(supply.online for supply in supplies if supply.type in ("Mains", "USB"))
    empty = [supply for supply in supplies if supply.type in ("Battery", "UPS") and supply.status == "Discharging"]
    if fed or not empty or not any(supply.online is False for supply in mains):
        return []
    left = [supply.percent for supply in empty if supply.percent is not None]
    return [Status("power", Severity.WARNING, f"on battery, {max(left)} % left" if left else "on battery")]


def _sensor_entry(sensor: _Sensor) -> dict[str, object]:
    return {
        "chip": sensor.chip,
        "name": sensor.name,
        "kind": sensor.kind,
        "value": sensor.value,
        "high": sensor.high,
        "critical": sensor.critical,
    }


def _supply_entry(supply: _Supply) -> dict[str, object]:
    return {
        "name": supply.name,
        "type": supply.type,
        "online": supply.online,
        "percent": supply.percent,
        "status": supply.status,
    }
