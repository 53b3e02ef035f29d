"""Panels of what lies around an incident: what depends on what, known errors, its problem."""

from collections.abc import Iterator, Mapping

from tui_ops.model.states import HostState, sign_of
from tui_ops.store.views.rows import ServiceRow
from tui_ops.ui.cells import safe
from tui_ops.ui.incidents.blocks import Row, drawn_rows
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import Ink, Line, Span, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, wrapped

DEEP_MOST = 6
"""Levels of the tree: services on services on hosts; what goes deeper is cut with a sign."""

LINES_MOST = 200
"""Lines of the tree."""


def known(page: IncidentPage, pen: Pen) -> list[Line]:
    """Return the known errors that were found on the hosts, and the problem it belongs to; none where there is none."""
    if not page.known and page.problem is None:
        return []
    lines = [heading("Known error", pen)]
    rows = known_rows(page, pen)
    # What to do meanwhile is what this panel is for: it stands whole beside other panels too.
    return [*lines, *(drawn_rows(rows, page, pen) if pen.whole else (one for row in rows for one in row.lines))]


def known_rows(page: IncidentPage, pen: Pen) -> list[Row]:
    """Return the known errors, and its problem."""
    found = []
    for row in page.known:
        name = line((f"{row.name} ", Ink.ACCENT), (f'"{safe(row.title)}"', Ink.TEXT), ("  matched", Ink.GOOD))
        found.append(Row(("knownerror", row.id), [name, *_workaround(row.workaround, pen)]))
    problem = page.problem
    if problem is not None:
        lines = [line((f"{problem.name} ", Ink.ACCENT), (safe(problem.title), Ink.TEXT),
                      (f"  {problem.state}", Ink.DIM)), *_workaround(problem.workaround, pen)]  # fmt: skip
        if problem.root_cause and pen.whole:
            lines.append(labelled("Cause", safe(problem.root_cause)))
        found.append(Row(("problem", problem.id), lines))
    return found


def _workaround(text: str, pen: Pen) -> list[Line]:
    return wrapped(f"workaround: {text}", pen.width - 2, Ink.TEXT) if text else []


def tree_rows(page: IncidentPage, pen: Pen) -> list[Row]:
    """Return the services that it hurts, what they stand on, and how that is."""
    services = {one.name: one for one in page.services}
    named = [name for name in dict.fromkeys((page.row.service, *page.row.services)) if name in services]
    below = {name for one in services.values() for name in one.depends_on}
    tops = [name for name in named if not any(name in services[up].depends_on for up in named)] or named
    found: list[Row] = []
    for name in tops:
        needs = [one.name for one in services.values() if name in one.depends_on and one.name not in named]
        note = f"  needed by {', '.join(needs)}" if needs and name in below else ""
        found += _branch(name, services, page, pen, (), note)
    if not found:
        found = [Row(("host", host), [_host(host, page, pen, "")]) for host in page.row.hosts]
    return found[:LINES_MOST]


def _branch(
    name: str, services: Mapping[str, ServiceRow], page: IncidentPage, pen: Pen, above: tuple[str, ...], note: str = ""
) -> Iterator[Row]:
    indent = "  " * len(above)
    if name in above or len(above) >= DEEP_MOST:
        yield Row(("again", *above, name), [line((f"{indent}{safe(name)} again", Ink.DIM))])
        return
    service = services[name]
    hurt = name in page.row.services or name == page.row.service
    up = sum(page.standing.get(host) == HostState.UP for host in service.hosts)
    few: Span = ("", Ink.DIM)
    if service.hosts:
        ink = Ink.DIM if up == len(service.hosts) else Ink.WARN if up else Ink.BAD
        few = (f"  {up} of {len(service.hosts)} up", ink)
    head = line((indent, Ink.TEXT), (safe(name), Ink.TITLE if hurt else Ink.TEXT), few, (safe(note), Ink.DIM))
    yield Row(("service", *above, name), [head])
    for host in service.hosts if pen.whole else [one for one in service.hosts if one in page.row.hosts]:
        yield Row(("host", host, *above, name), [_host(host, page, pen, indent + "  ")])
    for lower in service.depends_on:
        if lower in services:
            yield from _branch(lower, services, page, pen, (*above, name))


def _host(name: str, page: IncidentPage, pen: Pen, indent: str) -> Line:
    state = page.standing.get(name, "")
    known_state = state in set(HostState)
    glyph: Span = sign_span(sign_of(HostState(state)), pen.look.ascii) if known_state else ("?", Ink.DIM)
    mine = name in page.row.hosts
    return line((indent, Ink.TEXT), glyph, (f" {safe(name)}", Ink.TEXT if mine else Ink.DIM),
                (f"  {state or 'not in the inventory'}", Ink.DIM))  # fmt: skip


def depends(page: IncidentPage, pen: Pen) -> list[Line]:
    """Return the panel of dependencies."""
    rows = tree_rows(page, pen)
    lines = [heading("Depends", pen, "D")]
    if not rows:
        return [*lines, line(("it is about no host and no service of the inventory", Ink.DIM))]
    return [*lines, *drawn_rows(rows, page, pen)]
