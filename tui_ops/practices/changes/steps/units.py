"""Units: started, stopped, enabled, by whatever looks after services on the host."""

from tui_ops.model.orders import Order
from tui_ops.model.plans import Step
from tui_ops.practices.changes.steps.kind import Kind, arg, judge_ours, judge_ours_dry, ours


def compose(step: Step) -> Order:
    """Return the order of an act on a unit."""
    return ours("unit", step, "do", arg(step, "do"), arg(step, "name"))


def dry(step: Step) -> Order:
    """Return the order that says whether there is anything to do."""
    return ours("unit", step, "dry", arg(step, "do"), arg(step, "name"))


UNIT = Kind(compose, dry, judge_ours, judge_ours_dry)
