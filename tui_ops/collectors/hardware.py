"""The section ``hardware``: what the machine is made of, and what runs on it.

The body is a list of lines, each beginning with a word that says what it is::

    uname LINE              of ``uname -srm``
    hostname|init|timezone|model TEXT
    PRETTY_NAME=TEXT        of os-release
    btime SECONDS           when it booted
    machine-id known        if it has a number of its own, which stays there
    dmi FIELD TEXT          what the firmware says
    virtual WORD            what systemd-detect-virt says; where it can't be asked, one of the two below
    container docker|podman
    hypervisor yes|no       whether the CPU says that it is not real
    memory KIB kB
    cpu LINE                one line of /proc/cpuinfo
    disk NAME SECTORS ROTATIONAL REMOVABLE VENDOR<tab>MODEL
"""

import re
from dataclasses import dataclass, field

from tui_ops.collectors import machine
from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading

SECTION = "hardware"

DISKS_LIMIT = 128
"""Disks of one host that are kept: as many as the probe tells."""

LINES_LIMIT = 6_000
"""Lines of one body: the probe writes four for each of 1,024 threads, and some more."""

TEXT_LIMIT = 120
"""Characters of one text: the longest product and CPU names have some sixty."""

SECTOR_BYTES = 512
"""The unit of a disk's size, whatever its own sector is."""

SIZE_LIMIT = 2**63 - 1
"""Bytes: more than any disk or memory holds."""

EPOCH_LIMIT = 2**33
"""Seconds since 1970: the year 2242."""

_ONE_LINE = frozenset({b"uname", b"hostname", b"init", b"timezone", b"model", b"btime", b"memory", b"virtual"})
_FEATURES = frozenset({b"container", b"hypervisor", b"machine-id"})
_PRETTY = b"PRETTY_NAME="
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,60}", re.ASCII)
_TRUTH = {b"1": True, b"0": False}


@dataclass(slots=True)
class _Body:
    """The body's lines, sorted by what they are."""

    texts: dict[bytes, bytes] = field(default_factory=dict)
    dmi: dict[str, str] = field(default_factory=dict)
    cpu: machine.Cpu = field(default_factory=machine.Cpu)
    disks: list[dict[str, object]] = field(default_factory=list)

    def text(self, word: bytes) -> str:
        return clean(self.texts.get(word, b"").strip(), TEXT_LIMIT)


def parse_hardware(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A flat document of texts and numbers. No gauges, no statuses.

    Raises:
        NothingUsable: it is not a run of this section.
    """
    found = _read(body)
    if b"uname" not in found.texts:
        raise NothingUsable("the host does not tell what it is", "ask it again with R")
    cpu = found.cpu
    uname = found.text(b"uname").split()
    model = found.text(b"model") or cpu.board
    document: dict[str, object] = {
        "vendor": found.dmi.get("sys_vendor", ""),
        "product": found.dmi.get("product_name", "") or model,
        "version": found.dmi.get("product_version", ""),
        "serial": found.dmi.get("product_serial", ""),
        "board": machine.board(found.dmi),
        "bios": machine.bios(found.dmi),
        "chassis": machine.chassis(found.dmi),
        "virtual": _virtual(found),
        "cpu": cpu.model,
        "sockets": cpu.sockets,
        "cores": cpu.cores,
        "threads": cpu.threads or None,
        "arch": uname[-1] if len(uname) > 2 else "",
        "memory": _memory(found),
        "disks": found.disks,
        "facts": _facts(found, uname),
    }
    return SectionReading(section=SECTION, document=document)


def _read(body: bytes) -> _Body:
    found = _Body()
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if word == b"cpu":
            found.cpu.note(text)
        elif word == b"dmi":
            name, _, value = text.partition(b" ")
            said = machine.said(value)
            if said and len(name) < TEXT_LIMIT and len(found.dmi) < 20:
                found.dmi[clean(name)] = said
        elif word == b"disk":
            if len(found.disks) < DISKS_LIMIT:
                found.disks += _disk(text)
        elif line.startswith(_PRETTY):
            found.texts.setdefault(_PRETTY, line.removeprefix(_PRETTY))
        elif word in _ONE_LINE or word in _FEATURES:
            found.texts.setdefault(word, text)
    return found


def _disk(text: bytes) -> list[dict[str, object]]:
    fields = text.split(b" ", 4)
    sectors = whole(fields[1]) if len(fields) == 5 else None
    if sectors is None:
        return []
    vendor, _, model = (part.strip() for part in fields[4].partition(b"\t"))
    # Every SATA disk claims ATA as its maker, and a virtual one a number.
    words = [] if vendor in (b"", b"ATA") or vendor.startswith(b"0x") else [vendor]
    return [
        {
            # The kernel writes a slash within a name so.
            "name": clean(fields[0].replace(b"!", b"/"), TEXT_LIMIT),
            "size": min(sectors * SECTOR_BYTES, SIZE_LIMIT),
            "model": clean(b" ".join([*words, model]).strip(), TEXT_LIMIT),
            "rotational": _TRUTH.get(fields[2]),
            "removable": fields[3] == b"1",
        }
    ]


def _memory(found: _Body) -> int | None:
    kib = whole(found.texts.get(b"memory", b"").split(b"k")[0].strip())
    return None if kib is None else min(kib * 1024, SIZE_LIMIT)


def _virtual(found: _Body) -> str:
    if b"virtual" in found.texts:
        return found.text(b"virtual")
    if b"container" in found.texts:
        return found.text(b"container")
    return machine.hypervisor(found.text(b"hypervisor"), found.dmi)


def _facts(found: _Body, uname: list[str]) -> dict[str, object]:
    booted, zone = whole(found.texts.get(b"btime", b"")), found.text(b"timezone")
    return {
        "hostname": found.text(b"hostname"),
        "kernel": uname[1] if len(uname) > 2 else "",
        "os": machine.unquoted(found.text(_PRETTY)),
        "boot_at": booted if booted and booted <= EPOCH_LIMIT else None,
        "init": found.text(b"init"),
        "timezone": zone if _ZONE.fullmatch(zone) else "",
        "machine_id_known": found.texts.get(b"machine-id") == b"known",
    }
