"""What the desk adds to a change's page from what it knows, and what an approval is asked about."""

from dataclasses import replace

from tui_ops.model.fleet import ServiceSpec
from tui_ops.model.states import HostState
from tui_ops.practices.changes.affected import affected
from tui_ops.practices.changes.batches import Placed, batches_of
from tui_ops.ui.cells import safe
from tui_ops.ui.changes import slot
from tui_ops.ui.changes.head import SHA_SHOWN
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.changes.words import risk, when
from tui_ops.ui.desk import Desk
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, counted, wrapped

STANDS = frozenset({HostState.UP, HostState.STALE, HostState.MAINTENANCE})
"""States of hosts that are taken to serve: those that answer, or did until just now."""

DIALOG = 72
"""Cells of a line in the dialog."""


def completed(page: ChangePage, desk: Desk) -> ChangePage:
    """Return a page with its batches, with what it reaches, and with the titles of what it is linked to."""
    row = page.row
    placed = []
    for name in row.hosts:
        host = desk.fleet.named(name)
        placed.append(Placed(name, host.site, host.rack) if host is not None else Placed(name))
    found = batches_of(page.plan.batching, placed, row.frozen_sha) if page.plan is not None and placed else ()
    services = [ServiceSpec(one.name, hosts=one.hosts, depends_on=one.depends_on) for one in page.services]
    up = [one.name for one in desk.fleet.rows.values() if one.underlying in STANDS]
    titles = {one.name: one.title for one in desk.incidents.rows.values()}
    titles |= {one.name: one.title for one in desk.todo.problems}
    titles |= {one.name: one.title for one in desk.changes.rows.values()}
    return replace(
        page, batches=found, reach=affected(row.hosts, services, up, found) if row.hosts else None,
        titles={one.other: titles.get(one.other, one.said) for one in page.links},
        model=desk.around.model(row.model_id), release=desk.around.release(row.release_id),
        free=slot.proposed(row, page.services, desk),
    )  # fmt: skip


def agreed_to(page: ChangePage, pen: Pen) -> tuple[Line, ...]:
    """Return what an approval is for, in the dialog: what, where, when, how risky, and to which digest it is bound."""
    row, weighed = page.row, risk(page.row)
    lines: list[Line] = [line((safe(row.title), Ink.TEXT))]
    where = f"on {counted(len(row.hosts), 'host')}: {', '.join(row.hosts[:4])}"
    more = f" and {len(row.hosts) - 4} more" if len(row.hosts) > 4 else ""
    lines += wrapped(where + more, DIALOG, Ink.DIM)
    lines.append(line((f"risk {weighed.text or 'not assessed'}", weighed.ink),
                      (f"   {when(row, pen.present.at)}", Ink.DIM)))  # fmt: skip
    for one in row.conflicts:
        lines += wrapped(one.said, DIALOG, Ink.BAD if one.blocks else Ink.WARN)
    if page.free is not None:
        lines.append(line(("free: ", Ink.DIM), (slot.told(page.free, pen.present.at), Ink.ACCENT),
                          ("   t on the page takes it, and asks for approval anew", Ink.DIM)))  # fmt: skip
    if page.dry is None or page.dry.id != row.dry_run_id:
        lines.append(line(("no dry run belongs to it", Ink.WARN)))
    elif any(group.fails for group in page.dry.groups):
        lines.append(line(("its dry run fails on some hosts", Ink.BAD)))
    if page.plan is not None and not page.plan.rollback:
        lines.append(line(("it has no way back", Ink.WARN)))
    lines.append(line(("binds you to sha256 ", Ink.DIM), (row.frozen_sha[:SHA_SHOWN], Ink.ACCENT),
                      (": any edit voids it", Ink.DIM)))  # fmt: skip
    if page.standing.behalf:
        lines.append(line((f"in the place of {safe(page.standing.behalf)}", Ink.HELD)))
    return tuple(lines)
