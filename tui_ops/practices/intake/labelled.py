"""Alerts that are told apart by their labels: Prometheus, Alertmanager, Grafana."""

import hashlib
import re
from collections.abc import Mapping

from tui_ops.model.alerts import SUBJECT_LIMIT
from tui_ops.model.clean import clean

HEADS = ("instance", "host", "hostname", "node", "nodename", "server", "target", "pod", "service", "job")
"""Labels of which the first that is there begins a subject: what an operator would name it by."""

APART = frozenset({"alertname", "severity", "level", "priority"})
"""Labels that are no part of a subject: the name is the rule, and how bad it is may change while it stays the same
trouble."""

READABLE = 80
"""Characters of a subject until its labels are shortened to a digest: a column of a wide terminal."""

DIGEST = 8
"""Hexadecimal digits of that: two of a thousand subjects of one rule are the same once in ten thousand fleets."""

ITEMS = ("mountpoint", "device", "interface", "unit", "name", "container", "volume", "topic", "queue", "path")
"""Labels that say what of a host is meant."""

_PLAIN = re.compile(r"[A-Za-z0-9._/:@+-]*", re.ASCII)


def subject_of(labels: Mapping[str, str]) -> str:
    """Return what an alert is about, the same for the same labels and another for others.

    It begins with the instance or host. The other labels follow as they are, or as a digest where that would be long
    or could be read in two ways.

    Args:
        labels: all of them, as they were sent.
    """
    rest = {name: value for name, value in labels.items() if name not in APART and value}
    head = next((name for name in HEADS if name in rest), "")
    first = rest.pop(head, "")
    others = (f"{name}={rest[name]}" for name in sorted(rest))
    # An instance stands alone, as everywhere with Prometheus; of another head its name is said: "job backup".
    text = " ".join(filter(None, ("" if head == "instance" else head, first, *others)))
    plain = all(map(_PLAIN.fullmatch, (first, *rest, *rest.values())))
    if (plain and len(text) <= READABLE) or not text:
        return text
    digest = hashlib.sha256(repr((head, first, sorted(rest.items()))).encode("utf-8", "surrogatepass")).hexdigest()
    shown = clean(first, SUBJECT_LIMIT - DIGEST - 1)
    return f"{shown} {digest[:DIGEST]}".strip()


def item_of(labels: Mapping[str, str]) -> str:
    """Return what of a host is meant; empty where the labels do not say."""
    return next((labels[name] for name in ITEMS if labels.get(name)), "")
