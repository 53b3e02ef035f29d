"""Who is on call now and who comes next, in words."""

from tui_ops.practices.oncall.localtime import clock_text
from tui_ops.practices.oncall.schedule import shifts, targets_of, zone_of
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.oncall import oncall

AHEAD_S = 7 * 86400.0
"""How far ahead the next who is on call is looked for: a turn of the usual rotation."""


def on_call_lines(reader: Reader, at: float) -> list[str]:
    """Return who is on call now and who comes next, a line each schedule.

    Args:
        reader: of ``ops.db``.
        at: the moment of looking, epoch seconds.
    """
    known = oncall(reader, at)
    lines = []
    for target in targets_of(known.spec):
        zone = zone_of(known.spec, target)
        now_, *rest = shifts(known.spec, known.overrides, target, at, at + AHEAD_S)
        following = f"then {_who(rest[0].people)} from {clock_text(rest[0].begins_at, zone)} {zone}" if rest else ""
        lines.append(f"{target.name}: {_who(now_.people)}" + (f", {following}" if following else ""))
    return lines


def _who(people: tuple[str, ...]) -> str:
    return ", ".join(people) or "nobody"
