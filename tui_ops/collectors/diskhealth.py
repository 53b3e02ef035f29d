"""What smartctl writes of one disk as JSON: the same few figures out of ATA, NVMe and SCSI."""

from dataclasses import dataclass, field

from tui_ops.model.clean import clean

MODEL_LIMIT = 80
"""Characters of a model: the longest have forty."""

MESSAGE_LIMIT = 160
"""Characters of what smartctl complains of."""

MESSAGES_LIMIT = 16
"""Messages that are looked at: real answers have one or two."""

ATTRIBUTES_LIMIT = 256
"""Attributes of one disk: an ATA disk has room for thirty."""

COUNT_LIMIT = 2**32
"""Sectors and errors: some firmware puts other things into the bits above."""

HOURS_LIMIT = 1_000_000
"""A century: what is above counts minutes, or nothing at all."""

COLDEST, HOTTEST = -50, 200
"""Degrees Celsius between which a disk is believed."""

WEAR_LIMIT = 255
"""Percent: NVMe counts on beyond the rated life, up to here."""

LIFE_LEFT = frozenset(
    {
        "Wear_Leveling_Count",
        "SSD_Life_Left",
        "Media_Wearout_Indicator",
        "Percent_Lifetime_Remain",
        "Remaining_Lifetime_Perc",
    }
)
"""Attributes whose normalised value is the percentage of life that is left. By name, for other makers give the same
numbers other meanings."""

WARNINGS = (
    "spare space is below its threshold",
    "temperature is out of its limits",
    "reliability is degraded",
    "it is read-only",
    "its backup of volatile memory failed",
    "its persistent memory region is read-only",
)
"""The bits of NVMe's critical warning, from the lowest."""

_REALLOCATED, _HOURS, _AIRFLOW, _TEMPERATURE, _PENDING, _UNCORRECTABLE = 5, 9, 190, 194, 197, 198


@dataclass(slots=True)
class Health:
    """What one disk says of itself. None stands for what it does not tell."""

    model: str = ""
    passed: bool | None = None
    """Its own judgement."""
    temperature: int | None = None
    """In °C."""
    hours: int | None = None
    """In which it had power."""
    reallocated: int | None = None
    """Sectors that were replaced by spare ones; of SCSI disks the grown defects."""
    pending: int | None = None
    """Sectors that could not be read, and are replaced when they are written."""
    uncorrectable: int | None = None
    """Sectors that can't be read for good; of NVMe disks the media errors."""
    wear: int | None = None
    """Percent of its rated life that is used, of flash."""
    text: str = ""
    """What is wrong with it, or why it tells nothing."""
    messages: list[str] = field(default_factory=list)
    """What smartctl itself had to say."""

    @property
    def is_told(self) -> bool:
        """Whether there is anything to judge."""
        return self.passed is not None or self.hours is not None or self.temperature is not None


def read_health(said: object) -> Health:
    """Read the JSON of ``smartctl -H -A -i``. Data of any shape gives a health."""
    health = Health(model=_model(said), passed=_truth(_at(said, "smart_status", "passed")))
    for message in _list(_at(said, "smartctl", "messages"))[:MESSAGES_LIMIT]:
        text = _at(message, "string")
        if isinstance(text, str):
            health.messages.append(clean(text, MESSAGE_LIMIT))
    health.temperature = _number(_at(said, "temperature", "current"), HOTTEST, COLDEST)
    health.hours = _number(_at(said, "power_on_time", "hours"), HOURS_LIMIT)
    health.wear = _number(_at(said, "endurance_used", "current_percent"), WEAR_LIMIT)
    _read_ata(said, health)
    _read_nvme(said, health)
    _read_scsi(said, health)
    return health


def _at(said: object, *names: str) -> object:
    """Return what stands below these names, or None."""
    for name in names:
        if not isinstance(said, dict):
            return None
        said = said.get(name)
    return said


def _list(said: object) -> list[object]:
    return said if isinstance(said, list) else []


def _truth(said: object) -> bool | None:
    return said if isinstance(said, bool) else None


def _number(said: object, most: int, least: int = 0) -> int | None:
    """Return a whole number within limits, or None for anything else: a truth value, a fraction, a text."""
    return said if isinstance(said, int) and not isinstance(said, bool) and least <= said <= most else None


def _model(said: object) -> str:
    for names in (("model_name",), ("scsi_model_name",), ("scsi_vendor", "scsi_product"), ("vendor", "product")):
        words = [word.strip() for word in (_at(said, name) for name in names) if isinstance(word, str)]
        if any(words):
            return clean(" ".join(words), MODEL_LIMIT)
    return ""


def _read_ata(said: object, health: Health) -> None:
    attributes: dict[int, object] = {}
    for attribute in _list(_at(said, "ata_smart_attributes", "table"))[:ATTRIBUTES_LIMIT]:
        number, name = _number(_at(attribute, "id"), 255), _at(attribute, "name")
        if number is None or not isinstance(name, str):
            continue
        attributes[number] = attribute
        left = _number(_at(attribute, "value"), 100)
        if name in LIFE_LEFT and health.wear is None and left is not None:
            health.wear = 100 - left
        if _at(attribute, "when_failed") == "now" and not health.text:
            health.text = f"{clean(name, MESSAGE_LIMIT)} is beyond its threshold"

    def raw(number: int, most: int) -> int | None:
        return _number(_at(attributes.get(number), "raw", "value"), most)

    health.reallocated = raw(_REALLOCATED, COUNT_LIMIT)
    health.pending = raw(_PENDING, COUNT_LIMIT)
    health.uncorrectable = raw(_UNCORRECTABLE, COUNT_LIMIT)
    if health.hours is None:
        health.hours = raw(_HOURS, HOURS_LIMIT)
    for number in (_TEMPERATURE, _AIRFLOW):
        packed = raw(number, 2**48)
        if health.temperature is None and packed is not None:
            # The lowest byte is the present one; lowest and highest ever stand above it.
            health.temperature = _number(packed & 0xFF, HOTTEST)


def _read_nvme(said: object, health: Health) -> None:
    log = _at(said, "nvme_smart_health_information_log")
    if not isinstance(log, dict):
        return
    warning = _number(log.get("critical_warning"), 255)
    if warning:
        health.passed = False
        health.text = ", ".join(text for bit, text in enumerate(WARNINGS) if warning >> bit & 1)
    health.uncorrectable = _number(log.get("media_errors"), COUNT_LIMIT)
    if health.wear is None:
        health.wear = _number(log.get("percentage_used"), WEAR_LIMIT)
    if health.hours is None:
        health.hours = _number(log.get("power_on_hours"), HOURS_LIMIT)
    if health.temperature is None:
        health.temperature = _number(log.get("temperature"), HOTTEST, COLDEST)


def _read_scsi(said: object, health: Health) -> None:
    grown = _number(_at(said, "scsi_grown_defect_list"), COUNT_LIMIT)
    if grown is not None:
        health.reallocated = grown
    if health.wear is None:
        health.wear = _number(_at(said, "scsi_percentage_used_endurance_indicator"), WEAR_LIMIT)
    errors = [
        _number(_at(said, "scsi_error_counter_log", way, "total_uncorrected_errors"), COUNT_LIMIT)
        for way in ("read", "write", "verify")
    ]
    told = [count for count in errors if count is not None]
    if told:
        health.uncorrectable = min(sum(told), COUNT_LIMIT)
    failure = _at(said, "smart_status", "scsi", "ie_string")
    if health.passed is False and isinstance(failure, str):
        health.text = clean(failure, MESSAGE_LIMIT)
