"""The section ``oncall`` as it is kept for readers: JSON without addresses, servers and secrets."""

import json
from datetime import datetime
from typing import Any

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.oncall import (
    CallTarget,
    Contact,
    Hours,
    Layer,
    OnCallSpec,
    Policy,
    Rotation,
    Schedule,
    Step,
    TargetKind,
    Use,
    Way,
    When,
)

PLAN_ID = 1
"""There is one."""


def to_text(spec: OnCallSpec, alerting: AlertingSpec | None = None) -> str:
    """Return what readers may know of a section: everything but how people are reached.

    Args:
        spec: the section.
        alerting: the times of ``alerting`` that decide when somebody is told; the usual ones where None.
    """
    waits = alerting or AlertingSpec()
    return json.dumps(
        {
            "timezone": spec.timezone,
            "waits": [waits.group_wait_s, waits.group_interval_s, waits.repeat_s],
            "business": [_hours(one) for one in spec.business],
            "contacts": [
                {
                    "person": contact.person,
                    "ways": [[way.name, way.important, way.limit, way.limit_s] for way in contact.ways],
                    "quiet": [_hours(one) for one in contact.quiet],
                }
                for contact in spec.contacts
            ],
            "rotations": [
                [one.name, list(one.people), one.length_min, one.starts.isoformat(), one.timezone, one.weekday]
                for one in spec.rotations
            ],
            "schedules": [
                {
                    "name": one.name,
                    "title": one.title,
                    "timezone": one.timezone,
                    "layers": [
                        [layer.rotation, list(layer.people), [_hours(hours) for hours in layer.hours]]
                        for layer in one.layers
                    ],
                }
                for one in spec.schedules
            ],
            "policies": [
                {"name": one.name, "repeat": one.repeat, "pause_s": one.pause_s, "steps": [*map(_step, one.steps)]}
                for one in spec.policies
            ],
            "uses": [[one.policy, list(one.priorities), list(one.services)] for one in spec.uses],
        },
        separators=(",", ":"),
    )


def from_text(text: str) -> OnCallSpec:
    """Return the section that :func:`to_text` wrote; ways have their names, and no addresses. Nobody is on call in what
    another version wrote that says it in another way: the engine of this one writes it anew when it starts.
    """
    said: dict[str, Any] = json.loads(text)
    try:
        return _section(said) if said else OnCallSpec()
    except (KeyError, IndexError, TypeError, ValueError):
        return OnCallSpec()


def _section(said: dict[str, Any]) -> OnCallSpec:
    return OnCallSpec(
        contacts=tuple(
            Contact(
                one["person"],
                tuple(Way(name, "", None, bool(important), int(most), float(within)) for name, important, most, within
                      in one["ways"]),
                tuple(map(_to_hours, one["quiet"])),
            )
            for one in said["contacts"]
        ),
        rotations=tuple(
            Rotation(name, tuple(people), int(length), datetime.fromisoformat(starts), timezone, weekday)
            for name, people, length, starts, timezone, weekday in said["rotations"]
        ),
        schedules=tuple(
            Schedule(
                one["name"], one["title"],
                tuple(Layer(rotation, tuple(people), tuple(map(_to_hours, hours)))
                      for rotation, people, hours in one["layers"]),
                one["timezone"],
            )
            for one in said["schedules"]
        ),
        policies=tuple(
            Policy(one["name"], tuple(map(_to_step, one["steps"])), int(one["repeat"]), float(one["pause_s"]))
            for one in said["policies"]
        ),
        uses=tuple(Use(policy, tuple(numbers), tuple(services)) for policy, numbers, services in said["uses"]),
        business=tuple(map(_to_hours, said["business"])),
        timezone=said["timezone"],
    )  # fmt: skip


def waits_in(text: str) -> AlertingSpec:
    """Return the times that :func:`to_text` wrote; the usual ones where it wrote none."""
    said: dict[str, Any] = json.loads(text)
    if "waits" not in said:
        return AlertingSpec()
    wait, interval, repeat = map(float, said["waits"])
    return AlertingSpec(group_wait_s=wait, group_interval_s=interval, repeat_s=repeat)


def _hours(one: Hours) -> list[object]:
    return [list(one.days), one.begins_min, one.ends_min, one.timezone]


def _to_hours(said: list[Any]) -> Hours:
    return Hours(tuple(said[0]), int(said[1]), int(said[2]), str(said[3]))


def _step(one: Step) -> list[object]:
    targets = [[str(target.kind), target.name] for target in one.targets]
    return [targets, one.after_s, str(one.when), one.important]


def _to_step(said: list[Any]) -> Step:
    targets = tuple(CallTarget(TargetKind(kind), name) for kind, name in said[0])
    return Step(targets, float(said[1]), When(said[2]), bool(said[3]))
