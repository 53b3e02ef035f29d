"""A fleet as lines of text, to be compared with a file."""

from dataclasses import fields

from tui_ops.model.fleet import Fleet


def rendered(fleet: Fleet) -> str:
    """Return a fleet as lines, one a part, naming only what is not as it would be anyway."""
    lines = [f"fleet {fleet.name}"]
    for kind, parts in (
        ("site", fleet.sites),
        ("host", fleet.hosts),
        ("service", fleet.services),
        ("operator", fleet.operators),
    ):
        for part in parts:
            said = [
                f"{each.name}={getattr(part, each.name)!r}"
                for each in fields(part)
                if each.name != "name" and getattr(part, each.name) != each.default
            ]
            lines.append(" ".join([kind, part.name, *said]))
    return "\n".join(lines) + "\n"
