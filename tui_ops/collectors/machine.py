"""What firmware and /proc/cpuinfo say of a machine, and what to make of it."""

import re
from dataclasses import dataclass, field

from tui_ops.model.clean import clean

TEXT_LIMIT = 120
"""Characters of one text: the longest names have some sixty."""

SOCKETS_LIMIT = 64
"""Packages of one machine: the largest have thirty-two."""

CORES_LIMIT = 4_096
"""Cores of one package: eight times as many as there are."""

NOTHING_SAID = re.compile(
    r"to be filled by o\.?e\.?m\.?|default string|system (?:product name|version|serial number|manufacturer)"
    r"|not (?:specified|applicable|available|provided)|none|n/?a|unknown|invalid|o\.?e\.?m\.?|empty|x\.x|[0\s.]*"
    r"|0?123456789|type\d+ - .*|\.+",
    re.IGNORECASE,
)
"""What makers leave in a field that they did not fill."""

CHASSIS = {
    3: "desktop", 4: "desktop", 5: "desktop", 6: "tower", 7: "tower", 8: "portable", 9: "laptop", 10: "notebook",
    11: "hand held", 13: "all in one", 14: "notebook", 15: "desktop", 17: "rack mount", 22: "RAID", 23: "rack mount",
    25: "multi-system", 28: "blade", 29: "blade enclosure", 30: "tablet", 31: "convertible", 32: "detachable",
    33: "IoT gateway", 34: "embedded", 35: "mini PC", 36: "stick PC",
}  # fmt: skip
"""The numbers of the SMBIOS specification that name a shape."""

HYPERVISORS = (
    ("vmware", "vmware"), ("virtualbox", "oracle"), ("innotek", "oracle"), ("microsoft", "microsoft"), ("xen", "xen"),
    ("amazon", "amazon"), ("google", "google"), ("parallels", "parallels"), ("bhyve", "bhyve"), ("apple", "apple"),
    ("bochs", "bochs"), ("kvm", "kvm"), ("qemu", "kvm"), ("openstack", "kvm"), ("red hat", "kvm"),
    ("digitalocean", "kvm"), ("hetzner", "kvm"),
)  # fmt: skip
"""Words in the firmware's own name, and how systemd calls such a machine."""

ARM_PARTS = {
    "0xb76": "ARM1176", "0xc07": "Cortex-A7", "0xc08": "Cortex-A8", "0xc09": "Cortex-A9", "0xc0f": "Cortex-A15",
    "0xd03": "Cortex-A53", "0xd04": "Cortex-A35", "0xd05": "Cortex-A55", "0xd07": "Cortex-A57", "0xd08": "Cortex-A72",
    "0xd09": "Cortex-A73", "0xd0a": "Cortex-A75", "0xd0b": "Cortex-A76", "0xd0c": "Neoverse-N1", "0xd40": "Neoverse-V1",
    "0xd41": "Cortex-A78", "0xd49": "Neoverse-N2", "0xd4f": "Neoverse-V2",
}  # fmt: skip
"""Numbers by which ARM's own cores are known; their cpuinfo has no name."""

_PLACE = re.compile(rb"[0-9]{1,9}", re.ASCII)


@dataclass(slots=True)
class Cpu:
    """The CPUs of a machine in the making, line by line of /proc/cpuinfo."""

    threads: int = 0
    board: str = ""
    """The machine's own name, which boards without firmware write here."""
    _model: str = ""
    _parts: list[str] = field(default_factory=list)
    _hardware: str = ""
    _package: bytes = b""
    _cores: dict[bytes, int] = field(default_factory=dict)
    """By package."""

    def note(self, line: bytes) -> None:
        """Take one line."""
        raw_name, _, raw = line.partition(b":")
        name, raw = raw_name.strip(), raw.strip()
        if name == b"processor" and _PLACE.fullmatch(raw):
            self.threads += 1
        elif name.startswith(b"processor ") and _PLACE.fullmatch(name[10:]):
            self.threads += 1  # of an IBM mainframe
        elif name == b"physical id":
            self._package = raw[:20]
        elif name == b"cpu cores" and _PLACE.fullmatch(raw):
            if len(self._cores) < SOCKETS_LIMIT:
                self._cores[self._package] = min(int(raw), CORES_LIMIT)
        elif name in (b"model name", b"cpu", b"Processor"):
            self._model = self._model or clean(b" ".join(raw.split()), TEXT_LIMIT)
        elif name == b"CPU part":
            part = ARM_PARTS.get(clean(raw, TEXT_LIMIT).lower())
            if part and part not in self._parts:
                self._parts.append(part)
        elif name == b"Model":
            self.board = clean(raw, TEXT_LIMIT)
        elif name == b"Hardware":
            self._hardware = clean(raw, TEXT_LIMIT)

    @property
    def model(self) -> str:
        """The CPU's name. ARM's own cores are named by their numbers, big and little ones together."""
        return " + ".join(self._parts) or self._model or self._hardware

    @property
    def sockets(self) -> int | None:
        """Packages, None where the kernel does not tell."""
        return len(self._cores) or None

    @property
    def cores(self) -> int | None:
        """Cores of all packages, None where the kernel does not tell."""
        return sum(self._cores.values()) or None


def said(text: bytes) -> str:
    """Return what the firmware says in one field; nothing for what its maker left there."""
    value = clean(b" ".join(text.split()), TEXT_LIMIT)
    return "" if NOTHING_SAID.fullmatch(value) else value


def unquoted(text: str) -> str:
    """Return a value of os-release without the quotes around it."""
    for quote in ('"', "'"):
        if len(text) >= 2 and text[0] == quote == text[-1]:
            return text[1:-1]
    return text


def board(dmi: dict[str, str]) -> str:
    """Return the main board's maker and name; the maker only where it is another than the machine's."""
    vendor, name = dmi.get("board_vendor", ""), dmi.get("board_name", "")
    return f"{vendor} {name}" if name and vendor and vendor != dmi.get("sys_vendor") else name


def bios(dmi: dict[str, str]) -> str:
    """Return the firmware's version and date."""
    version, date = dmi.get("bios_version", ""), dmi.get("bios_date", "")
    return f"{version} ({date})" if version and date else version or date


def chassis(dmi: dict[str, str]) -> str:
    """Return the shape of the machine, empty where its number names none."""
    number = dmi.get("chassis_type", "")
    return CHASSIS.get(int(number), "") if number.isascii() and number.isdigit() and len(number) < 4 else ""


def hypervisor(told: str, dmi: dict[str, str]) -> str:
    """Return what a machine runs on, in the words of systemd.

    Args:
        told: ``yes`` or ``no``, whether the CPU says that it is not real; empty where it does not tell.
        dmi: what the firmware says.
    """
    if told == "no":
        return "none"
    words = " ".join(
        dmi.get(name, "") for name in ("sys_vendor", "product_name", "bios_vendor", "board_vendor")
    ).lower()
    for word, name in HYPERVISORS:
        # Some of these also make real machines: without the CPU's word only a product that says so counts.
        if word in words and (told == "yes" or word in ("qemu", "kvm", "vmware", "virtualbox", "bochs")):
            return name
    return "vm-other" if told == "yes" else ""
