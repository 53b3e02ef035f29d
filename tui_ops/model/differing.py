"""A difference in words: one line that a person reads, the same on the desk and on the command line."""

from tui_ops.model.facts import Field, Fields

VALUE_LIMIT = 60
"""Characters of one value in such a line; the whole value is in the fact itself."""

FIELDS_SHOWN = 4
"""Fields named in one line."""

DIGESTS = frozenset({"sha256", "digest"})
"""Fields that only say that something is another: named last, and cut short."""

DIGEST_LIMIT = 12
"""Characters of such a field: enough to tell two apart."""


def fields_text(fields: Fields) -> str:
    """Return fields as ``version 5.2, source bash``; what is empty is left out."""
    return ", ".join(f"{name} {value_text(value)}" for name, value in fields.items() if value not in (None, "", []))


def value_text(value: Field) -> str:
    """Return one value as a person writes it, cut where it is long."""
    if value is None or value == "" or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(value) if isinstance(value, list) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= VALUE_LIMIT else text[: VALUE_LIMIT - 1] + "…"


def difference_text(before: Fields | None, after: Fields | None) -> str:
    """Return what differs: ``version 5.1 → 5.2``; of what is new or gone, what it has or had.

    Args:
        before: the fields that differ, as they were; None for what is new.
        after: the same now; None for what is gone.
    """
    if before is None or after is None:
        return fields_text(before or after or {})
    names = sorted(after, key=lambda name: name in DIGESTS)
    parts = [f"{name} {_change(name, before.get(name), after.get(name))}" for name in names[:FIELDS_SHOWN]]
    more = len(after) - FIELDS_SHOWN
    return ", ".join(parts) + (f" and {more} more" if more > 0 else "")


def difference_said(topic: str, item: str, before: Fields | None, after: Fields | None) -> str:
    """Return one line for a difference: what differs, from what to what; arguments as of :func:`difference_text`."""
    text = difference_text(before, after)
    if before is None:
        return f"{topic}: {item} is new ({text})"
    return f"{topic}: {item} is gone ({text})" if after is None else f"{topic}: {item} {text}"


def _change(name: str, before: Field, after: Field) -> str:
    if name in DIGESTS:
        return f"{value_text(before)[:DIGEST_LIMIT]} → {value_text(after)[:DIGEST_LIMIT]}"
    if isinstance(before, list) and isinstance(after, list):
        signs = [f"−{one}" for one in before if one not in after] + [f"+{one}" for one in after if one not in before]
        return value_text(" ".join(signs)) if signs else "in another order"
    return f"{value_text(before)} → {value_text(after)}"
