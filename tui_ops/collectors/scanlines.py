"""What root is asked for where scanners are run on a host: lines for the same drop-in as those that only read.

They are the words that ``probes/scan.sh`` runs (a test holds the two together), and they stand in the drop-in of hosts
alone on which the inventory has a scanner run: unlike the others they write, and run programs of others.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tui_ops.collectors.privilege import RootLine

LYNIS, OPENSCAP = "lynis", "openscap"

PROGRAMS = {LYNIS: "lynis", OPENSCAP: "oscap"}
"""The program of each scanner, in the order in which they stand in the drop-in."""

REPORT, LOG = "/var/log/lynis-report.dat", "/var/log/lynis.log"

REPORT_BYTES = 67_108_864
"""Of a report that leaves the host: as many as are taken in."""

_CONTENT = {
    "debian": ("debian{all}", "standard"), "ubuntu": ("ubuntu{joined}", "cis_level1_server"),
    "rhel": ("rhel{first}", "cis_server_l1"), "almalinux": ("almalinux{first}", "cis_server_l1"),
    "rocky": ("rl{first}", "cis_server_l1"),
}  # fmt: skip
"""By os-release's ``ID``: what scap-security-guide calls the system, and the profile for a server."""


@dataclass(frozen=True, slots=True)
class ScanLines:
    """What a drop-in says of scanners."""

    lines: tuple[RootLine, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Scanners of the inventory for which there are no lines, each with the reason."""


def content_of(system: str) -> tuple[str, str]:
    """Return the file of OpenSCAP's content for a system, and the profile of it.

    Args:
        system: ``ID`` and ``VERSION_ID`` of os-release: ``debian 12``.
    """
    name, _, version = system.partition(" ")
    first, _, rest = version.partition(".")
    spelt, profile = _CONTENT.get(name, (f"{name}{{first}}", "standard"))
    called = spelt.format(all=version, first=first, joined=f"{first}{rest}")
    return (
        f"/usr/share/xml/scap/ssg/content/ssg-{called}-ds.xml", f"xccdf_org.ssgproject.content_profile_{profile}"
    )  # fmt: skip


def scan_lines(tools: Collection[str], programs: Mapping[str, str], system: str) -> ScanLines:
    """Return the lines for the scanners of one host.

    Args:
        tools: that the inventory has run there.
        programs: where each program is on it.
        system: ``ID`` and ``VERSION_ID`` of its os-release; empty where it did not say.
    """
    lines: list[RootLine] = []
    left: dict[str, str] = {}
    for tool, program in PROGRAMS.items():
        if tool not in tools:
            continue
        path = programs.get(program)
        if path is None:
            left[tool] = f"{program} is not installed there, or the host has not told yet"
        elif "nice" not in programs or "head" not in programs:
            left[tool] = "the host has no nice or head"
        elif tool == OPENSCAP and not system:
            left[tool] = "the host has not said which system it is"
        else:
            lines += _lynis(path) if tool == LYNIS else _openscap(path, system)
    return ScanLines(tuple(lines), left)


def _lynis(path: str) -> list[RootLine]:
    words = ("audit", "system", "--quick", "--quiet", "--no-colors", "--report-file", REPORT, "--log-file", LOG)
    return [
        RootLine(1200, "nice", ("-n", "19", path, *words), "a run of Lynis", "scan"),
        RootLine(10, "head", ("-c", str(REPORT_BYTES), REPORT), "the report of Lynis", "scan"),
    ]


def _openscap(path: str, system: str) -> list[RootLine]:
    content, profile = content_of(system)
    words = ("xccdf", "eval", "--profile", profile, "--results", "/dev/stdout", content)
    return [RootLine(2400, "nice", ("-n", "19", path, *words), "a run of OpenSCAP", "scan")]
