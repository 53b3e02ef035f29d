"""What root would read for us on a host, and the drop-in that lets it."""

from collections.abc import Iterator

from tui_ops.cli.doctoring.remark import Remark, look, ok
from tui_ops.collectors.privilege import SECTION, RootLine, asked, dropin
from tui_ops.collectors.rights import Rights, rights_of
from tui_ops.model.clean import clean
from tui_ops.store.views.rows import HostPage, SectionRow

SUBJECT = "root reads"

NAMED = 4
"""Reads that one remark names; the drop-in has all."""


def rights(page: HostPage) -> Rights | None:
    """Return what the host said last of what root would run; None where it never did."""
    row = _section(page)
    return rights_of(row.document) if row is not None and row.age_s is not None else None


def _section(page: HostPage) -> SectionRow | None:
    return next((row for row in page.sections if row.section == SECTION), None)


def check(page: HostPage) -> Iterator[Remark]:
    """Say what only root may read on a host and whether it does so for us."""
    found, name = rights(page), page.host.name
    if found is None:
        row = _section(page)
        said = clean(row.text) if row is not None and row.text else "the host has not been asked yet"
        yield look(SUBJECT, said, f"tui-ops do host.read {name}, and a minute later this again")
        return
    if found.privilege.user == "root":
        yield ok(SUBJECT, "we log in as root: everything is read")
        return
    missing = refused(found)
    if not missing:
        yield ok(SUBJECT, f"all {len(found.privilege.allowed)} are allowed by sudo")
        return
    told = ", ".join(list(dict.fromkeys(line.what for line in missing))[:NAMED])
    more = len({line.what for line in missing}) - NAMED
    said = f"{told}{f' and {more} more' if more > 0 else ''}: needs privilege"
    if not found.privilege.has_sudo:
        said += "; sudo is not there, or does not know us"
    yield look(SUBJECT, said, f"install the drop-in: tui-ops doctor {name} --drop-in > tui-ops.sudoers")


def refused(found: Rights) -> list[RootLine]:
    """Return the reads for which the host has the program, and which root would not do for us."""
    lines = asked(found.files, found.privilege.disks)
    return [line for number, line in enumerate(lines, 1) if number in found.privilege.refused]


def text(found: Rights) -> str:
    """Return the drop-in for a host, as ``visudo -c`` accepts it."""
    return dropin(found.privilege.user, found.files, found.privilege.programs, found.privilege.disks)
