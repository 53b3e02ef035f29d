"""What keeps an engine that a dashboard started, when the last dashboard has gone."""

from tui_ops.model.fleet import Fleet


def stays_for(fleet: Fleet) -> str:
    """Return why an engine has something to do that nobody looks at; empty where it may leave.

    Args:
        fleet: what the inventory in force says.

    Returns:
        The reasons, as they follow "stays, since".
    """
    spec = fleet.oncall
    reasons = []
    if spec.policies and any(contact.ways for contact in spec.contacts):
        reasons.append("it calls who is on call")
    if fleet.heartbeats:
        reasons.append("jobs report to it")
    if fleet.door is not None:
        reasons.append("its door takes alerts")
    return ", ".join(reasons)
