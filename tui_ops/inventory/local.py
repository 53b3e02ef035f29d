"""The fleet of somebody who has no inventory yet: the machine he sits on."""

import re
import socket

from tui_ops.model.fleet import LOCAL_ADDRESS, Fleet, HostSpec

LOCAL_FLEET_NAME = "local"
"""Also the folder in which this fleet's state is kept."""

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def local_fleet() -> Fleet:
    """Return a fleet of one host: this machine, under its own name."""
    name = _NOT_IN_A_NAME.sub("-", socket.gethostname())[:253].lstrip("._-") or "localhost"
    return Fleet(LOCAL_FLEET_NAME, hosts=(HostSpec(name=name, key=name, address=LOCAL_ADDRESS),))
