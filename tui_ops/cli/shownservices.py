"""The rows of ``tui-ops show`` about services: how they stand against their aims."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment, number
from tui_ops.cli.output import Record
from tui_ops.model.address import Query

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

SLO_COLUMNS = (
    "service", "target", "over_s", "left", "left_s", "says", "coverage", "burn_1h", "burn_6h", "burn_5m", "spent",
    "good_s", "bad_s", "unknown_s", "bad_at", "at",
)  # fmt: skip
SLO_TEXT = ("service", "target", "left", "says", "coverage", "burn_1h", "burn_6h")


def slos(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give the services that have an aim, by name."""
    from tui_ops.store.views.budgets import budgets

    for row in budgets(reader):
        yield {
            "service": row.service,
            "target": number(row.target * 100, 4),
            "over_s": number(row.over_s, 0),
            "left": number(row.left, 3),
            "left_s": number(row.left_s, 0),
            "says": row.said,
            "coverage": number(row.coverage, 4),
            "burn_1h": number(row.burn_1h, 2),
            "burn_6h": number(row.burn_6h, 2),
            "burn_5m": number(row.burn_5m, 2),
            "spent": row.spent,
            "good_s": number(row.good_s, 0),
            "bad_s": number(row.bad_s, 0),
            "unknown_s": number(row.unknown_s, 0),
            "bad_at": moment(row.bad_at),
            "at": moment(row.at),
        }
