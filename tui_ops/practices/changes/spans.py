"""Spans of time, from the first second to before the last one: brought together, cut out of each other, met."""

from collections.abc import Iterable, Sequence

Span = tuple[float, float]
"""From and to before, in epoch seconds."""


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as spans that neither meet nor touch, the first first. What is empty is left out."""
    found: list[Span] = []
    for begin, end in sorted(one for one in spans if one[0] < one[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return what is left of some spans when others are taken out of them."""
    found: list[Span] = []
    away = merged(taken)
    for begin, end in merged(spans):
        for first, last in away:
            if last <= begin or first >= end:
                continue
            if first > begin:
                found.append((begin, first))
            begin = min(last, end)
        if begin < end:
            found.append((begin, end))
    return found


def common(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """Return the time that lies in both."""
    found: list[Span] = []
    right = merged(other)
    for begin, end in merged(one):
        found += [(max(begin, first), min(end, last)) for first, last in right if first < end and begin < last]
    return found


def meet(one: Span, other: Span) -> bool:
    """Return whether two spans have some time in common."""
    return one[0] < other[1] and other[0] < one[1]


def holds(spans: Sequence[Span], wanted: Span) -> bool:
    """Return whether one of some merged spans holds all of another."""
    return any(begin <= wanted[0] and wanted[1] <= end for begin, end in spans)
