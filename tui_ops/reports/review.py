"""A review as Markdown and as one HTML page that needs nothing else: no script, no font, no address outside.

Everything that a host or a person wrote is escaped. The page says by a policy of its own that nothing is loaded.
"""

from collections.abc import Iterator

from tui_ops.reports.escaping import ht, ht_lines, md, md_lines
from tui_ops.reports.reviewed import SECTIONS, Reviewed, data_of, day, head, moment, paragraphs, said
from tui_ops.store.views.problems import ItemRow

STYLE = """
:root { color-scheme: light }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c1f23; max-width: 60rem; margin: 2.5rem auto; padding: 0 1.5rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; padding-bottom: .2rem; border-bottom: 1px solid #d5d9de }
p, ul { margin: .4rem 0 }
.of { color: #5b636d; margin: 0 0 1.2rem }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .2rem 1rem; margin: 0 }
dt { color: #5b636d } dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th { text-align: left; font-weight: 600; color: #5b636d; border-bottom: 1px solid #d5d9de }
th, td { padding: .25rem .75rem .25rem 0; vertical-align: top; overflow-wrap: anywhere }
tr + tr td { border-top: 1px solid #eceef1 }
td.t { white-space: nowrap; font-variant-numeric: tabular-nums }
td.d { color: #5b636d; font-size: .85em }
.late { color: #a3161a; font-weight: 600 }
.none { color: #5b636d }
@media print {
  body { font-size: 10.5pt; margin: 0; max-width: none; padding: 0 }
  h2 { break-after: avoid } tr, dl > * { break-inside: avoid } thead { display: table-header-group }
}
@page { margin: 18mm 16mm }
"""

DATA_LIMIT = 300
"""Characters of a line's data: a column beside its words."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def review_markdown(found: Reviewed) -> str:
    """Return a review as Markdown."""
    return "\n".join(_markdown(found)).rstrip() + "\n"


def _markdown(found: Reviewed) -> Iterator[str]:
    row, held = found.incident, found.review
    yield f"# {row.name}: {md(row.title)}"
    yield ""
    yield from (f"- **{label}:** {md(text)}" for label, text in head(found))
    yield from _section("What happened", md_lines(held.what_happened) if held is not None else "")
    yield from _section("Contributing factors", "\n".join(f"- {md(one)}" for one in (held.factors if held else ())))
    for name, title in SECTIONS:
        written = paragraphs(getattr(held, name)) if held is not None else []
        yield from _section(title, "\n".join(f"- {md(line)}" for line in written))
    yield from _section("Action items", "\n".join(_item(item, found.at) for item in found.items))
    yield from _section("Timeline", "")
    if found.lines:
        yield "| time (UTC) | what | who | data |"
        yield "|---|---|---|---|"
    for line in found.lines:
        cells = (moment(line.at)[:19], md(said(line)), md(line.who or "engine"), md(data_of(line), DATA_LIMIT))
        yield f"| {' | '.join(cells)} |"
    if found.left_out:
        yield f"\n{found.left_out} more lines: `tui-ops show timeline {row.name}`"


def _section(title: str, body: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    if title != "Timeline":
        yield body or "Nothing is written here."


def _item(item: ItemRow, at: float) -> str:
    tick = "x" if item.done_at is not None else " "
    due = f", due {day(item.due_at)}" if item.due_at is not None else ""
    late = ", **overdue**" if item.overdue(at) else ""
    return f"- [{tick}] {item.name} ({item.kind}) {md(item.text)}: {md(item.owner)}{due}{late}"


def review_html(found: Reviewed) -> str:
    """Return a review as one HTML page."""
    row = found.incident
    body = "\n".join(_body(found))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{ht(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{row.name}: {ht(row.title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(found: Reviewed) -> Iterator[str]:
    row, held = found.incident, found.review
    yield f"<h1>{row.name}: {ht(row.title)}</h1>"
    yield f'<p class="of">Post-incident review, as of {moment(found.at)}</p>'
    yield "<dl>"
    yield from (f"<dt>{ht(label)}</dt><dd>{ht(text)}</dd>" for label, text in head(found))
    yield "</dl>"
    yield from _html_section("What happened", f"<p>{ht_lines(held.what_happened)}</p>" if held is not None else "")
    yield from _html_section("Contributing factors", _list(held.factors if held is not None else ()))
    for name, title in SECTIONS:
        yield from _html_section(title, _list(paragraphs(getattr(held, name)) if held is not None else ()))
    yield from _html_section("Action items", _html_items(found))
    yield from _html_section("Timeline", _html_timeline(found))


def _html_section(title: str, body: str) -> Iterator[str]:
    yield f"<h2>{title}</h2>"
    yield body or '<p class="none">Nothing is written here.</p>'


def _list(lines: list[str] | tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{ht(line)}</li>" for line in lines) + "</ul>" if lines else ""


def _html_items(found: Reviewed) -> str:
    if not found.items:
        return ""
    rows = "".join(
        f'<tr><td class="t">{item.name}</td><td>{item.kind}</td><td>{ht(item.text)}</td><td>{ht(item.owner)}</td>'
        f'<td class="t">{day(item.due_at)}</td><td>{_standing(item, found.at)}</td></tr>'
        for item in found.items
    )
    names = "".join(f"<th>{name}</th>" for name in ("item", "kind", "what", "owner", "due", "state"))
    return f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"


def _standing(item: ItemRow, at: float) -> str:
    if item.done_at is not None:
        return f"done {day(item.done_at)}"
    return '<span class="late">overdue</span>' if item.overdue(at) else "open"


def _html_timeline(found: Reviewed) -> str:
    if not found.lines:
        return ""
    rows = "".join(
        f'<tr><td class="t">{moment(line.at)[:19]}</td><td>{ht(said(line))}</td>'
        f'<td>{ht(line.who or "engine")}</td><td class="d">{ht(data_of(line), DATA_LIMIT)}</td></tr>\n'
        for line in found.lines
    )
    names = "".join(f"<th>{name}</th>" for name in ("time (UTC)", "what", "who", "data"))
    more = f'<p class="none">{found.left_out} more lines are in the store.</p>' if found.left_out else ""
    return f"<table><thead><tr>{names}</tr></thead><tbody>\n{rows}</tbody></table>{more}"
