"""The lines around every screen: header, screens, rule with its message, footer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_ops.actions.client import Hello
from tui_ops.model.units import format_age
from tui_ops.ui.cells import Signs, fit, width_of
from tui_ops.ui.desk import ENGINE_LATE_S, Desk
from tui_ops.ui.paint import Ink, Line, Span, cut_line, joined, line, line_width, sign_span, spread

STAYS = 9
"""The weight of a hint that is never dropped."""

WIDE = 110
"""From here on the header has room for words beside the glyphs."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A key in the footer."""

    key: str
    label: str
    possible: bool = True
    """Dimmed where it can't act now; pressing it says why."""
    weight: int = 1
    """When room is short, the lowest go first; 9 stays."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A screen in the line of screens."""

    key: str
    title: str
    count: int
    """What needs someone there."""
    here: bool


Told = Callable[[Desk, bool], Line]
"""What a screen says in the header: with words, or in short."""


def counts_line(desk: Desk, words: bool) -> Line:
    """Return the summary of the fleet: ``● 198 up  ✖ 2 failed``, or ``●198 ✖2`` where room is short."""
    parts: list[Line] = []
    for sign, count in desk.fleet.counts:
        glyph = sign_span(sign, desk.ascii)
        parts.append(line(glyph, f" {count} ", (sign.summary, Ink.DIM)) if words else line(glyph, f"{count}"))
    return joined(parts, "  " if words else " ")


def engine_line(desk: Desk) -> Line:
    """Return how the engine is: ``engine ●``, with an age when its beat is late."""
    marks = desk.signs
    age = desk.engine.age_s if desk.engine is not None else None
    late = format_age(age) if age is not None and age >= ENGINE_LATE_S else ""
    word: Span = ("engine ", Ink.DIM)
    if isinstance(desk.link, Hello):
        if late or desk.trouble():
            sign = "!" if desk.ascii else "▲"
            return line(word, (sign, Ink.WARN), (f" {late}" if late else "", Ink.WARN))
        return line(word, (marks.good, Ink.GOOD))
    if desk.link is None:
        return line(word, ("." if desk.ascii else "…", Ink.DIM))
    return line(word, (f"{marks.bad} {desk.link.code}", Ink.BAD), (f" {late}" if late else "", Ink.DIM))


def header(desk: Desk, told: Sequence[Told], mine: int, width: int) -> Line:
    """Return the first line: the fleet, what its screens tell, what waits for this operator, the engine.

    Args:
        desk: what is known.
        told: of each screen that has something to say everywhere, in their order.
        mine: decisions that wait for this operator.
        width: cells.
    """
    name: Line = ((fit(desk.fleet_name, min(24, width_of(desk.fleet_name))), Ink.TITLE),)
    right = joined([
        line((f"{mine} for me", Ink.WARN)) if mine else (),
        line(("read-only", Ink.HELD)) if desk.options.read_only else (),
        line(("paused", Ink.HELD)) if desk.paused else (),
        engine_line(desk),
    ], "  ")  # fmt: skip
    long, short = joined([one(desk, True) for one in told]), joined([one(desk, False) for one in told])
    forms = (joined([line(("tui-ops  ", Ink.DIM), *name), long], "   "), joined([name, long]), joined([name, short]))
    room = width - line_width(right) - 2
    return spread(next((form for form in forms if line_width(form) <= room), forms[-1]), right, width)


def tabs_line(desk: Desk, tabs: Sequence[Tab], width: int, crumbs: Line = ()) -> Line:
    """Return the line of screens, with the view that is shown where there is room; at its right who is on call and who
    sits here.
    """
    parts = [
        line(
            (f"{tab.key} ", Ink.ACCENT),
            (tab.title, Ink.TITLE if tab.here else Ink.DIM),
            (f" {tab.count}" if tab.count else "", Ink.WARN),
        )
        for tab in tabs
    ]
    # The screens come first: they stand closer, and then alone, before a name of one is cut.
    forms = ((joined(parts, gap), right) for right in (*_people(desk, width), ()) for gap in ("   ", "  "))
    fits = ((left, right) for left, right in forms if line_width(left) + line_width(right) + 1 < width)
    left, right = next(fits, (joined(parts), ()))
    bar = f"   {desk.signs.wall}   "
    if crumbs and line_width(left) + len(bar) + line_width(crumbs) + line_width(right) + 2 <= width:
        left = (*left, (bar, Ink.FAINT), *crumbs)
    return spread(left, right, width)


def _people(desk: Desk, width: int) -> list[Line]:
    """Return who is on call and who sits here, the fullest form first. Who is on call stays the longest: whoever sits
    here knows his own name.
    """
    role = line((f"{desk.role} ", Ink.DIM)) if desk.role is not None and width >= WIDE else ()
    who = line(*role, (desk.who, Ink.DIM))
    if not desk.on_call:
        return [who]
    called = line(("on call ", Ink.DIM), (desk.on_call, Ink.TEXT))
    first, *more = desk.on_call.split(", ")
    short = line((f"{first} +{len(more)}" if more else first, Ink.TEXT))
    return [joined([called, who], "   "), called, line(("on call ", Ink.DIM), *short), short, who]


def rule(width: int, marks: Signs, text: Line = ()) -> Line:
    """Return a rule, with a message standing in it if there is one."""
    if not text:
        return line((marks.rule * width, Ink.FAINT))
    told = cut_line(text, min(line_width(text), width - 6))
    left = line((marks.rule * 2 + " ", Ink.FAINT), *told, (" ", Ink.TEXT))
    return line(*left, (marks.rule * max(0, width - line_width(left)), Ink.FAINT))


def footer(hints: Sequence[Hint], width: int) -> Line:
    """Return the keys that act now; where room is short, the lightest go, from the end."""

    def piece(hint: Hint) -> Line:
        return line(
            (hint.key, Ink.ACCENT if hint.possible else Ink.FAINT),
            (f" {hint.label}", Ink.DIM if hint.possible else Ink.FAINT),
        )

    kept = list(hints)
    while sum(line_width(piece(hint)) + 2 for hint in kept) - 2 > width:
        lightest = min(hint.weight if hint.possible else 0 for hint in kept)
        if lightest >= STAYS:
            break
        del kept[max(index for index, hint in enumerate(kept) if (hint.weight if hint.possible else 0) == lightest)]
    return cut_line(joined([piece(hint) for hint in kept]), width)
