"""The severities of others in our words."""

from tui_ops.model.states import Severity

NAMES: dict[str, Severity] = {
    **dict.fromkeys(
        ("critical", "crit", "error", "err", "page", "fatal", "emergency", "emerg", "alert", "disaster", "high",
         "major", "p1", "p2", "sev1", "sev2"),
        Severity.CRITICAL,
    ),
    **dict.fromkeys(
        ("warning", "warn", "minor", "medium", "average", "moderate", "ticket", "p3", "sev3"), Severity.WARNING
    ),
    **dict.fromkeys(
        ("info", "information", "informational", "none", "notice", "debug", "low", "ok", "p4", "p5", "sev4", "sev5"),
        Severity.OK,
    ),
}  # fmt: skip
"""An information asks for nobody, so it is no alert here: it counts as well. Alertmanager's ``Watchdog`` and
``InfoInhibitor`` are such, and always fire."""


def severity_of(name: str, unknown: Severity) -> Severity:
    """Return the severity that a word of another program stands for.

    Args:
        name: as it was sent, in any case.
        unknown: where it is empty, or a word that nobody knows.
    """
    return NAMES.get(name.strip().lower(), unknown)
