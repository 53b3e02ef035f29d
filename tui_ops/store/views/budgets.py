"""How services stand against their aims, as it is shown."""

from tui_ops.model.budgets import Budget
from tui_ops.store.views.connect import Reader


def budgets(reader: Reader) -> list[Budget]:
    """Return how every service stands that has an aim and was looked at, by name."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT service, target, over_s, good_s, bad_s, unknown_s, burn_5m, burn_1h, burn_6h, bad_at, at"
            " FROM slo ORDER BY service"
        ).fetchall()
    )
    return [Budget(*row) for row in found]
