"""A fleet as lines of text, to be compared with a file."""

from dataclasses import fields

from tui_ops.model.fleet import Fleet, HistorySpec


def rendered(fleet: Fleet) -> str:
    """Return a fleet as lines, one a part, naming only what is not as it would be anyway."""
    lines = [f"fleet {fleet.name}"]
    for kind, parts in (
        ("site", fleet.sites),
        ("host", fleet.hosts),
        ("service", fleet.services),
        ("operator", fleet.operators),
        ("check", fleet.checks),
    ):
        for part in parts:
            said = [
                f"{each.name}={getattr(part, each.name)!r}"
                for each in fields(part)
                if each.name != "name" and each.compare and getattr(part, each.name) != each.default
            ]
            lines.append(" ".join([kind, part.name, *said]))
    if fleet.history != HistorySpec():
        kept = fleet.history
        lines.append(f"history {kept.full_s:g} {kept.minutes_s:g} {kept.hours_s:g} {kept.limit_bytes}")
    return "\n".join(lines) + "\n"
