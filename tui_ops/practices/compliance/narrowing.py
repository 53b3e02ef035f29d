"""What of a check a control is about: one option of one mount, or one firewall of three. Pure.

A check says one thing of a host; a control may be about a part of it, or about hosts that use something. What else the
check finds there fails other controls, and what the host does not use it is not held against.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from tui_ops.model.clean import clean
from tui_ops.model.compliance import CellState, Control, Framework, HostSays, Tally, Wrong
from tui_ops.store.views.compliance import CellRow

NOT = "!"
"""Before a pattern: all but those."""

TOLD = 5
"""Texts of one line that are told; the rest is counted."""

TEXT_LIMIT = 300
"""Characters of such a line, as of what a check says itself."""

_WILD = "*?["


def is_about(patterns: Sequence[str], wrong: Wrong) -> bool:
    """Return whether a control is about something that is wrong. What has no name is about the host as a whole.

    Args:
        patterns: of the control, for the check; none: it is about all.
        wrong: what was found.
    """
    return bool(named_of(patterns, wrong))


def named_of(patterns: Sequence[str], wrong: Wrong) -> tuple[str, ...]:
    """Return those names of what is wrong that a control means; see :func:`is_about`.

    A pattern that means an object means each of its parts: ``/tmp`` is ``/tmp nodev`` and the others.
    """
    meant, but = _parted(patterns)
    whole = bool(wrong.object) and _is_any(wrong.object, meant)
    if wrong.object and _is_any(wrong.object, but):
        return ()
    return tuple(
        name
        for name in wrong.names
        if not name or ((whole or not meant or _is_any(name, meant)) and not _is_any(name, but))
    )


def _is_any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, one) for one in patterns)


def _parted(patterns: Sequence[str]) -> tuple[list[str], list[str]]:
    meant = [one for one in patterns if not one.startswith(NOT)]
    return meant, [one.removeprefix(NOT) for one in patterns if one.startswith(NOT)]


def may_hold(patterns: Sequence[str], unread: Iterable[str]) -> bool:
    """Return whether something that a control is about may be among what was not looked at.

    Args:
        patterns: of the control, for the check; none: it is about all.
        unread: beginnings of objects; none: all was looked at.
    """
    meant, _ = _parted(patterns)
    starts = [one[: min((at for sign in _WILD if (at := one.find(sign)) >= 0), default=len(one))] for one in meant]
    # A name may be an object with a part behind it, of which only the object was not looked at.
    return any(not starts or any(one.startswith(start) or start.startswith(one) for start in starts) for one in unread)


def state_for(said: HostSays, patterns: Sequence[str], in_use: Sequence[str] = ()) -> CellState:
    """Return what a check says of a host as far as a control goes.

    Args:
        said: all that it says.
        patterns: of the control, for the check; none: it is about all.
        in_use: of which the host has to use one for the control to apply; none: it applies.
    """
    if in_use and said.in_use is not None and not set(in_use) & set(said.in_use):
        return CellState.NOT_APPLICABLE
    if not patterns or said.state in (CellState.PASS, CellState.NOT_APPLICABLE):
        return said.state
    mine = [one for one in said.wrong if is_about(patterns, one)]
    if mine:
        return CellState.ACCEPTED if all(one.aside for one in mine) else CellState.FAIL
    if not said.wrong and not said.unread:
        return said.state  # Nobody says what is wrong there, or what could be read.
    return CellState.UNKNOWN if may_hold(patterns, said.unread) else CellState.PASS


def narrowed(
    tally: Tally, says: Iterable[HostSays], patterns: Sequence[str], in_use: Sequence[str] = ()
) -> Tally:  # fmt: skip
    """Return on how many hosts a check says what, as far as a control goes.

    Args:
        tally: of the check, whole.
        says: what it says part by part, of the hosts of the scope; of others it is as the tally has it.
        patterns: see :func:`state_for`.
        in_use: see :func:`state_for`.
    """
    if not patterns and not in_use:
        return tally
    found = dict(tally)
    for said in says:
        found[said.state] -= 1
        found[state_for(said, patterns, in_use)] += 1
    return found


def asked_by(framework: Framework, check: str) -> tuple[str, ...]:
    """Return patterns of all that a framework asks of a check; none where it asks for all of it, or of some hosts."""
    found: dict[str, None] = {}
    for control in framework.controls.values():
        if check in control.checks:
            patterns = control.objects.get(check, ())
            if not patterns or control.in_use or any(one.startswith(NOT) for one in patterns):
                return ()
            found |= dict.fromkeys(patterns)
    return tuple(found)


# --- rows -------------------------------------------------------------------------------------------------------------


def row_for(row: CellRow, said: HostSays | None, control: Control) -> CellRow:
    """Return what a check says of a host as a row of a control: its state, in words that are about the control alone.

    Args:
        row: what it says as a whole.
        said: the same part by part; None where that is not known, or is not asked for.
        control: whose row it becomes.
    """
    patterns = control.objects.get(row.check, ())
    if said is None or not (patterns or control.in_use):
        return row
    state = state_for(said, patterns, control.in_use)
    if state is CellState.NOT_APPLICABLE and row.state is not state:
        return replace(row, state=state, text=_other(said, control.in_use), findings=())
    if not patterns or row.state in (CellState.PASS, CellState.NOT_APPLICABLE):
        return row
    mine = [one for one in said.wrong if is_about(patterns, one)]
    if mine:
        numbers = tuple(sorted(one.finding for one in mine if one.finding))
        return replace(row, state=state, text=_told(mine, patterns), findings=numbers)
    if state is row.state:
        return row
    about = ", ".join(map(in_words, patterns))
    well = state is CellState.PASS
    text = f"nothing is wrong with {about}" if well else f"{about}: not all of it could be read; {row.text}"
    return replace(row, state=state, text=clean(text, TEXT_LIMIT), findings=())


def in_words(pattern: str) -> str:
    """Return a pattern of objects as people read it."""
    return f"all but {pattern.removeprefix(NOT)}" if pattern.startswith(NOT) else pattern.removeprefix("*.")


def _other(said: HostSays, in_use: Sequence[str]) -> str:
    asked = " or ".join(in_use)
    there = f": {', '.join(said.in_use)} is" if said.in_use else ", nor is anything else of its kind"
    return clean(f"{asked} is not in use here{there}", TEXT_LIMIT)


def _told(mine: Sequence[Wrong], patterns: Sequence[str]) -> str:
    texts = [
        f"{', '.join(filter(None, named_of(patterns, one)))}: {one.text}" if one.parts and one.object else one.text
        for one in mine
    ]  # fmt: skip
    left = len(texts) - TOLD
    return clean("; ".join(texts[:TOLD]) + (f"; and {left} more" if left > 0 else ""), TEXT_LIMIT)


def by_place(says: Iterable[HostSays]) -> Mapping[tuple[str, str], HostSays]:
    """Return what checks say part by part, by check and host."""
    return {(one.check, one.host): one for one in says}
