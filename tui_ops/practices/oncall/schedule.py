"""Schedules: who is on call at a moment, and the table of the days to come."""

from collections.abc import Sequence

from tui_ops.model.oncall import EVERYBODY, CallTarget, Layer, OnCallSpec, Override, Schedule, Shift, TargetKind
from tui_ops.practices.oncall.localtime import span_at, spans
from tui_ops.practices.oncall.rotation import handovers, whose_turn

Overrides = Sequence[Override]


def on_call(spec: OnCallSpec, overrides: Overrides, target: CallTarget, at: float) -> tuple[str, ...]:
    """Return who is on call for a target at an epoch second, each once.

    An override reaches whatever is named: a schedule, a rotation within one, and a rotation that a policy names itself.

    Args:
        spec: the inventory's word.
        overrides: in the order in which they were made; a later one finds what earlier ones made of it.
        target: a schedule, a rotation or a person.
        at: the moment.
    """
    return _found(spec, overrides, target, at)[0]


def _found(spec: OnCallSpec, overrides: Overrides, target: CallTarget, at: float) -> tuple[tuple[str, ...], str]:
    """Return who is on call, and what it comes from."""
    if target.kind is TargetKind.PERSON:
        return _overridden(overrides, EVERYBODY, (target.name,), "named", at)
    if target.kind is TargetKind.ROTATION:
        people, why = _of_rotation(spec, overrides, target.name, at)
    else:
        schedule = spec.schedule(target.name)
        people, why = _of_layers(spec, overrides, schedule, at) if schedule is not None else ((), "")
        people, why = _overridden(overrides, target.name, people, why, at)
    # Once, and last: what is made of one by another is not made of that by a first again.
    return _overridden(overrides, EVERYBODY, people, why, at)


def _of_rotation(spec: OnCallSpec, overrides: Overrides, name: str, at: float) -> tuple[tuple[str, ...], str]:
    rotation = spec.rotation(name)
    person = whose_turn(rotation, at) if rotation is not None else ""
    return _overridden(overrides, name, (person,) if person else (), f"rotation {name}", at)


def _of_layers(spec: OnCallSpec, overrides: Overrides, schedule: Schedule, at: float) -> tuple[tuple[str, ...], str]:
    for number, layer in reversed(list(enumerate(schedule.layers, 1))):
        if layer.hours and span_at(layer.hours, at) is None:
            continue
        people, why = (
            _of_rotation(spec, overrides, layer.rotation, at) if layer.rotation else (layer.people, f"layer {number}")
        )
        if people:
            return people, why
    return (), ""


def _overridden(
    overrides: Overrides, name: str, people: tuple[str, ...], why: str, at: float
) -> tuple[tuple[str, ...], str]:
    for one in overrides:
        if one.schedule != name or not one.begins_at <= at < one.ends_at:
            continue
        if one.instead_of and one.instead_of not in people:
            continue
        if name == EVERYBODY and not people:
            continue  # One that holds everywhere fills no gap of a schedule that has nobody then.
        stay = tuple(person for person in people if one.instead_of and person != one.instead_of)
        people = tuple(dict.fromkeys((*stay, one.person) if one.person else stay))
        why = f"override {one.id}" + (f": {one.reason}" if one.reason else "")
    return people, why


def shifts(spec: OnCallSpec, overrides: Overrides, target: CallTarget, begin: float, end: float) -> list[Shift]:
    """Return who is on call from ``begin`` to ``end`` without a gap between the shifts; a shift of nobody is one.

    Args:
        spec: the inventory's word.
        overrides: in the order in which they were made.
        target: a schedule, a rotation or a person.
        begin: epoch seconds.
        end: epoch seconds; the last shift is cut there.
    """
    edges = sorted({begin, *(edge for edge in _edges(spec, overrides, target, begin, end) if begin < edge < end)})
    found: list[Shift] = []
    for at, until in zip(edges, [*edges[1:], end], strict=True):
        people, why = _found(spec, overrides, target, at)
        if found and (found[-1].people, found[-1].why) == (people, why):
            at = found.pop().begins_at
        found.append(Shift(at, until, people, why))
    return found


def _edges(
    spec: OnCallSpec, overrides: Overrides, target: CallTarget, begin: float, end: float
) -> list[float]:  # fmt: skip
    """Return every moment at which something may change."""
    found = [edge for one in overrides for edge in (one.begins_at, one.ends_at)]
    schedule = spec.schedule(target.name) if target.kind is TargetKind.SCHEDULE else None
    layers = schedule.layers if schedule is not None else ()
    if target.kind is TargetKind.ROTATION:
        layers = (Layer(rotation=target.name),)
    for layer in layers:
        found += [edge for hours in layer.hours for span in spans(hours, begin, end) for edge in span]
        rotation = spec.rotation(layer.rotation)
        if rotation is not None:
            found += handovers(rotation, begin, end)
    return found


def targets_of(spec: OnCallSpec) -> list[CallTarget]:
    """Return what can be on call: the schedules, then the rotations that no schedule has as a layer."""
    inside = {layer.rotation for schedule in spec.schedules for layer in schedule.layers}
    alone = [rotation.name for rotation in spec.rotations if rotation.name not in inside]
    return [
        *(CallTarget(TargetKind.SCHEDULE, schedule.name) for schedule in spec.schedules),
        *(CallTarget(TargetKind.ROTATION, name) for name in alone),
    ]


def zone_of(spec: OnCallSpec, target: CallTarget) -> str:
    """Return the time zone in which a target's hand-overs are said."""
    schedule, rotation = spec.schedule(target.name), spec.rotation(target.name)
    if target.kind is TargetKind.SCHEDULE and schedule is not None:
        return schedule.timezone
    return rotation.timezone if rotation is not None else spec.timezone


def in_words(spec: OnCallSpec, overrides: Overrides, at: float, most: int = 2) -> str:
    """Return who is on call in a few words for a header: ``platform anna · dba nobody``; empty where nothing is said.

    Args:
        spec: the inventory's word.
        overrides: in the order in which they were made.
        at: the moment, epoch seconds.
        most: schedules that are named; the rest is counted.
    """
    targets = targets_of(spec)
    said = [f"{one.name} {', '.join(on_call(spec, overrides, one, at)) or 'nobody'}" for one in targets[:most]]
    if len(targets) > most:
        said.append(f"{len(targets) - most} more")
    return " · ".join(said)
