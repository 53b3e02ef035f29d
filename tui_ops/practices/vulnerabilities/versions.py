"""Which order of versions holds for which packages."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from tui_ops.practices.vulnerabilities.apk import apk_key
from tui_ops.practices.vulnerabilities.dpkg import dpkg_key
from tui_ops.practices.vulnerabilities.rpm import rpm_key

VERSION_LIMIT = 200
"""Characters of a version: the longest in Debian has 60. It also bounds the numbers in it."""


class Order(StrEnum):
    """An order of versions."""

    DPKG = "dpkg"
    RPM = "rpm"
    APK = "apk"


KEYS: Mapping[Order, Callable[[str], Any]] = {Order.DPKG: dpkg_key, Order.RPM: rpm_key, Order.APK: apk_key}
"""From a version to what it is compared by."""


def compare(order: Order, one: str, other: str) -> int:
    """Return -1, 0 or 1: whether a version is earlier than, equal to or later than another."""
    key = KEYS[order]
    left, right = key(one), key(other)
    return int(left > right) - int(left < right)
