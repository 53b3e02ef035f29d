"""What root would read for us on a host, and the drop-in that lets it."""

from collections.abc import Collection, Iterator

from tui_ops.cli.doctoring.remark import Remark, look, ok
from tui_ops.collectors.dropin import dropin
from tui_ops.collectors.privilege import SECTION, RootLine, asked, file_lines
from tui_ops.collectors.rights import Rights, rights_of
from tui_ops.collectors.scanlines import scan_lines
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.rows import HostPage, SectionRow

SUBJECT = "root reads"

NO_TIMEOUT = (
    "the host has no timeout where the system keeps its programs, and without it what root runs could not be bounded",
    "install coreutils there, and an hour later or after tui-ops do host.read this again",
)
"""Why there is no drop-in, and what to do."""

NOT_NAMED = "take them out of the inventory's files"

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
    yield from _left_out(found)
    missing = refused(found)
    if missing and "timeout" not in found.privilege.programs:
        yield look(SUBJECT, f"{NO_TIMEOUT[0]}: nothing of what needs privilege is read", NO_TIMEOUT[1])
        return
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
    lines = asked(found.files, found.privilege.disks, found.privilege.sshds)
    never = {line for path in found.left_out for line in file_lines(path)}
    return [line for number, line in enumerate(lines, 1) if number in found.privilege.refused and line not in never]


def _left_out(found: Rights) -> Iterator[Remark]:
    """Name the files that root is not to be asked for."""
    left = list(found.left_out.items())
    for path, why in left[:NAMED]:
        said = clean(f"{path} is not in the drop-in: {why}")
        mends = "keep such files where only root may write"
        yield look(SUBJECT, said, mends if path in found.privilege.open_sshds else f"{mends}, or {NOT_NAMED}")
    if len(left) > NAMED:
        yield look(SUBJECT, f"{len(left) - NAMED} more files are not in the drop-in either", "see its comments")


def text(found: Rights, scanners: Collection[str] = ()) -> str:
    """Return the drop-in for a host, as ``visudo -c`` accepts it.

    Args:
        found: what the host said of itself.
        scanners: that the inventory has run there.

    Raises:
        TuiOpsError: the host has no ``timeout``, without which no reading of root's would end by itself.
    """
    privilege = found.privilege
    if "timeout" not in privilege.programs:
        raise TuiOpsError(*NO_TIMEOUT)
    scans = scan_lines(scanners, privilege.programs, privilege.system)
    return dropin(
        privilege.user, found.safe_files, privilege.programs, privilege.disks, found.left_out, scans.lines,
        scans.left_out, privilege.sshds,
    )  # fmt: skip
