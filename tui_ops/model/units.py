"""Durations, sizes and rates as people write and read them."""

import re

_DURATION_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SIZE_UNITS = {
    "": 1, "b": 1,
    "k": 1000, "kb": 1000, "m": 1000**2, "mb": 1000**2, "g": 1000**3, "gb": 1000**3, "t": 1000**4, "tb": 1000**4,
    "ki": 1024, "kib": 1024, "mi": 1024**2, "mib": 1024**2, "gi": 1024**3, "gib": 1024**3, "ti": 1024**4,
    "tib": 1024**4,
}  # fmt: skip
_DURATION_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)", re.ASCII)
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.ASCII)

SIZE_LIMIT = 2**80
"""Bytes: larger numbers are mistakes."""

AGE_STEPS_S = (30, 60, 120, 180, 300, 600, 900, 1800)
"""Ages are shown in coarse steps, so that a row is not repainted every second; hours and days follow."""


def parse_duration(text: str) -> float:
    """Return the seconds in ``text``: ``90s``, ``15m``, ``1h30m``, ``2d``.

    Raises:
        ValueError: with a sentence that says what would be right.
    """
    folded = text.strip().lower()
    at = 0
    total = 0.0
    while at < len(folded):
        part = _DURATION_PART.match(folded, at)
        if part is None or part[2] not in _DURATION_UNITS:
            break
        total += float(part[1]) * _DURATION_UNITS[part[2]]
        at = part.end()
    if not folded or at < len(folded.rstrip()):
        raise ValueError(f"{text!r} is not a duration: write a number with a unit, such as 30s, 15m, 2h or 1h30m")
    return total


def parse_size(text: str) -> int:
    """Return the bytes in ``text``: ``512``, ``10MB``, ``4GiB``.

    Raises:
        ValueError: with a sentence that says what would be right.
    """
    found = _SIZE.fullmatch(text.lower())
    if found is None or found[2] not in _SIZE_UNITS:
        raise ValueError(f"{text!r} is not a size: write a number with a unit, such as 512, 10MB or 4GiB")
    size = float(found[1]) * _SIZE_UNITS[found[2]]
    if size > SIZE_LIMIT:
        raise ValueError(f"{text[:20]}… is more than any store holds")
    return int(size)


def format_duration(seconds: float) -> str:
    """Return a length of time in at most two units: ``45s``, ``12m``, ``3h 20m``, ``41d``."""
    whole = int(max(0.0, seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 86400:
        hours, rest = divmod(whole, 3600)
        return f"{hours}h {rest // 60}m" if rest >= 60 else f"{hours}h"
    days, rest = divmod(whole, 86400)
    return f"{days}d {rest // 3600}h" if days < 10 and rest >= 3600 else f"{days}d"


def format_age(seconds: float) -> str:
    """Return an age in coarse steps: ``30s``, ``1m``, ``5m``, ``2h``, ``3d``; empty below 30 s."""
    if seconds < AGE_STEPS_S[0]:
        return ""
    if seconds >= 86400:
        return f"{int(seconds // 86400)}d"
    if seconds >= 3600:
        return f"{int(seconds // 3600)}h"
    step = max(step for step in AGE_STEPS_S if step <= seconds)
    return f"{step}s" if step < 60 else f"{step // 60}m"


def format_bytes(count: float) -> str:
    """Return a size in binary units with three figures: ``812 B``, ``18.4 GiB``."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(value) < 999.5:
            return f"{value:.0f} {unit}" if unit == "B" or abs(value) >= 99.95 else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} PiB" if abs(value) < 99.95 else f"{value:.0f} PiB"


def format_rate(bytes_per_s: float) -> str:
    """Return a network rate in bits, short enough for a column: ``0``, ``34k``, ``210M``, ``1.2G``."""
    bits = bytes_per_s * 8
    if bits < 1000:
        return f"{bits:.0f}"
    for unit in ("k", "M", "G", "T"):
        bits /= 1000
        if bits < 999.5:
            return f"{bits:.1f}{unit}" if bits < 9.95 else f"{bits:.0f}{unit}"
    return f"{bits:.0f}P"
