"""The section of rights: what root would read for us on a host, kept so that a drop-in can be made of it later."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.collectors.privilege import NOT_TOLD, SECTION, WHY_OPEN, Privilege, parse_privilege
from tui_ops.model.readings import SectionReading

FILES = "files"
"""Where the document keeps the files that the section was asked with."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a host said of what root would read for us, and the files that it was asked about."""

    privilege: Privilege
    files: tuple[str, ...] = ()

    @property
    def safe_files(self) -> tuple[str, ...]:
        """Return the files in whose place only root can put another one: root may be asked for these."""
        return tuple(path for at, path in enumerate(self.files, 1) if at in self.privilege.safe)

    @property
    def left_out(self) -> dict[str, str]:
        """Return the other files, and those of further sshds, each with the reason in words for people."""
        found = {}
        for at, path in enumerate(self.files, 1):
            if at not in self.privilege.safe:
                why, place = self.privilege.open.get(at, ("", ""))
                found[path] = f"{place or path} {WHY_OPEN[why]}" if why in WHY_OPEN else NOT_TOLD
        for path, (why, place) in self.privilege.open_sshds.items():
            found[path] = f"{place or path} {WHY_OPEN[why]}"
        return found


def parse_rights(body: bytes) -> SectionReading:
    """Read one run of the section ``privilege``.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A document and no judgement: what is not allowed is said where it is missing.

    Raises:
        NothingUsable: it is no run of this section.
    """
    found = parse_privilege(body)
    return SectionReading(
        SECTION,
        document={
            "user": found.user,
            "sudo": found.has_sudo,
            "programs": dict(found.programs),
            "disks": [list(disk) for disk in found.disks],
            "allowed": sorted(found.allowed),
            "refused": sorted(found.refused),
            "safe": sorted(found.safe),
            "system": found.system,
            "open": [[number, *said] for number, said in sorted(found.open.items())],
            "sshds": list(found.sshds),
            "open_sshds": [[path, *said] for path, said in sorted(found.open_sshds.items())],
        },
    )


def rights_of(document: Mapping[str, object]) -> Rights:
    """Return what a kept document says; what is of a wrong type in it is left out."""
    programs, disks = document.get("programs"), document.get("disks")
    privilege = Privilege(
        user=str(document.get("user") or ""),
        has_sudo=document.get("sudo") is True,
        programs={str(name): str(path) for name, path in programs.items()} if isinstance(programs, dict) else {},
        disks=tuple((str(one[0]), str(one[1])) for one in _list(disks) if isinstance(one, list) and len(one) == 2),
        allowed=frozenset(one for one in _list(document.get("allowed")) if isinstance(one, int)),
        refused=frozenset(one for one in _list(document.get("refused")) if isinstance(one, int)),
        safe=frozenset(one for one in _list(document.get("safe")) if isinstance(one, int)),
        system=str(document.get("system") or ""),
        open={
            one[0]: (str(one[1]), str(one[2]))
            for one in _list(document.get("open"))
            if isinstance(one, list) and len(one) == 3 and isinstance(one[0], int)
        },
        sshds=tuple(str(one) for one in _list(document.get("sshds"))),
        open_sshds={
            str(one[0]): (str(one[1]), str(one[2]))
            for one in _list(document.get("open_sshds"))
            if isinstance(one, list) and len(one) == 3 and one[1] in WHY_OPEN
        },
    )
    return Rights(privilege, tuple(str(one) for one in _list(document.get(FILES))))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
