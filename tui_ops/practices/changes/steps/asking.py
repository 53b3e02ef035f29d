"""An address that a host itself asks by HTTP, with the program that it has for it."""

from tui_ops.model.orders import Order
from tui_ops.model.plans import Part, Step
from tui_ops.practices.changes.steps.checks import judge, judge_dry
from tui_ops.practices.changes.steps.kind import Kind, arg, ours


def compose(step: Step) -> Order:
    """Return the order that asks, again and again until it is well or its time is over."""
    return ours("http", step, *(arg(step, name) for name in ("url", "status", "contains", "within", "times")))


def dry(step: Step) -> Order | None:
    """Return it before the steps; what is asked after them can't be well before."""
    return compose(step) if step.part is Part.PRE else None


HTTP = Kind(compose, dry, judge, judge_dry)
