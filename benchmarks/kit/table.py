"""A table of figures, printed as they come, each beside what it must be."""

TITLES = "| what | value | unit | must | holds | note |\n|---|---|---|---|---|---|"


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of the values does not exceed: 0.99 for the 99th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def line(what: str, value: float, unit: str, must: float | None = None, note: str = "") -> None:
    """Print a line of the table.

    Args:
        what: was measured.
        value: the figure.
        unit: of value and must.
        must: the most it may be; None where nothing was promised.
        note: how it was measured.
    """
    limit = f"<= {must:,g}" if must is not None else ""
    holds = "" if must is None else "yes" if value <= must else "NO"
    print(f"| {what:<58} | {value:>10,.2f} | {unit:<5} | {limit:>8} | {holds:<5} | {note} |", flush=True)


def spread(what: str, values: list[float], share: float, must: float, note: str) -> None:
    """Print the lines of a spread of milliseconds: its middle, what all but a few keep, and the slowest."""
    line(f"{what}, p50", percentile(values, 0.5), "ms", None, note)
    line(f"{what}, p{100 * share:.0f}", percentile(values, share), "ms", must)
    line(f"{what}, the slowest", max(values), "ms")
