"""All checks, in the order of their families. A new one is a line in its family's list."""

from tui_ops.practices.security.checks.base import Check

CHECKS: tuple[Check, ...] = ()

BY_ID: dict[str, Check] = {check.id: check for check in CHECKS}
