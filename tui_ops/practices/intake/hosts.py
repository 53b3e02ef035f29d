"""Which host of the inventory a foreign alert is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LABELS = ("host", "hostname", "nodename", "node", "instance", "exported_instance", "server", "machine", "target")
"""Labels by which the programs of others name a host, the plainest first."""

NAME_LIMIT = 300
"""Characters of a value that are looked at: the longest name of DNS with a scheme and a port."""


@dataclass(frozen=True, slots=True)
class HostNames:
    """By what the hosts of an inventory are known. Made once for an inventory: :meth:`of`."""

    exact: Mapping[str, str] = field(default_factory=dict)
    """Name or address in small letters, to the host's name; what stands for several hosts is left out."""
    short: Mapping[str, str] = field(default_factory=dict)
    """The first part of such a name, where only one host has it."""

    @classmethod
    def of(cls, hosts: Iterable[tuple[str, str]]) -> "HostNames":
        """Return what the hosts are known by.

        Args:
            hosts: name and address of each.
        """
        names: dict[str, str] = {}
        addresses: dict[str, set[str]] = {}
        short: dict[str, set[str]] = {}
        for name, address in hosts:
            names[name.lower()] = name
            addresses.setdefault(address.lower(), set()).add(name)
            for one in (name, address):
                first = _first_part(one.lower())
                if first:
                    short.setdefault(first, set()).add(name)
        exact = {word: next(iter(found)) for word, found in addresses.items() if len(found) == 1} | names
        return cls(exact, {word: next(iter(found)) for word, found in short.items() if len(found) == 1})


def _first_part(name: str) -> str:
    """Return ``web-1`` of ``web-1.example.org``; empty where it is an address, which has no such part."""
    first = name.partition(".")[0]
    return "" if ":" in name or first.isdigit() else first


def bare(value: str) -> str:
    """Return the name or address in a label's value: ``web-1`` of ``http://web-1:9100/metrics``, in small letters."""
    text = value.strip()[:NAME_LIMIT].lower()
    if "://" in text:
        try:
            return urlsplit(text).hostname or ""
        except ValueError:
            return ""
    text = text.partition("/")[0]
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def host_of(labels: Mapping[str, str], known: HostNames) -> str:
    """Return the name of the host that labels name; empty where the inventory has none of it.

    A whole name or address comes before the first part of one, over all labels.

    Args:
        labels: of the alert.
        known: by what the hosts are known.
    """
    said = [word for name in LABELS if (word := bare(labels.get(name, "")))]
    for word in said:
        if word in known.exact:
            return known.exact[word]
    for word in said:
        first = _first_part(word)
        if first in known.short:
            return known.short[first]
    return ""
