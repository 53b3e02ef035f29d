"""Reboots: told by the host, proved by its next boot."""

from dataclasses import replace

from tui_ops.model.orders import Order
from tui_ops.model.plans import Step
from tui_ops.practices.changes.steps.kind import Kind, judge_ours, judge_ours_dry, ours

DEFAULT_WITHIN_S = 600.0
"""Where the plan does not say: as its language has it."""


def within_s(step: Step) -> float:
    """Return the seconds until the host has to be back."""
    value = step.args.get("within", DEFAULT_WITHIN_S)
    return float(value) if isinstance(value, int | float) else DEFAULT_WITHIN_S


def compose(step: Step) -> Order:
    """Return the order that lets the host reboot."""
    return replace(ours("reboot", step, "do"), reboots=True)


def dry(step: Step) -> Order:
    """Return the order that says that it would."""
    return ours("reboot", step, "dry")


REBOOT = Kind(compose, dry, judge_ours, judge_ours_dry)
