"""Where further sshds of a host listen, so that they are asked from outside as the first one is."""

import re
import time
from collections.abc import Mapping

from tui_ops.model.facts import Fields
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.exposed import topic_items, topics_of_hosts

FURTHER_MOST = 4
"""Further sshds of one host that are asked: as many as its settings are read of."""

OLD_S = 86400.0
"""Seconds after which what a host told of its sockets and of its sshds says nothing of where they listen now."""

SSHD = "sshd"
"""The program, as the kernel names its processes that listen."""

SETTINGS_ITEM = "sshd_config -f "
"""How the items begin of sshds that read another file."""

PORT_ITEM = "port"
"""The item of the ports of the sshd that reads the usual file."""

_SOCKET = re.compile(r"tcp (\S+):([0-9]{1,5})(?:-([0-9]{1,5}) .*)?", re.ASCII)
"""A socket, or those of the range from which the kernel draws ports, which are told as one."""

_LOOPBACK = ("127.", "[::1]")


def further_ports(sockets: Mapping[str, Fields], settings: Mapping[str, Fields], reached: int) -> list[int] | None:
    """Return the ports of a host's further sshds, at most :data:`FURTHER_MOST`.

    A port is one that a further sshd claims in its settings, or at which a program of this name listens, and which is
    open to others; so a host can't have any port asked that it does not keep open itself.

    Args:
        sockets: items of the topic.
        settings: items of ``sshdconf``.
        reached: the port at which the host was reached.

    Returns:
        None where it is not known: the host does not listen where it was reached, so somebody stands between who may
        have other hosts behind other ports.
    """
    spans: list[range] = []
    named: set[int] = set()
    for name, fields in sockets.items():
        said = _SOCKET.fullmatch(name)
        if said is None or said[1].startswith(_LOOPBACK):
            continue
        spans.append(range(int(said[2]), int(said[3] or said[2]) + 1))
        if fields.get("process") == SSHD and not said[3]:
            named.add(int(said[2]))
    if not any(reached in span for span in spans):
        return None
    claimed = {
        port
        for name, fields in settings.items()
        if name.startswith(SETTINGS_ITEM)
        for port in _ports(fields.get("ports"))
        if any(port in span for span in spans)
    }
    usual = set(_ports(settings.get(PORT_ITEM, {}).get("value")))
    return sorted((claimed | (named - usual)) - {reached})[:FURTHER_MOST]


def _ports(value: object) -> list[int]:
    said = value if isinstance(value, list) else [value]
    return [int(one) for one in map(str, said) if one.isascii() and one.isdigit() and len(one) <= 5]


def ports_in_store(reader: Reader, host_id: int, reached: int) -> list[int] | None:
    """Return the same by what is kept of a host; None where that is old, or was not read whole."""
    since = time.time() - OLD_S
    told = {one.topic: one for one in topics_of_hosts(reader, [host_id], ("sockets", "sshdconf"))}
    if len(told) < 2 or any(one.at < since or "" in one.unread for one in told.values()):
        return None
    return further_ports(topic_items(reader, host_id, "sockets"), topic_items(reader, host_id, "sshdconf"), reached)
